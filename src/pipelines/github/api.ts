import { Octokit } from '@octokit/rest';
import type { Clock } from '../../support/clock.js';
import { type ApiClient, createApiClient } from '../../support/http/api.js';
import type { ApiResponse } from '../../support/http/response.js';
import { fields, isObject } from '../../support/json.js';

export interface ApiOptions {
  readonly baseUrl: string;
  readonly token: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  readonly random: () => number;
}

/** What every call passes on to Octokit as its `request` option. */
export interface CallOptions {
  readonly signal: AbortSignal;
  readonly redirect?: 'manual';
}

/** A call of the GitHub REST API. */
export type Call = (octokit: Octokit, request: CallOptions) => Promise<unknown>;

export type Api = ApiClient<Call>;

/**
 * The GitHub REST API through Octokit, without its retry and throttle plugins: those would repeat a dispatch. Octokit
 * prints nothing: its log would show paths, and deprecation notices would break the lines that a runner reads.
 */
export function createApi(options: ApiOptions): Api {
  const silent = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const octokit = new Octokit({
    baseUrl: options.baseUrl,
    userAgent: 'rollgate',
    log: silent,
    request: { fetch: options.fetch, log: silent },
    ...(options.token === undefined ? {} : { auth: options.token }),
  });
  // Octokit sends no version of its own; a server without it answers as its newest default does.
  octokit.hook.before('request', (request) => {
    request.headers['x-github-api-version'] = '2022-11-28';
  });
  return createApiClient<Call>({
    // GitHub refuses credentials with 401 and nothing else; a page comes from something that fails for a moment.
    takesPages: true,
    clock: options.clock,
    random: options.random,
    async send(call, signal) {
      try {
        return answerOf(await call(octokit, { signal }));
      } catch (error) {
        // An answer that Octokit does not like is an answer all the same.
        const answer = answerOf(isObject(error) ? error.response : undefined);
        if (answer === undefined) throw error;
        return answer;
      }
    },
  });
}

function quiet(): void {
  // Octokit's log goes nowhere.
}

function answerOf(response: unknown): ApiResponse | undefined {
  const { status, headers, data } = fields(response);
  if (typeof status !== 'number') return undefined;
  const texts = Object.entries(fields(headers)).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
  );
  return { status, data, headers: Object.fromEntries(texts) as ApiResponse['headers'] };
}
