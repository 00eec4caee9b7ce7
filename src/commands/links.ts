import { configuredStrategies } from '../inputs/configured.js';
import { inputIds, inputOf, inputs, type InputId } from '../inputs/table.js';
import { withoutSecretInputs } from '../inputs/variables.js';
import { openPipelineClient } from '../pipelines/registry.js';
import { strategyFactories } from '../strategies/registry.js';
import type { ChainLink } from '../contract/strategy.js';
import { run as exec } from '../support/exec.js';
import type { Finding } from '../contract/finding.js';
import type { Snapshot } from './snapshot-file.js';
import type { TargetSession } from './target.js';

/** The chain as it is configured. */
export interface Links {
  readonly links: readonly ChainLink[];
  /** What is against strategies that the user wants: that one cannot be made, or has no token here. */
  readonly findings: readonly Finding[];
  /** How many strategies the user configured, usable or not. */
  readonly configured: number;
}

export interface LinkOptions {
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
      openPipelineClient: () =>
        openPipelineClient(ciSystem, settings, {
          ownRunId: ciSystem === info.system ? info.runId : null,
          fetch: session.fetch(),
          clock: entry.clock,
          random: entry.random,
        }),
      run: { system: info.system, runId: info.runId, url: info.runUrl },
      recorded: recorded[id],
      isRollbackRun,
      env: withoutSecretInputs(entry.env, inputs),
      platform: entry.platform,
      exec,
      redact: (text) => session.redactor.redact(text),
      clock: entry.clock,
      random: entry.random,
    });
    links.push({ id, strategy });
    if (strategy.kind === 'skip')
      findings.push({ level: 'error', subject: id, message: strategy.reason });
    else if (id === 'ci' && info.forkPullRequest) findings.push(fromFork);
  }
  if (resolution.givenByUser('rollback-command') && !strategies.some(({ id }) => id === 'command'))
    findings.push({
      level: 'warning',
      subject: 'command',
      message: '`rollback-command` is set, but `rollback` does not name `command`',
      fix: 'add `command` to `rollback` where it belongs in the chain',
    });
  return { links, findings, configured: strategies.filter(({ configured }) => configured).length };
}

/** No error: what the token may do is found out by the preflight of the strategy, and some projects do hand tokens to forks. */
const fromFork: Finding = {
  level: 'warning',
  subject: 'ci',
  message:
    'this is a run for a pull request from a fork, which usually has no token that may start a pipeline',
  fix: 'in runs for pull requests from forks set `on-unhealthy: report`',
};

/** The explicit system; else the one that we run in; else the only one whose inputs were given. */
function ciSystemOf({ settings, info, resolution }: TargetSession): string | undefined {
  const explicit = settings['ci-system'];
  if (explicit !== undefined) return explicit === 'none' ? undefined : explicit;
  if (info.system !== 'local') return info.system;
  const given = new Set(
    inputIds
      .filter((id: InputId) => resolution.givenByUser(id))
      .map((id) => inputOf(id).group)
      .filter((group) => (systems as readonly string[]).includes(group)),
  );
  return given.size === 1 ? [...given][0] : undefined;
}

const systems = ['github', 'gitlab', 'jenkins', 'circleci', 'azure'] as const;
