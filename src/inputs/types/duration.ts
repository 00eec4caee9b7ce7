import { bad, good, quote, type Parsed } from '../parsed.js';
import type { InputType } from './type.js';

const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
/** Timers of Node fire at once above 2^31-1 ms, which is 24.8 days. */
const day = 24 * hour;

const pattern =
  /^(?:(\d+(?:\.\d+)?)h)? ?(?:(\d+(?:\.\d+)?)m(?!s))? ?(?:(\d+(?:\.\d+)?)s)? ?(?:(\d+)ms)?$/;
const accepted = 'a duration is written like `90s`, `5m`, `1h30m` or `500ms`';

/** Milliseconds of `90s`, `5m`, `1h30m`, `500ms` or `0`; a bare number has no unit and is refused. */
export function parseDuration(text: string): Parsed<number> {
  if (text === '0') return good(0);
  if (/^\d+(\.\d+)?$/.test(text)) {
    return bad(
      `${quote(text)} has no unit`,
      `write \`${text}s\` for seconds, \`${text}m\` for minutes`,
    );
  }
  const match = pattern.exec(text);
  if (match === null || text === '') return bad(`${quote(text)} is not a duration`, accepted);
  const [, hours, minutes, seconds, milliseconds] = match;
  const total =
    Number(hours ?? 0) * hour +
    Number(minutes ?? 0) * minute +
    Number(seconds ?? 0) * second +
    Number(milliseconds ?? 0);
  const whole = Math.round(total);
  return Number.isSafeInteger(whole)
    ? good(whole)
    : bad(`${quote(text)} is too long for a duration`, accepted);
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
export function duration(bounds: { min?: number; max?: number } = {}): InputType<number> {
  const { min = 0, max = day } = bounds;
  return {
    name: 'duration',
    shape: 'text',
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
