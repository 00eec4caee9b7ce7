import type { Exec, ExecOptions, ExecResult } from './exec.js';
import { oneLine } from './text.js';

/** What may be wrong with any program that is called; each has further reasons of its own. */
export type ToolReason =
  /** There is no such program on the PATH. */
  | 'missing'
  /** It did not end in time. */
  | 'timeout'
  /** It ended well, and what it printed is not what it should be. */
  | 'garbage'
  | 'other';

/** A program failed. */
export abstract class ToolError<R extends string> extends Error {
  constructor(
    readonly reason: R | ToolReason,
    message: string,
  ) {
    super(message);
  }

  /**
   * Whether the same call may succeed a moment later. What did not end in time is not among these: it has had a time of its
   * own for each request, so something else hangs.
   */
  abstract get transient(): boolean;
}

/** A call of a program, and what it needs. */
export interface ToolCall extends ExecOptions {
  readonly exec: Exec;
  /** What was called, as messages name it; its arguments may hold anything. */
  readonly what: string;
  readonly fail: (reason: ToolReason, message: string) => Error;
}

/**
 * Runs a program to its end, well or badly.
 *
 * @throws the signal's reason; what `fail` makes of a program that could not be run or did not end in time
 */
export async function callTool(
  program: string,
  args: readonly string[],
  { exec, what, fail, ...options }: ToolCall,
): Promise<ExecResult> {
  const result = await exec(program, args, options);
  if (result.stopped === 'aborted') throw options.signal.reason;
  const problem = notRun(program, result, fail);
  if (problem !== undefined) throw problem;
  if (result.stopped === 'timeout')
    throw fail(
      'timeout',
      `${what} did not end within ${String((options.timeoutMs ?? 0) / 1000)} s`,
    );
  return result;
}

/** Why a program was not run at all. */
export function notRun(
  program: string,
  { spawnError }: ExecResult,
  fail: ToolCall['fail'],
): Error | undefined {
  if (spawnError === undefined) return undefined;
  return spawnError.code === 'ENOENT'
    ? fail('missing', `${program} is not on the PATH`)
    : fail('other', `${program} could not be run: ${spawnError.message}`);
}

/** How a call ended that did not end well, in words: by its own complaint, if it has one. */
export function endingInWords(
  what: string,
  { code, signal }: ExecResult,
  complaint: string,
  redact: (text: string) => string,
): string {
  const shown = oneLine(redact(complaint));
  if (shown !== '') return `${what}: ${shown}`;
  return code === null
    ? `${what} was ended by ${signal ?? 'a signal'}`
    : `${what} ended with code ${String(code)}`;
}

/** The first line of a table whose pattern is in the text. */
export function reasonIn<R extends string>(
  table: readonly (readonly [RegExp, R])[],
  text: string,
): R | 'other' {
  return table.find(([pattern]) => pattern.test(text))?.[1] ?? 'other';
}
