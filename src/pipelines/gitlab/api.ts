import type * as Gitbeaker from '@gitbeaker/rest';
import type { BaseResourceOptions, RequestOptions } from '@gitbeaker/requester-utils';
import type { Clock } from '../../support/clock.js';
import {
  type ApiClient,
  createApiClient,
  createJsonApi,
  readResponse,
} from '../../support/http/api.js';
import type { ApiResponse } from '../../support/http/response.js';
import type { Credentials } from './credentials.js';

/** A call of one of gitbeaker's resources: `({ Pipelines }, options) => new Pipelines(options).show(1, 2)`. */
export type Call = (
  gitlab: typeof Gitbeaker,
  options: BaseResourceOptions<false>,
) => Promise<unknown>;

/** What reads and cancels. */
export type Api = ApiClient<Call>;

export interface ApiOptions {
  /** Root of the server, without a slash at its end. */
  readonly url: string;
  readonly credentials: Credentials;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/**
 * GitLab's REST API through gitbeaker, on a requester of our own: that of @gitbeaker/rest repeats what was answered with
 * 429 or 502 up to ten times, almost without a pause, and gives every request 300 s.
 */
export function createApi(options: ApiOptions): Api {
  const { url, credentials, fetch, clock, random } = options;
  return createApiClient<Call>({
    clock,
    random,
    async send(call, signal) {
      // Only jobs that call GitLab pay for loading it.
      const [gitlab, { createRequesterFn }] = await Promise.all([
        import('@gitbeaker/rest'),
        import('@gitbeaker/requester-utils'),
      ]);
      let answer: ApiResponse | undefined;
      const requesterFn = createRequesterFn(
        (_, request) => Promise.resolve(request),
        async (endpoint, request) => {
          const { method, headers, body, prefixUrl, searchParams } = request as RequestOptions;
          const address = new URL(endpoint, prefixUrl);
          address.search = searchParams ?? '';
          const response = await fetch(address, {
            method: method ?? 'GET',
            headers: { accept: 'application/json', 'user-agent': 'rollgate', ...headers },
            ...(body === undefined ? {} : { body }),
            // It leads to a page to sign in on, or to another host that must not get the token.
            redirect: 'manual',
            signal,
          });
          answer = await readResponse(response);
          // What it gives to gitbeaker is not looked at: of a list it would go on to read every page.
          return { body: {}, headers: {}, status: response.status };
        },
      );
      await call(gitlab, {
        ...authOf(credentials),
        host: url,
        queryTimeout: null,
        rateLimits: {},
        requesterFn,
      });
      return answer;
    },
  });
}

/** What starts a pipeline: sent once, whatever the answer. */
export function createStartApi(options: ApiOptions): ApiClient {
  const { url, credentials, ...rest } = options;
  return createJsonApi({
    ...rest,
    baseUrl: `${url}/api/v4/`,
    headers: credentials.kind === 'access' ? { 'private-token': credentials.token } : {},
  });
}

/** A trigger token can read nothing; the token of the job can read some things. */
function authOf(credentials: Credentials): { token: string } | { jobToken: string } | object {
  switch (credentials.kind) {
    case 'access':
      return { token: credentials.token };
    case 'job':
      return { jobToken: credentials.token };
    case 'trigger':
      return credentials.jobToken === undefined ? {} : { jobToken: credentials.jobToken };
  }
}
