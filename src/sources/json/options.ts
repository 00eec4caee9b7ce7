import { credentials, script, text } from '../../support/values/text.js';
import { headers, parameters, plainHeaders } from '../../support/values/pairs.js';
import { url } from '../../support/values/url.js';
import { checkSource, option, type Conflict, type GivenOptions } from '../../support/options.js';
import { measuresQueries, queryConflicts, queryOptions } from '../series/source.js';

const where = 'a JSON Pointer such as `/data/0/value`, or a JMESPath such as `data[0].value`';

/** Anything that answers with JSON. */
export const jsonSource = checkSource({
  description: 'Any HTTP endpoint that answers with JSON.',
  kinds: ['counts', 'value'],
  scaledTo: null,
  options: {
    url: option(url(), {
      required: true,
      input: 'json-url',
      inherits: 'when-set',
      description: 'The endpoint, or with `path` the address in front of it.',
    }),
    path: option(text({ pattern: /^\/(?!\/)\S*$/, like: '`/api/v1/metrics?app=shop`' }), {
      description: 'Path and query below the address.',
    }),
    parameters: option(parameters(), {
      description:
        'Parameters of the query, as a map or as `name=value` lines; they are written as they are meant, not encoded.',
    }),
    token: option(credentials(), {
      input: 'json-token',
      inherits: 'when-set',
      inheritsWith: 'url',
      secret: true,
      sentTo: ['url'],
      description: 'Bearer token, or `user:password`.',
    }),
    'secret-headers': option(headers(), {
      input: 'json-headers',
      inherits: 'when-set',
      inheritsWith: 'url',
      secret: true,
      sentTo: ['url'],
      description: 'Headers that are secret, as `Name: value` lines.',
    }),
    headers: option(plainHeaders(), {
      description: 'Headers that are not secret, as a map or as `Name: value` lines.',
    }),
    body: option(script(), {
      description: 'JSON that is sent. Default: none, and the request is a GET; with it, a POST.',
    }),
    value: option(script(), {
      description: `Where the number stands: ${where}. It must not be negative.`,
    }),
    time: option(script(), {
      description:
        'Where the time of `value` stands, in the same way: the same number at another time is a new one. Default: none, and it is a new one after 30 s.',
    }),
    total: option(script(), {
      description: 'Where the raw counter of all requests stands, in the same way.',
    }),
    errors: option(script(), {
      description: 'Where the raw counter of failed requests stands, in the same way.',
    }),
    timeout: queryOptions.timeout,
    reducer: queryOptions.reducer,
  },
  measures: measuresQueries,
  // Counters may be lists too: of several processes.
  conflicts: (given) => [
    ...queryConflicts(given).filter(({ option: name }) => name !== 'reducer'),
    ...timeConflicts(given),
    ...bodyConflicts(given),
  ],
});

function timeConflicts({ has }: GivenOptions): readonly Conflict[] {
  return has('time') && !has('value')
    ? [{ option: 'time', message: 'it belongs to `value`', fix: 'give `value`, or take it out' }]
    : [];
}

function bodyConflicts({ values: { body } }: GivenOptions): readonly Conflict[] {
  if (typeof body !== 'string') return [];
  try {
    JSON.parse(body);
    return [];
  } catch {
    return [{ option: 'body', message: 'it is not JSON', fix: 'write it as JSON' }];
  }
}
