import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type FollowOptions,
  type FollowOutcome,
  followRun,
} from '../../../src/strategies/ci/follow.js';
import type { PipelineClient, RunState } from '../../../src/contract/pipeline.js';
import { Cancelled, deadline } from '../../../src/support/abort.js';
import { PermanentError, TransientError } from '../../../src/support/retry.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const run = { id: '1', url: 'https://ci.example/1' };
const queued: RunState = { phase: 'queued', word: 'queued' };
const running: RunState = { phase: 'running', word: 'running' };
const succeeded: RunState = { phase: 'succeeded', word: 'success' };

interface Watched {
  readonly outcome: FollowOutcome;
  readonly lines: readonly string[];
  readonly cancels: number;
  readonly reads: readonly number[];
  readonly clock: VirtualClock;
}

/** Follows a run whose state is a function of the time and of the number of cancels so far. */
async function follow(
  stateAt: (seconds: number, cancels: number) => RunState | Error,
  options: Partial<FollowOptions> & { readonly time?: number; readonly cancel?: () => void } = {},
): Promise<Watched> {
  const clock = new VirtualClock();
  const lines: string[] = [];
  const reads: number[] = [];
  let cancels = 0;
  const client: PipelineClient = {
    id: 'test',
    name: 'Test',
    address: 'test',
    preflight: () => Promise.resolve([]),
    describe: () => Promise.resolve([]),
    start: () => Promise.reject(new Error('nothing is started here')),
    state: (_, signal) => {
      signal.throwIfAborted();
      reads.push(clock.monotonic());
      const state = stateAt(clock.monotonic() / 1000, cancels);
      return state instanceof Error ? Promise.reject(state) : Promise.resolve(state);
    },
    cancel: () =>
      new Promise((resolve) => {
        cancels++;
        // What it throws rejects the promise.
        options.cancel?.();
        resolve();
      }),
  };
  const time = deadline(clock, options.time ?? 600_000, 'the strategy');
  const outcome = await clock.runUntil(
    followRun(client, run, {
      clock,
      signal: time.signal,
      startTimeout: 120_000,
      random: () => 0.5,
      progress: (line) => lines.push(line),
      ours: true,
      ...options,
    }),
  );
  time.clear();
  await clock.advance(0);
  return { outcome, lines, cancels, reads, clock };
}

describe('followRun', () => {
  it('polls every 2 s at first, every 10 s later, and leaves no timer', async () => {
    const { outcome, reads, clock } = await follow((s) => (s < 300 ? running : succeeded));
    expect(outcome).toEqual({ kind: 'succeeded', word: 'success' });
    const pauses = reads.slice(1).map((at, index) => Math.round(at - (reads[index] ?? 0)));
    expect(pauses[0]).toBe(2000);
    expect(Math.max(...pauses)).toBe(10_000);
    expect([...pauses].sort((a, b) => a - b)).toEqual(pauses);
    expect(clock.sleeping).toBe(0);
  });

  it.each([
    ['an hour', 3_600_000],
    ['more than any timer holds', 2 ** 40],
  ])('a server that asks to wait %s: asked again before reading is given up', async (_, ms) => {
    const { outcome, reads } = await follow((s) =>
      s < 100 ? new TransientError('429', ms) : succeeded,
    );
    expect(outcome).toEqual({ kind: 'succeeded', word: 'success' });
    expect(reads.length).toBeLessThan(4);
  });

  it('a server that asks to wait an hour, every time: unreadable after two minutes', async () => {
    const { outcome, clock, reads } = await follow(() => new TransientError('429', 3_600_000));
    expect(outcome).toMatchObject({ kind: 'unreadable' });
    expect(clock.monotonic()).toBeLessThan(121_000);
    expect(reads).toHaveLength(2);
  });

  it('a queued run whose server asks to wait an hour: given up when it should have begun', async () => {
    const { outcome, clock } = await follow(
      (s, cancels) =>
        cancels > 0
          ? { phase: 'cancelled', word: 'cancelled' }
          : s > 0 && s < 50
            ? new TransientError('429', 3_600_000)
            : queued,
      { startTimeout: 60_000 },
    );
    expect(outcome).toMatchObject({ kind: 'never-started' });
    expect(clock.monotonic()).toBeLessThan(62_000);
  });

  it('prints a line when the state changes, and at least every 70 s when it does not', async () => {
    const { lines } = await follow((s) => (s < 5 ? queued : s < 200 ? running : succeeded));
    expect(lines).toEqual([
      'rollback run: queued',
      'rollback run: running',
      expect.stringMatching(/^rollback run: running \(after 1m/),
      expect.stringMatching(/^rollback run: running \(after 2m/),
      expect.stringMatching(/^rollback run: running \(after 3m/),
      'rollback run: success',
    ]);
  });

  it('a run that started and is queued again is still followed', async () => {
    const { outcome, cancels } = await follow((s) =>
      s < 5 ? running : s < 400 ? queued : succeeded,
    );
    expect(outcome.kind).toBe('succeeded');
    expect(cancels).toBe(0);
  });

  it('a run that never starts is cancelled at the start timeout', async () => {
    const { outcome, reads } = await follow((_, cancels) =>
      cancels === 0 ? queued : { phase: 'cancelled', word: 'cancelled' },
    );
    expect(outcome).toEqual({
      kind: 'never-started',
      word: 'queued',
      cancelled: true,
      mayHaveRun: false,
    });
    expect(reads.filter((at) => at === 120_000)).not.toHaveLength(0);
  });

  it('a cancelled run that the system says may have run: never-started, mayHaveRun', async () => {
    const { outcome } = await follow((_, cancels) =>
      cancels === 0 ? queued : { phase: 'cancelled', word: 'cancelled', mayHaveRun: true },
    );
    expect(outcome).toMatchObject({ kind: 'never-started', mayHaveRun: true });
  });

  it('a cancel that never shows: given up ten seconds after the deadline', async () => {
    const { outcome, clock, cancels } = await follow(() => running, { time: 60_000 });
    expect(outcome).toEqual({
      kind: 'given-up',
      word: 'running',
      cancelled: false,
      mayHaveRun: true,
    });
    expect(clock.monotonic()).toBe(70_000);
    expect(cancels).toBe(1);
  });

  it('a cancel that fails twice is sent again', async () => {
    let failures = 2;
    const { outcome, cancels } = await follow(
      (_, polls) => (polls < 3 ? running : { phase: 'cancelled', word: 'cancelled' }),
      {
        time: 60_000,
        cancel: () => {
          if (failures-- > 0) throw new TransientError('busy');
        },
      },
    );
    expect(outcome).toMatchObject({ kind: 'given-up', cancelled: true, mayHaveRun: true });
    expect(cancels).toBe(3);
  });

  it('a run that may belong to others is never cancelled', async () => {
    const { outcome, cancels } = await follow(() => queued, { ours: false });
    expect(outcome).toMatchObject({ kind: 'never-started', cancelled: false, mayHaveRun: true });
    expect(cancels).toBe(0);
  });

  it('errors for two minutes without a break: unreadable', async () => {
    const { outcome, clock } = await follow((s) =>
      s < 10 || (s > 60 && s < 70) ? running : new TransientError('down'),
    );
    expect(outcome).toEqual({ kind: 'unreadable', problem: 'down' });
    expect(clock.monotonic()).toBeGreaterThan(60_000 + 120_000);
  });

  it("waits as long as the server's Retry-After says", async () => {
    const { reads } = await follow((s) =>
      s === 0 ? new TransientError('slow down', 45_000) : succeeded,
    );
    expect(reads).toEqual([0, 45_000]);
  });

  it('a permanent error: unreadable at once', async () => {
    const { outcome, reads } = await follow(() => new PermanentError('no'));
    expect(outcome).toEqual({ kind: 'unreadable', problem: 'no' });
    expect(reads).toHaveLength(1);
  });

  it('a signal while it cancels the run: returns at once', async () => {
    const stop = new AbortController();
    const { clock, outcome } = await follow(() => queued, {
      signal: stop.signal,
      startTimeout: 30_000,
      cancel: () => {
        stop.abort(new Cancelled('SIGTERM'));
      },
    });
    expect(outcome).toMatchObject({ kind: 'never-started', cancelled: false });
    expect(clock.monotonic()).toBe(30_000);
  });

  it('any states and errors: success only when the last state read is one, and at most one accepted cancel', async () => {
    const states: RunState[] = [
      queued,
      running,
      succeeded,
      { phase: 'waiting', word: 'waiting' },
      { phase: 'cancelled', word: 'cancelled' },
      { phase: 'failed', word: 'failure' },
      { phase: 'unknown', word: 'tomorrow' },
    ];
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom(...states, new TransientError('x'), new PermanentError('y')), {
          minLength: 1,
          maxLength: 12,
        }),
        async (script) => {
          let next = 0;
          const read: (RunState | Error)[] = [];
          const { outcome, cancels, clock } = await follow(() => {
            const state = script[Math.min(next++, script.length - 1)] ?? queued;
            read.push(state);
            return state;
          });
          expect(outcome.kind === 'succeeded').toBe(read.at(-1) === succeeded);
          expect(cancels).toBeLessThanOrEqual(1);
          expect(clock.monotonic()).toBeLessThanOrEqual(620_000);
        },
      ),
      { numRuns: 60 },
    );
  });
});
