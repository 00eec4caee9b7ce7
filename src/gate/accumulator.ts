import { createEvidence, type Evidence } from './evidence.js';
import { breachesLimit, likelihoodRatioOf } from './likelihood-ratio.js';
import { createRelative, type Comparison, type RelativeEvidence } from './relative.js';
import { createLatencyComparison, type LatencyComparison } from './latency-comparison.js';
import { createSeries } from './series.js';
import {
  kindOf,
  type BaselineCounts,
  type EvaluatedCheck,
  type MetricLimit,
  type Observation,
  type SeriesPoint,
  type Totals,
  type WatchPlan,
  type Window,
} from '../contract/check.js';

/** Everything that is known of one metric check, up to now. Its size does not grow with the watch. */
export interface Accumulator {
  /** Returns whether this very interval was over the configured limit; `false` in the warm-up and without data. */
  push(window: Window, observation: Observation): boolean;
  readonly totals: Readonly<Totals>;
  /** The same of its last minute: of the windows that reach into it. */
  lastMinute(): Readonly<Totals>;
  /** The planned end has come, and the watch goes on. */
  extend(): void;
  /** Of the check's own limit. */
  logE(): number;
  maxLogE(): number;
  /** With the baseline; `undefined` for a check without one. */
  readonly comparison: Comparison | undefined;
  /** What was counted of the baseline. */
  readonly baseline: Readonly<BaselineCounts>;
  /** End of the last window in which the source answered, milliseconds since the start; `null`: never. */
  readonly freshAt: number | null;
  /** The same of the baseline. */
  readonly baselineFreshAt: number | null;
  /** How often the source has something new, milliseconds; 0: as often as it is asked. */
  readonly cadence: number;
  /** Requests that tell nothing, of those that were due, because a limit on how often one may ask was in the way. */
  readonly leftOut: { readonly requests: number; readonly of: number };
  /** Why there was no data the last time that there was none. */
  readonly lastMissing: {
    readonly why: 'no-data' | 'provider-error';
    readonly detail: string;
  } | null;
  /** There will be no more data in this watch. */
  readonly isOver: boolean;
  /** What could be seen of the judged time. */
  readonly sight: Sight;
  readonly kinds: Readonly<Record<string, number>>;
  readonly missing: { readonly noData: number; readonly providerErrors: number };
  series(): readonly SeriesPoint[];
}

/** Milliseconds. */
export interface Sight {
  /** How much of it the observations cover; what came before there was anything to count counts as seen. */
  readonly covered: number;
  /** Up to when since the start of the watch the samples reach; `null`: the source has no sample times. */
  readonly until: number | null;
  /** How late they came at the least. */
  readonly lag: number;
}

/** What the functions below share. */
interface State extends Accumulator {
  readonly limit: MetricLimit;
  readonly plan: Pick<WatchPlan, 'warmUp' | 'duration' | 'interval'>;
  readonly evidence: Evidence;
  readonly points: ReturnType<typeof createSeries>;
  readonly totals: Totals;
  /** What each of the last windows counted, the oldest first. */
  recent: readonly (Totals & { readonly to: number })[];
  readonly kinds: Record<string, number>;
  readonly missing: { noData: number; providerErrors: number };
  readonly baseline: { samples: number; failures: number };
  readonly latencyComparison: LatencyComparison | undefined;
  readonly comparison: LatencyComparison | RelativeEvidence | undefined;
  maxRelative: number;
  freshAt: number | null;
  baselineFreshAt: number | null;
  cadence: number;
  lastMissing: Accumulator['lastMissing'];
  isOver: boolean;
  /** End of the last observed window, milliseconds since the start of the watch; during the warm-up, the end of that. */
  observedUntil: number;
  readonly sight: { covered: number; until: number | null; lag: number };
  readonly leftOut: { requests: number; of: number };
}

export function createAccumulator(
  limit: MetricLimit,
  plan: Pick<WatchPlan, 'warmUp' | 'duration' | 'interval'>,
  against?: EvaluatedCheck['baseline'],
): Accumulator {
  const evidence = createEvidence({ plannedIntervals: Math.ceil(plan.duration / plan.interval) });
  const margin = limit.metric === 'relative' ? limit.margin : against?.margin;
  const points = createSeries();
  const latencyComparison =
    limit.metric === 'relative' && limit.of === 'latency'
      ? createLatencyComparison(limit.margin)
      : undefined;
  const comparison =
    latencyComparison ?? (margin === undefined ? undefined : createRelative(margin));
  const state: State = {
    limit,
    plan,
    evidence,
    points,
    totals: { ...nothing },
    recent: [],
    kinds: {},
    missing: { noData: 0, providerErrors: 0 },
    baseline: { samples: 0, failures: 0 },
    latencyComparison,
    comparison,
    maxRelative: 0,
    freshAt: null,
    baselineFreshAt: null,
    cadence: 0,
    lastMissing: null,
    isOver: false,
    observedUntil: plan.warmUp,
    sight: { covered: 0, until: null, lag: Infinity },
    leftOut: { requests: 0, of: 0 },
    push: (window, observation) => push(state, window, observation),
    lastMinute: () => state.recent.reduce(plus, nothing),
    extend: () => {
      evidence.endRestarts();
    },
    logE: () => (limit.metric === 'relative' ? (comparison?.logE() ?? 0) : evidence.logE),
    maxLogE: () => (limit.metric === 'relative' ? state.maxRelative : evidence.maxLogE),
    series: () => points.points(),
  };
  return state;
}

const LAST_MS = 60_000;
const nothing: Totals = { samples: 0, failures: 0, seconds: 0, sum: 0 };

function plus(a: Totals, b: Totals): Totals {
  return {
    samples: a.samples + b.samples,
    failures: a.failures + b.failures,
    seconds: a.seconds + b.seconds,
    sum: a.sum + b.sum,
  };
}

function push(state: State, window: Window, observation: Observation): boolean {
  const isCounted = window.to > state.plan.warmUp;
  if (isCounted) addLeftOut(state.leftOut, observation);
  if (observation.kind === 'none') {
    if (observation.why === 'unchanged') return false;
    state.lastMissing = { why: observation.why, detail: observation.detail ?? '' };
    state.isOver ||= observation.forGood === true;
    seeNothing(state, window, observation.why);
    if (isCounted) state.missing[observation.why === 'no-data' ? 'noData' : 'providerErrors'] += 1;
    return false;
  }
  state.freshAt = window.to;
  see(state, window, observation);
  if (hasBaseline(observation)) state.baselineFreshAt = window.to;
  state.cadence = observation.cadence ?? state.cadence;
  if (!isCounted) {
    draw(state, window, observation, 0);
    return false;
  }
  const counts = countsOf(state.limit, observation);
  state.totals.samples += counts.samples;
  state.totals.failures += counts.failures;
  if (observation.kind === 'value') state.totals.sum += observation.value;
  else {
    state.totals.seconds += observation.seconds;
    if (observation.possibleFailures !== undefined)
      state.totals.possibleFailures =
        (state.totals.possibleFailures ?? 0) + observation.possibleFailures;
    if (observation.failuresAsSet !== undefined)
      state.totals.failuresAsSet = (state.totals.failuresAsSet ?? 0) + observation.failuresAsSet;
    for (const [kind, count] of Object.entries(observation.kinds ?? {}))
      state.kinds[kind] = (state.kinds[kind] ?? 0) + count;
  }
  const now = totalsOf(state.limit, observation);
  state.recent = [...state.recent, { ...now, to: window.to }].filter(
    ({ to }) => to > window.to - LAST_MS,
  );
  const likelihoodRatio = likelihoodRatioOf(state.limit, observation);
  if (likelihoodRatio !== undefined) state.evidence.push(likelihoodRatio);
  else if (now.samples === 0) state.evidence.skip();
  compare(state, { ...counts, ...slowerOf(observation) }, observation);
  draw(state, window, observation, state.logE());
  return breachesLimit(state.limit, now);
}

/** Nothing to count is seen too, as long as there never was anything. */
function seeNothing(state: State, { to }: Window, why: string): void {
  const { totals, sight } = state;
  const observed = observeUntil(state, to);
  if (why === 'no-data' && totals.samples === 0 && totals.seconds === 0) sight.covered += observed;
}

function see(
  state: State,
  { to }: Window,
  { seconds, until }: { readonly seconds?: number; readonly until?: number },
): void {
  const { plan, sight } = state;
  if (until !== undefined) {
    sight.until = Math.max(until, sight.until ?? -Infinity);
    sight.lag = Math.min(to - until, sight.lag);
  }
  const observed = observeUntil(state, to);
  if (to > plan.warmUp) sight.covered += seconds === undefined ? observed : 1000 * seconds;
}

/** Returns how much of the judged time is newly observed, milliseconds. */
function observeUntil(state: State, to: number): number {
  const since = state.observedUntil;
  state.observedUntil = Math.max(to, since);
  return state.observedUntil - since;
}

function addLeftOut(sum: { requests: number; of: number }, observation: Observation): void {
  const samples = observation.kind === 'counts' ? observation.samples : 0;
  sum.requests += observation.leftOut?.requests ?? 0;
  sum.of += observation.leftOut?.of ?? samples;
}

function compare(state: State, canary: BaselineCounts, observation: Observation): void {
  if (state.comparison === undefined || observation.kind !== 'counts') return;
  const ofBaseline = observation.baseline;
  if (state.latencyComparison !== undefined) state.latencyComparison.push(canary, ofBaseline);
  else if (ofBaseline !== undefined) state.comparison.push(canary, ofBaseline);
  if (ofBaseline !== undefined) {
    state.baseline.samples += ofBaseline.samples;
    state.baseline.failures += Math.min(ofBaseline.failures, ofBaseline.samples);
    state.maxRelative = Math.max(state.maxRelative, state.comparison.logE());
  }
  const worst = state.latencyComparison?.worst();
  if (worst === undefined) return;
  state.totals.failures = worst.canary;
  state.totals.borderMs = worst.borderMs;
  state.baseline.failures = worst.baseline;
}

/** Adds an interval to what people look at. */
function draw(
  { limit, points, totals: { borderMs } }: State,
  window: Window,
  observation: Exclude<Observation, { kind: 'none' }>,
  logE: number,
): void {
  const now = totalsOf(limit, observation);
  const value = kindOf[limit.metric] === 'ratio' ? null : valueOf(limit, now);
  const ofBaseline = observation.kind === 'counts' ? observation.baseline : undefined;
  points.push(
    {
      t: window.to / 1000,
      ...countsAt(now, slowerOf(observation), borderMs),
      logE,
      ...(value !== null && { value }),
      ...(ofBaseline && { baseline: countsAt(ofBaseline, ofBaseline, borderMs) }),
    },
    limit.metric === 'errors-per-minute' && limit.scaledTo === null ? now.seconds : now.samples,
  );
}

/** Where latencies are compared, those are counted that took longer than the border that tells most. */
function countsAt(
  { samples, failures }: Pick<BaselineCounts, 'samples' | 'failures'>,
  { slower }: Pick<BaselineCounts, 'slower'>,
  borderMs: number | undefined,
): { samples: number; failures: number } {
  const bad = borderMs === undefined ? failures : (slower?.[String(borderMs)] ?? 0);
  return { samples, failures: Math.min(bad, samples) };
}

function slowerOf(observation: Observation): Pick<BaselineCounts, 'slower'> {
  return observation.kind === 'counts' && observation.slower !== undefined
    ? { slower: observation.slower }
    : {};
}

function hasBaseline(observation: Observation): boolean {
  return observation.kind === 'counts' && observation.baseline !== undefined;
}

function countsOf(
  limit: MetricLimit,
  observation: Exclude<Observation, { kind: 'none' }>,
): { samples: number; failures: number } {
  if (observation.kind === 'counts')
    // A scrape is not atomic: it can hold a failure whose request is not counted yet.
    return {
      samples: observation.samples,
      failures: Math.min(observation.failures, observation.samples),
    };
  const isBeyond =
    limit.metric === 'value' &&
    ('max' in limit ? observation.value > limit.max : observation.value < limit.min);
  return { samples: 1, failures: isBeyond ? 1 : 0 };
}

function totalsOf(limit: MetricLimit, observation: Exclude<Observation, { kind: 'none' }>): Totals {
  return {
    ...countsOf(limit, observation),
    seconds: observation.kind === 'counts' ? observation.seconds : 0,
    sum: observation.kind === 'value' ? observation.value : 0,
  };
}

/**
 * The measured value in the unit of the limit: share of good requests (0..1), errors per minute, or mean value;
 * `null` without data.
 */
export function valueOf(limit: MetricLimit, totals: Readonly<Totals>): number | null {
  switch (limit.metric) {
    case 'success-rate':
    case 'latency':
    case 'relative':
      return totals.samples === 0 ? null : (totals.samples - totals.failures) / totals.samples;
    case 'errors-per-minute':
      if (limit.scaledTo !== null)
        return totals.samples === 0 ? null : (limit.scaledTo * totals.failures) / totals.samples;
      return totals.seconds === 0 ? null : (60 * totals.failures) / totals.seconds;
    case 'value':
      return totals.samples === 0 ? null : totals.sum / totals.samples;
  }
}
