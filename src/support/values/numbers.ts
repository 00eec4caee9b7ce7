import { splitList } from './text.js';
import { bad, good, type Result } from '../../contract/result.js';
import { quote, type ValueType } from './value-type.js';
import { formatNumber } from '../text.js';

interface Bounds {
  readonly min: number;
  readonly max: number;
}

const decimal = /^-?\d+(\.\d+)?$/;

function within(text: string, value: number, { min, max }: Bounds): Result<number> {
  if (value >= min && value <= max) return good(value);
  return bad(`${quote(text)} is out of range`, `from ${String(min)} to ${String(max)}`);
}

function numberSchema(type: 'number' | 'integer', bounds: Bounds, pattern: string): object {
  return {
    anyOf: [
      { type, minimum: bounds.min, maximum: bounds.max },
      { type: 'string', pattern },
    ],
  };
}

/** A decimal number in a range, both ends included. */
export function number(bounds: Bounds): ValueType<number> {
  return {
    name: 'number',
    shape: 'text',
    closed: true,
    parse: (text) =>
      decimal.test(text)
        ? within(text, Number(text), bounds)
        : bad(
            `${quote(text)} is not a number`,
            `a number from ${String(bounds.min)} to ${String(bounds.max)}, such as \`2\` or \`0.5\``,
          ),
    print: String,
    schema: { ...numberSchema('number', bounds, '^[0-9]+(\\.[0-9]+)?$') },
  };
}

/** A whole number in a range, both ends included. */
export function integer(bounds: Bounds): ValueType<number> {
  return {
    name: 'integer',
    shape: 'text',
    closed: true,
    parse: (text) =>
      /^-?\d+$/.test(text)
        ? within(text, Number(text), bounds)
        : bad(
            `${quote(text)} is not a whole number`,
            `a whole number from ${String(bounds.min)} to ${String(bounds.max)}`,
          ),
    print: String,
    schema: { ...numberSchema('integer', bounds, '^[0-9]+$') },
  };
}

/**
 * Percent, 0 to 100, as a number of percent. A value between 0 and 1 is refused: it is nearly always a share that
 * was meant as percent, and a limit of less than one percent would let everything pass.
 *
 * @param of `failures`: of what is seldom, from 0 to 50; a part of one percent is usual
 */
export function percentage(of: 'successes' | 'failures' = 'successes'): ValueType<number> {
  const isSmall = of === 'failures';
  const max = isSmall ? 50 : 100;
  return {
    name: 'percentage',
    shape: 'text',
    closed: true,
    parse: (text) => {
      const digits = text.replace(/\s*%$/, '');
      if (!decimal.test(digits)) {
        return bad(
          `${quote(text)} is not a percentage`,
          `write it like ${isSmall ? '`0.5` or `2%`' : '`95` or `99.9%`'}`,
        );
      }
      const value = Number(digits);
      if (!isSmall && value > 0 && value < 1) {
        return bad(
          `${quote(text)} is less than one percent`,
          `percentages go from 0 to 100: write \`${formatNumber(value * 100, 6)}\``,
        );
      }
      return within(text, value, { min: 0, max });
    },
    print: String,
    schema: {
      anyOf: [
        ...(isSmall
          ? [{ type: 'number', minimum: 0, maximum: max }]
          : [{ const: 0 }, { type: 'number', minimum: 1, maximum: max }]),
        { type: 'string', pattern: '^[0-9]+(\\.[0-9]+)? *%?$' },
      ],
    },
  };
}

/** Codes from `from` to `to`, both included. */
export interface CodeRange {
  readonly from: number;
  readonly to: number;
}

/** `200-399,418` */
export function statusRanges(): ValueType<readonly CodeRange[]> {
  return codeRanges({
    ...{ what: 'status code', min: 100, max: 599 },
    ...{ digits: '[1-5][0-9]{2}', example: '200-399,418' },
  });
}

/** `1-98,99` */
export function exitCodes(): ValueType<readonly CodeRange[]> {
  return codeRanges({
    ...{ what: 'exit code', min: 1, max: 255 },
    ...{ digits: '[0-9]{1,3}', example: '1-98,99' },
  });
}

/** @param about what the codes are, and the least and the greatest of them */
function codeRanges(about: {
  readonly what: string;
  readonly min: number;
  readonly max: number;
  /** One of them, as a pattern of the schema. */
  readonly digits: string;
  readonly example: string;
}): ValueType<readonly CodeRange[]> {
  const { what, min, max, digits, example } = about;
  const like = `write codes from ${String(min)} to ${String(max)} and ranges of them, such as \`${example}\``;
  return {
    name: `${what}s`,
    shape: 'list',
    closed: true,
    parse: (text) => {
      const ranges: CodeRange[] = [];
      for (const item of splitList(text)) {
        const match = /^(\d{1,3})(?:\s*-\s*(\d{1,3}))?$/.exec(item);
        const from = Number(match?.[1]);
        const to = Number(match?.[2] ?? match?.[1]);
        if (match === null || from < min || to > max || from > to)
          return bad(`${quote(item)} is not a range of ${what}s`, like);
        ranges.push({ from, to });
      }
      return ranges.length === 0 ? bad(`${quote(text)} names no ${what}`, like) : good(ranges);
    },
    print: (value) =>
      value
        .map(({ from, to }) => (from === to ? String(from) : `${String(from)}-${String(to)}`))
        .join(','),
    schema: {
      anyOf: [
        { type: 'integer', minimum: min, maximum: max },
        { type: 'string', pattern: `^${digits}` },
        {
          type: 'array',
          minItems: 1,
          items: {
            anyOf: [
              { type: 'integer', minimum: min, maximum: max },
              { type: 'string', pattern: `^${digits}( *- *${digits})?$` },
            ],
          },
        },
      ],
    },
  };
}
