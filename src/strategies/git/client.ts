import { Buffer } from 'node:buffer';
import type { Clock } from '../../support/clock.js';
import type { Exec, ExecResult } from '../../support/exec.js';
import type { TemporaryFolders } from '../../support/files.js';
import { retryRead } from '../../support/retry.js';
import { callTool, endingInWords, reasonIn, ToolError } from '../../support/tool.js';

interface GitOptions {
  /** By https or ssh, without credentials. */
  readonly repository: string;
  /** `undefined`: the one that HEAD of the repository names. */
  readonly branch: string | undefined;
  /** From the root of the repository, without a slash at either end; empty: all of it. */
  readonly path: string;
  /** A token, or `user:password`; `undefined`: what git itself has. */
  readonly token: string | undefined;
  /** The environment of git: PATH, HOME, SSH_AUTH_SOCK, proxies. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exec: Exec;
  readonly folders: TemporaryFolders;
  /** Takes secrets out of what is shown, before it is cut short. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** A path as a commit has it: `100644 blob 0123…` or `040000 tree 0123…`; `null`: it is not there. */
export type Entry = string | null;

/** The end of a branch. */
export interface Tip {
  readonly commit: string;
  readonly entry: Entry;
}

/** How a push ended. */
export type Pushed =
  | { readonly kind: 'done' }
  /** Somebody else has pushed meanwhile. */
  | { readonly kind: 'raced' }
  /** The server refuses it, whatever it is based on. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** No answer came. */
  | { readonly kind: 'unknown'; readonly reason: string };

/** A branch of a repository, as the git program reaches it. Everything rejects with a {@link GitError}, or with the signal's reason. */
export interface Git {
  branch(signal: AbortSignal): Promise<string>;
  tip(signal: AbortSignal): Promise<Tip>;
  /** Whether the server would take a push of what it has already, to the branch or to another one; changes nothing. */
  dryPush(signal: AbortSignal, other?: string): Promise<Pushed>;
  /** The commits after `from` up to `tip` that changed the path, the newest first, in one line each, as far as the fetched history goes. */
  commitsSince(from: string, tip: string, signal: AbortSignal): Promise<readonly string[]>;
  /** The message of a commit. */
  message(commit: string, signal: AbortSignal): Promise<string>;
  /** Fetches a commit, so that what it holds can be put back. */
  have(commit: string, signal: AbortSignal): Promise<void>;
  /** Makes a commit on top of `tip` that gives the path this entry. Nothing leaves this machine. */
  commit(tip: Tip, entry: string, message: string, signal: AbortSignal): Promise<string>;
  push(commit: string, branch: string, signal: AbortSignal): Promise<Pushed>;
  /** Pushes to a branch that is not there yet; `raced`: it is. */
  create(commit: string, branch: string, signal: AbortSignal): Promise<Pushed>;
  /** Deletes a branch that still has just this commit. */
  remove(commit: string, branch: string, signal: AbortSignal): Promise<Pushed>;
  /** The commit at the end of any branch; `undefined`: there is no such branch. */
  headOf(branch: string, signal: AbortSignal): Promise<string | undefined>;
  /** Whether the branch has a commit of ours by now. */
  hasOnBranch(commit: string, signal: AbortSignal): Promise<boolean>;
  close(): Promise<void>;
}

const READ_TIMEOUT_MS = 60_000;
const LOCAL_TIMEOUT_MS = 60_000;
const PUSH_TIMEOUT_MS = 60_000;
const MAX_OUTPUT = 1024 * 1024;
/** So much of the history is fetched for what is only told. */
const DEPTH = 100;
const MOST_COMMITS = 20;

/** What the functions below share. */
interface State {
  readonly options: GitOptions;
  /** The clone, made when it is needed. */
  folder: Promise<string> | undefined;
  branch: string | undefined;
}

export function createGit(options: GitOptions): Git {
  const state: State = { options, folder: undefined, branch: options.branch };
  return {
    branch: (signal) => branchOf(state, signal),
    tip: (signal) => tipOf(state, signal),
    dryPush: async (signal, other) => {
      const { commit } = await tipOf(state, signal);
      return push(state, ['--dry-run'], commit, other ?? (await branchOf(state, signal)), signal);
    },
    commitsSince: (from, tip, signal) => commitsSince(state, from, tip, signal),
    message: (commit, signal) => local(state, ['log', '-1', '--format=%B', commit], signal),
    have: (id, signal) => have(state, id, signal),
    commit: (tip, entry, message, signal) => commit(state, tip, entry, message, signal),
    push: (id, branch, signal) => push(state, [], id, branch, signal),
    create: (id, branch, signal) => push(state, [onlyIf(branch, '')], id, branch, signal),
    remove: (id, branch, signal) => push(state, [onlyIf(branch, id)], '', branch, signal),
    headOf: (branch, signal) => headOf(state, branch, signal),
    hasOnBranch: (id, signal) => hasOnBranch(state, id, signal),
    async close() {
      const folder = await state.folder?.catch(() => undefined);
      state.folder = undefined;
      if (folder !== undefined) await options.folders.removeTree(folder);
    },
  };
}

/** An empty clone of nothing but the branch, without the contents of files that nobody asks for. */
function clone(state: State, signal: AbortSignal): Promise<string> {
  state.folder ??= (async () => {
    const folder = await state.options.folders.makeTemporary('rollgate-git-');
    const init = ['init', '-q', '--bare', '.'];
    await call(state, init, { signal, cwd: folder, timeoutMs: LOCAL_TIMEOUT_MS });
    return folder;
  })();
  state.folder.catch(() => {
    state.folder = undefined;
  });
  return state.folder;
}

async function branchOf(state: State, signal: AbortSignal): Promise<string> {
  if (state.branch !== undefined) return state.branch;
  const told = await remote(state, ['ls-remote', '--symref', 'origin', 'HEAD'], signal);
  const name = /^ref: refs\/heads\/(\S+)\s+HEAD$/m.exec(told)?.[1];
  if (name === undefined)
    throw new GitError('garbage', 'the repository does not tell which branch is its HEAD');
  state.branch = name;
  return name;
}

async function tipOf(state: State, signal: AbortSignal): Promise<Tip> {
  const branch = await branchOf(state, signal);
  await fetch(state, ['--depth=1', 'origin', `+refs/heads/${branch}:refs/rollgate/tip`], signal);
  const commit = (await local(state, ['rev-parse', 'refs/rollgate/tip'], signal)).trim();
  return { commit, entry: await entryOf(state, commit, signal) };
}

async function entryOf(state: State, commit: string, signal: AbortSignal): Promise<Entry> {
  const { path } = state.options;
  if (path === '') {
    const tree = await local(state, ['rev-parse', `${commit}^{tree}`], signal);
    return `040000 tree ${tree.trim()}`;
  }
  const listed = await local(state, ['ls-tree', commit, '--', path], signal);
  const [entry = ''] = listed.split('\t');
  return entry.trim() === '' ? null : entry.trim();
}

/** Some servers give no commit by its id: then the history of the branch is fetched until it is in there. */
async function have(state: State, commit: string, signal: AbortSignal): Promise<void> {
  try {
    await fetch(state, ['--depth=1', 'origin', commit], signal);
  } catch (error) {
    if (!(error instanceof GitError) || error.transient) throw error;
    const branch = await branchOf(state, signal);
    await fetch(
      state,
      ['--unshallow', 'origin', `+refs/heads/${branch}:refs/rollgate/tip`],
      signal,
    );
  }
}

async function commitsSince(
  state: State,
  from: string,
  tip: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const { path } = state.options;
  try {
    await deepen(state, signal);
    const range = [`${from}..${tip}`, ...(path === '' ? [] : ['--', path])];
    const count = `--max-count=${String(MOST_COMMITS)}`;
    const told = await local(state, ['log', count, '--format=%h %s', ...range], signal);
    return told.split('\n').filter((line) => line !== '');
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return [];
  }
}

/** Fetches the last commits of the branch, as `refs/rollgate/deep`. */
async function deepen(state: State, signal: AbortSignal): Promise<void> {
  const branch = await branchOf(state, signal);
  const deep = [`--depth=${String(DEPTH)}`, 'origin', `+refs/heads/${branch}:refs/rollgate/deep`];
  await fetch(state, deep, signal);
}

async function commit(
  state: State,
  tip: Tip,
  entry: string,
  message: string,
  signal: AbortSignal,
): Promise<string> {
  const tree = await treeWith(state, tip, entry, signal);
  const sign = (await configured(state, ['--type=bool', 'commit.gpgsign'], signal)) === 'true';
  const args = ['commit-tree', tree, '-p', tip.commit, ...(sign ? ['-S'] : []), '-F', '-'];
  const env = await identity(state, signal);
  return (await local(state, args, signal, { input: message, env })).trim();
}

/** The tree of the tip with another entry at the path. Only the trees on the way to it are read: a repository may be large. */
async function treeWith(
  state: State,
  tip: Tip,
  entry: string,
  signal: AbortSignal,
): Promise<string> {
  const { path } = state.options;
  if (path === '') return entry.split(' ')[2] ?? '';
  const root = await local(state, ['rev-parse', `${tip.commit}^{tree}`], signal);
  return replaced(state, root.trim(), path.split('/'), entry, signal);
}

/** @param tree `undefined`: the folder is not there */
async function replaced(
  state: State,
  tree: string | undefined,
  [name = '', ...below]: readonly string[],
  entry: string,
  signal: AbortSignal,
): Promise<string> {
  const listed = tree === undefined ? '' : await local(state, ['ls-tree', '-z', tree], signal);
  const lines = listed.split('\0').filter((line) => line !== '');
  const isOf = (line: string): boolean => line.slice(line.indexOf('\t') + 1) === name;
  const [, type, id] = /^\S+ (\S+) (\S+)/.exec(lines.find(isOf) ?? '') ?? [];
  const folder = type === 'tree' ? id : undefined;
  const own =
    below.length === 0
      ? entry
      : `040000 tree ${await replaced(state, folder, below, entry, signal)}`;
  // The contents of the files are on the server.
  const input = [...lines.filter((line) => !isOf(line)), `${own}\t${name}`]
    .map((line) => `${line}\0`)
    .join('');
  return (await local(state, ['mktree', '-z', '--missing'], signal, { input })).trim();
}

/** A value of git's own configuration; `undefined`: it is not set. */
async function configured(
  state: State,
  key: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return (await local(state, ['config', '--get', ...key], signal)).trim();
  } catch (error) {
    if (error instanceof GitError) return undefined;
    throw error;
  }
}

/** The committer, if git has none configured: most runners do not. */
async function identity(
  state: State,
  signal: AbortSignal,
): Promise<Readonly<Record<string, string>>> {
  const { env } = state.options;
  const email = await configured(state, ['user.email'], signal);
  if (email !== undefined) return {};
  const of = (role: string): Record<string, string> => ({
    [`GIT_${role}_NAME`]: env[`GIT_${role}_NAME`] ?? 'Rollgate',
    [`GIT_${role}_EMAIL`]: env[`GIT_${role}_EMAIL`] ?? 'rollgate@localhost',
  });
  return { ...of('AUTHOR'), ...of('COMMITTER') };
}

/** @param commitId empty: the branch is deleted */
async function push(
  state: State,
  flags: readonly string[],
  commitId: string,
  branch: string,
  signal: AbortSignal,
): Promise<Pushed> {
  const folder = await clone(state, signal);
  const args = ['push', '--porcelain', ...flags, 'origin', `${commitId}:refs/heads/${branch}`];
  let result: ExecResult;
  try {
    result = await git(state, args, { signal, cwd: folder, timeoutMs: PUSH_TIMEOUT_MS });
  } catch (error) {
    if (!(error instanceof GitError)) throw error;
    return { kind: 'unknown', reason: error.message };
  }
  if (result.code === 0) return { kind: 'done' };
  // `! <from>:<to> [rejected] (fetch first)`: https://git-scm.com/docs/git-push#_output
  const line = /^!\t[^\t]*\t(.*)$/m.exec(result.stdout)?.[1];
  const said = [line ?? '', complaintOf(result.stderr)].filter((text) => text !== '').join(' ');
  const reason = endingInWords('git push', result, said, state.options.redact);
  // Without a word of the server about the branch only a clear no is a no: git may have been killed after it had sent all.
  if (line === undefined)
    return ['unauthorized', 'not-found'].includes(reasonOf(said))
      ? { kind: 'refused', reason }
      : { kind: 'unknown', reason };
  return raced.test(line) ? { kind: 'raced' } : { kind: 'refused', reason };
}

/** A client that was late, or a server that was asked twice at the same time (builtin/receive-pack.c, refs/files-backend.c). */
const raced =
  /fetch first|non-fast-forward|stale info|cannot lock ref|failed to update ref|incorrect old value|reference already exists|remote ref updated since checkout/i;

/** Only if the branch is at this commit; without one, only if it is not there (https://git-scm.com/docs/git-push). */
function onlyIf(branch: string, commit: string): string {
  return `--force-with-lease=refs/heads/${branch}:${commit}`;
}

async function headOf(
  state: State,
  branch: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const told = await remote(state, ['ls-remote', 'origin', `refs/heads/${branch}`], signal);
  const commit = told.split('\t')[0]?.trim() ?? '';
  return commit === '' ? undefined : commit;
}

async function hasOnBranch(state: State, id: string, signal: AbortSignal): Promise<boolean> {
  await deepen(state, signal);
  const told = await local(state, ['rev-list', 'refs/rollgate/deep'], signal);
  return told.split('\n').includes(id);
}

function fetch(state: State, args: readonly string[], signal: AbortSignal): Promise<string> {
  return remote(state, ['fetch', '-q', '--no-tags', '--filter=blob:none', ...args], signal);
}

/** A read of the server, asked again while it is not reached. */
function remote(state: State, args: readonly string[], signal: AbortSignal): Promise<string> {
  const { clock, random } = state.options;
  const read = async (): Promise<string> => {
    const cwd = await clone(state, signal);
    return call(state, args, { signal, cwd, timeoutMs: READ_TIMEOUT_MS });
  };
  return retryRead(read, { clock, random, signal, budgetMs: 30_000, attempts: 4 });
}

async function local(
  state: State,
  args: readonly string[],
  signal: AbortSignal,
  more: Pick<CallOptions, 'input' | 'env'> = {},
): Promise<string> {
  const cwd = await clone(state, signal);
  return call(state, args, { signal, cwd, timeoutMs: LOCAL_TIMEOUT_MS, ...more });
}

interface CallOptions {
  readonly signal: AbortSignal;
  readonly cwd: string;
  readonly timeoutMs: number;
  readonly input?: string;
  /** Besides what every call has. */
  readonly env?: Readonly<Record<string, string>>;
}

async function call(state: State, args: readonly string[], options: CallOptions): Promise<string> {
  const result = await git(state, args, options);
  if (result.code === 0) return result.stdout;
  const complaint = complaintOf(result.stderr);
  throw new GitError(
    result.code === null ? 'killed' : reasonOf(complaint),
    endingInWords(`git ${args[0] ?? ''}`, result, complaint, state.options.redact),
  );
}

function git(
  { options }: State,
  args: readonly string[],
  { env = {}, ...call }: CallOptions,
): Promise<ExecResult> {
  return callTool('git', args, {
    ...call,
    exec: options.exec,
    what: `git ${args[0] ?? ''}`,
    fail: (reason, message) => new GitError(reason === 'other' ? 'missing' : reason, message),
    env: { ...options.env, ...nowhereElse, ...configuration(options), ...env },
    maxOutput: MAX_OUTPUT,
  });
}

/** A hook of git that runs us has these set, and they would lead elsewhere. */
const nowhereElse = {
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_INDEX_FILE: undefined,
  GIT_OBJECT_DIRECTORY: undefined,
  GIT_ALTERNATE_OBJECT_DIRECTORIES: undefined,
} as const;

/**
 * Prompts are disabled, and messages are in English so that they can be parsed. The clone is configured through the environment:
 * a file would take one call per line, and credentials must not appear in arguments, URLs or files, because other users of the machine
 * can read arguments (https://git-scm.com/docs/git-config#ENVIRONMENT, since 2.31).
 */
function configuration({ repository, token, env }: GitOptions): Readonly<Record<string, string>> {
  const before = Number(env.GIT_CONFIG_COUNT ?? '0') || 0;
  const pairs = [
    ['remote.origin.url', repository],
    // What is missing is fetched when it is asked for: https://git-scm.com/docs/partial-clone
    ['remote.origin.promisor', 'true'],
    ['remote.origin.partialclonefilter', 'blob:none'],
    ['gc.auto', '0'],
    ...authorizationOf(repository, token),
  ] as const;
  return {
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_SSH_COMMAND: env.GIT_SSH_COMMAND ?? 'ssh -o BatchMode=yes',
    GIT_CONFIG_COUNT: String(before + pairs.length),
    ...Object.fromEntries(
      pairs.flatMap(([key, value], index) => [
        [`GIT_CONFIG_KEY_${String(before + index)}`, key],
        [`GIT_CONFIG_VALUE_${String(before + index)}`, value],
      ]),
    ),
  };
}

/** For this server only. By ssh there is no header. */
function authorizationOf(
  repository: string,
  token: string | undefined,
): readonly (readonly [string, string])[] {
  if (token === undefined || !/^https?:/i.test(repository)) return [];
  const pair = token.includes(':') ? token : `x-access-token:${token}`;
  const header = `Authorization: Basic ${Buffer.from(pair, 'utf8').toString('base64')}`;
  return [[`http.${new URL(repository).origin}/.extraHeader`, header]];
}

/** Its own complaint, without what the server says of itself. */
function complaintOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const said = lines.filter((line) => /^(remote: )?(fatal|error|remote):/i.test(line));
  // Servers send blank lines, and words of git in words of git.
  const plain = (said.length > 0 ? said : lines.slice(-2))
    .map((line) => line.replace(/^(remote: *)+(error: *)*/i, '').trim())
    .filter((line) => line !== '' && line !== 'remote:');
  return plain.join(' ');
}

/** Why git failed. */
type GitReason = 'unauthorized' | 'not-found' | 'unreachable' | 'killed';

/** git failed. */
export class GitError extends ToolError<GitReason> {
  override readonly name = 'GitError';

  override get transient(): boolean {
    return isTransient(this.reason);
  }
}

function isTransient(reason: GitError['reason']): boolean {
  return reason === 'unreachable' || reason === 'killed';
}

const words: readonly (readonly [RegExp, GitReason])[] = [
  [
    /Authentication failed|could not read (Username|Password)|Permission denied|HTTP 40[13]|returned error: 40[13]|Host key verification/i,
    'unauthorized',
  ],
  [/not found|does not appear to be a git repository|couldn't find remote ref/i, 'not-found'],
  [
    /Could not resolve host|Failed to connect|Connection (refused|reset|timed out|closed)|early EOF|hung up|returned error: (429|5\d\d)|HTTP (429|5\d\d)|unexpected disconnect|timed out|Empty reply/i,
    'unreachable',
  ],
];

function reasonOf(complaint: string): GitError['reason'] {
  return reasonIn(words, complaint);
}
