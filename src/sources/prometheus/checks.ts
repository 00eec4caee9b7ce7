import type { BaselineCounts, MetricCheck, Observation, Slower } from '../../contract/check.js';
import type { Clock } from '../../support/clock.js';
import { printSelector, type Selector } from '../../support/selector.js';
import { clip, neutralise } from '../../support/text.js';
import type { Plan } from '../series/estimate.js';
import { createFeed, fedCheck, feeding, type Feeding, SAME_AGAIN_MS } from '../series/poller.js';
import type { Client } from './client.js';
import { createCountingLook, createValueLook } from './counting.js';
import type { Round } from './growth.js';
import { createLatencyParts, latencyParts, ofBaseline, withinPart } from './latency.js';
import type { CheckDescription, Given, Reading } from './measurements.js';
import { createPreflight } from './preflight.js';
import { counterNames, counterParts, createJournal } from './scrape.js';

export interface PrometheusWorld {
  readonly client: Client;
  readonly clock: Clock;
}

/** The checks of the `prometheus` source, one for each description. They are used for one watch. */
export function createPrometheusChecks(
  descriptions: readonly CheckDescription[],
  plan: Plan,
  world: PrometheusWorld,
): readonly MetricCheck[] {
  const sources = new Map<Reading, Feeding>();
  const preflight = createPreflight(descriptions, plan, world);
  return descriptions.map((description) => {
    const { reading, ...judged } = description;
    const { id } = judged;
    const source = sources.get(reading) ?? sourceOf(description, world);
    sources.set(reading, source);
    return fedCheck(
      {
        ...judged,
        source: 'prometheus',
        subject: `${readInWords(reading)} on ${world.client.name}`,
        preflight: (signal) => preflight(id, signal),
      },
      source,
    );
  });
}

function readInWords(reading: Reading): string {
  switch (reading.kind) {
    case 'counters':
      return sidesInWords(reading.total, reading.baseline?.total);
    case 'histogram':
      return sidesInWords(reading.buckets, reading.baseline);
    case 'value':
      return clip(neutralise(reading.query), 120);
  }
}

function sidesInWords({ selector }: Given, baseline: Given | undefined): string {
  return baseline === undefined
    ? printSelector(selector)
    : `${printSelector(selector)} against ${printSelector(baseline.selector)}`;
}

function sourceOf(
  { reading, limit }: CheckDescription,
  { client, clock }: PrometheusWorld,
): Feeding {
  const journal = createJournal();
  const world = { client, clock, journal };
  switch (reading.kind) {
    case 'counters': {
      const look = createCountingLook(() => Promise.resolve(counterParts(reading)), world);
      return feeding(createFeed(look, { ...world, compares: true }), (round) =>
        countsOf(round, reading.total.selector),
      );
    }
    case 'histogram': {
      const { selector } = reading.buckets;
      const maxMs = limit.metric === 'latency' ? limit.maxMs : undefined;
      const parts = createLatencyParts(reading, maxMs, world);
      const look = createCountingLook((signal) => parts.partsOf(signal), world);
      return feeding(createFeed(look, { ...world, compares: true }), (round) =>
        maxMs === undefined ? slowerOf(round, selector, parts.borders) : slowOf(round, selector),
      );
    }
    case 'value':
      return feeding(
        createFeed(createValueLook(reading, world), { ...world, compares: false }),
        (value) => ({
          kind: 'value',
          value,
          cadence: SAME_AGAIN_MS,
        }),
      );
  }
}

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
