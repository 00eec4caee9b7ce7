import { good, type Result } from '../../contract/result.js';
import type { StartedRun } from '../../contract/pipeline.js';
import type { Clock } from '../../support/clock.js';
import type { ApiClient } from '../../support/http/api.js';
import type { ApiResponse } from '../../support/http/response.js';
import { fields } from '../../support/json.js';
import { TransientError } from '../../support/retry.js';
import type { ClientDependencies } from '../client.js';
import { assertSameRun } from '../jobs.js';
import { isLink, listIn, notUnderstood, timeOf } from '../reading.js';
import { combine } from '../settings.js';
import { createApi, createStartApi, type Api, type Call } from './api.js';
import {
  chooseCredentials,
  parseProject,
  parseUrl,
  type Credentials,
  type GitlabSettings,
} from './settings.js';

/** One project of one server, and how to reach it. */
export interface GitlabContext {
  /** Root of the server, without a slash at its end. */
  readonly url: string;
  /** Number or full path. */
  readonly project: string;
  readonly credentials: Credentials;
  /** Reads and cancels. */
  readonly api: Api;
  /** Starts. */
  readonly startApi: ApiClient;
  /** What the job knows of its default branch, for tokens that cannot ask. */
  readonly defaultBranch: string | undefined;
  readonly clock: Clock;
}

export function contextFrom(
  settings: GitlabSettings,
  { fetch, clock, random }: Pick<ClientDependencies, 'fetch' | 'clock' | 'random'>,
): Result<GitlabContext> {
  const parts = combine({
    url: parseUrl(settings['gitlab-url']),
    project: parseProject(settings['gitlab-project']),
    credentials: chooseCredentials(settings),
  });
  if (!parts.ok) return parts;
  const { url, credentials } = parts.value;
  const options = { url, credentials, fetch, clock, random };
  return good({
    ...parts.value,
    api: createApi(options),
    startApi: createStartApi(options),
    defaultBranch: settings['gitlab-default-branch'],
    clock,
  });
}

export interface Project {
  readonly defaultBranch: string;
  readonly archived: boolean;
  readonly ciDisabled: boolean;
  /** Where its configuration stands; may be an address or a file of another project. */
  readonly configPath: string;
  /** Access level of the token's owner: 30 Developer, 40 Maintainer, 50 Owner; `undefined`: not shown. */
  readonly accessLevel: number | undefined;
  /** `ci_pipeline_variables_minimum_override_role`; shown to those who may change it. */
  readonly variablesRole: string | undefined;
}

/** @throws as `ApiClient.read` does, and PermanentError for an answer that is no project. */
export async function readProject(context: GitlabContext, signal: AbortSignal): Promise<Project> {
  const { project, api } = context;
  const answer = await api.read(
    `reading the project ${project}`,
    ({ Projects }, options) => new Projects(options).show(project),
    signal,
  );
  const data = fields(answer.data);
  // A project without any commit has none.
  if (typeof data.id !== 'number') throw notUnderstood(context.url, 'gitlab-url');
  const { default_branch: branch, ci_config_path: path } = data;
  const role = data.ci_pipeline_variables_minimum_override_role;
  const { project_access: own, group_access: group } = fields(data.permissions);
  const levels = [own, group]
    .map((access) => fields(access).access_level)
    .filter((level) => typeof level === 'number');
  return {
    defaultBranch: typeof branch === 'string' ? branch : '',
    archived: data.archived === true,
    ciDisabled: data.builds_access_level === 'disabled' || data.jobs_enabled === false,
    configPath: typeof path === 'string' && path !== '' ? path : '.gitlab-ci.yml',
    accessLevel: levels.length === 0 ? undefined : Math.max(...levels),
    variablesRole: typeof role === 'string' ? role : undefined,
  };
}

/** A job or a trigger job of a pipeline. */
export interface Job {
  readonly id: number;
  readonly name: string;
  readonly status: string;
  /** It was given to a runner, or has a time at which it began. */
  readonly begun: boolean;
}

const PAGE = 100;
/** GitLab allows more jobs in a pipeline than anybody reads; ten pages are far beyond a rollback or a deploy. */
const MAX_PAGES = 10;

/** Every job of a pipeline, without those that were retried. @throws as `ApiClient.read` does. */
export function readJobs(
  context: GitlabContext,
  id: number,
  signal: AbortSignal,
): Promise<readonly Job[]> {
  return readPages(context, `reading the jobs of pipeline ${String(id)}`, signal, (page) => {
    const query = { pipelineId: id, perPage: PAGE, page };
    return ({ Jobs }, options) => new Jobs(options).all(context.project, query);
  });
}

/** The jobs of a pipeline that start others (`trigger:`). @throws as `ApiClient.read` does. */
export function readTriggerJobs(
  context: GitlabContext,
  id: number,
  signal: AbortSignal,
): Promise<readonly Job[]> {
  return readPages(
    context,
    `reading the trigger jobs of pipeline ${String(id)}`,
    signal,
    (page) => {
      const query = { showExpanded: false as const, perPage: PAGE, page };
      return ({ Jobs }, options) =>
        new Jobs(options).allPipelineBridges(context.project, id, query);
    },
  );
}

async function readPages(
  context: GitlabContext,
  what: string,
  signal: AbortSignal,
  call: (page: number) => Call,
): Promise<readonly Job[]> {
  const jobs: Job[] = [];
  for (let page = 1; page <= MAX_PAGES; page++) {
    const { data } = await context.api.read(what, call(page), signal);
    const list = listIn(what, data);
    jobs.push(...list.map(jobOf).filter((job) => job !== undefined));
    if (list.length < PAGE) return jobs;
  }
  return jobs;
}

function jobOf(data: unknown): Job | undefined {
  const { id, name, status, started_at: startedAt, runner } = fields(data);
  if (typeof id !== 'number' || typeof name !== 'string') return undefined;
  return {
    id,
    name,
    status: typeof status === 'string' ? status : '',
    begun: typeof startedAt === 'string' || (typeof runner === 'object' && runner !== null),
  };
}

/**
 * The name of a job as the configuration has it. GitLab appends ` 1/3` to those of `parallel: 3` and `: [a, b]` to those of
 * `parallel: matrix`.
 */
export function configuredName(name: string): string {
  return name.replace(/( \d+\/\d+|: \[.*\])$/s, '');
}

/** A pipeline as lists and single reads show it. */
export interface PipelineInfo {
  readonly run: StartedRun;
  readonly name: string;
  readonly source: unknown;
  readonly ref: unknown;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly status: string;
  readonly sha: string;
  readonly begun: boolean;
}

/** `undefined` for something that is no pipeline. */
export function pipelineOf(context: GitlabContext, data: unknown): PipelineInfo | undefined {
  const given = fields(data);
  const { id, web_url: url, created_at: createdAt } = given;
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id <= 0) return undefined;
  return {
    run: {
      id: String(id),
      url: isLink(url) ? url : webUrl(context, id),
    },
    name: textOr(given.name, ''),
    source: given.source,
    ref: given.ref,
    createdAt: timeOf(createdAt),
    status: textOr(given.status, ''),
    sha: textOr(given.sha, ''),
    begun: typeof given.started_at === 'string',
  };
}

function textOr(value: unknown, other: string): string {
  return typeof value === 'string' ? value : other;
}

/** Reads a pipeline, asked once. @throws as `ApiClient.request` does, and TransientError for an answer that is none. */
export async function readPipeline(
  context: GitlabContext,
  id: number,
  signal: AbortSignal,
): Promise<PipelineInfo> {
  const what = `reading the state of pipeline ${String(id)}`;
  const answer = await context.api.request(
    what,
    ({ Pipelines }, options) => new Pipelines(options).show(context.project, id),
    signal,
  );
  const pipeline = pipelineOf(context, answer.data);
  if (pipeline === undefined || pipeline.status === '') {
    throw new TransientError(`${what}: the answer is not a pipeline`);
  }
  assertSameRun(what, id, pipeline.run.id);
  return pipeline;
}

/** The list of pipelines in an answer. @throws TransientError when it holds none. */
export function pipelinesOf(
  context: GitlabContext,
  what: string,
  { data }: ApiResponse,
): readonly PipelineInfo[] {
  return listIn(what, data)
    .map((one) => pipelineOf(context, one))
    .filter((one) => one !== undefined);
}

/** Gitbeaker's types want a number; those of pipelines are far below 2^53. */
export function numberOf(run: StartedRun): number {
  return Number(run.id);
}

/** There is no address of a pipeline by the number of its project; that of the project leads on. */
function webUrl({ url, project }: GitlabContext, id: number): string {
  return /^\d+$/.test(project)
    ? `${url}/projects/${project}`
    : `${url}/${project}/-/pipelines/${String(id)}`;
}
