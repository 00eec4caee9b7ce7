import { describe, expect, it } from '@jest/globals';
import type { Finding } from '../../src/contract/result.js';
import { notNeeded, type TargetReport } from '../../src/report/record.js';
import type { RollbackStatus } from '../../src/contract/strategy.js';
import { combine, type TargetOutcome } from '../../src/commands/outcome.js';
import { exitCodeOf, exitCodeOfAll, worstCode } from '../../src/commands/exit-code.js';

function outcome(
  name: string,
  verdict: TargetReport['verdict'],
  status: RollbackStatus = 'not-needed',
  detectionSeconds: number | null = 30,
): TargetOutcome {
  return {
    report: {
      name,
      verdict,
      reason: `Why ${name} is ${verdict}.`,
      checks: [],
      rollback: { ...notNeeded, status },
    },
    exitCode: exitCodeOf(verdict, status),
    detectedAt: detectionSeconds === null ? null : detectionSeconds * 1000,
    detectionSeconds,
    findings: [],
  };
}

/** In the order in which they count. */
const verdicts = ['unhealthy', 'inconclusive', 'cancelled', 'healthy'] as const;
const codes = [3, 1, 4, 5, 6, 0] as const;

const pairs = <T>(all: readonly T[]): (readonly [T, T])[] =>
  all.flatMap((worse, i) => all.slice(i).map((better) => [worse, better] as const));

describe('the findings of several targets', () => {
  it('are reported for all of them', () => {
    const finding = (subject: string): Finding => ({ level: 'warning', subject, message: 'x' });
    const one = { ...outcome('a', 'healthy'), findings: [finding('a')] };
    const other = { ...outcome('b', 'healthy'), findings: [finding('b')] };
    expect(combine([one, other]).findings).toEqual([finding('a'), finding('b')]);
  });
});

describe('the worst of several targets decides', () => {
  it.each(pairs(verdicts))('verdict: %s before %s', (worse, better) => {
    const one = outcome('a', worse);
    const other = outcome('b', better);
    expect(combine([one, other]).verdict).toBe(worse);
    expect(combine([other, one]).verdict).toBe(worse);
  });

  it.each(pairs(codes))('exit code: %d before %d', (worse, better) => {
    expect(worstCode([worse, better])).toBe(worse);
    expect(worstCode([better, worse])).toBe(worse);
  });

  it('the exit code: a failed rollback before a verified one', () => {
    expect(
      combine([outcome('a', 'unhealthy', 'verified'), outcome('b', 'unhealthy', 'failed')])
        .exitCode,
    ).toBe(3);
  });
});

describe('the reason of a run', () => {
  it('with one target is that of the target', () => {
    expect(combine([outcome('default', 'healthy', 'not-needed', 330)])).toMatchObject({
      verdict: 'healthy',
      exitCode: 0,
      reason: 'Why default is healthy.',
      detectionSeconds: 330,
    });
  });

  it('with several targets is that of the first of the worst, with the count of all', () => {
    const combined = combine([
      outcome('eu', 'healthy', 'not-needed', 330),
      outcome('us', 'unhealthy', 'verified', 45),
      outcome('ap', 'inconclusive', 'not-needed', 330),
      outcome('sa', 'unhealthy', 'verified', 20),
    ]);
    expect(combined).toMatchObject({ verdict: 'unhealthy', exitCode: 1, detectionSeconds: 45 });
    expect(combined.reason).toBe(
      'us: Why us is unhealthy. 4 targets: 2 unhealthy (us, sa), 1 inconclusive (ap), 1 healthy.',
    );
    expect(combined.targets?.map(({ name }) => name)).toEqual(['eu', 'us', 'ap', 'sa']);
  });

  it('with 200 targets names five', () => {
    const many = Array.from({ length: 200 }, (_, i) => outcome(`t${String(i)}`, 'unhealthy'));
    expect(combine(many).reason).toBe(
      't0: Why t0 is unhealthy. 200 targets: 200 unhealthy (t0, t1, t2, t3, t4 and 195 more).',
    );
  });
});

describe('fail-on with several targets', () => {
  const both = combine([outcome('a', 'unhealthy', 'verified'), outcome('b', 'inconclusive')]);
  it.each([
    [['unhealthy', 'inconclusive'], 1],
    [['unhealthy'], 1],
    // An unhealthy one that may pass does not excuse the inconclusive one.
    [['inconclusive'], 4],
    [[], 0],
  ])('%j: %d', (failOn, code) => {
    expect(exitCodeOfAll(both, failOn)).toBe(code);
  });

  it.each([
    ['cancelled', ['unhealthy', 'inconclusive'], 1],
    ['healthy', ['unhealthy', 'inconclusive'], 1],
    ['cancelled', ['inconclusive'], 0],
    ['healthy', [], 0],
  ] as const)(
    'counts a %s target that was rolled back with the unhealthy one: %j: %d',
    (verdict, failOn, code) => {
      const together = combine([
        outcome('a', 'unhealthy', 'verified'),
        outcome('b', verdict, 'verified'),
      ]);
      expect(exitCodeOfAll(together, failOn)).toBe(code);
    },
  );

  it('a cancelled target still exits 6', () => {
    const cancelled = combine([outcome('a', 'unhealthy', 'verified'), outcome('b', 'cancelled')]);
    expect(exitCodeOfAll(cancelled, [])).toBe(6);
  });
});
