import { createJudge } from './judge.js';
import type { EvaluatedCheck, Judgement, WatchEvent, WatchPlan } from '../contract/check.js';
import type { RecordedEvent, Replayed } from '../contract/replay.js';

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
