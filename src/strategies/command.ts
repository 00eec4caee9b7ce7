import type { Exec, ExecResult, ExecOptions } from '../support/exec.js';
import type { Finding } from '../contract/result.js';
import { lastLines, neutralise, oneLine } from '../support/text.js';
import type { StrategyDependencies } from './dependencies.js';
import type {
  Plan,
  RollbackRequest,
  Strategy,
  StrategyContext,
  StrategyResult,
  Skip,
} from '../contract/strategy.js';

interface CommandStrategyOptions {
  /** The user's own command line, given to the shell as it is. */
  readonly commandLine: string;
  /** The environment of this process; the command gets it, and the `ROLLGATE_*` variables below. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** As `process.platform`. */
  readonly platform: string;
  readonly exec: Exec;
  /** Takes secrets out of what is shown, before it is cut short. */
  readonly redact: (text: string) => string;
}

/** The inputs that it reads. */
export interface CommandSettings {
  readonly 'rollback-command': string | undefined;
}

/** The `command` strategy as it is configured, or why there is none. */
export function setUpCommand(dependencies: StrategyDependencies<CommandSettings>): Strategy | Skip {
  const { settings, commandEnv: env, platform, exec, redact } = dependencies;
  const commandLine = settings['rollback-command'];
  return commandLine === undefined
    ? { kind: 'skip', reason: 'not configured: `rollback-command` is not set' }
    : createCommandStrategy({ commandLine, env, platform, exec, redact });
}

interface CommandPlan extends Plan {
  readonly env: Readonly<Record<string, string>>;
}

/** How much of each output is kept; only its last line is shown. */
const KEPT_OUTPUT = 8192;
/** So many lines of the command are shown in the log. */
const SHOWN_LINES = 200;
/** For preflight: a shell that does not answer in this time will not run the command either. */
const LOOK_TIMEOUT_MS = 10_000;
/** For ending it in an orderly way. Shorter than the chain waits for a cancelled strategy: the forced end must be seen. */
const GRACE_MS = 1000;

/** What the functions below share. */
interface State {
  readonly options: CommandStrategyOptions;
  readonly commandLine: string;
  readonly redact: (text: string) => string;
  readonly shell: Shell;
  readonly shown: string;
}

/**
 * The `command` strategy: the user's own command line. Exit code 0 means success; any other end leaves open what it
 * has changed.
 */
export function createCommandStrategy(
  options: CommandStrategyOptions,
): Strategy<CommandPlan, StrategyResult> {
  const { commandLine, platform, redact } = options;
  const shell = platform === 'win32' ? windowsShell : posixShell;
  const shown = oneLine(redact(commandLine), 500);
  const state: State = { options, commandLine, redact, shell, shown };
  return {
    kind: 'strategy',
    id: 'command',
    preflight: (signal) => preflight(state, signal),
    plan: (request, signal) => plan(state, request, signal),
    execute: (plan, context) => execute(state, plan, context),
  };
}

async function preflight(state: State, signal: AbortSignal): Promise<Finding[]> {
  const error = (message: string, fix: string): Finding[] => [
    { level: 'error', subject: 'command', message, fix },
  ];
  const checked = await probe(state, state.shell.check(state.commandLine), signal);
  if (checked.spawnError !== undefined) {
    return error(
      `rollback-command cannot be run: ${checked.spawnError.message}`,
      `install ${state.shell.program} on the runner`,
    );
  }
  if (checked.code !== null && checked.code !== 0) {
    return error(
      `rollback-command is not understood by ${state.shell.program}: ${lastLine(checked)}`,
      'correct the command line',
    );
  }
  const missing = await missingProgram(state, signal);
  return missing === undefined
    ? []
    : error(`rollback-command: ${missing}: not found`, 'install it, or give its full path');
}

async function plan(
  state: State,
  request: RollbackRequest,
  signal: AbortSignal,
): Promise<CommandPlan | Skip> {
  const missing = await missingProgram(state, signal);
  if (missing !== undefined) return { kind: 'skip', reason: `${missing}: not found` };
  const env = variablesFor(request);
  return {
    kind: 'plan',
    steps: [
      `run: ${state.shell.program} ${state.shell.flags.join(' ')} ${state.shown}`,
      `with ${Object.keys(env).join(', ')} in its environment`,
    ],
    env,
  };
}

async function execute(
  state: State,
  plan: CommandPlan,
  context: StrategyContext,
): Promise<StrategyResult> {
  context.beforeChange();
  const result = await exec(state, state.shell.program, state.shell.run(state.commandLine), {
    env: { ...state.options.env, ...plan.env },
    signal: context.signal,
    maxOutput: KEPT_OUTPUT,
    graceMs: GRACE_MS,
    verbatimArguments: state.shell.verbatim,
    onLine: boundedProgress(context),
  });
  return resultOf(result, context.signal);
}

async function exec(
  state: State,
  program: string,
  args: readonly string[],
  { onLine, ...rest }: ExecOptions,
): Promise<ExecResult> {
  const result = await state.options.exec(program, args, {
    ...rest,
    ...(onLine === undefined
      ? {}
      : {
          onLine: (line, from) => {
            onLine(state.redact(line), from);
          },
        }),
  });
  return {
    ...result,
    stdout: state.redact(result.stdout),
    stderr: state.redact(result.stderr),
  };
}

function probe(state: State, args: readonly string[], signal: AbortSignal): Promise<ExecResult> {
  return exec(state, state.shell.program, args, {
    env: state.options.env,
    signal,
    timeoutMs: LOOK_TIMEOUT_MS,
    maxOutput: KEPT_OUTPUT,
    verbatimArguments: state.shell.verbatim,
  });
}

/** The first word, when it can be told without the shell and the shell does not know it. */
async function missingProgram(state: State, signal: AbortSignal): Promise<string | undefined> {
  const word = programOf(state.commandLine);
  if (word === undefined || state.shell.lookUp === undefined) return undefined;
  const result = await probe(state, state.shell.lookUp(word), signal);
  // Only a shell's own "no" counts: 1 or 127 with bash and dash. A probe that was cut off says nothing.
  return result.code === null || result.code === 0 ? undefined : word;
}

interface Shell {
  readonly program: string;
  readonly flags: readonly string[];
  readonly verbatim: boolean;
  run(line: string): readonly string[];
  /** Ends with 0 when the shell is there and understands the line; runs nothing of it. */
  check(line: string): readonly string[];
  /** Ends with another code than 0 when the shell finds nothing of that name. */
  readonly lookUp?: (word: string) => readonly string[];
}

const posixShell: Shell = {
  program: 'sh',
  flags: ['-c'],
  verbatim: false,
  run: (line) => ['-c', line],
  // POSIX sh, -n: read commands, do not execute them.
  check: (line) => ['-n', '-c', line],
  lookUp: (word) => ['-c', 'command -v -- "$1" >/dev/null', 'sh', word],
};

/** `/d`: no AutoRun from the registry; `/s`: takes the outer quotes off and leaves all others as they are (`cmd /?`). */
const windowsShell: Shell = {
  program: 'cmd',
  flags: ['/d', '/s', '/c'],
  verbatim: true,
  run: (line) => ['/d', '/s', '/c', `"${line}"`],
  // cmd has no way to check a line without running it.
  check: () => ['/d', '/s', '/c', '"exit 0"'],
};

/**
 * The program of a command line that is one simple command: plain words, no operators, quotes, expansions or assignments.
 * Of all others only the shell can tell.
 */
function programOf(line: string): string | undefined {
  const trimmed = line.trim();
  return /^[\w./@%+,:-][\w./@%+,:= \t-]*$/.test(trimmed)
    ? /^[^\s=]+(?=\s|$)/.exec(trimmed)?.[0]
    : undefined;
}

function variablesFor(request: RollbackRequest): Record<string, string> {
  return Object.fromEntries(
    [
      ['ROLLGATE_TARGET', request.target],
      ['ROLLGATE_VERDICT', request.verdict],
      ['ROLLGATE_REASON', request.reason],
      ['ROLLGATE_REVISION', request.revision],
      ['ROLLGATE_IMAGE', request.image],
    ].flatMap(([name, value]) =>
      // No environment can hold a NUL; neutralised text has none.
      name === undefined || value === undefined ? [] : [[name, neutralise(value)] as const],
    ),
  );
}

function boundedProgress(context: StrategyContext): (line: string) => void {
  let lines = 0;
  return (line) => {
    const text = oneLine(line);
    if (text === '' || lines > SHOWN_LINES) return;
    lines++;
    context.progress(
      lines > SHOWN_LINES
        ? `rollback-command: more than ${String(SHOWN_LINES)} lines; the rest is not shown`
        : `  ${text}`,
    );
  };
}

function resultOf(result: ExecResult, signal: AbortSignal): StrategyResult {
  if (result.spawnError !== undefined) {
    return {
      outcome: 'failed',
      detail: `rollback-command was not run: ${result.spawnError.message}.`,
      versionConfirmed: null,
    };
  }
  const last = lastLine(result);
  const output = last === '' ? '' : `: ${last}`;
  if (result.code === 0 && result.stopped === undefined) {
    return {
      outcome: 'verified',
      detail: `rollback-command exited with code 0${output}`,
      versionConfirmed: null,
    };
  }
  const how =
    result.stopped !== undefined
      ? `was ended before it was done (${signal.reason instanceof Error ? signal.reason.message : 'stopped'})`
      : result.code === null
        ? `was ended by ${result.signal ?? 'a signal'}`
        : `exited with code ${String(result.code)}`;
  return {
    outcome: 'triggered',
    detail: `rollback-command ${how}; what it changed until then is not known${output}`,
    versionConfirmed: null,
  };
}

/** What the command said last: on standard error, else on standard output. */
function lastLine(result: ExecResult): string {
  for (const text of [result.stderr, result.stdout]) {
    const [line] = lastLines(text, 1);
    if (line !== undefined) return line;
  }
  return '';
}
