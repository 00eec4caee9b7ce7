import type { ApiRequest, SendResult } from '../../support/http/api.js';
import { type ApiResponse, describeResponse, isSuccess } from '../../support/http/response.js';
import { fields } from '../../support/json.js';
import { wantsCrumb } from './hints.js';
import type { Site } from './site.js';

/** POST requests, with a crumb where Jenkins wants one. */
export interface Poster {
  /** One request, sent once; before it the crumb is fetched when {@link mend} has asked for that. Never rejects. */
  post(what: string, call: PostCall, timeoutMs: number, signal: AbortSignal): Promise<SendResult>;
  /**
   * `again`: Jenkins did nothing, because there was no crumb or an old one; the next `post` brings a new one. Asks for one
   * at most.
   */
  mend(answer: ApiResponse): 'again' | undefined;
}

export type PostCall = Pick<ApiRequest, 'path' | 'query' | 'form'>;

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
      return site.api.send(what, { ...call, method: 'POST', headers }, timeoutMs, signal);
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
  | { readonly instead: SendResult };

async function fetchCrumb(site: Site, signal: AbortSignal): Promise<Crumb> {
  const sent = await site.api.send(
    'the call that fetches a crumb',
    { method: 'GET', path: 'crumbIssuer/api/json' },
    CRUMB_TIMEOUT_MS,
    signal,
  );
  const notSent = (why: string): Crumb => ({
    instead: {
      ok: false,
      problem: {
        message: `no crumb could be fetched: ${why}`,
        kind: 'other',
        mayHaveBeenReceived: false,
      },
    },
  });
  if (!sent.ok) return notSent(sent.problem.message);
  const answer = sent.value;
  // Without CSRF protection there is no issuer.
  if (answer.status === 404) return { headers: {} };
  if (!isSuccess(answer)) {
    return answer.status >= 500 || answer.status === 408
      ? notSent(describeResponse(answer))
      : { instead: sent };
  }
  const { crumb, crumbRequestField } = fields(answer.data);
  if (typeof crumb !== 'string' || typeof crumbRequestField !== 'string') {
    return notSent('the answer is not understood');
  }
  const cookies = cookiesIn(answer.headers['set-cookie']);
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
