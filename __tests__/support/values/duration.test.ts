import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { duration, parseDuration, printDuration } from '../../../src/support/values/time.js';

describe('parseDuration', () => {
  it.each([
    ['0', 0],
    ['0s', 0],
    ['0ms', 0],
    ['500ms', 500],
    ['90s', 90_000],
    ['5m', 300_000],
    ['1h30m', 5_400_000],
    ['1h 30m', 5_400_000],
    ['1m 30.5s', 90_500],
    ['1.5h', 5_400_000],
    ['2h3m4s5ms', 7_384_005],
    ['90m', 5_400_000],
  ])('reads %s', (text, ms) => {
    expect(parseDuration(text)).toEqual({ ok: true, value: ms });
  });

  it.each([
    ['5', '`5` has no unit', 'write `5s` for seconds, `5m` for minutes'],
    ['1.5', '`1.5` has no unit', 'write `1.5s` for seconds, `1.5m` for minutes'],
  ])('refuses the bare number %s', (text, message, fix) => {
    expect(parseDuration(text)).toEqual({ ok: false, problem: { message, fix } });
  });

  it.each(['', 'five', '5x', '-5s', '5m1h', '1s1s', '5 m', 'm', '5S', '1.5ms', '∞'])(
    'refuses %j',
    (text) => {
      expect(parseDuration(text)).toMatchObject({ ok: false });
    },
  );

  it('refuses a number that is too large', () => {
    expect(parseDuration(`${'9'.repeat(40)}h`)).toMatchObject({ ok: false });
  });

  it('reads back whatever printDuration writes', () => {
    fc.assert(
      fc.property(fc.nat({ max: 100 * 3_600_000 }), (ms) => {
        expect(parseDuration(printDuration(ms))).toEqual({ ok: true, value: ms });
      }),
    );
  });
});

describe('printDuration', () => {
  it.each([
    [0, '0s'],
    [300_000, '5m'],
    [5_400_000, '1h30m'],
    [1_250, '1s250ms'],
    [500, '500ms'],
  ])('%d is %s', (ms, text) => {
    expect(printDuration(ms)).toBe(text);
  });
});

describe('duration', () => {
  it.each([
    ['199ms', '`199ms` is too short', 'at least `200ms`'],
    ['0', '`0` is too short', 'at least `200ms`'],
    ['2h', '`2h` is too long', 'at most `1h`'],
  ])('keeps %s out of its bounds', (text, message, fix) => {
    expect(duration({ min: 200, max: 3_600_000 }).parse(text)).toEqual({
      ok: false,
      problem: { message, fix },
    });
  });

  it.each([
    ['200ms', 200],
    ['1h', 3_600_000],
  ])('includes its bound %s', (text, value) => {
    expect(duration({ min: 200, max: 3_600_000 }).parse(text)).toEqual({ ok: true, value });
  });
});
