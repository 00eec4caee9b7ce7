import { negative } from '../source.js';
import type { Clock } from '../../support/clock.js';
import type { ExecResult } from '../../support/exec.js';
import { createShell, type ShellDependencies } from '../../support/shell.js';
import { formatDuration, lastLines, neutralise } from '../../support/text.js';
import type { CodeRange } from '../../support/values/numbers.js';

/** What is kept of each output. */
const KEPT_OUTPUT = 65_536;
/** All lines that are shown together. */
const LONGEST_LOG = 2000;
/** POSIX, Shell Command Language, 2.8.2: the command was found and could not be run; it was not found. */
const NOT_STARTED = new Set([126, 127]);
/** A number as JSON writes it (RFC 8259, 6). */
const NUMBER = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/i;

/** How one run of the program ended. */
export type Run =
  | { readonly ended: 'passed'; readonly value: Reading; readonly ms: number }
  /** By one of the codes that count. */
  | { readonly ended: 'failed'; readonly detail: string; readonly ms: number }
  /** It says nothing of what was deployed. */
  | { readonly ended: 'otherwise'; readonly detail: string };

/** The number of its last line, or why there is none. */
type Reading =
  { readonly ok: true; readonly value: number } | { readonly ok: false; readonly why: string };

export interface Program {
  /** @throws the signal's reason when it is aborted, as soon as the program has ended with all that it started; nothing else */
  run(signal: AbortSignal): Promise<Run>;
}

export interface ProgramOptions extends ShellDependencies {
  readonly line: string;
  /** Milliseconds. */
  readonly timeout: number;
  readonly unhealthyCodes: readonly CodeRange[];
  /** How many of its last lines are shown when it does not pass. */
  readonly logLines: number;
  readonly clock: Clock;
}

/** A program of the user's, which is run now and then. */
export function createProgram(options: ProgramOptions): Program {
  const { line, timeout, logLines, clock } = options;
  const shell = createShell(options);
  return {
    async run(signal) {
      signal.throwIfAborted();
      const from = clock.monotonic();
      const lines: string[] = [];
      const result = await shell.run(line, {
        signal,
        timeoutMs: timeout,
        maxOutput: KEPT_OUTPUT,
        onLine: (text) => {
          if (text.trim() === '') return;
          lines.push(text);
          // A secret of several lines is found in those that stand together.
          if (lines.length > 2 * logLines + 100) lines.splice(0, 100);
        },
      });
      signal.throwIfAborted();
      const ms = Math.round(clock.monotonic() - from);
      const how = endingOf(result, options);
      if (how.ended === 'passed') return { ended: 'passed', value: numberIn(result.stdout), ms };
      const log = logLines === 0 ? '' : logOf(options.redact(lines.join('\n')), logLines);
      const detail = `${how.detail}${log === '' ? '' : ` [${log}]`}`;
      return how.ended === 'failed'
        ? { ended: 'failed', detail, ms }
        : { ended: 'otherwise', detail };
    },
  };
}

function endingOf(
  { code, signal, stopped, spawnError }: ExecResult,
  { timeout, unhealthyCodes }: ProgramOptions,
): { readonly ended: 'passed' } | { readonly ended: 'failed' | 'otherwise'; detail: string } {
  const otherwise = (detail: string) => ({ ended: 'otherwise', detail }) as const;
  if (spawnError !== undefined)
    return otherwise(`could not be started: ${neutralise(spawnError.message)}`);
  if (stopped !== undefined)
    return otherwise(`took longer than ${formatDuration(timeout)} (\`timeout\`), and was ended`);
  if (code === null) return otherwise(`was ended by ${signal ?? 'a signal'}`);
  if (code === 0) return { ended: 'passed' };
  if (NOT_STARTED.has(code))
    return otherwise(`could not be started (the shell says ${String(code)})`);
  const detail = `exited with code ${String(code)}`;
  return unhealthyCodes.some(({ from, to }) => code >= from && code <= to)
    ? { ended: 'failed', detail }
    : otherwise(detail);
}

function logOf(text: string, count: number): string {
  const log = lastLines(text, count).join(' | ');
  return log.length <= LONGEST_LOG ? log : `…${log.slice(1 - LONGEST_LOG)}`;
}

function numberIn(stdout: string): Reading {
  const [last = ''] = lastLines(stdout, 1);
  const value = NUMBER.test(last) ? Number(last) : Number.NaN;
  if (!Number.isFinite(value)) return { ok: false, why: 'its last line is not a number' };
  return value < 0 ? { ok: false, why: negative(value) } : { ok: true, value };
}
