import type { RunState, StartedRun } from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import { ApiError, refusalIn } from '../../support/http/api.js';
import { type ApiResponse, describeResponse, isSuccess } from '../../support/http/response.js';
import { fields, isObject } from '../../support/json.js';
import { isTransientStatus, TransientError } from '../../support/retry.js';
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
  site: JenkinsContext,
  signal: AbortSignal,
): Promise<readonly JobRun[]> {
  const answer = await site.api.request(
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
    return typeof id === 'number' && isOfJob(site, url)
      ? [{ queueId: id, build: undefined, parameters: parametersOf(actions) }]
      : [];
  });
}

/** The last builds of the job, the newest first. @throws as `ApiClient.request` does. */
export async function lastBuilds(
  site: JenkinsContext,
  signal: AbortSignal,
): Promise<readonly JobRun[]> {
  const what = `reading the builds of ${site.job.full}`;
  const answer = await site.api.request(
    what,
    {
      method: 'GET',
      path: `${site.job.path}/api/json`,
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
type Place = { readonly item: number } | { readonly build: number };

const IN_QUEUE = 'queue/';
/** A cancel may be refused for a moment; the caller asks again. */
const CANCEL_TIMEOUT_MS = 5000;

/** A run goes by the number of its build; until that is known, by its item in the queue: `queue/123`. */
export function runAt(
  site: JenkinsContext,
  { queueId, build }: Omit<JobRun, 'parameters'>,
): StartedRun {
  return build === undefined
    ? { id: `${IN_QUEUE}${String(queueId)}`, url: jobUrl(site) }
    : { id: String(build), url: buildUrl(site, build) };
}

function placeOf({ id }: StartedRun): Place {
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
  /** Asks for its end. @throws as `PipelineClient.cancel` does. */
  cancel(run: StartedRun, signal: AbortSignal): Promise<void>;
}

export function createRuns(site: JenkinsContext): Runs {
  const builds = new Map<number, number>();
  let hasPipelineApi = true;

  /** The build that the item has become, or what the item shows. */
  const look = async (
    queueId: number,
    signal: AbortSignal,
  ): Promise<{ readonly build: number } | { readonly waits: QueueFields }> => {
    const known = builds.get(queueId);
    if (known !== undefined) return { build: known };
    const what = `reading the queue item ${String(queueId)}`;
    let item;
    try {
      item = await site.api.request(
        what,
        {
          method: 'GET',
          path: `queue/item/${String(queueId)}/api/json`,
          query: { tree: 'why,cancelled,buildable,executable[number]' },
        },
        signal,
      );
    } catch (error) {
      if (refusalIn(error)?.status !== 404) throw error;
      const left = (await lastBuilds(site, signal)).find((one) => one.queueId === queueId);
      if (left?.build === undefined) {
        throw new TransientError(
          `the item ${String(queueId)} is not in the queue any more, and ${site.job.full} has no build of it`,
        );
      }
      builds.set(queueId, left.build);
      return { build: left.build };
    }
    if (!isObject(item.data)) throw new TransientError(`${what}: the answer is not understood`);
    const { why, cancelled, buildable, executable } = item.data;
    const { number } = fields(executable);
    if (typeof number !== 'number') return { waits: { why, cancelled, buildable } };
    builds.set(queueId, number);
    return { build: number };
  };

  /** `PAUSED_PENDING_INPUT` and the like; `undefined` where nothing can tell. */
  const pipelineStatus = async (build: number, signal: AbortSignal): Promise<unknown> => {
    if (!hasPipelineApi) return undefined;
    try {
      const answer = await site.api.request(
        `reading the Pipeline of build ${String(build)}`,
        { method: 'GET', path: `${site.job.path}/${String(build)}/wfapi/describe` },
        signal,
      );
      return fields(answer.data).status;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      // It comes with the plugin pipeline-rest-api, and for Pipelines only.
      if (refusalIn(error) !== undefined) hasPipelineApi = false;
      return undefined;
    }
  };

  const stateOfNumber = async (build: number, signal: AbortSignal): Promise<RunState> => {
    const what = `reading the state of build ${String(build)}`;
    let answer;
    try {
      answer = await site.api.request(
        what,
        {
          method: 'GET',
          path: `${site.job.path}/${String(build)}/api/json`,
          query: { tree: 'building,result' },
        },
        signal,
      );
    } catch (error) {
      // A build that has just left the queue is not yet to be seen.
      if (refusalIn(error)?.status === 404) {
        throw new TransientError(messageOf(error));
      }
      throw error;
    }
    if (!isObject(answer.data)) throw new TransientError(`${what}: the answer is not understood`);
    const { building, result } = answer.data;
    return stateOfBuild({
      building,
      result,
      ...(building === true ? { pipeline: await pipelineStatus(build, signal) } : {}),
    });
  };

  return {
    async state(run, signal) {
      const place = placeOf(run);
      const seen = 'build' in place ? place : await look(place.item, signal);
      return 'build' in seen ? stateOfNumber(seen.build, signal) : stateOfItem(seen.waits);
    },

    async buildOf(queueId, signal) {
      const seen = await look(queueId, signal);
      return 'build' in seen ? seen.build : undefined;
    },

    async cancel(run, signal) {
      const place = placeOf(run);
      const seen = 'build' in place ? place : await look(place.item, signal);
      if ('build' in seen) {
        await ask(site, { path: `${site.job.path}/${String(seen.build)}/stop` }, signal);
      } else if ('item' in place && seen.waits.cancelled !== true) {
        await ask(site, { path: 'queue/cancelItem', query: { id: place.item } }, signal);
      }
    },
  };
}

/**
 * A call that ends something. The answer is 204, or leads back to a page of the same controller (core, Queue.doCancelItem
 * and Executor.doStop); what came of it is for the next look to say.
 */
async function ask(site: JenkinsContext, call: PostCall, signal: AbortSignal): Promise<void> {
  const poster = createPoster(site);
  const what = 'the call that cancels the run';
  for (;;) {
    const sent = await poster.post(what, call, CANCEL_TIMEOUT_MS, signal);
    if (!sent.ok) throw new TransientError(sent.problem.message);
    const answer = sent.value;
    if (isSuccess(answer) || leadsBack(site, answer)) return;
    if (poster.mend(answer) === 'again') continue;
    // 404: the item has just left the queue, as a build or for good.
    if (answer.status === 404 || isTransientStatus(answer.status)) {
      throw new TransientError(describeResponse(answer));
    }
    const hint = hintFor(site, answer);
    throw new ApiError(
      hint === undefined ? 'cancelling the run' : `cancelling the run (${hint})`,
      answer,
    );
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
