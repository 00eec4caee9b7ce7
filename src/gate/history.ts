import type { MetricCheck, WatchPlan, Window } from '../contract/check.js';
import { createLateness } from './lateness.js';
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
  const all = checks.map((check) => ({ check, lateness: createLateness(plan) }));
  const observe = async ({ check, lateness }: (typeof all)[number], window: Window) => {
    const observation = await check.observe(window, signal);
    lateness.push(window, observation);
    const event = { type: 'observation', check: check.id, window, observation } as const;
    events.push({ at: window.to, event });
  };
  let at = plan.warmUp + plan.duration;
  for (const check of checks) check.start(0, plan.warmUp);
  try {
    await moveTo(0);
    for (const window of windowsOf(plan)) {
      if (window.to > until) return events;
      await moveTo(window.to);
      for (const one of all) await observe(one, window);
    }
    for (;;) {
      const late = all.flatMap((one) => {
        const window = one.lateness.next(one.check.lag?.());
        return window === undefined ? [] : [{ one, window }];
      });
      const [first] = late;
      if (first === undefined || first.window.to > until) break;
      at = first.window.to;
      await moveTo(at);
      for (const { one, window } of late) await observe(one, window);
    }
  } finally {
    for (const check of checks) check.stop();
  }
  return [...events, { at, event: { type: 'deadline' } }];
}
