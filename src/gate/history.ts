import type { MetricCheck, WatchPlan } from '../contract/check.js';
import { windowsOf } from './watch.js';
import type { RecordedEvent } from '../contract/replay.js';

/** When the checks of a watch observe: before its first window, and at the end of each. */
export function momentsOf(plan: Pick<WatchPlan, 'warmUp' | 'duration' | 'interval'>): number[] {
  return [0, ...Array.from(windowsOf(plan), ({ to }) => to)];
}

/**
 * What a watch in the past would have told the judge.
 *
 * @param until how much of it lies in the past, milliseconds since its start. What follows is not there yet, and neither is
 * the end of the watch.
 * @param moveTo takes the checks to a moment; resolves when they have done what they begin there.
 */
export async function eventsOfPast(
  plan: WatchPlan,
  checks: readonly MetricCheck[],
  until: number,
  moveTo: (moment: number) => Promise<void>,
  signal: AbortSignal,
): Promise<readonly RecordedEvent[]> {
  const events: RecordedEvent[] = [];
  for (const check of checks) check.start(0, plan.warmUp);
  try {
    await moveTo(0);
    for (const window of windowsOf(plan)) {
      const at = window.to;
      if (at > until) return events;
      await moveTo(at);
      for (const check of checks) {
        const observation = await check.observe(window, signal);
        events.push({ at, event: { type: 'observation', check: check.id, window, observation } });
      }
    }
  } finally {
    for (const check of checks) check.stop();
  }
  return [...events, { at: plan.warmUp + plan.duration, event: { type: 'deadline' } }];
}
