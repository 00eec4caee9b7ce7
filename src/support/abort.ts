import { setMaxListeners } from 'node:events';

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

/** Ends a wait whose result is no longer needed; it is never shown. */
export class NoLongerNeeded extends Error {
  override readonly name = 'NoLongerNeeded';
}

/** The part of a clock that is needed here. */
interface Timer {
  after(ms: number, act: () => void): () => void;
}

/**
 * Calls `act` when the signal is aborted; at once when it already is. Hundreds may wait for one signal: from the eleventh
 * on Node would warn of a leak.
 *
 * @returns a function that ends the wait
 */
export function whenAborted(signal: AbortSignal, act: () => void): () => void {
  if (signal.aborted) {
    act();
    return () => undefined;
  }
  setMaxListeners(Infinity, signal);
  // eslint-disable-next-line no-restricted-syntax -- this is the function that all others use
  signal.addEventListener('abort', act, { once: true });
  return () => {
    signal.removeEventListener('abort', act);
  };
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
  clock: Timer,
  ms: number,
  what: string,
  parent?: AbortSignal,
): { signal: AbortSignal; clear: () => void } {
  const controller = new AbortController();
  const callOff = clock.after(ms, () => {
    controller.abort(new DeadlineReached(what, ms));
  });
  const letGo =
    parent &&
    whenAborted(parent, () => {
      controller.abort(parent.reason);
      callOff();
    });
  return {
    signal: controller.signal,
    clear: () => {
      letGo?.();
      callOff();
    },
  };
}

/** When we must leave, a step that has begun may take this long, milliseconds: CI systems kill a few seconds later. */
const CANCEL_GRACE_MS = 1500;

/**
 * A signal that aborts some time after `signal` does, so that a step that has begun can end: after `deadlineGraceMs` when the
 * time was over, after `cancelGraceMs` when we must leave. `clear` must be called when the work is done.
 */
export function lastingSignal(
  signal: AbortSignal,
  clock: Timer,
  deadlineGraceMs: number,
  cancelGraceMs = CANCEL_GRACE_MS,
): { signal: AbortSignal; clear: () => void } {
  const late = new AbortController();
  let callOff: (() => void) | undefined;
  const letGo = whenAborted(signal, () => {
    const ms = signal.reason instanceof DeadlineReached ? deadlineGraceMs : cancelGraceMs;
    callOff = clock.after(ms, () => {
      late.abort(signal.reason);
    });
  });
  return {
    signal: late.signal,
    clear: () => {
      letGo();
      callOff?.();
    },
  };
}

/** Settles as `work` does, or rejects with the signal's reason, whichever comes first. */
export function raceSignal<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const letGo = whenAborted(signal, () => {
      reject(signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason)));
    });
    work.then(resolve, reject).finally(letGo);
  });
}
