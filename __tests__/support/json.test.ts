import { describe, expect, it } from '@jest/globals';
import { isJsonPointer, isTooDeep, MOST_LEVELS, valueAt } from '../../src/support/json.js';

/** The example of RFC 6901 §5. */
const document = {
  foo: ['bar', 'baz'],
  '': 0,
  'a/b': 1,
  'c%d': 2,
  'e^f': 3,
  'g|h': 4,
  'i\\j': 5,
  'k"l': 6,
  ' ': 7,
  'm~n': 8,
};

describe('JSON Pointer', () => {
  it.each([
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/c%d', 2],
    ['/e^f', 3],
    ['/g|h', 4],
    ['/i\\j', 5],
    ['/k"l', 6],
    ['/ ', 7],
    ['/m~0n', 8],
  ])('%j leads to %j', (pointer, value) => {
    expect(isJsonPointer(pointer)).toBe(true);
    expect(valueAt(document, pointer)).toEqual(value);
  });

  it.each(['/bar', '/foo/2', '/foo/-', '/foo/00', '/foo/length', '/foo/0/0', '/toString', '/a/b'])(
    '%j leads to nothing',
    (pointer) => {
      expect(valueAt(document, pointer)).toBeUndefined();
    },
  );

  it.each([null, undefined, 'text', 7])('in %j nothing is found', (scalar) => {
    expect(valueAt(scalar, '/a')).toBeUndefined();
  });

  it.each(['', 'foo', 'foo/0', '#/foo', '/a~', '/a~2b', '$.foo'])('%j is invalid', (text) => {
    expect(isJsonPointer(text)).toBe(false);
  });
});

describe('nested values', () => {
  const nested = (begin: string, end: string, levels: number): unknown =>
    JSON.parse(begin.repeat(levels) + '1' + end.repeat(levels));

  it.each([
    ['[', ']'],
    ['{"a":', '}'],
    ['[1,', ']'],
  ])('%s: so many levels and no more', (begin, end) => {
    expect(isTooDeep(nested(begin, end, MOST_LEVELS))).toBe(false);
    expect(isTooDeep(nested(begin, end, MOST_LEVELS + 1))).toBe(true);
    expect(isTooDeep(nested(begin, end, 50_000))).toBe(true);
  });

  it.each([null, 1, 'text', undefined])('%j has no levels', (value) => {
    expect(isTooDeep(value)).toBe(false);
  });

  it('a long list is not deep', () => {
    expect(isTooDeep(Array.from({ length: 200_000 }, () => []))).toBe(false);
  });
});
