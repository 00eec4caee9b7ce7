import type { Exec, ExecResult } from '../../support/exec.js';
import type { Finding } from '../../contract/result.js';
import { type Change, createMemory, errorOf, type Memory } from './memory.js';
import { createShell, lastLineOf, type Shell } from '../../support/shell.js';
import { mapValues } from '../../support/objects.js';
import { neutralise, oneLine } from '../../support/text.js';
import type { StrategyDependencies } from '../dependencies.js';
import type {
  CannotAct,
  Plan,
  RollbackRequest,
  Withheld,
  Strategy,
  StrategyContext,
  StrategyResult,
  Skip,
} from '../../contract/strategy.js';

interface CommandStrategyOptions {
  /** The user's own command line, given to the shell as it is. */
  readonly commandLine: string;
  /** The user's own command line that prints what runs, on one line. */
  readonly snapshotCommand?: string | undefined;
  /** What `snapshot` gave before the deploy, as it came from the file. */
  readonly recorded?: unknown;
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
  readonly 'rollback-snapshot-command': string | undefined;
}

/** The `command` strategy as it is configured, or why there is none. */
export function setUpCommand(dependencies: StrategyDependencies<CommandSettings>): Strategy | Skip {
  const { settings, commandEnv: env, platform, exec, redact, recorded } = dependencies;
  const commandLine = settings['rollback-command'];
  const snapshotCommand = settings['rollback-snapshot-command'];
  return commandLine === undefined
    ? { kind: 'skip', reason: 'not configured: `rollback-command` is not set' }
    : createCommandStrategy({
        ...{ commandLine, snapshotCommand, recorded, env, platform, exec, redact },
      });
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
  /** `undefined`: nothing tells what runs. */
  readonly memory: Memory | undefined;
}

/**
 * The `command` strategy: the user's own command line. Exit code 0 means success; any other end leaves open what it
 * has changed. With a command that prints what runs, it goes back to what was recorded, never over somebody else's deploy, and
 * proves that it is there.
 */
export function createCommandStrategy(options: CommandStrategyOptions): Strategy<CommandPlan> {
  const { snapshotCommand, recorded } = options;
  const shell = createShell(options);
  const memory =
    snapshotCommand === undefined ? undefined : createMemory(shell, snapshotCommand, recorded);
  const state: State = { options, shell, memory };
  return {
    kind: 'strategy',
    id: 'command',
    preflight: (signal, isBeforeDeploy = false) => preflight(state, isBeforeDeploy, signal),
    plan: (request, signal) => plan(state, request, signal),
    execute: (plan, context) => execute(state, plan, context),
    ...(memory === undefined
      ? {}
      : {
          snapshot: (signal) => memory.snapshot(signal),
          capture: (signal) => memory.capture(signal),
          assertUnchanged: (signal) => memory.assertUnchanged(signal),
          goneBack: (signal) => memory.goneBack(signal),
          recordedVersion: () => memory.recorded,
        }),
  };
}

async function preflight(
  { shell, options, memory }: State,
  isBeforeDeploy: boolean,
  signal: AbortSignal,
): Promise<Finding[]> {
  const problem = await shell.problemOf(options.commandLine, 'rollback-command', signal);
  const found = (await memory?.preflight(isBeforeDeploy, signal)) ?? [];
  return [...(problem === undefined ? [] : [errorOf(problem)]), ...found];
}

async function plan(
  { shell, options: { commandLine, redact }, memory }: State,
  request: RollbackRequest,
  signal: AbortSignal,
): Promise<CommandPlan | Skip | CannotAct | Withheld> {
  const missing = await shell.missingProgram(commandLine, signal);
  if (missing !== undefined) return { kind: 'skip', reason: missing.message };
  const change = await memory?.plan(signal);
  if (change?.ok === false) return change.instead;
  const env = variablesFor(request, change?.value);
  const step = `run: ${shell.name} ${oneLine(redact(commandLine), 500)}`;
  return {
    kind: 'plan',
    steps: [
      change === undefined
        ? step
        : `${step}, to go from ${change.value.from} to ${change.value.to}`,
      `with ${Object.keys(env).join(', ')} in its environment`,
    ],
    ...(change === undefined
      ? {}
      : { from: { revision: change.value.from }, to: { revision: change.value.to } }),
    env,
  };
}

async function execute(
  { shell, options, memory }: State,
  plan: CommandPlan,
  context: StrategyContext,
): Promise<StrategyResult | Withheld> {
  // Between the plan and now somebody may have deployed.
  const already = await memory?.beforeChange(context.signal);
  if (already !== undefined) return already;
  context.beforeChange();
  const result = resultOf(
    await shell.run(options.commandLine, {
      env: { ...options.env, ...plan.env },
      signal: context.signal,
      maxOutput: KEPT_OUTPUT,
      onLine: boundedProgress(context),
    }),
    context.signal,
  );
  return memory === undefined || result.outcome === 'failed'
    ? result
    : memory.proven(result, context.signal);
}

function variablesFor(
  request: RollbackRequest,
  change: Change | undefined,
): Record<string, string> {
  const { target, verdict, reason, revision, image } = request;
  const texts = {
    ...{ ROLLGATE_TARGET: target, ROLLGATE_VERDICT: verdict, ROLLGATE_REASON: reason },
    ...(revision === undefined ? {} : { ROLLGATE_REVISION: revision }),
    ...(image === undefined ? {} : { ROLLGATE_IMAGE: image }),
  };
  return {
    // No environment can hold a NUL; neutralised text has none.
    ...mapValues(texts, neutralise),
    // These are looked up by what they are, and hold no control characters.
    ...(change && { ROLLGATE_REVISION: change.to, ROLLGATE_REJECTED_REVISION: change.from }),
  };
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
