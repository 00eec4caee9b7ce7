import type { Http } from '../http.js';

/** The Fetch standard: a response with one of these has no body. */
const WITHOUT_BODY = new Set([204, 205, 304]);

/**
 * The engine in the shape of WHATWG `fetch`, for libraries that bring their own requests (Octokit). Redirects are never
 * followed: the answer with its `Location` is returned, so that no token travels to another host.
 *
 * @param timeoutMs for one request, from connecting to the last byte of the body.
 * @returns a function that rejects with `HttpError` when there is no answer.
 */
export function fetchOf(
  http: Http,
  options: { readonly timeoutMs: number; readonly maxBytes?: number },
): typeof globalThis.fetch {
  return async (input, init) => {
    const request = new Request(input, init);
    const body = request.body === null ? undefined : Buffer.from(await request.arrayBuffer());
    const answer = await http.request({
      method: request.method,
      url: request.url,
      headers: Object.fromEntries(request.headers),
      body,
      timeoutMs: options.timeoutMs,
      maxBytes: options.maxBytes,
      signal: request.signal,
    });
    const response = new Response(WITHOUT_BODY.has(answer.status) ? null : answer.body, {
      status: answer.status,
      headers: answer.headers,
    });
    return Object.defineProperty(response, 'url', { value: answer.url });
  };
}

/**
 * The same `fetch`, but the bodies of answers that are errors come cleaned: what quotes them cuts them short, and half a
 * secret would not be recognised afterwards.
 */
export function withCleanErrors(
  fetch: typeof globalThis.fetch,
  clean: (text: string) => string,
): typeof globalThis.fetch {
  return async (input, init) => {
    const response = await fetch(input, init);
    if (response.ok || WITHOUT_BODY.has(response.status)) return response;
    const { status, headers, url } = response;
    const cleaned = new Response(clean(await response.text()), { status, headers });
    return Object.defineProperty(cleaned, 'url', { value: url });
  };
}
