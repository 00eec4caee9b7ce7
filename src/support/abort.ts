import { setMaxListeners } from 'node:events';
import type { Clock } from './clock.js';

/** A person or the CI system asked us to stop (SIGINT, SIGTERM, SIGHUP). Nothing new may be begun. */
export class Cancelled extends Error {
  override readonly name = 'Cancelled';
  constructor(readonly by: string) {
    super(`cancelled by ${by}`);
  }
}

/** The time given to something is over. What was begun must be given up in an orderly way. */
export class DeadlineReached extends Error {
  override readonly name = 'DeadlineReached';
  constructor(
    readonly what: string,
    readonly ms: number,
  ) {
    super(`${what} took longer than ${String(Math.round(ms / 100) / 10)} s`);
  }
}

/** Ends a wait whose result is no longer needed; nobody is told. */
export class NoLongerNeeded extends Error {
  override readonly name = 'NoLongerNeeded';
}

/** For waits of which there are many: to make an error, with its stack, costs more than all else about such a wait. */
const noLongerNeeded = new NoLongerNeeded();

/**
 * A controller whose signal hundreds may wait for. Node would call that a leak from the eleventh on.
 * @param also signals of others that are to bear as much
 */
export function controllerForMany(...also: readonly AbortSignal[]): AbortController {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal, ...also);
  return controller;
}

/** Whether the signal was aborted because somebody asked us to stop. */
export function isCancelled(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof Cancelled;
}

/**
 * A signal that aborts with {@link DeadlineReached} after `ms` milliseconds, or as soon as `parent`
 * aborts. `clear` must be called when the work is done: it frees the timer.
 */
export function deadline(
  clock: Clock,
  ms: number,
  what: string,
  parent?: AbortSignal,
): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  const timer = new AbortController();
  const onParent = (): void => {
    controller.abort(parent?.reason);
    timer.abort(noLongerNeeded);
  };
  if (parent?.aborted) onParent();
  else if (parent !== undefined) {
    // Hundreds of requests may be under way with one parent; Node would call that a leak from the eleventh on.
    setMaxListeners(0, parent);
    parent.addEventListener('abort', onParent, { once: true });
  }
  clock.sleep(ms, timer.signal).then(
    () => {
      controller.abort(new DeadlineReached(what, ms));
    },
    () => undefined,
  );
  return {
    signal: controller.signal,
    clear: () => {
      parent?.removeEventListener('abort', onParent);
      timer.abort(noLongerNeeded);
    },
  };
}

/** Settles as `work` does, or rejects with the signal's reason, whichever comes first. */
export function raceSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const fail = (): void => {
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    };
    if (signal.aborted) fail();
    else signal.addEventListener('abort', fail, { once: true });
    work.then(resolve, reject).finally(() => {
      signal.removeEventListener('abort', fail);
    });
  });
}
