import { Cancelled, NoLongerNeeded, raceSignal, whenAborted } from '../support/abort.js';
import type { Clock } from '../support/clock.js';
import { formatDuration } from '../support/text.js';
import type {
  Check,
  CheckResult,
  Extension,
  HealthCheck,
  MetricCheck,
  Verdict,
  WatchEvent,
  WatchPlan,
  Window,
} from '../contract/check.js';
import type { Finding } from '../contract/result.js';
import { createJudge, type Judge } from './judge.js';
import { createLateness, type Lateness } from './lateness.js';

/** After the planned end a health check that is in the middle of a row gets this many checks more. */
const EXTRA_LOOKS = 10;
/** Tests and alerts may be looked at seldom, and each look may take long: those more begin so soon after one another, milliseconds. */
const EXTRA_EVERY = 10_000;
/** And only within this time, but for as many as a row of failures takes, milliseconds. */
const EXTRA_TIME = 60_000;

export interface WatchState {
  /** Milliseconds since the start of the watch. */
  readonly elapsed: number;
  readonly results: readonly CheckResult[];
}

export interface WatchObserver {
  /** Everything that the judge is told, as it happens. `at`: milliseconds since the start of the watch. */
  event(event: WatchEvent, at: number): void;
  /** The planned end was in doubt: the watch goes on. */
  extended?(extension: Extension): void;
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
  /** Asked where the version would pass: what the platform has taken back by itself; a clause. Never rejects. */
  readonly goneBack?: () => Promise<string | undefined>;
}

export interface WatchOutcome {
  readonly verdict: Verdict;
  readonly reason: string;
  readonly decidedBy: readonly string[];
  /** As in a judgement. */
  readonly neverWell?: true;
  /** Milliseconds from the start of the watch to the verdict; `null` when there is none. */
  readonly decidedAt: number | null;
  readonly results: readonly CheckResult[];
  /** What the checks saw besides, that a person should know. */
  readonly findings: readonly Finding[];
  /** The planned end was in doubt, and the watch went on. */
  readonly extension?: Extension;
}

/** The windows of a watch: the warm-up's and the judged ones never share one, and the last may be shorter. */
export function* windowsOf(
  plan: Pick<WatchPlan, 'warmUp' | 'duration' | 'interval'>,
): Generator<Window> {
  yield* windowsBetween(0, plan.warmUp, plan.interval);
  yield* windowsBetween(plan.warmUp, plan.warmUp + plan.duration, plan.interval);
}

/** The last may be shorter. */
export function* windowsBetween(from: number, end: number, interval: number): Generator<Window> {
  for (let at = from; at < end;) {
    const to = Math.min(at + interval, end);
    yield { from: at, to };
    at = to;
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
    isAsked: false,
    decided: undefined,
  };
  const letGo = whenAborted(signal, () => {
    stop.abort(signal.reason);
  });

  const ticking = quietly(tick(running));
  const metrics = checks.flatMap((check) =>
    check.kind === 'health' ? [] : [begin(running, check)],
  );
  const working: Promise<unknown>[] = [];
  try {
    await stage(running, metrics, windowsOf(plan), working);
    await atEnd(running);
    const { extension } = running.judge;
    if (extension !== undefined && running.decided === undefined) {
      const from = running.end;
      running.end += extension.by;
      options.observer.extended?.(extension);
      const windows = windowsBetween(from, running.end, plan.interval);
      await stage(running, metrics, windows, working);
      await atEnd(running);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    if (!stop.signal.aborted) stop.abort(new NoLongerNeeded());
    letGo();
    await Promise.allSettled([...working, ticking]);
    await Promise.all(metrics.map(async ({ check }) => check.stop()));
  }
  await askAfterEarlyPass(running);
  return outcomeOf(running);
}

/** A watch that goes on. */
interface Running {
  readonly options: WatchOptions;
  readonly judge: Judge;
  /** Monotonic time of its begin, milliseconds. */
  readonly origin: number;
  /** Milliseconds after `origin`; later when the watch is extended. */
  end: number;
  readonly stop: AbortController;
  /** The platform was asked what it has taken back. */
  isAsked: boolean;
  decided: Omit<WatchOutcome, 'results' | 'findings' | 'extension'> | undefined;
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

/** Before the end is judged the platform is asked: what answered may have been the old version. */
async function atEnd(running: Running): Promise<void> {
  const { options, stop } = running;
  const goneBack = await raceSignal(
    options.goneBack?.() ?? Promise.resolve(undefined),
    stop.signal,
  );
  running.isAsked = true;
  judgeEvent(running, { type: 'deadline', ...(goneBack === undefined ? {} : { goneBack }) });
}

/** What passed before its end is asked about when it has. */
async function askAfterEarlyPass(running: Running): Promise<void> {
  const { options, judge, decided, isAsked } = running;
  const { goneBack: ask, observer, signal } = options;
  if (isAsked || decided?.verdict !== 'healthy' || decided.decidedAt === null) return;
  const goneBack = await raceSignal(ask?.() ?? Promise.resolve(undefined), signal).catch(
    () => undefined,
  );
  if (goneBack === undefined) return;
  const event: WatchEvent = { type: 'deadline', goneBack };
  observer.event(event, decided.decidedAt);
  const judgement = judge.push(event);
  if (judgement !== undefined) running.decided = { ...decided, ...judgement };
}

/** A metric check that is followed through the watch. */
interface Followed {
  readonly check: MetricCheck;
  lateness: Lateness;
  /** Up to where it was observed, milliseconds since the start. */
  observedUntil: number;
  last: Promise<void>;
}

function begin({ options: { plan }, origin }: Running, check: MetricCheck): Followed {
  check.start(origin, plan.warmUp);
  return { check, lateness: createLateness(plan), observedUntil: 0, last: Promise.resolve() };
}

async function observe(running: Running, followed: Followed, window: Window): Promise<void> {
  const { check } = followed;
  await until(running, window.to);
  const observing = check.observe(window, running.stop.signal);
  followed.observedUntil = window.to;
  followed.last = inOrder(followed.last, observing, (observation) => {
    followed.lateness.push(window, observation);
    judgeEvent(running, { type: 'observation', check: check.id, window, observation });
  });
}

/** Observes a check to the end that is planned. */
async function follow(
  running: Running,
  followed: Followed,
  windows: readonly Window[],
): Promise<void> {
  for (const { from, to } of windows) {
    // What waiting for late samples has covered is not observed again.
    if (to <= followed.observedUntil) continue;
    await observe(running, followed, { from: Math.max(from, followed.observedUntil), to });
  }
  await followed.last;
}

/** The way of all checks to an end of the watch, and as far beyond it as samples are on their way. */
async function stage(
  running: Running,
  metrics: readonly Followed[],
  windows: Iterable<Window>,
  working: Promise<unknown>[],
): Promise<void> {
  const { plan, checks } = running.options;
  const all = [...windows];
  const from = all[0]?.from ?? 0;
  for (const one of metrics)
    if (from > 0) one.lateness = createLateness({ ...plan, duration: running.end - plan.warmUp });
  const following = metrics.map((one) => follow(running, one, all));
  const end = endOf(running, metrics, following);
  const begun = [
    ...following,
    end.isThere,
    ...checks.flatMap((check) =>
      check.kind === 'health' ? [probeOften(running, check, end, from)] : [],
    ),
  ];
  working.push(...begun);
  await Promise.all(begun);
}

/** The end of a watch, which may have to wait for samples of its last interval. */
interface End {
  /** Known when the planned end has come. */
  readonly mustWait: Promise<boolean>;
  readonly isThere: Promise<void>;
}

function endOf(
  running: Running,
  metrics: readonly Followed[],
  following: readonly Promise<void>[],
): End {
  const planned = Promise.all(following);
  const nextOf = ({ lateness, check }: Followed): Window | undefined =>
    lateness.next(check.lag?.());
  const mustWait = planned.then(() => metrics.some((one) => nextOf(one) !== undefined));
  // Nobody may ask.
  mustWait.catch(() => undefined);
  const wait = async (one: Followed): Promise<void> => {
    for (let window = nextOf(one); window !== undefined; window = nextOf(one)) {
      await observe(running, one, window);
      await one.last;
    }
  };
  return {
    mustWait,
    isThere: planned.then(() => Promise.all(metrics.map(wait))).then(() => undefined),
  };
}

async function probeOften(
  running: Running,
  check: HealthCheck,
  ofWatch: End,
  from: number,
): Promise<void> {
  const { end, judge, stop, options } = running;
  let last = Promise.resolve();
  const probe = async (due: number): Promise<void> => {
    await until(running, due);
    // A timer of Node may fire a little early; at the end of the warm-up that must not make it one of the warm-up.
    const at = Math.max(due, elapsedOf(running));
    last = inOrder(last, check.probe(stop.signal), (result) => {
      judgeEvent(running, { type: 'look', check: check.id, at, look: result });
    });
    if (check.isParticular === true) await last;
  };
  if (check.once === true) {
    if (from > 0) return;
    await probe(options.plan.warmUp);
    await last;
    return;
  }
  // The end of the planned watch has been probed at.
  const first = from === 0 ? 0 : nextDue(from, check.every, end, elapsedOf(running));
  for (let due = first; due <= end; due = nextDue(due, check.every, end, elapsedOf(running))) {
    await probe(due);
    // One that went on beyond the end has seen it.
    if (check.isParticular === true && elapsedOf(running) > end) break;
  }
  await last;
  // A service that went down just before the end is in the middle of a row of failures: the row decides.
  const endRow = async (from: number): Promise<void> => {
    const every = check.isParticular === true ? Math.min(check.every, EXTRA_EVERY) : check.every;
    for (let extra = 1; judge.isUndecided(check.id) && extra <= EXTRA_LOOKS; extra += 1) {
      if (isOverdue(check, extra, elapsedOf(running) - from)) return;
      await probe(from + extra * every);
      await last;
    }
  };
  await endRow(end);
  if (!(await ofWatch.mustWait)) return;
  const isThere = ofWatch.isThere.then(() => true);
  for (;;) {
    const due = elapsedOf(running) + check.every;
    const isDue = until(running, due).then(() => false);
    if (await Promise.race([isThere, isDue])) break;
    await probe(due);
    await last;
  }
  await endRow(elapsedOf(running));
}

/** @param since the planned end, milliseconds */
function isOverdue({ isParticular, limit }: HealthCheck, extra: number, since: number): boolean {
  const row = limit.metric === 'health' ? limit.failures : 0;
  return isParticular === true && extra > row && since >= EXTRA_TIME;
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
    ...(judge.extension && { extension: judge.extension }),
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
