import { describe, expect, it } from '@jest/globals';
import { isJsonPointer, valueAt } from '../../src/support/json.js';

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
