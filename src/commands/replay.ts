import { override, type Overrides } from '../gate/overrides.js';
import { replay as judgeAgain } from '../gate/replay.js';
import { parseArgv } from '../inputs/argv.js';
import { exitCodes } from '../inputs/exit-codes.js';
import { originInWords } from '../inputs/resolve.js';
import { decodeRecording, RecordingError, type Recording } from '../report/recording-reader.js';
import { replayLines, replayTable, type ReplayedRecording } from '../report/replay.js';
import { messageOf, type Problem } from '../support/errors.js';
import { clip } from '../support/text.js';
import { fixedOf, inputOfOverride, overridesOf, problemsOf } from './overriding.js';
import type { Session } from './session.js';

interface Read {
  readonly file: string;
  readonly recording: Recording;
}

/** Judges recordings again, under the limits that are given. Touches nothing, and writes no report. */
export async function replay(session: Session): Promise<number> {
  const { operands } = parseArgv(session.entry.argv);
  if (session.settings.prometheus)
    return (await import('./replay-history.js')).replayHistory(session, operands);
  const problems: Problem[] = [...problemsOf(session)];
  if (operands.length === 0)
    problems.push({
      subject: 'replay',
      message: 'no recording is named',
      fix: 'name one or more: `rollgate replay rollgate-report/recording.ndjson`',
    });
  const { overrides, notices, problems: refused } = overridesOf(session);
  problems.push(...refused);
  for (const notice of notices) session.console.line(`note: ${notice}`);

  const replayed = operands.flatMap((file) => {
    const read = readRecording(session, file);
    if ('subject' in read) {
      problems.push(read);
      return [];
    }
    return [judged(session, read, overrides, problems)];
  });
  if (problems.length > 0) {
    session.console.line('This cannot be replayed:');
    for (const { subject, message, fix } of problems)
      session.console.line(`  ${subject}: ${message}${fix === undefined ? '' : ` → ${fix}`}`);
    return exitCodes.usage;
  }

  const [only, ...others] = replayed;
  const lines =
    only !== undefined && others.length === 0 ? replayLines(only) : replayTable(replayed);
  for (const line of lines) session.console.line(line);
  return exitCodes.healthy;
}

function readRecording({ entry, redactor }: Session, file: string): Read | Problem {
  const fix = 'name a `recording.ndjson`, as `run` writes it into `report-dir`';
  try {
    const text = entry.files.read(file);
    if (text === undefined) return { subject: file, message: 'there is no such file', fix };
    const recording = decodeRecording(text);
    return recording.targets.length === 0
      ? { subject: file, message: 'line 1 of the recording: it has no target' }
      : { file, recording };
  } catch (error) {
    if (error instanceof RecordingError)
      // It may be any file, so what it holds is not shown before it is made harmless.
      return { subject: file, message: clip(redactor.redact(error.message)), fix };
    return { subject: file, message: `cannot be read: ${messageOf(error)}` };
  }
}

function judged(
  session: Session,
  { file, recording }: Read,
  overrides: Overrides,
  problems: Problem[],
): ReplayedRecording {
  const { startedAt, version, truncated } = recording;
  const refuse = (target: string, problem: Problem): void => {
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
        now: judgeAgain(other.plan, other.checks, events),
        changes: other.changes,
      };
    }),
  };
}
