import { bad, good, type Result } from '../../contract/result.js';
import type { StartedRun } from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import { type ApiClient, refusalIn } from '../../support/http/api.js';
import { createOctokitApi, type OctokitCall } from '../../support/http/octokit.js';
import { byResponse } from '../../support/http/problem.js';
import type { ApiResponse } from '../../support/http/response.js';
import { fields } from '../../support/json.js';
import type { ClientDependencies } from '../client.js';
import { isLink, listIn, notUnderstood, timeOf } from '../reading.js';
import { combine, readRef, readToken } from '../settings.js';
import { githubServer, type GithubServer } from './server.js';
import { readDeclaration, type Declaration } from './workflow.js';

export interface GithubSettings {
  /** `owner/name`. */
  readonly 'github-repository'?: string | undefined;
  /** File name, path under `.github/workflows/`, or number. */
  readonly 'github-workflow': string;
  readonly 'github-token'?: string | undefined;
  /** `https://api.github.com`, or `https://HOST/api/v3` of an Enterprise Server. */
  readonly 'github-api-url': string;
  /** Names of the jobs that prove the rollback; none: all of its run. */
  readonly 'rollback-job'?: readonly string[] | undefined;
}

/** One workflow of one repository, and how to reach it. */
export interface GithubContext {
  readonly owner: string;
  readonly repo: string;
  /** File name or number. */
  readonly workflow: string;
  readonly apiUrl: string;
  readonly api: ApiClient<OctokitCall>;
  readonly server: GithubServer;
  /** `rollback-job`. */
  readonly rollbackJobs: readonly string[];
}

export function contextFrom(
  settings: GithubSettings,
  dependencies: ClientDependencies,
): Result<GithubContext> {
  const parts = combine({
    repository: parseRepository(settings['github-repository'] ?? ''),
    workflow: parseWorkflow(settings['github-workflow']),
    token: parseToken(settings['github-token']),
    apiUrl: parseApiUrl(settings['github-api-url']),
  });
  const rollbackJobs = settings['rollback-job'] ?? [];
  return parts.ok
    ? good(contextOf({ ...parts.value, rollbackJobs }, githubServer, dependencies))
    : parts;
}

/** The context of a workflow on a server of this kind. */
export function contextOf(
  {
    repository,
    workflow,
    token,
    apiUrl,
    rollbackJobs,
  }: {
    readonly repository: { readonly owner: string; readonly repo: string };
    readonly workflow: string;
    readonly token: string;
    readonly apiUrl: string;
    readonly rollbackJobs: readonly string[];
  },
  server: GithubServer,
  { ownRunId, ...dependencies }: ClientDependencies,
): GithubContext {
  const api = createOctokitApi({
    ...dependencies,
    baseUrl: apiUrl,
    token,
    // The toolkit of GitHub's jobs is for GitHub's jobs.
    inJob: ownRunId !== null && server === githubServer,
    // GitHub refuses credentials with 401 and nothing else; a page comes from something that fails for a moment.
    accepts: 'anything',
    errors: byResponse(server.hintFor),
  });
  return { ...repository, workflow, apiUrl, api, server, rollbackJobs };
}

export interface Repository {
  readonly defaultBranch: string;
  readonly private: boolean;
  readonly archived: boolean;
  /** The scopes of a classic token; `undefined` for every other kind of token. */
  readonly scopes: readonly string[] | undefined;
}

/** @throws as `ApiClient.read` does, and PermanentError for an answer that is no repository. */
export async function readRepository(
  context: GithubContext,
  signal: AbortSignal,
): Promise<Repository> {
  const { owner, repo } = context;
  const answer = await context.api.read(
    `reading the repository ${owner}/${repo}`,
    (octokit, request) => octokit.rest.repos.get({ owner, repo, request }),
    signal,
  );
  const data = fields(answer.data);
  if (typeof data.default_branch !== 'string')
    throw notUnderstood(context.apiUrl, context.server.system.addressInput);
  return {
    defaultBranch: data.default_branch,
    private: data.private !== false,
    archived: data.archived === true,
    scopes: answer.headers['x-oauth-scopes']
      ?.split(',')
      .map((scope) => scope.trim())
      .filter((scope) => scope !== ''),
  };
}

/** @throws as `ApiClient.read` does. */
export async function readWorkflow(
  context: GithubContext,
  signal: AbortSignal,
): Promise<{ readonly path: string; readonly state: string }> {
  const { owner, repo, workflow } = context;
  const answer = await context.api.read(
    `reading the workflow ${workflow}`,
    (octokit, request) =>
      octokit.rest.actions.getWorkflow({ owner, repo, workflow_id: workflow, request }),
    signal,
  );
  const { path, state } = fields(answer.data);
  if (typeof path !== 'string' || typeof state !== 'string')
    throw notUnderstood(context.apiUrl, context.server.system.addressInput);
  return { path, state };
}

/** What a read of the declaration gave. Not being able to read it is no reason not to start the workflow. */
export type DeclarationRead =
  | { readonly kind: 'read'; readonly declaration: Declaration }
  | { readonly kind: 'unreadable'; readonly why: string; readonly status?: number };

/** @throws only the signal's reason. */
export async function declarationAt(
  context: GithubContext,
  ref: string,
  signal: AbortSignal,
): Promise<DeclarationRead> {
  const { workflow, server } = context;
  try {
    const text = /^\d+$/.test(workflow)
      ? await readFile(context, (await readWorkflow(context, signal)).path, ref, signal)
      : await readInFolders(context, server.folders, ref, signal);
    return { kind: 'read', declaration: readDeclaration(text) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    const refusal = refusalIn(error);
    return {
      kind: 'unreadable',
      why: messageOf(error).split('\n', 1)[0] ?? '',
      ...(refusal === undefined ? {} : { status: refusal.status }),
    };
  }
}

/** The workflow file in the first of these folders that has it. @throws as `ApiClient.read` does. */
async function readInFolders(
  context: GithubContext,
  [folder = '', ...others]: readonly string[],
  ref: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await readFile(context, `${folder}/${context.workflow}`, ref, signal);
  } catch (error) {
    if (others.length === 0 || refusalIn(error)?.status !== 404) throw error;
    return readInFolders(context, others, ref, signal);
  }
}

async function readFile(
  context: GithubContext,
  path: string,
  ref: string,
  signal: AbortSignal,
): Promise<string> {
  const { owner, repo } = context;
  const answer = await context.api.read(
    `reading ${path} at ${ref}`,
    (octokit, request) => octokit.rest.repos.getContent({ owner, repo, path, ref, request }),
    signal,
  );
  const { content, encoding } = fields(answer.data);
  if (typeof content !== 'string' || encoding !== 'base64')
    throw notUnderstood(context.apiUrl, context.server.system.addressInput);
  return Buffer.from(content, 'base64').toString('utf8');
}

/** A run as lists and single reads show it. */
export interface RunInfo {
  readonly run: StartedRun;
  readonly title: string;
  readonly event: unknown;
  readonly branch: unknown;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly status: unknown;
  readonly conclusion: unknown;
}

/** `undefined` for something that is no run. */
export function runInfoOf(context: GithubContext, data: unknown): RunInfo | undefined {
  const given = fields(data);
  const run = runOf(context, given.id, given.html_url);
  if (run === undefined) return undefined;
  return {
    run,
    title: [given.display_title, given.name, given.title]
      .filter((part) => typeof part === 'string')
      .join('\n'),
    event: given.event,
    branch: context.server.branchOf(given),
    createdAt: timeOf(given.created_at),
    status: given.status,
    conclusion: given.conclusion,
  };
}

/** A run by what the API says of it; `undefined` when it says no number. Its address is built where none is given. */
export function runOf(context: GithubContext, id: unknown, url: unknown): StartedRun | undefined {
  // Octokit reads numbers beyond 2^53 as bigint.
  const text = typeof id === 'number' || typeof id === 'bigint' ? String(id) : '';
  if (!/^[1-9]\d*$/.test(text)) return undefined;
  return {
    id: text,
    url: isLink(url) ? url : webUrl(context, text),
  };
}

/** The list of runs in an answer. @throws TransientError when it holds none. */
export function runsOf(
  context: GithubContext,
  what: string,
  answer: ApiResponse,
): readonly RunInfo[] {
  return listIn(what, fields(answer.data).workflow_runs)
    .map((one) => runInfoOf(context, one))
    .filter((one) => one !== undefined);
}

/** GitHub Enterprise Server: every API address but that of github.com and of GitHub with data residency. */
export function isEnterpriseServer(apiUrl: string): boolean {
  const { hostname } = new URL(apiUrl);
  return hostname !== 'api.github.com' && !/^api\..+\.ghe\.com$/.test(hostname);
}

function webUrl(context: GithubContext, id: string): string {
  return `${pageOf(context)}/actions/runs/${id}`;
}

/** The address of the repository for people. */
export function pageOf({ server, apiUrl, owner, repo }: GithubContext): string {
  return `${server.webRoot(apiUrl)}/${owner}/${repo}`;
}

function parseApiUrl(text: string): Result<string> {
  return URL.canParse(text)
    ? good(text.replace(/\/+$/, ''))
    : bad(
        'github-api-url is not a URL',
        'use https://api.github.com, or https://HOST/api/v3 of an Enterprise Server',
      );
}

/** `owner/name`. @param job whose jobs know their own. */
export function parseRepository(
  text: string,
  input = 'github-repository',
  job = 'GitHub Actions',
): Result<{ owner: string; repo: string }> {
  if (text === '')
    return bad(
      'there is no repository to call',
      `give ${input} as owner/name; a job of ${job} knows its own`,
    );
  const match = /^([\w.-]+)\/([\w.-]+)$/.exec(text);
  return match?.[1] !== undefined && match[2] !== undefined
    ? good({ owner: match[1], repo: match[2] })
    : bad(`${input} is "${text}"`, 'give it as owner/name');
}

/**
 * A workflow by file name, by `.github/workflows/` path or by number. Only digits are a number: `2nd-deploy.yml` is a name
 * (Codex-/return-dispatch reads it as 2).
 */
function parseWorkflow(text: string): Result<string> {
  const name = text.replace(/^(\.\/)?\.github\/workflows\//, '');
  return /^\d+$/.test(name) || /^[^/\\]+\.ya?ml$/i.test(name)
    ? good(name)
    : bad(
        `github-workflow is "${text}"`,
        'give the name of the file in .github/workflows, e.g. rollback.yml, or the number of the workflow',
      );
}

/** A branch or a tag by its short name. `workflow_dispatch` runs on nothing else (REST documentation, `ref`). */
export function parseRef(text: string): Result<string> {
  const fix = 'set rollback-ref to a branch or a tag; without it the default branch is used';
  const ref = readRef(text, 'GitHub', fix);
  return !ref.ok ? ref : good(ref.value.name);
}

function parseToken(text: string | undefined): Result<string> {
  return readToken(text, 'github-token', {
    message: 'there is no token for GitHub',
    fix: 'set github-token; in a workflow give the job permissions: actions: write',
  });
}
