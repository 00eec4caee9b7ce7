import { bad, good, type Result } from '../../contract/result.js';
import type { Clock } from '../../support/clock.js';
import { type ApiClient, createJsonApi } from '../../support/http/api.js';
import { byResponse } from '../../support/http/problem.js';
import { type ApiResponse, isPage } from '../../support/http/response.js';
import type { ClientDependencies } from '../client.js';
import { combine } from '../settings.js';

export interface JenkinsSettings {
  /** Root of the controller, with or without a slash at its end. */
  readonly 'jenkins-url'?: string | undefined;
  readonly 'jenkins-user'?: string | undefined;
  /** API token of the user, or the password. */
  readonly 'jenkins-token'?: string | undefined;
  /** Full name of the job: `folder/job`, `project/feature%2Fx`. */
  readonly 'jenkins-job'?: string | undefined;
}

/** One job of one controller. */
export interface JenkinsJob {
  /** Root of the controller, with a slash at its end. */
  readonly root: string;
  readonly job: JobName;
}

/** The same, and how to reach it. */
export interface JenkinsContext extends JenkinsJob {
  readonly api: ApiClient;
  readonly clock: Clock;
}

export function contextFrom(
  settings: JenkinsSettings,
  { fetch, clock, random }: Pick<ClientDependencies, 'fetch' | 'clock' | 'random'>,
  hintFor: (job: JenkinsJob, answer: ApiResponse) => string | undefined,
): Result<JenkinsContext> {
  const parts = combine({
    root: parseRoot(settings['jenkins-url']),
    job: parseJob(settings['jenkins-job']),
    authorization: parseCredentials(settings['jenkins-user'], settings['jenkins-token']),
  });
  if (!parts.ok) return parts;
  const { root, job, authorization } = parts.value;
  // Reasons and errors come in the language that is asked for, and we look for English ones.
  const headers = { authorization, 'accept-language': 'en' };
  return good({
    root,
    job,
    api: createJsonApi({
      baseUrl: root,
      headers,
      fetch,
      errors: byResponse((answer) => hintFor({ root, job }, answer)),
      clock,
      random,
    }),
    clock,
  });
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

export function buildUrl(context: JenkinsContext, number: number): string {
  return `${jobUrl(context)}${String(number)}/`;
}

/** The root of the controller, with one slash at its end. It may have a path of its own (`--prefix=/jenkins`). */
export function parseRoot(text: string | undefined): Result<string> {
  if (text === undefined) {
    return bad(
      'jenkins-url is not set',
      'set jenkins-url (JENKINS_URL) to the root of the controller',
    );
  }
  if (!URL.canParse(text)) {
    return bad('jenkins-url is not a URL', 'write it like https://ci.example.com/');
  }
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    return bad(
      'jenkins-url holds a user or a password',
      'give them as jenkins-user and jenkins-token',
    );
  }
  if (jobNameOf(url.pathname) !== undefined) {
    return bad(
      'jenkins-url leads to a job',
      'give the root of the controller, and the full name of the job as jenkins-job',
    );
  }
  return good(`${url.origin}${url.pathname.replace(/\/+$/, '')}/`);
}

/** A job by its full name, the names of its folders before it: `A/B/feature%2Fx`. */
interface JobName {
  readonly full: string;
  /** From the root, without a slash at its end: `job/A/job/B/job/feature%252Fx`. */
  readonly path: string;
}

/**
 * The address of a job has each segment of its full name encoded once. A branch job has an encoded name already
 * (`feature%2Fx`, as in JOB_NAME), so that its slash is encoded twice in an address.
 */
export function parseJob(text: string | undefined): Result<JobName> {
  const full = text?.replace(/^\/+|\/+$/g, '');
  if (full === undefined || full === '') {
    return bad(
      'jenkins-job is not set',
      'set jenkins-job (JENKINS_JOB_NAME) to its full name, such as folder/job',
    );
  }
  const segments = full.split('/');
  // `.` and `..` would climb out of the job's address; Jenkins allows no such name (Jenkins.checkGoodName).
  if (segments.some((one) => one === '' || one === '.' || one === '..')) {
    return bad(`jenkins-job is "${full}"`, 'give the full name of the job, such as folder/job');
  }
  return good({ full, path: segments.map((one) => `job/${encodeURIComponent(one)}`).join('/') });
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
): Result<string> {
  if (user === undefined) {
    return bad(
      'jenkins-user is not set',
      'set jenkins-user (JENKINS_USER) to the user that the API token belongs to',
    );
  }
  // RFC 7617, 2: the first colon ends the name.
  if (user.includes(':')) {
    return bad(
      'jenkins-user has a colon in it, which no user name may have',
      'give the name alone, and the API token as jenkins-token',
    );
  }
  if (token === undefined) {
    return bad(
      'there is no token for Jenkins',
      'set jenkins-token (JENKINS_TOKEN) to an API token of the user',
    );
  }
  return good(`Basic ${Buffer.from(`${user}:${token}`, 'utf8').toString('base64')}`);
}
