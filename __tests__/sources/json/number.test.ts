import { describe, expect, it } from '@jest/globals';
import { good } from '../../../src/contract/result.js';
import { leadsNowhere, numberIn, placeAt } from '../../../src/sources/json/place.js';

describe('numberIn', () => {
  it.each<[unknown, number]>([
    [0, 0],
    [-1.5, -1.5],
    ['12', 12],
    [' 12.50 ', 12.5],
    ['-3e2', -300],
    [[7], 7],
    [['7'], 7],
  ])('%j is %d', (found, expected) => {
    expect(numberIn(found, undefined)).toEqual(good(expected));
  });

  it.each<[unknown, RegExp, boolean]>([
    [undefined, /nothing/, false],
    [null, /nothing/, false],
    [[], /empty list/, false],
    ['NaN', /text that is not a number/, false],
    ['', /text that is not a number/, false],
    ['+Inf', /text that is not a number/, false],
    [Infinity, /Infinity/, false],
    ['12 ms', /text that is not a number/, true],
    ['1,234', /text that is not a number/, true],
    ['0x10', /text that is not a number/, true],
    ['007', /text that is not a number/, true],
    ['1e999', /text that is not a number/, true],
    [true, /yes or no/, true],
    [{ value: 1 }, /an object/, true],
    [[[1]], /a list/, true],
    [[1, 2], /2 numbers, and one is needed/, true],
    [[1, null], /nothing/, false],
  ])('%j is no number', (found, why, isMistake) => {
    expect(numberIn(found, undefined)).toEqual({
      ok: false,
      problem: { message: expect.stringMatching(why), isMistake },
    });
  });

  it.each([
    ['sum', 9],
    ['avg', 3],
    ['min', 2],
    ['max', 4],
  ] as const)('several numbers become their %s with that reducer', (reducer, expected) => {
    expect(numberIn([2, '3', 4], reducer)).toEqual(good(expected));
  });
});

const document = { data: { result: [{ value: [1, '7'] }], none: [], nothing: null }, 'a/b': 3 };

describe('placeAt', () => {
  it.each<[string, unknown]>([
    ['/data/result/0/value/1', '7'],
    ['/a~1b', 3],
    ['data.result[0].value[1]', '7'],
    ['data.result[].value[1]', ['7']],
    ['length(data.none)', 0],
    ['"a/b"', 3],
    ['nothing.at.all', null],
    ['/nothing', undefined],
  ])('%s', (text, expected) => {
    const { pick, problem } = placeAt(text);
    expect(problem).toBeUndefined();
    expect(pick(document)).toEqual(expected);
  });

  it.each(['/a~', 'a[', 'a b', 'nosuch(a)', 'length(a, b)', 'a..b'])(
    '%s is not an expression',
    (text) => {
      expect(placeAt(text).problem).toEqual(expect.any(String));
    },
  );

  it('an expression that fails on a document is still valid', () => {
    expect(placeAt('sum(data)').problem).toBeUndefined();
    expect(() => placeAt('sum(data)').pick(document)).toThrow(/sum/);
  });
});

describe('whether a path leads nowhere', () => {
  it.each<[string, boolean]>([
    ['/date/result', true],
    ['/data/results/0', true],
    ['/data/none/0/value', false],
    ['/data/result/1/value', false],
    ['/data/nothing/value', false],
    ['/data/result/0/value/1', false],
    ['/data/result/0/values/1', true],
    ['data.results', false],
  ])('%s: %s', (text, expected) => {
    expect(leadsNowhere(document, text)).toBe(expected);
  });
});
