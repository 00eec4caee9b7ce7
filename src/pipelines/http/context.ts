import { good, type Result } from '../../contract/result.js';
import type { RunState, StartedRun, StartRequest } from '../../contract/pipeline.js';
import { type ApiClient, type ApiRequest, createJsonApi } from '../../support/http/api.js';
import { byResponse } from '../../support/http/problem.js';
import { type ApiResponse, isPage, isRateLimited } from '../../support/http/response.js';
import { valueAt } from '../../support/json.js';
import { PermanentError } from '../../support/retry.js';
import { oneLine } from '../../support/text.js';
import type { ClientDependencies } from '../client.js';
import { isLink, own } from '../reading.js';
import { composeFind, composeState } from './compose.js';
import { describedBy, type Description, type HttpSettings } from './description.js';

/** One system, and how to reach it. */
export interface HttpContext {
  readonly description: Description;
  readonly api: ApiClient;
  /** Its host, for messages. */
  readonly name: string;
}

/** @throws TypeError when the address is no URL. */
export function contextFrom(
  settings: HttpSettings,
  { fetch, clock, random }: Pick<ClientDependencies, 'fetch' | 'clock' | 'random'>,
): Result<HttpContext> {
  const description = describedBy(settings);
  if (!description.ok) return description;
  const { url, headers } = description.value;
  return good({
    description: description.value,
    api: createJsonApi({
      baseUrl: url,
      headers,
      fetch,
      errors: byResponse(hintFor),
      clock,
      random,
    }),
    name: new URL(url).host,
  });
}

/** The address that a call goes to. */
export function addressOf({ description }: HttpContext, { path }: ApiRequest): string {
  return new URL(path, `${description.url.replace(/\/+$/, '')}/`).href;
}

/** The run that an answer speaks of. Without an address for people it gets that of its state, or of the system. */
export function runFrom(context: HttpContext, id: string, data: unknown): StartedRun {
  const { state, url } = context.description;
  const link = linkIn(data, context.description);
  if (link !== undefined || state === undefined) return { id, url: link ?? url };
  return { id, url: addressOf(context, composeState(state.path, id)) };
}

/** The id of the run that a part of an answer speaks of; `undefined` when it names none. */
export function runIdIn(data: unknown, { runId }: Description): string | undefined {
  for (const pointer of runId) {
    const id = idOf(valueAt(data, pointer));
    if (id !== undefined) return id;
  }
  return undefined;
}

/** The address of a run for people, where an answer has one. */
function linkIn(data: unknown, { runLink }: Description): string | undefined {
  return runLink.map((pointer) => valueAt(data, pointer)).find(isLink);
}

/** The id in a text of the answer that begins so: with the whole of ours it speaks of our run, and of no other. */
export function idIn(data: unknown, beginning: string): string | undefined {
  if (typeof data === 'string') {
    const at = data.indexOf(beginning);
    return at < 0 ? undefined : /^[\w-]+/.exec(data.slice(at))?.[0];
  }
  if (typeof data !== 'object' || data === null) return undefined;
  for (const inner of Object.values(data)) {
    const found = idIn(inner, beginning);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The state of a run in our words. A word that has no meaning given is `unknown`, and never success. */
export function stateIn(
  data: unknown,
  { at, meanings }: NonNullable<Description['state']>,
): RunState {
  const words = at
    .map((pointer) => valueAt(data, pointer))
    .filter((value) => ['string', 'number', 'boolean'].includes(typeof value) && value !== '')
    .map(String);
  if (words.length === 0) {
    return { phase: 'unknown', word: `no state at ${at.join(', ')}` };
  }
  const whole = words.join('/');
  const word = oneLine(whole, 100);
  const phase = own(meanings, whole);
  switch (phase) {
    case undefined:
      return { phase: 'unknown', word };
    case 'queued':
      return { phase, word, hint: QUEUED };
    case 'running':
    case 'waiting':
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return { phase, word };
  }
}

const QUEUED =
  'it waits for a free runner, or for what this job holds; give the rollback pipeline runners and locks of its own';

/** Identifies a run in paths. A number beyond 2^53 has lost digits already. */
function idOf(value: unknown): string | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? String(value) : undefined;
  // A segment of dots would lead to another path.
  return typeof value === 'string' && /^[\x21-\x7e]{1,200}$/.test(value) && !/^\.+$/.test(value)
    ? value
    : undefined;
}

/** What these refusals mean in any API over HTTP (RFC 9110 §15.5, RFC 4918 §11.2). */
const table: Readonly<Record<number, string>> = {
  400: 'The system does not understand the request: compare http-start-path and http-start-body with the description of its API',
  401: 'The credentials are missing, wrong or expired: set http-headers to what the API expects, such as Authorization: Bearer TOKEN',
  403: 'The credentials are known, and may not do this: give the token the right to start, read and cancel runs',
  404: 'There is no such thing, or the credentials cannot see it: check http-url and the path',
  405: 'The path is right, the method is not: set http-start-method or http-cancel-method',
  409: 'The system is in a state that does not allow it: look at its pipeline, it may be disabled or busy',
  415: 'The system does not take this type of body: give Content-Type in http-headers',
  422: 'The system understands the request and does not accept it: check the names and values in http-start-body',
};

const CREDENTIALS =
  'As a rule that is a page to sign in on: set http-headers to valid credentials, and http-url to the root of the API itself';

/** What to change, where the refusal says so. */
export function hintFor(answer: ApiResponse): string | undefined {
  if (isRateLimited(answer)) {
    return 'The system has had too many calls with these credentials: use others, or wait';
  }
  if (isPage(answer) || (answer.status >= 300 && answer.status < 400)) return CREDENTIALS;
  return table[answer.status];
}

/** The runs that the system lists. @throws as `ApiClient.request` does, and PermanentError when the answer is no such list. */
export async function listRuns(
  context: HttpContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const { find } = context.description;
  if (find === undefined) throw new PermanentError('http-find-path is not set');
  const answer = await context.api.request(
    'listing the runs',
    composeFind(find.path, request),
    signal,
  );
  const list = find.runs === undefined ? answer.data : valueAt(answer.data, find.runs);
  if (Array.isArray(list)) return list as readonly unknown[];
  throw new PermanentError(
    find.runs === undefined
      ? 'listing the runs: the answer is not a list; say by http-find-runs where the list is in it'
      : `listing the runs: there is no list at ${find.runs}; correct http-find-runs`,
  );
}
