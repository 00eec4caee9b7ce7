import type { Clock } from '../../support/clock.js';
import { printSelector } from '../../support/selector.js';
import { clip, neutralise } from '../../support/text.js';
import type { MetricLimit, Observation } from '../../gate/types.js';
import type { MetricCheck } from '../types.js';
import type { Client } from './client.js';
import { countsOf, slowerOf, slowOf } from './convert.js';
import { createCountingLook } from './counting.js';
import { counterParts } from './counter-parts.js';
import type { CheckDescription, Given, Reading } from './description.js';
import { createFeed, type Feed, type None, type Seen } from './feed.js';
import { createJournal } from './journal.js';
import { createLatencyParts } from './latency.js';
import { createPreflight } from './preflight.js';
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
    const { reading, ...judged } = description;
    const { id, limit } = judged;
    const source = sources.get(reading) ?? sourceOf(description, world);
    sources.set(reading, source);
    return {
      ...judged,
      kind: kindOf(limit.metric),
      source: 'prometheus',
      subject: `${readInWords(reading)} on ${world.client.name}`,
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
): Source {
  const journal = createJournal();
  const world = { client, clock, journal };
  switch (reading.kind) {
    case 'counters': {
      const look = createCountingLook(() => Promise.resolve(counterParts(reading)), world);
      return converted(createFeed(look, { ...world, compares: true }), (round) =>
        countsOf(round, reading.total.selector),
      );
    }
    case 'histogram': {
      const { selector } = reading.buckets;
      const maxMs = limit.metric === 'latency' ? limit.maxMs : undefined;
      const parts = createLatencyParts(reading, maxMs, world);
      const look = createCountingLook((signal) => parts.partsOf(signal), world);
      return converted(createFeed(look, { ...world, compares: true }), (round) =>
        maxMs === undefined ? slowerOf(round, selector, parts.borders) : slowOf(round, selector),
      );
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
