import { beta, exponential, gamma, poisson, type Random } from './random.js';

/** What came in during one interval of the watch. */
export interface Interval {
  readonly samples: number;
  readonly failures: number;
}

/** The traffic of one watch, interval by interval. */
export type Watch = readonly Interval[];

/** How a service behaves. Called once a watch. */
export type Traffic = (random: Random) => Watch;

/** Intervals of a ten-minute watch, and their length in seconds. */
export const INTERVALS = 60;
export const SECONDS = 10;

/** Requests come at random (Poisson), and a share of them fails, each for itself. */
export function independent(perSecond: number, failing: number): Traffic {
  return steps(perSecond, () => failing);
}

/** `independent`, with another failing share from interval `at` on. */
export function goingBad(
  perSecond: number,
  failing: number,
  at: number,
  failingAfter: number,
): Traffic {
  return steps(perSecond, (_random, i) => (i < at ? failing : failingAfter));
}

/** The failing share is drawn anew in each interval from a beta distribution; `icc` is the correlation of two requests of one interval. */
export function betaBinomial(perSecond: number, failing: number, icc: number): Traffic {
  const size = 1 / icc - 1;
  return steps(perSecond, (random) => beta(random, failing * size, (1 - failing) * size));
}

/**
 * Bursts of failures: their lengths, and the pauses between them, are exponentially distributed (Gilbert and Elliott).
 * In a burst `burstFailing` of the requests fail, outside none; the pauses are such that `failing` of all requests fail.
 */
export function bursts(
  perSecond: number,
  failing: number,
  burstFailing: number,
  meanSeconds: number,
): Traffic {
  return (random) =>
    secondsInBursts(random, failing / burstFailing, meanSeconds, INTERVALS, SECONDS).map(
      (seconds) => interval(random, perSecond, (burstFailing * seconds) / SECONDS),
    );
}

/**
 * How many seconds of each interval are in a burst. Bursts and pauses are exponentially distributed.
 *
 * @param share of the time that is in bursts @param meanSeconds of a burst @param length of an interval, seconds
 */
export function secondsInBursts(
  random: Random,
  share: number,
  meanSeconds: number,
  intervals: number,
  length: number,
): readonly number[] {
  const pause = (meanSeconds * (1 - share)) / share;
  const inBurst = new Array<number>(intervals).fill(0);
  let bad = random() < share;
  for (let from = 0; from < intervals * length; bad = !bad) {
    const to = from + exponential(random, bad ? meanSeconds : pause);
    if (bad)
      for (let i = 0; i < intervals; i += 1)
        inBurst[i] =
          (inBurst[i] ?? 0) +
          Math.max(0, Math.min(to, (i + 1) * length) - Math.max(from, i * length));
    from = to;
  }
  return inBurst;
}

/** A service whose failures come in heaps. */
export interface Uneven {
  readonly perSecond: number;
  /** The share that fails in an interval. */
  readonly failing: (interval: number) => number;
  /** How many times as much as with independent failures their number in an interval varies. */
  readonly variance: number;
}

/** The failing share is drawn anew in each interval from a gamma distribution: a negative binomial number of failures. */
export function uneven(
  random: Random,
  intervals: number,
  { perSecond, failing, variance }: Uneven,
): Watch {
  return Array.from({ length: intervals }, (_, i) => {
    const samples = poisson(random, perSecond * SECONDS);
    const mean = perSecond * SECONDS * failing(i);
    const scale = variance - 1;
    const drawn = scale > 0 ? scale * gamma(random, mean / scale) : mean;
    return { samples, failures: Math.min(samples, poisson(random, drawn)) };
  });
}

function steps(perSecond: number, failing: (random: Random, i: number) => number): Traffic {
  return (random) =>
    Array.from({ length: INTERVALS }, (_, i) => interval(random, perSecond, failing(random, i)));
}

/** A Poisson stream that is split at random is two independent Poisson streams. */
function interval(random: Random, perSecond: number, failing: number): Interval {
  const failures = poisson(random, perSecond * SECONDS * failing);
  return { failures, samples: failures + poisson(random, perSecond * SECONDS * (1 - failing)) };
}
