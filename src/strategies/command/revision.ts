import type { Finding, Result } from '../../contract/result.js';
import { bad, good } from '../../contract/result.js';
import type { ExecResult } from '../../support/exec.js';
import { lastLineOf, type Shell } from '../../support/shell.js';
import { fields, textOf } from '../../support/json.js';

/** What runs, as the user's own command names it: a release, a revision, a version. */
export interface RevisionCommand {
  /** Asks once more. The problem says why there is no answer. @throws the signal's reason, when it is aborted */
  read(signal: AbortSignal): Promise<Result<string>>;
  /** Why it cannot run, without running it. */
  problemOf(signal: AbortSignal): Promise<Finding | undefined>;
}

export const SNAPSHOT_COMMAND = 'rollback-snapshot-command';

/** It is asked before, while and after a rollback: one that hangs must not hold that up, milliseconds. */
const TIMEOUT_MS = 30_000;
/** How much of each output is kept. */
const KEPT_OUTPUT = 8192;
/** Characters. No name of a version is longer, and the environment of a program has limits. */
const LONGEST = 1000;

/** Asks the user's own command what runs, by a shell that redacts what is printed. */
export function createRevisionCommand(shell: Shell, line: string): RevisionCommand {
  return {
    async problemOf(signal) {
      const problem = await shell.problemOf(line, SNAPSHOT_COMMAND, signal);
      return problem && { level: 'error', subject: 'command', ...problem };
    },
    async read(signal) {
      const result = await shell.run(line, {
        ...{ signal, timeoutMs: TIMEOUT_MS, maxOutput: KEPT_OUTPUT },
      });
      if (result.stopped === 'aborted') throw signal.reason;
      if (result.spawnError !== undefined)
        return bad(`${SNAPSHOT_COMMAND} was not run: ${result.spawnError.message}`);
      if (result.stopped === 'timeout')
        return bad(`${SNAPSHOT_COMMAND} did not end within ${String(TIMEOUT_MS / 1000)} s`);
      if (result.code !== 0) return bad(`${SNAPSHOT_COMMAND} ${endingOf(result)}`);
      return revisionIn(result.stdout);
    },
  };
}

function endingOf(result: ExecResult): string {
  const { code, signal } = result;
  const how =
    code === null ? `was ended by ${signal ?? 'a signal'}` : `exited with code ${String(code)}`;
  const last = lastLineOf(result);
  return last === '' ? how : `${how}: ${last}`;
}

/** The one line that a snapshot command prints on standard output. */
export function revisionIn(stdout: string): Result<string> {
  const lines = stdout
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  const [line, second] = lines;
  if (line === undefined)
    return bad(`${SNAPSHOT_COMMAND} printed nothing`, 'let it print what runs, on one line');
  if (second !== undefined)
    return bad(
      `${SNAPSHOT_COMMAND} printed ${String(lines.length)} lines`,
      'let it print what runs on one line, and everything else on standard error',
    );
  if (line.length > LONGEST)
    return bad(`${SNAPSHOT_COMMAND} printed a line of more than ${String(LONGEST)} characters`);
  if (/\p{Cc}/u.test(line)) return bad(`${SNAPSHOT_COMMAND} printed control characters`);
  if (line.includes('***'))
    return bad(
      `${SNAPSHOT_COMMAND} printed a secret`,
      'let it name what runs without one: the line goes into the snapshot and the log',
    );
  return good(line);
}

/** What the strategy records before the deploy. */
export interface RecordedRevision {
  readonly revision: string;
}

/** @returns `undefined` for what another command recorded */
export function readRecorded(value: unknown): RecordedRevision | undefined {
  const revision = textOf(fields(value).revision);
  if (revision === undefined) return undefined;
  const read = revisionIn(revision);
  return read.ok && read.value === revision ? { revision } : undefined;
}
