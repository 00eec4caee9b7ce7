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
export interface Judge {
  /** The judgement, as soon as there is one. Later events complete the results, and change the judgement no more. */
  push(event: WatchEvent): Judgement | undefined;
  /** A health check is in the middle of a row: the end of the watch must wait for its next looks. */
  readonly healthUndecided: boolean;
  results(): readonly CheckResult[];
}

/** What the functions below share. */
interface State {
  readonly plan: WatchPlan;
  readonly checks: readonly JudgedCheck[];
  readonly healths: Map<string, { check: JudgedCheck; health: Health }>;
  readonly metrics: Map<string, Metric>;
  readonly threshold: number;
  judgement: Judgement | undefined;
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
  const state: State = { plan, checks, healths, metrics, threshold, judgement: undefined };
  return {
    push: (event) => push(state, event),
    get healthUndecided() {
      return [...healths.values()].some(
        ({ health }) => health.state === 'undecided' || health.isBlind,
      );
    },
    results: () => results(state),
  };
}

function push(state: State, event: WatchEvent): Judgement | undefined {
  const isFirst = state.judgement === undefined;
  const found = handle(state, event);
  if (isFirst) state.judgement = found;
  return isFirst ? found : undefined;
}

function results(state: State): CheckResult[] {
  return state.checks.map((check) => {
    const metric = state.metrics.get(check.id);
    const entry = state.healths.get(check.id);
    if (metric !== undefined) return metricResult(state, metric);
    if (entry !== undefined) return healthResult(check, entry.health);
    throw new Error(`no state for the check ${check.id}`);
  });
}

/** Whether there is a baseline, and it does better: what hits both is not the new version's fault. */
function blamed({ tally }: Metric): boolean {
  return tally.comparison === undefined || tally.comparison.logE >= BLAME_THRESHOLD;
}

function suspicious(state: State, metric: Metric): boolean {
  return metric.limit.metric === 'relative'
    ? metric.tally.comparison?.isWorse(state.threshold) === true
    : metric.tally.maxLogE >= state.threshold;
}

function told(state: State, metric: Metric): explain.Explained {
  return {
    id: metric.check.id,
    limit: metric.limit,
    totals: metric.tally.totals,
    maxLogE: metric.tally.maxLogE,
    ...(metric.tally.comparison === undefined ? {} : { baseline: metric.tally.baseline }),
    excused: suspicious(state, metric) && !blamed(metric),
  };
}

function convicted(state: State, metric: Metric): boolean {
  return suspicious(state, metric) && blamed(metric);
}

function overLimit(metric: Metric): boolean {
  return literalBreach(metric.limit, metric.tally.totals);
}

function needed(state: State, { check }: Metric): number {
  return check.minRequests ?? state.plan.minRequests;
}

function enough(state: State, metric: Metric): boolean {
  return metric.limit.metric === 'value'
    ? metric.tally.totals.samples > 0
    : metric.tally.totals.samples >= needed(state, metric);
}

function enoughOfBaseline(state: State, metric: Metric): boolean {
  return (
    metric.tally.comparison === undefined || metric.tally.baseline.samples >= needed(state, metric)
  );
}

function unhealthy(state: State, reason: string, first: string): Judgement {
  const others = [...state.metrics.values()].filter(
    (m) => m.check.id !== first && convicted(state, m),
  );
  const also = others.map((m) => explain.seen(told(state, m)));
  return {
    verdict: 'unhealthy',
    reason: also.length === 0 ? reason : `${reason} Also: ${also.join('; ')}.`,
    decidedBy: [first, ...others.map((m) => m.check.id)],
  };
}

function onObservation(
  state: State,
  event: Extract<WatchEvent, { type: 'observation' }>,
): Judgement | undefined {
  const metric = state.metrics.get(event.check);
  if (metric === undefined) return undefined;
  const intervalIsOver = metric.tally.push(event.window, event.observation);
  if (convicted(state, metric))
    return unhealthy(
      state,
      explain.byEvidence(told(state, metric), state.metrics.size),
      metric.check.id,
    );
  if (state.plan.decision === 'strict' && intervalIsOver && blamed(metric))
    return unhealthy(
      state,
      explain.byInterval(told(state, metric), formatDuration(event.window.to)),
      metric.check.id,
    );
  return earlyPass(state, event.window.to);
}

/** Off unless asked for: what goes bad later is missed. A check without a metric has nothing to show. */
function earlyPass(state: State, at: number): Judgement | undefined {
  if (!state.plan.earlyPass || at < state.plan.warmUp + state.plan.duration / 2) return undefined;
  const all = [...state.metrics.values()];
  const good =
    [...state.healths.values()].every(({ health }) => health.state === 'up') &&
    all.every((metric) => enough(state, metric) && passesEarly(metric.limit, metric.tally.totals));
  return good ? healthy(state, at - state.plan.warmUp) : undefined;
}

function healthy(state: State, over: number, leftOut: readonly Metric[] = []): Judgement {
  const judged = [...state.metrics.values()].filter((metric) => !leftOut.includes(metric));
  const passed = explain.passed(
    judged.map((metric) => told(state, metric)),
    [...state.healths.values()][0]?.health,
    over,
  );
  const others = leftOut.map((metric) => explain.leftOut(staleness(state, metric)));
  return {
    verdict: 'healthy',
    reason: `${passed}${others.join('')}`,
    decidedBy: [],
  };
}

function onLook(state: State, event: Extract<WatchEvent, { type: 'look' }>): Judgement | undefined {
  const entry = state.healths.get(event.check);
  if (entry === undefined) return undefined;
  entry.health.push(event.at, event.look);
  return entry.health.state === 'down'
    ? unhealthy(state, explain.byHealth(entry.health, event.at), event.check)
    : undefined;
}

function handle(state: State, event: WatchEvent): Judgement | undefined {
  if (event.type === 'observation') return onObservation(state, event);
  return event.type === 'look' ? onLook(state, event) : atDeadline(state);
}

function atDeadline(state: State): Judgement {
  if (state.plan.decision !== 'evidence')
    for (const metric of state.metrics.values())
      if (
        enough(state, metric) &&
        silence(state, metric) === 'fresh' &&
        overLimit(metric) &&
        blamed(metric)
      )
        return unhealthy(state, explain.byLimit(told(state, metric)), metric.check.id);
  for (const metric of state.metrics.values())
    if (silence(state, metric) !== 'fresh' && policyFor(state, metric) === 'unhealthy')
      return unhealthy(state, explain.staleIsUnhealthy(staleness(state, metric)), metric.check.id);
  const doubts: { id: string; why: string }[] = [];
  for (const metric of state.metrics.values()) {
    const why = doubtOf(state, metric);
    if (why !== undefined) doubts.push({ id: metric.check.id, why });
  }
  for (const { check, health } of state.healths.values())
    if (health.isBlind) doubts.push({ id: check.id, why: explain.blind(check, health) });
    else if (health.state === 'undecided')
      doubts.push({ id: check.id, why: explain.flapping(health) });
  const doubt = doubts[0];
  if (doubt !== undefined)
    return { verdict: 'inconclusive', reason: doubt.why, decidedBy: doubts.map((d) => d.id) };
  return healthy(
    state,
    state.plan.duration,
    [...state.metrics.values()].filter((metric) => isLeftOut(state, metric)),
  );
}

/** Why the end of the watch cannot tell whether a check holds, if it cannot. */
function doubtOf(state: State, metric: Metric): string | undefined {
  const check = told(state, metric);
  if (isLeftOut(state, metric))
    return judgesNothing(state) ? explain.stale(staleness(state, metric)) : undefined;
  const { leftOut } = metric.tally;
  // What was not seen of so much could be anything.
  if (leftOut.requests > leftOut.of / 3) return explain.tooManyLeftOut(check, leftOut);
  if (silence(state, metric) !== 'fresh') return explain.stale(staleness(state, metric));
  if (!enough(state, metric))
    return explain.tooFew(check, needed(state, metric), state.plan.duration);
  if (overLimit(metric)) return blamed(metric) ? explain.grey(check) : notBlamed(state, metric);
  if (mayBeOver(metric)) return explain.unclear(check);
  return metric.limit.metric === 'relative' ? doubtOfBaseline(state, metric) : undefined;
}

/** That a baseline says nothing is never `on-no-data: unhealthy`: it is not what was deployed. */
function doubtOfBaseline(state: State, metric: Metric): string | undefined {
  const silent = silenceSince(state, metric.tally.baselineFreshAt, metric);
  if (silent !== 'fresh') return explain.staleBaseline(metric.check.id, silent);
  return enoughOfBaseline(state, metric)
    ? undefined
    : explain.tooFewOfBaseline(told(state, metric), needed(state, metric), state.plan.duration);
}

function notBlamed(state: State, metric: Metric): string {
  return enoughOfBaseline(state, metric)
    ? explain.equallyAffected(told(state, metric))
    : explain.incomparable(told(state, metric), needed(state, metric));
}

/** Whether the bad ones that are not told from good ones would be too many. */
function mayBeOver({ limit, tally }: Metric): boolean {
  const { possibleFailures } = tally.totals;
  if (possibleFailures === undefined) return false;
  return literalBreach(limit, { ...tally.totals, failures: possibleFailures });
}

function policyFor(state: State, { check, tally }: Metric): NoDataPolicy {
  const policy =
    tally.lastMissing === 'provider-error'
      ? (check.onProviderError ?? state.plan.onProviderError)
      : (check.onNoData ?? state.plan.onNoData);
  return policy ?? 'inconclusive';
}

/** Whether the others decide without it. */
function isLeftOut(state: State, metric: Metric): boolean {
  return silence(state, metric) !== 'fresh' && policyFor(state, metric) === 'ignore';
}

function judgesNothing(state: State): boolean {
  return (
    state.healths.size === 0 &&
    [...state.metrics.values()].every((metric) => isLeftOut(state, metric))
  );
}

function staleness(state: State, metric: Metric): explain.Staleness {
  const silent = silence(state, metric);
  return {
    id: metric.check.id,
    silentFor: silent === 'fresh' ? 0 : silent,
    why: metric.tally.lastMissing ?? 'no-data',
  };
}

/** `fresh`, or for how long the source had been silent when the watch ended; `null`: from the start. */
function silence(state: State, metric: Metric): 'fresh' | number | null {
  return silenceSince(state, metric.tally.freshAt, metric);
}

function silenceSince(
  state: State,
  freshAt: number | null,
  metric: Metric,
): 'fresh' | number | null {
  if (freshAt === null) return null;
  const silent = state.plan.warmUp + state.plan.duration - freshAt;
  return silent <= 3 * Math.max(state.plan.interval, metric.tally.cadence) ? 'fresh' : silent;
}

function metricResult(state: State, metric: Metric): CheckResult {
  const { check, limit, tally } = metric;
  const breached = convicted(state, metric) || (enough(state, metric) && overLimit(metric));
  return {
    id: check.id,
    kind: kindOf[limit.metric],
    metric: limit.metric,
    source: check.source,
    subject: check.subject,
    limit: limitInWords(limit),
    outcome: breached ? 'breached' : enough(state, metric) ? 'within' : 'no-data',
    ...(breached && !blamed(metric) && { excused: true as const }),
    samples: tally.totals.samples,
    failures: tally.totals.failures,
    value: valueOf(limit, tally.totals),
    shown: valueInWords(limit, tally.totals, tally.baseline),
    ...(tally.comparison === undefined ? {} : { baseline: { ...tally.baseline } }),
    ...(tally.totals.borderMs === undefined ? {} : { slowerThan: tally.totals.borderMs }),
    evidence: { logE: tally.logE, maxLogE: tally.maxLogE, threshold: state.threshold },
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
