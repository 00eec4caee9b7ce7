import { splitList } from './text.js';
import { bad, good, type Result } from '../../contract/result.js';
import { quote, type ValueType } from './value-type.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** Timers of Node fire at once above 2^31-1 ms, which is 24.8 days. */
const day = 24 * hour;

const durationPattern =
  /^(?:(\d+(?:\.\d+)?)h)? ?(?:(\d+(?:\.\d+)?)m(?!s))? ?(?:(\d+(?:\.\d+)?)s)? ?(?:(\d+)ms)?$/;
const acceptedDuration = 'a duration is written like `90s`, `5m`, `1h30m` or `500ms`';

/** Milliseconds of `90s`, `5m`, `1h30m`, `500ms` or `0`; a bare number has no unit and is refused. @param bare what such a number may have meant */
export function parseDuration(text: string, bare: 'latency' | 'time' = 'time'): Result<number> {
  if (text === '0') return good(0);
  if (/^\d+(\.\d+)?$/.test(text)) {
    return bad(
      `${quote(text)} has no unit`,
      bare === 'latency'
        ? `write \`${text}ms\` for milliseconds, \`${text}s\` for seconds`
        : `write \`${text}s\` for seconds, \`${text}m\` for minutes`,
    );
  }
  const match = durationPattern.exec(text);
  if (match === null || text === '')
    return bad(`${quote(text)} is not a duration`, acceptedDuration);
  const [, hours, minutes, seconds, milliseconds] = match;
  const total =
    Number(hours ?? 0) * hour +
    Number(minutes ?? 0) * minute +
    Number(seconds ?? 0) * second +
    Number(milliseconds ?? 0);
  const whole = Math.round(total);
  return Number.isSafeInteger(whole)
    ? good(whole)
    : bad(`${quote(text)} is too long for a duration`, acceptedDuration);
}

/** Milliseconds as {@link parseDuration} reads them back, exactly: `5m`, `1h30m`, `1s500ms`, `0s`. */
export function printDuration(ms: number): string {
  const parts = [
    [Math.floor(ms / hour), 'h'],
    [Math.floor((ms % hour) / minute), 'm'],
    [Math.floor((ms % minute) / second), 's'],
    [ms % second, 'ms'],
  ] as const;
  const text = parts
    .map(([count, unit]) => (count === 0 ? '' : `${String(count)}${unit}`))
    .join('');
  return text === '' ? '0s' : text;
}

/** Milliseconds, from `min` (default 0) to `max` (default 24 h). */
export function duration(bounds: { min?: number; max?: number } = {}): ValueType<number> {
  const { min = 0, max = day } = bounds;
  return {
    name: 'duration',
    shape: 'text',
    closed: true,
    parse: (text) => {
      const parsed = parseDuration(text);
      if (!parsed.ok || (parsed.value >= min && parsed.value <= max)) return parsed;
      return parsed.value < min
        ? bad(`${quote(text)} is too short`, `at least \`${printDuration(min)}\``)
        : bad(`${quote(text)} is too long`, `at most \`${printDuration(max)}\``);
    },
    print: printDuration,
    schema: {
      anyOf: [
        { type: 'string', pattern: '^(0|[0-9.]+(h|m|s|ms)( ?[0-9.]+(m|s|ms))*)$' },
        ...(min === 0 ? [{ const: 0 }] : []),
      ],
    },
  };
}

/** As `date`, `git log --format=%cI` or `%ci` and the APIs of the CI systems write it. */
const withZone = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)(:\d\d(?:\.\d+)?)?(?: ?(Z|[+-]\d\d:?\d\d))?$/i;
const acceptedTime = 'write it like `2026-11-24T09:12:00Z`, or in seconds since 1970: `1795511520`';

/** Milliseconds since the epoch of an ISO 8601 time with its zone, or of seconds since the epoch. */
export function parseTime(text: string): Result<number> {
  if (/^\d{13}$/.test(text))
    return bad(
      `${quote(text)} looks like milliseconds`,
      `in seconds it is \`${text.slice(0, 10)}\``,
    );
  if (/^\d{9,10}(\.\d+)?$/.test(text)) return good(Math.round(Number(text) * 1000));
  const match = withZone.exec(text);
  if (match === null) return bad(`${quote(text)} is not a time`, acceptedTime);
  const [, date = '', minutes = '', seconds = ':00', zone] = match;
  if (zone === undefined)
    return bad(
      `${quote(text)} has no time zone`,
      'end it with `Z`, or with an offset like `+02:00`',
    );
  const offset = zone.toUpperCase().replace(/^([+-]\d\d):?(\d\d)$/, '$1:$2');
  const local = Date.parse(`${date}T${minutes}${seconds}Z`);
  const at = Date.parse(`${date}T${minutes}${seconds}${offset}`);
  // Some dates that there are not, such as the 31st of February, become a day of the next month.
  return Number.isNaN(at) || !new Date(local).toISOString().startsWith(date)
    ? bad(`${quote(text)} is not a time`, acceptedTime)
    : good(at);
}

/** ISO 8601, in UTC, without parts of a second that are 0. */
export function printTime(ms: number): string {
  return new Date(ms).toISOString().replace('.000Z', 'Z');
}

/** Times on lines of their own, or between commas. */
export function times(): ValueType<readonly number[]> {
  const plain = { type: ['string', 'number'] };
  return {
    name: 'times',
    shape: 'list',
    closed: true,
    parse: (text) => {
      const found: number[] = [];
      for (const item of splitList(text)) {
        const parsed = parseTime(item);
        if (!parsed.ok) return parsed;
        found.push(parsed.value);
      }
      return found.length === 0
        ? bad(`${quote(text)} names no time`, 'lines, or commas between')
        : good(found);
    },
    print: (value) => value.map(printTime).join(', '),
    schema: { anyOf: [plain, { type: 'array', items: plain, minItems: 1 }] },
  };
}

/** A limit on how long requests take: `percentile` percent of them take at most `maxMs` milliseconds. */
export interface LatencyLimit {
  readonly percentile: number;
  readonly maxMs: number;
}

/** `p95 < 800ms`; `<=` means the same, a request that takes exactly as long as the limit passes. */
export function latencyLimit(): ValueType<LatencyLimit> {
  const like = 'write it like `p95 < 800ms`, with p50 to p99.9';
  return {
    name: 'latency limit',
    shape: 'text',
    closed: true,
    parse: (text) => {
      const match = /^p(\d{2}(?:\.\d+)?)\s*(?:<=|<|≤)\s*(\S.*)$/i.exec(text);
      const percentile = Number(match?.[1]);
      if (match?.[2] === undefined || percentile < 50 || percentile > 99.9) {
        return bad(`${quote(text)} is not a limit on latency`, like);
      }
      const time = parseDuration(match[2], 'latency');
      if (!time.ok) return time;
      return time.value === 0
        ? bad(`${quote(text)} would refuse every request`, like)
        : good({ percentile, maxMs: time.value });
    },
    print: ({ percentile, maxMs }) => `p${String(percentile)} < ${printDuration(maxMs)}`,
    schema: { type: 'string', pattern: '^[pP][5-9][0-9](\\.[0-9]+)? *(<=|<|≤) *[0-9]' },
  };
}
