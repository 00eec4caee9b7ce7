import type { Check, WatchPlan } from '../../src/contract/check.js';
import { watch, type WatchOutcome } from '../../src/gate/watch.js';
import { encodeLine, headerLine } from '../../src/report/recording.js';
import { defaultPlan } from './stand-in-checks.js';
import type { VirtualClock } from './virtual-clock.js';

/** What one target is watched by. */
export interface RecordedTarget {
  readonly name: string;
  readonly plan: WatchPlan;
  readonly checks: readonly Check[];
}

/** The watches of several targets on the virtual clock, and the recording that they leave. They begin one after the other. */
export async function recordedWatches(
  clock: VirtualClock,
  targets: readonly RecordedTarget[],
  signal = new AbortController().signal,
): Promise<{ readonly outcomes: readonly WatchOutcome[]; readonly recording: string }> {
  let recording = encodeLine(headerLine('0.0.0-test', '2026-11-02T10:00:00.000Z', targets));
  const watchTarget = async (
    { name: target, plan, checks }: RecordedTarget,
    n: number,
  ): Promise<WatchOutcome> => {
    if (n > 0) await clock.sleep(20 * n);
    const outcome = await watch({
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
    });
    const { verdict, reason, decidedBy, decidedAt } = outcome;
    if (verdict !== 'cancelled' && decidedAt !== null)
      recording += encodeLine({
        type: 'judgement',
        target,
        at: decidedAt,
        judgement: { verdict, reason, decidedBy },
      });
    return outcome;
  };
  const outcomes = await clock.runUntil(Promise.all(targets.map(watchTarget)));
  return { outcomes, recording };
}

/** The watch of one target. */
export async function recordedWatch(
  clock: VirtualClock,
  checks: readonly Check[],
  over: Partial<WatchPlan> = {},
  signal = new AbortController().signal,
): Promise<{ readonly outcome: WatchOutcome; readonly recording: string }> {
  const target = { name: 'default', plan: { ...defaultPlan, ...over }, checks };
  const { outcomes, recording } = await recordedWatches(clock, [target], signal);
  return { outcome: outcomes[0]!, recording };
}
