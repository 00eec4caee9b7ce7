import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  asSentence,
  clockTime,
  firstSentence,
  formatDuration,
  formatNumber,
  formatShare,
  joined,
  lastLines,
  neutralise,
  oneLine,
  plural,
  webAddress,
} from '../../src/support/text.js';
import { commandsIn } from './runner-grammar.js';

/** What somebody builds a command, a line of its own or a lie from. */
const pieces = fc.constantFrom(
  ...[
    '::',
    ':',
    '#',
    '##',
    '[',
    '##[',
    '##vso[',
    ']',
    'error',
    'add-mask',
    'vso',
    'group',
    'x',
    ' ',
  ],
  ...['\n', '\r', '\r\n', '\v', '\f', '\u0085', '\u2028', '\u2029', '\t', '\u00a0', '\u3000'],
  ...['\u0000', '\u001b[2K', '\u009b', '\u200b', '\ufeff', '\u202e', '\u2066', '\u061c', '😀'],
);
const hostile = fc.array(pieces, { maxLength: 24 }).map((parts) => parts.join(''));

describe('text from outside', () => {
  it('is no command of a CI system, on one line or on several', () => {
    expect(commandsIn('\u0085::error::x')).toHaveLength(1);
    fc.assert(
      fc.property(hostile, (text) => {
        expect(commandsIn(oneLine(text))).toEqual([]);
        expect(commandsIn(neutralise(text))).toEqual([]);
      }),
      { numRuns: 5000 },
    );
  });

  it('has no line end, no control and no mark of direction in one line', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(oneLine(text)).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u);
        expect(neutralise(text).replaceAll('\n', '')).not.toMatch(
          /(?!\t)[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u,
        );
      }),
    );
  });

  it('is at most as long as it may be, and cut between characters', () => {
    expect(oneLine('x'.repeat(600_000))).toBe(`${'x'.repeat(299)}…`);
    expect(oneLine('ab😀cd', 4)).toBe('ab…');
    expect(oneLine('  two\u0085\u2028 words\u3000here ')).toBe('two words here');
  });

  it('of several lines gives its last ones', () => {
    expect(lastLines('one\r\n\u0085two\u2028::error::x\n \n', 2)).toEqual([
      'two',
      '\u2060::error::x',
    ]);
  });
});

describe('formatNumber', () => {
  it.each([
    [0, 2, '0'],
    [-0.001, 2, '0'],
    [5980, 2, '5,980'],
    [1234567.891, 2, '1,234,567.89'],
    [999.999, 2, '1,000'],
    [-1234.5, 2, '-1,234.5'],
    [0.5, 0, '1'],
    [95, 4, '95'],
    [99.9, 4, '99.9'],
    [Number.POSITIVE_INFINITY, 2, 'Infinity'],
  ])('%d with at most %d decimals is %s', (value, digits, text) => {
    expect(formatNumber(value, digits)).toBe(text);
  });

  it('whole numbers are written as in English', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e9, max: 1e9 }), (value) => {
        expect(formatNumber(value)).toBe(value.toLocaleString('en-US'));
      }),
    );
  });
});

describe('formatDuration', () => {
  it.each([
    [0, '0ms'],
    [999, '999ms'],
    [1000, '1s'],
    [12_340, '12.3s'],
    [90_500, '1m 30.5s'],
    [3_600_000, '1h'],
    [3_661_000, '1h 1m 1s'],
  ])('%d ms is %s', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatShare and plural', () => {
  it('fit into a sentence', () => {
    expect(formatShare(0.863)).toBe('86.3 %');
    expect(formatShare(0.95)).toBe('95 %');
    expect(formatShare(0.999999)).toBe('99.99 %');
    expect(formatShare(1)).toBe('100 %');
    expect(plural(1, 'request')).toBe('1 request');
    expect(plural(1200, 'request')).toBe('1,200 requests');
  });
});

describe('asSentence', () => {
  it.each([
    ['', ''],
    ['no strategy could act', 'No strategy could act.'],
    ['it ended.', 'It ended.'],
    ['nothing acted (ci: the token is missing.)', 'Nothing acted (ci: the token is missing.)'],
    ['nothing acted (ci: no token)', 'Nothing acted (ci: no token).'],
    ['rollback-ref must be a branch', 'rollback-ref must be a branch.'],
    ['ci: no token', 'ci: no token.'],
    ['10 of 20 failed', '10 of 20 failed.'],
    ['élan is needed', 'Élan is needed.'],
  ])('"%s" becomes "%s", without a change of names', (text, sentence) => {
    expect(asSentence(text)).toBe(sentence);
  });
});

describe('the first sentence', () => {
  it.each([
    [
      '52 of 180 requests failed (71.1 % success). This is not bad luck.',
      '52 of 180 requests failed (71.1 % success).',
    ],
    ['status 503 at https://a.example/v1.2?x=Y', 'status 503 at https://a.example/v1.2?x=Y'],
    ['deployment/api went back. it was Flux', 'deployment/api went back. it was Flux'],
    ['', ''],
  ])('of %j', (text, first) => {
    expect(firstSentence(text)).toBe(first);
  });
});

describe('webAddress', () => {
  it.each([
    ['https://ci.example/run/1?buildId=7', 'https://ci.example/run/1?buildId=7'],
    ['https://user:pass@ci.example/', 'https://ci.example/'],
    ['http://ci.example/a b"<c>', 'http://ci.example/a%20b%22%3Cc%3E'],
    ['javascript:alert(1)', null],
    ['java\nscript:alert(1)', null],
    ['data:text/html,x', null],
    ['//ci.example', null],
    ['no address', null],
    [null, null],
  ])('%j may lead to %j', (address, url) => {
    expect(webAddress(address)).toBe(url);
  });
});

it.each([
  [0, '00:00'],
  [999, '00:00'],
  [75_000, '01:15'],
  [3_599_999, '59:59'],
  [3_675_000, '1:01:15'],
  [36_000_000, '10:00:00'],
])('%i ms on a clock', (ms, text) => {
  expect(clockTime(ms)).toBe(text);
});

it.each([
  [['a', '', 'b'], 'a; b'],
  [['', ''], ''],
  [['a'], 'a'],
])('%j joined', (texts, text) => {
  expect(joined(texts, '; ')).toBe(text);
});
