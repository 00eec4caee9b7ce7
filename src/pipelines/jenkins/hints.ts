import {
  type ApiResponse,
  type Hint,
  hintIn,
  isRateLimited,
  serverMessage,
} from '../../support/http/response.js';
import { jobNameOf } from './names.js';
import { isSignInPage, type Site } from './site.js';

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
    status: 503,
    says: /getting ready to work|is restarting/i,
    hint: 'Jenkins is starting up: try again in a minute',
  },
  {
    status: 400,
    hint: 'Jenkins does not accept the request: compare rollback-parameters with the parameters of the job',
  },
];

/** What to change, where a refusal tells that. */
export function hintFor(site: Site, answer: ApiResponse): string | undefined {
  if (isRateLimited(answer)) return 'Something in front of Jenkins limits the rate: wait';
  const { status } = answer;
  if (status >= 300 && status < 400) return redirectHint(site, answer);
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
function redirectHint({ root, job }: Site, answer: ApiResponse): string {
  const location = answer.headers.location ?? '';
  // A job that was not queued answers with ".", which is relative to what was asked.
  const asked = `${root}${job.path}/buildWithParameters`;
  const leads = location !== '' && URL.canParse(location, asked);
  const to = leads ? new URL(location, asked) : undefined;
  if (to === undefined || jobNameOf(to.pathname) !== job.full) return CREDENTIALS;
  return to.href.startsWith(`${root}${job.path}`)
    ? 'Jenkins did not queue it: a plugin refuses builds of this job now, look at its page'
    : `Jenkins is at ${to.origin}${to.pathname.slice(0, to.pathname.indexOf('/job/') + 1)}: set jenkins-url to that`;
}
