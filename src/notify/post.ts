import type { Http, HttpResponse } from '../support/http.js';
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

/** Posts JSON, once. @throws HttpError when there is no usable answer */
export function post(
  http: Http,
  { url, headers, body }: Post,
  signal: AbortSignal,
): Promise<HttpResponse> {
  return http.request({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/json', 'user-agent': 'rollgate', ...headers },
    body,
    timeoutMs: TIMEOUT,
    signal,
    maxBytes: MAX_BYTES,
    keepBody: 'start',
  });
}

/** What a refusal says for itself, in one line; of a page nothing. */
export function saidBy({ body }: HttpResponse): string {
  const text = clip(body.toString('utf8'), 200);
  return text === '' || text.startsWith('<') ? '' : ` (${text})`;
}
