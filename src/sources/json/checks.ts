import type { CheckEntry, MetricCheck } from '../../contract/check.js';
import { type Finding, good } from '../../contract/result.js';
import { withRetries } from '../../support/http/api.js';
import { byKind, type ErrorMapping } from '../../support/http/problem.js';
import { fields } from '../../support/json.js';
import type { ValuesOf } from '../../support/options.js';
import { oneLine, printableUrl } from '../../support/text.js';
import { measurementsOf, namedQueries } from '../series/measurement.js';
import { createNoticed } from '../series/noticed.js';
import { createNotes, sharedPoller, toCheck } from '../series/poller.js';
import {
  authorization,
  createQueryApi,
  hintsOf,
  remarksIn,
  type SourceDependencies,
} from '../source.js';
import type { jsonSource } from './options.js';
import { leadsNowhere, numberAt, placeAt, timeAt, type Absence, type Place } from './place.js';
import { createJsonProbe, type JsonClient, type JsonMeasurement } from './probe.js';

type JsonOptions = ValuesOf<typeof jsonSource.options>;

/** The checks of the `json` source. They are used for one watch. */
export function createJsonChecks(
  entries: readonly CheckEntry<JsonOptions>[],
  deps: SourceDependencies,
): readonly MetricCheck[] {
  return entries.flatMap((entry) =>
    measurementsOf(entry).flatMap(({ measurement, checks }) => {
      const { clock } = deps;
      const { time, reducer } = entry.options;
      const queries = namedQueries(measurement);
      const measured: JsonMeasurement = {
        kind: measurement.kind,
        places: Object.entries(queries).map(([name, { input, query }]) => ({
          name,
          input,
          place: placeAt(query),
        })),
        reducer,
        time: time === undefined ? undefined : placeAt(time),
      };
      const client = createClient(entry.options, deps);
      const notes = createNotes();
      const noticed = createNoticed();
      const poller = sharedPoller(createJsonProbe(measured, { client, clock, notes, noticed }), {
        clock,
        journal: notes,
        noticed,
        compares: measurement.kind === 'counts',
      });
      const id = checks[0]?.id ?? '';
      const subject = Object.values(queries)[0]?.query ?? '';
      return checks.map((check, index) =>
        toCheck(
          {
            ...check,
            source: 'json',
            subject: `${oneLine(subject, 120)} of ${client.name}`,
            // What is shared is proven once.
            preflight: async (signal) =>
              index === 0 ? preflight(id, measured, client, deps, signal) : [],
          },
          poller,
        ),
      );
    }),
  );
}

const errors: ErrorMapping = {
  hintFor: byKind({
    ...hintsOf({ address: 'url', credentials: 'json-token', path: 'the answer' }),
    'not-json': 'check url: it must answer with JSON',
    'not-found': 'check url',
    'bad-request': 'correct url, body or headers',
    timeout: 'raise timeout, or ask for less',
    'too-large': 'ask for less: only one number is needed',
    partial: 'make the service answer in full, or ask for less',
  }),
};

/** The one request of an entry. Redirects are not followed: credentials would go along. */
function createClient(options: JsonOptions, deps: SourceDependencies): JsonClient {
  const { path = '', parameters = {}, token, body, timeout } = options;
  const url = below(options.url, path, Object.entries(parameters));
  const api = createQueryApi(errors, deps);
  const headers = {
    Accept: 'application/json',
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...options['secret-headers'],
    ...options.headers,
    ...(token === undefined ? {} : { Authorization: authorization(token) }),
  };
  const method = body === undefined ? 'GET' : 'POST';
  return {
    name: printableUrl(url),
    timeAt: api.serverClock.at,
    read: (signal) =>
      api.ask({ method, url, headers, body }, timeout, signal, (document) =>
        good({ document, partial: missingIn(document) }),
      ),
  };
}

/**
 * What well-known services say of their own answers: Elasticsearch and OpenSearch
 * (https://www.elastic.co/guide/en/elasticsearch/reference/current/search-search.html#search-api-response-body), and whatever
 * answers in the manner of Prometheus, such as Loki.
 */
function missingIn(document: unknown): string | undefined {
  const { timed_out: timedOut, _shards: shards, status } = fields(document);
  const { total, failed } = fields(shards);
  if (timedOut === true) return 'its search ran out of time (timed_out)';
  if (typeof failed === 'number' && failed > 0)
    return `${String(failed)} of ${String(total)} shards failed`;
  return status === 'success' ? remarksIn(document).partial : undefined;
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

/** Proves that the endpoint answers, and that there is a number where one is expected. */
async function preflight(
  id: string,
  { kind, places, reducer, time }: JsonMeasurement,
  client: JsonClient,
  deps: SourceDependencies,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const answer = await withRetries(() => client.read(signal), { ...deps, signal });
  if (!answer.ok) {
    const { message, fix } = answer.problem;
    return [
      {
        level: 'error',
        subject: id,
        message: `url: ${client.name}: ${message}`,
        ...(fix === undefined ? {} : { fix }),
      },
    ];
  }
  const { document } = answer.value;
  const missing = places.flatMap(({ input, place }): readonly Finding[] => {
    const found = numberAt(place, document, { reducer, isCounter: kind === 'counts' });
    return found.ok ? [] : [missingAt(id, input, place, found.problem, document)];
  });
  // Where there is no number now, there is no time of it either.
  if (time === undefined || missing.length > 0) return missing;
  const found = timeAt(time, document);
  return found.ok ? [] : [missingAt(id, 'time', time, found.problem, document)];
}

/** What is not there yet may come. */
function missingAt(
  id: string,
  input: string,
  { problem, text }: Place,
  absence: Absence,
  document: unknown,
): Finding {
  const isMistake = absence.isMistake || leadsNowhere(document, text);
  return {
    level: isMistake ? 'error' : 'warning',
    subject: id,
    message: `${input}: ${problem ?? `at ${text} ${absence.message}`}${isMistake ? '' : ' now'}`,
    fix:
      absence.fix ??
      `correct ${input}: a JSON Pointer such as \`/data/0/value\`, or a JMESPath such as \`data[0].value\``,
  };
}
