import { fields } from '../../support/json.js';
import { printableUrl } from '../../support/url.js';
import { readDocument, type Dialect, type Document } from '../provider/answer.js';
import { authorization } from '../provider/authorization.js';
import { createCaller, MAX_BYTES } from '../provider/caller.js';
import type { Failed } from '../provider/failure.js';
import { hintsOf } from '../provider/hints.js';
import type { ProviderWorld } from '../provider/vendor.js';
import type { JsonRequest } from './description.js';

export interface Client {
  /** As it may be printed. */
  readonly name: string;
  /** @throws the signal's reason, when it is aborted; nothing else. */
  read(signal: AbortSignal): Promise<Document | Failed>;
}

const dialect: Dialect = {
  hints: {
    ...hintsOf({ address: 'url', credentials: 'json-token', path: 'the answer' }),
    notJson: 'check url: it must answer with JSON',
    notFound: 'check url',
    badQuery: 'correct url, body or headers',
    timeout: 'raise timeout, or ask for less',
    tooLarge: 'ask for less: only one number is needed',
  },
  wordsIn: errorWords,
};

/** `error`, as a text or as an object with a `message`, or with a `reason` as Elasticsearch has it; or a `message` alone. */
function errorWords(document: unknown): string | undefined {
  const { error, message } = fields(document);
  const inner = fields(error);
  return [error, inner.message, inner.reason, message].find((text) => typeof text === 'string');
}

/** One endpoint that answers with JSON. Redirects are not followed: credentials would go along. */
export function createClient(request: JsonRequest, world: ProviderWorld): Client {
  const { http, clock, redact } = world;
  const { url, method, headers, body, token, timeoutMs } = request;
  const call = createCaller(clock, dialect.hints);
  const all = {
    Accept: 'application/json',
    ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
    ...headers,
    ...(token === undefined ? {} : { Authorization: authorization(token) }),
  };
  return {
    name: printableUrl(url),
    read: (signal) =>
      call(async () => {
        const raw = await http.request({
          method,
          url,
          headers: all,
          body,
          timeoutMs,
          maxBytes: MAX_BYTES,
          signal,
        });
        return readDocument(raw, dialect, { now: clock.now(), redact });
      }, signal),
  };
}
