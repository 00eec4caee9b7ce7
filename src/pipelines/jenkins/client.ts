import { good, type Result } from '../../contract/result.js';
import type {
  PipelineClient,
  StartedRun,
  StartRequest,
  StartResult,
} from '../../contract/pipeline.js';
import { deadline } from '../../support/abort.js';
import { messageOf } from '../../support/errors.js';
import type { ApiResponse } from '../../support/http/response.js';
import { oneLine, printableUrl } from '../../support/text.js';
import {
  type ClientDependencies,
  createPipelineClient,
  type PipelineAdapter,
  refusals,
  type RunSearch,
  type SystemCall,
  unreadable,
} from '../client.js';
import type { Before, Candidate, Listing, Owner } from '../find-run.js';
import { mergeErrors } from '../settings.js';
import { START_TIMEOUT_MS } from '../start-once.js';
import { createPoster, hintFor, startedNothing } from './api.js';
import { contextFrom, type JenkinsContext, type JenkinsSettings, jobUrl } from './context.js';
import { composeParameters, ID_PARAMETER, type Job, MARKER, readJob } from './job.js';
import { preflight } from './preflight.js';
import { createRuns, type JobRun, lastBuilds, queuedRuns, runAt, type Runs } from './runs.js';

const system = { id: 'jenkins', name: 'Jenkins', addressInput: 'jenkins-url' };

/** The Jenkins client of the `ci` strategy: starts a parameterized job and follows it through the queue to its result. */
export function createJenkinsClient(
  settings: JenkinsSettings,
  dependencies: ClientDependencies,
): PipelineClient {
  return createPipelineClient(
    system,
    contextFrom(settings, dependencies, hintFor),
    (context): PipelineAdapter<Build, Run> => {
      const runs = createRuns(context);
      return {
        hintFor: (answer) => hintFor(context, answer),
        address: jobUrl(context),
        preflight: (request, signal) => preflight(context, request, dependencies.ownRunId, signal),
        describe: (request, signal) => describe(context, request, signal),
        prepare: (request, signal) => prepare(context, request, signal),
        async send(build, start, before, signal) {
          const sent = await start(startCall(context, build));
          if (sent.kind !== 'queued') return sent;
          return startedAs(context, runs, { build, sent, before }, signal);
        },
        search: (build) => searchFor(context, build),
        state: (run, signal) => runs.state(run, signal),
        cancel: (run, signal) => runs.cancel(run, signal),
      };
    },
    dependencies,
  );
}

/** A build that is to be started. */
interface Build {
  /** What is sent. With {@link ID_PARAMETER} in it a run without that id is not ours. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Builds from this number on are new; `undefined`: the job does not tell which comes next. */
  readonly next: number | undefined;
}

/** Everything that must be known before the call. */
async function prepare(
  context: JenkinsContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Result<Build>> {
  const job = await readyJob(context, signal);
  if (!job.ok) return job;
  const { parameters, problems } = composeParameters(request, job.value, context.job.full);
  return problems.length === 0
    ? good({ parameters, next: job.value.next })
    : { ok: false, problem: mergeErrors(problems) };
}

async function startedAs(
  context: JenkinsContext,
  runs: Runs,
  { build, sent, before }: { build: Build; sent: Queued; before: Before },
  signal: AbortSignal,
): Promise<StartResult> {
  const { queueId, joined } = sent;
  // An item with equal parameters that waits already is named instead of a new one (core, Queue.schedule2).
  const wasThere = wasQueued(before, queueId);
  if (joined || wasThere) {
    const doubt = await doubtOf(runs, build, queueId, signal);
    if (doubt !== undefined) {
      return {
        kind: 'unknown',
        reason: `Jenkins joined it with the item ${String(queueId)}, ${wasThere ? 'which was in the queue before' : doubt}`,
        probable: runAt(context, { queueId, build: undefined }),
      };
    }
  }
  return { kind: 'started', run: await awaitBuild(context, runs, queueId, signal) };
}

/** Why an item that was there already may be somebody else's; `undefined`: it is ours, by the id that only we have sent. */
async function doubtOf(
  runs: Runs,
  { parameters: sent }: Build,
  queueId: number,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (!(ID_PARAMETER in sent)) return 'which had equal parameters';
  try {
    const shown = await runs.parametersOf(queueId, signal);
    const isEqual =
      shown[ID_PARAMETER] === sent[ID_PARAMETER] &&
      Object.entries(sent).every(([name, value]) => (shown[name] ?? value) === value);
    return isEqual ? undefined : 'whose parameters are others';
  } catch (error) {
    return `whose parameters could not be read (${oneLine(messageOf(error))})`;
  }
}

/** The job as it must be known before the call. @throws only the signal's reason. */
async function readyJob(context: JenkinsContext, signal: AbortSignal): Promise<Result<Job>> {
  try {
    return good(await readJob(context, signal));
  } catch (error) {
    return unreadable(
      error,
      `Nothing is started before it is seen that the job declares ${MARKER}: Jenkins would drop it silently and deploy`,
      signal,
    );
  }
}

async function describe(
  context: JenkinsContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const url = printableUrl(`${context.root}${startPath(context)}`);
  const call = `POST ${url}?${String(new URLSearchParams(START_QUERY))}`;
  const ready = await readyJob(context, signal);
  if (!ready.ok) return [call, ...refusals([ready.problem])];
  const { parameters, problems } = composeParameters(request, ready.value, context.job.full);
  return [
    call,
    `with ${Object.entries(parameters)
      .map(([name, value]) => `${name}=${value}`)
      .join(', ')}`,
    ...(ID_PARAMETER in parameters
      ? []
      : [`${ID_PARAMETER} is not declared: an equal rollback in the queue would be joined`]),
    ...refusals(problems),
  ];
}

/** The call that starts a build was accepted, and waits. */
interface Queued {
  readonly kind: 'queued';
  readonly queueId: number;
  /** Jenkins says that it has made no new item, but found an equal one. */
  readonly joined: boolean;
}

/** Without delay: the quiet period of the job is for many commits in a row. */
const START_QUERY = { delay: '0sec' };

function startPath({ job }: JenkinsContext): string {
  return `${job.path}/buildWithParameters`;
}

/** Asks for a build; once more with a crumb when only that was missing. */
function startCall(context: JenkinsContext, { parameters }: Build): SystemCall<Queued> {
  const poster = createPoster(context);
  let joined = false;
  return {
    async send(signal) {
      const sent = await poster.post(
        'the call that starts the build',
        { path: startPath(context), query: START_QUERY, form: parameters },
        START_TIMEOUT_MS,
        signal,
      );
      // 303 to an item of the queue: accepted, and joined with that item (ParametersDefinitionProperty.buildWithParameters since 2.308,
      // JENKINS-66105). Every other 3xx is a refusal.
      joined = sent.ok && sent.value.status === 303 && queueIdIn(sent.value) !== undefined;
      return sent.ok && joined ? { ...sent, value: { ...sent.value, status: 201 } } : sent;
    },
    runIn: (answer) => {
      const queueId = queueIdIn(answer);
      return queueId === undefined ? undefined : { kind: 'queued', queueId, joined };
    },
    noun: 'its queue item',
    mend: (answer) => poster.mend(answer),
    startedNothing,
  };
}

/**
 * Only the number of `Location` counts: behind a proxy its scheme, host and path may be those that Jenkins believes to have
 * (ParametersDefinitionProperty.buildWithParameters builds it from the context path).
 */
function queueIdIn(answer: ApiResponse): number | undefined {
  const location = answer.headers.location ?? '';
  const path = URL.canParse(location, 'http://jenkins')
    ? new URL(location, 'http://jenkins').pathname
    : '';
  const found = /\/queue\/item\/(\d+)\/?$/.exec(path)?.[1];
  return found === undefined ? undefined : Number(found);
}

const BUILD_MS = 5000;
const BUILD_POLL_MS = 500;

/**
 * Waits a moment for the item to become a build, because the page of a build says more than that of a job. Never rejects:
 * the run exists, whatever can be read of it.
 */
async function awaitBuild(
  context: JenkinsContext,
  runs: Runs,
  queueId: number,
  signal: AbortSignal,
): Promise<StartedRun> {
  const time = deadline(context.clock, BUILD_MS, 'leaving the queue', signal);
  try {
    for (;;) {
      const build = await runs.buildOf(queueId, time.signal);
      if (build !== undefined) return runAt(context, { queueId, build });
      await context.clock.sleep(BUILD_POLL_MS, time.signal);
    }
  } catch {
    return runAt(context, { queueId, build: undefined });
  } finally {
    time.clear();
  }
}

/** Whether an item waited already. */
function wasQueued({ known }: Before, queueId: number): boolean {
  return known?.has(String(queueId)) === true;
}

/**
 * How the run is found, in the queue and among the builds. Certain is only a run that has the correlation id as a parameter:
 * with one in it our run is told by that alone.
 */
function searchFor(context: JenkinsContext, requested: Build): RunSearch<Run> {
  return {
    noun: 'run',
    listsRunsBefore: !(ID_PARAMETER in requested.parameters),
    async list(signal, before) {
      // In this order a run that leaves the queue in between is seen twice rather than never. It has one key, and the build,
      // which says more, comes last.
      const queued = await queuedRuns(context, signal);
      const builds = before === undefined ? [] : await lastBuilds(context, signal);
      return listing(context, [...queued, ...builds]);
    },
    owner: (run, before) => ownerOf(run, requested, before),
    ...(ID_PARAMETER in requested.parameters && {
      idShown: ({ parameters }) => Promise.resolve(parameters[ID_PARAMETER] ?? ''),
    }),
  };
}

interface Run extends Candidate, JobRun {}

function listing(context: JenkinsContext, runs: readonly JobRun[]): Listing<Run> {
  return {
    runs: runs.map((one) => ({
      ...one,
      key: String(one.queueId),
      order: one.queueId,
      run: runAt(context, one),
    })),
  };
}

function ownerOf(run: Run, { parameters: sent, next }: Build, before: Before): Owner {
  const id = sent[ID_PARAMETER];
  if (id !== undefined) return run.parameters[ID_PARAMETER] === id ? 'ours' : 'others';
  const { queueId, build, parameters } = run;
  // Without knowing what was there before the call, an old run cannot be told from a new one.
  if (before.known === undefined || next === undefined || wasQueued(before, queueId))
    return 'others';
  if (build !== undefined && build < next) return 'others';
  return Object.entries(sent).every(([name, value]) => (parameters[name] ?? value) === value)
    ? 'could be'
    : 'others';
}
