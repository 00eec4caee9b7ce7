import type {
  Captured,
  Plan,
  Skip,
  Strategy,
  StrategyContext,
  StrategyResult,
  Withheld,
} from '../contract/strategy.js';
import { messageOf } from '../support/errors.js';
import { fields } from '../support/json.js';
import type { StrategyDependencies } from './dependencies.js';
import type { WorkloadScaleDownSettings } from './kubernetes/scale-down.js';
import type { ComposeScaleDownSettings } from './compose/scale-down.js';

/** The `scale-down` strategy as it is configured, or why there is none. */
export async function setUpScaleDown(
  dependencies: StrategyDependencies<WorkloadScaleDownSettings & ComposeScaleDownSettings>,
): Promise<Strategy | Skip> {
  const { settings, recorded } = dependencies;
  const made: { readonly input: string; readonly strategy: Strategy | Skip }[] = [];
  for (const { input, load } of loaders)
    if (settings[input] !== undefined)
      made.push({
        input,
        strategy: await load({ ...dependencies, recorded: recordedOf(input, recorded) }),
      });
  if (made.length === 0)
    return {
      kind: 'skip',
      reason: 'not configured: set `canary-workload` or `canary-service`',
    };
  const reasons = made.flatMap(({ input, strategy }) =>
    strategy.kind === 'skip' ? [`${input}: ${strategy.reason}`] : [],
  );
  if (reasons.length === made.length) return { kind: 'skip', reason: reasons.join('; ') };
  return together(made.map(({ input, strategy }): Part => ({ input, strategy: usable(strategy) })));
}

/** Each is loaded only when it is used. */
const loaders = [
  {
    input: 'canary-workload',
    load: async (
      dependencies: StrategyDependencies<WorkloadScaleDownSettings & ComposeScaleDownSettings>,
    ): Promise<Strategy | Skip> =>
      (await import('./kubernetes/scale-down.js')).setUpWorkloadScaleDown(dependencies),
  },
  {
    input: 'canary-service',
    load: async (
      dependencies: StrategyDependencies<WorkloadScaleDownSettings & ComposeScaleDownSettings>,
    ): Promise<Strategy | Skip> =>
      (await import('./compose/scale-down.js')).setUpComposeScaleDown(dependencies),
  },
] as const;

/** A part that cannot be made reports that in preflight. */
function usable(strategy: Strategy | Skip): Strategy {
  if (strategy.kind === 'strategy') return strategy;
  return {
    kind: 'strategy',
    id: 'scale-down',
    preflight: () =>
      Promise.resolve([{ level: 'error', subject: 'scale-down', message: strategy.reason }]),
    plan: () => Promise.resolve(strategy),
    execute: () => Promise.reject(new Error(strategy.reason)),
  };
}

/** One way of taking a canary down, by the input that asks for it. */
interface Part {
  readonly input: string;
  readonly strategy: Strategy;
}

interface Planned {
  readonly part: Part;
  readonly plan: Plan;
}

interface CombinedPlan extends Plan {
  readonly planned: readonly Planned[];
  readonly left: readonly string[];
}

/** What keeps the workloads of any of the parts. */
function ownersOf(
  parts: readonly Part[],
): Required<Pick<Strategy, 'revertedBy' | 'undoneBy' | 'sourceApplied'>> {
  async function firstOf(
    ask: (strategy: Strategy) => Promise<string | undefined> | undefined,
  ): Promise<string | undefined> {
    const all = await Promise.all(parts.map(async ({ strategy }) => ask(strategy)));
    return all.find((one) => one !== undefined);
  }
  return {
    revertedBy: (signal) => firstOf((strategy) => strategy.revertedBy?.(signal)),
    undoneBy: (signal) => firstOf((strategy) => strategy.undoneBy?.(signal)),
    async sourceApplied(revision, signal) {
      const all = await Promise.all(
        parts.map(async ({ strategy }) => strategy.sourceApplied?.(revision, signal)),
      );
      return all.find((one) => one?.isApplied === false) ?? all.find((one) => one !== undefined);
    },
  };
}

/**
 * Several parts as one strategy: all are planned before the first acts, and each acts whatever became of the others, because
 * they take down different things.
 */
export function together(parts: readonly Part[]): Strategy<CombinedPlan> {
  async function snapshot(signal: AbortSignal): Promise<unknown> {
    const recorded: Record<string, unknown> = {};
    for (const { input, strategy } of parts)
      if (strategy.snapshot !== undefined) recorded[input] = await strategy.snapshot(signal);
    return recorded;
  }

  return {
    kind: 'strategy',
    id: 'scale-down',

    async preflight(signal, isBeforeDeploy) {
      const found = parts.map(({ strategy }) => strategy.preflight(signal, isBeforeDeploy));
      return (await Promise.all(found)).flat();
    },

    async plan(request, signal): Promise<CombinedPlan | Skip | Withheld> {
      const plans = await Promise.all(
        parts.map(async (part) => ({ part, plan: await part.strategy.plan(request, signal) })),
      );
      const withheld = plans.find(({ plan }) => plan.kind === 'withheld');
      if (withheld?.plan.kind === 'withheld') return withheld.plan;
      const planned = plans.flatMap(({ part, plan }) =>
        plan.kind === 'plan' ? [{ part, plan }] : [],
      );
      const left = plans.flatMap(({ part, plan }) =>
        plan.kind === 'skip' ? [`${part.input}: ${plan.reason}`] : [],
      );
      if (planned.length === 0) return { kind: 'skip', reason: left.join('; ') };
      return {
        kind: 'plan',
        steps: planned.flatMap(({ plan }) => plan.steps),
        from: merged(planned.map(({ plan }) => plan.from)),
        to: merged(planned.map(({ plan }) => plan.to)),
        touches: planned.flatMap(({ plan }) => plan.touches ?? []),
        planned,
        left,
      };
    },

    async execute({ planned, left }, context) {
      const ends: End[] = [];
      for (const { part, plan } of planned) ends.push(await act(part, plan, context));
      return combined(ends, left);
    },

    async capture(signal): Promise<Captured> {
      const seen = await Promise.all(parts.map(async ({ strategy }) => strategy.capture?.(signal)));
      const sentences = seen.flatMap((one) => one?.alreadyRolledBack ?? []);
      return {
        findings: seen.flatMap((one) => one?.findings ?? []),
        ...(sentences.length === 0 ? {} : { alreadyRolledBack: sentences.join(' ') }),
      };
    },

    ...ownersOf(parts),

    async assertUnchanged(signal) {
      const seen = await Promise.all(
        parts.map(async ({ strategy }) => strategy.assertUnchanged?.(signal)),
      );
      return seen.find((objection) => objection !== undefined);
    },

    async pin(signal) {
      const kept = await Promise.all(parts.map(async ({ strategy }) => strategy.pin?.(signal)));
      const lines = kept.filter((line) => line !== undefined);
      return lines.length === 0 ? undefined : lines.join('; ');
    },

    ...(parts.some(({ strategy }) => strategy.snapshot !== undefined) ? { snapshot } : {}),
  };
}

/** What a part recorded, out of what all of them recorded. */
export function recordedOf(input: string, recorded: unknown): unknown {
  return fields(recorded)[input];
}

interface End {
  readonly result: StrategyResult | Withheld;
}

/** A part that throws has failed, or what it changed is unknown; the others must be reported all the same. */
async function act({ strategy }: Part, plan: Plan, context: StrategyContext): Promise<End> {
  if (context.signal.aborted) return failed(`${plan.steps.join('; ')}: no time was left for it.`);
  const acted = { changed: false as boolean };
  try {
    const result = await strategy.execute(plan, {
      ...context,
      beforeChange: () => {
        context.beforeChange();
        acted.changed = true;
      },
    });
    return { result };
  } catch (error) {
    if (!acted.changed) return failed(`${messageOf(error)}.`);
    return {
      result: {
        outcome: 'triggered',
        detail: `${messageOf(error)}: it had begun to act, and what became of it is unknown.`,
        versionConfirmed: null,
      },
    };
  }
}

function failed(detail: string): End {
  return { result: { outcome: 'failed', detail, versionConfirmed: null } };
}

/** Success only if every part succeeded; otherwise unproven, unless nothing was changed at all. */
function combined(ends: readonly End[], left: readonly string[]): StrategyResult | Withheld {
  const results = ends.map(({ result }) => result);
  const isDone = (result: StrategyResult | Withheld): boolean =>
    !('kind' in result) && result.outcome === 'verified';
  const isUntouched = (result: StrategyResult | Withheld): boolean =>
    'kind' in result || result.outcome === 'failed';
  const isUnchanged = results.every(isUntouched);
  const withheld = results.find((result) => 'kind' in result);
  if (withheld !== undefined && isUnchanged) return withheld;
  const words = (result: StrategyResult | Withheld): string =>
    'kind' in result ? `Withheld: ${result.reason}.` : result.detail;
  // What was left as it was beside what was changed still runs.
  const lacking = (result: StrategyResult | Withheld): string | undefined => {
    if (!('kind' in result) && result.notBack !== undefined) return result.notBack;
    return isUntouched(result) && !isUnchanged ? words(result).replace(/\.$/, '') : undefined;
  };
  const notBack = results.map(lacking).find((one) => one !== undefined);
  return {
    ...(notBack === undefined ? {} : { notBack }),
    outcome: results.every(isDone) ? 'verified' : isUnchanged ? 'failed' : 'triggered',
    detail: [...results.map(words), ...left.map((reason) => `Left alone: ${reason}.`)].join(' '),
    versionConfirmed: null,
  };
}

function merged(
  parts: readonly (Readonly<Record<string, unknown>> | undefined)[],
): Readonly<Record<string, unknown>> {
  return Object.assign({}, ...parts) as Readonly<Record<string, unknown>>;
}
