/**
 * Limits that come from the hour before a deployment. The new version is not asked to be better than a number that
 * somebody chose, but no worse than the old one was in its worst five minutes of that hour, incidents left out.
 */

import type { Block, Bucket } from '../contract/check.js';

/** Why there is no limit from the hour before. */
export type NoLimit =
  | 'too little history'
  /** More than half of all requests would be accepted as failures. */
  | 'the limit would be useless'
  | 'nothing but zero'
  | 'the quantile is in the last bucket'
  | 'no bucket above';

/** A limit on the share of failures, and what it comes from. */
export interface ShareBefore {
  /** The blocks, those with few requests merged. */
  readonly blocks: readonly Block[];
  /** Of each block the share of failures that counts, and whether the block is kept; one that is not was an incident. */
  readonly upper: readonly number[];
  readonly kept: readonly boolean[];
  readonly median: number | null;
  /** More is an incident; of what little there is nothing is known to be one. */
  readonly incident: number;
  /** At most this share may fail; `null`: there is no limit, and `why`. */
  readonly limit: number | null;
  readonly why: NoLimit | null;
}

/** A block with fewer requests says too little by itself. */
const LEAST_IN_BLOCK = 20;
export const LEAST_BLOCKS = 6;
export const LEAST_REQUESTS = 300;
/** A block with a larger share of failures than that, and than five times the usual, was an incident. */
const INCIDENT_SHARE = 0.05;
const INCIDENT_FACTOR = 5;
/** What rounding may cost when a share is compared. */
const SLACK = 1e-12;
const MOST_USEFUL = 0.5;

/**
 * The limit on the share of failures, by the worst block that was no incident.
 *
 * @param blocks of five minutes each, the oldest first
 * @param margin how many times as much as in the worst block is accepted
 * @param floor the least limit, as a share: it keeps one failure of a quiet service from deciding
 */
export function shareBefore(
  blocks: readonly Block[],
  { margin = 1.5, floor = 0.005 }: { readonly margin?: number; readonly floor?: number } = {},
): ShareBefore {
  const merged = mergeBlocks(blocks);
  const requests = merged.reduce((sum, block) => sum + block.requests, 0);
  const none = {
    blocks: merged,
    upper: [],
    kept: [],
    median: null,
    incident: 1,
    limit: null,
  } as const;
  if (merged.length < LEAST_BLOCKS || requests < LEAST_REQUESTS)
    return { ...none, why: 'too little history' };
  const upper = merged.map((block) => (block.failures + 1) / block.requests);
  const median = medianOf(upper);
  const incident = Math.max(INCIDENT_SHARE, INCIDENT_FACTOR * median) + SLACK;
  const kept = merged.map((block) => block.failures / block.requests <= incident);
  const worst = Math.max(...upper.filter((_, index) => kept[index]));
  const limit = Math.max(floor, margin * worst);
  const isUseful = limit <= MOST_USEFUL;
  return {
    blocks: merged,
    upper,
    kept,
    median,
    incident,
    limit: isUseful ? limit : null,
    why: isUseful ? null : 'the limit would be useless',
  };
}

/** Blocks with few requests are merged forward; what remains at the end goes to the last. */
export function mergeBlocks(blocks: readonly Block[]): readonly Block[] {
  const merged: Block[] = [];
  let open: Block = { failures: 0, requests: 0 };
  for (const block of blocks) {
    open = plus(open, block);
    if (open.requests < LEAST_IN_BLOCK) continue;
    merged.push(open);
    open = { failures: 0, requests: 0 };
  }
  const last = merged.pop();
  if (last !== undefined) merged.push(plus(last, open));
  return merged;
}

/** A limit on a value, and what it comes from. */
export interface ValueBefore {
  readonly limit: number | null;
  readonly median: number | null;
  /** The mean of each block that counts. */
  readonly kept: readonly number[];
  /** So many blocks were incidents. */
  readonly dropped: number;
  readonly why: NoLimit | null;
}

const VALUE_MARGIN = 1.25;

/**
 * The limit on the mean of a value that is not negative.
 *
 * @param means of five minutes each; `null`: there was no value
 */
export function valueBefore(means: readonly (number | null)[]): ValueBefore {
  const known = means.filter((mean) => mean !== null);
  const none = { limit: null, median: null, kept: [], dropped: 0 } as const;
  if (known.length < LEAST_BLOCKS) return { ...none, why: 'too little history' };
  const median = medianOf(known);
  // Where it is zero most of the time, nothing else is far from usual.
  const kept = known.filter((mean) => median === 0 || mean <= INCIDENT_FACTOR * median);
  const largest = Math.max(...kept);
  if (largest <= 0) return { ...none, median, kept, why: 'nothing but zero' };
  return {
    limit: VALUE_MARGIN * largest,
    median,
    kept,
    dropped: known.length - kept.length,
    why: null,
  };
}

/** A border of a histogram that most requests are to stay below, and what it comes from. */
export interface LatencyBefore {
  /** The border below which so many were. */
  readonly edge: number | null;
  /** The border that is the limit. */
  readonly border: number | null;
  readonly why: NoLimit | null;
}

const LATENCY_MARGIN = 1.5;

/**
 * The limit on latency: the smallest border that is at least 1.5 times the one that 95 % of the requests stayed below.
 *
 * @param histogram from the smallest border to the infinite one
 * @param percentile instead of 95
 */
export function latencyBefore(histogram: readonly Bucket[], percentile = 95): LatencyBefore {
  const all = histogram.at(-1)?.requests ?? 0;
  const none = { edge: null, border: null } as const;
  if (all < LEAST_REQUESTS) return { ...none, why: 'too little history' };
  const edge = histogram.find(({ requests }) => 100 * requests + 1e-9 >= percentile * all)?.border;
  if (edge === undefined || edge === Infinity)
    return { ...none, why: 'the quantile is in the last bucket' };
  const border = histogram.find((one) => one.border >= LATENCY_MARGIN * edge - SLACK)?.border;
  return border === undefined || border === Infinity
    ? { edge, border: null, why: 'no bucket above' }
    : { edge, border, why: null };
}

function plus(a: Block, b: Block): Block {
  return { failures: a.failures + b.failures, requests: a.requests + b.requests };
}

/** Of an even number of values the mean of the two in the middle. */
function medianOf(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const low = sorted[Math.ceil(middle) - 1] ?? Number.NaN;
  const high = sorted[Math.floor(middle)] ?? Number.NaN;
  return (low + high) / 2;
}
