import type { Clock } from '../../support/clock.js';
import { printSelector } from '../../support/selector.js';
import { clip, neutralise } from '../../support/text.js';
import type { MetricLimit, Observation } from '../../gate/types.js';
import type { MetricCheck } from '../types.js';
import type { Client } from './client.js';
import { createCountingLook } from './counting.js';
import { counterNames, counterParts } from './counter-parts.js';
import type { CheckDescription, Reading } from './description.js';
import { createFeed, type Feed, type None, type Seen } from './feed.js';
import { createJournal } from './journal.js';
import { latencyParts, latencyPartsOf } from './latency.js';
import { createPreflight } from './preflight.js';
import type { Round } from './rounds.js';
import { createValueLook, SAME_AGAIN_MS } from './value.js';

export interface PrometheusWorld {
  readonly client: Client;
  readonly clock: Clock;
}

/** How the watch is planned, for what can be said beforehand. Milliseconds. */
export interface Plan {
  readonly duration: number;
  readonly minRequests: number;
}

/** What a reading gives, as an observation for any of the checks that share it. */
interface Source {
  begin(check: string, origin: number, judgedFrom: number): void;
  observe(...given: Parameters<Feed<unknown>['observe']>): Promise<Observation>;
  end(check: string): void;
}

/** The checks of the `prometheus` source, one for each description. They are used for one watch. */
export function createPrometheusChecks(
  descriptions: readonly CheckDescription[],
  plan: Plan,
  world: PrometheusWorld,
): readonly MetricCheck[] {
  const sources = new Map<Reading, Source>();
  const preflight = createPreflight(descriptions, plan, world);
  return descriptions.map((description) => {
    const { id, limit, reading } = description;
    const source = sources.get(reading) ?? sourceOf(description, world);
    sources.set(reading, source);
    return {
      kind: kindOf(limit.metric),
      id,
      source: 'prometheus',
      subject: `${readInWords(reading)} on ${world.client.name}`,
      limit,
      realTraffic: true,
      preflight: (signal) => preflight(id, signal),
      begin: (origin, judgedFrom = 0) => {
        source.begin(id, origin, judgedFrom);
      },
      observe: (window, signal) => source.observe(window, signal),
      end: () => {
        source.end(id);
      },
    };
  });
}

function kindOf(metric: MetricLimit['metric']): MetricCheck['kind'] {
  if (metric === 'value') return 'value';
  return metric === 'errors-per-minute' ? 'rate' : 'ratio';
}

function readInWords(reading: Reading): string {
  switch (reading.kind) {
    case 'counters':
      return printSelector(reading.total.selector);
    case 'histogram':
      return printSelector(reading.buckets.selector);
    case 'value':
      return clip(neutralise(reading.query), 120);
  }
}

function sourceOf(
  { reading, limit }: CheckDescription,
  { client, clock }: PrometheusWorld,
): Source {
  const journal = createJournal();
  const world = { client, clock, journal };
  switch (reading.kind) {
    case 'counters': {
      const look = createCountingLook(() => Promise.resolve(counterParts(reading)), world);
      return converted(createFeed(look, { ...world, compares: true }), countsOf);
    }
    case 'histogram': {
      const maxMs = limit.metric === 'latency' ? limit.maxMs : 0;
      const look = createCountingLook(latencyPartsOf(reading, maxMs, world), world);
      return converted(createFeed(look, { ...world, compares: true }), slowOf);
    }
    case 'value':
      return converted(
        createFeed(createValueLook(reading, world), { ...world, compares: false }),
        (value) => ({
          kind: 'value',
          value,
          cadence: SAME_AGAIN_MS,
        }),
      );
  }
}

function converted<T>(feed: Feed<T>, convert: (found: T) => Observation): Source {
  return {
    begin: (...given) => {
      feed.begin(...given);
    },
    async observe(window, signal) {
      const { found, raw }: Seen<T> = await feed.observe(window, signal);
      const observation = isNone(found) ? found : convert(found);
      return raw === undefined ? observation : { ...observation, raw };
    },
    end: (check) => {
      feed.end(check);
    },
  };
}

function isNone(found: unknown): found is None {
  return typeof found === 'object' && found !== null && 'kind' in found && found.kind === 'none';
}

/** Where exporters write the status of an answer. */
const STATUS_LABELS = [
  'code',
  'status',
  'status_code',
  'response_code',
  'http_response_status_code',
] as const;

function countsOf({ counts, series, seconds, cadence }: Round): Observation {
  const samples = counts[counterNames.total] ?? 0;
  const failures = Math.min(counts[counterNames.errors] ?? 0, samples);
  const kinds: Record<string, number> = {};
  for (const { part, labels, count } of series) {
    const label = STATUS_LABELS.find((name) => labels[name] !== undefined);
    if (part !== counterNames.errors || label === undefined) continue;
    const kind = `status ${labels[label] ?? ''}`;
    kinds[kind] = (kinds[kind] ?? 0) + count;
  }
  return { kind: 'counts', samples, failures, seconds, kinds, cadence: cadence * 1000 };
}

function slowOf({ counts, seconds, cadence }: Round): Observation {
  const samples = counts[latencyParts.all] ?? 0;
  const slowerThan = (part: string): number =>
    Math.min(samples, Math.max(0, samples - (counts[part] ?? 0)));
  return {
    kind: 'counts',
    samples,
    failures: slowerThan(latencyParts.above),
    possibleFailures: slowerThan(latencyParts.below),
    seconds,
    cadence: cadence * 1000,
  };
}
