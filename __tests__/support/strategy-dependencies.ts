import { bad } from '../../src/contract/result.js';
import type { StrategyDependencies } from '../../src/strategies/dependencies.js';
import type { StrategyContext, RollbackRequest } from '../../src/contract/strategy.js';
import { run } from '../../src/support/exec.js';
import { systemFiles } from '../../src/support/files.js';
import { resolveWith } from './resolve-inputs.js';
import { VirtualClock } from './virtual-clock.js';
import { OwnRollbacks } from '../../src/strategies/own-rollbacks.js';
import type { StrategySettings } from '../../src/strategies/registry.js';

export const request: RollbackRequest = {
  target: 'default',
  verdict: 'unhealthy',
  reason: 'it is bad',
  correlationId: 'rollgate-1',
};

export const never = new AbortController().signal;

/** What a strategy is made from; `flags` are inputs as a user gives them. */
export function dependenciesWith(
  flags: Readonly<Record<string, string>>,
  given: Partial<StrategyDependencies<StrategySettings>> = {},
): StrategyDependencies<StrategySettings> {
  const { settings, problems } = resolveWith({ flags });
  if (problems.length > 0) throw new Error(JSON.stringify(problems));
  return {
    settings,
    openPipelineClient: () => Promise.resolve(bad('no client here')),
    fetch: () => globalThis.fetch,
    run: { system: 'github', runId: '42', url: null },
    attempt: undefined,
    rollbacks: new OwnRollbacks(),
    recorded: undefined,
    isRollbackRun: false,
    env: {},
    commandEnv: {},
    platform: 'linux',
    exec: run,
    folders: systemFiles,
    redact: (text) => text,
    clock: new VirtualClock(),
    signal: never,
    random: () => 0.5,
    ...given,
  };
}

/** What a strategy may use while it acts, and what it did with it. */
export function contextWith(
  signal: AbortSignal = never,
): StrategyContext & { readonly lines: string[]; readonly changes: () => number } {
  const lines: string[] = [];
  let changes = 0;
  return {
    request,
    signal,
    lines,
    changes: () => changes,
    beforeChange: () => changes++,
    progress: (line) => {
      lines.push(line);
    },
    timeLeft: () => 300_000,
    lastOfAll: () => undefined,
    started: () => undefined,
  };
}
