import type {
  PipelineClient,
  StartedRun,
  StartRequest,
  StartResult,
} from '../../contract/pipeline.js';
import { deadline } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import { hintOf } from '../../support/http/api.js';
import type { ApiResponse } from '../../support/http/response.js';
import { printableUrl } from '../../support/url.js';
import {
  type Before,
  type Candidate,
  findRun,
  type Listing,
  listRunsBefore as look,
  notSeen,
  type Owner,
} from '../find-run.js';
import { mergeErrors, type Named, problem } from '../settings.js';
import { refused, type Refused, START_TIMEOUT_MS, startOnce, type Unsure } from '../start-once.js';
import { unusable } from '../unusable.js';
import { createPoster, hintFor, startedNothing } from './api.js';
import {
  createContext,
  type JenkinsContext,
  parseCredentials,
  parseJob,
  parseRoot,
} from './context.js';
import { composeParameters, ID_PARAMETER, type Job, MARKER, readJob } from './job.js';
import { preflight } from './preflight.js';
import { createRuns, type JobRun, lastBuilds, queuedRuns, runAt, type Runs } from './runs.js';

export interface JenkinsClientOptions {
  /** Root of the controller, with or without a slash at its end. */
  readonly url: string | undefined;
  readonly user: string | undefined;
  /** API token of the user, or the password. */
  readonly token: string | undefined;
  /** Full name of the job: `folder/job`, `project/feature%2Fx`. */
  readonly job: string | undefined;
  /** BUILD_TAG of the build that we are part of, when that is one of Jenkins. */
  readonly ownRunId: string | null;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** The Jenkins client of the `ci` strategy: starts a parameterized job and follows it through the queue to its result. */
export function createJenkinsClient(options: JenkinsClientOptions): PipelineClient {
  const setup = setUp(options);
  if ('problem' in setup) return unusable('jenkins', 'Jenkins', setup.problem);
  const { site, runs } = setup.ok;

  return {
    id: 'jenkins',
    name: 'Jenkins',

    preflight: (request, signal) => preflight(site, request, options.ownRunId, signal),

    describe: (request, signal) => describe(site, request, signal),

    start: (request, signal, beforeSend) => start(setup.ok, request, signal, beforeSend),

    state: (run, signal) => runs.state(run, signal),

    cancel: (run, signal) => runs.cancel(run, signal),
  };
}

interface Ready {
  readonly site: JenkinsContext;
  readonly runs: Runs;
}

function setUp(options: JenkinsClientOptions): Named<Ready> {
  const root = parseRoot(options.url);
  if ('problem' in root) return root;
  const job = parseJob(options.job);
  if ('problem' in job) return job;
  const authorization = parseCredentials(options.user, options.token);
  if ('problem' in authorization) return authorization;
  const site = createContext({
    ...options,
    root: root.ok,
    job: job.ok,
    authorization: authorization.ok,
  });
  return { ok: { site, runs: createRuns(site) } };
}

async function start(
  { site, runs }: Ready,
  request: StartRequest,
  signal: AbortSignal,
  beforeSend: () => void,
): Promise<StartResult> {
  const ready = await readyJob(site, signal);
  if ('problem' in ready) return refused(ready.problem);
  const { next } = ready.ok;
  const { parameters, problems } = composeParameters(request, ready.ok, site.job.full);
  if (problems.length > 0) return refused(mergeErrors(problems));
  // With an id in it our run is told by that alone.
  const before = ID_PARAMETER in parameters ? notSeen : await listRunsBefore(site, signal);
  if (before.kind === 'refused') return before;

  signal.throwIfAborted();
  beforeSend();
  const sent = await queueBuild(site, parameters, signal);
  if (sent.kind === 'refused') return sent;
  if (sent.kind === 'unsure') {
    return searchFor(site, { parameters, before, next, why: sent.reason }, signal);
  }
  const { queueId } = sent;
  // An item with equal parameters that waits already is named instead of a new one (core, Queue.schedule2).
  if (wasQueued(before, queueId)) {
    return {
      kind: 'unknown',
      reason: `Jenkins joined it with the item ${String(queueId)}, which was in the queue before`,
      probable: runAt(site, { queueId, build: undefined }),
    };
  }
  return { kind: 'started', run: await awaitBuild(site, runs, queueId, signal) };
}

/** The job as it must be known before the call. @throws only the signal's reason. */
async function readyJob(site: JenkinsContext, signal: AbortSignal): Promise<Named<Job>> {
  try {
    return { ok: await readJob(site, signal) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return problem(
      messageOf(error),
      hintOf(error, (answer) => hintFor(site, answer)) ??
        `Nothing is started before it is seen that the job declares ${MARKER}: Jenkins would drop it silently and deploy`,
    );
  }
}

async function describe(
  site: JenkinsContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const url = printableUrl(`${site.root}${startPath(site)}`);
  const call = `POST ${url}?${String(new URLSearchParams(START_QUERY))}`;
  const ready = await readyJob(site, signal);
  if ('problem' in ready) {
    return [call, `it would be refused: ${ready.problem.message} (${ready.problem.fix})`];
  }
  const { parameters, problems } = composeParameters(request, ready.ok, site.job.full);
  return [
    call,
    `with ${Object.entries(parameters)
      .map(([name, value]) => `${name}=${value}`)
      .join(', ')}`,
    ...(ID_PARAMETER in parameters
      ? []
      : [`${ID_PARAMETER} is not declared: an equal rollback in the queue would be joined`]),
    ...problems.map(({ message, fix }) => `it would be refused: ${message} (${fix})`),
  ];
}

/** What became of the call that starts a build. */
export type Queued = { readonly kind: 'queued'; readonly queueId: number } | Refused | Unsure;

/** With the least delay: the quiet period of the job is for commits that come in numbers. */
export const START_QUERY = { delay: '0sec' };

export function startPath({ job }: JenkinsContext): string {
  return `${job.path}/buildWithParameters`;
}

/** Asks for a build; once more with a crumb when that is all that was missing. */
export function queueBuild(
  site: JenkinsContext,
  parameters: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<Queued> {
  const poster = createPoster(site);
  return startOnce<Queued>(
    {
      system: 'Jenkins',
      addressInput: 'jenkins-url',
      send: (withSignal) =>
        poster.post(
          'the call that starts the build',
          { path: startPath(site), query: START_QUERY, form: parameters },
          START_TIMEOUT_MS,
          withSignal,
        ),
      named: (answer) => {
        const queueId = queueIdIn(answer);
        return queueId === undefined ? undefined : { kind: 'queued', queueId };
      },
      noun: 'its queue item',
      mend: (answer) => poster.mend(answer),
      startedNothing,
      hint: (answer) => hintFor(site, answer),
      clock: site.clock,
      random: site.random,
    },
    signal,
  );
}

/**
 * Only the number of `Location` counts: behind a proxy its scheme, host and path may be those that Jenkins believes to have
 * (ParametersDefinitionProperty.buildWithParameters builds it from the context path).
 */
function queueIdIn(answer: ApiResponse): number | undefined {
  const found = /\/queue\/item\/(\d+)\/?$/.exec(answer.headers.location ?? '')?.[1];
  return found === undefined ? undefined : Number(found);
}

const BUILD_MS = 5000;
const BUILD_POLL_MS = 500;

/**
 * Waits a moment for the item to become a build, because the page of a build says more than that of a job. Never rejects:
 * the run exists, whatever can be read of it.
 */
export async function awaitBuild(
  site: JenkinsContext,
  runs: Runs,
  queueId: number,
  signal: AbortSignal,
): Promise<StartedRun> {
  const time = deadline(site.clock, BUILD_MS, 'leaving the queue', signal);
  try {
    for (;;) {
      const build = await runs.buildOf(queueId, time.signal);
      if (build !== undefined) return runAt(site, { queueId, build });
      await site.clock.sleep(BUILD_POLL_MS, time.signal);
    }
  } catch {
    return runAt(site, { queueId, build: undefined });
  } finally {
    time.clear();
  }
}

/** The items of the job that wait already. @throws only the signal's reason. */
export function listRunsBefore(
  site: JenkinsContext,
  signal: AbortSignal,
): Promise<Before | Refused> {
  return look(
    async (stop) => listing(site, await queuedRuns(site, stop)),
    (answer) => hintFor(site, answer),
    signal,
  );
}

/** Whether an item waited already. */
export function wasQueued({ known }: Before, queueId: number): boolean {
  return known?.has(String(queueId)) === true;
}

export interface WantedRun {
  /** What was sent. With {@link ID_PARAMETER} in it a run without that id is not ours. */
  readonly parameters: Readonly<Record<string, string>>;
  readonly before: Before;
  /** Builds from this number on are new; `undefined`: the job does not tell which comes next. */
  readonly next: number | undefined;
  /** Why the run has to be looked for. */
  readonly why: string;
}

/**
 * Looks for the run that a call may have started, in the queue and among the builds. Certain is only a run that has the
 * correlation id as a parameter.
 */
export function searchFor(
  site: JenkinsContext,
  wanted: WantedRun,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  return findRun<Run>(
    {
      noun: 'run',
      async list(stop) {
        // In this order a run that leaves the queue in between is seen twice rather than never. It has one key, and the build,
        // which says more, comes last.
        const queued = await queuedRuns(site, stop);
        return listing(site, [...queued, ...(await lastBuilds(site, stop))]);
      },
      whose: (run) => whoseIs(run, wanted),
      why: wanted.why,
      clock: site.clock,
    },
    signal,
  );
}

interface Run extends Candidate, JobRun {}

function listing(site: JenkinsContext, runs: readonly JobRun[]): Listing<Run> {
  return {
    runs: runs.map((one) => ({ ...one, key: String(one.queueId), run: runAt(site, one) })),
  };
}

function whoseIs(run: Run, { parameters: sent, before, next }: WantedRun): Owner {
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
