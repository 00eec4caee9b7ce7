import { good } from '../../contract/result.js';
import type {
  PipelineClient,
  RunState,
  StartedRun,
  StartRequest,
  StartResult,
} from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import { fixIn, refusalIn } from '../../support/http/api.js';
import { type ApiResponse, isPage } from '../../support/http/response.js';
import { PermanentError, TransientError } from '../../support/retry.js';
import { oneLine, printableUrl } from '../../support/text.js';
import {
  type ClientDependencies,
  createPipelineClient,
  type PipelineAdapter,
  refusals,
  type RunSearch,
  type SystemCall,
} from '../client.js';
import type { Candidate, Listing } from '../find-run.js';
import { soonThere } from '../reading.js';
import { mergeErrors } from '../settings.js';
import { CANCEL_TIMEOUT_MS, START_TIMEOUT_MS } from '../start-once.js';
import { composeCancel, composeStart, composeState } from './compose.js';
import {
  addressOf,
  contextFrom,
  hintFor,
  type HttpContext,
  listRuns,
  runFrom,
  runIdIn,
  idIn,
  stateIn,
} from './context.js';
import type { HttpSettings } from './description.js';
import { preflight } from './preflight.js';

const BODY_SHOWN = 1000;
/** Only the user knows what system it is. */
const system = { id: 'http', name: 'the CI system', addressInput: 'http-url' };

/** The client of the `ci` strategy for a CI system that the user describes: which calls it has, and where its answers stand. */
export function createHttpClient(
  settings: HttpSettings,
  dependencies: ClientDependencies,
): PipelineClient {
  return createPipelineClient(
    system,
    contextFrom(settings, dependencies),
    (context): PipelineAdapter<StartRequest, Attempt> => ({
      hintFor,
      address: `${context.description.url} ${context.description.start.path.source}`,
      serverName: context.name,
      preflight: (request, signal) => preflight(context, request, signal),
      describe(request) {
        const { call, problems } = composeStart(context.description, request);
        return Promise.resolve([
          `${call.method} ${printableUrl(addressOf(context, call))}`,
          ...(call.text === undefined ? [] : [`with ${oneLine(call.text, BODY_SHOWN)}`]),
          ...refusals(problems),
        ]);
      },
      prepare(request) {
        const { problems } = composeStart(context.description, request);
        return Promise.resolve(
          problems.length === 0 ? good(request) : { ok: false, problem: mergeErrors(problems) },
        );
      },
      send: (request, start) => start(startCall(context, request)),
      search: (request) => searchFor(context, request),
      state: (run, signal) => readState(context, run, signal),
      cancel: (run, signal) => cancel(context, run, signal),
    }),
    dependencies,
  );
}

async function readState(
  context: HttpContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<RunState> {
  const { state } = context.description;
  if (state === undefined) {
    throw new PermanentError('http-state-path, http-state and http-states do not say how');
  }
  const what = `reading the state of run ${run.id}`;
  const answer = await withHint(
    soonThere(context.api.request(what, composeState(state.path, run.id), signal)),
  );
  if (typeof answer.data !== 'object' || answer.data === null) {
    throw new TransientError(`${what}: the answer is not a JSON object`);
  }
  return stateIn(answer.data, state);
}

async function cancel(context: HttpContext, run: StartedRun, signal: AbortSignal): Promise<void> {
  const how = context.description.cancel;
  if (how === undefined) throw new PermanentError('http-cancel-path does not say how to cancel it');
  const composed = composeCancel(how, context.description.contentType, run.id);
  if (!composed.ok) throw new PermanentError(composed.problem.message);
  await withHint(
    context.api
      .request('cancelling the run', composed.value, signal, CANCEL_TIMEOUT_MS)
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
    const hint = fixIn(error);
    throw hint === undefined ? error : new PermanentError(`${messageOf(error)}. ${hint}`);
  }
}

function startCall(
  context: HttpContext,
  request: StartRequest,
): SystemCall<Extract<StartResult, { kind: 'started' }>> {
  const { call } = composeStart(context.description, request);
  const { runId } = context.description;
  return {
    send: (signal) =>
      context.api.send('the call that starts the rollback', call, START_TIMEOUT_MS, signal),
    runIn: (answer) => {
      const id = namedIn(context, answer, request.correlationId);
      return id === undefined
        ? undefined
        : { kind: 'started', run: runFrom(context, id, answer.data) };
    },
    noun: runId.length === 0 ? 'its run' : `its run at ${runId.join(', ')}`,
  };
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

/**
 * How the run is found. It is ours when it shows the id that we sent; runs of an unknown system can be told apart by
 * nothing else.
 */
function searchFor(context: HttpContext, request: StartRequest): RunSearch<Attempt> | string {
  if (context.description.find === undefined)
    return 'without http-find-path its run cannot be found';
  return {
    noun: 'run',
    listsRunsBefore: false,
    list: (signal) => listAttempts(context, request, signal),
    owner: ({ shownId }) => (shownId === request.correlationId ? 'ours' : 'others'),
    idShown: ({ shownId }) => Promise.resolve(shownId),
  };
}

interface Attempt extends Candidate {
  readonly shownId: string;
}

/** The runs that show an id of ours, or of another attempt: each of them counts, because nothing else tells runs apart. */
async function listAttempts(
  context: HttpContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Listing<Attempt>> {
  const { correlationId, scope = correlationId } = request;
  const { description } = context;
  const list = await listRuns(context, request, signal);
  return {
    runs: list.flatMap((one, index) => {
      const shownId = idIn(one, correlationId) ?? idIn(one, scope);
      if (shownId === undefined) return [];
      const id = description.runId.length === 0 ? shownId : runIdIn(one, description);
      return id === undefined
        ? []
        : [{ run: runFrom(context, id, one), key: String(index), shownId }];
    }),
  };
}
