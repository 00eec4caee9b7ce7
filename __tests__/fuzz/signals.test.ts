import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { main } from '../../src/commands/main.js';
import type { RunReport } from '../../src/report/record.js';
import { Cancelled } from '../../src/support/abort.js';
import type { Files } from '../../src/support/files.js';
import { entryWith } from '../support/entry.js';
import { serve, type HttpTestServer } from '../support/servers.js';
import { standIns } from '../support/stand-ins.js';
import { settle, VirtualClock } from '../support/virtual-clock.js';

/** A failing run says which seed and path repeat it. */
const seed = Number(process.env.ROLLGATE_FUZZ_SEED ?? 20_261_129);
/** Each is a whole run with a rollback. */
const numRuns = Math.ceil(Number(process.env.ROLLGATE_FUZZ_RUNS ?? 1000) / 100);
jest.setTimeout(600_000);

/** A request that is under way gets so many turns of the event loop before time passes. */
const IDLE_TURNS = 6;
const STEP_MS = 250;
/** A signal is answered within this time, whatever hangs. */
const END_MS = 60_000;

interface Ran {
  readonly code: number;
  readonly report: RunReport;
  readonly output: string;
  /** How many runs were started in the CI system. */
  readonly started: number;
  /** The turns of the whole run. */
  readonly turns: number;
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

function filesIn(written: Map<string, string>): Files {
  return {
    read: (path) => written.get(path),
    real: () => 'absent',
    append: (path, text) => written.set(path, (written.get(path) ?? '') + text),
    remove: (path) => written.delete(path),
    mkdir: () => Promise.resolve(undefined),
    writeFile: (path, text) => {
      written.set(path, text);
      return Promise.resolve();
    },
  };
}

/** A run whose verdict is unhealthy, in which a signal comes in a turn. */
async function ran(system: string, signalAt: number): Promise<Ran> {
  const standIn = await standIns[system]!('well');
  const clock = new VirtualClock();
  const written = new Map<string, string>();
  const signal = new AbortController();
  let output = '';
  isWell = () => clock.monotonic() < 1000 || standIn.started > 0;
  const work = main(
    entryWith({
      argv: [
        ...['run', '--url', service.url, '--health-url', service.url],
        ...['--warm-up', '500ms', '--duration', '10s', '--interval', '1s'],
        ...['--requests-per-second', '10', '--health-interval', '500ms'],
        ...['--verify-timeout', '20s', '--rollback', 'ci'],
      ],
      env: standIn.guideVariables(),
      clock,
      signal: signal.signal,
      files: filesIn(written),
      write: (part) => {
        output += part;
      },
    }),
  );
  let done = false;
  const end = (): void => {
    done = true;
  };
  work.then(end, end);
  let turns = 0;
  let endBy = Infinity;
  try {
    for (;;) {
      for (let idle = 0; idle < IDLE_TURNS; idle++) {
        if (turns++ === signalAt) {
          signal.abort(new Cancelled('SIGTERM'));
          endBy = clock.monotonic() + END_MS;
        }
        await settle();
      }
      // Set from elsewhere, which the compiler cannot see.
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
      if (done) break;
      expect(clock.monotonic()).toBeLessThan(endBy);
      await clock.advance(STEP_MS);
    }
    const [, text = ''] = [...written].find(([path]) => path.endsWith('report.json')) ?? [];
    const report = JSON.parse(text) as RunReport;
    const { started } = standIn;
    return { code: await work, report, output, started, turns, sleeping: clock.sleeping };
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
          const { code, report, output, started, sleeping } = await ran(
            system,
            Math.floor(share * all),
          );
          codes.set(code, (codes.get(code) ?? 0) + 1);
          const { status = 'not-needed', attempts = [] } = report.targets[0]?.rollback ?? {};
          expect(code).toBe(report.exitCode);
          expect(started).toBeLessThanOrEqual(1);
          expect(sleeping).toBe(0);
          expect(output).not.toMatch(/Internal error/);
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
