import type { Problem, Result } from '../../contract/result.js';
import type { Clock } from '../../support/clock.js';
import {
  type ApiClient,
  ApiError,
  type ApiRequest,
  createJsonApi,
  withRetries,
} from '../../support/http/api.js';
import {
  type ApiProblem,
  byKind,
  type ErrorMapping,
  type Hints,
  refusal,
} from '../../support/http/problem.js';
import { type ApiResponse, isPage, isSuccess } from '../../support/http/response.js';
import { fields, listOf, numberOf, textOf } from '../../support/json.js';
import type { GitHost } from './host.js';

/** A pull or merge request that is open. */
export interface PullRequest {
  /** `pull request #12` */
  readonly name: string;
  readonly number: number;
  readonly url: string;
}

interface NewPullRequest {
  /** The branch that has the commit, and the one it is for. */
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

/** How opening one ended. */
export type Opened =
  | { readonly kind: 'open'; readonly request: PullRequest }
  /** There is none of this call. */
  | { readonly kind: 'refused'; readonly problem: Problem }
  /** No answer that tells. */
  | { readonly kind: 'unknown'; readonly problem: Problem };

/** The pull requests of one repository. */
export interface PullRequests {
  /** As people of this server call one. */
  readonly noun: string;
  /** Why none could be opened; changes nothing. */
  check(signal: AbortSignal): Promise<Problem | undefined>;
  /** The open one between these branches. @throws ApiError, or the signal's reason */
  find(head: string, base: string, signal: AbortSignal): Promise<PullRequest | undefined>;
  /** Sends the request once; again only when it cannot have arrived, or was refused for its rate. @throws the signal's reason */
  open(request: NewPullRequest, signal: AbortSignal): Promise<Opened>;
}

/** What differs between the servers. */
interface ServerApi {
  readonly noun: string;
  readonly mark: string;
  /** What the token needs. */
  readonly needs: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Path of the repository in the API. */
  readonly repository: (project: string) => string;
  readonly list: (head: string, base: string, project: string) => Readonly<Record<string, string>>;
  /** Path below the repository. */
  readonly collection: string;
  readonly body: (request: NewPullRequest) => Readonly<Record<string, unknown>>;
  /** Branches and number of one in an answer. */
  readonly read: (one: Fields) => {
    readonly head: unknown;
    readonly base: unknown;
    readonly number: unknown;
    readonly url: unknown;
  };
  /** Whether the repository has them switched off. */
  readonly isOff: (repository: Fields) => boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const likeGithub = {
  noun: 'pull request',
  mark: '#',
  repository: (project: string) => `repos/${project}`,
  collection: 'pulls',
  body: (request: NewPullRequest) => ({ ...request }),
  read: ({ head, base, number, html_url: url }: Fields) => ({
    ...{ head: fields(head).ref, base: fields(base).ref, number, url },
  }),
} as const;

const apis: Readonly<Record<GitHost['kind'], ServerApi>> = {
  // https://docs.github.com/en/rest/pulls/pulls
  github: {
    ...likeGithub,
    needs: '`contents: write` and `pull-requests: write` for this repository',
    headers: { accept: 'application/vnd.github+json', 'x-github-api-version': '2022-11-28' },
    list: (head, base, project) => ({
      ...{ state: 'open', base, head: `${project.split('/')[0] ?? ''}:${head}` },
    }),
    isOff: () => false,
  },
  // https://docs.gitlab.com/api/merge_requests/
  gitlab: {
    noun: 'merge request',
    mark: '!',
    needs: 'the scope `api` and the role Developer; the token of a job may not open one',
    headers: {},
    repository: (project) => `projects/${encodeURIComponent(project)}`,
    list: (head, base) => ({ state: 'opened', source_branch: head, target_branch: base }),
    collection: 'merge_requests',
    body: ({ head, base, title, body }) => ({
      ...{ source_branch: head, target_branch: base, title, description: body },
      remove_source_branch: true,
    }),
    read: ({ source_branch: head, target_branch: base, iid: number, web_url: url }) => ({
      ...{ head, base, number, url },
    }),
    isOff: ({ merge_requests_access_level: level, merge_requests_enabled: enabled }) =>
      level === 'disabled' || enabled === false,
  },
  // https://docs.gitea.com/api/1.26/#tag/repository/operation/repoCreatePullRequest; lists cannot be asked for a branch.
  gitea: {
    ...likeGithub,
    needs: 'the scope `write:repository`',
    headers: {},
    list: () => ({ state: 'open' }),
    isOff: ({ has_pull_requests: has }) => has === false,
  },
};

/** Pages of a list that are read at most, and what is on each. */
const MOST_PAGES = 20;
const PAGE_SIZE = 50;
const OPEN_TIMEOUT_MS = 30_000;

interface PullRequestDependencies {
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  readonly redact: (text: string) => string;
}

/** What the functions below share. */
interface State extends PullRequestDependencies {
  readonly host: GitHost;
  readonly own: ServerApi;
  readonly api: ApiClient;
  readonly errors: ErrorMapping;
}

/** The pull requests of a repository on this server. */
export function createPullRequests(
  host: GitHost,
  dependencies: PullRequestDependencies,
): PullRequests {
  const own = apis[host.kind];
  const errors: ErrorMapping = { hintFor: (kind, said) => hintFor(kind, said, own) };
  const api = createJsonApi({
    ...dependencies,
    ...{ baseUrl: host.api, accepts: 'json', errors },
    headers: { ...own.headers, authorization: host.authorization },
  });
  const state: State = { ...dependencies, host, own, api, errors };
  return {
    noun: own.noun,
    check: (signal) => check(state, signal),
    find: (head, base, signal) => find(state, head, base, signal),
    open: (request, signal) => open(state, request, signal),
  };
}

function hintFor(
  kind: ApiProblem['kind'],
  said: string,
  { noun, needs }: ServerApi,
): string | undefined {
  // https://docs.github.com/en/repositories/managing-your-repositorys-settings-and-features/enabling-features-for-your-repository/managing-github-actions-settings-for-a-repository
  if (/not permitted to create or approve pull requests/i.test(said))
    return 'allow GitHub Actions to create pull requests (Settings, Actions, General), or set `git-token` to a token of an app or a person';
  const right = `give the token the right to open a ${noun}: it needs ${needs}`;
  const address = 'see whether `git-repository` is the current address of the repository';
  const hints: Hints = {
    unauthorized: `set \`git-token\` to a token that may open a ${noun}: it needs ${needs}`,
    ...{ forbidden: right, 'not-found': right },
    ...{ redirect: address, page: address, 'not-json': address },
  };
  return byKind(hints)(kind, said);
}

async function check({ host, own, api }: State, signal: AbortSignal): Promise<Problem | undefined> {
  try {
    const what = `reading the repository ${host.project}`;
    const call = { method: 'GET', path: own.repository(host.project) } as const;
    const repository = fields((await api.read(what, call, signal)).data);
    if (repository.archived === true)
      return { message: `${host.project} is archived: nobody can open a ${own.noun}` };
    return own.isOff(repository)
      ? {
          message: `${host.project} has ${own.noun}s switched off`,
          fix: `switch them on, or set \`git-mode: push\``,
        }
      : undefined;
  } catch (error) {
    return problemIn(error);
  }
}

/** Why a call failed. @throws every other error */
export function problemIn(error: unknown): Problem {
  if (!(error instanceof ApiError)) throw error;
  const { message, fix } = error;
  return fix === undefined ? { message } : { message, fix };
}

async function find(
  state: State,
  head: string,
  base: string,
  signal: AbortSignal,
): Promise<PullRequest | undefined> {
  const { host, own, api } = state;
  const path = `${own.repository(host.project)}/${own.collection}`;
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    // Gitea calls the size of a page `limit`, the others `per_page`.
    const paging = { page, limit: PAGE_SIZE, per_page: PAGE_SIZE };
    const query = { ...own.list(head, base, host.project), ...paging };
    const what = `looking for an open ${own.noun}`;
    const answer = await api.read(what, { method: 'GET', path, query }, signal);
    const all = listOf(answer.data).map(fields);
    for (const one of all) {
      const found = own.read(one);
      if (found.head !== head || found.base !== base) continue;
      const request = requestIn(one, state);
      if (request !== undefined) return request;
    }
    if (all.length === 0) return undefined;
  }
  return undefined;
}

function requestIn(one: Fields, { own, host }: State): PullRequest | undefined {
  const { number, url } = own.read(one);
  const id = numberOf(number);
  if (id === undefined) return undefined;
  const address = textOf(url) ?? '';
  return {
    name: `${own.noun} ${own.mark}${String(id)}`,
    number: id,
    url: /^https?:\/\/\S+$/i.test(address) ? address : host.web,
  };
}

async function open(state: State, request: NewPullRequest, signal: AbortSignal): Promise<Opened> {
  const { host, own, api, clock, random, errors, redact } = state;
  const what = `opening the ${own.noun}`;
  const call: ApiRequest = {
    method: 'POST',
    path: `${own.repository(host.project)}/${own.collection}`,
    json: own.body(request),
  };
  const outcome = { mayBeThere: false };
  const ask = async (): Promise<Result<ApiResponse, ApiProblem>> => {
    const sent = await api.send(what, call, OPEN_TIMEOUT_MS, signal);
    signal.throwIfAborted();
    if (!sent.ok) {
      const { mayHaveBeenReceived } = sent.problem;
      outcome.mayBeThere = mayHaveBeenReceived;
      return { ok: false, problem: { ...sent.problem, transient: !mayHaveBeenReceived } };
    }
    const { value } = sent;
    if (isSuccess(value) && !isPage(value) && value.isText !== true) return sent;
    outcome.mayBeThere = isSuccess(value) || value.status >= 500;
    const problem = refusal(value, { errors, redact, now: clock.now() });
    return { ok: false, problem: { ...problem, transient: problem.kind === 'rate-limited' } };
  };
  const limits = { budgetMs: 30_000, attempts: 4 };
  const answer = await withRetries(ask, { clock, random, signal, ...limits });
  if (!answer.ok) {
    const { fix } = answer.problem;
    const problem: Problem = {
      message: `${what}: ${answer.problem.message}`,
      ...(fix === undefined ? {} : { fix }),
    };
    return { kind: outcome.mayBeThere ? 'unknown' : 'refused', problem };
  }
  const opened = requestIn(fields(answer.value.data), state);
  return opened === undefined
    ? { kind: 'unknown', problem: { message: `${what}: the answer names no ${own.noun}` } }
    : { kind: 'open', request: opened };
}
