import { createJudge } from './judge.js';
import type {
  CheckResult,
  JudgedCheck,
  Judgement,
  WatchEvent,
  WatchPlan,
} from '../contract/check.js';

/** What the judge was told, and when. */
export interface RecordedEvent {
  /** Milliseconds since the start of the watch. Recordings of version 0.1.0 do not have it. */
  readonly at?: number;
  readonly event: WatchEvent;
}

/** What would have been concluded. */
export interface Replayed {
  /** `null`: the recording ends before there is a judgement. */
  readonly judgement: Judgement | null;
  /** When, milliseconds since the start of the watch; `null` without a judgement. */
  readonly decidedAt: number | null;
  /** Time of the last thing that was recorded. */
  readonly endsAt: number;
  /** The checks, as they were in the moment of the judgement. */
  readonly results: readonly CheckResult[];
}

/**
 * Judges again what a watch recorded. With the plan and the checks of the recording it comes to the judgement of the
 * live watch, in the same moment; with others it says what would have been.
 *
 * @param checks those of the recording, or some of them; what was recorded of others counts for nothing
 */
export function replay(
  plan: WatchPlan,
  checks: readonly JudgedCheck[],
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

/** When the judge was told at the earliest. */
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
