import type { Finding } from '../contract/result.js';
import type { ChainLink, Strategy } from '../contract/strategy.js';
import { configuredStrategies } from '../inputs/configured.js';
import { type InputId, inputIds, inputOf, inputs } from '../inputs/table.js';
import { commandEnvironment, toolEnvironment } from '../inputs/variables.js';
import { openPipelineClient, pipelineClients } from '../pipelines/registry.js';
import type { AttemptIdentity } from '../strategies/ci/correlation.js';
import { strategyFactories } from '../strategies/registry.js';
import { deadline, raceSignal } from '../support/abort.js';
import { messageOf } from '../support/errors.js';
import { type BaseSession, type TargetSession } from './session.js';
import type { Snapshot } from './snapshot-file.js';
import { own } from '../support/redact.js';
import { formatDuration } from '../support/text.js';
import { withHeartbeat } from './console.js';

/** The chain as it is configured. */
export interface Links {
  readonly links: readonly ChainLink[];
  /** What is wrong with configured strategies: one cannot be made, or has no token here. */
  readonly findings: readonly Finding[];
}

interface LinkOptions {
  /** This run is a rollback run itself. */
  readonly isRollbackRun?: boolean;
  /** What was recorded before the deploy of this run. */
  readonly snapshot?: Snapshot | undefined;
}

export async function buildLinks(
  session: TargetSession,
  { isRollbackRun = false, snapshot }: LinkOptions,
): Promise<Links> {
  const { entry, settings, info, resolution } = session;
  const ciSystem = ciSystemOf(session);
  const links: ChainLink[] = [];
  const findings: Finding[] = [];
  const recorded = snapshot?.targets.find(({ name }) => name === session.target)?.strategies ?? {};
  const strategies = configuredStrategies(resolution);
  for (const { id, configured, because } of strategies) {
    if (!configured) {
      links.push({ id, strategy: { kind: 'skip', reason: because } });
      continue;
    }
    const create = strategyFactories[id];
    const strategy = await create({
      settings,
      openPipelineClient: async () => {
        const { createStartRecords } = await import('../pipelines/start-records.js');
        return openPipelineClient(ciSystem, settings, {
          ownRunId: ciSystem === info.system ? info.runId : null,
          records: createStartRecords(entry.files, settings['report-dir'], () => entry.clock.now()),
          fetch: session.fetch(),
          clock: entry.clock,
          random: entry.random,
        });
      },
      fetch: () => session.fetch(),
      run: {
        ...{ system: info.system, runId: info.runId, url: info.runUrl },
        ...(snapshot === undefined ? {} : { snapshot: snapshot.id ?? snapshot.takenAt }),
      },
      attempt: attemptOf(session, snapshot),
      rollbacks: session.rollbacks,
      recorded: recorded[id],
      isRollbackRun,
      env: toolEnvironment(entry.env, inputs),
      commandEnv: commandEnvironment(entry.env, inputs),
      platform: entry.platform,
      exec: entry.exec,
      folders: entry.files,
      redact: (text) => session.redactor.redact(text),
      clock: entry.clock,
      signal: entry.signal,
      random: entry.random,
    });
    links.push({ id, strategy });
    if (strategy.kind === 'skip')
      findings.push({
        level: 'error',
        subject: id,
        message: strategy.reason,
        ...(strategy.fix === undefined ? {} : { fix: strategy.fix }),
      });
    else if (id === 'ci' && info.forkPullRequest) findings.push(fromFork);
  }
  if (resolution.givenByUser('rollback-command') && !strategies.some(({ id }) => id === 'command'))
    findings.push({
      level: 'warning',
      subject: 'command',
      message: '`rollback-command` is set, but `rollback` does not name `command`',
      fix: 'add `command` to `rollback` where it belongs in the chain',
    });
  return { links, findings };
}

/**
 * A step that is tried again deploys nothing, so it is the same rollback; a new snapshot is a new deploy. Whoever asks by hand
 * wants one more, whatever became of those before.
 */
export function attemptOf(
  {
    command,
    entry,
    info,
  }: Pick<BaseSession, 'command' | 'info'> & { readonly entry: Pick<BaseSession['entry'], 'uuid'> },
  snapshot: Snapshot | undefined,
): AttemptIdentity | undefined {
  if (info.runId === null) return undefined;
  const server = info.runUrl !== null && URL.canParse(info.runUrl) ? new URL(info.runUrl).host : '';
  return {
    run: [info.system, server, info.project, info.runId, info.job],
    occasion:
      command === 'rollback'
        ? entry.uuid()
        : (snapshot?.id ??
          snapshot?.takenAt ??
          `attempt ${info.attemptId ?? String(info.attempt ?? 1)}`),
  };
}

/** No error: what the token may do is found out by the preflight of the strategy, and some projects do hand tokens to forks. */
const fromFork: Finding = {
  level: 'warning',
  subject: 'ci',
  message:
    'this is a run for a pull request from a fork, which usually has no token that may start a pipeline',
  fix: 'in runs for pull requests from forks set `on-unhealthy: report`',
};

/** The system that the user names; else the one that we run in; else the only one whose inputs were given. */
function ciSystemOf({ settings, info, resolution }: TargetSession): string | undefined {
  const explicit = settings['ci-system'];
  if (explicit !== undefined) return explicit === 'none' ? undefined : explicit;
  if (Object.hasOwn(pipelineClients, info.system)) return info.system;
  const given = new Set(
    inputIds
      .filter((id: InputId) => resolution.givenByUser(id))
      .map((id) => inputOf(id).group)
      // The group `http` holds the inputs of a check.
      .filter((group) => group !== 'http' && Object.hasOwn(pipelineClients, group)),
  );
  return given.size === 1 ? [...given][0] : undefined;
}

/** Waits until what was deployed runs, as far as the strategies can tell. Gives why there is nothing to watch, in whole sentences. */
export async function awaitDeploys(
  { entry, settings, console }: BaseSession,
  links: readonly ChainLink[],
): Promise<string | undefined> {
  const limit = settings['gitops-wait'];
  const limited = deadline(entry.clock, limit, 'waiting for the deploy', entry.signal);
  const wait = async (): Promise<string | undefined> => {
    for (const strategy of strategiesOf(links)) {
      const why = await strategy.awaitDeploy?.((line) => {
        console.line(line);
      }, limited.signal);
      if (why !== undefined) return why;
    }
    return undefined;
  };
  try {
    const why = await withHeartbeat(
      { clock: entry.clock, console },
      'waiting for the deploy',
      wait,
    );
    entry.signal.throwIfAborted();
    return (
      why &&
      `Not deployed: ${why}, after ${formatDuration(limit)} (\`gitops-wait\`). Nothing was watched, and nothing was rolled back.`
    );
  } finally {
    limited.clear();
  }
}

/** A strategy may take this long to capture or to pin, milliseconds. */
const TIMEOUT = 45_000;

/** Has every strategy capture what runs when the watch begins. One that cannot has nothing to compare with later. */
export async function captureAll(
  session: BaseSession,
  links: readonly ChainLink[],
): Promise<{
  readonly findings: readonly Finding[];
  readonly alreadyRolledBack: string | undefined;
}> {
  const seen = await Promise.all(
    strategiesOf(links).map((strategy) =>
      limited(session, `capturing what ${strategy.id} sees`, strategy, (signal) =>
        strategy.capture?.(signal),
      ),
    ),
  );
  session.entry.signal.throwIfAborted();
  return {
    findings: seen.flatMap(({ value, problem }) => [
      ...(value?.findings ?? []),
      ...(problem === undefined ? [] : [problem]),
    ]),
    alreadyRolledBack: seen.find(({ value }) => value?.alreadyRolledBack !== undefined)?.value
      ?.alreadyRolledBack,
  };
}

/** What a platform has taken back by itself; a strategy that cannot be asked has nothing to say. */
export async function goneBack(
  session: BaseSession,
  links: readonly ChainLink[],
): Promise<string | undefined> {
  const ask = async (): Promise<string | undefined> => {
    for (const strategy of strategiesOf(links)) {
      const { value } = await limited(
        session,
        `asking ${strategy.id} what still runs`,
        strategy,
        (signal) => strategy.goneBack?.(signal),
      );
      if (value !== undefined) return value;
    }
    return undefined;
  };
  const { entry, console } = session;
  return withHeartbeat({ clock: entry.clock, console }, 'asking what still runs', ask);
}

/** After a healthy verdict: has every strategy pin what runs now. Neither a failure to pin nor a signal changes the verdict. */
export async function pinAll(session: BaseSession, links: readonly ChainLink[]): Promise<void> {
  const { console } = session;
  for (const strategy of strategiesOf(links)) {
    const { value, problem } = await limited(
      session,
      `keeping what ${strategy.id} sees`,
      strategy,
      (signal) => strategy.pin?.(signal),
    );
    if (value !== undefined) console.line(own`${own(strategy.id)}: ${value}`);
    if (problem !== undefined)
      console.annotate('warning', 'Rollgate', own`${own(strategy.id)}: ${problem.message}`);
  }
}

function strategiesOf(links: readonly ChainLink[]): readonly Strategy[] {
  return links.flatMap(({ strategy }) => (strategy.kind === 'skip' ? [] : [strategy]));
}

async function limited<T>(
  { entry }: BaseSession,
  what: string,
  strategy: Strategy,
  act: (signal: AbortSignal) => Promise<T> | undefined,
): Promise<{ readonly value?: T; readonly problem?: Finding }> {
  const time = deadline(entry.clock, TIMEOUT, what, entry.signal);
  try {
    const work = act(time.signal);
    return work === undefined ? {} : { value: await raceSignal(work, time.signal) };
  } catch (error) {
    return {
      problem: {
        level: 'warning',
        subject: strategy.id,
        message: `${what} failed: ${messageOf(error)}`,
      },
    };
  } finally {
    time.clear();
  }
}
