import { fields, isObject } from '../../support/json.js';
import {
  errorField,
  readDocument,
  type Dialect,
  type RawAnswer,
  type Reader,
} from '../provider/answer.js';
import { failed, unexpected, type Failed } from '../provider/failure.js';
import type { Names } from './client.js';

/** One series of an instant query. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  /** May be NaN or infinite. */
  readonly value: number;
}

export type Answer =
  | {
      readonly ok: true;
      /** When the server computed it, by its clock, seconds since the epoch; `undefined` for an empty answer. */
      readonly at: number | undefined;
      readonly samples: readonly Sample[];
    }
  | Failed;

/** How such a server answers, in the names of what the user set. */
export function dialectOf({ url, token, headers, timeout }: Names): Dialect {
  return {
    wordsIn: errorField,
    // Its own 404 is that of a query, and not of whatever else listens there.
    kindIn: (document, status) =>
      status === 404 && fields(document).errorType !== undefined ? 'unexpected' : undefined,
    hints: {
      redirect: `redirects are not followed, because a token would go along: set ${url} to the final address; a login page means that a token lacks`,
      page: `a page for people, such as a login page: check the path of ${url}, and set ${token}`,
      notJson: `check ${url}: it is the address in front of /api/v1/query`,
      // Mimir and Cortex, which are asked without a tenant.
      unauthorized: (said) =>
        /no org id/i.test(said)
          ? `name the tenant: \`X-Scope-OrgID: <tenant>\` in ${headers}`
          : `set ${token} to a valid token, or to user:password`,
      forbidden: `give the token of ${token} the right to query, or use another one`,
      notFound: `there is no query API under this path: ${url} is the address in front of /api/v1/query, such as https://mimir.example.com/prometheus`,
      badQuery: 'correct the query',
      timeout: `raise ${timeout}, or make the query cheaper`,
      tooLarge: 'narrow the selector down to what was deployed',
      unreachable: `check ${url}, and whether it can be reached from here`,
    },
  };
}

/**
 * Reads the answer to an instant query (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries). Whatever
 * is not one is a failure of the server, or of the way to it.
 */
export function readAnswer(raw: RawAnswer, dialect: Dialect, reader: Reader): Answer {
  const read = readDocument(raw, dialect, reader);
  if (!read.ok) return read;
  return readResult(read.document) ?? unexpected(`its answer is not one to a query${read.said}`);
}

function readResult(parsed: unknown): Answer | undefined {
  const { status, data } = fields(parsed);
  const { resultType, result } = fields(data);
  if (status !== 'success') return undefined;
  if (resultType === 'scalar') {
    const point = readPoint(result);
    return point && { ok: true, at: point.at, samples: [{ labels: {}, value: point.value }] };
  }
  if (resultType === 'matrix')
    return failed({
      kind: 'bad-query',
      message: 'the query gives a range, and not one value of each series',
      fix: 'take the range in [] out, or use it in a function',
    });
  if (resultType !== 'vector' || !Array.isArray(result)) return undefined;
  const samples: Sample[] = [];
  let at: number | undefined;
  for (const item of result as readonly unknown[]) {
    const { metric, value, histogram } = fields(item);
    const labels = readLabels(metric);
    if (value === undefined && histogram !== undefined)
      return unexpected('it holds native histograms, which cannot be read');
    const point = readPoint(value);
    if (labels === undefined || point === undefined) return undefined;
    at = point.at;
    samples.push({ labels, value: point.value });
  }
  return { ok: true, at, samples };
}

function readLabels(metric: unknown): Readonly<Record<string, string>> | undefined {
  if (!isObject(metric)) return undefined;
  return Object.values(metric).every((value) => typeof value === 'string')
    ? (metric as Record<string, string>)
    : undefined;
}

function readPoint(point: unknown): { at: number; value: number } | undefined {
  if (!Array.isArray(point) || point.length !== 2) return undefined;
  const [at, text] = point as readonly unknown[];
  if (typeof at !== 'number' || !Number.isFinite(at) || typeof text !== 'string') return undefined;
  const value = readNumber(text);
  return value === undefined ? undefined : { at, value };
}

/** As Go prints numbers: `1e+06`, `NaN`, `+Inf`. */
function readNumber(text: string): number | undefined {
  if (text === 'NaN') return Number.NaN;
  const infinite = /^([+-]?)Inf$/.exec(text);
  if (infinite !== null) return infinite[1] === '-' ? -Infinity : Infinity;
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text) ? Number(text) : undefined;
}
