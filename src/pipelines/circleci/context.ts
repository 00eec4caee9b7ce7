import { bad, good, type Problem, type Result } from '../../contract/result.js';
import type { StartedRun } from '../../contract/pipeline.js';
import type { Clock } from '../../support/clock.js';
import { createJsonApi, type ApiClient } from '../../support/http/api.js';
import { byResponse } from '../../support/http/problem.js';
import { fields, isObject } from '../../support/json.js';
import { PermanentError, TransientError } from '../../support/retry.js';
import type { ClientDependencies } from '../client.js';
import { hintFor } from './hints.js';
import { assertSameRun } from '../jobs.js';
import { listIn, notUnderstood, soonThere } from '../reading.js';
import { combine, readRef, readToken } from '../settings.js';
import type { Pipeline, Workflow } from './state.js';

export interface CircleciSettings {
  /** Project slug; `undefined`: the project of the workflow that we are part of. */
  readonly 'circleci-project'?: string | undefined;
  /** Id of a pipeline definition; `undefined`: the pipeline of the repository. */
  readonly 'circleci-definition-id'?: string | undefined;
  readonly 'circleci-token'?: string | undefined;
  /** `https://circleci.com`, or the address of a CircleCI Server. */
  readonly 'circleci-url': string;
}

/** One project, and how to reach it. */
export interface CircleciContext {
  /** `undefined`: the project that our own workflow belongs to. */
  readonly slug: string | undefined;
  readonly definitionId: string | undefined;
  /** The workflow that we are part of, when we run in CircleCI. */
  readonly ownWorkflowId: string | null;
  /** Root of CircleCI, without a slash at its end. */
  readonly root: string;
  readonly api: ApiClient;
  readonly clock: Clock;
}

export function contextFrom(
  settings: CircleciSettings,
  { ownRunId, fetch, clock, random }: ClientDependencies,
): Result<CircleciContext> {
  const project = settings['circleci-project'];
  const parts = combine<{ slug: string | undefined; token: string; root: string }>({
    slug: project === undefined ? good(undefined) : parseProject(project),
    token: parseToken(settings['circleci-token']),
    root: parseRoot(settings['circleci-url']),
  });
  if (!parts.ok) return parts;
  const { slug, token, root } = parts.value;
  return good({
    slug,
    definitionId: settings['circleci-definition-id'],
    ownWorkflowId: ownRunId,
    root,
    api: createJsonApi({
      baseUrl: `${root}/api/v2/`,
      // "Authorization: Bearer" is recommended by now, but not every Server knows it; this one is known everywhere.
      headers: { 'circle-token': token },
      fetch,
      errors: byResponse(hintFor),
      clock,
      random,
    }),
    clock,
  });
}

export interface Project {
  readonly slug: string;
  /** What its pipeline definitions are listed by. */
  readonly id: string | undefined;
  readonly defaultBranch: string | undefined;
}

export const missingProject = {
  message: 'there is no project for CircleCI',
  fix: 'set circleci-project, or CIRCLE_PROJECT_SLUG, to its slug, such as gh/org/repo',
} as const satisfies Problem;

const MAX_PAGES = 50;

/**
 * The slug of the project. A job does not know the slug of its own project, and for projects of the GitHub App it cannot be
 * made from what the job knows; the workflow knows it.
 * @throws as `ApiClient.read` does, and PermanentError when there is nothing to take it from.
 */
export async function slugOf(context: CircleciContext, signal: AbortSignal): Promise<string> {
  if (context.slug !== undefined) return context.slug;
  if (context.ownWorkflowId === null) {
    throw new PermanentError(`${missingProject.message}: ${missingProject.fix}`);
  }
  const answer = await context.api.read(
    'reading the project of our own workflow',
    { method: 'GET', path: `workflow/${encodeURIComponent(context.ownWorkflowId)}` },
    signal,
  );
  const { project_slug: slug } = fields(answer.data);
  if (typeof slug !== 'string' || slug === '') throw notUnderstood(context.root, 'circleci-url');
  return slug;
}

/** @throws as `ApiClient.read` does, and PermanentError for an answer that is no project. */
export async function readProject(
  context: CircleciContext,
  slug: string,
  signal: AbortSignal,
): Promise<Project> {
  const answer = await context.api.read(
    `reading the project ${slug}`,
    { method: 'GET', path: `project/${encodedSlug(slug)}` },
    signal,
  );
  const { slug: shown, id, vcs_info: vcs } = fields(answer.data);
  if (typeof shown !== 'string') throw notUnderstood(context.root, 'circleci-url');
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
  context: CircleciContext,
  what: string,
  path: string,
  signal: AbortSignal,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  const all: Readonly<Record<string, unknown>>[] = [];
  let token: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const answer = await context.api.request(
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
  context: CircleciContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<readonly Workflow[]> {
  const what = `reading the workflows of pipeline ${run.id}`;
  const items = await soonThere(
    readAll(context, what, `pipeline/${encodeURIComponent(run.id)}/workflow`, signal),
  );
  for (const { pipeline_id: pipeline } of items) assertSameRun(what, run.id, pipeline);
  return items.map(({ id, name, status, tag }) => ({
    id: typeof id === 'string' ? id : '',
    name: typeof name === 'string' ? name : 'workflow',
    status: typeof status === 'string' ? status : 'no status',
    setup: tag === 'setup',
  }));
}

/** @throws as `ApiClient.request` does, and TransientError for an answer that is no pipeline. */
export async function readPipeline(
  context: CircleciContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<Pipeline> {
  const what = `reading the state of pipeline ${run.id}`;
  const answer = await soonThere(
    context.api.request(
      what,
      { method: 'GET', path: `pipeline/${encodeURIComponent(run.id)}` },
      signal,
    ),
  );
  const { id, state, errors } = fields(answer.data);
  if (typeof state !== 'string') throw new TransientError(`${what}: the answer is not a pipeline`);
  assertSameRun(what, run.id, id);
  return {
    state,
    errors: (Array.isArray(errors) ? errors : [])
      .map((one) => fields(one).message)
      .filter((message) => typeof message === 'string'),
  };
}

/** @throws as {@link readAll} does. */
export function readJobs(
  context: CircleciContext,
  workflow: Workflow,
  signal: AbortSignal,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  return readAll(
    context,
    `reading the jobs of workflow ${workflow.id}`,
    `workflow/${encodeURIComponent(workflow.id)}/job`,
    signal,
  );
}

/** A run by what the API says of it; `undefined` when it says no id. */
export function runOf(
  context: CircleciContext,
  slug: string,
  data: unknown,
): StartedRun | undefined {
  const { id, number } = fields(data);
  if (typeof id !== 'string' || !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(id)) {
    return undefined;
  }
  const page = Number.isSafeInteger(number) ? `/${String(number)}` : '';
  return { id, url: `${pagesOf(context.root)}/pipelines/${encodedSlug(slug)}${page}` };
}

/** circleci.com shows pipelines on a host of its own, a server on its only one. */
function pagesOf(root: string): string {
  return root.replace(/^https:\/\/(www\.)?circleci\.com$/, 'https://app.circleci.com');
}

/**
 * The three segments of a project slug: `gh/org/repo`, `bitbucket/org/repo`, `circleci/<organization>/<project>`. What
 * stands in them is CircleCI's business ("treat it as opaque", API developer's guide).
 */
export function parseProject(text: string): Result<string> {
  const slug = text.replace(/^\/+|\/+$/g, '');
  const segments = slug.split('/');
  const isSlug =
    segments.length === 3 &&
    segments.every((part) => /^[^\s:?#]+$/.test(part) && !/^\.+$/.test(part));
  return isSlug
    ? good(slug)
    : bad(
        `circleci-project is "${text}", which is not a project slug`,
        'give it as gh/org/repo, bb/org/repo or circleci/<organization>/<project>; the Overview page of the project settings shows it',
      );
}

/** The slug as a part of a path. */
export function encodedSlug(slug: string): string {
  return slug.split('/').map(encodeURIComponent).join('/');
}

/** CircleCI takes a branch or a tag, never both, and tells them apart by the field. */
export type Ref = { readonly branch: string } | { readonly tag: string };

export function parseRef(text: string): Result<Ref> {
  const fix =
    'set rollback-ref to a branch, or to a tag as refs/tags/NAME; without it the default branch is used';
  const ref = readRef(text, 'CircleCI', fix);
  if (!ref.ok) return ref;
  const { kind, name } = ref.value;
  return good(kind === 'tag' ? { tag: name } : { branch: name });
}

export function parseToken(text: string | undefined): Result<string> {
  return readToken(text, 'circleci-token', {
    message: 'there is no token for CircleCI',
    fix: 'set circleci-token, or CIRCLE_TOKEN, to a personal API token',
  });
}

/** The root of CircleCI without a slash at its end. The address of the API itself is understood, too. */
export function parseRoot(text: string): Result<string> {
  if (!URL.canParse(text)) {
    return bad(
      'circleci-url is not a URL',
      'use https://circleci.com, or the address of your CircleCI Server',
    );
  }
  const { origin, pathname } = new URL(text);
  return good(`${origin}${pathname.replace(/(\/api(\/v2)?)?\/*$/, '')}`);
}
