import { asSentence, formatDuration } from '../support/text.js';
import { passesEarly } from './early-pass.js';
import { failThreshold } from './evidence.js';
import { extensionOf, isOverAtLast } from './extension.js';
import * as explain from './explain.js';
import { createHealth, type Health } from './health.js';
import { breachesLimit } from './likelihood-ratio.js';
import { BLAME_THRESHOLD } from './relative.js';
import { createAccumulator, valueOf, type Accumulator } from './accumulator.js';
import {
  kindOf,
  type CheckResult,
  type EvaluatedCheck,
  type Extension,
  type Judgement,
  type MetricLimit,
  type NoDataPolicy,
  type WatchEvent,
  type WatchPlan,
} from '../contract/check.js';
import { limitInWords, valueInWords } from './words.js';
import {
  createWasWell,
  MAY_NEVER_HAVE_WORKED,
  notHeld,
  recovered,
  type WasWell,
} from './was-well.js';

interface Metric {
  readonly check: EvaluatedCheck;
  readonly limit: MetricLimit;
  readonly accumulator: Accumulator;
  readonly wasWell: WasWell;
}

interface HealthEntry {
  readonly check: EvaluatedCheck;
  readonly health: Health;
  readonly wasWell: WasWell;
}

/** Decides on one target from what it is told, and from nothing else: the same events give the same judgement. */
export interface Judge {
  /** The judgement, as soon as there is one. Later events complete the results, and change the judgement no more. */
  push(event: WatchEvent): Judgement | undefined;
  /** The end of the watch was in doubt, so that it goes on: for how long, and why. */
  readonly extension: Extension | undefined;
  /** This health check is in the middle of a row: the end of the watch must wait for its next probes. */
  isUndecided(check: string): boolean;
  results(): readonly CheckResult[];
}

/** What the functions below share. */
interface State extends Judge {
  readonly plan: WatchPlan;
  readonly checks: readonly EvaluatedCheck[];
  readonly healths: Map<string, HealthEntry>;
  readonly metrics: Map<string, Metric>;
  readonly threshold: number;
  judgement: Judgement | undefined;
  extension: Extension | undefined;
}

/**
 * @param checks all checks of the target; fixed for the whole watch, because the evidence threshold depends on how
 *   many metric checks there are
 */
export function createJudge(plan: WatchPlan, checks: readonly EvaluatedCheck[]): Judge {
  const healths = new Map<string, HealthEntry>();
  const metrics = new Map<string, Metric>();
  for (const check of checks) {
    const { limit } = check;
    const wasWell = createWasWell(check);
    if (limit.metric === 'health')
      healths.set(check.id, { check, health: createHealth(limit, plan.warmUp), wasWell });
    else
      metrics.set(check.id, {
        check,
        limit,
        accumulator: createAccumulator(limit, plan, check.baseline),
        wasWell,
      });
  }
  const threshold = failThreshold({ sensitivity: plan.sensitivity, metricChecks: metrics.size });
  const state: State = {
    plan,
    checks,
    healths,
    metrics,
    threshold,
    judgement: undefined,
    extension: undefined,
    push: (event) => push(state, event),
    isUndecided: (check) => {
      const health = healths.get(check)?.health;
      return health !== undefined && (health.state === 'undecided' || health.isBlind);
    },
    results: () => results(state),
  };
  return state;
}

function push(state: State, event: WatchEvent): Judgement | undefined {
  const { judgement } = state;
  const found = handle(state, event);
  // What passed early is asked about too.
  const isRevised =
    judgement?.verdict === 'healthy' && event.type === 'deadline' && event.goneBack !== undefined;
  if (judgement !== undefined && !isRevised) return undefined;
  state.judgement = found;
  return found;
}

function results(state: State): CheckResult[] {
  return state.checks.map((check) => {
    const metric = state.metrics.get(check.id);
    const entry = state.healths.get(check.id);
    if (metric !== undefined) return metricResult(state, metric);
    if (entry !== undefined) return healthResult(entry);
    throw new Error(`no state for the check ${check.id}`);
  });
}

/** Whether there is a baseline, and it does better: what hits both is not the new version's fault. */
function blamed({ accumulator }: Metric): boolean {
  return accumulator.comparison === undefined || accumulator.comparison.logE() >= BLAME_THRESHOLD;
}

function suspicious(state: State, metric: Metric): boolean {
  return metric.limit.metric === 'relative'
    ? metric.accumulator.comparison?.isWorse(state.threshold) === true
    : metric.accumulator.maxLogE() >= state.threshold;
}

function explained(state: State, metric: Metric): explain.Explained {
  return {
    id: metric.check.id,
    limit: metric.limit,
    totals: metric.accumulator.totals,
    maxLogE: metric.accumulator.maxLogE(),
    before: metric.check.before,
    ...(metric.accumulator.comparison === undefined
      ? {}
      : { baseline: metric.accumulator.baseline }),
    excused: suspicious(state, metric) && !blamed(metric),
  };
}

function convicted(state: State, metric: Metric): boolean {
  return suspicious(state, metric) && held(metric);
}

/** Whether what it shows is the new version's fault: not what hits the baseline too, nor what was never seen well. */
function held(metric: Metric): boolean {
  return blamed(metric) && !isExcused(metric) && metric.check.before?.effect !== 'none';
}

function isExcused({ wasWell }: Metric | HealthEntry): boolean {
  const ruling = wasWell.ruling();
  return ruling === 'failed-before' || ruling === 'unwatchable';
}

/** Whether it is over the limit that was set, and was so in the hour before the deploy. */
function isOlderFault({ check: { before }, limit, accumulator: { totals } }: Metric): boolean {
  if (before === undefined || before.effect === 'kept' || before.effect === 'stricter')
    return false;
  const { failuresAsSet = totals.failures } = totals;
  return (
    breachesLimit(before.set, { ...totals, failures: failuresAsSet }) &&
    (before.effect === 'none' || !breachesLimit(limit, totals))
  );
}

/** A limit that nobody has chosen gives way: a busy service would end in doubt at every deploy. */
function givesWay({ check: { before } }: Metric): boolean {
  return (
    before?.effect === 'over' &&
    before.isByDefault === true &&
    before.set.metric === 'errors-per-minute'
  );
}

/** What a sentence about a failure that counts must add. */
function caveat({ wasWell }: Metric | HealthEntry): string {
  return wasWell.ruling() === 'unproven' ? MAY_NEVER_HAVE_WORKED : '';
}

function overLimit(metric: Metric): boolean {
  return breachesLimit(metric.limit, metric.accumulator.totals);
}

function needed(state: State, { check }: Metric): number {
  return check.minRequests ?? state.plan.minRequests;
}

function enough(state: State, metric: Metric): boolean {
  return metric.limit.metric === 'value'
    ? metric.accumulator.totals.samples > 0
    : metric.accumulator.totals.samples >= needed(state, metric);
}

function enoughOfBaseline(state: State, metric: Metric): boolean {
  return (
    metric.accumulator.comparison === undefined ||
    metric.accumulator.baseline.samples >= needed(state, metric)
  );
}

function unhealthy(state: State, reason: string, first: string): Judgement {
  const others = [...state.metrics.values()].filter(
    (m) => m.check.id !== first && convicted(state, m),
  );
  const also = others.map((m) => explain.seen(explained(state, m)));
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
  metric.wasWell.push(event);
  const intervalIsOver = metric.accumulator.push(event.window, event.observation);
  if (convicted(state, metric))
    return unhealthy(
      state,
      `${explain.byEvidence(explained(state, metric), state.metrics.size)}${caveat(metric)}`,
      metric.check.id,
    );
  if (state.plan.decision === 'strict' && intervalIsOver && held(metric))
    return unhealthy(
      state,
      `${explain.byInterval(explained(state, metric), formatDuration(event.window.to))}${caveat(metric)}`,
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
    all.every(
      (metric) =>
        enough(state, metric) &&
        seenHalf(state, metric) &&
        !isOverAtLast(metric.limit, metric.accumulator.lastMinute()) &&
        (!isOlderFault(metric) || givesWay(metric)) &&
        passesEarly(metric.limit, metric.accumulator.totals),
    );
  return good ? healthy(state, at - state.plan.warmUp) : undefined;
}

/** @param over how much of the judged time has passed */
function healthy(state: State, over: number, leftOut: readonly Metric[] = []): Judgement {
  const evaluated = [...state.metrics.values()].filter((metric) => !leftOut.includes(metric));
  const view = viewOf(state, evaluated);
  const passed = explain.passed(
    evaluated.map((metric) => explained(state, metric)),
    [...state.healths.values()].filter((entry) => !isIgnored(entry)),
    over < view.of ? { ...view, seen: seenBy(over, view, state.plan), missing: 0 } : view,
  );
  const others = [
    ...leftOut.map((metric) => explain.leftOut(staleness(state, metric))),
    ...[...state.healths.values()].filter(isIgnored).map(explain.leftOutBlind),
  ];
  const well = [...state.healths.values(), ...evaluated]
    .filter(({ wasWell }) => wasWell.hasRecovered())
    .map(({ check }) => check);
  const accepted = evaluated
    .filter((metric) => givesWay(metric) && isOlderFault(metric))
    .map((metric) => explain.acceptedAsBefore(explained(state, metric)));
  return {
    verdict: 'healthy',
    reason: `${passed}${explain.wentOn(state.extension)}${accepted.join('')}${others.join('')}${recovered(well)}`,
    decidedBy: [],
  };
}

function onHealthResult(
  state: State,
  event: Extract<WatchEvent, { type: 'look' }>,
): Judgement | undefined {
  const entry = state.healths.get(event.check);
  if (entry === undefined) return undefined;
  entry.wasWell.push(event);
  entry.health.push(event.at, event.look);
  return entry.health.state === 'down' && !isExcused(entry)
    ? unhealthy(state, `${explain.byHealth(entry, event.at)}${caveat(entry)}`, event.check)
    : undefined;
}

function handle(state: State, event: WatchEvent): Judgement | undefined {
  if (event.type === 'observation') return onObservation(state, event);
  if (event.type === 'look') return onHealthResult(state, event);
  if (event.goneBack !== undefined) return afterGoingBack(state, event.goneBack);
  const by = state.extension === undefined ? extensionOf(state.plan) : 0;
  const why = by > 0 ? doubtAtEnd(state) : undefined;
  if (why === undefined) return atDeadline(state);
  state.extension = { by, why };
  for (const { accumulator } of state.metrics.values()) accumulator.extend();
  return undefined;
}

/** Why the planned end of the watch is too early to tell, if it is. */
function doubtAtEnd(state: State): string | undefined {
  for (const metric of state.metrics.values()) {
    if (metric.limit.metric === 'relative' || silence(state, metric) !== 'fresh') continue;
    if (isExcused(metric) || metric.check.before?.effect === 'none') continue;
    const isOver =
      state.plan.decision !== 'evidence' &&
      enough(state, metric) &&
      overLimit(metric) &&
      held(metric);
    if (isOver) return explain.seen(explained(state, metric));
    const lastMinute = metric.accumulator.lastMinute();
    if (isOverAtLast(metric.limit, lastMinute))
      return `in the last minute ${explain.seen({ ...explained(state, metric), totals: lastMinute })}`;
  }
  return undefined;
}

/** How long is judged in all, milliseconds. */
function durationOf({ plan, extension }: State): number {
  return plan.duration + (extension?.by ?? 0);
}

/** What answers now is the old version: nothing that it shows makes the new one healthy. */
function afterGoingBack(state: State, goneBack: string): Judgement {
  const judgement = atDeadline(state);
  return judgement.verdict === 'unhealthy'
    ? judgement
    : { verdict: 'unhealthy', reason: asSentence(goneBack), decidedBy: [] };
}

function atDeadline(state: State): Judgement {
  if (state.plan.decision !== 'evidence')
    for (const metric of state.metrics.values())
      if (
        enough(state, metric) &&
        silence(state, metric) === 'fresh' &&
        seenEnough(state, metric) &&
        overLimit(metric) &&
        held(metric)
      )
        return unhealthy(
          state,
          `${explain.byLimit(explained(state, metric), viewOf(state, [metric]))}${caveat(metric)}`,
          metric.check.id,
        );
  for (const metric of state.metrics.values())
    if (silence(state, metric) !== 'fresh' && policyFor(state, metric) === 'unhealthy')
      return unhealthy(state, explain.staleIsUnhealthy(staleness(state, metric)), metric.check.id);
  const doubts = doubtsOf(state);
  const [doubt] = doubts;
  if (doubt !== undefined) return inconclusive(doubt, doubts);
  return healthy(
    state,
    durationOf(state),
    [...state.metrics.values()].filter((metric) => isLeftOut(state, metric)),
  );
}

interface Doubt {
  readonly id: string;
  readonly why: string;
  /** It was never seen well. */
  readonly neverWell: boolean;
}

/** What the end of the watch cannot tell. */
function doubtsOf(state: State): readonly Doubt[] {
  const doubts: Doubt[] = [];
  for (const metric of state.metrics.values()) {
    const older = neverWellOf(state, metric) ?? olderFaultOf(state, metric);
    const why = older ?? doubtOf(state, metric);
    if (why !== undefined)
      doubts.push({ id: metric.check.id, why, neverWell: older !== undefined });
  }
  for (const { check, health, wasWell } of state.healths.values())
    if (isExcused({ check, health, wasWell }) && (health.failedInARow > 0 || health.isBlind))
      doubts.push({
        id: check.id,
        why: notHeld(explain.neverPassed(check, health), check, wasWell),
        neverWell: true,
      });
    else if (health.isBlind && (!isIgnored({ check, health }) || judgesNothing(state)))
      doubts.push({ id: check.id, why: explain.blind(check, health), neverWell: false });
    else if (health.state === 'undecided' && !health.isBlind)
      doubts.push({ id: check.id, why: explain.flapping({ check, health }), neverWell: false });
  return doubts;
}

/** What was never seen well is told first, for it says what to do; whatever else is in doubt decides what it leads to. */
function inconclusive(first: Doubt, doubts: readonly Doubt[]): Judgement {
  const never = doubts.find(({ neverWell }) => neverWell);
  const other = doubts.find(({ neverWell }) => !neverWell);
  const told = [never, other].flatMap((doubt) => doubt?.why ?? []);
  return {
    verdict: 'inconclusive',
    reason: never === undefined ? first.why : told.join(' '),
    decidedBy: doubts.map(({ id }) => id),
    ...(other === undefined && { neverWell: true as const }),
  };
}

/** That a check would break its limit, or sees nothing, and has never been seen healthy. */
function neverWellOf(state: State, metric: Metric): string | undefined {
  if (!isExcused(metric) || isLeftOut(state, metric)) return undefined;
  const isSilent = silence(state, metric) !== 'fresh';
  if (!isSilent && !suspicious(state, metric) && !(enough(state, metric) && overLimit(metric)))
    return undefined;
  const what = isSilent
    ? explain.silenceOf(staleness(state, metric))
    : explain.seen(explained(state, metric));
  return notHeld(what, metric.check, metric.wasWell);
}

/** That a check is over the limit that was set, and was so before the deploy. */
function olderFaultOf(state: State, metric: Metric): string | undefined {
  const isToBeJudged = silence(state, metric) === 'fresh' && enough(state, metric);
  return isToBeJudged && isOlderFault(metric) && !givesWay(metric)
    ? explain.olderThanDeploy(explained(state, metric))
    : undefined;
}

/** Why the end of the watch cannot tell whether a check holds, if it cannot. */
function doubtOf(state: State, metric: Metric): string | undefined {
  const check = explained(state, metric);
  if (isLeftOut(state, metric))
    return judgesNothing(state) ? explain.stale(staleness(state, metric)) : undefined;
  const { leftOut } = metric.accumulator;
  // What was not seen of so much could be anything.
  if (leftOut.requests > leftOut.of / 3) return explain.tooManyLeftOut(check, leftOut);
  if (silence(state, metric) !== 'fresh') return explain.stale(staleness(state, metric));
  if (!seenEnough(state, metric)) return explain.unseen(check, viewOf(state, [metric]));
  if (!enough(state, metric))
    return explain.tooFew(check, needed(state, metric), durationOf(state));
  if (overLimit(metric)) return blamed(metric) ? explain.grey(check) : notBlamed(state, metric);
  if (mayBeOver(metric)) return explain.unclear(check);
  return metric.limit.metric === 'relative' ? doubtOfBaseline(state, metric) : undefined;
}

/** That a baseline says nothing is never `on-no-data: unhealthy`: it is not what was deployed. */
function doubtOfBaseline(state: State, metric: Metric): string | undefined {
  const silent = silenceSince(state, metric.accumulator.baselineFreshAt, metric);
  if (silent !== 'fresh') return explain.staleBaseline(metric.check.id, silent);
  return enoughOfBaseline(state, metric)
    ? undefined
    : explain.tooFewOfBaseline(explained(state, metric), needed(state, metric), durationOf(state));
}

function notBlamed(state: State, metric: Metric): string {
  return enoughOfBaseline(state, metric)
    ? explain.equallyAffected(explained(state, metric))
    : explain.incomparable(explained(state, metric), needed(state, metric));
}

/** Whether the bad ones that are not told from good ones would be too many. */
function mayBeOver({ limit, accumulator }: Metric): boolean {
  const { possibleFailures } = accumulator.totals;
  if (possibleFailures === undefined) return false;
  return breachesLimit(limit, { ...accumulator.totals, failures: possibleFailures });
}

function policyFor(state: State, { check, accumulator }: Metric): NoDataPolicy {
  const policy =
    accumulator.lastMissing?.why === 'provider-error'
      ? (check.onProviderError ?? state.plan.onProviderError)
      : (check.onNoData ?? state.plan.onNoData);
  return policy ?? 'inconclusive';
}

/** Whether the others decide without it. */
function isLeftOut(state: State, metric: Metric): boolean {
  return silence(state, metric) !== 'fresh' && policyFor(state, metric) === 'ignore';
}

/** Of a check of health only what is said of that check counts: to see nothing of what was deployed is no small thing. */
function isIgnored({ check, health }: Omit<HealthEntry, 'wasWell'>): boolean {
  return health.isBlind && check.onProviderError === 'ignore';
}

function judgesNothing(state: State): boolean {
  return (
    [...state.healths.values()].every(isIgnored) &&
    [...state.metrics.values()].every((metric) => isLeftOut(state, metric))
  );
}

function staleness(state: State, metric: Metric): explain.Staleness {
  const silent = silence(state, metric);
  return {
    id: metric.check.id,
    silentFor: silent === 'fresh' ? 0 : silent,
    ...(metric.accumulator.lastMissing ?? { why: 'no-data', detail: '' }),
  };
}

/** `fresh`, or for how long the source had been silent when the watch ended; `null`: from the start. */
function silence(state: State, metric: Metric): 'fresh' | number | null {
  const { freshAt, isOver } = metric.accumulator;
  if (isOver && freshAt !== null) return Math.max(0, endOf(state) - freshAt);
  return silenceSince(state, freshAt, metric);
}

/** Of a source that has sample times: what was not seen of so much could be anything. */
function seenEnough(state: State, { accumulator: { sight } }: Metric): boolean {
  const duration = durationOf(state);
  return sight.until === null || 3 * (duration - sight.covered) <= duration;
}

/** An early pass may come before the last interval of another check is told. */
function seenBy(over: number, { seen }: explain.View, { interval }: WatchPlan): number {
  return seen + interval < over ? seen : over;
}

/** Samples that come late show less of the watch than has passed. */
function seenHalf({ plan }: State, { accumulator: { sight } }: Metric): boolean {
  return sight.until === null || 2 * sight.covered >= plan.duration;
}

/** What all of these checks could see of the judged time. */
function viewOf(state: State, metrics: readonly Metric[]): explain.View {
  const { interval } = state.plan;
  const duration = durationOf(state);
  const views = metrics.map(({ accumulator: { sight, cadence } }) => {
    const missing = endOf(state) - (sight.until ?? Infinity);
    const isLate = missing >= Math.max(interval, cadence);
    return { covered: sight.covered, missing: isLate ? missing : 0, lag: sight.lag };
  });
  const latest = views.reduce((a, b) => (b.missing > a.missing ? b : a), { missing: 0, lag: 0 });
  return {
    of: duration,
    seen: Math.min(duration, ...views.map(({ covered }) => covered)),
    missing: latest.missing,
    lag: latest.lag,
  };
}

function endOf(state: State): number {
  return state.plan.warmUp + durationOf(state);
}

function silenceSince(
  state: State,
  freshAt: number | null,
  metric: Metric,
): 'fresh' | number | null {
  if (freshAt === null) return null;
  const silent = endOf(state) - freshAt;
  return silent <= 3 * Math.max(state.plan.interval, metric.accumulator.cadence) ? 'fresh' : silent;
}

function metricResult(state: State, metric: Metric): CheckResult {
  const { check, limit, accumulator } = metric;
  const breached =
    (suspicious(state, metric) && blamed(metric)) || (enough(state, metric) && overLimit(metric));
  return {
    id: check.id,
    kind: kindOf[limit.metric],
    metric: limit.metric,
    source: check.source,
    subject: check.subject,
    limit: limitInWords(limit),
    outcome: breached ? 'breached' : enough(state, metric) ? 'within' : 'no-data',
    ...(breached && !held(metric) && { excused: true as const }),
    samples: accumulator.totals.samples,
    failures: accumulator.totals.failures,
    value: valueOf(limit, accumulator.totals),
    shown: valueInWords(limit, accumulator.totals, accumulator.baseline),
    ...(accumulator.comparison === undefined ? {} : { baseline: { ...accumulator.baseline } }),
    ...(accumulator.totals.borderMs === undefined
      ? {}
      : { slowerThan: accumulator.totals.borderMs }),
    evidence: {
      logE: accumulator.logE(),
      maxLogE: accumulator.maxLogE(),
      threshold: state.threshold,
    },
    kinds: { ...accumulator.kinds },
    missing: { ...accumulator.missing },
    ...(check.before && {
      before: { ...check.before, inWords: explain.beforeInWords(check) },
    }),
    series: accumulator.series(),
  };
}

function healthResult(entry: HealthEntry): CheckResult {
  const { check, health } = entry;
  const good = health.checks - health.failed;
  return {
    id: check.id,
    kind: 'health',
    metric: 'health',
    source: check.source,
    subject: check.subject,
    limit: limitInWords(check.limit),
    outcome: health.state === 'down' ? 'breached' : health.checks === 0 ? 'no-data' : 'within',
    ...(health.state === 'down' && isExcused(entry) && { excused: true as const }),
    samples: health.checks,
    failures: health.failed,
    value: health.checks === 0 ? null : good / health.checks,
    shown: health.checks === 0 ? '' : `${String(good)} of ${String(health.checks)} checks passed`,
    evidence: null,
    kinds: { ...health.kinds },
    missing: { noData: 0, providerErrors: health.blind },
    series: [],
  };
}
