import type {
  BaselineCounts,
  MetricCheck,
  MetricLimit,
  Observation,
  Slower,
  Totals,
  Window,
} from '../contract/check.js';
import { seen } from './explain.js';
import { breachesLimit } from './likelihood-ratio.js';

/** Measurements of a value that must be within the limit. */
const VALUES = 3;
/** Own probes that are compared at first, when there is time for them. */
const COMPARED = 60;

/** What the confirmation of one check needs to know besides the check. */
export interface ConfirmationWindowOptions {
  /** Requests that a check must have seen that does not say otherwise. */
  readonly minRequests: number;
  /** Requests that can be expected per second and check; 0 when that is not known. */
  readonly requestsPerSecond: number;
  /** Milliseconds until it counts as not confirmed. */
  readonly timeout: number;
}

/** Requests after a rollback, until there are enough to be evaluated as one. */
export interface ConfirmationWindow {
  add(window: Window, observation: Observation): void;
  /** The check has recovered, by the last window that was long enough. */
  readonly isRight: boolean;
  /** What is still wrong, or what is missing. */
  inWords(): string;
}

interface Sums {
  own: Totals;
  ownSlower: Map<string, number>;
  baselineTotals: Totals;
  baselineSlower: Map<string, number>;
}

/** What the functions below share. */
interface State extends ConfirmationWindow {
  readonly check: MetricCheck;
  readonly limit: MetricLimit;
  readonly isCompared: boolean;
  needed: number;
  sums: Sums;
  /** Of the baseline, since the last request of its own. */
  quiet: Totals;
  isRight: boolean;
  /** The last window that was long enough, in words. */
  evaluated: string | undefined;
  whyNone: string;
}

/**
 * Watches one check after a rollback. A window of requests that is over the limit is dropped (the old version may need a
 * moment), and the next one must be twice as long, so that a service that is still bad does not pass by trying often.
 *
 * A check with a baseline may have no requests of its own any more: what it selects is gone, and users get the old version.
 * Then those of the baseline stand in, as soon as there are enough of them since the last request of its own.
 */
export function createConfirmationWindow(
  check: MetricCheck,
  limit: MetricLimit,
  options: ConfirmationWindowOptions,
): ConfirmationWindow {
  const isCompared = check.baseline !== undefined || limit.metric === 'relative';
  const state: State = {
    check,
    limit,
    isCompared,
    needed: firstNeed(check, limit, options),
    sums: nothing(),
    quiet: none(),
    isRight: false,
    evaluated: undefined,
    whyNone: '',
    add: (window, observation) => {
      add(state, window, observation);
    },
    inWords: () => inWords(state),
  };
  return state;
}

function add(state: State, window: Window, observation: Observation): void {
  if (observation.kind === 'none') {
    if (observation.why !== 'unchanged') state.whyNone = observation.detail ?? '';
    state.quiet.seconds += (window.to - window.from) / 1000;
    if (observation.baseline === undefined) return;
    count(state.quiet, observation.baseline);
    judgeQuiet(state);
    return;
  }
  if (observation.kind === 'value') {
    state.sums.own.samples += 1;
    state.sums.own.sum += observation.value;
    judgeOwn(state);
    return;
  }
  count(state.sums.own, observation);
  state.sums.own.seconds += observation.seconds;
  addSlower(state.sums.ownSlower, observation.slower);
  const { baseline } = observation;
  if (baseline !== undefined) {
    count(state.sums.baselineTotals, baseline);
    addSlower(state.sums.baselineSlower, baseline.slower);
  }
  if (observation.samples > 0) state.quiet = none();
  else if (baseline !== undefined) count(state.quiet, baseline);
  if (observation.samples > 0 || !state.isCompared) judgeOwn(state);
  else judgeQuiet(state);
}

function inWords(state: State): string {
  if (state.evaluated !== undefined) return state.evaluated;
  const got =
    state.isCompared && state.sums.own.samples === 0 ? state.quiet.samples : state.sums.own.samples;
  const only = `only ${String(got)} of the ${String(state.needed)} requests needed for ${state.check.id}`;
  if (state.sums.own.samples > 0 || state.whyNone === '') return only;
  return state.check.realTraffic === true && !state.isCompared
    ? `${only} (${state.whyNone}; what selects the new version alone sees nothing after a rollback: select the service, or give the check a baseline)`
    : `${only} (${state.whyNone})`;
}

function judge(state: State, right: boolean, words: () => string): void {
  state.isRight = right;
  state.evaluated = words();
  if (right) return;
  state.needed *= 2;
  state.sums = nothing();
  state.quiet = none();
}

function judgeOwn(state: State): void {
  const { own, baselineTotals } = state.sums;
  if (own.samples < state.needed) return;
  if (state.limit.metric !== 'relative')
    judge(state, !breachesLimit(state.limit, own), () =>
      // That the baseline does better is no news here.
      seen({ id: state.check.id, limit: state.limit, totals: own, maxLogE: 0 }),
    );
  else if (baselineTotals.samples >= state.needed)
    judge(state, !isWorse(state.sums, state.limit.margin), () =>
      seen({
        id: state.check.id,
        limit: state.limit,
        totals: own,
        maxLogE: 0,
        baseline: baselineTotals,
      }),
    );
}

function judgeQuiet(state: State): void {
  if (!state.isCompared || state.quiet.samples < state.needed) return;
  // How many fail in a minute depends on how much traffic there is, and now all of it goes to the old version.
  const isShare = state.limit.metric === 'success-rate' || state.limit.metric === 'latency';
  judge(
    state,
    !isShare || !breachesLimit(state.limit, state.quiet),
    () =>
      `of the old version, ${seen({ id: state.check.id, limit: state.limit, totals: state.quiet, maxLogE: 0 })}`,
  );
}

/**
 * How many requests a window needs at first: `minRequests`; more when a quarter of the time is enough for them,
 * because three failures are to be expected there from a version that is just at its limit. How much traffic others send is
 * not known.
 */
function firstNeed(
  check: MetricCheck,
  limit: MetricLimit,
  options: ConfirmationWindowOptions,
): number {
  // A measurement is no request: some of them in a row are enough.
  if (limit.metric === 'value') return VALUES;
  const least = check.minRequests ?? options.minRequests;
  if (check.realTraffic === true) return least;
  const affordable = Math.floor((options.requestsPerSecond * options.timeout) / 4000);
  return Math.max(least, Math.min(telling(limit), affordable));
}

function telling(limit: MetricLimit): number {
  if (limit.metric === 'relative') return COMPARED;
  return limit.metric === 'success-rate' && limit.minPercent < 100
    ? Math.ceil(300 / (100 - limit.minPercent))
    : 0;
}

/**
 * Whether the canary had more than its part of the bad requests, by more than one standard deviation: without that, one that
 * is just as good would fail every second time. Over the borders of a histogram all is added up.
 */
function isWorse(
  { own, ownSlower, baselineTotals, baselineSlower }: Sums,
  margin: number,
): boolean {
  const share = (margin * own.samples) / (margin * own.samples + baselineTotals.samples);
  const pairs =
    ownSlower.size === 0
      ? [[own.failures, baselineTotals.failures] as const]
      : [...ownSlower].map(([border, bad]) => [bad, baselineSlower.get(border) ?? 0] as const);
  let excess = 0;
  for (const [bad, badOfBaseline] of pairs) {
    const all = bad + badOfBaseline;
    excess += bad - all * share - Math.sqrt(all * share * (1 - share));
  }
  return excess > 1e-9;
}

function count(totals: Totals, { samples, failures }: BaselineCounts): void {
  totals.samples += samples;
  totals.failures += Math.min(failures, samples);
}

function addSlower(totals: Map<string, number>, slower: Slower | undefined): void {
  for (const [border, bad] of Object.entries(slower ?? {}))
    totals.set(border, (totals.get(border) ?? 0) + bad);
}

function none(): Totals {
  return { samples: 0, failures: 0, seconds: 0, sum: 0 };
}

function nothing(): Sums {
  return { own: none(), ownSlower: new Map(), baselineTotals: none(), baselineSlower: new Map() };
}
