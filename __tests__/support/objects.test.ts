import { describe, expect, it } from '@jest/globals';
import { inherit, mapValues, pickBy } from '../../src/support/objects.js';

describe('what inherits', () => {
  it('reads as its base, but for its own', () => {
    const base = { a: 1, b: 2 };
    const derived = inherit(base, { b: 3 });
    expect([derived.a, derived.b, 'a' in derived]).toEqual([1, 3, true]);
    expect(base).toEqual({ a: 1, b: 2 });
  });

  it('has one place for what is not its own', () => {
    const base: { a: number; b?: number } = { a: 1 };
    const derived = inherit(base);
    base.b = 2;
    derived.a = 3;
    expect([derived.b, base.a]).toEqual([2, 1]);
  });
});

describe('the values of an object', () => {
  it('are mapped under the same keys, one like that of the prototype too', () => {
    const given = JSON.parse('{ "a": 1, "__proto__": 2 }') as Record<string, number>;
    expect(Object.entries(mapValues(given, (value) => value + 1))).toEqual([
      ['a', 2],
      ['__proto__', 3],
    ]);
  });
});

describe('the properties of an object', () => {
  it('are kept by their value, or by their key', () => {
    const given = { a: 1, b: 2, c: 3 };
    expect(pickBy(given, (value) => value > 1)).toEqual({ b: 2, c: 3 });
    expect(pickBy(given, (_, key) => key !== 'b')).toEqual({ a: 1, c: 3 });
  });
});
