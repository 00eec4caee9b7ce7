import type {
  Decision,
  EvaluatedCheck,
  Limit,
  NoDataPolicy,
  ProviderErrorPolicy,
  Sensitivity,
  WatchPlan,
} from '../contract/check.js';
import { limitInWords, particular } from './words.js';
import type { ChangedSetting } from '../contract/replay.js';

/** How a watch that is over is to be judged instead. What is absent stays as it was. */
export interface Overrides {
  readonly sensitivity?: Sensitivity;
  readonly decision?: Decision;
  readonly minRequests?: number;
  readonly earlyPass?: boolean;
  readonly extend?: boolean;
  readonly onNoData?: NoDataPolicy;
  readonly onProviderError?: ProviderErrorPolicy;
  readonly healthFailures?: number;
  readonly healthSuccesses?: number;
  readonly minSuccessRate?: number | 'off';
  readonly maxErrorsPerMinute?: number | 'off';
  readonly maxLatency?: { readonly percentile: number; readonly maxMs: number } | 'off';
  readonly maxValue?: number;
  readonly minValue?: number;
}

export type OverrideId = keyof Overrides;

/** An override that a recording has no answer for. */
interface Unanswerable {
  readonly override: OverrideId;
  readonly message: string;
  readonly fix?: string;
}

interface Overridden {
  readonly plan: WatchPlan;
  readonly checks: readonly EvaluatedCheck[];
  readonly changes: readonly ChangedSetting[];
  readonly unanswerable: readonly Unanswerable[];
}

interface Evaluated {
  readonly plan: WatchPlan;
  readonly checks: readonly EvaluatedCheck[];
}

/** The plan and the checks of a recorded target under other limits. */
export function override({ plan, checks }: Evaluated, overrides: Overrides): Overridden {
  const unanswerable: Unanswerable[] = [];
  const refuse = (id: OverrideId, message: string, fix?: string): void => {
    unanswerable.push({ override: id, message, ...(fix === undefined ? {} : { fix }) });
  };
  const newPlan: WatchPlan = {
    ...plan,
    sensitivity: overrides.sensitivity ?? plan.sensitivity,
    decision: overrides.decision ?? plan.decision,
    minRequests: overrides.minRequests ?? plan.minRequests,
    earlyPass: overrides.earlyPass ?? plan.earlyPass,
    ...(overrides.extend === undefined ? {} : { extend: overrides.extend }),
    onNoData: overrides.onNoData ?? policy(plan.onNoData),
    onProviderError: overrides.onProviderError ?? policy(plan.onProviderError),
  };
  const changes: ChangedSetting[] = planWords(newPlan).flatMap(([what, to], i) => {
    const from = planWords(plan)[i]?.[1] ?? '';
    return from === to ? [] : [{ what, from, to }];
  });

  for (const [id, metric, side] of metricOf) {
    const requested = overrides[id];
    if (requested === undefined || requested === 'off') continue;
    const isMeant = ({ limit, source }: EvaluatedCheck): boolean =>
      limit.metric === metric &&
      (!side || side in limit) &&
      (metric !== 'health' || particular[source] === undefined);
    if (!checks.some(isMeant))
      refuse(
        id,
        `the recording has no ${metric} check${side ? ` with a \`${side}\`` : ''}: nothing was counted for it`,
        'leave it out, or watch again with it',
      );
  }

  const newChecks = checks.flatMap((check): EvaluatedCheck[] => {
    const limit = limitOf(check, overrides, refuse);
    // By its numbers, since words are rounded.
    const isSame = JSON.stringify(limit) === JSON.stringify(check.limit);
    if (!isSame) changes.push({ what: check.id, from: inWords(check.limit), to: inWords(limit) });
    if (limit === 'off') return [];
    const { before, ...rest } = withoutOverridden(check, overrides);
    // Another limit is that of the user, who asks what it would have come to.
    return [{ ...rest, limit, ...(before !== undefined && isSame && { before }) }];
  });
  if (checks.length > 0 && newChecks.length === 0) {
    const off = metricOf.find(([id]) => overrides[id] === 'off');
    if (off !== undefined) refuse(off[0], 'no check would be left to judge by', 'keep one');
  }
  return { plan: newPlan, checks: newChecks, changes, unanswerable };
}

/** The limits that concern checks of one metric only, all of them; of a value those with the same side. */
const metricOf = [
  ['minSuccessRate', 'success-rate', ''],
  ['maxErrorsPerMinute', 'errors-per-minute', ''],
  ['maxLatency', 'latency', ''],
  ['healthFailures', 'health', ''],
  ['healthSuccesses', 'health', ''],
  ['maxValue', 'value', 'max'],
  ['minValue', 'value', 'min'],
] as const satisfies readonly (readonly [OverrideId, Limit['metric'], '' | 'max' | 'min'])[];

/** What is to hold for all holds for the checks that had something of their own, too. */
function withoutOverridden(check: EvaluatedCheck, overrides: Overrides): EvaluatedCheck {
  const { minRequests, onNoData, onProviderError, ...rest } = check;
  return {
    ...rest,
    ...(minRequests !== undefined && overrides.minRequests === undefined && { minRequests }),
    ...(onNoData !== undefined && overrides.onNoData === undefined && { onNoData }),
    // What holds for all holds for data of others; a check that says yes or no has it by itself.
    ...(onProviderError !== undefined &&
      (overrides.onProviderError === undefined
        ? { onProviderError }
        : check.limit.metric === 'health' && { onProviderError: overrides.onProviderError })),
  };
}

function planWords(plan: WatchPlan): readonly (readonly [what: string, value: string])[] {
  return [
    ['sensitivity', plan.sensitivity],
    ['decision', plan.decision],
    ['min-requests', String(plan.minRequests)],
    ['early-pass', String(plan.earlyPass)],
    ['extend', String(plan.extend ?? false)],
    ['on-no-data', policy(plan.onNoData)],
    ['on-provider-error', policy(plan.onProviderError)],
  ];
}

/** A plan that does not tell has the usual one. */
function policy<T extends NoDataPolicy>(given: T | undefined): T | 'inconclusive' {
  return given ?? 'inconclusive';
}

function limitOf(
  { limit, source }: EvaluatedCheck,
  overrides: Overrides,
  refuse: (id: OverrideId, message: string, fix?: string) => void,
): Limit | 'off' {
  switch (limit.metric) {
    case 'health':
      if (particular[source] !== undefined) return limit;
      return {
        ...limit,
        failures: overrides.healthFailures ?? limit.failures,
        successes: overrides.healthSuccesses ?? limit.successes,
      };
    case 'success-rate': {
      const { minSuccessRate: minPercent = limit.minPercent } = overrides;
      return minPercent === 'off' ? 'off' : { ...limit, minPercent };
    }
    case 'errors-per-minute': {
      const { maxErrorsPerMinute: max = limit.max } = overrides;
      return max === 'off' ? 'off' : { ...limit, max };
    }
    case 'latency': {
      const { maxLatency = limit } = overrides;
      if (maxLatency === 'off') return 'off';
      if (maxLatency.maxMs !== limit.maxMs)
        refuse(
          'maxLatency',
          `the recording has counted what took longer than ${String(limit.maxMs)} ms, and not ${String(maxLatency.maxMs)} ms`,
          `keep ${String(limit.maxMs)}ms: only the percentile can be another one`,
        );
      return { ...limit, percentile: maxLatency.percentile };
    }
    case 'value':
      return 'max' in limit
        ? { ...limit, max: overrides.maxValue ?? limit.max }
        : { ...limit, min: overrides.minValue ?? limit.min };
    case 'relative':
      return limit;
  }
}

function inWords(limit: Limit | 'off'): string {
  if (limit === 'off') return 'off';
  return limit.metric === 'health'
    ? `${limitInWords(limit)}, ${String(limit.successes)} good ones for healthy`
    : limitInWords(limit);
}
