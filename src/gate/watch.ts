import { Cancelled, controllerForMany, NoLongerNeeded } from '../support/abort.js';
import type { Clock } from '../support/clock.js';
import { formatDuration } from '../support/text.js';
import type {
  Check,
  CheckResult,
  HealthCheck,
  MetricCheck,
  Verdict,
  WatchEvent,
  WatchPlan,
  Window,
} from '../contract/check.js';
import { createJudge } from './judge.js';

/** After the planned end a health check that is in the middle of a row gets this many looks more. */
const EXTRA_LOOKS = 10;

export interface WatchState {
  /** Milliseconds since the start of the watch. */
  readonly elapsed: number;
  readonly results: readonly CheckResult[];
}

export interface WatchObserver {
  /** Everything that the judge is told, as it happens. `at`: milliseconds since the start of the watch. */
  event(event: WatchEvent, at: number): void;
  /** Called every `tickEvery` milliseconds while the watch goes on. */
  tick(state: WatchState): void;
}

export interface WatchOptions {
  readonly plan: WatchPlan;
  readonly checks: readonly Check[];
  readonly clock: Clock;
  /** Aborted with `Cancelled` when the watch is to end without a verdict. */
  readonly signal: AbortSignal;
  readonly observer: WatchObserver;
  /** Milliseconds. */
  readonly tickEvery: number;
}

export interface WatchOutcome {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly decidedBy: readonly string[];
  /** Milliseconds from the start of the watch to the verdict; `null` when there is none. */
  readonly decidedAt: number | null;
  readonly results: readonly CheckResult[];
}

/** The windows of a watch: the warm-up's and the judged ones never share one, and the last may be shorter. */
export function* windowsOf(
  plan: Pick<WatchPlan, 'warmUp' | 'duration' | 'interval'>,
): Generator<Window> {
  const end = plan.warmUp + plan.duration;
  for (let from = 0; from < end;) {
    const border = from < plan.warmUp ? plan.warmUp : end;
    const to = Math.min(from + plan.interval, border);
    yield { from, to };
    from = to;
  }
}

/**
 * Watches until the judge decides, the time is over, or somebody asks us to stop. Slow answers of one check delay
 * neither its own next look nor any other check.
 *
 * @throws whatever a check throws: a check that cannot look says so in its observation, so this is a defect
 */
export async function watch(options: WatchOptions): Promise<WatchOutcome> {
  const { plan, checks, clock, signal, observer } = options;
  const judge = createJudge(plan, checks);
  const origin = clock.monotonic();
  const end = plan.warmUp + plan.duration;
  // Every check waits for it, and every watch of the run for the signal.
  const stop = controllerForMany(signal);
  const onAbort = (): void => {
    stop.abort(signal.reason);
  };
  if (signal.aborted) onAbort();
  else signal.addEventListener('abort', onAbort, { once: true });

  let decided: Omit<WatchOutcome, 'results'> | undefined;
  const elapsed = (): number => clock.monotonic() - origin;
  const until = (t: number): Promise<void> => clock.sleep(t - elapsed(), stop.signal);

  function feed(event: WatchEvent): void {
    if (stop.signal.aborted) return;
    const at = elapsed();
    observer.event(event, at);
    const judgement = judge.push(event);
    if (judgement === undefined) return;
    decided = { ...judgement, decidedAt: at };
    // What the other checks saw in the same interval is there in the same moment: the report shows it too.
    void quietly(
      clock.sleep(0, stop.signal).then(() => {
        stop.abort(new NoLongerNeeded());
      }),
    );
  }

  async function follow(check: MetricCheck): Promise<void> {
    check.start(origin, plan.warmUp);
    let last = Promise.resolve();
    for (const window of windowsOf(plan)) {
      await until(window.to);
      const looking = check.observe(window, stop.signal);
      last = inOrder(last, looking, (observation) => {
        feed({ type: 'observation', check: check.id, window, observation });
      });
    }
    await last;
  }

  async function lookOften(check: HealthCheck): Promise<void> {
    let last = Promise.resolve();
    const look = (): void => {
      const at = elapsed();
      last = inOrder(last, check.probe(stop.signal), (result) => {
        feed({ type: 'look', check: check.id, at, look: result });
      });
    };
    for (let due = 0; due <= end; due = nextDue(due, check.every, end, elapsed())) {
      await until(due);
      look();
    }
    await last;
    // A service that went down just before the end is in the middle of a row of failures: the row decides.
    for (let extra = 1; judge.healthUndecided && extra <= EXTRA_LOOKS; extra += 1) {
      await until(end + extra * check.every);
      look();
      await last;
    }
  }

  async function tick(): Promise<void> {
    for (let due = options.tickEvery; ; due += options.tickEvery) {
      await until(due);
      observer.tick({ elapsed: elapsed(), results: judge.results() });
    }
  }

  const ticking = quietly(tick());
  const looking = checks.map((check) =>
    check.kind === 'health' ? lookOften(check) : follow(check),
  );
  try {
    await Promise.all(looking);
    if (decided === undefined) feed({ type: 'deadline' });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    if (!stop.signal.aborted) stop.abort(new NoLongerNeeded());
    signal.removeEventListener('abort', onAbort);
    await Promise.allSettled([...looking, ticking]);
    for (const check of checks) if (check.kind !== 'health') check.stop();
  }
  if (decided !== undefined) return { ...decided, results: judge.results() };
  const by = signal.reason instanceof Cancelled ? signal.reason.by : 'the caller';
  return {
    verdict: 'cancelled',
    reason: `Cancelled by ${by} after ${formatDuration(elapsed())} of ${formatDuration(end)}: the new version is live and was not judged.`,
    decidedBy: [],
    decidedAt: null,
    results: judge.results(),
  };
}

/** The next look after the one due at `due`; looks that were missed are left out, the last falls on the end. */
function nextDue(due: number, every: number, end: number, now: number): number {
  if (due >= end) return Number.POSITIVE_INFINITY;
  const missed = Math.floor(Math.max(0, now - due) / every);
  return Math.min(end, due + every * (1 + missed));
}

/** Handles what `work` yields after everything before it was handled. */
function inOrder<T>(
  before: Promise<void>,
  work: Promise<T>,
  handle: (result: T) => void,
): Promise<void> {
  const handled = Promise.all([before, work]).then(([, result]) => {
    handle(result);
  });
  // Awaited later, or not at all when the watch is over: it must not count as unhandled meanwhile.
  handled.catch(() => undefined);
  return handled;
}

function quietly(work: Promise<void>): Promise<void> {
  return work.catch(() => undefined);
}
