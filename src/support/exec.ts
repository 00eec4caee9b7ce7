import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { whenAborted } from './abort.js';
import { cutMark } from './text.js';

export interface ExecOptions {
  /** The whole environment of the process; nothing is added to it. */
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** Aborted: the process and everything that it started is ended. */
  readonly signal: AbortSignal;
  /** Milliseconds after which the process is ended, as if the signal had been aborted. */
  readonly timeoutMs?: number;
  /** Written to standard input, which is then closed; without it standard input is empty. */
  readonly input?: string;
  /** How many characters of each output are kept, from its end; `…` stands before it where some are missing. At least 1. */
  readonly maxOutput: number;
  /** Milliseconds between asking the process to end and ending it by force; 2000 unless given. */
  readonly graceMs?: number;
  /** Called for every complete line, and for what is left at the end. A line is cut at 4096 characters. */
  readonly onLine?: (line: string, from: 'stdout' | 'stderr') => void;
  /** Windows: the arguments are passed on as they are, unquoted. `cmd /s /c` needs that. */
  readonly verbatimArguments?: boolean;
}

export interface ExecResult {
  /** Exit code; `null` when the process was ended by a signal or never began. */
  readonly code: number | null;
  /** The signal that ended it. */
  readonly signal: NodeJS.Signals | null;
  /** The last {@link ExecOptions.maxOutput} characters. */
  readonly stdout: string;
  readonly stderr: string;
  /** Why it was ended by us, if it was. */
  readonly stopped?: 'aborted' | 'timeout';
  /** The process could not be started; nothing has run. `code` as the system names it, e.g. `ENOENT`. */
  readonly spawnError?: { readonly code: string; readonly message: string };
}

/** Runs one program; see {@link run}. Comes in as a parameter wherever programs are run. */
export type Exec = (
  command: string,
  args: readonly string[],
  options: ExecOptions,
) => Promise<ExecResult>;

/** A process that has ended, but whose output is held open by something it left behind, is let go after this. */
const DRAIN_MS = 500;
/** After the forced end nothing can be done but wait this long for the system. */
const LAST_WAIT_MS = 1000;
const LONGEST_LINE = 4096;

/**
 * Runs one program, without a shell, and resolves when it has ended and its output is read.
 *
 * When the signal is aborted or the time is over, the whole process group is asked to end (SIGTERM; on Windows the
 * tree is ended at once), and ended by force after the grace: a shell that dies alone leaves its children working.
 *
 * @throws only for misuse: `maxOutput` below 1, arguments that no program can take (a NUL character).
 */
export const run: Exec = async (command, args, options) => {
  if (!(options.maxOutput >= 1)) throw new RangeError('maxOutput must be at least 1');
  const stdout = new Tail(options.maxOutput, (line) => options.onLine?.(line, 'stdout'));
  const stderr = new Tail(options.maxOutput, (line) => options.onLine?.(line, 'stderr'));
  const nothing = { code: null, signal: null, stdout: '', stderr: '' };
  if (options.signal.aborted) {
    return {
      ...nothing,
      stopped: 'aborted',
      spawnError: { code: 'ABORTED', message: 'stopped before it was started' },
    };
  }

  let child: ChildProcess;
  try {
    child = spawn(command, args, {
      env: { ...options.env },
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      // A group of its own, so that it can be ended as a whole. On Windows it would open a console.
      detached: process.platform !== 'win32',
      windowsHide: true,
      windowsVerbatimArguments: options.verbatimArguments ?? false,
    });
  } catch (thrown) {
    // Node throws, instead of emitting `error`, for some errors of the system, e.g. E2BIG.
    const code = codeOf(thrown);
    if (code === undefined || code.startsWith('ERR_')) throw thrown;
    return { ...nothing, spawnError: { code, message: `${command}: ${code}` } };
  }

  return ended(command, child, { stdout, stderr }, options);
};

/** Follows the process to its end, or ends it when it is time to. */
function ended(
  command: string,
  child: ChildProcess,
  { stdout, stderr }: { readonly stdout: Tail; readonly stderr: Tail },
  options: ExecOptions,
): Promise<ExecResult> {
  return new Promise((resolve) => {
    let stopped: 'aborted' | 'timeout' | undefined;
    let exit: { code: number | null; signal: NodeJS.Signals | null } | undefined;
    const timers = new Set<NodeJS.Timeout>();
    const after = (ms: number, act: () => void): void => {
      timers.add(setTimeout(act, ms));
    };

    const settle = (result: Pick<ExecResult, 'code' | 'signal' | 'spawnError'>): void => {
      for (const timer of timers) clearTimeout(timer);
      letGo();
      child.stdout?.destroy();
      child.stderr?.destroy();
      child.removeAllListeners();
      child.on('error', () => undefined);
      child.unref();
      stdout.end();
      stderr.end();
      resolve({
        ...result,
        stdout: stdout.text,
        stderr: stderr.text,
        ...(stopped === undefined ? {} : { stopped }),
      });
    };
    const finish = (): void => {
      // What ignored the request to end, and has closed its output, is still there.
      if (stopped !== undefined) endGroup(child, 'SIGKILL');
      settle(exit ?? { code: null, signal: 'SIGKILL' });
    };
    const stop = (why: 'aborted' | 'timeout'): void => {
      if (stopped !== undefined) return;
      stopped = why;
      endGroup(child, 'SIGTERM');
      after(options.graceMs ?? 2000, () => {
        endGroup(child, 'SIGKILL');
        after(LAST_WAIT_MS, finish);
      });
    };

    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      stdout.add(text);
    });
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      stderr.add(text);
    });
    // The program may end without reading its input (EPIPE); its exit code tells what matters.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(options.input);

    child.on('error', (error) => {
      // Also emitted when a signal could not be sent; then the process exists and will be reported by `exit`.
      if (child.pid !== undefined) return;
      const code = codeOf(error) ?? 'UNKNOWN';
      settle({ code: null, signal: null, spawnError: { code, message: `${command}: ${code}` } });
    });
    child.on('exit', (code, signal) => {
      exit = { code, signal };
      if (stopped === undefined) after(DRAIN_MS, finish);
    });
    child.on('close', finish);
    const letGo = whenAborted(options.signal, () => {
      stop('aborted');
    });
    if (options.timeoutMs !== undefined) {
      after(options.timeoutMs, () => {
        stop('timeout');
      });
    }
  });
}

function endGroup(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): void {
  if (child.pid === undefined) return;
  if (process.platform === 'win32') {
    spawn('taskkill', ['/pid', String(child.pid), '/t', '/f'], {
      stdio: 'ignore',
      windowsHide: true,
    }).on('error', () => child.kill());
    return;
  }
  try {
    process.kill(-child.pid, signal);
  } catch {
    // ESRCH: the whole group has ended already.
  }
}

function codeOf(thrown: unknown): string | undefined {
  const code: unknown =
    typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : undefined;
}

/** Keeps the end of a stream of text, and reports its lines. */
class Tail {
  private kept = '';
  private isCut = false;
  private line = '';

  constructor(
    private readonly max: number,
    private readonly onLine: (line: string) => void,
  ) {}

  get text(): string {
    return this.isCut ? cutMark + this.kept : this.kept;
  }

  add(text: string): void {
    this.kept += text;
    if (this.kept.length > this.max) {
      this.isCut = true;
      this.kept = this.kept.slice(-this.max);
    }
    const lines = (this.line + text).split(/\r?\n/);
    // One more, so that it shows that there are more.
    this.line = (lines.pop() ?? '').slice(0, LONGEST_LINE + 1);
    for (const line of lines) this.tell(line);
  }

  end(): void {
    if (this.line !== '') this.tell(this.line);
    this.line = '';
  }

  private tell(line: string): void {
    this.onLine(line.length > LONGEST_LINE ? line.slice(0, LONGEST_LINE) + cutMark : line);
  }
}
