import type { Octokit } from '@octokit/rest';
import { type ApiClient, createApiClient } from '../../support/http/api.js';
import {
  type ApiResponse,
  type Hint,
  hintIn,
  isRateLimited,
  serverMessage,
} from '../../support/http/response.js';
import { fields } from '../../support/json.js';
import type { ClientDependencies } from '../client.js';

interface ApiOptions extends Pick<ClientDependencies, 'fetch' | 'clock' | 'random'> {
  readonly baseUrl: string;
  readonly token: string;
  /** Whether we are a job of GitHub Actions. */
  readonly inJob: boolean;
}

/** What every call passes on to Octokit as its `request` option. */
export interface CallOptions {
  readonly signal: AbortSignal;
  readonly redirect?: 'manual';
}

type Client = Pick<Octokit, 'rest' | 'hook'>;

/** A call of the GitHub REST API. */
type Call = (octokit: Client, request: CallOptions) => Promise<unknown>;

export type Api = ApiClient<Call>;

/** The GitHub REST API through Octokit. */
export function createApi(options: ApiOptions): Api {
  let octokit: Promise<Client> | undefined;
  return createApiClient<Call>({
    // GitHub refuses credentials with 401 and nothing else; a page comes from something that fails for a moment.
    takesPages: true,
    clock: options.clock,
    random: options.random,
    async send(call, signal) {
      octokit ??= openOctokit(options);
      return answerOf(await call(await octokit, { signal }));
    },
  });
}

/**
 * Octokit on our transport: in a job of GitHub Actions the one of its toolkit, elsewhere the one for everybody. Neither has
 * the retry and throttle plugins, which would repeat a dispatch. It prints nothing: its log would show paths, and deprecation
 * notices would break the lines that a runner reads.
 */
async function openOctokit({ baseUrl, token, fetch, inJob }: ApiOptions): Promise<Client> {
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const options = { baseUrl, userAgent: 'rollgate', log, request: { fetch, log } };
  const octokit: Client = inJob
    ? (await import('@actions/github')).getOctokit(token, options)
    : new (await import('@octokit/rest')).Octokit({ ...options, auth: token });
  // Octokit sends no version of its own; a server without it answers as its newest default does.
  octokit.hook.before('request', (request) => {
    request.headers['x-github-api-version'] = '2022-11-28';
  });
  // An answer that Octokit does not like is an answer all the same.
  octokit.hook.error('request', (error) => {
    const { response } = fields(error);
    if (response === undefined) throw error;
    return response;
  });
  return octokit;
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

/** GitHub documentation, "GITHUB_TOKEN": its permissions are limited to the repository that contains the workflow. */
const ANOTHER_REPOSITORY =
  'The token of a job is good for its own repository only: for another one set github-token to a token of an App or of a person';

/** The texts are those of api.github.com as users report them; where GitHub rewords one, the last line of its status fits. */
const table: readonly Hint[] = [
  { status: 401, hint: 'The token is wrong, expired or revoked: set github-token' },
  {
    status: 403,
    says: /not accessible by integration/i,
    hint: `Give the job permissions: actions: write, contents: read. ${ANOTHER_REPOSITORY}`,
  },
  {
    status: 403,
    says: /not accessible by personal access token/i,
    hint: 'Give the token the repository permission Actions: read and write',
  },
  {
    status: 403,
    says: /SAML|single sign-on|SSO/i,
    hint: 'Authorise the token for the single sign-on of the organisation',
  },
  { status: 403, says: /archived/i, hint: 'The repository is archived: unarchive it' },
  {
    status: 403,
    says: /disabled/i,
    hint: 'Actions or the workflow are disabled: enable them in the settings of the repository',
  },
  {
    status: 403,
    hint: 'The token may not start workflows: it needs actions: write (classic tokens: the scope repo)',
  },
  {
    status: 404,
    hint: `There is no such repository or workflow, or the token cannot see it: check github-repository and github-workflow; the file must be on the default branch. ${ANOTHER_REPOSITORY}`,
  },
  {
    status: 422,
    says: /no ref found/i,
    hint: 'rollback-ref must be a branch or a tag of the repository',
  },
  {
    status: 422,
    says: /unexpected inputs/i,
    hint: 'Declare these inputs in the workflow under on: workflow_dispatch: inputs, on the branch or tag that it runs on',
  },
  {
    status: 422,
    says: /does not have ['"]?workflow_dispatch/i,
    hint: 'Add on: workflow_dispatch to the workflow, on the branch or tag that it runs on',
  },
  {
    status: 422,
    says: /required input/i,
    hint: 'Give that input a default, or set it in rollback-parameters',
  },
  {
    status: 422,
    says: /disabled/i,
    hint: 'Enable the workflow: gh workflow enable, or the Actions tab of the repository',
  },
  {
    status: 422,
    hint: 'GitHub does not accept the request: compare it with the inputs of the workflow',
  },
];

/** What to change, where a refusal tells that. */
export function hintFor(answer: ApiResponse): string | undefined {
  if (isRateLimited(answer)) return 'The token has used up its rate limit: use another, or wait';
  if (answer.status >= 300 && answer.status < 400) {
    return 'The repository has been renamed or moved: set github-repository to its new name';
  }
  return hintIn(table, answer.status, serverMessage(answer));
}
