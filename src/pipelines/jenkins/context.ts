import type { Clock } from '../../support/clock.js';
import { type ApiClient, createJsonApi } from '../../support/http/api.js';
import { type ApiResponse, isPage } from '../../support/http/response.js';
import { type Named, problem } from '../settings.js';

/** One job of one controller, and how to reach it. */
export interface JenkinsContext {
  /** Root of the controller, with a slash at its end. */
  readonly root: string;
  readonly job: JobName;
  readonly api: ApiClient;
  readonly clock: Clock;
  readonly random: () => number;
}

export function createContext(options: {
  readonly root: string;
  readonly job: JobName;
  readonly authorization: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: () => number;
}): JenkinsContext {
  const { root, job, fetch, clock, random } = options;
  return {
    root,
    job,
    clock,
    random,
    api: createJsonApi({
      baseUrl: root,
      // Reasons and errors come in the language that is asked for, and we look for English ones.
      headers: { authorization: options.authorization, 'accept-language': 'en' },
      fetch,
      clock,
      random,
    }),
  };
}

/** A page that asks for a name and a password, whatever its status. */
export function isSignInPage(answer: ApiResponse): boolean {
  return (
    isPage(answer) &&
    typeof answer.data === 'string' &&
    /type=["']?password|<(title|h1|h2)[^>]*>[^<]*\b(sign|log)[ -]?in\b/i.test(answer.data)
  );
}

export function jobUrl({ root, job }: JenkinsContext): string {
  return `${root}${job.path}/`;
}

export function buildUrl(site: JenkinsContext, number: number): string {
  return `${jobUrl(site)}${String(number)}/`;
}

/** The root of the controller, with one slash at its end. It may have a path of its own (`--prefix=/jenkins`). */
export function parseRoot(text: string | undefined): Named<string> {
  if (text === undefined) {
    return problem(
      'the address of Jenkins is not known',
      'set jenkins-url (JENKINS_URL) to the root of the controller',
    );
  }
  if (!URL.canParse(text)) {
    return problem('jenkins-url is not a URL', 'write it like https://ci.example.com/');
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    return problem(
      'jenkins-url holds a user or a password',
      'give them as jenkins-user and jenkins-token',
    );
  }
  if (jobNameOf(url.pathname) !== undefined) {
    return problem(
      'jenkins-url leads to a job',
      'give the root of the controller, and the full name of the job as jenkins-job',
    );
  }
  return { ok: `${url.origin}${url.pathname.replace(/\/+$/, '')}/` };
}

/** A job by its full name, the names of its folders before it: `A/B/feature%2Fx`. */
export interface JobName {
  readonly full: string;
  /** From the root, without a slash at its end: `job/A/job/B/job/feature%252Fx`. */
  readonly path: string;
}

/**
 * The address of a job has each segment of its full name encoded once. A branch job has an encoded name already
 * (`feature%2Fx`, as in JOB_NAME), so that its slash is encoded twice in an address.
 */
export function parseJob(text: string | undefined): Named<JobName> {
  const full = text?.replace(/^\/+|\/+$/g, '');
  if (full === undefined || full === '') {
    return problem(
      'the rollback job is not known',
      'set jenkins-job (JENKINS_JOB_NAME) to its full name, such as folder/job',
    );
  }
  const segments = full.split('/');
  // `.` and `..` would climb out of the job's address; Jenkins allows no such name (Jenkins.checkGoodName).
  if (segments.some((one) => one === '' || one === '.' || one === '..')) {
    return problem(`jenkins-job is "${full}"`, 'give the full name of the job, such as folder/job');
  }
  return {
    ok: { full, path: segments.map((one) => `job/${encodeURIComponent(one)}`).join('/') },
  };
}

/** The full name of the job in the path of an address; `undefined`: it leads to none. */
export function jobNameOf(pathname: string): string | undefined {
  const segments = pathname.split('/');
  const names: string[] = [];
  for (let at = segments.indexOf('job'); at !== -1 && segments[at] === 'job'; at += 2) {
    const name = segments[at + 1];
    if (name === undefined || name === '') break;
    try {
      names.push(decodeURIComponent(name));
    } catch {
      return undefined;
    }
  }
  return names.length === 0 ? undefined : names.join('/');
}

/** The value of the `Authorization` header: Basic, for an API token as for a password. */
export function parseCredentials(
  user: string | undefined,
  token: string | undefined,
): Named<string> {
  if (user === undefined) {
    return problem(
      'the Jenkins user is not known',
      'set jenkins-user (JENKINS_USER) to the user that the API token belongs to',
    );
  }
  // RFC 7617, 2: the first colon ends the name.
  if (user.includes(':')) {
    return problem(
      'jenkins-user has a colon in it, which no user name may have',
      'give the name alone, and the API token as jenkins-token',
    );
  }
  if (token === undefined) {
    return problem(
      'there is no token for Jenkins',
      'set jenkins-token (JENKINS_TOKEN) to an API token of the user',
    );
  }
  return { ok: `Basic ${Buffer.from(`${user}:${token}`, 'utf8').toString('base64')}` };
}
