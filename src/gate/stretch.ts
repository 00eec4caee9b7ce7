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
import { literalBreach } from './odds.js';

/** Measurements of a value that must be within the limit. */
const VALUES = 3;
/** Own probes that are compared at first, when there is time for them. */
const COMPARED = 60;

/** What the confirmation of one check needs to know besides the check. */
export interface StretchOptions {
  /** Requests that a check must have seen that does not say otherwise. */
  readonly minRequests: number;
  /** Requests that can be expected per second and check; 0 when that is not known. */
  readonly requestsPerSecond: number;
  /** Milliseconds until it counts as not confirmed. */
  readonly timeout: number;
}

/** Requests after a rollback, until there are enough to be judged as one. */
export interface Stretch {
  add(window: Window, observation: Observation): void;
  /** What was wrong is right, by the last stretch that was long enough. */
  readonly isRight: boolean;
  /** What is still wrong, or what is missing. */
  inWords(): string;
}

interface Sums {
  own: Totals;
  ownSlower: Map<string, number>;
  beside: Totals;
  besideSlower: Map<string, number>;
}

/**
 * Watches one check after a rollback. A stretch of requests that is not right is dropped (the old version may need a
 * moment), and the next one must be twice as long, so that a service that is still bad does not pass by trying often.
 *
 * A check with a baseline may have no requests of its own any more: what it selects is gone, and users get the old version.
 * Then those of the baseline stand in, as soon as there are enough of them since the last request of its own.
 */
export function createStretch(
  check: MetricCheck,
  limit: MetricLimit,
  options: StretchOptions,
): Stretch {
  const isCompared = check.baseline !== undefined || limit.metric === 'relative';
  let needed = firstNeed(check, limit, options);
  let sums = nothing();
  /** Of the baseline, since the last request of its own. */
  let quiet = none();
  let isRight = false;
  /** The last stretch that was long enough, in words. */
  let judged: string | undefined;
  let whyNone = '';

  function judge(right: boolean, words: () => string): void {
    isRight = right;
    judged = words();
    if (right) return;
    needed *= 2;
    sums = nothing();
    quiet = none();
  }

  function judgeOwn(): void {
    const { own, beside } = sums;
    if (own.samples < needed) return;
    if (limit.metric !== 'relative')
      judge(!literalBreach(limit, own), () =>
        // That the baseline does better is no news here.
        seen({ id: check.id, limit, totals: own, maxLogE: 0 }),
      );
    else if (beside.samples >= needed)
      judge(!isWorse(sums, limit.margin), () =>
        seen({ id: check.id, limit, totals: own, maxLogE: 0, baseline: beside }),
      );
  }

  function judgeQuiet(): void {
    if (!isCompared || quiet.samples < needed) return;
    // How many fail in a minute depends on how much traffic there is, and now all of it goes to the old version.
    const isShare = limit.metric === 'success-rate' || limit.metric === 'latency';
    judge(
      !isShare || !literalBreach(limit, quiet),
      () => `of the old version, ${seen({ id: check.id, limit, totals: quiet, maxLogE: 0 })}`,
    );
  }

  return {
    add(window, observation) {
      if (observation.kind === 'none') {
        if (observation.why !== 'unchanged') whyNone = observation.detail ?? '';
        quiet.seconds += (window.to - window.from) / 1000;
        if (observation.baseline === undefined) return;
        count(quiet, observation.baseline);
        judgeQuiet();
        return;
      }
      if (observation.kind === 'value') {
        sums.own.samples += 1;
        sums.own.sum += observation.value;
        judgeOwn();
        return;
      }
      count(sums.own, observation);
      sums.own.seconds += observation.seconds;
      addSlower(sums.ownSlower, observation.slower);
      const { baseline } = observation;
      if (baseline !== undefined) {
        count(sums.beside, baseline);
        addSlower(sums.besideSlower, baseline.slower);
      }
      if (observation.samples > 0) quiet = none();
      else if (baseline !== undefined) count(quiet, baseline);
      if (observation.samples > 0 || !isCompared) judgeOwn();
      else judgeQuiet();
    },
    get isRight() {
      return isRight;
    },
    inWords() {
      if (judged !== undefined) return judged;
      const got = isCompared && sums.own.samples === 0 ? quiet.samples : sums.own.samples;
      const only = `only ${String(got)} of the ${String(needed)} requests needed for ${check.id}`;
      if (sums.own.samples > 0 || whyNone === '') return only;
      return check.realTraffic === true && !isCompared
        ? `${only} (${whyNone}; what selects the new version alone sees nothing after a rollback: select the service, or give the check a baseline)`
        : `${only} (${whyNone})`;
    },
  };
}

/**
 * How many requests a stretch needs at first: `minRequests`; more when a quarter of the time is enough for them,
 * because three failures are to be expected there from a version that is just at its limit. How much traffic others send is
 * not known.
 */
function firstNeed(check: MetricCheck, limit: MetricLimit, options: StretchOptions): number {
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
function isWorse({ own, ownSlower, beside, besideSlower }: Sums, margin: number): boolean {
  const share = (margin * own.samples) / (margin * own.samples + beside.samples);
  const pairs =
    ownSlower.size === 0
      ? [[own.failures, beside.failures] as const]
      : [...ownSlower].map(([border, bad]) => [bad, besideSlower.get(border) ?? 0] as const);
  let excess = 0;
  for (const [bad, badBeside] of pairs) {
    const all = bad + badBeside;
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
  return { own: none(), ownSlower: new Map(), beside: none(), besideSlower: new Map() };
}
