import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { latencyBefore, mergeBlocks, shareBefore, valueBefore } from '../../src/gate/before.js';

type Pair = readonly [failures: number, requests: number];

const golden = JSON.parse(readFileSync(new URL('before-golden.json', import.meta.url), 'utf8')) as {
  readonly before: readonly {
    readonly name: string;
    readonly blocks: readonly Pair[];
    readonly options: { readonly margin?: string; readonly floor?: string };
    readonly merged: readonly Pair[] | null;
    readonly upper: readonly number[] | null;
    readonly median: number | null;
    readonly kept: readonly (0 | 1)[] | null;
    readonly limit: number | null;
    readonly why: string | null;
  }[];
  readonly gauge: readonly {
    readonly name: string;
    readonly means: readonly (number | null)[];
    readonly limit: number | null;
    readonly median?: number;
    readonly dropped?: number;
    readonly why?: string;
  }[];
  readonly latency: readonly {
    readonly name: string;
    readonly le: readonly (number | null)[];
    readonly cumulative: readonly number[];
    readonly edge: number | null;
    readonly leStar: number | null;
    readonly why: string | null;
  }[];
};

const blockOf = ([failures, requests]: Pair): { failures: number; requests: number } => ({
  failures,
  requests,
});

function expectClose(actual: number | null, expected: number | null): void {
  if (expected === null || actual === null) expect(actual).toBe(expected);
  else expect(actual).toBeCloseTo(expected, 9);
}

describe('the limit on failures from the hour before', () => {
  it.each(golden.before.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const seen = shareBefore(one.blocks.map(blockOf), {
      ...(one.options.margin !== undefined && { margin: Number(one.options.margin) }),
      ...(one.options.floor !== undefined && { floor: Number(one.options.floor) }),
    });
    expect(seen.blocks).toEqual((one.merged ?? []).map(blockOf));
    expectClose(seen.limit, one.limit);
    expect(seen.why).toBe(one.why);
    expectClose(seen.median, one.median ?? null);
    expect(seen.kept).toEqual((one.kept ?? []).map((kept) => kept === 1));
    expect(seen.upper).toHaveLength((one.upper ?? []).length);
    for (const [index, upper] of (one.upper ?? []).entries())
      expectClose(seen.upper[index] ?? null, upper);
  });

  const blocks = fc.array(
    fc
      .record({ requests: fc.nat(1000), share: fc.double({ min: 0, max: 1, noNaN: true }) })
      .map(({ requests, share }) => ({ requests, failures: Math.floor(share * requests) })),
    { maxLength: 12 },
  );

  it('merging loses no request, and leaves no block with few', () => {
    fc.assert(
      fc.property(blocks, (given) => {
        const merged = mergeBlocks(given);
        const sum = (all: typeof given, key: 'requests' | 'failures'): number =>
          all.reduce((total, one) => total + one[key], 0);
        expect(merged.every(({ requests }) => requests >= 20)).toBe(true);
        if (merged.length > 0) {
          expect(sum([...merged], 'requests')).toBe(sum(given, 'requests'));
          expect(sum([...merged], 'failures')).toBe(sum(given, 'failures'));
        } else expect(sum(given, 'requests')).toBeLessThan(20);
      }),
    );
  });

  it('a limit is never below its floor, never above a half, and accepts every block that is kept', () => {
    fc.assert(
      fc.property(blocks, (given) => {
        const { limit, blocks: merged, kept } = shareBefore(given);
        if (limit === null) return;
        expect(limit).toBeGreaterThanOrEqual(0.005);
        expect(limit).toBeLessThanOrEqual(0.5);
        for (const [index, { failures, requests }] of merged.entries())
          if (kept[index] === true) expect(failures / requests).toBeLessThanOrEqual(limit);
      }),
    );
  });
});

describe('the limit on a value from the hour before', () => {
  it.each(golden.gauge.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const seen = valueBefore(one.means);
    expectClose(seen.limit, one.limit);
    expect(seen.why).toBe(one.why ?? null);
    if (one.median !== undefined) expectClose(seen.median, one.median);
    if (one.dropped !== undefined) expect(seen.dropped).toBe(one.dropped);
  });
});

describe('the limit on latency from the hour before', () => {
  it.each(golden.latency.map((one) => [one.name, one] as const))('%s', (_, one) => {
    const seen = latencyBefore(
      one.le.map((le, index) => ({
        border: le ?? Infinity,
        requests: one.cumulative[index] ?? 0,
      })),
    );
    expectClose(seen.edge, one.edge);
    expectClose(seen.border, one.leStar);
    expect(seen.why).toBe(one.why);
  });
});
