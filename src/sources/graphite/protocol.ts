import { fields, listOf, textOf } from '../../support/json.js';
import {
  authorization,
  type Dialect,
  errorField,
  type Failed,
  hintsOf,
  unexpected,
} from '../series/answer.js';
import { widthOf } from '../series/buckets.js';
import type { Series, SeriesAnswer } from '../series/source.js';
import type { Protocol } from '../series/client.js';

export interface GraphiteServer {
  /** In front of `/render`. */
  readonly address: string;
  /** `user:password`, or a bearer token; only for the address that was given outside the file. */
  readonly token?: string | undefined;
  readonly timeoutMs: number;
}

const dialect: Dialect = {
  hints: hintsOf({ address: 'graphite-url', credentials: 'graphite-token', path: '/render' }),
  wordsIn: errorField,
};

/** The render API (https://graphite.readthedocs.io/en/latest/render_api.html). */
export function graphiteProtocol({ address, token, timeoutMs }: GraphiteServer): Protocol<string> {
  return {
    name: new URL(address).host,
    dialect,
    timeoutMs,
    request: (queries, { from, to }) => {
      const url = new URL(address);
      url.pathname = `${url.pathname.replace(/\/+$/, '')}/render`;
      for (const [name, target] of Object.entries(queries))
        url.searchParams.append('target', `alias(${target},'${labelOf(name)}')`);
      // Points begin after `from`.
      url.searchParams.set('from', String(from - 1));
      url.searchParams.set('until', String(to));
      url.searchParams.set('format', 'json');
      // Graphite keeps answers for a minute, and takes times within the same minute for the same.
      url.searchParams.set('noCache', 'true');
      return {
        method: 'GET',
        url: url.href,
        headers: {
          Accept: 'application/json',
          ...(token === undefined ? {} : { Authorization: authorization(token) }),
        },
      };
    },
    read: (document, queries, said) => read(document, Object.keys(queries), said),
  };
}

/** What tells the targets of one answer from each other. */
function labelOf(name: string): string {
  return `rollgate ${name}`;
}

function read(document: unknown, names: readonly string[], said: string): SeriesAnswer | Failed {
  const strange = unexpected(`its answer is not one to a query${said}`);
  if (!Array.isArray(document)) return strange;
  const found: Record<string, Series[]> = Object.fromEntries(names.map((name) => [name, []]));
  for (const each of document as readonly unknown[]) {
    const { target, datapoints } = fields(each);
    const name = names.find((one) => labelOf(one) === textOf(target));
    const points = Array.isArray(datapoints) ? pointsOf(datapoints) : undefined;
    if (name === undefined || points === undefined) return strange;
    found[name]?.push({ name, points });
  }
  const widths = new Set(
    Object.values(found)
      .flat()
      .flatMap((one) => widthOf([one]) ?? []),
  );
  return widths.size > 1
    ? unexpected(
        `its series have points every ${[...widths].map((width) => `${String(width)} s`).join(' and every ')}: bring them together with summarize()`,
      )
    : { ok: true, found, width: [...widths][0] };
}

function pointsOf(points: readonly unknown[]): Series['points'] | undefined {
  const read: [number, number | null][] = [];
  for (const point of points) {
    const [value, at] = listOf(point);
    if (typeof at !== 'number' || (value !== null && typeof value !== 'number')) return undefined;
    read.push([at, value]);
  }
  return read;
}
