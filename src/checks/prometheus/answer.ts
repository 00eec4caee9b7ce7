import { fields, isObject } from '../../support/json.js';
import { isTransientStatus, retryAfterMs } from '../../support/retry.js';
import { clip, neutralise } from '../../support/text.js';
import { printableUrl } from '../../support/url.js';
import type { Names } from './client.js';
import type { Failure } from './failure.js';

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
  | { readonly ok: false; readonly failure: Failure };

export interface RawAnswer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** What is needed to speak of an answer. */
export interface Reader {
  /** Wall clock, milliseconds. */
  readonly now: number;
  readonly redact: (text: string) => string;
  readonly names: Names;
}

/**
 * Reads the answer to an instant query (https://prometheus.io/docs/prometheus/latest/querying/api/#instant-queries). Whatever
 * is not one is a failure of the server, or of the way to it.
 */
export function readAnswer(raw: RawAnswer, reader: Reader): Answer {
  const { status } = raw;
  if (status >= 300 && status < 400) return redirected(raw, reader.names);
  const type = raw.headers['content-type'] ?? '';
  const parsed = type === '' || /\bjson\b/i.test(type) ? parseJson(raw.body) : undefined;
  const said = words(raw, parsed, reader);
  if (status < 200 || status > 299) return refused(raw, parsed, said, reader);
  if (parsed === undefined)
    return failed({
      kind: 'not-json',
      message: `it answered ${type === '' ? 'something that is not JSON' : clip(neutralise(type), 60)}${said}`,
      fix: /html/i.test(type)
        ? `a page for people, such as a login page: check the path of ${reader.names.url}, and set ${reader.names.token}`
        : `check ${reader.names.url}: it is the address in front of /api/v1/query`,
    });
  return readResult(parsed) ?? unexpected(`its answer is not one to a query${said}`);
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

function redirected({ status, headers }: RawAnswer, names: Names): Answer {
  const { location } = headers;
  return failed({
    kind: 'redirect',
    message: `it answered ${String(status)}${location === undefined ? '' : `, which leads to ${target(location)}`}`,
    fix: `redirects are not followed, because a token would go along: set ${names.url} to the final address; a login page means that a token lacks`,
  });
}

function target(location: string): string {
  return /^https?:\/\//i.test(location)
    ? printableUrl(location)
    : clip(neutralise(location.replace(/[?#].*$/, '')), 100);
}

function refused(raw: RawAnswer, parsed: unknown, said: string, { now, names }: Reader): Answer {
  const { status } = raw;
  const { errorType } = fields(parsed);
  const message = `it answered ${String(status)}${said}`;
  const wait = retryAfterMs((name) => raw.headers[name], now);
  const retry = wait === undefined ? {} : { retryAfterMs: wait };
  if (status === 429) return failed({ kind: 'rate-limited', message, ...retry });
  if (status === 401)
    return failed({
      kind: 'unauthorized',
      message,
      // Mimir and Cortex, which are asked without a tenant.
      fix: /no org id/i.test(said)
        ? `name the tenant: \`X-Scope-OrgID: <tenant>\` in ${names.headers}`
        : `set ${names.token} to a valid token, or to user:password`,
    });
  if (status === 403)
    return failed({
      kind: 'forbidden',
      message,
      fix: `give the token of ${names.token} the right to query, or use another one`,
    });
  if (status === 404 && errorType === undefined)
    return failed({
      kind: 'not-found',
      message,
      fix: `there is no query API under this path: ${names.url} is the address in front of /api/v1/query, such as https://mimir.example.com/prometheus`,
    });
  if (status === 400 || status === 422)
    return failed({ kind: 'bad-query', message, fix: 'correct the query' });
  if (isTransientStatus(status)) return failed({ kind: 'server-error', message, ...retry });
  return unexpected(message);
}

/** The server's own words. Of a page for people only its title is of use. */
function words(raw: RawAnswer, parsed: unknown, { redact }: Reader): string {
  const { error } = fields(parsed);
  if (typeof error === 'string' && error !== '') return `: ${shown(error, redact)}`;
  if (parsed !== undefined) return '';
  const text = raw.body.subarray(0, 4096).toString('utf8');
  const title = /<title[^>]*>([^<]*)</i.exec(text)?.[1];
  if (title !== undefined) return `, a page with the title "${shown(title, redact)}"`;
  return text.trim() === '' || /^\s*</.test(text) ? '' : `: ${shown(text, redact)}`;
}

/** Redacted before it is cut short: half a secret would not be recognised. */
function shown(text: string, redact: (text: string) => string): string {
  return clip(neutralise(redact(text)), 300);
}

function unexpected(message: string): Answer {
  return failed({ kind: 'unexpected', message });
}

function failed(failure: Failure): Answer {
  return { ok: false, failure };
}

function parseJson(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8')) as unknown;
  } catch {
    return undefined;
  }
}
