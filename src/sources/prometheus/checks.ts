import type { Clock } from '../../support/clock.js';
import { printSelector } from '../../support/selector.js';
import { clip, neutralise } from '../../support/text.js';
import { createFeed } from '../provider/feed.js';
import { fedCheck, feeding, type Feeding } from '../provider/feeding.js';
import type { Plan } from '../provider/foresight.js';
import { SAME_AGAIN_MS } from '../provider/novelty.js';
import type { MetricCheck } from '../../contract/check.js';
import type { Client } from './client.js';
import { countsOf, slowerOf, slowOf } from './convert.js';
import { createCountingLook } from './counting.js';
import { counterParts } from './counter-parts.js';
import type { CheckDescription, Given, Reading } from './description.js';

import { createJournal } from './journal.js';
import { createLatencyParts } from './latency.js';
import { createPreflight } from './preflight.js';
import { createValueLook } from './value.js';

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
