import { printSelector, withMatchers, type Selector } from '../../support/selector.js';
import {
  allBuckets,
  chooseBuckets,
  type AllBuckets,
  type Buckets,
  type NoBuckets,
} from './buckets.js';
import type { Client } from './client.js';
import { providerError, type World } from './counting.js';
import type { Reading } from './description.js';
import type { Failure } from '../provider/failure.js';
import type { None } from '../provider/feed.js';
import type { Part } from './scrape.js';

export type Histogram = Extract<Reading, { kind: 'histogram' }>;

export const latencyParts = {
  all: 'requests',
  above: 'within-above',
  below: 'within-below',
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
export type Layout =
  | { readonly kind: 'buckets'; readonly buckets: Buckets | AllBuckets }
  | { readonly kind: 'unusable'; readonly why: NoBuckets }
  | { readonly kind: 'empty' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/**
 * Asks which buckets there are.
 * @param maxMs the limit; `undefined`: there is none, and all borders are used
 */
export async function findLayout(
  { buckets, baseline, bucketMs }: Histogram,
  maxMs: number | undefined,
  client: Client,
  signal: AbortSignal,
): Promise<Layout> {
  const both = [buckets, ...(baseline === undefined ? [] : [baseline])]
    .map(({ selector }) => printSelector(selector))
    .join(' or ');
  const answer = await client.query(`count by (le) (${both})`, signal);
  if (!answer.ok) return { kind: 'failed', failure: answer.failure };
  const found = new Map(answer.samples.map(({ labels, value }) => [labels.le ?? '', value]));
  if (found.size === 0) return { kind: 'empty' };
  const chosen =
    maxMs === undefined ? allBuckets(found, bucketMs) : chooseBuckets(found, bucketMs, maxMs);
  return 'all' in chosen ? { kind: 'buckets', buckets: chosen } : { kind: 'unusable', why: chosen };
}

/** What to ask of a histogram. */
export interface LatencyParts {
  /** As soon as it is known which buckets there are. */
  partsOf(signal: AbortSignal): Promise<readonly Part[] | None>;
  /** The borders that are asked for, milliseconds; empty where there is a limit. */
  readonly borders: readonly number[];
}

export function createLatencyParts(
  histogram: Histogram,
  maxMs: number | undefined,
  { client, journal }: World,
): LatencyParts {
  let parts: readonly Part[] | undefined;
  let borders: readonly number[] = [];
  async function partsOfHistogram(signal: AbortSignal): Promise<readonly Part[] | None> {
    if (parts !== undefined) return parts;
    const layout = await findLayout(histogram, maxMs, client, signal);
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
        return { kind: 'none', why: 'no-data', detail: layout.why.message };
      case 'failed':
        journal.note({ error: layout.failure.message });
        return providerError(client, layout.failure.message);
    }
  }
  return {
    partsOf: partsOfHistogram,
    get borders() {
      return borders;
    },
  };
}

function partsOf(
  selector: Selector,
  buckets: Buckets | AllBuckets,
  nameOf: (part: string) => string,
): readonly Part[] {
  const of = (name: string, le: string, timed: boolean): Part => ({
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
        ]),
  ];
}
