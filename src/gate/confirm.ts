import { deadline, NoLongerNeeded } from '../support/abort.js';
import type { Clock } from '../support/clock.js';
import { formatDuration } from '../support/format.js';
import type { Check, HealthCheck, MetricCheck } from '../checks/types.js';
import { seen } from './explain.js';
import { createHealth, type Health } from './health.js';
import { literalBreach } from './odds.js';
import type { Look, MetricLimit, Observation, Totals } from './types.js';

/** Measurements of a value that must be within the limit. */
const VALUES = 3;
/** How often traffic is looked at, and the health check at least, milliseconds. */
const EVERY = 1000;

export interface ConfirmOptions {
  /** Fresh checks: the health checks, and every metric check that was breached. */
  readonly checks: readonly Check[];
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** Milliseconds until it counts as not confirmed. */
  readonly timeout: number;
  /** Requests that a metric check must have seen. */
  readonly minRequests: number;
  /** Requests that can be expected per second and check; 0 when that is not known. */
  readonly requestsPerSecond: number;
}

export interface ConfirmOutcome {
  readonly confirmed: boolean;
  /** In words what is still wrong, or that all is right. */
  readonly detail: string;
}

/** A stretch of requests that is judged as one. */
interface Stretch {
  readonly limit: MetricLimit;
  readonly check: MetricCheck;
  totals: Totals;
  needed: number;
  within: boolean;
  /** The last stretch that was long enough. */
  judged: Totals | undefined;
}

/**
 * Looks again until everything that was wrong is right, or the time is over: the health check passes in a row, and
 * every metric check is within its limit over at least `minRequests`. A stretch of requests over the limit is dropped
 * (the old version may need a moment), and the next one must be twice as long, so that a service that is still bad
 * does not pass by trying often.
 */
export async function confirm(options: ConfirmOptions): Promise<ConfirmOutcome> {
  const { checks, clock } = options;
  const limited = deadline(clock, options.timeout, 'the confirmation', options.signal);
  const done = new AbortController();
  const signal = AbortSignal.any([limited.signal, done.signal]);
  const origin = clock.monotonic();
  const healths: { check: HealthCheck; health: Health }[] = [];
  const stretches: Stretch[] = [];
  for (const check of checks) {
    const { limit } = check;
    if (check.kind === 'health' && limit.metric === 'health')
      healths.push({ check, health: createHealth(limit, 0) });
    else if (check.kind !== 'health' && limit.metric !== 'health')
      stretches.push({
        limit,
        check,
        totals: none(),
        needed: firstNeed(check, limit, options),
        within: false,
        judged: undefined,
      });
  }
  const right = (): boolean =>
    healths.every(({ health }) => health.state === 'up' && !health.isBlind) &&
    stretches.every((s) => s.within);
  const settle = (): void => {
    if (right()) done.abort(new NoLongerNeeded());
  };

  async function look(check: HealthCheck, health: Health): Promise<void> {
    const every = Math.min(check.every, EVERY);
    for (let due = 0; ; due += every) {
      await clock.sleep(origin + due - clock.monotonic(), signal);
      const result: Look = await check.look(signal);
      health.push(due, result);
      settle();
    }
  }

  async function measure(stretch: Stretch): Promise<void> {
    stretch.check.begin(origin, 0);
    for (let from = 0; ; from += EVERY) {
      const window = { from, to: from + EVERY };
      await clock.sleep(origin + window.to - clock.monotonic(), signal);
      add(stretch, await stretch.check.observe(window, signal));
      settle();
    }
  }

  const work = [
    ...healths.map(({ check, health }) => look(check, health)),
    ...stretches.map(measure),
  ];
  try {
    if (work.length > 0) await Promise.all(work);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    done.abort(new NoLongerNeeded());
    limited.clear();
    await Promise.allSettled(work);
    for (const { check } of stretches) check.end();
  }
  if (right())
    return {
      confirmed: true,
      detail: `what was wrong is right again (looked at for ${formatDuration(clock.monotonic() - origin)})`,
    };
  const wrong = [
    ...healths
      .filter(({ health }) => health.state !== 'up' || health.isBlind)
      .map(({ health }) => healthInWords(health)),
    ...stretches.filter((s) => !s.within).map(stretchInWords),
  ];
  return { confirmed: false, detail: wrong.join('; ') };
}

function none(): Totals {
  return { samples: 0, failures: 0, seconds: 0, sum: 0 };
}

/**
 * How many requests a stretch needs at first: `minRequests`; more when a quarter of the time is enough for them,
 * because three failures are to be expected there from a version that is just at its limit. How much traffic others send is
 * not known.
 */
function firstNeed(check: MetricCheck, limit: MetricLimit, options: ConfirmOptions): number {
  // A measurement is no request: some of them in a row are enough.
  if (limit.metric === 'value') return VALUES;
  const isTelling = limit.metric === 'success-rate' && limit.minPercent < 100;
  if (!isTelling || check.realTraffic === true) return options.minRequests;
  const telling = Math.ceil(300 / (100 - limit.minPercent));
  const affordable = Math.floor((options.requestsPerSecond * options.timeout) / 4000);
  return Math.max(options.minRequests, Math.min(telling, affordable));
}

function add(stretch: Stretch, observation: Observation): void {
  if (observation.kind === 'none') return;
  const { totals } = stretch;
  if (observation.kind === 'value') {
    totals.samples += 1;
    totals.sum += observation.value;
  } else {
    totals.samples += observation.samples;
    totals.failures += observation.failures;
    totals.seconds += observation.seconds;
  }
  if (totals.samples < stretch.needed) return;
  stretch.within = !literalBreach(stretch.limit, totals);
  stretch.judged = { ...totals };
  if (stretch.within) return;
  stretch.needed *= 2;
  stretch.totals = none();
}

function healthInWords(health: Health): string {
  if (health.isBlind) return `nothing could be seen of the health (${health.blindDetail})`;
  if (health.looks === 0) return 'the health check has not answered yet';
  return health.failedInARow > 0
    ? `the health check still fails (${health.lastDetail})`
    : 'the health check has not passed often enough in a row';
}

function stretchInWords({ limit, check, judged, totals, needed }: Stretch): string {
  return judged === undefined
    ? `only ${String(totals.samples)} of the ${String(needed)} requests needed for ${check.id}`
    : seen({ id: check.id, limit, totals: judged, maxLogE: 0 });
}
