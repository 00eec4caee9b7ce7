import type { CheckResult, Extension, Judgement, WatchEvent } from './check.js';

/** What the judge observed, and when. */
export interface RecordedEvent {
  /** Milliseconds since the start of the watch. Recordings of version 0.1.0 do not have it. */
  readonly at?: number;
  readonly event: WatchEvent;
}

/** The judgement of a replay. */
export interface Replayed {
  /** `null`: the recording ends before there is a judgement. */
  readonly judgement: Judgement | null;
  /** When, milliseconds since the start of the watch; `null` without a judgement. */
  readonly decidedAt: number | null;
  /** Time of the last thing that was recorded. */
  readonly endsAt: number;
  /** Its planned end was in doubt. */
  readonly extension?: Extension;
  /** The checks, as they were in the moment of the judgement. */
  readonly results: readonly CheckResult[];
}

/** What is judged differently. */
export interface ChangedSetting {
  /** A check by its id, or a setting of the plan. */
  readonly what: string;
  /** In words. */
  readonly from: string;
  readonly to: string;
}
