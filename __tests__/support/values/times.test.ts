import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTime, printTime, times } from '../../../src/support/values/time.js';

const nine = Date.UTC(2026, 10, 24, 9, 12);

describe('parseTime', () => {
  it.each([
    ['2026-11-24T09:12:00Z', nine],
    ['2026-11-24t09:12z', nine],
    ['2026-11-24 09:12Z', nine],
    ['2026-11-24T09:12:00.250Z', nine + 250],
    ['2026-11-24T10:12:00+01:00', nine],
    // `git log --format=%ci`
    ['2026-11-24 03:42:00 -0530', nine],
    ['1795511520', nine],
    ['1795511520.5', nine + 500],
    ['999999999', 999_999_999_000],
    ['2024-02-29T00:00Z', Date.UTC(2024, 1, 29)],
    // There it is the next day already, here not yet.
    ['2026-12-01T00:30:00+02:00', Date.UTC(2026, 10, 30, 22, 30)],
  ])('reads %s', (text, ms) => {
    expect(parseTime(text)).toEqual({ ok: true, value: ms });
  });

  it.each([
    ['2026-11-24T09:12:00', /no time zone/, /end it with `Z`/],
    ['1795511520000', /milliseconds/, /in seconds it is `1795511520`/],
    ['yesterday', /is not a time/, /write it like/],
    ['2026-11-24', /is not a time/, /write it like/],
    ['2026-02-31T00:00Z', /is not a time/, /write it like/],
    ['2026-13-01T00:00Z', /is not a time/, /write it like/],
    ['2026-11-24T25:00Z', /is not a time/, /write it like/],
    ['2026-11-24T09:12+99:00', /is not a time/, /write it like/],
    ['12', /is not a time/, /write it like/],
    ['', /is not a time/, /write it like/],
  ])('refuses %j', (text, message, fix) => {
    expect(parseTime(text)).toEqual({
      ok: false,
      problem: { message: expect.stringMatching(message), fix: expect.stringMatching(fix) },
    });
  });

  it('reads what it prints', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 4e12 }), (ms) => {
        expect(parseTime(printTime(ms))).toEqual({ ok: true, value: ms });
      }),
    );
  });
});

describe('a list of times', () => {
  const type = times();

  it('is read from lines or between commas', () => {
    expect(type.parse('1795511520,\n2026-11-24T09:12:10Z\n')).toEqual({
      ok: true,
      value: [nine, nine + 10_000],
    });
    expect(type.print([nine, nine + 250])).toBe('2026-11-24T09:12:00Z, 2026-11-24T09:12:00.250Z');
  });

  it('names the invalid one, and a list without any', () => {
    expect(type.parse('1795511520, soon')).toMatchObject({
      problem: { message: '`soon` is not a time' },
    });
    expect(type.parse(' , ')).toMatchObject({
      problem: { message: expect.stringMatching(/names no time/) },
    });
  });
});
