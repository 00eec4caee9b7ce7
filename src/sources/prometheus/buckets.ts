/** Which buckets of a histogram a limit is told by. `le` as the server writes it; borders in milliseconds. */
export interface Buckets {
  /** The smallest one at or above the limit: what is slower than its border is surely too slow. */
  readonly above: { readonly le: string; readonly borderMs: number };
  /** The largest one at or below the limit: what is within its border is surely fast enough. */
  readonly below: { readonly le: string; readonly borderMs: number };
  /** Holds everything. */
  readonly all: string;
}

/** All buckets of a histogram that can be compared with another one's. */
export interface AllBuckets {
  readonly borders: readonly { readonly le: string; readonly borderMs: number }[];
  readonly all: string;
}

/** Why a limit cannot be told by the buckets. */
export interface NoBuckets {
  readonly message: string;
  readonly fix: string;
}

/**
 * @param counts how many histograms have a bucket, by its `le`. Only buckets that every histogram has can be used.
 * @param bucketMs what a `le` of 1 is, in milliseconds
 */
export function chooseBuckets(
  counts: ReadonlyMap<string, number>,
  bucketMs: number,
  maxMs: number,
): Buckets | NoBuckets {
  const found = usable(counts, bucketMs);
  if ('fix' in found) return found;
  const { all, borders } = found;
  const above = borders.find(({ borderMs }) => borderMs >= maxMs);
  const below = borders.filter(({ borderMs }) => borderMs <= maxMs).at(-1);
  if (above !== undefined && below !== undefined) return { above, below, all };
  const list = borders.map(({ borderMs }) => `${String(borderMs)}ms`).join(', ');
  return {
    message:
      borders.length === 0
        ? NO_BORDER
        : `its buckets (${list}) have no border ${above === undefined ? 'at or above' : 'at or below'} the limit`,
    fix: 'set max-latency to the border of a bucket, or give the histogram one there',
  };
}

/** The same without a limit: every border is of use. */
export function allBuckets(
  counts: ReadonlyMap<string, number>,
  bucketMs: number,
): AllBuckets | NoBuckets {
  const found = usable(counts, bucketMs);
  if ('fix' in found || found.borders.length > 0) return found;
  return { message: NO_BORDER, fix: 'give the histogram some' };
}

const NO_BORDER = 'it has no bucket besides le="+Inf"';

/** The buckets that every histogram has, by their borders. */
function usable(counts: ReadonlyMap<string, number>, bucketMs: number): AllBuckets | NoBuckets {
  const all = [...counts.keys()].find((le) => borderOf(le) === Infinity);
  if (all === undefined)
    return {
      message: 'there is no bucket with le="+Inf"',
      fix: 'name the series of a histogram that end in `_bucket`',
    };
  const histograms = counts.get(all) ?? 0;
  const borders = [...counts]
    .filter(([le, count]) => count === histograms && Number.isFinite(borderOf(le)))
    .map(([le]) => ({ le, borderMs: tidy(borderOf(le) * bucketMs) }))
    .sort((a, b) => a.borderMs - b.borderMs);
  return { all, borders };
}

function borderOf(le: string): number {
  return /^\+?inf$/i.test(le) ? Infinity : le.trim() === '' ? Number.NaN : Number(le);
}

/** `0.1 * 1000 * 3` is not 300 in doubles. */
function tidy(ms: number): number {
  return Number(ms.toPrecision(12));
}
