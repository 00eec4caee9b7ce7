import { join } from 'node:path';
import type { Check } from '../checks/types.js';
import type { WatchPlan } from '../gate/types.js';
import { watch, type WatchOutcome } from '../gate/watch.js';
import { reportFileNames } from '../report/files.js';
import { encodeLine, headerLine, type RecordingLine } from '../report/recording.js';
import { progressLine } from '../report/terminal.js';
import { createLogCadence, tickEvery } from './progress.js';
import type { Session } from './session.js';
import { TARGET } from './target.js';

export function watchPlanOf({ settings }: Session): WatchPlan {
  return {
    warmUp: settings['warm-up'],
    duration: settings.duration,
    interval: settings.interval,
    sensitivity: settings.sensitivity,
    decision: settings.decision,
    minRequests: settings['min-requests'],
    earlyPass: settings['early-pass'],
    onNoData: settings['on-no-data'],
    onProviderError: settings['on-provider-error'],
  };
}

/** Runs the watch: every event goes into the recording as it happens, and now and then a line into the log. */
export async function watchTarget(
  session: Session,
  checks: readonly Check[],
): Promise<WatchOutcome> {
  const { entry, settings, console } = session;
  const plan = watchPlanOf(session);
  const totalMs = plan.warmUp + plan.duration;
  const record = await openRecording(session);
  record(
    headerLine(entry.version, new Date(entry.clock.now()).toISOString(), [
      { name: TARGET, plan, checks },
    ]),
  );
  const worthALine = createLogCadence(plan.interval);
  const outcome = await watch({
    plan,
    checks,
    clock: entry.clock,
    signal: entry.signal,
    tickEvery: tickEvery(settings.interval, console.hasLive),
    observer: {
      event: (event, at) => {
        record({ type: 'event', target: TARGET, at, event });
      },
      tick: (state) => {
        const line = progressLine(
          {
            elapsedMs: state.elapsed,
            totalMs,
            phase: state.elapsed < plan.warmUp ? 'warm-up' : 'watch',
            checks: state.results,
          },
          { colour: console.hasLive },
        );
        if (console.hasLive) console.live(line);
        else if (worthALine(state)) console.line(line);
      },
    },
  });
  if (outcome.verdict !== 'cancelled') {
    const { verdict, reason, decidedBy, decidedAt } = outcome;
    record({
      type: 'judgement',
      target: TARGET,
      ...(decidedAt === null ? {} : { at: decidedAt }),
      judgement: { verdict, reason, decidedBy },
    });
  }
  return outcome;
}

/** Lines are written at once, so that a killed run leaves what it saw. A disk that is full does not end the watch. */
async function openRecording(session: Session): Promise<(line: RecordingLine) => void> {
  const { entry, settings, console, redactor } = session;
  const directory = settings['report-dir'];
  const path = join(directory, reportFileNames.recording);
  let broken = false;
  const guarded = (work: () => void): void => {
    if (broken) return;
    try {
      work();
    } catch (error) {
      broken = true;
      console.annotate(
        'warning',
        'Rollgate',
        `the watch is not recorded: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  };
  try {
    await entry.files.mkdir(directory, { recursive: true });
  } catch {
    // The first line says what is wrong.
  }
  guarded(() => {
    entry.files.remove(path);
  });
  return (line) => {
    guarded(() => {
      entry.files.append(path, encodeLine(redactor.redactAll(line)));
    });
  };
}
