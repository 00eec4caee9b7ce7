import type {
  PipelineClient,
  RunState,
  StartedRun,
  StartRequest,
  StartResult,
} from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import { type ApiRequest, hintOf, refusalIn } from '../../support/http/api.js';
import { type ApiResponse, isPage } from '../../support/http/response.js';
import { valueAt } from '../../support/json-pointer.js';
import { PermanentError, TransientError } from '../../support/retry.js';
import { clip, neutralise } from '../../support/text.js';
import { printableUrl } from '../../support/url.js';
import { type Candidate, findRun, type Listing } from '../find-run.js';
import { soonThere } from '../reading.js';
import { mergeErrors } from '../settings.js';
import {
  CANCEL_TIMEOUT_MS,
  refused,
  type Sent,
  START_TIMEOUT_MS,
  startOnce,
} from '../start-once.js';
import { unusable } from '../unusable.js';
import { composeCancel, composeFind, composeStart, composeState } from './compose.js';
import {
  addressOf,
  contextOf,
  type ContextOptions,
  hintFor,
  type HttpContext,
  runFrom,
  runIdIn,
  shows,
  stateIn,
} from './context.js';
import type { Description } from './description.js';
import { preflight } from './preflight.js';

export interface HttpClientOptions extends ContextOptions {
  /** The system, or which inputs its description lacks. */
  readonly description: Description | { readonly missing: readonly string[] };
}

const BODY_SHOWN = 1000;
/** What system it is only the user knows. */
const NAME = 'the CI system';

/** The client of the `ci` strategy for a CI system that the user describes: which calls it has, and where its answers stand. */
export function createHttpClient({ description, ...options }: HttpClientOptions): PipelineClient {
  if ('missing' in description) {
    const { missing } = description;
    return unusable('http', NAME, {
      message: `ci-system is http, and ${missing.join(' and ')} ${missing.length === 1 ? 'is' : 'are'} not set`,
      fix: 'describe how the rollback pipeline is started',
    });
  }
  const site = contextOf(description, options);
  return {
    id: 'http',
    name: NAME,

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
      if (problems.length > 0) return refused(mergeErrors(problems));
      signal.throwIfAborted();
      beforeSend();
      const sent = await sendStart(site, call, request.correlationId, signal);
      return sent.kind === 'unsure' ? searchFor(site, request, sent.reason, signal) : sent;
    },

    state: (run, signal) => readState(site, run, signal),
    cancel: (run, signal) => cancel(site, run, signal),
  };
}

async function readState(
  site: HttpContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<RunState> {
  const { state } = site.description;
  if (state === undefined) {
    throw new PermanentError('http-state-path, http-state and http-states do not say how');
  }
  const what = `reading the state of run ${run.id}`;
  const answer = await withHint(
    soonThere(site.api.request(what, composeState(state.path, run.id), signal)),
  );
  if (typeof answer.data !== 'object' || answer.data === null) {
    throw new TransientError(`${what}: the answer is no JSON object`);
  }
  return stateIn(answer.data, state);
}

async function cancel(site: HttpContext, run: StartedRun, signal: AbortSignal): Promise<void> {
  const how = site.description.cancel;
  if (how === undefined) throw new PermanentError('http-cancel-path does not say how to cancel it');
  const composed = composeCancel(how, site.description.contentType, run.id);
  if ('problem' in composed) throw new PermanentError(composed.problem.message);
  await withHint(
    site.api
      .request('cancelling the run', composed.call, signal, CANCEL_TIMEOUT_MS)
      .catch((error: unknown) => {
        // There is nothing left to cancel: Gitea and Buildkite say so of a run that has ended.
        if (refusalIn(error)?.status !== 409) throw error;
      }),
  );
}

async function withHint<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    const hint = hintOf(error, hintFor);
    throw hint === undefined ? error : new PermanentError(`${messageOf(error)}. ${hint}`);
  }
}

/** Sends the call that starts a run. */
export function sendStart(
  site: HttpContext,
  call: ApiRequest,
  correlationId: string,
  signal: AbortSignal,
): Promise<Sent> {
  const { runId } = site.description;
  return startOnce<Sent>(
    {
      system: site.name,
      addressInput: 'http-url',
      send: (inner) =>
        site.api.send('the call that starts the rollback', call, START_TIMEOUT_MS, inner),
      named: (answer) => {
        const id = namedIn(site, answer, correlationId);
        return id === undefined
          ? undefined
          : { kind: 'started', run: runFrom(site, id, answer.data) };
      },
      noun: runId.length === 0 ? 'its run' : `its run at ${runId.join(', ')}`,
      hint: hintFor,
      clock: site.clock,
      random: site.random,
    },
    signal,
  );
}

/** The id of the run that the call has started. A page, such as one to sign in on, is no proof that there is one. */
function namedIn(
  { description }: HttpContext,
  answer: ApiResponse,
  correlationId: string,
): string | undefined {
  if (description.runId.length > 0) return runIdIn(answer.data, description);
  return isPage(answer) ? undefined : correlationId;
}

/** The runs that the system lists. @throws as `ApiClient.request` does, and PermanentError when the answer is no such list. */
export async function listRuns(
  site: HttpContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly unknown[]> {
  const { find } = site.description;
  if (find === undefined) throw new PermanentError('http-find-path is not set');
  const answer = await site.api.request(
    'listing the runs',
    composeFind(find.path, request),
    signal,
  );
  const list = find.runs === undefined ? answer.data : valueAt(answer.data, find.runs);
  if (Array.isArray(list)) return list as readonly unknown[];
  throw new PermanentError(
    find.runs === undefined
      ? 'listing the runs: the answer is no list; say by http-find-runs where the list stands in it'
      : `listing the runs: there is no list at ${find.runs}; correct http-find-runs`,
  );
}

/**
 * Looks for the run that a call may have started. It is ours when it shows the id that we sent; there is no other sign by
 * which runs of an unknown system could be told apart.
 */
export async function searchFor(
  site: HttpContext,
  request: StartRequest,
  why: string,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  if (site.description.find === undefined) {
    return {
      kind: 'unknown',
      reason: `${why}, and without http-find-path its run cannot be found`,
    };
  }
  return findRun<Candidate>(
    {
      noun: 'run',
      list: (stop) => listOurs(site, request, stop),
      whose: () => 'ours',
      why,
      clock: site.clock,
    },
    signal,
  );
}

/** The runs that show our id: nothing else tells runs apart, so that each of them counts, whatever it is called. */
async function listOurs(
  site: HttpContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Listing<Candidate>> {
  const { correlationId } = request;
  const { description } = site;
  const list = await listRuns(site, request, signal);
  return {
    runs: list
      .filter((one) => shows(one, correlationId))
      .flatMap((one, index) => {
        const id = description.runId.length === 0 ? correlationId : runIdIn(one, description);
        return id === undefined ? [] : [{ run: runFrom(site, id, one), key: String(index) }];
      }),
  };
}
