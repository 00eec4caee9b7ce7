import type { Session } from './session.js';
import type { Snapshot } from './snapshot-file.js';

/** The snapshot of this run, if there is one. That one of another run is not used is said loudly. */
export async function recordedSnapshot(session: Session): Promise<Snapshot | undefined> {
  const { entry, settings, info, console, notices } = session;
  const path = settings['snapshot-file'];
  const text = entry.files.read(path);
  if (text === undefined) return undefined;
  const { readSnapshot } = await import('./snapshot-file.js');
  const { snapshot, notice } = readSnapshot(text, path, info);
  if (notice !== undefined) {
    notices.push(notice);
    console.annotate('warning', 'Rollgate snapshot', notice);
  }
  return snapshot;
}
