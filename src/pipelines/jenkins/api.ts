import type { ApiRequest, SendResult } from '../../support/http/api.js';
import { failed } from '../../support/http/problem.js';
import {
  type ApiResponse,
  describeResponse,
  type Hint,
  hintIn,
  isRateLimited,
  isSuccess,
  serverMessage,
} from '../../support/http/response.js';
import { fields } from '../../support/json.js';
import { isSignInPage, type JenkinsContext, type JenkinsJob, jobNameOf } from './context.js';

/** POST requests, with a crumb where Jenkins wants one. */
interface Poster {
  /** One request, sent once; before it the crumb is fetched when {@link mend} has asked for that. Never rejects. */
  post(what: string, call: PostCall, timeoutMs: number, signal: AbortSignal): Promise<SendResult>;
  /**
   * `again`: Jenkins did nothing, because there was no crumb or an old one; the next `post` brings a new one. Asks for one
   * at most.
   */
  mend(answer: ApiResponse): 'again' | undefined;
}

export type PostCall = Pick<ApiRequest, 'path' | 'query' | 'form'>;

const CRUMB_TIMEOUT_MS = 5000;

/**
 * For one operation. An API token needs no crumb (Jenkins handbook, "CSRF Protection"); that a password is used instead is
 * told by the refusal only. A crumb is valid in the session that it was issued in, so that its cookie goes along.
 */
export function createPoster(context: JenkinsContext): Poster {
  let crumbState: 'no' | 'next' | 'had' = 'no';
  let headers: Readonly<Record<string, string>> = {};
  return {
    async post(what, call, timeoutMs, signal) {
      if (crumbState === 'next') {
        const crumb = await fetchCrumb(context, signal);
        if ('instead' in crumb) return crumb.instead;
        headers = crumb.headers;
        crumbState = 'had';
      }
      return context.api.send(what, { ...call, method: 'POST', headers }, timeoutMs, signal);
    },
    mend(answer) {
      if (crumbState !== 'no' || !wantsCrumb(answer)) return undefined;
      crumbState = 'next';
      return 'again';
    },
  };
}

type Crumb =
  | { readonly headers: Readonly<Record<string, string>> }
  /** What the request comes to without one. It was not sent. */
  | { readonly instead: SendResult };

async function fetchCrumb(context: JenkinsContext, signal: AbortSignal): Promise<Crumb> {
  const sent = await context.api.send(
    'the call that fetches a crumb',
    { method: 'GET', path: 'crumbIssuer/api/json' },
    CRUMB_TIMEOUT_MS,
    signal,
  );
  const notSent = (why: string): Crumb => {
    const { problem } = failed('unreachable', `no crumb could be fetched: ${why}`);
    const { message: brief } = problem;
    return { instead: { ok: false, problem: { ...problem, brief, mayHaveBeenReceived: false } } };
  };
  if (!sent.ok) return notSent(sent.problem.message);
  const answer = sent.value;
  // Without CSRF protection there is no issuer.
  if (answer.status === 404) return { headers: {} };
  if (!isSuccess(answer)) {
    return answer.status >= 500 || answer.status === 408
      ? notSent(describeResponse(answer))
      : { instead: sent };
  }
  const { crumb, crumbRequestField } = fields(answer.data);
  if (typeof crumb !== 'string' || typeof crumbRequestField !== 'string') {
    return notSent('the answer is not understood');
  }
  const cookies = cookiesIn(answer.headers['set-cookie']);
  return {
    headers: { [crumbRequestField]: crumb, ...(cookies === '' ? {} : { cookie: cookies }) },
  };
}

/**
 * The cookies as they are sent back. Several `Set-Cookie` lines come joined by commas; a comma also stands in their dates,
 * where no name and `=` follow it.
 */
export function cookiesIn(header: string | undefined): string {
  return (header ?? '')
    .split(/,(?=\s*[^\s=;,]+=)/)
    .map((cookie) => cookie.split(';', 1)[0]?.trim() ?? '')
    .filter((pair) => /^[^=]+=./.test(pair))
    .join('; ');
}

const CREDENTIALS =
  'Jenkins wants somebody to sign in: check jenkins-user and jenkins-token, and use an API token (user menu, Security, API Token), which needs no sign-in page';

/**
 * Texts of Jenkins core: CrumbFilter, AccessDeniedException3, ParameterizedJobMixIn, ParametersDefinitionProperty,
 * ChoiceParameterDefinition. Older cores answer 500 where newer ones answer 400.
 */
const table: readonly Hint[] = [
  {
    status: 401,
    hint: 'jenkins-user or jenkins-token is wrong: make an API token of that user (user menu, Security, API Token)',
  },
  {
    status: 403,
    says: /no valid crumb/i,
    hint: 'Use an API token as jenkins-token, not a password: it needs no crumb',
  },
  {
    status: 403,
    says: /is missing the .*Overall\/Read permission/i,
    hint: 'Give the user the permission Overall/Read',
  },
  {
    status: 403,
    says: /is missing the .*(Job|Item)\/Build permission/i,
    hint: 'Give the user the permission Job/Build on the job',
  },
  {
    status: 403,
    says: /is missing the .*(Job|Item)\/Cancel permission/i,
    hint: 'Give the user the permission Job/Cancel on the job',
  },
  {
    status: 403,
    hint: 'Give the user the permissions Overall/Read, Job/Read, Job/Build and Job/Cancel',
  },
  {
    status: 404,
    hint: 'There is no such job, or the user lacks Job/Read: check jenkins-url with its path, and jenkins-job, the full name as in folder/job; a branch feature/x is written feature%2Fx',
  },
  {
    status: 409,
    says: /is not buildable/i,
    hint: 'The job is disabled: enable it',
  },
  {
    status: [400, 500],
    says: /is not parameterized/i,
    hint: 'The job declares no parameters: declare ROLLBACK; a Pipeline that declares its parameters in the Jenkinsfile must have run once',
  },
  {
    status: [400, 500],
    says: /no such parameter definition/i,
    hint: 'Declare this parameter in the job',
  },
  {
    status: [400, 500],
    says: /illegal choice for parameter/i,
    hint: 'Add the value to the choices of this parameter',
  },
  {
    // Queue.doCancelItem says so to those who may see the item, and not cancel it.
    status: 422,
    says: /is not cancellable/i,
    hint: 'Give the user the permission Job/Cancel on the job',
  },
  {
    status: 503,
    says: /getting ready to work|is restarting/i,
    hint: 'Jenkins is starting up: try again in a minute',
  },
  {
    status: 400,
    hint: 'Jenkins does not accept the request: compare rollback-parameters with the parameters of the job',
  },
];

/** What to change, where the refusal says so. */
export function hintFor(job: JenkinsJob, answer: ApiResponse): string | undefined {
  if (isRateLimited(answer)) return 'Something in front of Jenkins limits the rate: wait';
  const { status } = answer;
  if (status >= 300 && status < 400) return redirectHint(job, answer);
  if (status === 203 || (status < 300 && typeof answer.data === 'string') || isSignInPage(answer)) {
    return CREDENTIALS;
  }
  return hintIn(table, status, wordsOf(answer));
}

/**
 * Whether an answer of 5xx proves that nothing was queued: Jenkins looks at the parameters before it queues anything
 * (ParametersDefinitionProperty.buildWithParameters), and while it starts up it does nothing at all.
 */
export function startedNothing(answer: ApiResponse): boolean {
  return /is not parameterized|no such parameter definition|illegal choice for parameter|jenkins is (getting ready to work|restarting)/i.test(
    wordsOf(answer),
  );
}

/** CSRF protection refused a POST: nothing was done. */
export function wantsCrumb(answer: ApiResponse): boolean {
  return answer.status === 403 && /no valid crumb/i.test(wordsOf(answer));
}

/** Everything that was said: the words that count may stand deep in a page. */
function wordsOf(answer: ApiResponse): string {
  return typeof answer.data === 'string' ? answer.data : serverMessage(answer);
}

/** What a redirect means: back to our job, the same job elsewhere, or a place to sign in. */
function redirectHint({ root, job }: JenkinsJob, answer: ApiResponse): string {
  const location = answer.headers.location ?? '';
  // A job that was not queued answers with ".", which is relative to what was asked.
  const address = `${root}${job.path}/buildWithParameters`;
  const leads = location !== '' && URL.canParse(location, address);
  const to = leads ? new URL(location, address) : undefined;
  if (to === undefined || jobNameOf(to.pathname) !== job.full) return CREDENTIALS;
  return to.href.startsWith(`${root}${job.path}`)
    ? 'Jenkins did not queue it: a plugin refuses builds of this job now, look at its page'
    : `Jenkins is at ${to.origin}${to.pathname.slice(0, to.pathname.indexOf('/job/') + 1)}: set jenkins-url to that`;
}
