import { HttpError, type Http, type HttpResponse } from '../support/http.js';
import { clip } from '../support/text.js';

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
 * @param to who is told, as people know them
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

/** What a refusal says for itself, in one line; of a page nothing. */
export function saidBy({ body }: HttpResponse): string {
  const text = clip(body.toString('utf8'), 200);
  return text === '' || text.startsWith('<') ? '' : ` (${text})`;
}
