import type { StartedRun } from '../../contract/pipeline.js';
import type { Clock } from '../../support/clock.js';
import type { ApiClient } from '../../support/http/api.js';
import { fields, isObject } from '../../support/json.js';
import { PermanentError, TransientError } from '../../support/retry.js';
import { listIn, notUnderstood, soonThere } from '../reading.js';
import type { Refusal } from '../refusal.js';
import { encodedSlug } from './names.js';
import type { Pipeline, Workflow } from './state.js';

/** One project, and how to reach it. */
export interface Site {
  /** `undefined`: the project that our own workflow belongs to. */
  readonly slug: string | undefined;
  readonly definitionId: string | undefined;
  /** The workflow that we are part of, when we run in CircleCI. */
  readonly ownWorkflowId: string | null;
  /** Root of CircleCI, without a slash at its end. */
  readonly root: string;
  readonly api: ApiClient;
  readonly clock: Clock;
  readonly random: () => number;
}

export interface Project {
  readonly slug: string;
  /** What lists of its pipeline definitions are asked for by. */
  readonly id: string | undefined;
  readonly defaultBranch: string | undefined;
}

export const missingProject: Refusal = {
  message: 'there is no project for CircleCI',
  fix: 'set circleci-project, or CIRCLE_PROJECT_SLUG, to its slug, such as gh/org/repo',
};

const MAX_PAGES = 50;

/**
 * The slug of the project. A job is not told the slug of its own project, and for projects of the GitHub App it cannot be
 * made from what the job is told; the workflow knows it.
 * @throws as `ApiClient.read` does, and PermanentError when there is nothing to take it from.
 */
export async function slugOf(site: Site, signal: AbortSignal): Promise<string> {
  if (site.slug !== undefined) return site.slug;
  if (site.ownWorkflowId === null) {
    throw new PermanentError(`${missingProject.message}: ${missingProject.fix}`);
  }
  const answer = await site.api.read(
    'reading the project of our own workflow',
    { method: 'GET', path: `workflow/${encodeURIComponent(site.ownWorkflowId)}` },
    signal,
  );
  const { project_slug: slug } = fields(answer.data);
  if (typeof slug !== 'string' || slug === '') throw notUnderstood(site.root, 'circleci-url');
  return slug;
}

/** @throws as `ApiClient.read` does, and PermanentError for an answer that is no project. */
export async function readProject(site: Site, slug: string, signal: AbortSignal): Promise<Project> {
  const answer = await site.api.read(
    `reading the project ${slug}`,
    { method: 'GET', path: `project/${encodedSlug(slug)}` },
    signal,
  );
  const { slug: shown, id, vcs_info: vcs } = fields(answer.data);
  if (typeof shown !== 'string') throw notUnderstood(site.root, 'circleci-url');
  const branch = fields(vcs).default_branch;
  return {
    slug,
    id: typeof id === 'string' ? id : undefined,
    defaultBranch: typeof branch === 'string' && branch !== '' ? branch : undefined,
  };
}

/**
 * Every item of a list that comes in pages (`next_page_token`, sent as `page-token`).
 * @throws as `ApiClient.request` does, and TransientError for an answer that is no list.
 */
export async function readAll(
  site: Site,
  what: string,
  path: string,
  signal: AbortSignal,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const all: Readonly<Record<string, unknown>>[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const answer = await site.api.request(
      what,
      { method: 'GET', path, query: { 'page-token': token } },
      signal,
    );
    const { items, next_page_token: next } = fields(answer.data);
    all.push(...listIn(what, items).filter(isObject));
    if (typeof next !== 'string' || next === '') return all;
    token = next;
  }
  throw new PermanentError(`${what}: the list has no end`);
}

/** @throws as {@link readAll} does. */
export async function readWorkflows(
  site: Site,
  run: StartedRun,
  signal: AbortSignal,
): Promise<readonly Workflow[]> {
  const items = await soonThere(
    readAll(
      site,
      `reading the workflows of pipeline ${run.id}`,
      `pipeline/${encodeURIComponent(run.id)}/workflow`,
      signal,
    ),
  );
  return items.map(({ id, name, status, tag }) => ({
    id: typeof id === 'string' ? id : '',
    name: typeof name === 'string' ? name : 'workflow',
    status: typeof status === 'string' ? status : 'no status',
    setup: tag === 'setup',
  }));
}

/** @throws as `ApiClient.request` does, and TransientError for an answer that is no pipeline. */
export async function readPipeline(
  site: Site,
  run: StartedRun,
  signal: AbortSignal,
): Promise<Pipeline> {
  const what = `reading the state of pipeline ${run.id}`;
  const answer = await soonThere(
    site.api.request(
      what,
      { method: 'GET', path: `pipeline/${encodeURIComponent(run.id)}` },
      signal,
    ),
  );
  const { state, errors } = fields(answer.data);
  if (typeof state !== 'string') throw new TransientError(`${what}: the answer is no pipeline`);
  return {
    state,
    errors: (Array.isArray(errors) ? errors : [])
      .map((one) => fields(one).message)
      .filter((message) => typeof message === 'string'),
  };
}

/** @throws as {@link readAll} does. */
export function readJobs(
  site: Site,
  workflow: Workflow,
  signal: AbortSignal,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return readAll(
    site,
    `reading the jobs of workflow ${workflow.id}`,
    `workflow/${encodeURIComponent(workflow.id)}/job`,
    signal,
  );
}

/** A run by what the API says of it; `undefined` when it says no id. */
export function runOf(site: Site, slug: string, data: unknown): StartedRun | undefined {
  const { id, number } = fields(data);
  if (typeof id !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) {
    return undefined;
  }
  const page = Number.isSafeInteger(number) ? `/${String(number)}` : '';
  return { id, url: `${pagesOf(site.root)}/pipelines/${encodedSlug(slug)}${page}` };
}

/** circleci.com shows pipelines on a host of its own, a server on its only one. */
function pagesOf(root: string): string {
  return root.replace(/^https:\/\/(www\.)?circleci\.com$/, 'https://app.circleci.com');
}
