import { formatDuration } from '../support/text.js';
import { passesEarly } from './early-pass.js';
import { failThreshold } from './evidence.js';
import * as explain from './explain.js';
import { createHealth, type Health } from './health.js';
import { literalBreach } from './odds.js';
import { BLAME_THRESHOLD } from './relative.js';
import { createTally, valueOf, type Tally } from './tally.js';
import {
  kindOf,
  type CheckResult,
  type JudgedCheck,
  type Judgement,
  type MetricLimit,
  type NoDataPolicy,
  type WatchEvent,
  type WatchPlan,
} from '../contract/check.js';
import { limitInWords, valueInWords } from './words.js';

interface Metric {
  readonly check: JudgedCheck;
  readonly limit: MetricLimit;
  readonly tally: Tally;
}

/** Decides on one target from what it is told, and from nothing else: the same events give the same judgement. */
interface Judge {
  /** The judgement, as soon as there is one. Later events complete the results, and change the judgement no more. */
  push(event: WatchEvent): Judgement | undefined;
  /** A health check is in the middle of a row: the end of the watch must wait for its next looks. */
  readonly healthUndecided: boolean;
  results(): readonly CheckResult[];
}

/**
 * @param checks all checks of the target; fixed for the whole watch, because the evidence threshold depends on how
 *   many metric checks there are
 */
export function createJudge(plan: WatchPlan, checks: readonly JudgedCheck[]): Judge {
  const healths = new Map<string, { check: JudgedCheck; health: Health }>();
  const metrics = new Map<string, Metric>();
  for (const check of checks) {
    const { limit } = check;
    if (limit.metric === 'health')
      healths.set(check.id, { check, health: createHealth(limit, plan.warmUp) });
    else metrics.set(check.id, { check, limit, tally: createTally(limit, plan, check.baseline) });
  }
  const threshold = failThreshold({ sensitivity: plan.sensitivity, metricChecks: metrics.size });
  let judgement: Judgement | undefined;

  /** Whether there is a baseline, and it does better: what hits both is not the new version's fault. */
  const blamed = ({ tally }: Metric): boolean =>
    tally.comparison === undefined || tally.comparison.logE >= BLAME_THRESHOLD;
  const suspicious = (metric: Metric): boolean =>
    metric.limit.metric === 'relative'
      ? metric.tally.comparison?.isWorse(threshold) === true
      : metric.tally.maxLogE >= threshold;
  const told = (metric: Metric): explain.Explained => ({
    id: metric.check.id,
    limit: metric.limit,
    totals: metric.tally.totals,
    maxLogE: metric.tally.maxLogE,
    ...(metric.tally.comparison === undefined ? {} : { baseline: metric.tally.baseline }),
    excused: suspicious(metric) && !blamed(metric),
  });
  const convicted = (metric: Metric): boolean => suspicious(metric) && blamed(metric);
  const overLimit = (metric: Metric): boolean => literalBreach(metric.limit, metric.tally.totals);
  const needed = ({ check }: Metric): number => check.minRequests ?? plan.minRequests;
  const enough = (metric: Metric): boolean =>
    metric.limit.metric === 'value'
      ? metric.tally.totals.samples > 0
      : metric.tally.totals.samples >= needed(metric);
  const enoughOfBaseline = (metric: Metric): boolean =>
    metric.tally.comparison === undefined || metric.tally.baseline.samples >= needed(metric);

  function unhealthy(reason: string, first: string): Judgement {
    const others = [...metrics.values()].filter((m) => m.check.id !== first && convicted(m));
    const also = others.map((m) => explain.seen(told(m)));
    return {
      verdict: 'unhealthy',
      reason: also.length === 0 ? reason : `${reason} Also: ${also.join('; ')}.`,
      decidedBy: [first, ...others.map((m) => m.check.id)],
    };
  }

  function onObservation(
    event: Extract<WatchEvent, { type: 'observation' }>,
  ): Judgement | undefined {
    const metric = metrics.get(event.check);
    if (metric === undefined) return undefined;
    const intervalIsOver = metric.tally.push(event.window, event.observation);
    if (convicted(metric))
      return unhealthy(explain.byEvidence(told(metric), metrics.size), metric.check.id);
    if (plan.decision === 'strict' && intervalIsOver && blamed(metric))
      return unhealthy(
        explain.byInterval(told(metric), formatDuration(event.window.to)),
        metric.check.id,
      );
    return earlyPass(event.window.to);
  }

  /** Off unless asked for: what goes bad later is missed. A check without a metric has nothing to show. */
  function earlyPass(at: number): Judgement | undefined {
    if (!plan.earlyPass || at < plan.warmUp + plan.duration / 2) return undefined;
    const all = [...metrics.values()];
    const good =
      [...healths.values()].every(({ health }) => health.state === 'up') &&
      all.every((metric) => enough(metric) && passesEarly(metric.limit, metric.tally.totals));
    return good ? healthy(at - plan.warmUp) : undefined;
  }

  function healthy(over: number, leftOut: readonly Metric[] = []): Judgement {
    const judged = [...metrics.values()].filter((metric) => !leftOut.includes(metric));
    const passed = explain.passed(judged.map(told), [...healths.values()][0]?.health, over);
    const others = leftOut.map((metric) => explain.leftOut(staleness(metric)));
    return {
      verdict: 'healthy',
      reason: `${passed}${others.join('')}`,
      decidedBy: [],
    };
  }

  function onLook(event: Extract<WatchEvent, { type: 'look' }>): Judgement | undefined {
    const entry = healths.get(event.check);
    if (entry === undefined) return undefined;
    entry.health.push(event.at, event.look);
    return entry.health.state === 'down'
      ? unhealthy(explain.byHealth(entry.health, event.at), event.check)
      : undefined;
  }

  function handle(event: WatchEvent): Judgement | undefined {
    if (event.type === 'observation') return onObservation(event);
    return event.type === 'look' ? onLook(event) : atDeadline();
  }

  function atDeadline(): Judgement {
    if (plan.decision !== 'evidence')
      for (const metric of metrics.values())
        if (enough(metric) && silence(metric) === 'fresh' && overLimit(metric) && blamed(metric))
          return unhealthy(explain.byLimit(told(metric)), metric.check.id);
    for (const metric of metrics.values())
      if (silence(metric) !== 'fresh' && policyFor(metric) === 'unhealthy')
        return unhealthy(explain.staleIsUnhealthy(staleness(metric)), metric.check.id);
    const doubts: { id: string; why: string }[] = [];
    for (const metric of metrics.values()) {
      const why = doubtOf(metric);
      if (why !== undefined) doubts.push({ id: metric.check.id, why });
    }
    for (const { check, health } of healths.values())
      if (health.isBlind) doubts.push({ id: check.id, why: explain.blind(check, health) });
      else if (health.state === 'undecided')
        doubts.push({ id: check.id, why: explain.flapping(health) });
    const doubt = doubts[0];
    if (doubt !== undefined)
      return { verdict: 'inconclusive', reason: doubt.why, decidedBy: doubts.map((d) => d.id) };
    return healthy(plan.duration, [...metrics.values()].filter(isLeftOut));
  }

  /** Why the end of the watch cannot tell whether a check holds, if it cannot. */
  function doubtOf(metric: Metric): string | undefined {
    const check = told(metric);
    if (isLeftOut(metric)) return judgesNothing() ? explain.stale(staleness(metric)) : undefined;
    if (silence(metric) !== 'fresh') return explain.stale(staleness(metric));
    if (!enough(metric)) return explain.tooFew(check, needed(metric), plan.duration);
    if (overLimit(metric)) return blamed(metric) ? explain.grey(check) : notBlamed(metric);
    if (mayBeOver(metric)) return explain.unclear(check);
    return metric.limit.metric === 'relative' ? doubtOfBaseline(metric) : undefined;
  }

  /** That a baseline says nothing is never `on-no-data: unhealthy`: it is not what was deployed. */
  function doubtOfBaseline(metric: Metric): string | undefined {
    const silent = silenceSince(metric.tally.baselineFreshAt, metric);
    if (silent !== 'fresh') return explain.staleBaseline(metric.check.id, silent);
    return enoughOfBaseline(metric)
      ? undefined
      : explain.tooFewOfBaseline(told(metric), needed(metric), plan.duration);
  }

  function notBlamed(metric: Metric): string {
    return enoughOfBaseline(metric)
      ? explain.equallyAffected(told(metric))
      : explain.incomparable(told(metric), needed(metric));
  }

  /** Whether the bad ones that are not told from good ones would be too many. */
  function mayBeOver({ limit, tally }: Metric): boolean {
    const { possibleFailures } = tally.totals;
    if (possibleFailures === undefined) return false;
    return literalBreach(limit, { ...tally.totals, failures: possibleFailures });
  }

  function policyFor({ check, tally }: Metric): NoDataPolicy {
    const policy =
      tally.lastMissing === 'provider-error'
        ? (check.onProviderError ?? plan.onProviderError)
        : (check.onNoData ?? plan.onNoData);
    return policy ?? 'inconclusive';
  }

  /** Whether the others decide without it. */
  function isLeftOut(metric: Metric): boolean {
    return silence(metric) !== 'fresh' && policyFor(metric) === 'ignore';
  }

  function judgesNothing(): boolean {
    return healths.size === 0 && [...metrics.values()].every(isLeftOut);
  }

  function staleness(metric: Metric): explain.Staleness {
    const silent = silence(metric);
    return {
      id: metric.check.id,
      silentFor: silent === 'fresh' ? 0 : silent,
      why: metric.tally.lastMissing ?? 'no-data',
    };
  }

  /** `fresh`, or for how long the source had been silent when the watch ended; `null`: from the start. */
  function silence(metric: Metric): 'fresh' | number | null {
    return silenceSince(metric.tally.freshAt, metric);
  }

  function silenceSince(freshAt: number | null, metric: Metric): 'fresh' | number | null {
    if (freshAt === null) return null;
    const silent = plan.warmUp + plan.duration - freshAt;
    return silent <= 3 * Math.max(plan.interval, metric.tally.cadence) ? 'fresh' : silent;
  }

  function metricResult(metric: Metric): CheckResult {
    const { check, limit, tally } = metric;
    const breached = convicted(metric) || (enough(metric) && overLimit(metric));
    return {
      id: check.id,
      kind: kindOf[limit.metric],
      metric: limit.metric,
      source: check.source,
      subject: check.subject,
      limit: limitInWords(limit),
      outcome: breached ? 'breached' : enough(metric) ? 'within' : 'no-data',
      ...(breached && !blamed(metric) && { excused: true as const }),
      samples: tally.totals.samples,
      failures: tally.totals.failures,
      value: valueOf(limit, tally.totals),
      shown: valueInWords(limit, tally.totals, tally.baseline),
      ...(tally.comparison === undefined ? {} : { baseline: { ...tally.baseline } }),
      ...(tally.totals.borderMs === undefined ? {} : { slowerThan: tally.totals.borderMs }),
      evidence: { logE: tally.logE, maxLogE: tally.maxLogE, threshold },
      kinds: { ...tally.kinds },
      missing: { ...tally.missing },
      series: tally.series(),
    };
  }

  function healthResult(check: JudgedCheck, health: Health): CheckResult {
    const good = health.looks - health.failed;
    return {
      id: check.id,
      kind: 'health',
      metric: 'health',
      source: check.source,
      subject: check.subject,
      limit: limitInWords(check.limit),
      outcome: health.state === 'down' ? 'breached' : health.looks === 0 ? 'no-data' : 'within',
      samples: health.looks,
      failures: health.failed,
      value: health.looks === 0 ? null : good / health.looks,
      shown: health.looks === 0 ? '' : `${String(good)} of ${String(health.looks)} looks passed`,
      evidence: null,
      kinds: { ...health.kinds },
      missing: { noData: 0, providerErrors: health.blind },
      series: [],
    };
  }

  return {
    push(event) {
      const isFirst = judgement === undefined;
      const found = handle(event);
      if (isFirst) judgement = found;
      return isFirst ? found : undefined;
    },
    get healthUndecided() {
      return [...healths.values()].some(
        ({ health }) => health.state === 'undecided' || health.isBlind,
      );
    },
    results: () =>
      checks.map((check) => {
        const metric = metrics.get(check.id);
        const entry = healths.get(check.id);
        if (metric !== undefined) return metricResult(metric);
        if (entry !== undefined) return healthResult(check, entry.health);
        throw new Error(`no state for the check ${check.id}`);
      }),
  };
}
