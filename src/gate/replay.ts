import { createJudge } from './judge.js';
import type {
  EvaluatedCheck,
  Judgement,
  MetricCheck,
  WatchEvent,
  WatchPlan,
  Window,
} from '../contract/check.js';
import type { RecordedEvent, Replayed } from '../contract/replay.js';
import { createLateness } from './lateness.js';
import { windowsOf } from './watch.js';

/**
 * Judges again what a watch recorded. With the plan and the checks of the recording it comes to the judgement of the
 * live watch, in the same moment; with others it says what would have been.
 *
 * @param checks those of the recording, or some of them; what was recorded of others counts for nothing
 */
export function replay(
  plan: WatchPlan,
  checks: readonly EvaluatedCheck[],
  events: readonly RecordedEvent[],
): Replayed {
  const judge = createJudge(plan, checks);
  let judgement: Judgement | null = null;
  let decidedAt: number | null = null;
  let endsAt = 0;
  for (const { at, event } of events) {
    const moment = at ?? Math.max(endsAt, momentOf(event, plan));
    // What the other checks saw in the moment of the judgement belongs to it, as in the live watch.
    if (decidedAt === null || moment <= decidedAt) {
      const found = judge.push(event);
      if (found !== undefined) {
        judgement = found;
        decidedAt = moment;
      }
    }
    endsAt = Math.max(endsAt, moment);
  }
  return { judgement, decidedAt, endsAt, results: judge.results() };
}

/** When the judge knew at the earliest. */
function momentOf(event: WatchEvent, plan: WatchPlan): number {
  switch (event.type) {
    case 'observation':
      return event.window.to;
    case 'look':
      return event.at;
    case 'deadline':
      return plan.warmUp + plan.duration;
  }
}

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
