import {
  type Answer,
  describeAnswer,
  type Exchange,
  fields,
  isSuccess,
  type JsonCall,
} from '../../support/http/api.js';
import { wantsCrumb } from './hints.js';
import type { Site } from './site.js';

/** POST requests, with a crumb where Jenkins wants one. */
export interface Poster {
  /** One request, sent once; before it the crumb is fetched when {@link mend} has asked for that. Never rejects. */
  post(what: string, call: PostCall, timeoutMs: number, signal: AbortSignal): Promise<Exchange>;
  /**
   * `again`: Jenkins did nothing, because there was no crumb or an old one; the next `post` brings a new one. Asks for one
   * at most.
   */
  mend(answer: Answer): 'again' | undefined;
}

export type PostCall = Pick<JsonCall, 'path' | 'query' | 'form'>;

const CRUMB_TIMEOUT_MS = 5000;

/**
 * For one operation. An API token needs no crumb (Jenkins handbook, "CSRF Protection"); that a password is used instead is
 * told by the refusal only. A crumb is valid in the session that it was issued in, so that its cookie goes along.
 */
export function createPoster(site: Site): Poster {
  let wanted: 'no' | 'next' | 'had' = 'no';
  let headers: Readonly<Record<string, string>> = {};
  return {
    async post(what, call, timeoutMs, signal) {
      if (wanted === 'next') {
        const crumb = await fetchCrumb(site, signal);
        if ('instead' in crumb) return crumb.instead;
        headers = crumb.headers;
        wanted = 'had';
      }
      return site.api.once(what, { ...call, method: 'POST', headers }, timeoutMs, signal);
    },
    mend(answer) {
      if (wanted !== 'no' || !wantsCrumb(answer)) return undefined;
      wanted = 'next';
      return 'again';
    },
  };
}

type Crumb =
  | { readonly headers: Readonly<Record<string, string>> }
  /** What the request comes to without one. It was not sent. */
  | { readonly instead: Exchange };

async function fetchCrumb(site: Site, signal: AbortSignal): Promise<Crumb> {
  const exchange = await site.api.once(
    'the call that fetches a crumb',
    { method: 'GET', path: 'crumbIssuer/api/json' },
    CRUMB_TIMEOUT_MS,
    signal,
  );
  const notSent = (why: string): Crumb => ({
    instead: { kind: 'not-received', why: `no crumb could be fetched: ${why}` },
  });
  if (exchange.kind !== 'answer') return notSent(exchange.why);
  const { answer } = exchange;
  // Without CSRF protection there is no issuer.
  if (answer.status === 404) return { headers: {} };
  if (!isSuccess(answer)) {
    return answer.status >= 500 || answer.status === 408
      ? notSent(describeAnswer(answer))
      : { instead: exchange };
  }
  const { crumb, crumbRequestField } = fields(answer.data);
  if (typeof crumb !== 'string' || typeof crumbRequestField !== 'string') {
    return notSent('the answer is not understood');
  }
  const cookies = cookiesIn(answer.header('set-cookie'));
  return {
    headers: { [crumbRequestField]: crumb, ...(cookies === '' ? {} : { cookie: cookies }) },
  };
}

/**
 * The cookies as they are sent back. Several `Set-Cookie` lines come joined by commas; a comma also stands in their dates,
 * where no name and `=` follow it.
 */
export function cookiesIn(header: string | undefined): string {
  return (header ?? '')
    .split(/,(?=\s*[^\s=;,]+=)/)
    .map((cookie) => cookie.split(';', 1)[0]?.trim() ?? '')
    .filter((pair) => /^[^=]+=./.test(pair))
    .join('; ');
}
