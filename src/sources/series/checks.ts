import type { MetricCheck, Observation } from '../../contract/check.js';
import type { Plan } from './estimate.js';
import { createSeriesPreflight } from './preflight.js';
import { createFeed, createNotes, fedCheck, feeding, type Feeding } from './poller.js';
import { createSeriesLook, type Round } from './probe.js';
import {
  type Access,
  type CheckDescription,
  partsOf,
  type Reading,
  type SeriesSource,
  type SeriesWorld,
} from './source.js';

/** The checks of a source, one for each description. They are used for one watch. */
export function createSeriesChecks<Q, R extends Reading<Q>>(
  source: SeriesSource<Q, R>,
  descriptions: readonly CheckDescription<R>[],
  plan: Plan,
  world: SeriesWorld,
): readonly MetricCheck[] {
  const readings = new Map<R, { access: Access<Q>; feed: Feeding }>();
  for (const { reading } of descriptions)
    if (!readings.has(reading)) {
      const access = source.accessOf(reading);
      readings.set(reading, { access, feed: feedOf(reading, access, world) });
    }
  const preflight = createSeriesPreflight(
    source,
    descriptions,
    { plan, accessOf: (reading) => readings.get(reading)?.access },
    world,
  );
  return descriptions.flatMap(({ reading, ...judged }) => {
    const found = readings.get(reading);
    if (found === undefined) return [];
    const [first] = Object.values(partsOf(reading));
    const subject = first === undefined ? '' : source.inWords(first.query);
    return [
      fedCheck(
        {
          ...judged,
          source: source.id,
          subject: `${subject} on ${found.access.vendor.name}`,
          preflight: (signal) => preflight(judged.id, signal),
        },
        found.feed,
      ),
    ];
  });
}

function feedOf<Q>(reading: Reading<Q>, access: Access<Q>, { clock }: SeriesWorld): Feeding {
  const notes = createNotes();
  const look = createSeriesLook(reading, access.buckets, { vendor: access.vendor, clock, notes });
  // The look before the first window finds out what time it is there.
  return feeding(createFeed(look, { clock, journal: notes, compares: true }), observationOf);
}

function observationOf(round: Round): Observation {
  const cadence = round.width * 1000;
  if (round.kind === 'value') return { kind: 'value', value: round.value, cadence };
  const { samples, failures, seconds } = round;
  return { kind: 'counts', samples, failures, seconds, cadence };
}
