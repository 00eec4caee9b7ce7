import { bad, good, type Result } from '../contract/result.js';
import type { Check } from '../contract/check.js';
import type { RunInfo, SystemOutput } from '../contract/system.js';
import { parseArgv, uselessFlags } from '../inputs/argv.js';
import type { CommandId } from '../inputs/commands.js';
import { findConfigFile } from '../inputs/find-config.js';
import type { InputSources } from '../inputs/lookup.js';
import { type Resolution, type ResolvedTarget, resolveInputs } from '../inputs/resolve.js';
import { inputOf, isInputId, type InputId, inputs, type Settings } from '../inputs/table.js';
import { allVariables, commandEnvironment, toolEnvironment } from '../inputs/variables.js';
import { Limits } from '../sources/http/limits.js';
import { createChecks, sources } from '../sources/registry.js';
import type { SourceDependencies } from '../sources/source.js';
import { OwnRollbacks } from '../strategies/own-rollbacks.js';
import { messageOf, type UsageProblem } from '../support/errors.js';
import { createHttp, fetchOf, type Http } from '../support/http.js';
import { createRedactor, own, type Redactor } from '../support/redact.js';
import { plural } from '../support/text.js';
import { shardInWords } from '../support/values/shard.js';
import { createOutput, detectRun } from '../systems/registry.js';
import { type Console, createConsole, showsColour } from './console.js';
import type { EntryPoint } from './entry-point.js';

/** One request to the API of a CI system, milliseconds. */
const API_TIMEOUT = 30_000;

/** What a command works with, for the whole run and for each target. */
export interface BaseSession {
  readonly entry: EntryPoint;
  readonly command: CommandId;
  readonly info: RunInfo;
  readonly host: SystemOutput;
  readonly settings: Settings;
  /** Of the command line and of the inputs. */
  readonly problems: readonly UsageProblem[];
  readonly notices: string[];
  readonly redactor: Redactor;
  readonly console: Console;
  /** Run after the report is written; one may end this process. Each says in one line what it did. */
  readonly lastActs: ((signal: AbortSignal) => Promise<string>)[];
  /** Wall clock, milliseconds since the epoch. */
  readonly startedAt: number;
  /** @throws UsageError when the `ca-file` cannot be used */
  readonly http: () => Http;
  readonly fetch: () => typeof globalThis.fetch;
  /** How often origins may be asked by probes, as far as this run knows. */
  readonly limits: Limits;
  /** What the targets have rolled back. */
  readonly rollbacks: OwnRollbacks;
  readonly close: () => void;
}

/** The whole run. Nothing of the outside world has been touched when it is made. */
export interface Session extends BaseSession {
  readonly resolution: Resolution;
}

export async function openSession(entry: EntryPoint): Promise<Session> {
  const { env, files, clock } = entry;
  const argv = parseArgv(entry.argv);
  const given = (id: InputId): string | undefined => givenText(id, argv.flags, env);
  const info = await detectRun(env, entry.githubJob, {
    system: given('ci-system'),
    runId: given('run-id'),
    matrix: given('host-matrix'),
  });
  const resolution = await resolve(
    {
      flags: argv.flags,
      env,
      system: info.system,
      pullRequest: info.pullRequest,
      checkSources: sources,
    },
    files,
  );
  const { settings } = resolution;
  const command = argv.command ?? settings.command;
  const useless = uselessFlags(argv, command, resolution.problems);
  const redactor = createRedactor(resolution.secrets);
  const colour = showsColour(entry.terminal, env);
  const host = await outputOf(entry, info, settings['report-dir'], colour);
  for (const form of redactor.forms()) host.mask(form);
  const console = createConsole({
    host,
    redactor,
    terminal: entry.terminal && info.system === 'local',
    colour,
    columns: entry.columns,
    write: entry.write,
    clock,
  });
  entry.cleanLastWords(console.clean);
  const { authorities, openHttp, close } = connections(entry, settings['ca-file']);
  return {
    entry,
    command,
    info,
    host,
    resolution,
    settings,
    problems: [
      ...argv.problems,
      ...resolution.problems,
      ...(authorities.ok ? [] : [{ subject: 'ca-file', ...authorities.problem }]),
    ],
    notices: [...verificationStaysOn(env), ...useless, ...info.notices, ...resolution.notices],
    redactor,
    console,
    lastActs: [],
    startedAt: clock.now(),
    http: openHttp,
    limits: new Limits(),
    rollbacks: new OwnRollbacks(),
    fetch: () =>
      fetchOf(openHttp(), { timeoutMs: API_TIMEOUT, clean: (text) => redactor.redact(text) }),
    close,
  };
}

/** HTTP, which is set up when it is first used. */
function connections(
  { env, clock, files, resolve: resolver }: EntryPoint,
  caFile: string | undefined,
): {
  readonly authorities: Result<string | undefined>;
  readonly openHttp: () => Http;
  readonly close: () => void;
} {
  const authorities = caFile === undefined ? good(undefined) : readAuthorities(caFile, files);
  let http: Http | undefined;
  return {
    authorities,
    openHttp: () => {
      http ??= createHttp({
        clock,
        resolve: resolver,
        ...(authorities.ok && authorities.value !== undefined ? { caPem: authorities.value } : {}),
        ...(env.NODE_EXTRA_CA_CERTS === undefined ? {} : { extraCaFile: env.NODE_EXTRA_CA_CERTS }),
      });
      return http;
    },
    close: () => {
      http?.close();
    },
  };
}

function outputOf(
  { env, write, files, clock }: EntryPoint,
  info: RunInfo,
  reportDir: string,
  colour: boolean,
): Promise<SystemOutput> {
  return createOutput(info, {
    env,
    write,
    appendFile: (path, text) => {
      files.append(path, text);
      return Promise.resolve();
    },
    writeFile: (path, text) => files.writeFile(path, text),
    reportDir,
    now: () => clock.now(),
    colour,
  });
}

async function resolve(from: InputSources, files: EntryPoint['files']): Promise<Resolution> {
  const found = findConfigFile(from, files.read);
  if (found.content === undefined) return resolveInputs(from, found, undefined);
  const { readConfigFile } = await import('../inputs/config-file.js');
  return resolveInputs(from, found, readConfigFile(found.name, found.content));
}

/** Only flags and variables: whether the configuration file counts depends on the CI system. */
function givenText(
  id: InputId,
  flags: ReadonlyMap<string, string>,
  env: EntryPoint['env'],
): string | undefined {
  const texts = [flags.get(id), ...allVariables(id, inputOf(id)).map((name) => env[name])];
  return texts.find((text) => text !== undefined && text.trim() !== '');
}

/** The entry keeps the variable from Node (src/index.ts): an incident is no time to refuse to work, nor to trust anybody. */
function verificationStaysOn({
  NODE_TLS_REJECT_UNAUTHORIZED: off,
}: EntryPoint['env']): readonly string[] {
  return off === '0'
    ? [
        'NODE_TLS_REJECT_UNAUTHORIZED=0 is ignored: certificates are verified. If yours are signed by an authority of your own, name its certificate in `ca-file`',
      ]
    : [];
}

/** The text of the `ca-file`. */
function readAuthorities(path: string, files: EntryPoint['files']): Result<string> {
  try {
    const text = files.read(path);
    return text === undefined ? bad(`there is no file ${path}`) : good(text);
  } catch (error) {
    return bad(`${path} cannot be read: ${messageOf(error)}`);
  }
}

/** What a command works with for one target: its inputs, and a log that says whose line it is. */
export interface TargetSession extends BaseSession {
  readonly target: string;
  /** The only target, and not only the only one of its shard: its name is left out everywhere. */
  readonly isOnly: boolean;
  readonly resolution: ResolvedTarget;
}

/** At most this many targets are snapshotted or preflighted at once: each runs programs of its own. */
export const TARGETS_AT_A_TIME = 4;

/** One for each target, in the order of the file. */
export function targetSessions(session: Session): readonly TargetSession[] {
  const { targets, shard } = session.resolution;
  const isOnly = (shard?.allTargets ?? targets).length === 1;
  return targets.map((resolution) => ({
    ...session,
    target: resolution.name,
    isOnly,
    resolution,
    settings: resolution.settings,
    console: isOnly ? session.console : session.console.of(resolution.name),
  }));
}

/** Says which of all targets are in this shard; nothing where there are no shards. */
export function announceShard({ resolution, console }: Session): void {
  const { shard, targets } = resolution;
  if (shard === undefined) return;
  console.line(
    own(
      `shard ${shardInWords(shard)}: ${String(targets.length)} of ${plural(shard.allTargets.length, 'target')}`,
    ),
  );
}

/** Prefixes a subject with its target for the whole run: `api/success-rate`. */
export function ofTarget<T extends { readonly subject: string }>(
  { target, isOnly }: TargetSession,
  values: readonly T[],
): readonly T[] {
  return isOnly
    ? values
    : values.map((each) => ({ ...each, subject: `${target}/${each.subject}` }));
}

/** Fresh checks, as configured. `leastRate`: of own probes, per URL and second. */
export function checksOf(session: TargetSession, leastRate = 0): Promise<readonly Check[]> {
  const { settings, resolution } = session;
  return createChecks({
    settings,
    entries: resolution.checks,
    ...sourceDependencies(session, leastRate),
  });
}

/** What sources are made from. */
export function sourceDependencies(
  { entry, settings, http, limits, redactor, resolution }: TargetSession,
  leastRate = 0,
): SourceDependencies {
  return {
    plan: { duration: settings.duration, minRequests: settings['min-requests'] },
    clock: entry.clock,
    random: entry.random,
    http,
    limits,
    exec: entry.exec,
    env: toolEnvironment(entry.env, inputs),
    commandEnv: commandEnvironment(entry.env, inputs),
    platform: entry.platform,
    logLines: settings['report-logs'],
    redact: (text) => redactor.redact(text),
    leastRate,
    isSet: (input) => isInputId(input) && resolution.givenByUser(input),
  };
}
