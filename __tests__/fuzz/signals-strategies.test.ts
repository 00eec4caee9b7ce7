import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { RunReport } from '../../src/report/record.js';
import { serve, type HttpTestServer } from '../support/servers.js';
import {
  fates,
  interrupted,
  type SeenCall,
  type SignalPoint,
  type SignalRig,
  signalRigs,
} from '../support/signal-rigs.js';
import { type Ran, reportIn, runSignalled, sendSignal } from '../support/signalled-run.js';
import { VirtualClock } from '../support/virtual-clock.js';

/** A failing run says which seed and path repeat it. */
const seed = Number(process.env.ROLLGATE_FUZZ_SEED ?? 20_261_129);
/** Each is a whole run with a rollback. */
const numRuns = Math.ceil(Number(process.env.ROLLGATE_FUZZ_RUNS ?? 600) / 100);
jest.setTimeout(600_000);

/** The entry ends the process this long after the signal, done or not (src/index.ts). */
const END_MS = 4000;
/** The warm-up and the duration of the watch. */
const WATCH_MS = 3500;
const strategies = Object.keys(signalRigs);

/** When the signal comes: in a call of a program, or in a turn of the event loop. */
type When = SignalPoint | { readonly turn: number } | undefined;

interface Interrupted extends Ran {
  readonly report: RunReport;
  readonly calls: readonly SeenCall[];
  /** When the command began. */
  readonly from: number;
  readonly changed: readonly string[];
  readonly isBack: boolean;
}

let service: HttpTestServer;
let isWell: () => boolean = () => true;
beforeAll(async () => {
  service = await serve((_, response) => {
    response.writeHead(isWell() ? 200 : 503).end('ok');
  });
});
afterAll(() => service.close());

/** Runs a command on something that was deployed, while a signal comes, and checks what must hold whenever it comes. */
async function ran(
  strategy: string,
  argvOf: (rig: SignalRig, clock: VirtualClock) => readonly string[],
  when?: When,
): Promise<Interrupted> {
  const clock = new VirtualClock();
  const rig = await signalRigs[strategy]!(clock);
  const files = new Map<string, string>();
  const base = { env: {}, clock, files, endMs: END_MS };
  const id = rig.strategy ?? strategy;
  const options = [...rig.inputs, '--rollback', id];
  if (!['command', 'scale-down'].includes(strategy))
    await runSignalled({
      ...base,
      argv: ['snapshot', ...options],
      exec: rig.exec,
      stop: new AbortController(),
    });
  await rig.deploy();
  const stop = new AbortController();
  const point = when !== undefined && 'call' in when ? when : undefined;
  const { exec, calls } = interrupted(rig.exec, clock, point, {
    send: () => {
      sendSignal(stop);
    },
    isSent: () => stop.signal.aborted,
  });
  const from = clock.monotonic();
  const done = await runSignalled({
    ...base,
    argv: [...argvOf(rig, clock), ...options],
    exec,
    stop,
    ...(when !== undefined && 'turn' in when ? { signalAt: when.turn } : {}),
  });
  const made = calls.length;
  await clock.advance(600_000);
  // Nothing goes on behind the report.
  expect(calls).toHaveLength(made);
  expect(clock.sleeping).toBe(0);
  expect(calls.filter(({ args, afterSignal }) => afterSignal && rig.isChange(args))).toEqual([]);
  const isLastWord = point?.fate === 'unheard' && calls[point.call - 1]?.args[0] === 'rm';
  if (!isLastWord) expect(rig.leftOver()).toEqual([]);
  const seen = {
    ...done,
    report: reportIn(files),
    calls,
    from,
    changed: rig.changed(),
    isBack: rig.isBack(),
  };
  expectTrue(id, seen);
  return seen;
}

/** What the record says is what the stand-in saw. */
function expectTrue(strategy: string, { code, report, changed, isBack }: Interrupted): void {
  const {
    status = 'not-needed',
    attempts = [],
    versionConfirmed,
  } = report.targets[0]?.rollback ?? {};
  const [attempt] = attempts;
  expect(code).toBe(report.exitCode);
  expect(attempts.length).toBeLessThanOrEqual(1);
  if (code === 6) expect([changed, attempts]).toEqual([[], []]);
  if (changed.length > 0) {
    expect(attempt).toMatchObject({ id: strategy });
    expect(['triggered', 'verified']).toContain(attempt?.outcome);
    const told = JSON.stringify(attempt);
    for (const name of changed) expect(told).toContain(name);
  }
  if (attempt?.outcome === 'verified' || status === 'verified') expect(isBack).toBe(true);
  if (versionConfirmed === true) expect(isBack).toBe(true);
}

const outcomeOf = ({ report }: Interrupted): string =>
  report.targets[0]?.rollback.attempts[0]?.outcome ?? 'none';

/** A rollback by hand, without a check. */
const byHand = (): readonly string[] => ['rollback'];

/** A watch of a service that is well, or goes bad and is well again after the rollback. */
const watch =
  (isGood: boolean) =>
  (rig: SignalRig, clock: VirtualClock): readonly string[] => {
    const from = clock.monotonic();
    isWell = () => isGood || clock.monotonic() < from + 1000 || rig.isBack();
    return [
      ...['run', '--url', service.url, '--health-url', service.url],
      ...['--warm-up', '500ms', '--duration', '3s', '--interval', '1s', '--min-requests', '5'],
      ...['--requests-per-second', '4', '--health-interval', '500ms'],
      ...['--verify-timeout', '20s', '--rollback-timeout', '60s'],
    ];
  };

describe('a signal at any call of a rollback by hand', () => {
  it.each(strategies)('%s: without a signal it is verified', async (strategy) => {
    // Once for its code to be loaded, which takes turns of the event loop.
    await ran(strategy, byHand);
    expect(await ran(strategy, byHand)).toMatchObject({ code: 0, isBack: true });
  });

  it.each(strategies)('%s: the record is true, and it ends', async (strategy) => {
    const { calls } = await ran(strategy, byHand);
    const failures: string[] = [];
    const outcomes = new Set<string>();
    for (let call = 1; call <= calls.length; call++)
      for (const fate of fates)
        try {
          outcomes.add(outcomeOf(await ran(strategy, byHand, { call, fate })));
        } catch (error) {
          failures.push(`call ${String(call)}, ${fate}: ${String(error)}`);
        }
    expect(failures).toEqual([]);
    // Before the change, and after it.
    expect([...outcomes]).toEqual(expect.arrayContaining(['failed', 'triggered']));
  });
});

describe('a signal at any moment of a run', () => {
  it.each(strategies)('%s: without a signal', async (strategy) => {
    const rolledBack = await ran(strategy, watch(false));
    expect([rolledBack.code, rolledBack.isBack]).toEqual([1, true]);
    const well = await ran(strategy, watch(true));
    expect([well.code, well.changed]).toEqual([0, []]);
  });

  it.each(strategies)(
    `%s: the record is true, and it ends (${String(numRuns)} runs, seed ${String(seed)})`,
    async (strategy) => {
      const sizes = {
        true: await ran(strategy, watch(true)),
        false: await ran(strategy, watch(false)),
      };
      const codes = new Set<number>();
      await fc.assert(
        fc.asyncProperty(
          fc.boolean(),
          fc.option(fc.constantFrom(...fates)),
          fc.double({ min: 0, max: 0.999, noNaN: true }),
          async (isGood, fate, share) => {
            const { turns, calls, from } = sizes[String(isGood) as 'true' | 'false'];
            const when =
              fate === null || calls.length === 0
                ? { turn: Math.floor(share * turns) }
                : { call: 1 + Math.floor(share * calls.length), fate };
            const { code, report } = await ran(strategy, watch(isGood), when);
            codes.add(code);
            // A verdict stays: what is called when the watch is over comes after it.
            const { at = 0 } = 'call' in when ? (calls[when.call - 1] ?? {}) : {};
            if (at >= from + WATCH_MS)
              expect(report.verdict).toBe(isGood ? 'healthy' : 'unhealthy');
            if (report.verdict === 'healthy') expect(code).toBe(0);
            else if (report.verdict === 'cancelled') expect(code).toBe(6);
            else expect([report.verdict, [1, 3].includes(code)]).toEqual(['unhealthy', true]);
          },
        ),
        { seed, numRuns },
      );
      // Before the verdict, and after it.
      expect(codes).toContain(6);
      expect(codes.size).toBeGreaterThan(1);
    },
  );
});
