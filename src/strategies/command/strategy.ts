import type { Exec, ExecResult } from '../../support/exec.js';
import type { Finding } from '../../contract/result.js';
import { createShell, lastLineOf, type Shell } from '../../support/shell.js';
import { neutralise, oneLine } from '../../support/text.js';
import type { StrategyDependencies } from '../dependencies.js';
import type {
  Plan,
  RollbackRequest,
  Strategy,
  StrategyContext,
  StrategyResult,
  Skip,
} from '../../contract/strategy.js';

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

/** What the functions below share. */
interface State {
  readonly options: CommandStrategyOptions;
  readonly shell: Shell;
}

/**
 * The `command` strategy: the user's own command line. Exit code 0 means success; any other end leaves open what it
 * has changed.
 */
export function createCommandStrategy(
  options: CommandStrategyOptions,
): Strategy<CommandPlan, StrategyResult> {
  const state: State = { options, shell: createShell(options) };
  return {
    kind: 'strategy',
    id: 'command',
    preflight: (signal) => preflight(state, signal),
    plan: (request, signal) => plan(state, request, signal),
    execute: (plan, context) => execute(state, plan, context),
  };
}

async function preflight({ shell, options }: State, signal: AbortSignal): Promise<Finding[]> {
  const problem = await shell.problemOf(options.commandLine, 'rollback-command', signal);
  return problem === undefined ? [] : [{ level: 'error', subject: 'command', ...problem }];
}

async function plan(
  { shell, options: { commandLine, redact } }: State,
  request: RollbackRequest,
  signal: AbortSignal,
): Promise<CommandPlan | Skip> {
  const missing = await shell.missingProgram(commandLine, signal);
  if (missing !== undefined) return { kind: 'skip', reason: `${missing}: not found` };
  const env = variablesFor(request);
  return {
    kind: 'plan',
    steps: [
      `run: ${shell.name} ${oneLine(redact(commandLine), 500)}`,
      `with ${Object.keys(env).join(', ')} in its environment`,
    ],
    env,
  };
}

async function execute(
  { shell, options }: State,
  plan: CommandPlan,
  context: StrategyContext,
): Promise<StrategyResult> {
  context.beforeChange();
  const result = await shell.run(options.commandLine, {
    env: { ...options.env, ...plan.env },
    signal: context.signal,
    maxOutput: KEPT_OUTPUT,
    onLine: boundedProgress(context),
  });
  return resultOf(result, context.signal);
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
  const last = lastLineOf(result);
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
