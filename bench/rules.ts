import { createJudge } from '../src/gate/judge.js';
import { breachesLimit } from '../src/gate/likelihood-ratio.js';
import type { EvaluatedCheck, Limit, WatchPlan } from '../src/contract/check.js';
import { SECONDS, type Interval, type Watch } from './traffic.js';

/** What a rule did with a watch: when it rolled back, in seconds since the start, and by what; `undefined`: it did not. */
export type Outcome = { readonly seconds: number; readonly by: 'evidence' | 'limit' } | undefined;

export type Rule = (watch: Watch, limit: Limit) => Outcome;

/** Intervals in the windows of the peers: a minute. */
const MINUTE = 60 / SECONDS;

/** One bad minute, as in Argo Rollouts with `failureLimit: 0` and a measurement every 60 s. */
export const oneBadMinute: Rule = (watch, limit) => firstBad(watch, limit, MINUTE);

/** The same with a measurement of the last minute every 10 s. */
export const oneBadSlidingMinute: Rule = (watch, limit) => firstBad(watch, limit, 1);

function firstBad(watch: Watch, limit: Limit, every: number): Outcome {
  for (let end = MINUTE; end <= watch.length; end += every)
    if (isBad(watch.slice(end - MINUTE, end), limit))
      return { seconds: end * SECONDS, by: 'limit' };
  return undefined;
}

/**
 * Five bad minutes, not necessarily in a row, as in Flagger with `threshold: 5` and `interval: 60s`. Flagger counts failed
 * checks and compares the count at the start of its next round (fluxcd/flagger pkg/controller/scheduler.go), so it takes one
 * round more.
 */
export const fiveBadMinutes: Rule = (watch, limit) => {
  let bad = 0;
  for (let end = MINUTE; end <= watch.length; end += MINUTE) {
    if (bad >= 5) return { seconds: end * SECONDS, by: 'limit' };
    if (isBad(watch.slice(end - MINUTE, end), limit)) bad += 1;
  }
  return undefined;
};

function isBad(minute: Watch, limit: Limit): boolean {
  const sum = (of: (interval: Interval) => number): number =>
    minute.reduce((total, interval) => total + of(interval), 0);
  return breachesLimit(limit, {
    samples: sum((interval) => interval.samples),
    failures: sum((interval) => interval.failures),
    seconds: 60,
    sum: 0,
  });
}

/** Rollgate's own settings, without a warm-up: it has passed already. */
export const defaultPlan: Omit<WatchPlan, 'duration'> = {
  warmUp: 0,
  interval: SECONDS * 1000,
  sensitivity: 'normal',
  decision: 'balanced',
  minRequests: 20,
  earlyPass: false,
};

/** Rollgate's rule on one metric check, without a limit from before and without an extension. */
export const rollgate: Rule = (watch, limit) =>
  judged(
    watch,
    { ...defaultPlan, duration: watch.length * SECONDS * 1000 },
    { id: 'check', limit, source: 'simulation', subject: '' },
  );

/** What the judge makes of a watch. @param watch long enough for its extension */
export function judged(watch: Watch, plan: WatchPlan, check: EvaluatedCheck): Outcome {
  const judge = createJudge(plan, [check]);
  let end = plan.duration / plan.interval;
  for (const [i, counts] of watch.entries()) {
    if (i === end) {
      const judgement = judge.push({ type: 'deadline' });
      if (judge.extension === undefined || judgement !== undefined)
        return atEnd(judgement?.verdict, i);
      end += judge.extension.by / plan.interval;
    }
    const judgement = judge.push({
      type: 'observation',
      check: check.id,
      window: { from: i * plan.interval, to: (i + 1) * plan.interval },
      observation: { kind: 'counts', seconds: plan.interval / 1000, ...counts },
    });
    if (judgement !== undefined) return { seconds: (i + 1) * SECONDS, by: 'evidence' };
  }
  return atEnd(judge.push({ type: 'deadline' })?.verdict, watch.length);
}

function atEnd(verdict: string | undefined, intervals: number): Outcome {
  return verdict === 'unhealthy' ? { seconds: intervals * SECONDS, by: 'limit' } : undefined;
}
