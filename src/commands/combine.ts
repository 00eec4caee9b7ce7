import { join, resolve } from 'node:path';
import { parseArgv } from '../inputs/argv.js';
import { inputOf, isInputId } from '../inputs/table.js';
import type { RunReport } from '../report/record.js';
import { reportFileNames } from '../report/files.js';
import { decodeReport } from '../report/report-reader.js';
import { messageOf, type UsageProblem, UsageError } from '../support/errors.js';
import type { Files } from '../support/files.js';
import { own } from '../support/redact.js';
import { plural } from '../support/text.js';
import { bad, good, type Result } from '../contract/result.js';
import { disagreements, joinShards, latestAttempts, type NamedReport } from './combine-shards.js';
import { removeOldReport } from './finish.js';
import type { Outcome } from './outcome.js';
import type { Session } from './session.js';

/** The artifact of each job lies in a folder of its own, and its `report-dir` in that. */
const MOST_DEPTH = 6;

/**
 * Makes one outcome of the reports of all shards. What was not judged because a shard left no report, or ended without a verdict, is
 * inconclusive; reports that do not belong together are refused. Nothing is rolled back.
 *
 * @throws UsageError when there are no reports, or some cannot be read or do not belong together
 */
export async function combine(session: Session): Promise<Outcome> {
  const { console, entry, info } = session;
  const problems = session.problems.filter(concernsCombine);
  if (problems.length > 0) throw new UsageError(problems);

  const { latest: reports, notices: superseded } = latestAttempts(await readReports(session));
  // Not before: it could be among them.
  removeOldReport(session);
  const disagreed = disagreements(reports, {
    system: info.system,
    runId: info.runId,
    now: entry.clock.now(),
    deployedWithin: session.settings['deployed-within'],
  });
  if (disagreed.length > 0) throw new UsageError(disagreed);

  const { outcome, warnings, notices } = joinShards(reports);
  const said = new Set(session.notices);
  session.notices.push(...superseded, ...notices.filter((notice) => !said.has(notice)));
  console.line(
    own(
      `combining ${plural(reports.length, 'report')} of ${plural(outcome.shards?.count ?? 0, 'shard')}: nothing is rolled back here, each shard does that for its own targets`,
    ),
  );
  for (const warning of warnings) console.annotate('warning', 'Rollgate combine', warning);
  return outcome;
}

/** The inputs of targets have been used by the shards: here they may lack what only a watch has. */
function concernsCombine({ subject }: UsageProblem): boolean {
  return isInputId(subject) ? inputOf(subject).perRun === true : !/\.ya?ml$/.test(subject);
}

/** Every report of a shard that is named, or is below a folder that is. */
async function readReports(session: Session): Promise<readonly NamedReport[]> {
  const { entry, settings, notices } = session;
  const words = [...parseArgv(entry.argv).operands, ...(settings.reports ?? [])];
  const places = words.length > 0 ? words : [settings['report-dir']];
  const problems: UsageProblem[] = [];
  const reports = new Map<string, NamedReport>();
  const texts = new Set<string>();

  const add = (path: string, refuse: (why: string) => void): void => {
    const read = readReport(session, path);
    if (!read.ok) refuse(read.problem.message);
    // A pattern and a folder, or two downloads, may give the same one twice.
    else if (!reports.has(resolve(path)) && !texts.has(read.value.text)) {
      reports.set(resolve(path), { path, report: read.value.report });
      texts.add(read.value.text);
    }
  };

  for (const place of places) {
    const names = await entry.files.list(place);
    if (names.length === 0)
      add(place, (message) => {
        problems.push({ subject: place, message, fix: howToName(place) });
      });
    const found = names.length === 0 ? [] : await reportsBelow(entry.files, place, names);
    for (const path of found)
      add(path, (why) => {
        notices.push(`${path} is not combined: ${why}.`);
      });
  }
  if (reports.size === 0 && problems.length === 0)
    problems.push({
      subject: places.join(', '),
      message: 'there is no report of a shard',
      fix: 'name the `report.json` of every shard, or a folder that holds them: `rollgate combine reports/`',
    });
  if (problems.length > 0) throw new UsageError(problems);
  return [...reports.values()];
}

function howToName(place: string): string {
  return /[*?[]/.test(place)
    ? 'only a shell makes paths of a pattern: name the folder'
    : 'name the `report.json` of every shard, or a folder that holds them';
}

async function reportsBelow(
  files: Files,
  folder: string,
  names: readonly string[],
  depth = 1,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of [...names].sort()) {
    const path = join(folder, name);
    const below = depth < MOST_DEPTH ? await files.list(path) : [];
    if (name === reportFileNames.report && below.length === 0) found.push(path);
    else found.push(...(await reportsBelow(files, path, below, depth + 1)));
  }
  return found;
}

function readReport(
  { entry }: Session,
  path: string,
): Result<{ readonly text: string; readonly report: NamedReport['report'] }> {
  let text: string | undefined;
  try {
    text = entry.files.read(path);
  } catch (error) {
    return bad(`it cannot be read (${messageOf(error)})`);
  }
  if (text === undefined) return bad('there is no such file or folder');
  const decoded = decodeReport(text);
  if (!decoded.ok) return decoded;
  const { shard, ...report } = decoded.value;
  return shard === undefined
    ? bad(`it is not of a shard${whyNoShard(decoded.value)}`)
    : good({ text, report: { ...report, shard } });
}

function whyNoShard({ command, verdict, reason }: RunReport): string {
  if (command === 'combine') return ', but one that `combine` has made';
  return verdict === null ? `: ${reason}` : '';
}
