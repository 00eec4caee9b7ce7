import { exitCodes } from '../contract/outcome.js';
import { deadline, raceSignal } from '../support/abort.js';
import { messageOf, UsageError } from '../support/errors.js';
import { inPool } from '../support/pool.js';
import { makeDirectoryOf } from './finish.js';
import { askAll } from './was-well.js';
import {
  checksOf,
  type Session,
  TARGETS_AT_A_TIME,
  targetSessions,
  type TargetSession,
} from './session.js';
import type { Snapshot } from './snapshot-file.js';
import { buildLinks } from './strategies.js';
import { own } from '../support/redact.js';

/** The snapshot of one target may take this long, milliseconds. */
const TIMEOUT = 60_000;

/** Records what runs now, before the deploy. */
export async function snapshot(session: Session): Promise<number> {
  if (session.problems.length > 0) throw new UsageError(session.problems);
  const { entry, info, settings, console } = session;
  let targets: Snapshot['targets'];
  try {
    targets = await inPool(TARGETS_AT_A_TIME, targetSessions(session), recorded);
  } catch (error) {
    console.annotate(
      'error',
      'Rollgate snapshot',
      own`what runs now could not be recorded: ${messageOf(error)}`,
    );
    return exitCodes.usage;
  }
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
      own`the snapshot could not be written: ${messageOf(error)}; set \`snapshot-file\` to another path`,
    );
    return exitCodes.usage;
  }
  const what = targets.flatMap(({ name, strategies }) =>
    Object.keys(strategies).map((id) => (targets.length === 1 ? id : `${name}/${id}`)),
  );
  console.line(
    own`snapshot of ${own(what.length === 0 ? 'this run' : what.join(', '))} written to ${path}`,
  );
  return exitCodes.healthy;
}

/** What every strategy of the target sees now. */
async function recorded(session: TargetSession): Promise<Snapshot['targets'][number]> {
  const { entry, target } = session;
  const { links } = await buildLinks(session, {});
  const strategies: Record<string, unknown> = {};
  const limited = deadline(entry.clock, TIMEOUT, 'the snapshot', entry.signal);
  try {
    for (const { id, strategy } of links)
      if (strategy.kind === 'strategy' && strategy.snapshot !== undefined)
        strategies[id] = await raceSignal(strategy.snapshot(limited.signal), limited.signal);
  } finally {
    limited.clear();
  }
  const checks = await checksOf(session);
  const asked = await askAll(session, checks);
  return { name: target, strategies, ...(asked.length === 0 ? {} : { asked }) };
}
