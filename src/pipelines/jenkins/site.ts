import type { Clock } from '../../support/clock.js';
import { type ApiClient, createJsonApi } from '../../support/http/api.js';
import { type ApiResponse, isPage } from '../../support/http/response.js';
import type { JobName } from './names.js';

/** One job of one controller, and how to reach it. */
export interface Site {
  /** Root of the controller, with a slash at its end. */
  readonly root: string;
  readonly job: JobName;
  readonly api: ApiClient;
  readonly clock: Clock;
  readonly random: () => number;
}

export function createSite(options: {
  readonly root: string;
  readonly job: JobName;
  readonly authorization: string;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: () => number;
}): Site {
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

export function jobUrl({ root, job }: Site): string {
  return `${root}${job.path}/`;
}

export function buildUrl(site: Site, number: number): string {
  return `${jobUrl(site)}${String(number)}/`;
}
