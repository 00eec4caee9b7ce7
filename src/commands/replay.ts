import { bad, good, type Result } from '../contract/result.js';
import type { WatchPlan } from '../contract/check.js';
import { override, type OverrideId, type Overrides } from '../gate/overrides.js';
import { replay as judgeAgain } from '../gate/replay.js';
import { parseArgv } from '../inputs/argv.js';
import { exitCodes } from '../contract/outcome.js';
import { originInWords } from '../inputs/lookup.js';
import { USUAL_FILE } from '../inputs/find-config.js';
import { type InputId, inputIds, inputOf } from '../inputs/table.js';
import { decodeRecording, type Recording, RecordingError } from '../report/recording-reader.js';
import { type ReplayedRecording, replayLines, replayTable } from '../report/replay.js';
import { messageOf, type UsageProblem, withFix } from '../support/errors.js';
import { formatDuration, oneLine } from '../support/text.js';
import type { Session } from './session.js';
import { own } from '../support/redact.js';

interface Read {
  readonly file: string;
  readonly recording: Recording;
}

/** Judges recordings again, under the limits that are given. Touches nothing, and writes no report. */
export async function replay(session: Session): Promise<number> {
  const { operands } = parseArgv(session.entry.argv);
  if (session.settings.prometheus)
    return (await import('./replay-history.js')).replayHistory(session, operands);
  const problems: UsageProblem[] = [...problemsOf(session)];
  if (operands.length === 0)
    problems.push({
      subject: 'replay',
      message: 'no recording is named',
      fix: 'name one or more: `rollgate replay rollgate-report/recording.ndjson`',
    });
  const { overrides, notices, problems: refused } = overridesOf(session);
  problems.push(...refused);
  for (const notice of notices) session.console.line(own`note: ${notice}`);

  const replayed = operands.flatMap((file) => {
    const read = readRecording(session, file);
    if (!read.ok) {
      problems.push({ subject: file, ...read.problem });
      return [];
    }
    return [evaluated(session, { file, recording: read.value }, overrides, problems)];
  });
  if (problems.length > 0) {
    session.console.line(own('This cannot be replayed:'));
    for (const problem of problems)
      session.console.line(own`  ${problem.subject}: ${withFix(problem)}`);
    return exitCodes.usage;
  }

  const [only, ...others] = replayed;
  const lines =
    only !== undefined && others.length === 0 ? replayLines(only) : replayTable(replayed);
  for (const line of lines) session.console.line(line);
  return exitCodes.healthy;
}

function readRecording({ entry, redactor }: Session, file: string): Result<Recording> {
  const fix = 'name a `recording.ndjson`, as `run` writes it into `report-dir`';
  try {
    const text = entry.files.read(file);
    if (text === undefined) return bad('there is no such file', fix);
    const recording = decodeRecording(text);
    return recording.targets.length === 0
      ? bad('line 1 of the recording: it has no target')
      : good(recording);
  } catch (error) {
    if (error instanceof RecordingError)
      // It may be any file, so what it holds is not shown before it is made harmless.
      return bad(oneLine(redactor.redact(error.message)), fix);
    return bad(`cannot be read: ${messageOf(error)}`);
  }
}

function evaluated(
  session: Session,
  { file, recording }: Read,
  overrides: Overrides,
  problems: UsageProblem[],
): ReplayedRecording {
  const { startedAt, version, truncated } = recording;
  const refuse = (target: string, problem: UsageProblem): void => {
    const where = recording.targets.length > 1 ? `${file} (${target})` : file;
    problems.push({ ...problem, message: `${problem.message} (${where})` });
  };
  return {
    file,
    startedAt,
    version,
    truncated,
    targets: recording.targets.map((target) => {
      const { name, plan, checks, events, judgement } = target;
      for (const problem of fixedOf(session, plan)) refuse(name, problem);
      const other = override(target, overrides);
      for (const { override: id, ...problem } of other.unanswerable) {
        const subject = inputOfOverride[id];
        const origin = originInWords(session.resolution.origins[subject]);
        refuse(name, { ...problem, subject, message: `${problem.message}; given ${origin}` });
      }
      const asItWas = judgeAgain(plan, checks, events);
      return {
        name,
        live:
          judgement === null
            ? null
            : { judgement, decidedAt: target.decidedAt ?? asItWas.decidedAt },
        now: judgeAgain(other.plan, other.checks, events, { wasCut: judgement === null }),
        changes: other.changes,
      };
    }),
  };
}

/** The inputs by which a recording can be judged otherwise. */
const inputOfOverride = {
  sensitivity: 'sensitivity',
  decision: 'decision',
  minRequests: 'min-requests',
  earlyPass: 'early-pass',
  extend: 'extend',
  onNoData: 'on-no-data',
  onProviderError: 'on-provider-error',
  healthFailures: 'health-failures',
  healthSuccesses: 'health-successes',
  minSuccessRate: 'min-success-rate',
  maxErrorsPerMinute: 'max-errors-per-minute',
  maxLatency: 'max-latency',
  maxValue: 'max-value',
  minValue: 'min-value',
} as const satisfies Readonly<Record<OverrideId, InputId>>;

/** What the windows of a recording follow from. */
const fixed = [
  ['warm-up', 'warmUp'],
  ['duration', 'duration'],
  ['interval', 'interval'],
] as const satisfies readonly (readonly [InputId, keyof WatchPlan])[];

/** What was asked, and what counted as a failure: it has happened. */
const happened: readonly InputId[] = inputIds.filter(
  (id) =>
    (['http', 'prometheus'].includes(inputOf(id).group) || id.endsWith('-health')) &&
    !(Object.values(inputOfOverride) as readonly InputId[]).includes(id),
);

/**
 * How recordings are to be judged. A flag, an input and a variable count; the configuration file only when it is named,
 * because the one that lies around describes the next watch, and a replay without anything must tell what was.
 */
function overridesOf(session: Session): {
  readonly overrides: Overrides;
  readonly problems: readonly UsageProblem[];
  readonly notices: readonly string[];
} {
  const { settings, resolution } = session;
  const { origins } = resolution;
  const counts = (id: InputId): boolean => isGiven(session, id);
  const { 'max-latency': latency, 'max-value': max, 'min-value': min } = settings;
  const overrides: Overrides = {
    ...(counts('sensitivity') && { sensitivity: settings.sensitivity }),
    ...(counts('decision') && { decision: settings.decision }),
    ...(counts('min-requests') && { minRequests: settings['min-requests'] }),
    ...(counts('early-pass') && { earlyPass: settings['early-pass'] }),
    ...(counts('extend') && { extend: settings.extend }),
    ...(counts('on-no-data') && { onNoData: settings['on-no-data'] }),
    ...(counts('on-provider-error') && { onProviderError: settings['on-provider-error'] }),
    ...(counts('health-failures') && { healthFailures: settings['health-failures'] }),
    ...(counts('health-successes') && { healthSuccesses: settings['health-successes'] }),
    ...(counts('min-success-rate') && { minSuccessRate: settings['min-success-rate'] }),
    ...(counts('max-errors-per-minute') && {
      maxErrorsPerMinute: settings['max-errors-per-minute'],
    }),
    ...(counts('max-latency') && latency !== undefined && { maxLatency: latency }),
    ...(counts('max-value') && max !== undefined && { maxValue: max }),
    ...(counts('min-value') && min !== undefined && { minValue: min }),
  };
  const vain = happened.filter(counts);
  const requested = vain.filter((id) => origins[id].level === 1);
  const others = vain.filter((id) => origins[id].level !== 1);
  const ignored = [...Object.values(inputOfOverride), ...fixed.map(([id]) => id)].filter(
    (id) => origins[id].level === 5 && !counts(id),
  );
  const [first] = ignored;
  return {
    overrides,
    problems: requested.map((id) => ({
      subject: id,
      message: `a recording holds what was asked and answered then; this cannot be changed (${originInWords(origins[id])})`,
      fix: 'leave it out, or watch again with it',
    })),
    notices: [
      ...(others.length === 0
        ? []
        : [
            `a replay takes what was asked and answered as it is recorded: ${others.join(', ')} do not count`,
          ]),
      ...(first === undefined
        ? []
        : [
            `${origins[first].name} does not count in a replay (${ignored.join(', ')}); to judge by it, name it: \`--config ${origins[first].name}\``,
          ]),
    ],
  };
}

/** What is wrong with the usage. A file that does not count may be wrong, and its checks may lack what only a watch has. */
function problemsOf({ problems, resolution }: Session): readonly UsageProblem[] {
  return resolution.givenByUser('config')
    ? problems
    : problems.filter(({ subject }) => subject !== USUAL_FILE);
}

/** What is wanted of the windows, and is not what the recording has. */
function fixedOf(session: Session, plan: WatchPlan): readonly UsageProblem[] {
  const { settings, resolution } = session;
  return fixed.flatMap(([id, key]) =>
    !isGiven(session, id) || settings[id] === plan[key]
      ? []
      : [
          {
            subject: id,
            message: `the recording was made with ${formatDuration(plan[key])}, and can be judged with no other; ${formatDuration(settings[id])} is given ${originInWords(resolution.origins[id])}`,
            fix: 'leave it out, or watch again with it',
          },
        ],
  );
}

function isGiven({ resolution }: Session, id: InputId): boolean {
  const { level } = resolution.origins[id];
  return level <= 4 || (level === 5 && resolution.givenByUser('config'));
}
