import { logMean } from './evidence.js';

/** How many times worse than allowed the canary may truly be: one bet for each. */
const WORSE_BY = [1.3, 2, 4, 10, 40] as const;

/** Shares that are staked on "the canary is the worse one of this interval". */
const SIGN_BETS = [0.25, 0.5, 0.9] as const;

/**
 * From this many canary requests in the median interval on, a single bad interval can be strong evidence by itself, so the
 * number of intervals must speak too. With fewer it cannot, and there would be too few intervals to wait for.
 */
const GUARDED_FROM = 50;

/** What the number of intervals must show then. */
const SIGN_THRESHOLD = Math.log(10);

/**
 * What a comparison must show before a limit that is broken counts against the canary: a tenth of the probability that
 * the trouble has nothing to do with it.
 */
export const BLAME_THRESHOLD = Math.log(10);

/** What rounding may cost when two shares are compared. */
const SLACK = 1e-9;

/** Requests of one side in one interval. */
export interface Side {
  readonly samples: number;
  /** How many of them were bad. */
  readonly failures: number;
}

/**
 * The evidence that a canary is worse than its baseline. Given how many requests failed on both sides together, the
 * canary's part of them depends only on the part of the requests that it had and on how much worse it is: what hits
 * both sides, a database that is down or a bad hour, cancels out.
 */
export interface Comparison {
  /** Logarithm of the wealth that bets on the canary's part of the failures. */
  logE(): number;
  /**
   * Logarithm of the wealth that bets on the canary being the worse one, interval by interval: it holds when the failures
   * of one side come in bursts, which `logE` would take for many witnesses.
   */
  logSign(): number;
  /** Intervals that could be compared. */
  observations(): number;
  /** Whether the canary is worse: `threshold` is ln(m/α), see `failThreshold`. */
  isWorse(threshold: number): boolean;
}

export interface RelativeEvidence extends Comparison {
  /** Takes the next interval. One in which a side had no request, or whose counts make no sense, changes nothing. */
  push(canary: Side, baseline: Side): void;
}

/**
 * @param margin how many times as often as the baseline the canary may fail; 1: no more often
 */
export function createRelative(margin = 1): RelativeEvidence {
  const test = createTest(margin);
  const sizes = createSizes();
  return {
    push(canary, baseline) {
      if (test.push(canary, baseline)) sizes.push(canary.samples);
    },
    logE: test.logE,
    logSign: test.logSign,
    observations: sizes.count,
    isWorse: (threshold) => isWorse(test, sizes.median(), threshold),
  };
}

/** Requests of one side in one interval, with how many of them were slower than each boundary. */
interface LatencyComparison {
  readonly samples: number;
  /** As many as there are boundaries, in the same order. */
  readonly slower: readonly number[];
}

export interface RelativeLatency extends Comparison {
  /** The evidence at each boundary. */
  logEs(): readonly number[];
  push(canary: LatencyComparison, baseline: LatencyComparison): void;
}

/**
 * The same for latency, over the boundaries of a histogram: the mean of the evidence at each. A mean of e-values is an
 * e-value, so that more boundaries do not mean more false alarms.
 *
 * @param boundaries how many there are, at least one
 */
export function createRelativeLatency(boundaries: number, margin = 1): RelativeLatency {
  const tests = Array.from({ length: boundaries }, () => createTest(margin));
  const sizes = createSizes();
  const logEs = (): readonly number[] => tests.map((test) => test.logE());
  const mean: Test = {
    logE: () => logMean(logEs()),
    logSign: () => logMean(tests.map((test) => test.logSign())),
  };
  return {
    push(canary, baseline) {
      const taken = tests.filter((test, i) =>
        test.push(slowerThan(i, canary), slowerThan(i, baseline)),
      );
      if (taken.length > 0) sizes.push(canary.samples);
    },
    logEs,
    ...mean,
    observations: sizes.count,
    isWorse: (threshold) => isWorse(mean, sizes.median(), threshold),
  };
}

function slowerThan(boundary: number, { samples, slower }: LatencyComparison): Side {
  return { samples, failures: slower[boundary] ?? NaN };
}

type Test = Readonly<Record<'logE' | 'logSign', () => number>>;

function isWorse({ logE, logSign }: Test, medianSize: number, threshold: number): boolean {
  return logE() >= threshold && (medianSize < GUARDED_FROM || logSign() >= SIGN_THRESHOLD);
}

/** The conditional test of shares, and the guard beside it. */
function createTest(margin: number): Test & {
  /** Returns whether there was anything to compare. */
  readonly push: (canary: Side, baseline: Side) => boolean;
} {
  let shares: readonly number[] = WORSE_BY.map(() => 0);
  let signs: readonly number[] = SIGN_BETS.map(() => 0);
  return {
    push(canary, baseline) {
      if (!isSound(canary) || !isSound(baseline)) return false;
      // A scrape is not atomic: it can hold a failure whose request is not counted yet.
      const bad = Math.min(canary.failures, canary.samples);
      const badBaseline = Math.min(baseline.failures, baseline.samples);
      const expected = margin * canary.samples;
      shares = shares.map((log, i) => {
        const worse = WORSE_BY[i] ?? 1;
        // ln of (1 − w1) / (1 − w0), where w is the canary's expected part of the failures; w1 / w0 is `worse` times that.
        const baselinesPart = Math.log(
          (expected + baseline.samples) / (worse * expected + baseline.samples),
        );
        return log + bad * Math.log(worse) + (bad + badBaseline) * baselinesPart;
      });
      const sign = compare(bad * baseline.samples, margin * badBaseline * canary.samples);
      signs = signs.map((log, i) => log + Math.log1p((SIGN_BETS[i] ?? 0) * sign));
      return true;
    },
    logE: () => logMean(shares),
    logSign: () => logMean(signs),
  };
}

function isSound({ samples, failures }: Side): boolean {
  return Number.isFinite(samples) && samples > 0 && Number.isFinite(failures) && failures >= 0;
}

function compare(a: number, b: number): -1 | 0 | 1 {
  if (Math.abs(a - b) <= SLACK * Math.max(1, a, b)) return 0;
  return a > b ? 1 : -1;
}

/** The median of how many requests the intervals had, as far as it matters: on which side of the border it is. */
function createSizes(): {
  push(size: number): void;
  readonly count: () => number;
  /** Exact where the two in the middle lie on both sides of the border; else a number on the same side as the median. */
  median(): number;
} {
  let below = 0;
  let above = 0;
  let largestBelow = -Infinity;
  let smallestAbove = Infinity;
  return {
    push(size) {
      if (size < GUARDED_FROM) {
        below += 1;
        largestBelow = Math.max(largestBelow, size);
      } else {
        above += 1;
        smallestAbove = Math.min(smallestAbove, size);
      }
    },
    count: () => below + above,
    median() {
      if (below === above) return below === 0 ? 0 : (largestBelow + smallestAbove) / 2;
      return below > above ? largestBelow : smallestAbove;
    },
  };
}
