/** One request as it goes over the wire, before and after a redirect. */
export interface Hop {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array | undefined;
}

const FOLLOWED = new Set([301, 302, 303, 307, 308]);
/** Headers that say nothing about who asks. All others stay with the origin that they were meant for. */
const HARMLESS = new Set(['accept', 'accept-encoding', 'accept-language', 'user-agent']);

/**
 * The request that a redirect asks for, as browsers do it (WHATWG Fetch, "HTTP-redirect fetch"): 303, and 301 and 302
 * to a POST, become a GET without a body. On another origin (scheme, host or port) only harmless headers go along:
 * any other may be a secret. `undefined`: the answer is final. `unusable`: it leads to nothing that we may ask.
 */
export function redirectOf(
  hop: Hop,
  answer: { readonly status: number; readonly headers: Readonly<Record<string, string>> },
): Hop | 'unusable' | undefined {
  const location = answer.headers.location;
  if (!FOLLOWED.has(answer.status) || location === undefined) return undefined;
  const from = new URL(hop.url);
  let to: URL;
  try {
    to = new URL(location, from);
  } catch {
    return 'unusable';
  }
  if (to.protocol !== 'http:' && to.protocol !== 'https:') return 'unusable';
  const becomesGet =
    (answer.status === 303 && hop.method !== 'HEAD') ||
    (answer.status <= 302 && hop.method === 'POST');
  const elsewhere = to.origin !== from.origin;
  const headers = Object.entries(hop.headers).filter(([name]) => {
    const lower = name.toLowerCase();
    if (lower.startsWith('content-')) return !becomesGet;
    return !elsewhere || HARMLESS.has(lower);
  });
  return {
    method: becomesGet ? 'GET' : hop.method,
    url: to.href,
    headers: Object.fromEntries(headers),
    body: becomesGet ? undefined : hop.body,
  };
}
