import { printSelector, withMatchers, type Selector } from '../../support/selector.js';
import { chooseBuckets, type Buckets, type NoBuckets } from './buckets.js';
import type { Client } from './client.js';
import { providerError, type World } from './counting.js';
import type { Reading } from './description.js';
import type { Failure } from './failure.js';
import type { None } from './feed.js';
import type { Part } from './scrape.js';

export type Histogram = Extract<Reading, { kind: 'histogram' }>;

export const latencyParts = {
  all: 'requests',
  above: 'within-above',
  below: 'within-below',
} as const;

/** What a histogram looks like. `empty`: it has no series yet. */
export type Layout =
  | { readonly kind: 'buckets'; readonly buckets: Buckets }
  | { readonly kind: 'unusable'; readonly why: NoBuckets }
  | { readonly kind: 'empty' }
  | { readonly kind: 'failed'; readonly failure: Failure };

/** Asks which buckets there are. */
export async function findLayout(
  { buckets, bucketMs }: Histogram,
  maxMs: number,
  client: Client,
  signal: AbortSignal,
): Promise<Layout> {
  const answer = await client.query(`count by (le) (${printSelector(buckets.selector)})`, signal);
  if (!answer.ok) return { kind: 'failed', failure: answer.failure };
  const found = new Map(answer.samples.map(({ labels, value }) => [labels.le ?? '', value]));
  if (found.size === 0) return { kind: 'empty' };
  const chosen = chooseBuckets(found, bucketMs, maxMs);
  return 'all' in chosen ? { kind: 'buckets', buckets: chosen } : { kind: 'unusable', why: chosen };
}

/** What to ask for, as soon as it is known which buckets there are. */
export function latencyPartsOf(
  histogram: Histogram,
  maxMs: number,
  { client, journal }: World,
): (signal: AbortSignal) => Promise<readonly Part[] | None> {
  let parts: readonly Part[] | undefined;
  return async (signal) => {
    if (parts !== undefined) return parts;
    const layout = await findLayout(histogram, maxMs, client, signal);
    switch (layout.kind) {
      case 'buckets':
        parts = partsOf(histogram.buckets.selector, layout.buckets);
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
  };
}

function partsOf(selector: Selector, { above, below, all }: Buckets): readonly Part[] {
  const of = (name: string, le: string, timed: boolean): Part => ({
    name,
    selector: withMatchers(selector, [{ label: 'le', operator: '=', literal: JSON.stringify(le) }]),
    timed,
  });
  return [
    of(latencyParts.all, all, true),
    of(latencyParts.above, above.le, false),
    of(latencyParts.below, below.le, false),
  ];
}
