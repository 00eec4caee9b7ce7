import type { MetricCheck } from '../../contract/check.js';
import type { Finding } from '../../contract/finding.js';
import type { EntryOf } from '../../inputs/checks/entry.js';
import { clip, neutralise } from '../../support/text.js';
import type { CheckDependencies } from '../dependencies.js';
import { patiently, type ProviderWorld } from '../series/client.js';
import { createFeed, createNotes, fedCheck, feeding, type Feeding } from '../series/poller.js';
import { type CheckDescription, describeQueries, worldOf } from '../series/source.js';
import {
  type JsonReading,
  type JsonRequest,
  leadsNowhere,
  type NoNumber,
  numberAt,
  type Place,
  placeAt,
  placesOf,
  timeAt,
} from './place.js';
import { type Client, createClient, createJsonLook } from './probe.js';

/** The checks of the `json` source. */
export function setUpJsonChecks(
  entries: readonly EntryOf<'json'>[],
  dependencies: CheckDependencies,
): readonly MetricCheck[] {
  const descriptions = entries.flatMap((entry) =>
    describeQueries(entry, placeAt, {
      request: requestOf(entry),
      reducer: entry.options.reducer,
      time: entry.options.time === undefined ? undefined : placeAt(entry.options.time),
    }),
  );
  return createJsonChecks(descriptions, worldOf(dependencies));
}

function requestOf({ options }: EntryOf<'json'>): JsonRequest {
  const { url, path = '', parameters = {}, headers = {}, token, body, timeout } = options;
  return {
    url: below(url, path, Object.entries(parameters)),
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...options['secret-headers'], ...headers },
    body,
    token,
    timeoutMs: timeout,
  };
}

/** The path follows that of the address, whose query goes along. */
function below(
  address: string,
  path: string,
  parameters: readonly (readonly [name: string, value: string])[],
): string {
  const url = new URL(address);
  const [, own = '', query = ''] = /^([^?#]*)(?:\?([^#]*))?/.exec(path) ?? [];
  if (own !== '') url.pathname = `${url.pathname.replace(/\/+$/, '')}${own}`;
  for (const [name, value] of [...new URLSearchParams(query), ...parameters])
    url.searchParams.append(name, value);
  return url.href;
}

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

/** Proves that the endpoint answers, and that there is a number where one is expected. A reading that is shared is looked at once. */
export function createJsonPreflight(
  descriptions: readonly CheckDescription<JsonReading>[],
  clientOf: (reading: JsonReading) => Client | undefined,
  world: ProviderWorld,
): (id: string, signal: AbortSignal) => Promise<readonly Finding[]> {
  return async (id, signal) => {
    const own = descriptions.find((description) => description.id === id);
    if (own === undefined) return [];
    const { reading } = own;
    const client = clientOf(reading);
    const first = descriptions.find((each) => each.reading === reading);
    if (first !== own || client === undefined) return [];
    const answer = await patiently(() => client.read(signal), world, signal);
    if (!answer.ok) {
      const { message, fix } = answer.failure;
      return [
        {
          level: 'error',
          subject: id,
          message: `url: ${client.name}: ${message}`,
          ...(fix === undefined ? {} : { fix }),
        },
      ];
    }
    const { document } = answer;
    const given = reading.kind === 'value' ? [reading.value] : [reading.total, reading.errors];
    const numbers = given.flatMap(({ input, query }): Finding[] => {
      const found = numberAt(query, document, reading);
      return typeof found === 'number' ? [] : [lacking(id, input, query, found, document)];
    });
    // Where there is no number now, there is no time of it either.
    if (reading.time === undefined || numbers.length > 0) return numbers;
    const time = timeAt(reading.time, document);
    return typeof time === 'object' ? [lacking(id, 'time', reading.time, time, document)] : [];
  };
}

/** What is not there yet may come. */
function lacking(
  id: string,
  input: string,
  { problem, text }: Place,
  found: NoNumber,
  document: unknown,
): Finding {
  const isMistake = found.isMistake || leadsNowhere(document, text);
  return {
    level: isMistake ? 'error' : 'warning',
    subject: id,
    message: `${input}: ${problem ?? `at ${text} ${found.why}`}${isMistake ? '' : ' now'}`,
    fix: `correct ${input}: a JSON Pointer such as \`/data/0/value\`, or a JMESPath such as \`data[0].value\``,
  };
}
