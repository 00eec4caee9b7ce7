import type { BaseResourceOptions, RequestOptions } from '@gitbeaker/requester-utils';
import type * as Gitbeaker from '@gitbeaker/rest';
import type { Clock } from '../../support/clock.js';
import {
  type ApiClient,
  createApiClient,
  createJsonApi,
  readResponse,
  type Transport,
} from '../../support/http/api.js';
import { byResponse } from '../../support/http/problem.js';
import {
  type ApiResponse,
  type Hint,
  hintIn,
  isPage,
  isRateLimited,
  serverMessage,
} from '../../support/http/response.js';
import type { Credentials } from './settings.js';

/** A call of one of gitbeaker's resources: `({ Pipelines }, options) => new Pipelines(options).show(1, 2)`. */
export type Call = (
  gitlab: typeof Gitbeaker,
  options: BaseResourceOptions<false>,
) => Promise<unknown>;

/** What reads and cancels. */
export type Api = ApiClient<Call>;

interface ApiOptions {
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
  const transport: Transport<Call> = async (call, signal) => {
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
        // Without headers there is no next page for gitbeaker to read: pages are asked for one by one.
        return {
          body: answer.data as Record<string, unknown>,
          headers: {},
          status: response.status,
        };
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
  };
  return createApiClient(transport, { errors: byResponse(hintFor), clock, random });
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

/**
 * The texts are those of GitLab's sources (app/services/ci, lib/gitlab/ci/pipeline/chain, lib/api) and documentation; where
 * GitLab rewords one, the last line of its status fits.
 */
const table: readonly Hint[] = [
  {
    status: 400,
    says: /filtered out by workflow rules/i,
    hint: 'Add `- if: $CI_PIPELINE_SOURCE == "api"` to workflow: rules (for a trigger token "trigger", for a job token "pipeline")',
  },
  {
    status: 400,
    says: /insufficient permissions to set pipeline variables/i,
    hint: 'Under Settings > CI/CD > Variables allow the role of the token to use pipeline variables, or use gitlab-token and declare `rollback` under spec: inputs; where no role is allowed, trigger and job tokens start nothing',
  },
  {
    status: 400,
    says: /reference not found|\bref\b.*(missing|invalid|does not exist)/i,
    hint: 'Set rollback-ref to a branch or a tag of the project',
  },
  {
    status: 400,
    says: /sufficient permission to run a pipeline on/i,
    hint: 'The branch or tag is protected: the owner of the token must be allowed to merge or push to it, or set rollback-ref to another',
  },
  {
    status: 400,
    says: /would have been empty|no (stages|jobs)|no jobs/i,
    hint: 'Give the rollback job `rules: - if: $ROLLBACK == "true"`, on the branch or tag that it runs on',
  },
  {
    status: 400,
    says: /missing ci config|no ci config|config file.*(not found|missing)/i,
    hint: 'Put .gitlab-ci.yml on the branch or tag that the pipeline runs on, or set rollback-ref',
  },
  {
    status: 400,
    says: /pipelines? (are|is) disabled|ci\/cd is disabled/i,
    hint: 'Enable CI/CD under Settings > General > Visibility, project features, permissions',
  },
  { status: 400, says: /archived/i, hint: 'The project is archived: unarchive it' },
  {
    status: 400,
    says: /letters, digits and '_'|variables? needs? to be/i,
    hint: 'Names in rollback-parameters may hold only letters, digits and _ for GitLab',
  },
  {
    status: 400,
    says: /\binputs?\b/i,
    hint: 'Declare these inputs under spec: inputs at the top of .gitlab-ci.yml, with the type that is sent, on the branch or tag that it runs on',
  },
  {
    status: 400,
    hint: 'GitLab does not accept the pipeline: try the same under Build > Pipelines > New pipeline, and check the configuration in the pipeline editor',
  },
  {
    status: 401,
    says: /expired/i,
    hint: 'The token is expired: make a new one and set gitlab-token',
  },
  {
    status: 401,
    hint: 'The token is wrong or revoked, or belongs to a job that is not running any more: set gitlab-token',
  },
  {
    status: 403,
    says: /insufficient_scope|higher privileges/i,
    hint: 'Give the token the scope api',
  },
  {
    status: 403,
    says: /allowlist|job token/i,
    hint: 'Add this project to the job token allowlist of the other one: Settings > CI/CD > Job token permissions',
  },
  {
    status: 403,
    hint: 'The token may not do that: it needs the role Developer or higher in the project; cancelling may need more (Settings > CI/CD > General pipelines)',
  },
  {
    status: 404,
    hint: 'There is no such project or pipeline, or the token cannot see it: check gitlab-url and gitlab-project; a trigger token must belong to that project, a job token must be on its allowlist',
  },
  {
    status: 422,
    hint: 'GitLab made the pipeline and could not fill it: look at it under Build > Pipelines',
  },
];

/** What to change, where the refusal says so. */
export function hintFor(answer: ApiResponse): string | undefined {
  if (isRateLimited(answer)) return 'The token has used up its rate limit: wait, or use another';
  if (answer.status >= 300 && answer.status < 400) {
    return 'The answer leads elsewhere: the project was renamed (set gitlab-project), or the server wants somebody to sign in (check gitlab-url and the token)';
  }
  if (isPage(answer) && answer.status < 500) {
    return 'A page was sent in place of an answer of the API: check gitlab-url, the token, and what is in front of the server';
  }
  return hintIn(table, answer.status, serverMessage(answer));
}

/** Whether the project does not let this token set variables (`ci_pipeline_variables_minimum_override_role`). */
export function forbidsVariables(answer: ApiResponse): boolean {
  return (
    (answer.status === 400 || answer.status === 403) &&
    /insufficient permissions to set pipeline variables/i.test(serverMessage(answer))
  );
}
