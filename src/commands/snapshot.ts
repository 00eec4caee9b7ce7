import { exitCodes } from '../contract/outcome.js';
import type { Finding } from '../contract/result.js';
import type { ChainLink } from '../contract/strategy.js';
import { deadline, raceSignal } from '../support/abort.js';
import { fileProblem, messageOf, UsageError } from '../support/errors.js';
import { inPool } from '../support/pool.js';
import { makeDirectoryOf } from './finish.js';
import { preflightAll, printFindings } from './prepare.js';
import { askAll, askedInWords } from './was-well.js';
import {
  announceShard,
  checksOf,
  ofTarget,
  type Session,
  TARGETS_AT_A_TIME,
  targetSessions,
  type TargetSession,
} from './session.js';
import type { Snapshot } from './snapshot-file.js';
import { buildLinks } from './strategies.js';
import { own } from '../support/redact.js';
import { plural } from '../support/text.js';

/** The snapshot of one target may take this long, milliseconds. */
const TIMEOUT = 60_000;

/** Records what runs now, before the deploy. */
export async function snapshot(session: Session): Promise<number> {
  if (session.problems.length > 0) throw new UsageError(session.problems);
  const { entry, info, settings, console } = session;
  announceShard(session);
  let seen: readonly Recorded[];
  try {
    seen = await inPool(TARGETS_AT_A_TIME, targetSessions(session), recorded);
  } catch (error) {
    console.annotate(
      'error',
      'Rollgate snapshot',
      own`what runs now could not be recorded: ${messageOf(error)}`,
    );
    return exitCodes.usage;
  }
  const findings = seen.flatMap((one) => one.findings);
  if (findings.length > 0) {
    printFindings(session, findings, 'Rollgate snapshot');
    console.line(own('snapshot failed: what runs now could not be recorded'));
    return exitCodes.usage;
  }
  printFindings(
    session,
    seen.flatMap((one) => one.warnings),
    'Rollgate snapshot',
  );
  const targets = seen.map(({ target }) => target);
  const taken: Snapshot = {
    schema: 1,
    id: entry.uuid(),
    tool: { name: 'rollgate', version: entry.version },
    host: {
      ...{ system: info.system, runId: info.runId, attempt: info.attempt },
      machine: entry.machine,
    },
    takenAt: new Date(entry.clock.now()).toISOString(),
    targets,
  };
  const path = settings['snapshot-file'];
  try {
    await makeDirectoryOf(session, path);
    // Every field is a name, an id, a digest or a number that the rollback is done by: one that was changed would lead elsewhere.
    await entry.files.writeFile(path, `${JSON.stringify(taken, null, 2)}\n`);
  } catch (error) {
    console.annotate(
      'error',
      'Rollgate snapshot',
      own`the snapshot could not be written: ${fileProblem(error).message}; set \`snapshot-file\` to another path`,
    );
    return exitCodes.usage;
  }
  const what = targets.flatMap(({ name, strategies }) =>
    Object.keys(strategies).map((id) => (targets.length === 1 ? id : `${name}/${id}`)),
  );
  const asked = targets.reduce((sum, target) => sum + (target.asked?.length ?? 0), 0);
  console.line(own`snapshot written to ${path}`);
  console.line(
    own(
      `  recorded: ${[
        'when it was taken, and by which run',
        ...(what.length === 0 ? [] : [`what a rollback by ${what.join(', ')} returns to`]),
        ...(asked === 0 ? [] : [`how ${plural(asked, 'check')} answered`]),
      ].join('; ')}`,
    ),
  );
  if (what.length === 0)
    console.line(own('  not recorded: which version runs (no configured strategy can tell)'));
  return exitCodes.healthy;
}

interface Recorded {
  readonly target: Snapshot['targets'][number];
  /** Why something could not be recorded. */
  readonly findings: readonly Finding[];
  /** What is not well before the deploy. */
  readonly warnings: readonly Finding[];
}

/** What every strategy of the target sees now. */
async function recorded(session: TargetSession): Promise<Recorded> {
  const { entry, target } = session;
  const { links } = await buildLinks(session, {});
  const strategies: Record<string, unknown> = {};
  const findings: Finding[] = [];
  const limited = deadline(entry.clock, TIMEOUT, 'the snapshot', entry.signal);
  try {
    for (const { id, strategy } of links)
      if (strategy.kind === 'strategy' && strategy.snapshot !== undefined)
        try {
          strategies[id] = await raceSignal(strategy.snapshot(limited.signal), limited.signal);
        } catch (error) {
          if (limited.signal.aborted) throw error;
          findings.push(...(await whyNot(session, { id, strategy }, error)));
        }
      else if (strategy.kind === 'skip' && strategy.isBlind === true)
        findings.push({ level: 'error', subject: id, message: strategy.reason });
  } finally {
    limited.clear();
  }
  const checks = await checksOf(session);
  const asked = findings.length > 0 ? [] : await askAll(session, checks, { priced: true });
  return {
    target: { name: target, strategies, ...(asked.length === 0 ? {} : { asked }) },
    findings: ofTarget(session, findings),
    warnings: ofTarget(
      session,
      askedInWords(asked, checks).filter(({ level }) => level === 'warning'),
    ),
  };
}

/** In the words of preflight, which say what to change. */
async function whyNot(
  session: TargetSession,
  link: ChainLink,
  error: unknown,
): Promise<readonly Finding[]> {
  const found = await preflightAll(session, [], [link], true);
  const errors = found.filter(({ level }) => level === 'error');
  return errors.length > 0
    ? errors
    : [{ level: 'error', subject: link.id, message: messageOf(error) }];
}
