/** Beyond so many requests nothing changes but the time that it takes: the share is known to one in a hundred thousand. */
const MOST = 1e10;

/**
 * How much to believe, after these requests, that the true success rate is below `percent`: the Jeffreys posterior
 * I_p(successes + ½, failures + ½). It assumes independent requests, so it describes and decides nothing.
 *
 * Good to about 1e-9 up to 1e8 requests. More than 1e10 on one side count as 1e10, in the same proportion: a counter, or a
 * damaged recording, can hold any number, and the time that it takes grows with its root.
 *
 * @param percent the limit, 0 to 100
 * @returns a probability, 0 to 1
 */
export function probabilityBelow(percent: number, successes: number, failures: number): number {
  if (percent <= 0) return 0;
  if (percent >= 100) return 1;
  const larger = Math.max(successes, failures);
  if (larger === Infinity) return failures === Infinity ? 1 : 0;
  if (larger > MOST) {
    const scale = MOST / larger;
    return probabilityBelow(percent, successes * scale, failures * scale);
  }
  // Both from the percentage: `1 - 0.95` is not 0.05 in doubles.
  const below = percent / 100;
  const above = (100 - percent) / 100;
  const a = successes + 0.5;
  const b = failures + 0.5;
  // The continued fraction converges fast on the near side of the mean; the other side is its complement.
  const value =
    below * (a + b + 2) < a + 1 ? lowerTail(a, b, below, above) : 1 - lowerTail(b, a, above, below);
  return Math.min(1, Math.max(0, value));
}

/** The incomplete beta function I_x(a, b), x = 1 − y, by its continued fraction (DLMF 8.17.22), modified Lentz method. */
function lowerTail(a: number, b: number, x: number, y: number): number {
  const front = density(a, b, x, y) / a;
  // Below the smallest double the fraction, which is of moderate size, does not matter any more.
  if (front === 0) return 0;
  let c = 1;
  let d = 1 / awayFromZero(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  // It takes in the order of √max(a, b) steps next to the mean, and fewer elsewhere.
  const steps = 200 + 20 * Math.sqrt(Math.max(a, b));
  for (let m = 1; m <= steps; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / awayFromZero(1 + even * d);
    c = awayFromZero(1 + even / c);
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / awayFromZero(1 + odd * d);
    c = awayFromZero(1 + odd / c);
    fraction *= c * d;
    if (Math.abs(c * d - 1) < Number.EPSILON) break;
  }
  return front * fraction;
}

function awayFromZero(value: number): number {
  return Math.abs(value) < 1e-300 ? 1e-300 : value;
}

/**
 * x^a · y^b / B(a, b). For millions of requests the logarithms of the three gamma functions are large and nearly cancel,
 * which would cost seven digits. In Loader's form what cancels is taken out beforehand
 * (C. Loader, "Fast and Accurate Computation of Binomial Probabilities", 2000).
 */
function density(a: number, b: number, x: number, y: number): number {
  const n = a + b;
  const log =
    stirlingRest(n) - stirlingRest(a) - stirlingRest(b) - deviance(a, n * x) - deviance(b, n * y);
  return Math.exp(log) * Math.sqrt((a / n) * (b / (2 * Math.PI)));
}

/** What Stirling's formula leaves out: ln Γ(z) − (z − ½)·ln z + z − ½·ln 2π, for z ≥ ½. */
function stirlingRest(z: number): number {
  let rest = 0;
  let at = z;
  for (; at < 16; at += 1) rest += (at + 0.5) * Math.log1p(1 / at) - 1;
  const square = at * at;
  return (
    rest +
    (1 / 12 -
      (1 / 360 - (1 / 1260 - (1 / 1680 - 1 / (1188 * square)) / square) / square) / square) /
      at
  );
}

/** observed·ln(observed/expected) + expected − observed, without cancellation when the two are close. */
function deviance(observed: number, expected: number): number {
  const difference = observed - expected;
  const v = difference / (observed + expected);
  if (Math.abs(v) >= 0.1) return observed * Math.log(observed / expected) - difference;
  let sum = difference * v;
  let term = 2 * observed * v;
  // Each term is less than a hundredth of the one before it.
  for (let j = 3; j < 23; j += 2) {
    term *= v * v;
    sum += term / j;
  }
  return sum;
}
