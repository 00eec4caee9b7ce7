/** A stream of pseudo-random numbers: uniform, 0 ≤ x < 1. */
export type Random = () => number;

/**
 * An own stream for each name, always the same one: a cell of a table has the same numbers whether it is computed alone
 * or with others. The generator is mulberry32 (T. Ettinger, public domain); the name is hashed to its seed with FNV-1a.
 */
export function randomOf(name: string): Random {
  let hash = 0x811c9dc5;
  for (let i = 0; i < name.length; i += 1)
    hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193) >>> 0;
  let state = hash;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Events of a mean number. Means over 30 are split in halves, whose sums have the same distribution. */
export function poisson(random: Random, mean: number): number {
  if (mean > 30) return poissonLarge(random, mean);
  const floor = Math.exp(-mean);
  let count = 0;
  for (let product = random(); product > floor; product *= random()) count += 1;
  return count;
}

/** Transformed rejection, PTRS (W. Hörmann, "The transformed rejection method for generating Poisson random variables", 1993). */
function poissonLarge(random: Random, mean: number): number {
  const b = 0.931 + 2.53 * Math.sqrt(mean);
  const a = -0.059 + 0.02483 * b;
  const inverseAlpha = 1.1239 + 1.1328 / (b - 3.4);
  const accept = 0.9277 - 3.6224 / (b - 2);
  const logMean = Math.log(mean);
  for (;;) {
    const u = random() - 0.5;
    const v = random();
    const us = 0.5 - Math.abs(u);
    const k = Math.floor(((2 * a) / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= accept) return k;
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const left = Math.log((v * inverseAlpha) / (a / (us * us) + b));
    if (left <= k * logMean - mean - logFactorial(k)) return k;
  }
}

/** By Stirling's series for large numbers, where the rejection above needs it. */
function logFactorial(k: number): number {
  if (k < 10) {
    let product = 1;
    for (let i = 2; i <= k; i += 1) product *= i;
    return Math.log(product);
  }
  const z = k + 1;
  return (
    (z - 0.5) * Math.log(z) - z + 0.5 * Math.log(2 * Math.PI) + 1 / (12 * z) - 1 / (360 * z ** 3)
  );
}

/** Standard normal (Box and Muller). */
export function normal(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** Gamma distribution of scale 1 (G. Marsaglia and W. Tsang, "A simple method for generating gamma variables", 2000). */
export function gamma(random: Random, shape: number): number {
  if (shape < 1) return gamma(random, shape + 1) * (1 - random()) ** (1 / shape);
  const d = shape - 1 / 3;
  const c = 1 / Math.sqrt(9 * d);
  for (;;) {
    const x = normal(random);
    const v = (1 + c * x) ** 3;
    if (v > 0 && Math.log(1 - random()) < 0.5 * x * x + d - d * v + d * Math.log(v)) return d * v;
  }
}

/** A share between 0 and 1. */
export function beta(random: Random, a: number, b: number): number {
  const x = gamma(random, a);
  return x / (x + gamma(random, b));
}

/** The time to the next event. */
export function exponential(random: Random, mean: number): number {
  return -mean * Math.log(1 - random());
}
