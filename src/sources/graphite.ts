import { fields, listOf, textOf } from '../support/json.js';
import { option } from '../support/options.js';
import { credentials, script } from '../support/values/text.js';
import { url } from '../support/values/url.js';
import { byKind, type ErrorMapping } from '../support/http/problem.js';
import { authorization, hintsOf, noAnswerToQuery, unexpected } from './source.js';
import { delayOption, queryOptions, seriesSource } from './series/source.js';
import { bucketSecondsOf, pointsOf, type Series } from './series/adapter.js';

const errorMapping: ErrorMapping = {
  hintFor: byKind(
    hintsOf({ address: 'graphite-url', credentials: 'graphite-token', path: '/render' }),
  ),
};

/** Graphite, by targets of its render API (https://graphite.readthedocs.io/en/latest/render_api.html). */
export const graphite = seriesSource({
  description: 'Graphite, or anything that has its render API.',
  options: {
    url: option(url(), {
      required: true,
      input: 'graphite-url',
      inherits: 'when-set',
      description: 'Address of the server, in front of `/render`.',
    }),
    token: option(credentials(), {
      input: 'graphite-token',
      inherits: 'when-set',
      inheritsWith: 'url',
      secret: true,
      sentTo: ['url'],
      description: 'Bearer token, or `user:password`.',
    }),
    total: option(script(), {
      description:
        'Target that counts all requests in each step, such as `stats_counts.shop.requests`.',
    }),
    errors: option(script(), {
      description: 'Target that counts those that failed, in the same way.',
    }),
    value: option(script(), {
      description: 'Target that gives one number that is not negative.',
    }),
    ...queryOptions,
    delay: delayOption('20s', 'The buckets are the steps of the storage.'),
  },
  connect: ({ url: address, token }) => ({
    address,
    // The step of the series is that of their storage.
    bucketSeconds: undefined,
    errorMapping,
    request(queries, { from, to }) {
      const render = new URL(address);
      render.pathname = `${render.pathname.replace(/\/+$/, '')}/render`;
      for (const [name, target] of Object.entries(queries))
        render.searchParams.append('target', `alias(${target},'${labelOf(name)}')`);
      // Points begin after `from`.
      render.searchParams.set('from', String(from - 1));
      render.searchParams.set('until', String(to));
      render.searchParams.set('format', 'json');
      // Graphite keeps answers for a minute, and takes times within the same minute for the same.
      render.searchParams.set('noCache', 'true');
      return {
        method: 'GET',
        url: render.href,
        headers: {
          Accept: 'application/json',
          ...(token === undefined ? {} : { Authorization: authorization(token) }),
        },
      };
    },
    read(document, names, serverMessage) {
      if (!Array.isArray(document)) return noAnswerToQuery(serverMessage);
      const found: Record<string, Series[]> = Object.fromEntries(names.map((name) => [name, []]));
      for (const each of document as readonly unknown[]) {
        const { target, datapoints } = fields(each);
        const name = names.find((one) => labelOf(one) === textOf(target));
        const points = Array.isArray(datapoints)
          ? pointsOf(
              datapoints.map((point) => {
                const [value, at] = listOf(point);
                return [at, value];
              }),
            )
          : undefined;
        if (name === undefined || points === undefined) return noAnswerToQuery(serverMessage);
        found[name]?.push({ name, points });
      }
      const steps = new Set(
        Object.values(found)
          .flat()
          .flatMap((one) => bucketSecondsOf(one) ?? []),
      );
      return steps.size > 1
        ? unexpected(
            `its series have points every ${[...steps].map((step) => `${String(step)} s`).join(' and every ')}: bring them together with summarize()`,
          )
        : { ok: true, value: { found, bucketSeconds: [...steps][0] } };
    },
  }),
  // A name that was never sent is in no series, and one that was is, with or without numbers.
  knowsNames: true,
});

/** What tells the targets of one answer from each other. */
function labelOf(name: string): string {
  return `rollgate ${name}`;
}
