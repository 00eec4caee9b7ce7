import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import type { RunReport } from '../../src/report/record.js';
import { serve, type HttpTestServer } from '../support/servers.js';
import { type Ran, reportIn, runSignalled } from '../support/signalled-run.js';
import { standIns } from '../support/stand-ins.js';
import { VirtualClock } from '../support/virtual-clock.js';

/** A failing run says which seed and path repeat it. */
const seed = Number(process.env.ROLLGATE_FUZZ_SEED ?? 20_261_129);
/** Each is a whole run with a rollback. */
const numRuns = Math.ceil(Number(process.env.ROLLGATE_FUZZ_RUNS ?? 1000) / 100);
jest.setTimeout(600_000);

/** The entry ends the process this long after the signal, done or not (src/index.ts). */
const END_MS = 4000;

interface RanPipeline extends Ran {
  readonly report: RunReport;
  /** How many runs were started in the CI system. */
  readonly started: number;
  readonly sleeping: number;
}

let service: HttpTestServer;
/** Whether the service is well: until the watch has begun, and after the rollback. */
let isWell: () => boolean;
beforeAll(async () => {
  service = await serve((_, response) => {
    response.writeHead(isWell() ? 200 : 503).end('ok');
  });
});
afterAll(() => service.close());

/** A run whose verdict is unhealthy, in which a signal comes in a turn. */
async function ran(system: string, signalAt: number): Promise<RanPipeline> {
  const standIn = await standIns[system]!('well');
  const clock = new VirtualClock();
  const files = new Map<string, string>();
  isWell = () => clock.monotonic() < 1000 || standIn.started > 0;
  try {
    const done = await runSignalled({
      argv: [
        ...['run', '--url', service.url, '--health-url', service.url],
        ...['--warm-up', '500ms', '--duration', '10s', '--interval', '1s'],
        ...['--requests-per-second', '10', '--health-interval', '500ms'],
        ...['--verify-timeout', '20s', '--rollback', 'ci'],
      ],
      env: standIn.guideVariables(),
      clock,
      files,
      stop: new AbortController(),
      signalAt,
      endMs: END_MS,
    });
    const { started } = standIn;
    return { ...done, report: reportIn(files), started, sleeping: clock.sleeping };
  } finally {
    await standIn.close();
  }
}

/** Those that leave what runs around them as it is; the others would be taken for the system that we run in. */
const systems = ['http', 'gitlab', 'circleci', 'azure', 'jenkins', 'gitea', 'forgejo'];

describe('a signal at any turn of a run', () => {
  it.each(systems)('rollback by %s: without a signal it is verified', async (system) => {
    const { code, report, started } = await ran(system, Infinity);
    expect([code, report.targets[0]?.rollback.status, started]).toEqual([1, 'verified', 1]);
  });

  it.each(systems)(
    `rollback by %s: ends, and says what was done (${String(numRuns)} runs, seed ${String(seed)})`,
    async (system) => {
      const { turns: all } = await ran(system, Infinity);
      const codes = new Map<number, number>();
      await fc.assert(
        fc.asyncProperty(fc.double({ min: 0, max: 1, noNaN: true }), async (share) => {
          const { code, report, started, sleeping } = await ran(system, Math.floor(share * all));
          codes.set(code, (codes.get(code) ?? 0) + 1);
          const { status = 'not-needed', attempts = [] } = report.targets[0]?.rollback ?? {};
          expect(code).toBe(report.exitCode);
          expect(started).toBeLessThanOrEqual(1);
          expect(sleeping).toBe(0);
          if (report.verdict === 'cancelled') {
            expect([code, started, status, attempts]).toEqual([6, 0, 'not-needed', []]);
          } else {
            expect(report.verdict).toBe('unhealthy');
            expect([1, 3]).toContain(code);
            expect(status === 'verified').toBe(code === 1);
          }
          if (started === 1) {
            expect(attempts).toMatchObject([{ id: 'ci' }]);
            expect(attempts[0]?.outcome).toMatch(/^(verified|triggered|failed)$/);
          }
          if (status === 'verified') expect(started).toBe(1);
        }),
        { seed, numRuns },
      );
      // Before the verdict, and after it.
      expect(Math.max(0, ...codes.keys())).toBe(6);
      expect(codes.size).toBeGreaterThan(1);
    },
  );
});
