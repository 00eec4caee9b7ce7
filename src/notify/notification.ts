import { type Http, HttpError, type HttpResponse } from '../support/http.js';
import { clip } from '../support/text.js';

/** A message about a run to people outside of it. */
export interface Notification {
  /** `hooks.slack.com`, `pull request acme/shop#7`; never an address, which is a secret. */
  readonly to: string;
  /** @throws Error that says what to change */
  send(signal: AbortSignal): Promise<void>;
}

/** One call, milliseconds. */
const TIMEOUT = 10_000;

/** An answer of a size that nobody who takes a message gives. */
const MAX_BYTES = 64 * 1024;

export interface Post {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Posts JSON, once.
 *
 * @param to whom the message is for, as people know them
 * @throws Error when there is no usable answer; it names whom, and not the address, which may be a secret
 */
export async function post(
  http: Http,
  to: string,
  { url, headers, body }: Post,
  signal: AbortSignal,
): Promise<HttpResponse> {
  try {
    return await http.request({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', 'user-agent': 'rollgate', ...headers },
      body,
      timeoutMs: TIMEOUT,
      signal,
      maxBytes: MAX_BYTES,
      keepBody: 'start',
    });
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    const code = error.code === undefined ? '' : ` (${error.code})`;
    // eslint-disable-next-line preserve-caught-error -- its message has the address
    throw new Error(`${to}: ${error.summary}${code}`);
  }
}

/** The server's own words of a refusal, on one line; none of a page. */
export function serverMessage({ body }: HttpResponse): string {
  const text = clip(body.toString('utf8'), 200);
  return text === '' || text.startsWith('<') ? '' : ` (${text})`;
}
