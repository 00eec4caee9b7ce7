import type { Clock } from '../support/clock.js';
import { messageOf } from '../support/errors.js';
import { PermanentError, TransientError } from '../support/retry.js';
import { hintOf, refusalIn } from '../support/http/api.js';
import { createApi, createStartApi } from './gitlab/api.js';
import { chooseCredentials, type Tokens, wordFor } from './gitlab/credentials.js';
import { hintFor } from './gitlab/hints.js';
import { locate, lookBefore } from './gitlab/locate.js';
import { parseProject, parseRef, parseUrl } from './gitlab/names.js';
import { objectionTo } from './gitlab/objection.js';
import type { OwnPipeline } from './gitlab/options.js';
import { cancelCall, cancelPipeline, cancelSiblings } from './gitlab/own-pipeline.js';
import { preflight } from './gitlab/preflight.js';
import {
  numberOf,
  readJobs,
  readPipeline,
  readProject,
  readTriggerJobs,
  type Site,
} from './gitlab/site.js';
import { callFor, startPipeline } from './gitlab/start.js';
import { stateOf } from './gitlab/state.js';
import { overridden, variablesOf } from './gitlab/variables.js';
import { joined, type Named, problem } from './refusal.js';
import { CANCEL_TIMEOUT_MS, refused } from './start-once.js';
import type {
  PipelineClient,
  RunState,
  StartedRun,
  StartRequest,
  StartResult,
} from '../contract/pipeline.js';
import { unusable } from './unusable.js';
import { printableUrl } from '../support/text.js';

export interface GitlabClientOptions {
  /** Root of the server, with its path where it has one. */
  readonly url: string;
  /** Number or full path. */
  readonly project: string | undefined;
  readonly tokens: Tokens;
  /** The project's default branch as the job knows it; taken when it cannot be asked for. */
  readonly defaultBranch: string | undefined;
  readonly own: OwnPipeline;
  /** The jobs that a rollback pipeline may have; empty: any. */
  readonly rollbackJobs: readonly string[];
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** The GitLab client of the `ci` strategy: creates a pipeline with the variable ROLLBACK=true, on gitlab.com and any server. */
export function createGitlabClient(options: GitlabClientOptions): PipelineClient {
  const setup = siteOf(options);
  const { own, rollbackJobs } = options;
  if ('problem' in setup) return unusable('gitlab', 'GitLab', setup.problem);
  const site = setup.ok;
  const end = endOf(site, own);

  return {
    id: 'gitlab',
    name: 'GitLab',

    preflight: (request, signal) => preflight(site, request, own, rollbackJobs, signal),

    describe: (request, signal) => describe(site, own, request, signal),

    async start(request, signal, beforeSend): Promise<StartResult> {
      const problems = overridden(request);
      if (problems.length > 0) return refused(joined(problems));
      const target = await refOf(site, request, signal);
      if ('problem' in target) return refused(target.problem);
      const ref = target.ok;
      const before = await lookBefore(site, ref, signal);
      if (before.kind === 'refused') return before;

      signal.throwIfAborted();
      beforeSend();
      const { created, sentAs } = await startPipeline(site, ref, request, signal);
      if (created.kind !== 'unsure') return created;
      const { correlationId } = request;
      return locate(site, { ref, correlationId, sentAs, before, why: created.reason }, signal);
    },

    state: (run, signal) => readState(site, run, signal),

    cancel: (run, signal) => cancel(site, run, signal),

    ...(rollbackJobs.length === 0
      ? {}
      : {
          objection: (run, signal) => objectionTo(site, run, new Set(rollbackJobs), signal),
        }),

    ...(end === undefined ? {} : { endOwnPipeline: end }),
  };
}

function siteOf(options: GitlabClientOptions): Named<Site> {
  const url = parseUrl(options.url);
  if ('problem' in url) return url;
  const project = parseProject(options.project);
  if ('problem' in project) return project;
  const credentials = chooseCredentials(options.tokens);
  if ('problem' in credentials) return credentials;
  const { fetch, clock, random } = options;
  const api = { url: url.ok, credentials: credentials.ok, fetch, clock, random };
  return {
    ok: {
      url: url.ok,
      project: project.ok,
      credentials: credentials.ok,
      api: createApi(api),
      startApi: createStartApi(api),
      defaultBranch: options.defaultBranch,
      clock,
      random,
    },
  };
}

/**
 * How our own pipeline is ended. Only an access token may (lib/api/ci/pipelines.rb); and what the token of a job has started
 * in the same project would be cancelled with it (CancelPipelineService cascades to all descendants).
 */
function endOf(
  site: Site,
  { cancel: what, pipeline, job }: OwnPipeline,
): ((signal: AbortSignal) => Promise<string>) | undefined {
  if (site.credentials.kind !== 'access' || pipeline === undefined) return undefined;
  switch (what) {
    case 'none':
      return undefined;
    case 'pipeline':
      return (signal) => cancelPipeline(site, pipeline, signal);
    case 'siblings':
      return job === undefined
        ? undefined
        : (signal) => cancelSiblings(site, pipeline, job, signal);
  }
}

async function refOf(
  site: Site,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Named<string>> {
  if (request.ref !== undefined) return parseRef(request.ref);
  const { credentials, defaultBranch } = site;
  // Other tokens may not read the project.
  if (credentials.kind !== 'access' && defaultBranch !== undefined) return { ok: defaultBranch };
  try {
    const branch = (await readProject(site, signal)).defaultBranch;
    if (branch !== '') return { ok: branch };
    return problem(`the project ${site.project} has no default branch`, 'set rollback-ref');
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (defaultBranch !== undefined) return { ok: defaultBranch };
    const hint = hintOf(error, hintFor);
    return problem(
      messageOf(error),
      hint ?? 'set rollback-ref, so that the default branch need not be asked for',
    );
  }
}

async function describe(
  site: Site,
  own: OwnPipeline,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const target = await refOf(site, request, signal);
  const ref = 'problem' in target ? '(the default branch)' : target.ok;
  const problems = [...overridden(request), ...('problem' in target ? [target.problem] : [])];
  const variables = variablesOf(request);
  const { path } = callFor(site, ref, { variables });
  const ends = endOf(site, own) !== undefined;
  const which = String(own.pipeline);
  return [
    `POST ${printableUrl(site.url)}/api/v4/${path}, with ${wordFor[site.credentials.kind]}`,
    `with ${JSON.stringify({ ref, variables })}`,
    'where the project does not let the token set variables: with the input rollback=true instead',
    ...problems.map(({ message, fix }) => `it would be refused: ${message} (${fix})`),
    ...(ends && own.cancel === 'pipeline'
      ? [`last of all cancel the running pipeline ${which} (gitlab-cancel: pipeline)`]
      : []),
    ...(ends && own.cancel === 'siblings'
      ? [
          `last of all cancel the other jobs of the running pipeline ${which} (gitlab-cancel: siblings)`,
        ]
      : []),
  ];
}

async function readState(site: Site, run: StartedRun, signal: AbortSignal): Promise<RunState> {
  let pipeline;
  try {
    pipeline = await readPipeline(site, numberOf(run), signal);
  } catch (error) {
    const refusal = refusalIn(error);
    if (refusal === undefined) throw error;
    const { kind } = site.credentials;
    if (kind !== 'access' && [401, 403, 404].includes(refusal.status)) {
      throw new PermanentError(
        `${messageOf(error)}. It was started; ${wordFor[kind]} may not follow it here: set gitlab-token`,
      );
    }
    // A pipeline that has just been created is not yet to be seen everywhere.
    if (refusal.status === 404) throw new TransientError(messageOf(error));
    const hint = hintFor(refusal);
    throw hint === undefined ? error : new PermanentError(`${messageOf(error)}. ${hint}`);
  }
  const state = stateOf(pipeline.status);
  return state.phase === 'cancelled' || state.phase === 'failed'
    ? { ...state, mayHaveRun: pipeline.begun || (await mayHaveRun(site, run, signal)) }
    : state;
}

/** Whether a job of the pipeline may have begun. What cannot be read may have run. */
async function mayHaveRun(site: Site, run: StartedRun, signal: AbortSignal): Promise<boolean> {
  try {
    const id = numberOf(run);
    const jobs = await readJobs(site, id, signal);
    return [...jobs, ...(await readTriggerJobs(site, id, signal))].some(({ begun }) => begun);
  } catch {
    return true;
  }
}

async function cancel(site: Site, run: StartedRun, signal: AbortSignal): Promise<void> {
  const { kind } = site.credentials;
  if (kind !== 'access') {
    throw new PermanentError(`${wordFor[kind]} may not cancel a pipeline`);
  }
  // Answered with 200 in any case; what became of it is read back.
  await site.api.request(
    'cancelling the pipeline',
    cancelCall(site, numberOf(run)),
    signal,
    CANCEL_TIMEOUT_MS,
  );
}
