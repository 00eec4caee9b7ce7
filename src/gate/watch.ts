import { Cancelled, NoLongerNeeded, whenAborted } from '../support/abort.js';
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
import type { Finding } from '../contract/result.js';
import { createJudge, type Judge } from './judge.js';
import { createLateness } from './lateness.js';

/** After the planned end a health check that is in the middle of a row gets this many checks more. */
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
  /** What the checks saw besides, that a person should know. */
  readonly findings: readonly Finding[];
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
 * neither its own next check nor any other check.
 *
 * @throws whatever a check throws: a check that cannot look says so in its observation, so this is a defect
 */
export async function watch(options: WatchOptions): Promise<WatchOutcome> {
  const { plan, checks, clock, signal } = options;
  const stop = new AbortController();
  const running: Running = {
    options,
    judge: createJudge(plan, checks),
    origin: clock.monotonic(),
    end: plan.warmUp + plan.duration,
    stop,
    decided: undefined,
  };
  const letGo = whenAborted(signal, () => {
    stop.abort(signal.reason);
  });

  const ticking = quietly(tick(running));
  const following = checks.flatMap((check) =>
    check.kind === 'health' ? [] : [follow(running, check)],
  );
  const end = endOf(following);
  const checking = [
    ...following,
    end.isThere,
    ...checks.flatMap((check) =>
      check.kind === 'health' ? [probeOften(running, check, end)] : [],
    ),
  ];
  try {
    await Promise.all(checking);
    if (running.decided === undefined) judgeEvent(running, { type: 'deadline' });
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    if (!stop.signal.aborted) stop.abort(new NoLongerNeeded());
    letGo();
    await Promise.allSettled([...checking, ticking]);
    for (const check of checks) if (check.kind !== 'health') check.stop();
  }
  return outcomeOf(running);
}

/** A watch that goes on. */
interface Running {
  readonly options: WatchOptions;
  readonly judge: Judge;
  /** Monotonic time of its begin, milliseconds. */
  readonly origin: number;
  /** Milliseconds after `origin`. */
  readonly end: number;
  readonly stop: AbortController;
  decided: Omit<WatchOutcome, 'results' | 'findings'> | undefined;
}

const elapsedOf = ({ options, origin }: Running): number => options.clock.monotonic() - origin;

function until(running: Running, t: number): Promise<void> {
  return running.options.clock.sleep(t - elapsedOf(running), running.stop.signal);
}

function judgeEvent(running: Running, event: WatchEvent): void {
  const { options, judge, stop } = running;
  if (stop.signal.aborted) return;
  // The books close at one moment: what still comes in belongs to that of the judgement, in the report and in a replay.
  const at = running.decided?.decidedAt ?? elapsedOf(running);
  options.observer.event(event, at);
  const judgement = judge.push(event);
  if (judgement === undefined) return;
  running.decided = { ...judgement, decidedAt: at };
  // What the other checks saw in the same interval is there in the same moment: the report shows it too.
  void quietly(
    options.clock.sleep(0, stop.signal).then(() => {
      stop.abort(new NoLongerNeeded());
    }),
  );
}

/** A check that was followed to the planned end, and the way on from there. */
interface Followed {
  /** The next window, as long as samples of the watch are on their way. */
  readonly next: () => Window | undefined;
  readonly observe: (window: Window) => Promise<void>;
}

async function follow(running: Running, check: MetricCheck): Promise<Followed> {
  const { plan } = running.options;
  check.start(running.origin, plan.warmUp);
  const lateness = createLateness(plan);
  let last = Promise.resolve();
  const observe = async (window: Window): Promise<void> => {
    await until(running, window.to);
    const observing = check.observe(window, running.stop.signal);
    last = inOrder(last, observing, (observation) => {
      lateness.push(window, observation);
      judgeEvent(running, { type: 'observation', check: check.id, window, observation });
    });
  };
  for (const window of windowsOf(plan)) await observe(window);
  await last;
  return {
    next: () => lateness.next(check.lag?.()),
    observe: async (window) => {
      await observe(window);
      await last;
    },
  };
}

/** The end of a watch, which may have to wait for samples of its last interval. */
interface End {
  /** Known when the planned end has come. */
  readonly mustWait: Promise<boolean>;
  readonly isThere: Promise<void>;
}

function endOf(following: readonly Promise<Followed>[]): End {
  const planned = Promise.all(following);
  const mustWait = planned.then((all) => all.some(({ next }) => next() !== undefined));
  // Nobody may ask.
  mustWait.catch(() => undefined);
  const wait = async ({ next, observe }: Followed): Promise<void> => {
    for (let window = next(); window !== undefined; window = next()) await observe(window);
  };
  return {
    mustWait,
    isThere: planned.then((all) => Promise.all(all.map(wait))).then(() => undefined),
  };
}

async function probeOften(running: Running, check: HealthCheck, ofWatch: End): Promise<void> {
  const { end, judge, stop } = running;
  let last = Promise.resolve();
  const probe = (): void => {
    const at = elapsedOf(running);
    last = inOrder(last, check.probe(stop.signal), (result) => {
      judgeEvent(running, { type: 'look', check: check.id, at, look: result });
    });
  };
  for (let due = 0; due <= end; due = nextDue(due, check.every, end, elapsedOf(running))) {
    await until(running, due);
    probe();
  }
  await last;
  // A service that went down just before the end is in the middle of a row of failures: the row decides.
  const endRow = async (from: number): Promise<void> => {
    for (let extra = 1; judge.healthUndecided && extra <= EXTRA_LOOKS; extra += 1) {
      await until(running, from + extra * check.every);
      probe();
      await last;
    }
  };
  await endRow(end);
  if (!(await ofWatch.mustWait)) return;
  const isThere = ofWatch.isThere.then(() => true);
  for (;;) {
    const isDue = until(running, elapsedOf(running) + check.every).then(() => false);
    if (await Promise.race([isThere, isDue])) break;
    probe();
    await last;
  }
  await endRow(elapsedOf(running));
}

async function tick(running: Running): Promise<void> {
  const { observer, tickEvery } = running.options;
  for (let due = tickEvery; ; due += tickEvery) {
    await until(running, due);
    observer.tick({ elapsed: elapsedOf(running), results: running.judge.results() });
  }
}

function outcomeOf(running: Running): WatchOutcome {
  const { options, decided, judge, end } = running;
  const seen = {
    results: judge.results().map((result, index) => ({
      ...result,
      ...options.checks[index]?.reach?.(),
    })),
    findings: options.checks.flatMap((check) => check.findings?.() ?? []),
  };
  if (decided !== undefined) return { ...decided, ...seen };
  const { reason } = options.signal as { reason: unknown };
  const by = reason instanceof Cancelled ? reason.by : 'the caller';
  return {
    verdict: 'cancelled',
    reason: `Cancelled by ${by} after ${formatDuration(elapsedOf(running))} of ${formatDuration(end)}: the new version is live and was not judged.`,
    decidedBy: [],
    decidedAt: null,
    ...seen,
  };
}

/** The next check after the one due at `due`; checks that were missed are left out, the last falls on the end. */
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
