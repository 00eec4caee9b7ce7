import type { EvaluatedCheck, Judgement, WatchPlan } from '../contract/check.js';
import type { RecordedEvent } from '../contract/replay.js';
import type { ShapeOf } from '../support/redact.js';

/** A target as it is to be judged. */
export interface RecordedTarget {
  readonly name: string;
  readonly plan: WatchPlan;
  readonly checks: readonly EvaluatedCheck[];
}

/** One line of `recording.ndjson`. The first is the header, and no other. */
export type RecordingLine =
  | {
      readonly type: 'header';
      readonly schema: 1;
      readonly tool: { readonly name: 'rollgate'; readonly version: string };
      /** ISO 8601. */
      readonly startedAt: string;
      readonly targets: readonly RecordedTarget[];
    }
  | ({ readonly type: 'event'; readonly target: string } & RecordedEvent)
  | {
      readonly type: 'judgement';
      readonly target: string;
      /** When it was reached, milliseconds since the start of the watch. */
      readonly at?: number;
      readonly judgement: Judgement;
    };

/** The first line: what the judge knows before the watch, and nothing else of what is given. */
export function headerLine(
  version: string,
  startedAt: string,
  targets: readonly RecordedTarget[],
): RecordingLine {
  return {
    type: 'header',
    schema: 1,
    tool: { name: 'rollgate', version },
    startedAt,
    targets: targets.map(({ name, plan, checks }) => ({
      name,
      plan: {
        warmUp: plan.warmUp,
        duration: plan.duration,
        interval: plan.interval,
        sensitivity: plan.sensitivity,
        decision: plan.decision,
        minRequests: plan.minRequests,
        earlyPass: plan.earlyPass,
        ...(plan.extend === undefined ? {} : { extend: plan.extend }),
        ...(plan.onNoData === undefined ? {} : { onNoData: plan.onNoData }),
        ...(plan.onProviderError === undefined ? {} : { onProviderError: plan.onProviderError }),
      },
      checks: checks.map((check) => ({
        id: check.id,
        limit: check.limit,
        source: check.source,
        subject: check.subject,
        ...(check.baseline === undefined ? {} : { baseline: check.baseline }),
        ...(check.minRequests === undefined ? {} : { minRequests: check.minRequests }),
        ...(check.onNoData === undefined ? {} : { onNoData: check.onNoData }),
        ...(check.onProviderError === undefined ? {} : { onProviderError: check.onProviderError }),
        ...(check.seenBefore === undefined ? {} : { seenBefore: check.seenBefore }),
        ...(check.before === undefined ? {} : { before: check.before }),
      })),
    })),
  };
}

/** What the fields of a line hold. What names a target or a check is read again by these names. */
export const lineShape: ShapeOf<RecordingLine> = {
  type: 'own',
  schema: 'own',
  tool: 'own',
  startedAt: 'own',
  targets: {
    name: 'own',
    plan: 'own',
    checks: {
      id: 'own',
      limit: 'own',
      source: 'own',
      subject: 'text',
      baseline: 'own',
      minRequests: 'own',
      onNoData: 'own',
      onProviderError: 'own',
      seenBefore: { seen: 'own', detail: 'text', isNew: 'own' },
      before: 'own',
    },
  },
  target: 'own',
  at: 'own',
  event: {
    type: 'own',
    goneBack: 'text',
    check: 'own',
    window: 'own',
    at: 'own',
    look: { ok: 'own', detail: 'text', obstacle: 'own', changed: 'own' },
    observation: {
      kind: 'own',
      samples: 'own',
      failures: 'own',
      possibleFailures: 'own',
      failuresAsSet: 'own',
      seconds: 'own',
      kinds: 'text',
      cadence: 'own',
      baseline: 'own',
      slower: 'own',
      value: 'own',
      why: 'own',
      until: 'own',
      forGood: 'own',
      detail: 'text',
      leftOut: 'own',
      obstacles: 'own',
      passed: 'own',
      raw: 'text',
    },
  },
  judgement: { verdict: 'own', reason: 'text', decidedBy: 'own', neverWell: 'own' },
};

/** One line, with its end. Numbers keep every digit, so that a replay comes to the same evidence bit by bit. */
export function encodeLine(line: RecordingLine): string {
  return `${JSON.stringify(line)}\n`;
}
