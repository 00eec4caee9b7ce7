import { join } from 'node:path';
import type { CheckResult, WatchPlan } from '../contract/check.js';
import { createInterruptions } from '../gate/interruptions.js';
import { watch, type WatchOutcome, type WatchState } from '../gate/watch.js';
import type { Settings } from '../inputs/table.js';
import { reportFileNames } from '../report/files.js';
import { encodeLine, headerLine, lineShape, type RecordingLine } from '../report/recording.js';
import { liveLines, progressLine, severityOf } from '../report/terminal.js';
import { fileTrouble } from '../support/errors.js';
import { formatDuration, firstSentence } from '../support/text.js';
import { type Console, LONGEST_SILENCE } from './console.js';
import { printFindings, type PreparedTarget } from './prepare.js';
import { type Session, type TargetSession } from './session.js';
import { goneBack } from './strategies.js';
import { own } from '../support/redact.js';

/** A watch that has ended. */
export interface Watched extends WatchOutcome {
  /** Wall clock of its start, milliseconds since the epoch. */
  readonly startedAt: number;
  /** How long it took, milliseconds. */
  readonly endedAfter: number;
}

/** Targets start this far apart, milliseconds, so that many of them do not probe at the same moment. */
const APART = 20;

export function watchPlanOf({ settings }: TargetSession): WatchPlan {
  return {
    warmUp: settings['warm-up'],
    duration: settings.duration,
    interval: settings.interval,
    sensitivity: settings.sensitivity,
    decision: settings.decision,
    minRequests: settings['min-requests'],
    earlyPass: settings['early-pass'],
    extend: settings.extend,
    onNoData: settings['on-no-data'],
    onProviderError: settings['on-provider-error'],
  };
}

/**
 * Begins to watch all targets. Every event goes into one recording as it happens, and now and then a line into the log.
 * @param signal ends the watches that are not over
 */
export async function beginWatching<T extends PreparedTarget>(
  session: Session,
  targets: readonly T[],
  signal: AbortSignal,
): Promise<ReadonlyMap<T, Promise<Watched>>> {
  const { entry, console } = session;
  const record = await openRecording(session);
  const plans = targets.map((target) => ({
    name: target.session.target,
    plan: watchPlanOf(target.session),
    checks: target.checks,
  }));
  record(headerLine(entry.version, new Date(entry.clock.now()).toISOString(), plans));
  const progress = createProgress(console, plans);
  return new Map(
    targets.map((target, index) => {
      const watched = watchTarget(target, { index, signal, record, progress });
      // Awaited later; until then a failure must not count as unhandled.
      watched.catch(() => undefined);
      return [target, watched];
    }),
  );
}

async function watchTarget(
  { session, checks, links }: PreparedTarget,
  deps: {
    readonly index: number;
    readonly signal: AbortSignal;
    readonly record: (line: RecordingLine) => void;
    readonly progress: Progress;
  },
): Promise<Watched> {
  const { entry, target, console, settings } = session;
  const { index, signal, record, progress } = deps;
  // When it is aborted meanwhile, the watch says so.
  await entry.clock.sleep(index * APART, signal).catch(() => undefined);
  const startedAt = entry.clock.now();
  const began = entry.clock.monotonic();
  const interruptions = createInterruptions(checks);
  const outcome = await watch({
    plan: watchPlanOf(session),
    checks,
    clock: entry.clock,
    signal,
    tickEvery: tickEvery(settings.interval, console.hasLive),
    goneBack: () => goneBack(session, links),
    observer: {
      event: (event, at) => {
        record({ type: 'event', target, at, event });
        const line = interruptions.push(event);
        if (line !== undefined) console.line(line);
      },
      extended: ({ by, why }) => {
        const time = formatDuration(by);
        progress.extended(target, by);
        console.line(own`the end is in doubt: ${why}; watching for up to ${own(time)} more`);
      },
      tick: (state) => {
        progress.tick(target, { ...state, silentSince: interruptions.open() });
      },
    },
  });
  const { verdict, reason, decidedBy, decidedAt, neverWell } = outcome;
  if (verdict !== 'cancelled')
    record({
      type: 'judgement',
      target,
      ...(decidedAt === null ? {} : { at: decidedAt }),
      judgement: { verdict, reason, decidedBy, ...(neverWell === true && { neverWell }) },
    });
  // The last lines of the run say it, where nothing else comes between.
  const isLast = session.isOnly && reaction(settings, outcome) === 'report';
  if ((verdict === 'unhealthy' || verdict === 'inconclusive') && !isLast)
    console.line(
      own`${own(verdict)} after ${own(formatDuration(decidedAt ?? 0))}: ${firstSentence(reason)}`,
    );
  else if (verdict === 'healthy' && !session.isOnly) console.line(own`healthy: ${reason}`);
  printFindings(session, outcome.findings, 'Rollgate');
  return {
    ...outcome,
    findings: [...outcome.findings, ...interruptions.findings()],
    startedAt,
    endedAfter: entry.clock.monotonic() - began,
  };
}

/** Lines are written at once, so that a killed run leaves what it saw. A disk that is full does not end the watch. */
async function openRecording(session: Session): Promise<(line: RecordingLine) => void> {
  const { entry, settings, console, redactor } = session;
  const directory = settings['report-dir'];
  const path = join(directory, reportFileNames.recording);
  let broken = false;
  const unlessBroken = (work: () => void): void => {
    if (broken) return;
    try {
      work();
    } catch (error) {
      broken = true;
      console.annotate(
        'warning',
        'Rollgate',
        own`the watch is not recorded in ${directory}: ${fileTrouble(error)}`,
      );
    }
  };
  try {
    await entry.files.mkdir(directory, { recursive: true });
  } catch {
    // The first line says what is wrong.
  }
  let append: ((text: string) => void) | undefined;
  unlessBroken(() => {
    append = entry.files.replaceLog(path);
  });
  return (line) => {
    unlessBroken(() => append?.(encodeLine(redactor.redactAll(line, lineShape))));
  };
}

/** What the verdict leads to, by the inputs. */
export function reaction(
  settings: Pick<Settings, 'on-unhealthy' | 'on-inconclusive'>,
  { verdict, neverWell }: Pick<WatchOutcome, 'verdict' | 'neverWell'>,
): 'rollback' | 'report' {
  if (verdict === 'unhealthy') return settings['on-unhealthy'];
  return verdict === 'inconclusive' && neverWell !== true ? settings['on-inconclusive'] : 'report';
}

/** How often progress is checked, milliseconds: no silence may be too long, and a terminal should move. */
export function tickEvery(interval: number, terminal: boolean): number {
  return terminal ? Math.min(interval, 1000) : Math.min(interval, LONGEST_SILENCE / 5);
}

/** The progress of one target's watch. */
interface TargetState extends WatchState {
  /** The time since which a check has no data, milliseconds since the start of the watch, by id. */
  readonly silentSince: ReadonlyMap<string, number>;
}

/** Shows the progress of all targets. */
interface Progress {
  tick(target: string, state: TargetState): void;
  /** Its watch goes on. @param by milliseconds */
  extended(target: string, by: number): void;
}

/** One for all targets; with several it is about the one that is worst off. */
function createProgress(
  console: Pick<Console, 'line' | 'live' | 'hasLive' | 'style'>,
  targets: readonly {
    readonly name: string;
    readonly plan: Pick<WatchPlan, 'warmUp' | 'duration' | 'interval'>;
  }[],
): Progress {
  const plans = targets.map(({ plan }) => plan);
  const ends = new Map(
    targets.map(({ name, plan }) => [name, plan.warmUp + plan.duration] as const),
  );
  const warmUp = Math.max(...plans.map((plan) => plan.warmUp));
  const worthALine = createLogCadence(Math.max(...plans.map(({ interval }) => interval)));
  const states = new Map<string, TargetState>();

  function progressAt({ elapsed: elapsedMs }: WatchState): Parameters<typeof progressLine>[0] {
    const [worst] = [...states].sort(
      ([, a], [, b]) => severityOf(b.results) - severityOf(a.results),
    );
    const totalMs = Math.max(...ends.values());
    const lead =
      targets.length === 1 || worst === undefined
        ? {}
        : { lead: `${String(targets.length)} targets, worst ${worst[0]}:` };
    return {
      elapsedMs,
      totalMs,
      phase: elapsedMs < warmUp ? 'warm-up' : elapsedMs <= totalMs ? 'watch' : 'waiting',
      checks: worst?.[1].results ?? [],
      silentSince: worst?.[1].silentSince,
      ...lead,
    };
  }

  return {
    tick(target, state) {
      states.set(target, state);
      const whole: WatchState = {
        elapsed: Math.max(...[...states.values()].map(({ elapsed }) => elapsed)),
        results: [...states.values()].flatMap(({ results }) => results),
      };
      // Ids, numbers and words of ours.
      if (console.hasLive)
        console.live(liveLines(progressAt(whole), console.style()).map((line) => own(line)));
      else if (worthALine(whole)) console.line(own(progressLine(progressAt(whole))));
    },
    extended(target, by) {
      ends.set(target, (ends.get(target) ?? 0) + by);
    },
  };
}

/**
 * Says which moments of a watch deserve a line in the log: at most one an interval, and only when a check has failed
 * anew or changed its outcome, or when nothing was said for almost a minute.
 *
 * @param interval milliseconds
 */
export function createLogCadence(interval: number): (state: WatchState) => boolean {
  let saidAt = 0;
  let lastMessage: string | undefined;
  return (state) => {
    const now = essence(state.results);
    const silent = state.elapsed - saidAt;
    lastMessage ??= now;
    if (!(now !== lastMessage && silent >= interval) && silent < LONGEST_SILENCE) return false;
    saidAt = state.elapsed;
    lastMessage = now;
    return true;
  };
}

/** Healthy targets are left out: that another one has started is no news. */
function essence(results: readonly CheckResult[]): string {
  return results
    .filter((r) => r.outcome === 'breached' || r.failures > 0)
    .map((r) => `${r.id} ${r.outcome === 'breached' ? 'breached' : ''} ${String(r.failures)}`)
    .join('|');
}
