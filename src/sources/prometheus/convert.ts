import type { BaselineCounts, Observation, Slower } from '../../contract/check.js';
import { printSelector, type Selector } from '../../support/selector.js';
import { counterNames } from './counter-parts.js';
import { latencyParts, ofBaseline, withinPart } from './latency.js';
import type { Round } from './rounds.js';

/** Where exporters write the status of an answer. */
const STATUS_LABELS = [
  'code',
  'status',
  'status_code',
  'response_code',
  'http_response_status_code',
] as const;

/** Requests and failures of a round. */
export function countsOf(round: Round, own: Selector): Observation {
  const kinds: Record<string, number> = {};
  for (const { part, labels, count } of round.series) {
    const label = STATUS_LABELS.find((name) => labels[name] !== undefined);
    if (part !== counterNames.errors || label === undefined) continue;
    const kind = `status ${labels[label] ?? ''}`;
    kinds[kind] = (kinds[kind] ?? 0) + count;
  }
  const { counts } = round;
  return observed(
    round,
    own,
    { ...sideOf(counts, counterNames.total, counterNames.errors), kinds },
    sideOf(counts, counterNames.baselineTotal, counterNames.baselineErrors),
  );
}

/** Requests of a round, and how many of them were slower than a limit. */
export function slowOf(round: Round, own: Selector): Observation {
  const slowerThan = (border: string, nameOf: (part: string) => string): BaselineCounts => {
    const samples = round.counts[nameOf(latencyParts.all)] ?? 0;
    const within = round.counts[nameOf(border)] ?? 0;
    return { samples, failures: Math.min(samples, Math.max(0, samples - within)) };
  };
  const itself = (part: string): string => part;
  return observed(
    round,
    own,
    {
      ...slowerThan(latencyParts.above, itself),
      possibleFailures: slowerThan(latencyParts.below, itself).failures,
    },
    slowerThan(latencyParts.above, ofBaseline),
  );
}

/** Requests of a round, and how many of them were slower than each border, in milliseconds. */
export function slowerOf(round: Round, own: Selector, borders: readonly number[]): Observation {
  const sideOf = (nameOf: (part: string) => string): BaselineCounts => {
    const samples = round.counts[nameOf(latencyParts.all)] ?? 0;
    const slower: Slower = Object.fromEntries(
      borders.map((border) => {
        const within = round.counts[nameOf(withinPart(border))] ?? 0;
        return [String(border), Math.min(samples, Math.max(0, samples - within))];
      }),
    );
    return { samples, failures: 0, slower };
  };
  return observed(
    round,
    own,
    sideOf((part) => part),
    sideOf(ofBaseline),
  );
}

/** A scrape is not atomic: it can hold a failure whose request is not counted yet. */
function sideOf(counts: Round['counts'], total: string, errors: string): BaselineCounts {
  const samples = counts[total] ?? 0;
  return { samples, failures: Math.min(counts[errors] ?? 0, samples) };
}

/** Both sides as one observation; without a side of its own it is none, and what is known of the baseline goes along. */
function observed(
  { seconds, cadence, hasBaseline }: Round,
  own: Selector,
  counts: BaselineCounts & { possibleFailures?: number; kinds?: Readonly<Record<string, number>> },
  beside: BaselineCounts,
): Observation {
  const baseline = hasBaseline ? { baseline: beside } : {};
  return seconds === undefined
    ? {
        kind: 'none',
        why: 'no-data',
        detail: `no series with a new sample matches ${printSelector(own)}`,
        ...baseline,
      }
    : { kind: 'counts', ...counts, seconds, cadence: cadence * 1000, ...baseline };
}
