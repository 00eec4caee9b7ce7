import type { Clock } from '../support/clock.js';
import type { Http } from '../support/http.js';
import type { ApiClient } from '../support/http/api.js';
import type { ApiResponse } from '../support/http/response.js';

/** A message about a run to people outside of it. */
export interface Notification {
  /** `hooks.slack.com`, `pull request acme/shop#7`; never an address, which is a secret. */
  readonly to: string;
  /** @throws Error that says what to change */
  send(signal: AbortSignal): Promise<void>;
}

/** What notifications are sent with. */
export interface NotifyDependencies {
  readonly http: () => Http;
  readonly clock: Clock;
  /** Takes secrets out before a text is cut short. */
  readonly redact: (text: string) => string;
}

/** One call, milliseconds. */
export const TIMEOUT_MS = 10_000;

/**
 * One call, sent once.
 *
 * @param to whom the message is for, as people know them
 * @throws Error when there is no answer; it names whom, and not the address, which may be a secret
 */
export async function deliver<C>(
  api: ApiClient<C>,
  to: string,
  call: C,
  signal: AbortSignal,
): Promise<ApiResponse> {
  const sent = await api.send('the message', call, TIMEOUT_MS, signal);
  if (sent.ok) return sent.value;
  throw new Error(`${to}: ${sent.problem.brief}`);
}
