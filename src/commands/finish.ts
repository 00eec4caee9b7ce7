import { dirname, resolve } from 'node:path';
import { configShape, effectiveConfig } from '../inputs/configured.js';
import { ONLY_TARGET, type Resolution } from '../inputs/resolve.js';
import { reportFileNames, reportPath, writeReport } from '../report/files.js';
import { outputsOf } from '../report/outputs.js';
import { reportShape, type RunReport } from '../report/record.js';
import { renderSummary } from '../report/summary.js';
import { finalLines } from '../report/terminal.js';
import { annotationOf } from '../report/words.js';
import { deadline, raceSignal } from '../support/abort.js';
import { fileTrouble, messageOf } from '../support/errors.js';
import { neutralise } from '../support/text.js';
import { notify } from './notify.js';
import type { Session } from './session.js';
import type { Outcome } from './outcome.js';
import { exitCodeOfAll } from './exit-code.js';
import { own } from '../support/redact.js';
import { mapValues, pickBy } from '../support/objects.js';

/** Each act that follows the report has this long, milliseconds. */
const LAST_ACT_TIMEOUT = 30_000;

/** A command whose outcome is a report. */
function reportOf(session: Session, outcome: Outcome): RunReport {
  const { entry, info, resolution } = session;
  const report: RunReport = {
    schema: 1,
    tool: { name: 'rollgate', version: entry.version },
    command: session.command,
    host: {
      system: info.system,
      runUrl: info.runUrl,
      runId: info.runId,
      attempt: info.attempt,
      project: info.project,
    },
    verdict: outcome.verdict,
    exitCode: outcome.exitCode,
    reason: outcome.reason,
    startedAt: new Date(outcome.startedAt ?? session.startedAt).toISOString(),
    endedAt: new Date(outcome.endedAt ?? entry.clock.now()).toISOString(),
    detectedAt:
      outcome.detectedAt === undefined || outcome.detectedAt === null
        ? null
        : new Date(outcome.detectedAt).toISOString(),
    detectionSeconds: outcome.detectionSeconds ?? null,
    ...(resolution.shard === undefined ? {} : { shard: resolution.shard }),
    ...(outcome.shards === undefined ? {} : { shards: outcome.shards }),
    targets: outcome.targets ?? [],
    findings: outcome.findings ?? [],
    notices: session.notices,
    config: outcome.config ?? configOf(resolution),
  };
  return session.redactor.redactAll(report, reportShape(configShape));
}

/** The flat inputs, and for each of several targets what differs. */
function configOf(resolution: Resolution): Readonly<Record<string, unknown>> {
  const flat = effectiveConfig(resolution);
  const [first, ...others] = resolution.targets;
  if (first === undefined || (others.length === 0 && first.name === ONLY_TARGET)) return flat;
  const targets = resolution.targets.map((target) => [
    target.name,
    pickBy(
      effectiveConfig(target),
      (value, id) => JSON.stringify(flat[id]) !== JSON.stringify(value),
    ),
  ]);
  return { ...flat, targets: Object.fromEntries(targets) as unknown };
}

/**
 * Writes the report, sets the outputs, prints the last lines, and returns the exit code. Nothing that
 * goes wrong here changes the outcome; it is said, and the rest is done all the same.
 */
export async function finish(session: Session, outcome: Outcome): Promise<number> {
  const { console, host, settings, entry } = session;
  const report = reportOf(session, outcome);
  const directory = settings['report-dir'];
  const path = reportPath(directory);
  const written = await attempt(session, `the report could not be written to ${directory}`, () =>
    writeReport(report, directory, entry.files),
  );
  await attempt(session, 'the outputs could not be set', () =>
    host.setOutputs(harmless(outputsOf(report, path))),
  );
  await attempt(session, 'the job summary could not be written', () =>
    host.writeSummary({
      markdown: renderSummary(report),
      path: written ? resolve(directory, reportFileNames.summary) : null,
    }),
  );
  if (written)
    await attempt(session, 'the receipt could not be written', () => leaveReceipt(session, path));
  const code = exitCodeOfAll(outcome, settings['fail-on']);
  annotate(session, report, code);
  const shownPath = written ? session.redactor.redact(path) : null;
  for (const line of finalLines(report, shownPath, console.style(), outcome.isListed))
    console.line(own(line));
  await attempt(session, 'the notifications could not be sent', () =>
    notify(session, report, path),
  );
  await actLastOfAll(session);
  return code;
}

/**
 * Tells a wrapper where the report of this very run is: an older one may lie about, and a program that never began may have
 * ended with any code.
 */
async function leaveReceipt({ entry }: Session, path: string): Promise<void> {
  const receipt = entry.env.ROLLGATE_RECEIPT ?? '';
  if (receipt !== '') await entry.files.writeFile(receipt, `${resolve(path)}\n`);
}

/** Runs what may end this process, now that everything is written and printed. */
async function actLastOfAll({ entry, console, lastActs }: Session): Promise<void> {
  for (const act of lastActs) {
    if (entry.signal.aborted) return;
    const limited = deadline(entry.clock, LAST_ACT_TIMEOUT, 'the last act', entry.signal);
    try {
      console.line(await raceSignal(act(limited.signal), limited.signal));
    } catch (error) {
      console.annotate('warning', 'Rollgate', messageOf(error));
    } finally {
      limited.clear();
    }
  }
}

async function attempt(
  { console }: Session,
  what: string,
  work: () => Promise<void>,
): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    console.annotate('warning', 'Rollgate', own`${what}: ${fileTrouble(error)}`);
    return false;
  }
}

/** A later step may print an output, and what it says may come from outside. */
function harmless(outputs: Readonly<Record<string, string>>): Readonly<Record<string, string>> {
  return mapValues(outputs, neutralise);
}

/** One line where people look first; the log has the rest. The report is redacted already. */
function annotate({ console, host }: Session, report: RunReport, code: number): void {
  const { title, text } = annotationOf(report);
  if (report.exitCode === 0 || (code !== 0 && !host.annotates)) return;
  if (code === 0)
    console.annotate(
      'warning',
      title,
      own`${own(text)} (fail-on does not name this verdict: the job goes on; the code would be ${String(report.exitCode)})`,
    );
  else console.annotate('error', title, own(text));
}

/**
 * The last run's report and outputs must not be taken for this one's, should this one be killed before it can write its
 * own.
 */
export function removeOldReport({ entry, settings, host }: Session): void {
  for (const path of [reportPath(settings['report-dir']), ...host.outputFiles])
    entry.files.remove(path);
}

/** Makes the directory that a file is to be written to. */
export async function makeDirectoryOf(session: Session, path: string): Promise<void> {
  await session.entry.files.mkdir(dirname(path), { recursive: true });
}
