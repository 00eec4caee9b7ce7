import { raceSignal } from './abort.js';
import { type Clock, httpDate } from './clock.js';
import { fields, numberOf } from './json.js';

/** Asking again is of no use: the answer will be the same. */
export class PermanentError extends Error {
  override readonly name = 'PermanentError';
  readonly transient = false;
}

/** Asking again may help. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  readonly transient = true;
  /** @param retryAfterMs how long the server asked us to wait, in milliseconds, if it did. */
  constructor(
    message: string,
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Whether asking again is of no use. Errors say so by `transient: false`; one that says nothing may pass. */
export function isPermanent(error: unknown): boolean {
  return fields(error).transient === false;
}

/** How long the server asked us to wait, in milliseconds, if the error says so. */
export function waitAskedBy(error: unknown): number | undefined {
  return numberOf(fields(error).retryAfterMs);
}

/** Whether an HTTP status speaks of the moment (408, 429, 5xx), and not of the request. */
export function isTransientStatus(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status <= 599);
}

/**
 * What asks for a longer wait is wrong, as milliseconds where seconds are due, or knows nothing of us: by then every watch and every
 * rollback is over.
 */
const LONGEST_ASKED_MS = 3_600_000;

/** A wait that a server asks for, milliseconds, within what it may ask for. */
export function askedWait(ms: number): number {
  return Math.min(LONGEST_ASKED_MS, Math.max(0, ms));
}

/**
 * How long a server asks to wait, in milliseconds, never over an hour: `Retry-After` in seconds or as an HTTP date (RFC 9110 §10.2.3), else
 * `x-ratelimit-reset` in seconds since the epoch when `x-ratelimit-remaining` is 0 (GitHub, "Rate limits for the REST
 * API"). `undefined`: it does not ask. A time in the past is 0.
 *
 * @param header looks up a header by its lower-case name.
 * @param now wall clock, milliseconds since the epoch.
 */
export function retryAfterMs(
  header: (name: string) => string | undefined,
  now: number,
): number | undefined {
  const retryAfter = header('retry-after')?.trim();
  if (retryAfter !== undefined && retryAfter !== '') {
    if (/^\d+$/.test(retryAfter)) return askedWait(Number(retryAfter) * 1000);
    const date = httpDate(retryAfter);
    if (!Number.isNaN(date)) return askedWait(date - now);
  }
  const reset = header('x-ratelimit-reset')?.trim();
  if (header('x-ratelimit-remaining')?.trim() === '0' && /^\d+$/.test(reset ?? '')) {
    return askedWait(Number(reset) * 1000 - now);
  }
  return undefined;
}

export interface RetryOptions<T = unknown> {
  readonly clock: Clock;
  readonly signal: AbortSignal;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Milliseconds for all attempts and the waits between them; no new attempt is begun after that. */
  readonly budgetMs: number;
  /** How often to ask at most. At least 1. */
  readonly attempts: number;
  /**
   * For reads that return a failure instead of throwing it: the failure in a value, if there is one. It says by `transient`
   * and `retryAfterMs` what an error says.
   */
  readonly failureIn?: (value: T) => object | undefined;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/**
 * The wait before attempt `attempt` + 1 (1 is the first attempt), in milliseconds: doubles from 0.5 s up to 10 s; half of it
 * is chance, so that many who were turned away together do not come back together.
 */
export function backoffMs(attempt: number, random: () => number): number {
  const full = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1));
  return full / 2 + (full / 2) * random();
}

/**
 * The wait before attempt `attempt` + 1, where a server may have asked for one: never less than that of {@link backoffMs}, because some
 * ask for no wait at all, and go on refusing.
 */
export function waitBefore(
  attempt: number,
  askedMs: number | undefined,
  random: () => number,
): number {
  return Math.max(askedMs ?? 0, backoffMs(attempt, random));
}

/**
 * Reads, and reads again after an error that may pass. For reads only: what starts or changes something is never
 * repeated by this.
 *
 * @returns what was read; the last failure that came as a value.
 * @throws the last error of `read`; at once when it is permanent or when the server asks for a longer wait than the budget
 * allows; the signal's reason when it is aborted.
 */
export async function retryRead<T>(read: () => Promise<T>, options: RetryOptions<T>): Promise<T> {
  const { clock, signal, random, budgetMs, attempts, failureIn } = options;
  const end = clock.monotonic() + budgetMs;
  /** `undefined`: not again. */
  const waitAfter = (failure: unknown, attempt: number): number | undefined => {
    if (isPermanent(failure) || attempt >= attempts) return undefined;
    const wait = waitBefore(attempt, waitAskedBy(failure), random);
    return clock.monotonic() + wait > end ? undefined : wait;
  };
  for (let attempt = 1; ; attempt++) {
    let wait: number | undefined;
    try {
      const value = await raceSignal(read(), signal);
      const failure = failureIn?.(value);
      wait = failure === undefined ? undefined : waitAfter(failure, attempt);
      if (wait === undefined) return value;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      wait = waitAfter(error, attempt);
      if (wait === undefined) throw error;
    }
    await clock.sleep(wait, signal);
  }
}
