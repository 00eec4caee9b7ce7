import { fields } from '../../support/json.js';
import { TransientError } from '../../support/retry.js';
import { jobNameOf } from './names.js';
import type { Site } from './site.js';

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
export async function queuedRuns(site: Site, signal: AbortSignal): Promise<readonly JobRun[]> {
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
export async function lastBuilds(site: Site, signal: AbortSignal): Promise<readonly JobRun[]> {
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

function isOfJob({ job }: Site, url: unknown): boolean {
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
