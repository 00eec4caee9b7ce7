import type { GitlabSettings, OwnPipeline } from '../../src/pipelines/gitlab/settings.js';
import { createGitlabClient } from '../../src/pipelines/gitlab/client.js';
import { clientFrom, type ClientOptions, type StandIn, type StandInRequest } from './stand-in.js';
import type { ServerResponse } from 'node:http';
import { parse } from 'yaml';
import { readDeclaration } from '../../src/pipelines/gitlab/configuration.js';
import type { PipelineClient } from '../../src/contract/pipeline.js';
import type { Received } from './servers.js';
import { isAccepted, StandInServer } from './stand-in-server.js';

export interface StandInJob {
  readonly id: number;
  readonly name: string;
  /** `undefined`: that of the pipeline. */
  status: string | undefined;
  started: boolean;
  /** What it has started. */
  readonly downstream?: { readonly id: number; readonly project_id: number };
}

export interface StandInPipeline {
  readonly id: number;
  readonly source: string;
  readonly ref: string;
  readonly createdAt: string;
  readonly name: string | null;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What each read shows; the last one stays. */
  readonly statuses: string[];
  readonly jobs: StandInJob[];
  readonly bridges: StandInJob[];
  /** The pipeline whose job token has started it, in the same project. */
  readonly parent: number | undefined;
}

interface Answer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface GitlabOptions {
  /** Path that the server lives under: `/gitlab`. */
  readonly base?: string;
  /** `null`: nobody has it. */
  readonly accessToken?: string | null;
  readonly triggerToken?: string | null;
  readonly jobToken?: string | null;
  /** Whether the job of the job token still runs. */
  readonly jobRuns?: boolean;
  /** Newer servers let job tokens read pipelines. */
  readonly jobTokenReads?: boolean;
  readonly scopes?: readonly string[];
  readonly accessLevel?: number | null;
  readonly variablesRole?: string;
  readonly project?: Readonly<Record<string, unknown>>;
  readonly branches?: readonly string[];
  readonly tags?: readonly string[];
  /** `.gitlab-ci.yml`; `null`: it is not there. */
  readonly file?: string | null;
  /** Whether the token may read the variables of pipelines. */
  readonly variablesReadable?: boolean;
  /** What reads of a started pipeline show. */
  readonly statuses?: readonly string[];
  readonly jobs?: readonly (string | StandInJob)[];
  readonly bridges?: readonly (string | StandInJob)[];
  /** 200 is answered either way. */
  readonly cancel?: 'obey' | 'ignore';
  readonly pipelines?: readonly Partial<StandInPipeline>[];
  /** Somebody else's pipeline that appears with every one of ours. */
  readonly rival?: boolean;
  /** Answers instead of the usual one, to every request that fits. */
  readonly overrides?: readonly {
    readonly method: string;
    readonly path: RegExp;
    readonly answer: Answer;
  }[];
}

export const ROLLBACK_CI = `
workflow:
  name: Rollback $ROLLBACK_ID
deploy:
  rules:
    - if: $ROLLBACK == "true"
      when: never
    - if: $CI_COMMIT_BRANCH
  script: ./deploy.sh
rollback:
  rules:
    - if: $ROLLBACK == "true"
  script: ./rollback.sh
`;

/** The same with a header that declares inputs. */
export const ROLLBACK_CI_WITH_INPUTS = `
spec:
  inputs:
    rollback: { type: boolean, default: false }
    rollback_id: { default: '' }
---
${ROLLBACK_CI}`;

const OURS = 9001;

/**
 * A server on the loopback interface that answers as GitLab does for the project 42, `acme/shop`. Its nasty parts: cancelling
 * is answered with 200 whatever happens, and cascades to what a job token has started; projects that allow variables to
 * nobody refuse triggers even without any.
 */
export class StandInGitlab extends StandInServer implements StandIn {
  readonly system = 'gitlab';
  readonly pipelines: StandInPipeline[] = [];
  readonly secret: string;

  private readonly begun = new Set<StandInPipeline>();
  private next = OURS;

  private constructor(private readonly options: GitlabOptions) {
    super();
    this.secret = options.accessToken ?? 'gl-access-token-1';
    for (const pipeline of options.pipelines ?? []) this.add(pipeline);
  }

  static async start(options: GitlabOptions = {}): Promise<StandInGitlab> {
    // Loaded here, so that no virtual time passes while it is read from the disk.
    await Promise.all([import('@gitbeaker/rest'), import('@gitbeaker/requester-utils')]);
    return new StandInGitlab(options).listen();
  }

  get url(): string {
    return `${this.origin}${this.options.base ?? ''}`;
  }

  get started(): number {
    return this.ours.length;
  }

  get ours(): readonly StandInPipeline[] {
    return this.pipelines.filter(({ id }) => id >= OURS && id < 2 * OURS);
  }

  /** The calls that ask for a pipeline, accepted or not. */
  get starts(): readonly StandInRequest[] {
    return this.requests.filter(
      ({ method, url }) => method === 'POST' && (url.split('?')[0] ?? '').endsWith('/pipeline'),
    );
  }

  /** The calls that ask for the end of a pipeline or a job. */
  get cancels(): readonly string[] {
    return this.requests
      .filter(({ method, url }) => method === 'POST' && url.endsWith('/cancel'))
      .map(({ url }) => url);
  }

  client(deps: Pick<ClientOptions<GitlabSettings>, 'fetch' | 'clock' | 'random'>): PipelineClient {
    return this.clientWith(deps);
  }

  clientWith(
    deps: Pick<ClientOptions<GitlabSettings>, 'fetch' | 'clock' | 'random'>,
    options: Partial<ClientOptions<GitlabSettings>> = {},
  ): PipelineClient {
    return clientFrom(createGitlabClient, {
      'gitlab-url': this.url,
      'gitlab-project': '42',
      ...tokenSettings({ access: this.secret, trigger: undefined, job: undefined }),
      'gitlab-default-branch': undefined,
      ...ownSettings({ cancel: 'pipeline', pipeline: undefined, job: undefined }),
      'gitlab-rollback-jobs': [],
      ...deps,
      ...options,
    });
  }

  guideVariables(): Readonly<Record<string, string>> {
    return {
      CI_SYSTEM: 'gitlab',
      GITLAB_CI: 'true',
      CI_SERVER_URL: this.url,
      CI_PROJECT_ID: '42',
      CI_PIPELINE_ID: '7',
      GITLAB_TOKEN: this.secret,
    };
  }

  add(pipeline: Partial<StandInPipeline> = {}): StandInPipeline {
    const id = pipeline.id ?? 100 + this.pipelines.length;
    const made: StandInPipeline = {
      id,
      source: pipeline.source ?? 'api',
      ref: pipeline.ref ?? 'main',
      createdAt: pipeline.createdAt ?? new Date().toISOString(),
      name: pipeline.name ?? null,
      variables: pipeline.variables ?? {},
      inputs: pipeline.inputs ?? {},
      statuses: [...(pipeline.statuses ?? ['running'])],
      jobs: [...(pipeline.jobs ?? [])],
      bridges: [...(pipeline.bridges ?? [])],
      parent: pipeline.parent,
    };
    this.pipelines.push(made);
    return made;
  }

  protected answer(request: Received, response: ServerResponse): void {
    const { method, url } = request;
    const path = new URL(url, 'http://x').pathname;
    const isStart = method === 'POST' && path.endsWith('/pipeline');
    const isFollow = method === 'GET' && /\/pipelines\/\d+$/.test(path);
    const fault = isStart ? this.faults.start : isFollow ? this.faults.follow : null;
    if (fault === null) {
      send(response, this.answerTo(request));
    } else {
      if (isAccepted(fault)) this.answerTo(request);
      this.goWrong(response, fault);
    }
  }

  private answerTo(request: StandInRequest): Answer {
    const url = new URL(request.url, 'http://x');
    const root = `${this.options.base ?? ''}/api/v4/`;
    if (!url.pathname.startsWith(root)) return { status: 404, body: '<html>404</html>' };
    const path = url.pathname.slice(root.length);
    const override = this.options.overrides?.find(
      (one) => one.method === request.method && one.path.test(path),
    );
    if (override !== undefined) return override.answer;
    if (path === 'personal_access_tokens/self') {
      return this.hasAccess(request)
        ? ok({ id: 1, scopes: this.options.scopes ?? ['api'], active: true })
        : message(401, '401 Unauthorized');
    }
    const match = /^projects\/(42|acme%2Fshop)(?:\/(.*))?$/.exec(path);
    const rest = match?.[2] ?? '';
    if (request.method === 'POST' && match !== null && rest === 'trigger/pipeline') {
      return this.trigger(request);
    }
    const refusal = this.refusalOf(request, rest);
    if (refusal !== undefined) return refusal;
    if (match === null) return message(404, '404 Project Not Found');
    return this.inProject(request, rest, url.searchParams);
  }

  private hasAccess({ headers }: StandInRequest): boolean {
    return this.options.accessToken !== null && headers['private-token'] === this.secret;
  }

  /** lib/api/ci/pipelines.rb: creating, cancelling and variables are for access tokens only. */
  private refusalOf(request: StandInRequest, rest: string): Answer | undefined {
    if (this.hasAccess(request)) return undefined;
    if (request.headers['private-token'] !== undefined) return message(401, '401 Unauthorized');
    if (request.headers['job-token'] === undefined) return message(404, '404 Project Not Found');
    const isJob = request.headers['job-token'] === this.options.jobToken;
    if (!isJob || this.options.jobRuns === false) return message(401, '401 Unauthorized');
    const forJobs =
      request.method === 'GET' &&
      (/^pipelines\/\d+\/jobs$/.test(rest) ||
        (this.options.jobTokenReads === true && /^pipelines(\/\d+(\/bridges)?)?$/.test(rest)));
    return forJobs ? undefined : message(401, '401 Unauthorized');
  }

  private inProject(request: StandInRequest, rest: string, query: URLSearchParams): Answer {
    if (rest === '') return ok(this.shownProject());
    if (rest === 'pipeline' && request.method === 'POST') return this.create(request);
    if (rest === 'pipelines') return this.list(query);
    if (rest === 'ci/lint') return this.lint(query);
    const [, kind, name] = /^repository\/(branches|tags|files)\/(.+)$/.exec(rest) ?? [];
    if (kind !== undefined && name !== undefined) {
      return this.repository(kind, decodeURIComponent(name));
    }
    const job = /^jobs\/(\d+)\/cancel$/.exec(rest);
    if (job !== null) return this.cancelJob(Number(job[1]));
    const [, id, sub] = /^pipelines\/(\d+)(?:\/(\w+))?$/.exec(rest) ?? [];
    const pipeline = this.pipelines.find((one) => String(one.id) === id);
    if (pipeline === undefined) return message(404, '404 Not found');
    return this.inPipeline(request, pipeline, sub, query);
  }

  private inPipeline(
    request: StandInRequest,
    pipeline: StandInPipeline,
    sub: string | undefined,
    query: URLSearchParams,
  ): Answer {
    switch (sub) {
      case undefined: {
        const shown = this.show(pipeline);
        if (pipeline.statuses.length > 1) pipeline.statuses.shift();
        return ok(shown);
      }
      case 'variables':
        return this.options.variablesReadable === false
          ? message(403, '403 Forbidden')
          : ok(
              Object.entries(pipeline.variables).map(([key, value]) => ({
                key,
                value,
                variable_type: 'env_var',
              })),
            );
      case 'jobs':
        return ok(
          page(
            pipeline.jobs.map((job) => showJob(job, pipeline)),
            query,
          ),
        );
      case 'bridges':
        return ok(
          page(
            pipeline.bridges.map((job) => ({
              ...showJob(job, pipeline),
              downstream_pipeline: this.downstreamOf(job),
            })),
            query,
          ),
        );
      case 'cancel':
        if (request.method !== 'POST') return message(405, '405 Method Not Allowed');
        if (this.options.cancel !== 'ignore') this.cancel(pipeline);
        return ok(this.show(pipeline));
      default:
        return message(404, '404 Not found');
    }
  }

  private downstreamOf({ downstream }: StandInJob): unknown {
    if (downstream === undefined) return null;
    const status = this.pipelines.find(({ id }) => id === downstream.id)?.statuses[0] ?? 'success';
    return { ...downstream, status, web_url: `https://gitlab.example/p/${String(downstream.id)}` };
  }

  private cancel(pipeline: StandInPipeline): void {
    const over = ['success', 'failed', 'canceled', 'skipped'];
    if (over.includes(pipeline.statuses[0] ?? '')) return;
    pipeline.statuses.splice(0, pipeline.statuses.length, 'canceled');
    for (const job of pipeline.jobs)
      if (!over.includes(job.status ?? 'created')) job.status = 'canceled';
    for (const child of this.pipelines) if (child.parent === pipeline.id) this.cancel(child);
  }

  private cancelJob(id: number): Answer {
    const pipeline = this.pipelines.find(({ jobs }) => jobs.some((one) => one.id === id));
    const job = pipeline?.jobs.find((one) => one.id === id);
    if (pipeline === undefined || job === undefined) return message(404, '404 Not found');
    job.status = 'canceled';
    return { status: 201, body: showJob(job, pipeline) };
  }

  private create(request: StandInRequest): Answer {
    if (request.headers['content-type'] !== 'application/json') {
      return { status: 400, body: { error: 'ref is missing' } };
    }
    const body = JSON.parse(request.body) as {
      ref?: string;
      variables?: { key: string; value: string }[];
      inputs?: Record<string, unknown>;
    };
    if (body.ref === undefined) return { status: 400, body: { error: 'ref is missing' } };
    const variables = body.variables ?? [];
    if (variables.length > 0 && this.forbidsVariables) return forbidden();
    return this.made(
      body.ref,
      'api',
      Object.fromEntries(variables.map(({ key, value }) => [key, value])),
      body.inputs ?? {},
    );
  }

  private trigger(request: StandInRequest): Answer {
    const form = new URLSearchParams(request.body);
    const token = form.get('token');
    const { triggerToken, jobToken } = this.options;
    const isJob = token !== null && token === jobToken;
    if (token === null) return { status: 400, body: { error: 'token is missing' } };
    if (!isJob && token !== triggerToken) return message(404, '404 Not Found');
    if (isJob && this.options.jobRuns === false) return message(401, '401 Unauthorized');
    // TRIGGER_PAYLOAD is a variable too (gitlab-org/gitlab issue 557381).
    if (this.forbidsVariables) return forbidden();
    const values = (kind: string): Record<string, string> =>
      Object.fromEntries(
        [...form].flatMap(([name, value]) => {
          const key = new RegExp(`^${kind}\\[(.+)\\]$`).exec(name)?.[1];
          return key === undefined ? [] : [[key, value]];
        }),
      );
    return this.made(
      form.get('ref') ?? '',
      isJob ? 'pipeline' : 'trigger',
      values('variables'),
      values('inputs'),
      isJob ? 7 : undefined,
    );
  }

  private made(
    ref: string,
    source: string,
    variables: Readonly<Record<string, string>>,
    inputs: Readonly<Record<string, unknown>>,
    parent?: number,
  ): Answer {
    const refs = ['main', ...(this.options.branches ?? []), ...(this.options.tags ?? [])];
    if (!refs.includes(ref)) return base('Reference not found');
    const declared = readDeclaration(this.file);
    const unknown = Object.keys(inputs).filter((name) => !declared.has(name));
    if (unknown.length > 0) {
      return base(
        `Given inputs not defined in the \`spec\` section of the included configuration file: ${unknown.join(', ')}`,
      );
    }
    if ('rollback' in inputs && declared.get('rollback')?.type === 'boolean') {
      if (source === 'api' && typeof inputs.rollback !== 'boolean') {
        return base('`rollback` input: provided value is not a boolean');
      }
    }
    const id = variables.ROLLBACK_ID;
    const pipeline = this.add({
      id: this.next++,
      ref,
      source,
      variables,
      inputs,
      name: this.file.includes('$ROLLBACK_ID') && id !== undefined ? `Rollback ${id}` : null,
      statuses: [...(this.options.statuses ?? ['created', 'running', 'success'])],
      jobs: (this.options.jobs ?? ['rollback']).map((job, index) => startedJob(job, 500 + index)),
      bridges: (this.options.bridges ?? []).map((job, index) => startedJob(job, 600 + index)),
      parent,
    });
    if (this.options.rival === true) this.add({ id: 30_000 + this.pipelines.length, ref, source });
    return { status: 201, body: this.show(pipeline) };
  }

  private get forbidsVariables(): boolean {
    return this.options.variablesRole === 'no_one_allowed';
  }

  private get file(): string {
    return this.options.file ?? ROLLBACK_CI;
  }

  private list(query: URLSearchParams): Answer {
    const after = query.get('created_after');
    return ok(
      this.pipelines
        .filter(
          (one) =>
            [null, one.ref].includes(query.get('ref')) &&
            [null, one.source].includes(query.get('source')) &&
            (after === null || Date.parse(one.createdAt) >= Date.parse(after)),
        )
        .sort((a, b) => b.id - a.id)
        .slice(0, Number(query.get('per_page') ?? 20))
        .map((one) => this.show(one)),
    );
  }

  private show(pipeline: StandInPipeline): Record<string, unknown> {
    const { id, source, ref, createdAt, name } = pipeline;
    const status = pipeline.statuses[0] ?? 'created';
    if (status === 'running' || pipeline.jobs.some(({ started }) => started)) {
      this.begun.add(pipeline);
    }
    return {
      id,
      iid: 1,
      project_id: 42,
      sha: 'a'.repeat(40),
      ref,
      source,
      name,
      status,
      created_at: createdAt,
      started_at: this.begun.has(pipeline) ? createdAt : null,
      web_url: `https://gitlab.example/acme/shop/-/pipelines/${String(id)}`,
    };
  }

  /** lib/api/lint.rb: `mutually_exclusive :sha, :content_ref`. */
  private lint(query: URLSearchParams): Answer {
    if (query.has('sha') && query.has('content_ref')) {
      return { status: 400, body: { error: 'sha, content_ref are mutually exclusive' } };
    }
    const text = this.file.includes('\n---\n') ? this.file.split('\n---\n')[1] : this.file;
    try {
      parse(text ?? '');
      return ok({ valid: true, errors: [], warnings: [], merged_yaml: text });
    } catch {
      return ok({
        valid: false,
        errors: ['(<unknown>): did not find expected key'],
        merged_yaml: '',
      });
    }
  }

  private repository(kind: string, name: string): Answer {
    if (kind === 'files') {
      return this.options.file === null || name !== '.gitlab-ci.yml'
        ? message(404, '404 File Not Found')
        : ok({
            file_path: name,
            encoding: 'base64',
            content: Buffer.from(this.file).toString('base64'),
          });
    }
    const there =
      kind === 'tags' ? (this.options.tags ?? []) : ['main', ...(this.options.branches ?? [])];
    return there.includes(name)
      ? ok({ name })
      : message(404, kind === 'tags' ? '404 Tag Not Found' : '404 Branch Not Found');
  }

  private shownProject(): Record<string, unknown> {
    const { accessLevel = 40, variablesRole = 'developer' } = this.options;
    return {
      id: 42,
      path_with_namespace: 'acme/shop',
      default_branch: 'main',
      archived: false,
      builds_access_level: 'enabled',
      ci_config_path: '',
      ci_pipeline_variables_minimum_override_role: variablesRole,
      permissions: {
        project_access: accessLevel === null ? null : { access_level: accessLevel },
        group_access: null,
      },
      ...this.options.project,
    };
  }
}

export function jobOf(id: number, name: string, status = 'created', started = false): StandInJob {
  return { id, name, status, started };
}

/** A job of a pipeline that is started: one that is given by its name is what the pipeline is. */
function startedJob(job: string | StandInJob, id: number): StandInJob {
  return typeof job === 'string' ? { id, name: job, status: undefined, started: false } : job;
}

function showJob(
  { id, name, status, started }: StandInJob,
  pipeline: StandInPipeline,
): Record<string, unknown> {
  return {
    id,
    name,
    status: status ?? pipeline.statuses[0] ?? 'created',
    started_at: started ? '2026-01-01T00:00:00Z' : null,
    runner: null,
    pipeline: { id: pipeline.id, project_id: 42 },
    web_url: `https://gitlab.example/acme/shop/-/jobs/${String(id)}`,
  };
}

function page<T>(items: readonly T[], query: URLSearchParams): readonly T[] {
  const size = Number(query.get('per_page') ?? 20);
  const from = (Number(query.get('page') ?? 1) - 1) * size;
  return items.slice(from, from + size);
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  const isText = typeof body === 'string';
  response.writeHead(status, {
    'content-type': isText ? 'text/html' : 'application/json',
    ...headers,
  });
  response.end(isText ? body : JSON.stringify(body ?? {}));
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}

/** GitLab's forms of an error: `message` as a text, or as lists by field. */
export function message(status: number, text: string): Answer {
  return { status, body: { message: text } };
}

function base(text: string): Answer {
  return { status: 400, body: { message: { base: [text] } } };
}

function forbidden(): Answer {
  return base('Insufficient permissions to set pipeline variables');
}

export interface Tokens {
  readonly access: string | undefined;
  readonly trigger: string | undefined;
  readonly job: string | undefined;
}

export function tokenSettings({ access, trigger, job }: Tokens) {
  return { 'gitlab-token': access, 'gitlab-trigger-token': trigger, 'gitlab-job-token': job };
}

export function ownSettings({ cancel, pipeline, job }: OwnPipeline) {
  return { 'gitlab-cancel': cancel, 'gitlab-pipeline': pipeline, 'gitlab-job': job };
}
