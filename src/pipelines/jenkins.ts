import type { Clock } from '../support/clock.js';
import { messageOf } from '../support/errors.js';
import { hintOf } from '../support/http/api.js';
import { hintFor } from './jenkins/hints.js';
import { type Job, readJob } from './jenkins/job.js';
import { locate, lookBefore, wasQueued } from './jenkins/locate.js';
import { parseCredentials, parseJob, parseRoot } from './jenkins/names.js';
import { composeParameters, ID_PARAMETER, MARKER } from './jenkins/parameters.js';
import { preflight } from './jenkins/preflight.js';
import { createRuns, runAt, type Runs } from './jenkins/run.js';
import { createSite, type Site } from './jenkins/site.js';
import { awaitBuild, queueBuild, START_QUERY, startPath } from './jenkins/start.js';
import { notSeen } from './locate.js';
import { joined, type Named, problem } from './refusal.js';
import { refused } from './start-once.js';
import type { PipelineClient, StartRequest, StartResult } from '../contract/pipeline.js';
import { unusable } from './unusable.js';
import { printableUrl } from '../support/text.js';

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
  readonly site: Site;
  readonly runs: Runs;
}

function setUp(options: JenkinsClientOptions): Named<Ready> {
  const root = parseRoot(options.url);
  if ('problem' in root) return root;
  const job = parseJob(options.job);
  if ('problem' in job) return job;
  const authorization = parseCredentials(options.user, options.token);
  if ('problem' in authorization) return authorization;
  const site = createSite({
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
  if (problems.length > 0) return refused(joined(problems));
  // With an id in it our run is told by that alone.
  const before = ID_PARAMETER in parameters ? notSeen : await lookBefore(site, signal);
  if (before.kind === 'refused') return before;

  signal.throwIfAborted();
  beforeSend();
  const sent = await queueBuild(site, parameters, signal);
  if (sent.kind === 'refused') return sent;
  if (sent.kind === 'unsure') {
    return locate(site, { parameters, before, next, why: sent.reason }, signal);
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
async function readyJob(site: Site, signal: AbortSignal): Promise<Named<Job>> {
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
  site: Site,
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
