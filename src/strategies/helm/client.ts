import type { Clock } from '../../support/clock.js';
import type { Exec, ExecResult } from '../../support/exec.js';
import { retryRead } from '../../support/retry.js';
import { oneLine } from '../../support/text.js';
import {
  callTool,
  endingInWords,
  notRun,
  reasonIn,
  ToolError,
  type ToolReason,
} from '../../support/tool.js';
import { readHistory, type Revision } from './release.js';

interface HelmOptions {
  readonly release: string;
  /** `undefined`: as helm has it. */
  readonly namespace: string | undefined;
  readonly kubeconfig: string | undefined;
  readonly context: string | undefined;
  /** The environment of helm: PATH, HOME, KUBECONFIG, HELM_*, proxies, and what login plugins need. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly exec: Exec;
  /** Takes secrets out of what is shown, before it is cut short. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** How `helm rollback` ended. */
export interface RollbackEnd {
  /** helm reported success. */
  readonly ok: boolean;
  /** helm was not run at all. */
  readonly neverRan: boolean;
  /** What went wrong, for people. */
  readonly message: string;
}

/** One release, as the helm CLI reaches it. What reads rejects with a {@link HelmError}, or with the signal's reason. */
export interface Helm {
  /** Oldest first. At least one revision; asked again while the server is not reached. */
  history(signal: AbortSignal): Promise<readonly Revision[]>;
  /** The objects of a revision, as YAML. They may hold secrets. */
  manifest(revision: number, signal: AbortSignal): Promise<string>;
  /** Sent once. helm gives up after about `timeoutMs`; when the signal is aborted it is ended. */
  rollback(revision: number, timeoutMs: number, signal: AbortSignal): Promise<RollbackEnd>;
}

/** The command that does what {@link Helm.rollback} does, for people. */
export function rollbackCommand(release: string, revision: number): string {
  return `helm rollback ${release} ${String(revision)}`;
}

const READ_TIMEOUT_MS = 20_000;
const READ_BUDGET_MS = 30_000;
const READ_ATTEMPTS = 4;
/** A release is at most a Secret of 1 MiB, compressed. */
const MAX_OUTPUT = 64 * 1024 * 1024;
/** Only its error message is used. */
const MAX_TALK = 64 * 1024;

/** What the functions below share. */
interface State {
  readonly options: HelmOptions;
  readonly release: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly common: string[];
}

/** Uses only what helm 3 and helm 4 have in common (pkg/cmd/rollback.go, history.go and get_manifest.go of both). */
export function createHelm(options: HelmOptions): Helm {
  const { release, clock, random } = options;
  const common = [
    ...(options.namespace === undefined ? [] : ['--namespace', options.namespace]),
    ...(options.kubeconfig === undefined ? [] : ['--kubeconfig', options.kubeconfig]),
    ...(options.context === undefined ? [] : ['--kube-context', options.context]),
  ];
  const state: State = { options, release, clock, random, common };
  return {
    history: (signal) => history(state, signal),
    manifest: (revision, signal) =>
      read(state, ['get', 'manifest', release, '--revision', String(revision)], signal),
    rollback: (revision, timeoutMs, signal) => rollback(state, revision, timeoutMs, signal),
  };
}

async function history(state: State, signal: AbortSignal): Promise<readonly Revision[]> {
  const revisions = readHistory(
    await read(state, ['history', state.release, '-o', 'json'], signal),
  );
  if (revisions === undefined)
    throw new HelmError('garbage', 'helm history printed something that is not a history');
  return revisions;
}

async function rollback(
  state: State,
  revision: number,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<RollbackEnd> {
  const result = await state.options.exec(
    'helm',
    [
      ...['rollback', state.release, String(revision)],
      // Alone: helm 3 takes no value, helm 4 takes its watcher.
      ...['--wait', '--timeout', `${String(Math.max(1, Math.round(timeoutMs / 1000)))}s`],
      // 0: no limit. With the default of 10 a rollback deletes revisions that the user's own limit may keep.
      ...['--history-max', '0'],
      ...state.common,
    ],
    { env: state.options.env, signal, maxOutput: MAX_TALK },
  );
  const problem = notRun('helm', result, fail);
  if (problem !== undefined) return { ok: false, neverRan: true, message: problem.message };
  if (result.stopped !== undefined)
    return { ok: false, neverRan: false, message: 'helm was ended before it was done' };
  return result.code === 0
    ? { ok: true, neverRan: false, message: '' }
    : { ok: false, neverRan: false, message: endingOf(state, result) };
}

/** Only the error message: that it was `helm rollback` is said elsewhere. */
function endingOf({ options }: State, { code, signal, stderr }: ExecResult): string {
  const shown = oneLine(options.redact(complaintOf(stderr)));
  if (shown !== '') return shown;
  return code === null ? `ended by ${signal ?? 'a signal'}` : `ended with code ${String(code)}`;
}

function fail(reason: ToolReason, message: string): HelmError {
  return new HelmError(reason, message);
}

async function readOnce(
  state: State,
  args: readonly string[],
  signal: AbortSignal,
): Promise<string> {
  const what = `helm ${args[0] ?? ''}`;
  const result = await callTool('helm', [...args, ...state.common], {
    exec: state.options.exec,
    what,
    fail,
    env: state.options.env,
    signal,
    timeoutMs: READ_TIMEOUT_MS,
    maxOutput: MAX_OUTPUT,
  });
  if (result.code === 0) return result.stdout;
  const { redact } = state.options;
  throw new HelmError(
    reasonIn(words, result.stderr),
    endingInWords(what, result, complaintOf(result.stderr), redact),
  );
}

function read(state: State, args: readonly string[], signal: AbortSignal): Promise<string> {
  return retryRead(() => readOnce(state, args, signal), {
    clock: state.clock,
    random: state.random,
    signal,
    budgetMs: READ_BUDGET_MS,
    attempts: READ_ATTEMPTS,
  });
}

/** Why helm failed. */
type HelmReason =
  /** There is no such release, or no such revision. */
  | 'not-found'
  | 'forbidden'
  /** The server was not reached, or is not able to answer now. */
  | 'unreachable';

/** helm failed. */
export class HelmError extends ToolError<HelmReason> {
  override readonly name = 'HelmError';

  override get transient(): boolean {
    return this.reason === 'unreachable';
  }
}

/** What helm writes to standard error, by what it means. The first that matches counts. */
const words: readonly (readonly [RegExp, HelmReason])[] = [
  // helm pkg/storage/driver/driver.go: ErrReleaseNotFound; pkg/action/rollback.go: "release has no %d version".
  [/release: not found|release has no \d+ version/, 'not-found'],
  [/is forbidden:|Unauthorized|must be logged in to the server/, 'forbidden'],
  [
    /cluster unreachable|connection refused|connection reset|no such host|no route to host|i\/o timeout|TLS handshake timeout|EOF|deadline exceeded|etcdserver:|unable to handle the request/i,
    'unreachable',
  ],
];

/** helm's own complaint: it begins with `Error:`, and warnings stand before it. */
function complaintOf(stderr: string): string {
  const lines = stderr.split('\n').filter((line) => line.trim() !== '');
  const at = lines.findIndex((line) => line.startsWith('Error: '));
  return at === -1
    ? (lines.at(-1) ?? '')
    : lines
        .slice(at)
        .join(' ')
        .replace(/^Error: /, '');
}
