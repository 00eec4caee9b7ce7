import { createJudge } from '../src/gate/judge.js';
import { breachesLimit } from '../src/gate/likelihood-ratio.js';
import type { Limit, WatchPlan } from '../src/contract/check.js';
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

/** Rollgate as it is shipped, `decision: balanced`, on one metric check; the warm-up has passed already. */
export const rollgate: Rule = (watch, limit) => {
  const plan: WatchPlan = {
    warmUp: 0,
    duration: watch.length * SECONDS * 1000,
    interval: SECONDS * 1000,
    sensitivity: 'normal',
    decision: 'balanced',
    minRequests: 20,
    earlyPass: false,
  };
  const judge = createJudge(plan, [{ id: 'check', limit, source: 'simulation', subject: '' }]);
  for (const [i, counts] of watch.entries()) {
    const judgement = judge.push({
      type: 'observation',
      check: 'check',
      window: { from: i * SECONDS * 1000, to: (i + 1) * SECONDS * 1000 },
      observation: { kind: 'counts', seconds: SECONDS, ...counts },
    });
    if (judgement !== undefined) return { seconds: (i + 1) * SECONDS, by: 'evidence' };
  }
  return judge.push({ type: 'deadline' })?.verdict === 'unhealthy'
    ? { seconds: watch.length * SECONDS, by: 'limit' }
    : undefined;
};
