import type { RunState, StartedRun } from '../../contract/pipeline.js';
import { refusalIn } from '../../support/http/api.js';
import { type ApiResponse, describeResponse, isSuccess } from '../../support/http/response.js';
import { fields, isObject } from '../../support/json.js';
import { isTransientStatus, PermanentError, TransientError } from '../../support/retry.js';
import { assertSameRun } from '../jobs.js';
import { soonThere } from '../reading.js';
import { createPoster, hintFor, type PostCall } from './api.js';
import { buildUrl, type JenkinsContext, jobNameOf, jobUrl } from './context.js';
import { type QueueFields, stateOfBuild, stateOfItem } from './state.js';

/** A run of the job that may be ours: in the queue, or a build by now. */
export interface JobRun {
  /** Stays the same when the item becomes a build. */
  readonly queueId: number;
  /** `undefined`: still in the queue. */
  readonly build: number | undefined;
  readonly parameters: Readonly<Record<string, string>>;
}

/** How far back in the builds of the job we look. */
const BUILDS = 50;

/** The items of the queue that are runs of the job. @throws as `ApiClient.request` does. */
export async function queuedRuns(
  context: JenkinsContext,
  signal: AbortSignal,
): Promise<readonly JobRun[]> {
  const answer = await context.api.request(
    'reading the queue',
    {
      method: 'GET',
      path: 'queue/api/json',
      query: { tree: 'items[id,task[url],actions[parameters[name,value]]]' },
    },
    signal,
  );
  const { items } = fields(answer.data);
  if (!Array.isArray(items)) throw new TransientError('reading the queue: it is not understood');
  return items.map(fields).flatMap(({ id, task, actions }) => {
    const { url } = fields(task);
    return typeof id === 'number' && isOfJob(context, url)
      ? [{ queueId: id, build: undefined, parameters: parametersOf(actions) }]
      : [];
  });
}

/** The last builds of the job, the newest first. @throws as `ApiClient.request` does. */
export async function lastBuilds(
  context: JenkinsContext,
  signal: AbortSignal,
): Promise<readonly JobRun[]> {
  const what = `reading the builds of ${context.job.full}`;
  const answer = await context.api.request(
    what,
    {
      method: 'GET',
      path: `${context.job.path}/api/json`,
      query: {
        tree: `builds[number,queueId,actions[parameters[name,value]]]{0,${String(BUILDS)}}`,
      },
    },
    signal,
  );
  const { builds } = fields(answer.data);
  if (!Array.isArray(builds)) throw new TransientError(`${what}: the answer is not understood`);
  return builds
    .map(fields)
    .flatMap(({ number, queueId, actions }) =>
      typeof number === 'number' && typeof queueId === 'number'
        ? [{ queueId, build: number, parameters: parametersOf(actions) }]
        : [],
    );
}

function isOfJob({ job }: JenkinsContext, url: unknown): boolean {
  return (
    typeof url === 'string' && URL.canParse(url) && jobNameOf(new URL(url).pathname) === job.full
  );
}

/** What of a run's parameters can be seen; passwords cannot. */
function parametersOf(actions: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    list(actions)
      .flatMap(({ parameters }) => list(parameters))
      .flatMap(({ name, value }) =>
        typeof name === 'string' && ['string', 'boolean', 'number'].includes(typeof value)
          ? [[name, String(value)]]
          : [],
      ),
  );
}

function list(value: unknown): readonly Readonly<Record<string, unknown>>[] {
  return Array.isArray(value) ? value.map(fields) : [];
}

/** Where a run is: an item of the queue, or a build. */
type Place = { readonly item: number; readonly waits: QueueFields } | { readonly build: number };

const IN_QUEUE = 'queue/';
/** A cancel may be refused for a moment; the caller asks again. */
const CANCEL_TIMEOUT_MS = 5000;

/** A run goes by the number of its build; until that is known, by its item in the queue: `queue/123`. */
export function runAt(
  context: JenkinsContext,
  { queueId, build }: Omit<JobRun, 'parameters'>,
): StartedRun {
  return build === undefined
    ? { id: `${IN_QUEUE}${String(queueId)}`, url: jobUrl(context) }
    : { id: String(build), url: buildUrl(context, build) };
}

function placeOf({ id }: StartedRun): { readonly item: number } | { readonly build: number } {
  return id.startsWith(IN_QUEUE)
    ? { item: Number(id.slice(IN_QUEUE.length)) }
    : { build: Number(id) };
}

/** Reads of runs. What it has seen it remembers: an item is forgotten five minutes after it left the queue (core, Queue). */
export interface Runs {
  /** @throws as `ApiClient.request` does. */
  state(run: StartedRun, signal: AbortSignal): Promise<RunState>;
  /** The build that an item of the queue has become; `undefined`: none yet. @throws as `ApiClient.request` does. */
  buildOf(queueId: number, signal: AbortSignal): Promise<number | undefined>;
  /** The parameters of an item of the queue. @throws as `ApiClient.request` does. */
  parametersOf(queueId: number, signal: AbortSignal): Promise<Readonly<Record<string, string>>>;
  /** Asks for its end. @throws as `PipelineClient.cancel` does. */
  cancel(run: StartedRun, signal: AbortSignal): Promise<void>;
}

export function createRuns(context: JenkinsContext): Runs {
  const memory: Memory = { builds: new Map(), hasPipelineApi: true };
  const find = (run: StartedRun, signal: AbortSignal): Promise<Place> => {
    const place = placeOf(run);
    return 'build' in place
      ? Promise.resolve(place)
      : readItem(context, memory, place.item, signal);
  };
  return {
    async state(run, signal) {
      const place = await find(run, signal);
      return 'build' in place
        ? readBuild(context, memory, place.build, signal)
        : stateOfItem(place.waits);
    },

    async buildOf(queueId, signal) {
      const place = await readItem(context, memory, queueId, signal);
      return 'build' in place ? place.build : undefined;
    },

    async parametersOf(queueId, signal) {
      const what = `reading the parameters of the queue item ${String(queueId)}`;
      const answer = await context.api.read(
        what,
        {
          method: 'GET',
          path: `queue/item/${String(queueId)}/api/json`,
          query: { tree: 'id,actions[parameters[name,value]]' },
        },
        signal,
      );
      const { id, actions } = fields(answer.data);
      assertSameRun(what, queueId, id);
      return parametersOf(actions);
    },

    async cancel(run, signal) {
      const place = await find(run, signal);
      if ('build' in place) {
        const path = `${context.job.path}/${String(place.build)}/stop`;
        await ask(context, { path }, signal);
      } else if (place.waits.cancelled !== true) {
        await ask(context, { path: 'queue/cancelItem', query: { id: place.item } }, signal);
      }
    },
  };
}

interface Memory {
  /** By the number of the item that they were. */
  readonly builds: Map<number, number>;
  hasPipelineApi: boolean;
}

/** The build that the item has become, or what the item shows. */
async function readItem(
  context: JenkinsContext,
  { builds }: Memory,
  item: number,
  signal: AbortSignal,
): Promise<Place> {
  const known = builds.get(item);
  if (known !== undefined) return { build: known };
  const what = `reading the queue item ${String(item)}`;
  let answer;
  try {
    answer = await context.api.request(
      what,
      {
        method: 'GET',
        path: `queue/item/${String(item)}/api/json`,
        query: { tree: 'id,why,cancelled,buildable,executable[number]' },
      },
      signal,
    );
  } catch (error) {
    if (refusalIn(error)?.status !== 404) throw error;
    const left = (await lastBuilds(context, signal)).find((one) => one.queueId === item);
    if (left?.build === undefined) {
      throw new TransientError(
        `the item ${String(item)} is not in the queue any more, and ${context.job.full} has no build of it`,
      );
    }
    builds.set(item, left.build);
    return { build: left.build };
  }
  if (!isObject(answer.data)) throw new TransientError(`${what}: the answer is not understood`);
  const { id, why, cancelled, buildable, executable } = answer.data;
  assertSameRun(what, item, id);
  const { number } = fields(executable);
  if (typeof number !== 'number') return { item, waits: { why, cancelled, buildable } };
  builds.set(item, number);
  return { build: number };
}

async function readBuild(
  context: JenkinsContext,
  memory: Memory,
  build: number,
  signal: AbortSignal,
): Promise<RunState> {
  const what = `reading the state of build ${String(build)}`;
  // A build that has just left the queue is not yet to be seen.
  const answer = await soonThere(
    context.api.request(
      what,
      {
        method: 'GET',
        path: `${context.job.path}/${String(build)}/api/json`,
        query: { tree: 'number,building,result' },
      },
      signal,
    ),
  );
  if (!isObject(answer.data)) throw new TransientError(`${what}: the answer is not understood`);
  const { number, building, result } = answer.data;
  assertSameRun(what, build, number);
  return stateOfBuild({
    building,
    result,
    ...(building === true && { pipeline: await pipelineStatus(context, memory, build, signal) }),
  });
}

/** `PAUSED_PENDING_INPUT` and the like; `undefined` where nothing can tell. */
async function pipelineStatus(
  context: JenkinsContext,
  memory: Memory,
  build: number,
  signal: AbortSignal,
): Promise<unknown> {
  if (!memory.hasPipelineApi) return undefined;
  try {
    const answer = await context.api.request(
      `reading the Pipeline of build ${String(build)}`,
      { method: 'GET', path: `${context.job.path}/${String(build)}/wfapi/describe` },
      signal,
    );
    return fields(answer.data).status;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    // It comes with the plugin pipeline-rest-api, and for Pipelines only.
    if (refusalIn(error) !== undefined) memory.hasPipelineApi = false;
    return undefined;
  }
}

/**
 * A call that ends something. The answer is 204, or leads back to a page of the same controller (core, Queue.doCancelItem
 * and Executor.doStop); what came of it is for the next poll to say.
 */
async function ask(context: JenkinsContext, call: PostCall, signal: AbortSignal): Promise<void> {
  const poster = createPoster(context);
  const what = 'the call that cancels the run';
  for (;;) {
    const sent = await poster.post(what, call, CANCEL_TIMEOUT_MS, signal);
    if (!sent.ok) throw new TransientError(sent.problem.message);
    const answer = sent.value;
    if (isSuccess(answer) || leadsBack(context, answer)) return;
    if (poster.mend(answer) === 'again') continue;
    // 404: the item has just left the queue, as a build or for good.
    if (answer.status === 404 || isTransientStatus(answer.status)) {
      throw new TransientError(describeResponse(answer));
    }
    const hint = hintFor(context, answer);
    const why = hint === undefined ? '' : ` (${hint})`;
    throw new PermanentError(`cancelling the run${why}: ${describeResponse(answer)}`);
  }
}

function leadsBack({ root }: JenkinsContext, answer: ApiResponse): boolean {
  const location = answer.headers.location ?? '';
  return (
    answer.status >= 300 &&
    answer.status < 400 &&
    URL.canParse(location, root) &&
    new URL(location, root).origin === new URL(root).origin
  );
}
