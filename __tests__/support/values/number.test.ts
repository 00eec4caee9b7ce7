import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { integer, number, percentage } from '../../../src/support/values/numbers.js';

describe('percentage', () => {
  it.each([
    ['95', 95],
    ['95%', 95],
    ['99.9 %', 99.9],
    ['0', 0],
    ['100', 100],
    ['1', 1],
    ['007', 7],
  ])('reads %s', (text, value) => {
    expect(percentage().parse(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['0.95', 'percentages go from 0 to 100: write `95`'],
    ['0.07', 'percentages go from 0 to 100: write `7`'],
    ['0.999', 'percentages go from 0 to 100: write `99.9`'],
    ['0.5%', 'percentages go from 0 to 100: write `50`'],
  ])('refuses the share %s and says what to write', (text, fix) => {
    expect(percentage().parse(text)).toEqual({
      ok: false,
      problem: { message: `\`${text}\` is less than one percent`, fix },
    });
  });

  it.each(['100.1', '-1', '95 percent', 'NaN', '1e2', '95,5', '%', 'Infinity'])(
    'refuses %s',
    (text) => {
      expect(percentage().parse(text)).toMatchObject({ ok: false });
    },
  );

  it('reads back what it prints', () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 10_000 }), (hundredths) => {
        const value = hundredths / 100;
        expect(percentage().parse(percentage().print(value))).toEqual({ ok: true, value });
      }),
    );
  });
});

describe('number', () => {
  it.each([
    ['0.1', 0.1],
    ['500', 500],
    ['2', 2],
  ])('reads %s', (text, value) => {
    expect(number({ min: 0.1, max: 500 }).parse(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['0.09', '`0.09` is out of range'],
    ['501', '`501` is out of range'],
    ['-2', '`-2` is out of range'],
    ['two', '`two` is not a number'],
    ['1e2', '`1e2` is not a number'],
  ])('refuses %s', (text, message) => {
    expect(number({ min: 0.1, max: 500 }).parse(text)).toMatchObject({
      ok: false,
      problem: { message },
    });
  });
});

describe('integer', () => {
  it.each([
    ['0', 0],
    ['20', 20],
  ])('reads %s', (text, value) => {
    expect(integer({ min: 0, max: 20 }).parse(text)).toEqual({ ok: true, value });
  });

  it.each([
    ['21', '`21` is out of range'],
    ['-1', '`-1` is out of range'],
    ['1.5', '`1.5` is not a whole number'],
    ['', '`` is not a whole number'],
  ])('refuses %j', (text, message) => {
    expect(integer({ min: 0, max: 20 }).parse(text)).toMatchObject({
      ok: false,
      problem: { message },
    });
  });
});
