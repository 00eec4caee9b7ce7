import type { Problem } from '../contract/result.js';
import type { StartResult } from '../contract/pipeline.js';
import type { Clock } from '../support/clock.js';
import type { SendResult } from '../support/http/api.js';
import {
  type ApiResponse,
  describeResponse,
  isPage,
  isRateLimited,
  isSuccess,
} from '../support/http/response.js';
import { backoffMs, retryAfterMs, waitBefore } from '../support/retry.js';

/** Certain: nothing was started. */
export type Refused = Extract<StartResult, { kind: 'refused' }>;

/** Accepted without naming a run, or nobody knows: the run has to be looked for. */
export interface Unsure {
  readonly kind: 'unsure';
  readonly reason: string;
}

/** Whoever asks for the end of a run has little time left, milliseconds. */
export const CANCEL_TIMEOUT_MS = 5000;
/** The call that starts a run has this long, milliseconds. */
export const START_TIMEOUT_MS = 15_000;
/** For being turned away (429) or not getting through at all; no run can have come of those. */
const MAX_SENDS = 4;
/** Longer than that another strategy is the better choice. */
const MAX_WAIT_MS = 120_000;

export interface StartCall<T> {
  /** The system by name, for messages: `GitHub`. */
  readonly system: string;
  /** The input that holds its address. */
  readonly addressInput: string;
  /** Sends the call, once. */
  readonly send: (signal: AbortSignal) => Promise<SendResult>;
  /** What an answer of 2xx names: the run, or where it waits. `undefined`: it names nothing. */
  readonly runIn: (answer: ApiResponse) => T | undefined;
  /** What an answer should name, for messages: `its run`. */
  readonly noun: string;
  /**
   * Whether an answer of 2xx that names nothing is documented to mean that nothing was started. Absent: none is. A page does
   * not mean that: it may come from something between us and the system, which has accepted the call.
   */
  readonly isRefusal?: (answer: ApiResponse) => boolean;
  /**
   * Looks at an answer that is not 2xx before it counts as a refusal. `again`: nothing was started, and the call was
   * changed so that it may be sent at once.
   */
  readonly mend?: (answer: ApiResponse) => 'again' | undefined;
  /** Whether an answer of 5xx proves that nothing was started. Absent: none does. */
  readonly startedNothing?: (answer: ApiResponse) => boolean;
  /** What a person can do about a refusal. */
  readonly hint: (answer: ApiResponse) => string | undefined;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/**
 * Sends the call that starts a run. It is sent again only when it is certain that nothing was started: the connection was
 * refused or the name not found, the API turned us away with 429, or the call was mended. A timeout, a reset, 408 and 5xx
 * leave that open: never again.
 */
export async function startOnce<T>(
  call: StartCall<T>,
  signal: AbortSignal,
): Promise<T | Refused | Unsure> {
  const { clock, random } = call;
  const begin = clock.monotonic();
  for (let sends = 1; ; sends++) {
    const sent = await call.send(signal);
    if (!sent.ok && sent.problem.mayHaveBeenReceived)
      return { kind: 'unsure', reason: sent.problem.message };

    let again: number;
    if (!sent.ok) {
      again = backoffMs(sends, random);
    } else {
      const answer = sent.value;
      if (isSuccess(answer)) {
        return (
          call.runIn(answer) ??
          (call.isRefusal?.(answer) === true ? refusedBy(call, sent) : unnamed(call, answer))
        );
      }
      if (call.mend?.(answer) === 'again') {
        again = 0;
      } else if (isRateLimited(answer)) {
        const asked = retryAfterMs((name) => answer.headers[name], clock.now());
        again = waitBefore(sends, asked, random);
      } else if (
        (answer.status >= 500 || answer.status === 408) &&
        call.startedNothing?.(answer) !== true
      ) {
        // 408: the server gave up waiting for us, perhaps after it had read enough.
        return {
          kind: 'unsure',
          reason: `${call.system} answered with ${describeResponse(answer)}`,
        };
      } else {
        return refusedBy(call, sent);
      }
    }

    if (sends >= MAX_SENDS || clock.monotonic() - begin + again > MAX_WAIT_MS) {
      return refusedBy(call, sent);
    }
    try {
      await clock.sleep(again, signal);
    } catch {
      return refusedBy(call, sent);
    }
  }
}

function unnamed<T>({ system, noun }: StartCall<T>, answer: ApiResponse): Unsure {
  const serverMessage = describeResponse(answer);
  return {
    kind: 'unsure',
    reason: isPage(answer)
      ? `${system} answered with a page in place of ${noun}: ${serverMessage}`
      : `${system} accepted it without naming ${noun}: ${serverMessage}`,
  };
}

/** A refusal of our own: nothing was sent. */
export function refused({ message, fix }: Problem): Refused {
  return { kind: 'refused', reason: message, ...(fix === undefined ? {} : { hint: fix }) };
}

function refusedBy<T>(call: StartCall<T>, sent: SendResult): Refused {
  if (!sent.ok) {
    return {
      kind: 'refused',
      reason: `${call.system} could not be reached: ${sent.problem.message}`,
      hint: `Check ${call.addressInput} and the network of the runner`,
    };
  }
  const hint = call.hint(sent.value);
  return {
    kind: 'refused',
    reason: `${call.system} refused with ${describeResponse(sent.value)}`,
    ...(hint === undefined ? {} : { hint }),
  };
}
