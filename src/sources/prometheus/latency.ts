import { printSelector, type Selector, withMatchers } from '../../support/selector.js';
import { bad, good, type Problem, type Result } from '../../contract/result.js';
import type { ApiProblem } from '../../support/http/problem.js';
import type { None } from '../series/poller.js';
import type { Client } from './client.js';
import { providerError, type ProbeDependencies } from './counting.js';
import type { Measurement } from './measurements.js';
import type { QueryPart } from './scrape.js';

/** The buckets of a histogram that decide about a limit. `le` as the server writes it; borders in milliseconds. */
interface Buckets {
  /** The smallest one at or above the limit: what is slower than its border is surely too slow. */
  readonly above: { readonly le: string; readonly borderMs: number };
  /** The largest one at or below the limit: what is within its border is surely fast enough. */
  readonly below: { readonly le: string; readonly borderMs: number };
  /** The same as `above` for the limit that was set, where another one is in force. */
  readonly asSet?: { readonly le: string; readonly borderMs: number };
  /** Holds everything. */
  readonly all: string;
}

/** All buckets of a histogram that can be compared with another one's. */
interface AllBuckets {
  readonly borders: readonly { readonly le: string; readonly borderMs: number }[];
  readonly all: string;
}

/**
 * @param counts how many histograms have a bucket, by its `le`. Only buckets that every histogram has can be used.
 * @param bucketMs what a `le` of 1 is, in milliseconds
 * @param setMs the limit that was set, where another one is in force
 */
export function chooseBuckets(
  counts: ReadonlyMap<string, number>,
  bucketMs: number,
  maxMs: number,
  setMs?: number,
): Result<Buckets> {
  const found = usable(counts, bucketMs);
  if (!found.ok) return found;
  const { all, borders } = found.value;
  const above = borders.find(({ borderMs }) => borderMs >= maxMs);
  const below = borders.filter(({ borderMs }) => borderMs <= maxMs).at(-1);
  const asSet = setMs === undefined ? undefined : borders.find(({ borderMs }) => borderMs >= setMs);
  if (above !== undefined && below !== undefined)
    return good({ above, below, ...(asSet && { asSet }), all });
  const list = borders.map(({ borderMs }) => `${String(borderMs)}ms`).join(', ');
  return bad(
    borders.length === 0
      ? NO_BORDER
      : `its buckets (${list}) have no border ${above === undefined ? 'at or above' : 'at or below'} the limit`,
    'set max-latency to the border of a bucket, or give the histogram one there',
  );
}

/** The same without a limit: every border is of use. */
function allBuckets(counts: ReadonlyMap<string, number>, bucketMs: number): Result<AllBuckets> {
  const found = usable(counts, bucketMs);
  if (!found.ok || found.value.borders.length > 0) return found;
  return bad(NO_BORDER, 'give the histogram some');
}

const NO_BORDER = 'it has no bucket besides le="+Inf"';

/** The buckets that every histogram has, by their borders. */
function usable(counts: ReadonlyMap<string, number>, bucketMs: number): Result<AllBuckets> {
  const all = [...counts.keys()].find((le) => borderOf(le) === Infinity);
  if (all === undefined)
    return bad(
      'there is no bucket with le="+Inf"',
      'name the series of a histogram that end in `_bucket`',
    );
  const histograms = counts.get(all) ?? 0;
  const borders = [...counts]
    .filter(([le, count]) => count === histograms && Number.isFinite(borderOf(le)))
    .map(([le]) => ({ le, borderMs: tidy(borderOf(le) * bucketMs) }))
    .sort((a, b) => a.borderMs - b.borderMs);
  return good({ all, borders });
}

function borderOf(le: string): number {
  return /^\+?inf$/i.test(le) ? Infinity : le.trim() === '' ? Number.NaN : Number(le);
}

/** `0.1 * 1000 * 3` is not 300 in doubles. */
function tidy(ms: number): number {
  return Number(ms.toPrecision(12));
}

export type Histogram = Extract<Measurement, { kind: 'histogram' }>;

export const latencyParts = {
  all: 'requests',
  above: 'within-above',
  below: 'within-below',
  asSet: 'within-as-set',
} as const;

/** Requests within a border, where all borders are used. */
export function withinPart(borderMs: number): string {
  return `within-${String(borderMs)}`;
}

/** The same part of the baseline. */
export function ofBaseline(part: string): string {
  return `baseline-${part}`;
}

/** What a histogram looks like. `empty`: it has no series yet. */
type Layout =
  | { readonly kind: 'buckets'; readonly buckets: Buckets | AllBuckets }
  | { readonly kind: 'unusable'; readonly problem: Problem }
  | { readonly kind: 'empty' }
  | { readonly kind: 'failed'; readonly problem: ApiProblem };

/**
 * Asks which buckets there are.
 * @param maxMs the limit; `undefined`: there is none, and all borders are used
 */
export async function findLayout(
  { buckets, baseline, bucketMs }: Histogram,
  maxMs: number | undefined,
  client: Client,
  signal: AbortSignal,
  setMs?: number,
): Promise<Layout> {
  const both = [buckets, ...(baseline === undefined ? [] : [baseline])]
    .map(({ selector }) => printSelector(selector))
    .join(' or ');
  const answer = await client.query(`count by (le) (${both})`, signal);
  if (!answer.ok) return { kind: 'failed', problem: answer.problem };
  const found = new Map(answer.value.samples.map(({ labels, value }) => [labels.le ?? '', value]));
  if (found.size === 0) return { kind: 'empty' };
  const chosen =
    maxMs === undefined
      ? allBuckets(found, bucketMs)
      : chooseBuckets(found, bucketMs, maxMs, setMs);
  return chosen.ok
    ? { kind: 'buckets', buckets: chosen.value }
    : { kind: 'unusable', problem: chosen.problem };
}

/** What to ask of a histogram. */
interface LatencyParts {
  /** As soon as it is known which buckets there are. */
  partsOf(signal: AbortSignal): Promise<readonly QueryPart[] | None>;
  /** The borders that are asked for, milliseconds; empty where there is a limit. */
  borders(): readonly number[];
}

/** @param setMs as for `chooseBuckets` */
export function createLatencyParts(
  histogram: Histogram,
  { maxMs, setMs }: { readonly maxMs: number | undefined; readonly setMs: number | undefined },
  { client, journal }: ProbeDependencies,
): LatencyParts {
  let parts: readonly QueryPart[] | undefined;
  let borders: readonly number[] = [];
  async function partsOfHistogram(signal: AbortSignal): Promise<readonly QueryPart[] | None> {
    if (parts !== undefined) return parts;
    const layout = await findLayout(histogram, maxMs, client, signal, setMs);
    switch (layout.kind) {
      case 'buckets':
        parts = [
          ...partsOf(histogram.buckets.selector, layout.buckets, (name) => name),
          ...(histogram.baseline === undefined
            ? []
            : partsOf(histogram.baseline.selector, layout.buckets, ofBaseline)),
        ];
        if ('borders' in layout.buckets)
          borders = layout.buckets.borders.map(({ borderMs }) => borderMs);
        return parts;
      case 'empty':
        return {
          kind: 'none',
          why: 'no-data',
          detail: `no series matches ${printSelector(histogram.buckets.selector)}`,
        };
      case 'unusable':
        return { kind: 'none', why: 'no-data', detail: layout.problem.message };
      case 'failed':
        journal.note({ error: layout.problem.message });
        return providerError(client, layout.problem.message);
    }
  }
  return {
    partsOf: partsOfHistogram,
    borders: () => borders,
  };
}

function partsOf(
  selector: Selector,
  buckets: Buckets | AllBuckets,
  nameOf: (part: string) => string,
): readonly QueryPart[] {
  const of = (name: string, le: string, timed: boolean): QueryPart => ({
    name: nameOf(name),
    selector: withMatchers(selector, [{ label: 'le', operator: '=', literal: JSON.stringify(le) }]),
    timed,
  });
  return [
    of(latencyParts.all, buckets.all, true),
    ...('borders' in buckets
      ? buckets.borders.map(({ le, borderMs }) => of(withinPart(borderMs), le, false))
      : [
          of(latencyParts.above, buckets.above.le, false),
          of(latencyParts.below, buckets.below.le, false),
          ...(buckets.asSet === undefined ? [] : [of(latencyParts.asSet, buckets.asSet.le, false)]),
        ]),
  ];
}
