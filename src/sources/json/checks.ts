import { clip, neutralise } from '../../support/text.js';
import type { MetricCheck } from '../../contract/check.js';
import type { CheckDescription } from '../provider/description.js';
import { createFeed } from '../provider/feed.js';
import { fedCheck, feeding, type Feeding } from '../provider/feeding.js';
import { createNotes } from '../provider/notes.js';
import type { ProviderWorld } from '../provider/vendor.js';
import { createClient, type Client } from './client.js';
import type { JsonReading } from './description.js';
import { createJsonLook } from './look.js';
import { placesOf } from './place.js';
import { createJsonPreflight } from './preflight.js';

/** The checks of the `json` source, one for each description. They are used for one watch. */
export function createJsonChecks(
  descriptions: readonly CheckDescription<JsonReading>[],
  world: ProviderWorld,
): readonly MetricCheck[] {
  const readings = new Map<JsonReading, { client: Client; feed: Feeding }>();
  for (const { reading } of descriptions)
    if (!readings.has(reading)) {
      const client = createClient(reading.request, world);
      readings.set(reading, { client, feed: feedOf(reading, client, world) });
    }
  const preflight = createJsonPreflight(
    descriptions,
    (reading) => readings.get(reading)?.client,
    world,
  );
  return descriptions.flatMap(({ reading, ...judged }) => {
    const found = readings.get(reading);
    if (found === undefined) return [];
    const [first] = Object.values(placesOf(reading));
    return [
      fedCheck(
        {
          ...judged,
          source: 'json',
          subject: `${clip(neutralise(first?.text ?? ''), 120)} of ${found.client.name}`,
          preflight: (signal) => preflight(judged.id, signal),
        },
        found.feed,
      ),
    ];
  });
}

function feedOf(reading: JsonReading, client: Client, { clock }: ProviderWorld): Feeding {
  const notes = createNotes();
  const look = createJsonLook(reading, { client, clock, notes });
  const compares = reading.kind === 'counts';
  return feeding(createFeed(look, { clock, journal: notes, compares }), (found) => found);
}
