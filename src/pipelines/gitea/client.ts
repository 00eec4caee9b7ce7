import type { PipelineClient, StartedRun } from '../../contract/pipeline.js';
import { refusalIn } from '../../support/http/api.js';
import { fields } from '../../support/json.js';
import { PermanentError } from '../../support/retry.js';
import { type ClientDependencies, createPipelineClient, type PipelineAdapter } from '../client.js';
import type { Before, Listing, Owner } from '../find-run.js';
import { type Dispatch, idShown, workflowAdapter } from '../github/client.js';
import { type GithubContext, type RunInfo, runInfoOf } from '../github/context.js';
import type { GithubServer } from '../github/server.js';
import { listIn } from '../reading.js';
import { contextFrom, type GiteaSettings, resolveRef } from './context.js';
import { readJobs } from './jobs.js';
import { preflight } from './preflight.js';
import { forgejoServer, giteaServer } from './server.js';

/** The most that a list gives at once, as servers are configured by default (`MAX_RESPONSE_ITEMS`). */
const MOST_RUNS = 50;

/** The client for Gitea. */
export function createGiteaClient(
  settings: GiteaSettings,
  dependencies: ClientDependencies,
): PipelineClient {
  return createClient(settings, giteaServer, dependencies);
}

/** The client for Forgejo. */
export function createForgejoClient(
  settings: GiteaSettings,
  dependencies: ClientDependencies,
): PipelineClient {
  return createClient(settings, forgejoServer, dependencies);
}

function createClient(
  settings: GiteaSettings,
  server: GithubServer,
  dependencies: ClientDependencies,
): PipelineClient {
  return createPipelineClient(
    server.system,
    contextFrom(settings, server, dependencies),
    (context): PipelineAdapter<Dispatch, RunInfo> => {
      const ofWorkflows = workflowAdapter(context, (text, signal) =>
        resolveRef(context, text, signal),
      );
      return {
        ...ofWorkflows,
        preflight: (request, signal) => preflight(context, request, signal),
        search: (dispatch) => ({
          noun: 'run',
          list: (signal, before) => listRuns(context, before, signal),
          owner: (run, before) => ownerOf(run, dispatch, before),
          idShown: (run) => Promise.resolve(idShown(run, dispatch)),
        }),
        jobs: (run, signal) => readJobs(context, run, signal),
        cancel: (run, signal) => cancel(context, ofWorkflows, run, signal),
      };
    },
    dependencies,
  );
}

/**
 * The dispatched runs of the workflow. Gitea 1.26 lists them for the whole repository only (routers/api/v1/api.go), and shows
 * with each the file that it came from.
 */
async function listRuns(
  context: GithubContext,
  before: Before | undefined,
  signal: AbortSignal,
): Promise<Listing<RunInfo>> {
  const { owner, repo, api } = context;
  const what = 'listing the runs of the repository';
  const answer = await api[before === undefined ? 'read' : 'request'](
    what,
    (octokit, request) =>
      octokit.request('GET /repos/{owner}/{repo}/actions/runs', {
        owner,
        repo,
        event: 'workflow_dispatch',
        limit: MOST_RUNS,
        request,
      }),
    signal,
  );
  const runs = listIn(what, fields(answer.data).workflow_runs)
    .filter((run) => isOfWorkflow(context, run))
    .flatMap((run) => runInfoOf(context, run) ?? []);
  return { runs, answer };
}

function isOfWorkflow({ workflow }: GithubContext, run: unknown): boolean {
  const { path, workflow_id: id } = fields(run);
  return typeof path === 'string' ? path.startsWith(`${workflow}@`) : id === workflow;
}

/** Only a run whose title holds the correlation id is certain to be ours. */
function ownerOf(
  { run, event, title, branch }: RunInfo,
  { ref, correlationId, showsId }: Dispatch,
  { known }: Before,
): Owner {
  if (event !== 'workflow_dispatch') return 'others';
  if (title.includes(correlationId)) return 'ours';
  if (showsId || branch !== ref || known === undefined) return 'others';
  // Runs do not tell when they were created, but their numbers rise.
  const newest = Math.max(0, ...[...known].map(Number));
  return Number(run.id) > newest ? 'could be' : 'others';
}

/** Gitea before 1.28 and Forgejo before 16 have no such call: only a person can cancel a run, on its page. */
async function cancel(
  { server, owner, repo }: GithubContext,
  adapter: Pick<PipelineClient, 'cancel'>,
  run: StartedRun,
  signal: AbortSignal,
): Promise<void> {
  try {
    await adapter.cancel(run, signal);
  } catch (error) {
    const status = refusalIn(error)?.status;
    if (status !== 404 && status !== 405) throw error;
    throw new PermanentError(
      `this ${server.system.name} has no call that cancels a run of ${owner}/${repo}: cancel it at ${run.url}`,
    );
  }
}
