import type { Finding } from '../../contract/finding.js';
import type { CheckDescription } from '../provider/description.js';
import { patiently } from '../provider/patience.js';
import type { ProviderWorld } from '../provider/vendor.js';
import type { Client } from './client.js';
import type { JsonReading, Place } from './description.js';
import type { NoNumber } from './number.js';
import { leadsNowhere } from './pick.js';
import { numberAt, timeAt } from './place.js';

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
