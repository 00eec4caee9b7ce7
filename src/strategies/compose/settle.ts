import type { Clock } from '../../support/clock.js';
import { isCompleted, type Container } from '../../support/docker/container.js';

/** Between two listings, milliseconds. */
export const LOOK_MS = 1000;
/** A container without a health check must have been seen running, and not started again, this often in a row. */
const STEADY_LOOKS = 4;

/** What has become of a container so far. */
type Progress =
  | { readonly kind: 'ready' }
  | { readonly kind: 'waiting'; readonly what: string }
  | { readonly kind: 'broken'; readonly what: string };

/** What one listing says of a container, seen running without a break `steady` times before. */
export function progressOf(container: Container, steady: number): Progress {
  const { status, exitCode, health, restartPolicy } = container;
  switch (status) {
    case 'running':
      if (health === 'healthy') return { kind: 'ready' };
      if (health === 'unhealthy') return { kind: 'broken', what: 'its health check fails' };
      if (health === 'starting')
        return { kind: 'waiting', what: 'its health check has not passed yet' };
      return steady >= STEADY_LOOKS - 1
        ? { kind: 'ready' }
        : { kind: 'waiting', what: 'it has just been started' };
    case 'exited':
      if (isCompleted(container)) return { kind: 'ready' };
      return {
        kind: restartPolicy === 'no' ? 'broken' : 'waiting',
        what: `it exited with code ${String(exitCode)}`,
      };
    case 'restarting':
      return { kind: 'waiting', what: `it ends and is started again (code ${String(exitCode)})` };
    case 'created':
      return { kind: 'waiting', what: 'it has not been started' };
    case 'paused':
    case 'dead':
    case 'removing':
      return { kind: 'broken', what: `it is ${status}` };
  }
}

/** Waits until every container is ready, or one is broken. @returns what is wrong; `undefined`: nothing. */
export async function settled(options: {
  readonly listContainers: (signal: AbortSignal) => Promise<readonly Container[]>;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}): Promise<string | undefined> {
  const { listContainers, clock, signal } = options;
  const steady = new Map<string, number>();
  let waiting = 'nothing was seen yet';
  try {
    for (;;) {
      const containers = await listContainers(signal);
      const seen = containers.map((container) => {
        const key = `${container.id} ${container.startedAt} ${String(container.restarts)}`;
        const before = steady.get(key) ?? 0;
        const progress = progressOf(container, before);
        steady.set(key, container.status === 'running' ? before + 1 : 0);
        return { container, progress };
      });
      const words = (kind: 'waiting' | 'broken'): string =>
        seen
          .flatMap(({ container, progress }) =>
            progress.kind === kind ? [`${container.name}: ${progress.what}`] : [],
          )
          .join('; ');
      const broken = words('broken');
      if (broken !== '') return broken;
      waiting = words('waiting');
      if (waiting === '' && containers.length > 0) return undefined;
      await clock.sleep(LOOK_MS, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    return `${waiting} (${signal.reason instanceof Error ? signal.reason.message : 'stopped'})`;
  }
}
