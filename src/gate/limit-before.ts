import type {
  Before,
  BeforePlan,
  Block,
  CheckSpec,
  MetricLimit,
  Past,
  Totals,
} from '../contract/check.js';
import { formatNumber, plural } from '../support/text.js';
import {
  latencyBefore,
  LEAST_BLOCKS,
  LEAST_REQUESTS,
  mergeBlocks,
  type NoLimit,
  shareBefore,
  valueBefore,
} from './before.js';
import { blockInWords } from './explain.js';
import { breachesLimit } from './likelihood-ratio.js';

/** Minutes of a block, where nothing else is said. */
const BLOCK = 5;

/** What the hour before says of a limit, before it is known what becomes of the limit. */
interface Said extends Omit<Before, 'set' | 'isByDefault' | 'effect' | 'limit' | 'minutes'> {
  /** In place of the one that was set; `undefined`: it gives none. */
  readonly limit: MetricLimit | undefined;
  /** The same as a number. */
  readonly number: number | null;
  /** The hour before was over the limit that was set. */
  readonly wasOver: boolean;
  readonly isStricter: boolean;
}

/**
 * A check with the limit that is in force after the hour before was looked at. One that the hour before says nothing of stays as it
 * is: a limit on a least value, a comparison, requests of our own.
 */
export function withPast(spec: CheckSpec, past: Past, plan: BeforePlan): CheckSpec {
  const { limit: set, isByDefault } = spec;
  const { minutes } = past;
  const said = sayOf(set, past, plan);
  if (said === undefined) return spec;
  const { limit, number, wasOver, isStricter, ...facts } = said;
  const mayTighten = plan.tightens === 'all' || isByDefault === true;
  const effect = wasOver
    ? limit === undefined
      ? 'none'
      : 'over'
    : isStricter && mayTighten
      ? 'stricter'
      : 'kept';
  const isReplaced = effect === 'over' || effect === 'stricter';
  return {
    ...spec,
    limit: isReplaced && limit !== undefined ? limit : set,
    before: {
      set,
      ...(isByDefault === true && { isByDefault }),
      effect,
      limit: number,
      ...facts,
      ...(set.metric !== 'latency' && minutes !== undefined && { minutes }),
    },
  };
}

function sayOf(limit: MetricLimit, past: Past, plan: BeforePlan): Said | undefined {
  switch (limit.metric) {
    case 'success-rate':
      return past.counts && ofShare(limit, past.counts, plan, past.minutes);
    case 'errors-per-minute':
      return limit.scaledTo === null
        ? past.counts && ofRate(limit, past.counts, plan, past.minutes)
        : undefined;
    case 'latency':
      return past.latency && ofLatency(limit, past.latency);
    case 'value':
      return 'max' in limit ? past.value && ofValue(limit, past.value, past.minutes) : undefined;
    case 'relative':
      return undefined;
  }
}

type LimitOn<M extends MetricLimit['metric']> = Extract<MetricLimit, { metric: M }>;

function ofShare(
  set: LimitOn<'success-rate'>,
  counts: readonly Block[],
  plan: BeforePlan,
  minutes?: number,
): Said {
  const { blocks, kept, limit, why } = shareBefore(counts, plan);
  const counting = blocks.filter((_, index) => kept[index]);
  const { failures, requests } = sumOf(counting);
  return {
    limit: limit === null ? undefined : { metric: 'success-rate', minPercent: 100 * (1 - limit) },
    number: limit,
    wasOver: breachesLimit(set, totalsOf(failures, requests)),
    isStricter: limit !== null && limit < (100 - set.minPercent) / 100,
    ...whyNot(why, blocks, minutes),
    worst: largest(counting.map((block) => block.failures / block.requests)),
    usual: requests === 0 ? null : failures / requests,
    requests: sumOf(blocks).requests,
    blocks,
    of: blocks.length,
    leftOut: kept.length - counting.length,
  };
}

/** Only where it was over it before: a limit by the minute says nothing of a service that is asked more often. */
function ofRate(
  set: LimitOn<'errors-per-minute'>,
  counts: readonly Block[],
  plan: BeforePlan,
  minutes = BLOCK,
): Said {
  const { incident, why, blocks } = shareBefore(counts, plan);
  const isKnown = why !== 'too little history';
  const counting = counts.filter(({ failures, requests }) => failures <= incident * requests);
  const worst = isKnown ? largest(counting.map(({ failures }) => failures / minutes)) : null;
  const limit = worst === null ? null : plan.margin * worst;
  const wasOver = worst !== null && worst > set.max;
  return {
    limit: limit === null || !wasOver ? undefined : { ...set, max: limit },
    number: wasOver ? limit : null,
    wasOver,
    isStricter: false,
    ...(isKnown ? {} : whyNot(why, blocks, minutes)),
    worst,
    usual: worst === null ? null : sumOf(counting).failures / (minutes * counting.length),
    requests: sumOf(counts).requests,
    blocks: counts,
    of: counts.length,
    leftOut: isKnown ? counts.length - counting.length : 0,
  };
}

function ofLatency(set: LimitOn<'latency'>, histogram: NonNullable<Past['latency']>): Said {
  const { edge, border, why } = latencyBefore(histogram, set.percentile);
  const requests = histogram.at(-1)?.requests ?? 0;
  // What took longer than the first border at or above the limit was surely too slow.
  const within = histogram.find((bucket) => bucket.border >= set.maxMs)?.requests ?? 0;
  const slow = requests === 0 ? null : (requests - within) / requests;
  const isKnown = why !== 'too little history';
  return {
    limit: border === null ? undefined : { ...set, maxMs: border },
    number: border,
    wasOver: isKnown && breachesLimit(set, totalsOf(requests - within, requests)),
    isStricter: border !== null && border < set.maxMs,
    ...whyNot(why, [{ failures: 0, requests }]),
    worst: edge,
    usual: slow,
    requests,
    blocks: [],
    of: 1,
    leftOut: 0,
  };
}

function ofValue(
  set: Extract<MetricLimit, { readonly max: number; metric: 'value' }>,
  means: NonNullable<Past['value']>,
  minutes?: number,
): Said {
  const { limit, kept, dropped, why } = valueBefore(means);
  const usual = kept.length === 0 ? null : kept.reduce((sum, one) => sum + one, 0) / kept.length;
  const known = means.filter((mean) => mean !== null).length;
  return {
    limit: limit === null ? undefined : { metric: 'value', max: limit },
    number: limit,
    wasOver: usual !== null && usual > set.max,
    isStricter: limit !== null && limit < set.max,
    ...(why === 'too little history'
      ? {
          why: `only ${plural(known, 'value')} of ${blockInWords(minutes)} (${String(LEAST_BLOCKS)} needed)`,
        }
      : whyNot(why, [])),
    worst: largest(kept),
    usual,
    requests: 0,
    blocks: [],
    of: known,
    leftOut: dropped,
  };
}

function whyNot(
  why: NoLimit | null,
  blocks: readonly Block[],
  minutes = BLOCK,
): Pick<Before, 'why'> {
  switch (why) {
    case null:
      return {};
    case 'too little history': {
      const { requests } = sumOf(blocks);
      return {
        why:
          requests < LEAST_REQUESTS
            ? `only ${plural(requests, 'request')} (${String(LEAST_REQUESTS)} needed)`
            : minutes === BLOCK
              ? `requests in only ${formatNumber(BLOCK * mergeBlocks(blocks).length)} minutes of it (${String(BLOCK * LEAST_BLOCKS)} needed)`
              : `requests in only ${String(mergeBlocks(blocks).length)} of its stretches of ${blockInWords(minutes)} (${String(LEAST_BLOCKS)} needed)`,
      };
    }
    case 'the limit would be useless':
      return { why: 'it would accept that more than half of all requests fail' };
    case 'nothing but zero':
      return { why: 'it was 0 all the time' };
    case 'the quantile is in the last bucket':
      return { why: 'too many requests took longer than the last border of the histogram' };
    case 'no bucket above':
      return { why: 'the histogram has no border far enough above what was usual' };
  }
}

function sumOf(blocks: readonly Block[]): Block {
  return blocks.reduce(
    (sum, block) => ({
      failures: sum.failures + block.failures,
      requests: sum.requests + block.requests,
    }),
    { failures: 0, requests: 0 },
  );
}

function totalsOf(failures: number, samples: number): Totals {
  return { samples, failures, seconds: 0, sum: 0 };
}

function largest(values: readonly number[]): number | null {
  return values.length === 0 ? null : Math.max(...values);
}
