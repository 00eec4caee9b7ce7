import type { Problem } from '../contract/result.js';
import type { Exec, ExecOptions, ExecResult } from './exec.js';
import { lastLines } from './text.js';

/** For a look: a shell that does not answer in this time will not run the command either, milliseconds. */
const LOOK_TIMEOUT_MS = 10_000;
/** How much of each output of a look is kept. */
const KEPT_OUTPUT = 8192;
/** For ending a command in an orderly way. Shorter than we have when we must leave: the forced end must be seen. */
const GRACE_MS = 1000;

/** What runs command lines of the user's. */
export interface ShellDependencies {
  /** As `process.platform`. */
  readonly platform: string;
  readonly exec: Exec;
  /** The environment of the command. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes secrets out of what is shown, before it is cut short. */
  readonly redact: (text: string) => string;
}

/** How a line is run; without an `env` of its own in that of the shell. */
type RunOptions = Omit<ExecOptions, 'env' | 'verbatimArguments'> &
  Partial<Pick<ExecOptions, 'env'>>;

/** The shell of the machine, for command lines that are given to it as they are. */
export interface Shell {
  /** As it is called: `sh -c`. */
  readonly name: string;
  /** Runs the line. What it prints is redacted, line by line and as a whole. */
  run(line: string, options: RunOptions): Promise<ExecResult>;
  /**
   * What keeps the program of the line from being run, when it can be told without running anything of it: `./undo.sh: not found`.
   * `undefined`: nothing, or nobody knows.
   */
  missingProgram(line: string, signal: AbortSignal): Promise<Problem | undefined>;
  /**
   * Why the line would not run, when that can be told without running anything of it.
   * @param input what the line is given by, for the message
   */
  problemOf(line: string, input: string, signal: AbortSignal): Promise<Problem | undefined>;
}

/** @see Shell */
export function createShell({ platform, exec, env, redact }: ShellDependencies): Shell {
  const dialect = platform === 'win32' ? windows : posix;
  const call = async (
    args: readonly string[],
    { onLine, ...options }: RunOptions,
  ): Promise<ExecResult> => {
    const result = await exec(dialect.program, args, {
      env,
      ...options,
      verbatimArguments: dialect.verbatim,
      ...(onLine === undefined
        ? {}
        : {
            onLine: (line, from) => {
              onLine(redact(line), from);
            },
          }),
    });
    return { ...result, stdout: redact(result.stdout), stderr: redact(result.stderr) };
  };
  const look = (args: readonly string[], signal: AbortSignal): Promise<ExecResult> =>
    call(args, { signal, timeoutMs: LOOK_TIMEOUT_MS, maxOutput: KEPT_OUTPUT });

  async function missingProgram(line: string, signal: AbortSignal): Promise<Problem | undefined> {
    const word = programOf(line);
    if (word === undefined || dialect.lookUp === undefined) return undefined;
    const { code } = await look(dialect.lookUp(word), signal);
    // Only a shell's own "no" counts: 1 or 127 with bash and dash. A look that was cut off says nothing.
    if (code === null || code === 0) return undefined;
    return code === NOT_EXECUTABLE
      ? {
          message: `${word}: not executable`,
          fix: `run "chmod +x ${word}", or run it with its interpreter`,
        }
      : { message: `${word}: not found`, fix: 'install it, or give its full path' };
  }

  return {
    name: `${dialect.program} ${dialect.flags.join(' ')}`,
    run: (line, options) => call(dialect.run(line), { graceMs: GRACE_MS, ...options }),
    missingProgram,
    async problemOf(line, input, signal) {
      const { program } = dialect;
      const checked = await look(dialect.check(line), signal);
      if (checked.spawnError !== undefined)
        return {
          message: `${input} cannot be run: ${checked.spawnError.message}`,
          fix: `install ${program} on the runner`,
        };
      if (checked.code !== null && checked.code !== 0)
        return {
          message: `${input} is not understood by ${program}: ${lastLineOf(checked)}`,
          fix: 'correct the command line',
        };
      const missing = await missingProgram(line, signal);
      return missing === undefined
        ? undefined
        : { ...missing, message: `${input}: ${missing.message}` };
    },
  };
}

/** What a program said last: on standard error, else on standard output. */
export function lastLineOf(result: Pick<ExecResult, 'stdout' | 'stderr'>): string {
  for (const text of [result.stderr, result.stdout]) {
    const [line] = lastLines(text, 1);
    if (line !== undefined) return line;
  }
  return '';
}

/** The code of a shell that has found a file and may not run it (POSIX.1-2024, XCU 2.8.2). */
const NOT_EXECUTABLE = 126;

interface Dialect {
  readonly program: string;
  readonly flags: readonly string[];
  readonly verbatim: boolean;
  run(line: string): readonly string[];
  /** Ends with 0 when the shell is there and understands the line; runs nothing of it. */
  check(line: string): readonly string[];
  /** Ends with another code than 0 when the shell finds nothing of that name. */
  readonly lookUp?: (word: string) => readonly string[];
}

const posix: Dialect = {
  program: 'sh',
  flags: ['-c'],
  verbatim: false,
  run: (line) => ['-c', line],
  // POSIX sh, -n: read commands, do not execute them.
  check: (line) => ['-n', '-c', line],
  // Of a path dash looks only whether it is there, and bash says of one that may not be run that it is not.
  lookUp: (word) => [
    '-c',
    `case $1 in */*) [ -e "$1" ] || exit 127; [ -f "$1" ] && [ -x "$1" ] || exit ${String(NOT_EXECUTABLE)} ;; *) command -v -- "$1" >/dev/null ;; esac`,
    'sh',
    word,
  ],
};

/** `/d`: no AutoRun from the registry; `/s`: takes the outer quotes off and leaves all others as they are (`cmd /?`). */
const windows: Dialect = {
  program: 'cmd',
  flags: ['/d', '/s', '/c'],
  verbatim: true,
  run: (line) => ['/d', '/s', '/c', `"${line}"`],
  // cmd has no way to check a line without running it.
  check: () => ['/d', '/s', '/c', '"exit 0"'],
};

/**
 * The program of a command line that is one simple command: a plain word, and arguments without operators or substitutions.
 * Of all others only the shell can tell.
 */
function programOf(line: string): string | undefined {
  return /^([\w./@%+,:-]+)(?:[ \t][^;|&<>()`\n]*)?$/.exec(line.trim())?.[1];
}
