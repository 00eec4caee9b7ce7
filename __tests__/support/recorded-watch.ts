import type { Check } from '../../src/checks/types.js';
import type { WatchPlan } from '../../src/gate/types.js';
import { watch, type WatchOutcome } from '../../src/gate/watch.js';
import { encodeLine, headerLine } from '../../src/report/recording.js';
import { defaultPlan } from './fake-checks.js';
import type { VirtualClock } from './virtual-clock.js';

/** A watch on the virtual clock, and the recording that it leaves. */
export async function recordedWatch(
  clock: VirtualClock,
  checks: readonly Check[],
  over: Partial<WatchPlan> = {},
  signal = new AbortController().signal,
): Promise<{ readonly outcome: WatchOutcome; readonly recording: string }> {
  const plan = { ...defaultPlan, ...over };
  const target = 'default';
  let recording = encodeLine(
    headerLine('0.0.0-test', '2026-11-02T10:00:00.000Z', [{ name: target, plan, checks }]),
  );
  const outcome = await clock.runUntil(
    watch({
      plan,
      checks,
      clock,
      signal,
      tickEvery: 60_000,
      observer: {
        event: (event, at) => {
          recording += encodeLine({ type: 'event', target, at, event });
        },
        tick: () => undefined,
      },
    }),
  );
  const { verdict, reason, decidedBy, decidedAt } = outcome;
  if (verdict !== 'cancelled' && decidedAt !== null)
    recording += encodeLine({
      type: 'judgement',
      target,
      at: decidedAt,
      judgement: { verdict, reason, decidedBy },
    });
  return { outcome, recording };
}
