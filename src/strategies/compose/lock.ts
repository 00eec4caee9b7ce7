import { lastingSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { DockerError, type Docker } from '../../support/docker/client.js';
import { formatDuration } from '../../support/text.js';
import { fields, textsOf } from '../../support/json.js';
import { labels, lockName, noteImage } from './version.js';
import { labelled, makeNoteImage, neverStarted } from './records.js';

/** The right to change the project, held by one rollback at a time, wherever it runs. */
export interface Lock {
  release(): Promise<void>;
}

interface LockOptions {
  readonly docker: Docker;
  readonly project: string;
  /** Its owner: unique for the rollback. */
  readonly holder: string;
  readonly run: string;
  /** Milliseconds after which another may take it: the holder has been killed. */
  readonly leaseMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly progress: (line: string) => void;
}

/** How often a lock that somebody else holds is checked, milliseconds. */
const AGAIN_MS = 1000;
/** Letting go must not hang, milliseconds. */
const RELEASE_MS = 5000;

/**
 * Waits until the project is ours: a container of a certain name, which the engine makes only once. Gives up when the
 * signal is aborted.
 */
export async function acquireLock(options: LockOptions): Promise<Lock> {
  const { docker, project, signal, clock } = options;
  await makeNoteImage(docker, signal);
  let isExplained = false;
  for (;;) {
    const id = await tryToTake(options);
    if (id !== undefined) return { release: () => release(docker, id) };
    const held = await lockOf(docker, project, signal);
    if (held?.isStale === true) {
      // By its id: if somebody else has taken its place in the meantime, theirs stays.
      options.progress(
        `the lock of ${held.run} is ${formatDuration(held.ageMs)} old: taking it over`,
      );
      await docker.run(['rm', '--force', held.id], signal).catch(ignoreAbsence);
      continue;
    }
    if (held !== undefined && !isExplained) {
      options.progress(`waiting for another rollback of this project (${held.run})`);
      isExplained = true;
    }
    await clock.sleep(AGAIN_MS, signal);
  }
}

interface HeldLock {
  readonly id: string;
  readonly run: string;
  readonly ageMs: number;
  readonly isStale: boolean;
}

/** The lock that somebody holds. Its age is by the engine's clock. */
export async function lockOf(
  docker: Docker,
  project: string,
  signal: AbortSignal,
): Promise<HeldLock | undefined> {
  const [found] = await docker.inspect('container', [lockName(project)], signal);
  if (found === undefined) return undefined;
  const texts = textsOf(fields(fields(found).Config).Labels);
  const now = Date.parse(
    (await docker.read(['info', '--format', '{{.SystemTime}}'], signal)).trim(),
  );
  const ageMs = now - Date.parse(String(fields(found).Created));
  const lease = Number(texts[labels.seconds]) * 1000;
  return {
    id: String(fields(found).Id),
    run: texts[labels.run] ?? 'an unknown run',
    ageMs,
    isStale: !(ageMs <= lease),
  };
}

async function tryToTake(options: LockOptions): Promise<string | undefined> {
  const { docker, project, holder, run, leaseMs, signal } = options;
  const seconds = String(Math.ceil(leaseMs / 1000));
  try {
    const printed = await docker.run(
      [
        ...['create', '--name', lockName(project), ...neverStarted],
        ...labelled({ role: 'lock', project, holder, run, seconds }),
        ...[noteImage, 'note'],
      ],
      signal,
    );
    return printed.trim();
  } catch (error) {
    if (error instanceof DockerError && error.reason === 'conflict') return undefined;
    // It may have been made all the same, and then it is ours. That must be known also when we are to end.
    const lasting = lastingSignal(signal, options.clock, RELEASE_MS);
    try {
      const id = await ownLock(options, lasting.signal);
      if (id === undefined) throw error;
      if (!signal.aborted) return id;
      await release(docker, id);
      throw error;
    } finally {
      lasting.clear();
    }
  }
}

/** The lock of this project, if it is ours. */
async function ownLock(
  { docker, project, holder }: LockOptions,
  signal: AbortSignal,
): Promise<string | undefined> {
  const [found] = await docker.inspect('container', [lockName(project)], signal);
  const texts = textsOf(fields(fields(found).Config).Labels);
  return texts[labels.holder] === holder ? String(fields(found).Id) : undefined;
}

async function release(docker: Docker, id: string): Promise<void> {
  await docker
    .run(['rm', '--force', id], new AbortController().signal, { timeoutMs: RELEASE_MS })
    .catch(() => undefined);
}

function ignoreAbsence(error: unknown): void {
  if (!(error instanceof DockerError) || error.reason !== 'not-found') throw error;
}
