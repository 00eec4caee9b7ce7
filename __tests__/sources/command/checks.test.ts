import { describe, expect, it } from '@jest/globals';
import type { HealthCheck, MetricCheck, Observation } from '../../../src/contract/check.js';
import { createCommandChecks } from '../../../src/sources/command/checks.js';
import type { SourceDependencies } from '../../../src/sources/source.js';
import type { Exec, ExecResult } from '../../../src/support/exec.js';
import { resolveWith } from '../../support/resolve-inputs.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const never = new AbortController().signal;

interface Scene {
  readonly clock: VirtualClock;
  readonly checks: ReturnType<typeof createCommandChecks>;
  /** When the program was begun. */
  readonly begun: number[];
}

/** @param ends how each run ends, the last of them again and again; `takes` milliseconds */
function scene(
  lines: readonly string[],
  ends: readonly (Partial<ExecResult> & { takes?: number })[],
  leastRate = 0,
): Scene {
  const clock = new VirtualClock();
  const begun: number[] = [];
  const exec: Exec = async (_, __, { signal }) => {
    const { takes = 0, ...end } = ends[Math.min(begun.length, ends.length - 1)] ?? {};
    begun.push(clock.monotonic());
    await clock.sleep(takes, signal).catch(() => undefined);
    return { code: 0, signal: null, stdout: '', stderr: '', ...end };
  };
  const content = [
    'checks:',
    '  - source: command',
    '    run: smoke',
    ...lines.map((l) => `    ${l}`),
  ];
  const resolution = resolveWith({ files: { 'rollgate.yml': content.join('\n') } });
  expect(resolution.problems).toEqual([]);
  const deps: SourceDependencies = {
    plan: { duration: 300_000, minRequests: 20 },
    clock,
    random: () => 0.5,
    http: () => {
      throw new Error('asks nothing');
    },
    exec,
    env: {},
    commandEnv: {},
    platform: 'linux',
    logLines: 0,
    redact: (text) => text,
    leastRate,
  };
  const entries = resolution.checks as unknown as Parameters<typeof createCommandChecks>[0];
  return { clock, checks: createCommandChecks(entries, deps), begun };
}

const test = ({ checks }: Scene): HealthCheck => checks[0] as HealthCheck;
const ofValue = ({ checks }: Scene): MetricCheck => checks[0] as MetricCheck;

describe('a test', () => {
  it.each([
    [{ code: 0 }, { ok: true, detail: '' }],
    [{ code: 1 }, { ok: false, detail: 'exited with code 1' }],
    [{ code: 127 }, { ok: null, detail: 'could not be started (the shell says 127)' }],
    [
      { code: null, stopped: 'timeout' as const },
      { ok: null, detail: 'took longer than 1m (`timeout`), and was ended' },
    ],
  ])('that ends with %j', async (end, expected) => {
    const check = scene([], [end]);
    expect(await check.clock.runUntil(test(check).probe(never))).toEqual(expected);
  });

  it('is asked before the deploy once, for as long as it may take', async () => {
    const failing = scene(['timeout: 3m'], [{ code: 1, takes: 2000 }]);
    const [askable] = test(failing).askables ?? [];
    expect(askable?.once).toBe(180_000);
    expect(await failing.clock.runUntil(askable!.ask(never))).toEqual({
      passed: false,
      detail: 'exited with code 1',
      ms: 2000,
    });
  });

  it('that could not be run before the deploy tells nothing of that time', async () => {
    const missing = scene([], [{ code: 127 }]);
    expect(await missing.clock.runUntil(test(missing).askables![0]!.ask(never))).toBeUndefined();
  });

  it('is run at least every ten seconds when a rollback is confirmed', () => {
    expect(test(scene(['every: 1m'], [{}])).every).toBe(60_000);
    expect(test(scene(['every: 1m'], [{}], 10)).every).toBe(10_000);
    expect(test(scene(['every: 2s'], [{}], 10)).every).toBe(2000);
  });
});

describe('a number', () => {
  async function observed(
    of: Scene,
    until: number,
    judgedFrom = 0,
  ): Promise<readonly Observation[]> {
    const check = ofValue(of);
    const { clock } = of;
    const all: Observation[] = [];
    await clock.runUntil(
      (async () => {
        check.start(0, judgedFrom);
        for (let from = 0; from < until; from += 10_000) {
          await clock.sleep(from + 10_000 - clock.monotonic(), never);
          all.push(await check.observe({ from, to: from + 10_000 }, never));
        }
        await check.stop();
      })(),
    );
    return all;
  }

  it('is read when it is time to', async () => {
    const seen = scene(['max: 5', 'every: 20s'], [{ stdout: '3\n' }, { stdout: '4\n' }]);
    expect((await observed(seen, 40_000)).map((one) => one.kind)).toEqual([
      'value',
      'none',
      'value',
      'none',
    ]);
    expect(seen.begun).toEqual([10_000, 30_000]);
  });

  it('is read once, after the warm-up', async () => {
    const seen = scene(['min: 5', 'once: true'], [{ stdout: '3\n' }]);
    const all = await observed(seen, 60_000, 20_000);
    expect(seen.begun).toEqual([30_000]);
    expect(all.filter(({ kind }) => kind === 'value')).toEqual([
      { kind: 'value', value: 3, cadence: 300_000 },
    ]);
  });

  it.each([
    [{ code: 2 }, { why: 'provider-error', detail: 'the program exited with code 2' }],
    [{ stdout: 'none\n' }, { why: 'no-data', detail: 'its last line is not a number' }],
  ])('of a run that ends with %j is none', async (end, expected) => {
    expect(await observed(scene(['max: 5'], [end]), 10_000)).toEqual([
      { kind: 'none', ...expected },
    ]);
  });

  it('has one run for its two limits', async () => {
    const seen = scene(['min: 2', 'max: 5'], [{ stdout: '3\n' }]);
    expect(seen.checks.map(({ id }) => id)).toEqual(['command-max', 'command-min']);
    const [most, least] = seen.checks as readonly MetricCheck[];
    most!.start(0);
    least!.start(0);
    const window = { from: 0, to: 10_000 };
    await seen.clock.runUntil(
      Promise.all([most!.observe(window, never), least!.observe(window, never)]),
    );
    expect(seen.begun).toHaveLength(1);
    expect(most!.askables).toBe(least!.askables);
  });

  it.each([
    ['3', { passed: true, detail: '' }],
    ['7', { passed: false, detail: 'it was 7' }],
  ])('of %s before the deploy', async (printed, expected) => {
    const seen = scene(['max: 5'], [{ stdout: `${printed}\n` }]);
    expect(await seen.clock.runUntil(ofValue(seen).askables![0]!.ask(never))).toEqual({
      ...expected,
      ms: 0,
    });
  });

  it('ends what runs when it is stopped, and is over when that has ended', async () => {
    const seen = scene(['max: 5'], [{ takes: 600_000 }]);
    const check = ofValue(seen);
    check.start(0);
    const asking = check.observe({ from: 0, to: 10_000 }, never);
    await seen.clock.runUntil(seen.clock.sleep(1000));
    await check.stop();
    expect(await asking).toMatchObject({ kind: 'none', why: 'unchanged' });
    expect(seen.clock.sleeping).toBe(0);
  });
});
