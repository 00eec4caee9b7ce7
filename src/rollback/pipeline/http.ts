import { PermanentError, TransientError } from '../../support/retry.js';
import { clip, neutralise } from '../../support/text.js';
import { printableUrl } from '../../support/url.js';
import { ApiError, describeAnswer, isSuccess } from './exchange.js';
import type { Answer } from './exchange.js';
import { isPage, stateIn } from './http/answer.js';
import { composeCancel, composeStart, composeState } from './http/compose.js';
import type { Refusal } from './http/compose.js';
import type { Description } from './http/description.js';
import { hintFor } from './http/hints.js';
import { locate } from './http/locate.js';
import { preflight } from './http/preflight.js';
import { addressOf, siteOf } from './http/site.js';
import type { Site, SiteOptions } from './http/site.js';
import { sendStart } from './http/start.js';
import type { PipelineClient, RunState, StartedRun, StartResult } from './types.js';

export interface HttpClientOptions extends SiteOptions {
  /** The system, or which inputs its description lacks. */
  readonly description: Description | { readonly missing: readonly string[] };
}

/** A cancel may be refused for a moment; the caller asks again. */
const CANCEL_TIMEOUT_MS = 5000;
const BODY_SHOWN = 1000;

/** The client of the `ci` rung for a CI system that the user describes: which calls it has, and where its answers stand. */
export function createHttpClient({ description, ...options }: HttpClientOptions): PipelineClient {
  if ('missing' in description) return unusable(description.missing);
  const site = siteOf(description, options);
  return {
    id: 'http',

    preflight: (request, signal) => preflight(site, request, signal),

    describe(request) {
      const { call, problems } = composeStart(description, request);
      return Promise.resolve([
        `${call.method} ${printableUrl(addressOf(site, call))}`,
        ...(call.text === undefined ? [] : [`with ${clip(neutralise(call.text), BODY_SHOWN)}`]),
        ...problems.map(({ message, fix }) => `it would be refused: ${message} (${fix})`),
      ]);
    },

    async start(request, signal, beforeSend): Promise<StartResult> {
      const { call, problems } = composeStart(description, request);
      if (problems.length > 0) return refused(problems);
      signal.throwIfAborted();
      beforeSend();
      const sent = await sendStart(site, call, request.correlationId, signal);
      return sent.kind === 'unsure' ? locate(site, request, sent.reason, signal) : sent;
    },

    state: (run, signal) => readState(site, run, signal),
    cancel: (run, signal) => cancel(site, run, signal),
  };
}

async function readState(site: Site, run: StartedRun, signal: AbortSignal): Promise<RunState> {
  const { state } = site.description;
  if (state === undefined) {
    throw new PermanentError('http-state-path, http-state and http-states do not say how');
  }
  const what = `reading the state of run ${run.id}`;
  let answer: Answer;
  try {
    answer = await site.api.readOnce(what, composeState(state.path, run.id), signal);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    // A run that has just been started is not yet to be seen everywhere.
    if (error.status === 404) throw new TransientError(error.message);
    throw withHint(error);
  }
  if (typeof answer.data !== 'object' || answer.data === null) {
    throw new TransientError(`${what}: the answer is no JSON object`);
  }
  return stateIn(answer.data, state);
}

async function cancel(site: Site, run: StartedRun, signal: AbortSignal): Promise<void> {
  const how = site.description.cancel;
  if (how === undefined) throw new PermanentError('http-cancel-path does not say how to cancel it');
  const composed = composeCancel(how, site.description.contentType, run.id);
  if ('problem' in composed) throw new PermanentError(composed.problem.message);
  const exchange = await site.api.once(
    'the call that cancels the run',
    composed.call,
    CANCEL_TIMEOUT_MS,
    signal,
  );
  if (exchange.kind !== 'answer') throw new TransientError(exchange.why);
  const { answer } = exchange;
  // 409: there is nothing left to cancel (Gitea, Buildkite say so of a run that has ended).
  if ((isSuccess(answer) && !isPage(answer)) || answer.status === 409) return;
  if (answer.status >= 500 || answer.status === 429)
    throw new TransientError(describeAnswer(answer));
  throw withHint(new ApiError('cancelling the run', answer));
}

function withHint(error: ApiError): PermanentError {
  const hint = hintFor(error.answer);
  return hint === undefined ? error : new PermanentError(`${error.message}. ${hint}`);
}

function refused(problems: readonly Refusal[]): StartResult {
  return {
    kind: 'refused',
    reason: problems.map(({ message }) => message).join('; '),
    hint: problems.map(({ fix }) => fix).join('; '),
  };
}

/** Without an address nothing can be done but to say what is missing. */
function unusable(missing: readonly string[]): PipelineClient {
  const message = `ci-system is http, and ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set`;
  const fix = 'describe how the rollback pipeline is started';
  const fail = (): Promise<never> => Promise.reject(new PermanentError(message));
  return {
    id: 'http',
    preflight: () => Promise.resolve([{ level: 'error', subject: 'ci', message, fix }]),
    describe: () => Promise.resolve([`nothing: ${message}`]),
    start: () => Promise.resolve({ kind: 'refused', reason: message, hint: fix }),
    state: fail,
    cancel: fail,
  };
}
