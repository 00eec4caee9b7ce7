import { NoLongerNeeded } from '../support/abort.js';
import type { Clock } from '../support/clock.js';
import { formatDuration } from '../support/text.js';
import type { Check, HealthCheck, HealthResult, MetricCheck } from '../contract/check.js';
import { createHealth, type Health } from './health.js';
import { healthName } from './words.js';
import {
  createConfirmationWindow,
  type ConfirmationWindow,
  type ConfirmationWindowOptions,
} from './confirmation-window.js';

/** How often traffic is checked, and the health check at least, milliseconds. */
const EVERY = 1000;
/** Samples that come later than this are not waited for, milliseconds. */
const MOST_LAG = 180_000;

export interface ConfirmOptions extends ConfirmationWindowOptions {
  /** Fresh checks: the health checks, and every metric check that was breached. */
  readonly checks: readonly Check[];
  /** `false`: none of them is known to have failed before. */
  readonly hadFailed?: boolean;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

export interface ConfirmOutcome {
  readonly confirmed: boolean;
  /** In words what is still wrong, or that all is right. */
  readonly detail: string;
}

/**
 * Runs the failed checks again until all have recovered, or the time is over: the health check passes in a row, and
 * every metric check is within its limit over at least `minRequests`.
 */
export async function confirm(options: ConfirmOptions): Promise<ConfirmOutcome> {
  const { checks, clock } = options;
  const done = new AbortController();
  const signal = AbortSignal.any([options.signal, done.signal]);
  const origin = clock.monotonic();
  const healths: { check: HealthCheck; health: Health }[] = [];
  const confirmations: { check: MetricCheck; confirmation: ConfirmationWindow }[] = [];
  for (const check of checks) {
    const { limit } = check;
    if (check.kind === 'health' && limit.metric === 'health')
      healths.push({ check, health: createHealth(limit, 0) });
    else if (check.kind !== 'health' && limit.metric !== 'health')
      confirmations.push({ check, confirmation: createConfirmationWindow(check, limit, options) });
  }
  const right = (): boolean =>
    healths.every(({ health }) => health.state === 'up' && !health.isBlind) &&
    confirmations.every(({ confirmation }) => confirmation.isRight);
  const settle = (): void => {
    if (right()) done.abort(new NoLongerNeeded());
  };

  async function repeatCheck(check: HealthCheck, health: Health): Promise<void> {
    const every = check.isParticular === true ? check.every : Math.min(check.every, EVERY);
    for (let due = 0; ; due = Math.max(due + every, clock.monotonic() - origin)) {
      await clock.sleep(origin + due - clock.monotonic(), signal);
      const result: HealthResult = await check.probe(signal);
      health.push(due, result);
      settle();
    }
  }

  async function measure(check: MetricCheck, confirmation: ConfirmationWindow): Promise<void> {
    check.start(origin, 0);
    for (let from = 0; ; from += EVERY) {
      const window = { from, to: from + EVERY };
      await clock.sleep(origin + window.to - clock.monotonic(), signal);
      confirmation.add(window, await check.observe(window, signal));
      settle();
    }
  }

  const work = [
    ...healths.map(({ check, health }) => repeatCheck(check, health)),
    ...confirmations.map(({ check, confirmation }) => measure(check, confirmation)),
  ];
  const lag = (): number => Math.max(0, ...confirmations.map(({ check }) => check.lag?.() ?? 0));
  const recovery = (): number => longest(healths, confirmations);
  const limiting = limit(options, signal, lag, recovery).then(
    () => {
      done.abort(new NoLongerNeeded());
    },
    () => undefined,
  );
  try {
    if (work.length > 0) await Promise.all(work);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    done.abort(new NoLongerNeeded());
    await Promise.allSettled([...work, limiting]);
    await Promise.all(confirmations.map(async ({ check }) => check.stop()));
  }
  if (right())
    return {
      confirmed: true,
      detail: `${options.hadFailed === false ? 'all checks pass' : 'all failing checks have recovered'} (watched for ${formatDuration(clock.monotonic() - origin)})`,
    };
  const wrong = [
    ...healths
      .filter(({ health }) => health.state !== 'up' || health.isBlind)
      .map(({ check, health }) => healthInWords(check, health)),
    ...confirmations.flatMap(({ confirmation }) =>
      confirmation.isRight ? [] : [confirmation.inWords()],
    ),
  ];
  return { confirmed: false, detail: wrong.join('; ') };
}

/** How long it may take when nothing is wrong any more but what has a time of its own, milliseconds. */
function longest(
  healths: readonly { readonly check: HealthCheck; readonly health: Health }[],
  confirmations: readonly { readonly confirmation: ConfirmationWindow }[],
): number {
  const wrong = healths.filter(({ health }) => health.state !== 'up' || health.isBlind);
  return wrong.length > 0 && confirmations.every(({ confirmation }) => confirmation.isRight)
    ? Math.min(...wrong.map(({ check }) => check.recovery ?? 0))
    : 0;
}

/** What happens from now on is seen as late as samples come, and an alert ends when it does: that much longer it may take. */
async function limit(
  { clock, timeout }: ConfirmOptions,
  signal: AbortSignal,
  lag: () => number,
  recovery: () => number,
): Promise<void> {
  const begin = clock.monotonic();
  for (;;) {
    const most = Math.max(timeout + Math.min(lag(), MOST_LAG), recovery());
    const left = begin + most - clock.monotonic();
    if (left <= 0) return;
    await clock.sleep(left, signal);
  }
}

function healthInWords(check: HealthCheck, health: Health): string {
  const name = healthName(check);
  if (health.isBlind)
    return check.isParticular === true
      ? `nothing could be seen by ${name} (${health.blindDetail})`
      : `nothing could be seen of the health (${health.blindDetail})`;
  if (health.checks === 0) return `${name} has not answered yet`;
  return health.failedInARow > 0
    ? `${name} still ${check.source === 'alerts' ? 'fire' : 'fails'} (${health.lastDetail})`
    : `${name} has not passed often enough in a row`;
}
