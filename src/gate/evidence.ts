import type { Sensitivity } from '../contract/check.js';
import type { Mutable } from '../support/objects.js';

/** Shares of the wealth that are staked on "the service is over its limit": small ones find slight breaches, large ones outages. */
const BETS = [0.05, 0.15, 0.4, 0.9] as const;

/** What is staked at the start when there are restarts; the rest is spread evenly over them. */
const START_SHARE = 0.5;

/** Probability that a target at its limits is ever found unhealthy by evidence. */
const ALPHA: Readonly<Record<Sensitivity, number>> = { high: 0.05, normal: 0.01, low: 0.001 };

/**
 * The evidence that a check is over its limit, as the logarithm of a wealth that starts at 1 and that bets, interval by
 * interval, on "over the limit". While the service is within the limit the wealth is a non-negative supermartingale, so the
 * probability that it ever reaches 1/α is at most α (Ville's inequality), however often one looks, whenever one
 * stops, and whatever the requests inside an interval have to do with each other.
 *
 * Part of the wealth is put in later ("restarts"), so that a long healthy time does not hide an outage after it.
 */
export interface Evidence {
  /**
   * Takes the next interval that had data; an interval without data is left out and changes nothing.
   * @param likelihoodRatio how far the interval was over the limit, ≥ 0, 1 = at the limit (see `likelihoodRatioOf`)
   * @throws RangeError when it is negative or not finite
   */
  push(likelihoodRatio: number): void;
  /** An interval that was seen and had nothing to judge: no bet is made, and what is due is put in. */
  skip(): void;
  /** Nothing more is put in from now on. */
  endRestarts(): void;
  /** Natural logarithm of the evidence; 0 at the start, always finite. */
  readonly logE: number;
  /** The largest `logE` so far, the start included: never negative. */
  readonly maxLogE: number;
  /** Intervals taken, those with nothing to judge among them. */
  readonly observations: number;
}

interface EvidenceOptions {
  /** Intervals that the watch is going to have. It may have more; there are just no restarts then. */
  readonly plannedIntervals: number;
  /** Intervals from one restart to the next. */
  readonly restartEvery?: number;
}

/** Its memory is the same for a watch of any length. */
export function createEvidence({ plannedIntervals, restartEvery = 6 }: EvidenceOptions): Evidence {
  const restarts = Math.max(0, Math.ceil(plannedIntervals / restartEvery) - 1);
  const startShare = restarts > 0 ? START_SHARE : 1;
  const restartShare = restarts > 0 ? (1 - startShare) / restarts : 0;
  let logWealth: readonly number[] = BETS.map(() => -Infinity);
  let restartsLeft = restarts;
  let restartsOver = false;

  /** The share of the wealth that is put in now. */
  function invested(): number {
    if (evidence.observations === 0) return startShare;
    if (restartsLeft === 0 || restartsOver || evidence.observations % restartEvery !== 0) return 0;
    restartsLeft -= 1;
    return restartShare;
  }

  function invest(): void {
    const share = Math.log(invested() / BETS.length);
    logWealth = logWealth.map((wealth) => logSum([wealth, share]));
  }

  const evidence: Mutable<Evidence> = {
    push(likelihoodRatio) {
      if (!Number.isFinite(likelihoodRatio) || likelihoodRatio < 0)
        throw new RangeError(
          `a likelihood ratio must be a finite number of at least 0, not ${String(likelihoodRatio)}`,
        );
      invest();
      logWealth = logWealth.map(
        // A bet is below 1 and the ratio is at least 0: the argument of log1p stays above -1.
        (wealth, k) => wealth + Math.log1p((BETS[k] ?? 0) * (likelihoodRatio - 1)),
      );
      evidence.observations += 1;
      evidence.logE = logSum([...logWealth, Math.log(restartShare * restartsLeft)]);
      evidence.maxLogE = Math.max(evidence.maxLogE, evidence.logE);
    },
    skip() {
      invest();
      evidence.observations += 1;
    },
    endRestarts() {
      restartsOver = true;
    },
    logE: 0,
    maxLogE: 0,
    observations: 0,
  };
  return evidence;
}

/**
 * The `logE` from which on a check is unhealthy: ln(m/α). The checks of a target share its α, so that more checks do not
 * mean more false alarms.
 *
 * @param options.metricChecks the target's checks that are judged by evidence (not `health`); fixed for the whole watch
 */
export function failThreshold(options: {
  readonly sensitivity: Sensitivity;
  readonly metricChecks: number;
}): number {
  return Math.log(Math.max(1, options.metricChecks) / ALPHA[options.sensitivity]);
}

/** The logarithm of the sum of numbers that are given as logarithms; `-Infinity` stands for 0. */
export function logSum(logs: readonly number[]): number {
  let largest = -Infinity;
  for (const log of logs) largest = Math.max(largest, log);
  if (largest === -Infinity) return -Infinity;
  let sum = 0;
  for (const log of logs) sum += Math.exp(log - largest);
  return largest + Math.log(sum);
}

/** The logarithm of their mean. */
export function logMean(logs: readonly number[]): number {
  return logSum(logs) - Math.log(logs.length);
}
