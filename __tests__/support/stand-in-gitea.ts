import type { ServerResponse } from 'node:http';
import { createForgejoClient, createGiteaClient } from '../../src/pipelines/gitea/client.js';
import type { GiteaSettings } from '../../src/pipelines/gitea/context.js';
import type { PipelineClient } from '../../src/contract/pipeline.js';
import type { Received } from './servers.js';
import type { ClientOptions, Fault, StandIn, StandInRequest } from './stand-in.js';
import { clientFrom } from './stand-in.js';
import { isAccepted, StandInServer } from './stand-in-server.js';
import { ROLLBACK_WORKFLOW } from './stand-in-github.js';

/** One state of a run as Gitea says it; Forgejo has one word for both. */
export type GiteaStep = readonly [status: string, conclusion?: string];

export interface GiteaRun {
  readonly id: number;
  readonly title: string;
  readonly workflow: string;
  readonly ref: string;
  readonly event: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** What each read shows; the last one stays. */
  readonly steps: GiteaStep[];
}

export interface GiteaStandInOptions {
  readonly kind?: 'gitea' | 'forgejo';
  /** The workflow file; `null`: it is not there. */
  readonly file?: string | null;
  /** Where it lies. */
  readonly folder?: string;
  readonly workflowState?: string;
  readonly archived?: boolean;
  readonly branches?: readonly string[];
  readonly tags?: readonly string[];
  readonly secret?: string;
  /** `false`: 403 for what writes. */
  readonly mayWrite?: boolean;
  readonly mayReadContents?: boolean;
  /** Whether the answer to a dispatch may name its run: not before Gitea 1.26. */
  readonly namesRun?: boolean;
  /** What reads of a started run show. */
  readonly run?: readonly GiteaStep[];
  /** Instead of one that ends as the run does. */
  readonly jobs?: readonly { readonly name: string; readonly step: GiteaStep }[];
  /** Gitea 1.28 and Forgejo 16 can cancel. */
  readonly cancels?: boolean;
  /** Runs that are there from the start. */
  readonly runs?: readonly Partial<GiteaRun>[];
  /** Somebody else's run that appears with every accepted dispatch. */
  readonly rival?: Partial<GiteaRun>;
  /** Instead of the answer to reads of this path. */
  readonly override?: { readonly path: RegExp; readonly fault: Fault };
}

/** Below a path, as a server may be. */
const ROOT = '/git';
const REPOSITORY = `${ROOT}/api/v1/repos/acme/shop`;
const WORKFLOW = 'rollback.yml';
const DONE: GiteaStep = ['completed', 'success'];

/**
 * Gitea 1.26 with one repository and one workflow: routers/api/v1/api.go, routers/api/v1/repo/action.go and
 * services/actions/workflow.go. As Forgejo: https://codeberg.org/forgejo/forgejo, routers/api/v1/repo/action.go.
 */
export class StandInGitea extends StandInServer implements StandIn {
  readonly runs: GiteaRun[] = [];
  private nextRun = 9001;

  private constructor(private readonly options: GiteaStandInOptions) {
    super();
    for (const run of options.runs ?? []) this.addRun(run);
  }

  static async start(options: GiteaStandInOptions = {}): Promise<StandInGitea> {
    return new StandInGitea(options).listen();
  }

  get system(): 'gitea' | 'forgejo' {
    return this.options.kind ?? 'gitea';
  }
  /** To be given as `gitea-url`. */
  get url(): string {
    return `${this.origin}${ROOT}`;
  }
  get secret(): string {
    return this.options.secret ?? '4d1c9a77e04b3f4d21ffb0a1c2d3e4f5a6b7c8d9';
  }
  /** The runs that dispatches have started. */
  get startedRuns(): readonly GiteaRun[] {
    return this.runs.filter(({ id }) => id >= 9001);
  }
  get started(): number {
    return this.startedRuns.length;
  }
  /** The calls that ask for a run, accepted or not. */
  get dispatches(): readonly StandInRequest[] {
    return this.requests.filter(
      ({ method, url }) => method === 'POST' && url.includes('/dispatches'),
    );
  }

  client(
    deps: Parameters<StandIn['client']>[0],
    settings: Partial<ClientOptions<GiteaSettings>> = {},
  ): PipelineClient {
    return clientFrom(this.system === 'gitea' ? createGiteaClient : createForgejoClient, {
      ...deps,
      'gitea-url': this.url,
      'gitea-repository': 'acme/shop',
      'gitea-workflow': WORKFLOW,
      'gitea-token': this.secret,
      ...settings,
    });
  }

  guideVariables(): Readonly<Record<string, string>> {
    return {
      CI_SYSTEM: this.system,
      ROLLGATE_GITEA_URL: this.url,
      ROLLGATE_GITEA_REPOSITORY: 'acme/shop',
      GITEA_TOKEN: this.secret,
    };
  }

  addRun(run: Partial<GiteaRun> = {}): GiteaRun {
    const made: GiteaRun = {
      id: run.id ?? 100 + this.runs.length,
      title: run.title ?? 'Some commit',
      workflow: run.workflow ?? WORKFLOW,
      ref: run.ref ?? 'refs/heads/main',
      event: run.event ?? 'workflow_dispatch',
      inputs: run.inputs ?? {},
      steps: [...(run.steps ?? [DONE])],
    };
    this.runs.push(made);
    return made;
  }

  protected answer(request: Received, response: ServerResponse): void {
    const { method } = request;
    const { pathname, searchParams } = new URL(request.url, 'http://stand-in');
    const path = decodeURIComponent(pathname);
    const { override } = this.options;
    if (override?.path.test(path) === true && !isAccepted(override.fault)) {
      this.goWrong(response, override.fault);
    } else if (request.headers.authorization !== `token ${this.secret}`) {
      refuse(response, 401, 'invalid username, password or token');
    } else if (path !== REPOSITORY && !path.startsWith(`${REPOSITORY}/`)) {
      refuse(response, 404, "The target couldn't be found.");
    } else if (method !== 'GET' && this.options.mayWrite === false) {
      refuse(response, 403, 'user should have a permission to write to a repo');
    } else this.inRepository(request, response, path.slice(REPOSITORY.length), searchParams);
  }

  private inRepository(
    request: Received,
    response: ServerResponse,
    path: string,
    query: URLSearchParams,
  ): void {
    const is = (method: string, pattern: RegExp): RegExpExecArray | null =>
      request.method === method ? pattern.exec(path) : null;
    const run = this.runs.find(
      ({ id }) => String(id) === /^\/actions\/runs\/(\d+)/.exec(path)?.[1],
    );
    const ref = is('GET', /^\/(branches|tags)\/(.+)$/);
    const workflow = /^\/actions\/workflows\/([^/]+)/.exec(path)?.[1];
    const isForgejo = this.system === 'forgejo';
    if (is('GET', /^$/)) {
      const { archived = false } = this.options;
      send(response, 200, { default_branch: 'main', private: true, archived });
    } else if (ref !== null) {
      const names = ref[1] === 'tags' ? this.tags : this.branches;
      if (names.includes(ref[2] ?? '')) send(response, 200, { name: ref[2] });
      else refuse(response, 404, "The target couldn't be found.");
    } else if (is('GET', /^\/contents\//)) this.file(path.slice(10), query, response);
    else if (is('GET', /^\/actions\/runs$/)) this.list(query, response);
    else if (is('GET', /^\/actions\/runs\/\d+$/) && run) this.show(run, response);
    else if (is('GET', /^\/actions\/runs\/\d+\/jobs$/) && run) this.jobs(run, response);
    else if (is('POST', /^\/actions\/runs\/\d+\/cancel$/) && run && this.options.cancels === true) {
      if (run.steps[0]?.[0] !== 'completed') run.steps.splice(0, run.steps.length, CANCELLED);
      response.writeHead(204).end();
    } else if (is('GET', /^\/actions\/workflows\/[^/]+$/) && !isForgejo) {
      this.workflow(workflow ?? '', response);
    } else if (is('PUT', /^\/actions\/workflows\/[^/]+\/enable$/) && !isForgejo) {
      if (workflow === WORKFLOW) response.writeHead(204).end();
      else refuse(response, 404, `workflow "${workflow ?? ''}" not found`);
    } else if (is('POST', /^\/actions\/workflows\/[^/]+\/dispatches$/)) {
      this.dispatch(request, query, workflow ?? '', response);
    } else response.writeHead(404, { 'content-type': 'text/plain' }).end('404 page not found\n');
  }

  private get branches(): readonly string[] {
    return ['main', ...(this.options.branches ?? [])];
  }
  private get tags(): readonly string[] {
    return this.options.tags ?? [];
  }
  private get folder(): string {
    return this.options.folder ?? `.${this.system}/workflows`;
  }
  private get content(): string | null {
    return this.options.file === undefined ? ROLLBACK_WORKFLOW : this.options.file;
  }

  private file(path: string, query: URLSearchParams, response: ServerResponse): void {
    const ref = (query.get('ref') ?? 'main').replace(/^refs\/(heads|tags)\//, '');
    const isThere = [...this.branches, ...this.tags].includes(ref);
    if (this.options.mayReadContents === false) {
      refuse(response, 403, 'user should have specific read permission');
    } else if (this.content === null || !isThere || path !== `${this.folder}/${WORKFLOW}`) {
      refuse(response, 404, 'object does not exist');
    } else {
      const content = Buffer.from(this.content).toString('base64');
      send(response, 200, { type: 'file', encoding: 'base64', content });
    }
  }

  private workflow(name: string, response: ServerResponse): void {
    if (this.content === null || name !== WORKFLOW) {
      refuse(response, 404, `workflow "${name}" not found`);
    } else {
      send(response, 200, {
        id: WORKFLOW,
        path: `${this.folder}/${WORKFLOW}`,
        state: this.options.workflowState ?? 'active',
      });
    }
  }

  private dispatch(
    request: Received,
    query: URLSearchParams,
    workflow: string,
    response: ServerResponse,
  ): void {
    const fault = this.faults.start;
    if (fault !== null && !isAccepted(fault)) {
      this.goWrong(response, fault);
      return;
    }
    const body = JSON.parse(request.body) as {
      ref: string;
      inputs?: Record<string, string>;
      return_run_info?: boolean;
    };
    const tag = /^refs\/tags\/(.+)$/.exec(body.ref)?.[1];
    const branch = body.ref.replace(/^refs\/heads\//, '');
    const { content } = this;
    if (tag === undefined ? !this.branches.includes(branch) : !this.tags.includes(tag)) {
      refuse(response, 404, `ref "${body.ref}" doesn't exist`);
      return;
    }
    if (content === null || workflow !== WORKFLOW) {
      refuse(response, 404, `workflow "${workflow}" doesn't exist`);
      return;
    }
    // What is not declared is dropped.
    const inputs = Object.fromEntries(
      Object.entries(body.inputs ?? {}).filter(([name]) => content.includes(`${name}:`)),
    );
    const title = /^run-name: (.*)$/m
      .exec(content)?.[1]
      ?.replace(/\$\{\{ inputs\.(\w+) \}\}/g, (_, name: string) => inputs[name] ?? '');
    const run = this.addRun({
      id: this.nextRun++,
      ...(title === undefined ? {} : { title }),
      ref: tag === undefined ? `refs/heads/${branch}` : body.ref,
      inputs,
      steps: [...(this.options.run ?? [['queued'], ['in_progress'], DONE])],
    });
    if (this.options.rival !== undefined) this.addRun({ id: 5000, ...this.options.rival });
    const { namesRun = true } = this.options;
    if (fault !== null) this.goWrong(response, fault.then);
    else if (this.system === 'forgejo' && body.return_run_info === true && namesRun) {
      send(response, 201, { id: run.id, run_number: run.id - 9000, jobs: ['rollback'] });
    } else if (this.system === 'gitea' && query.get('return_run_details') === 'true' && namesRun) {
      send(response, 200, { workflow_run_id: run.id, run_url: 'x', html_url: this.pageOf(run) });
    } else response.writeHead(204).end();
  }

  private list(query: URLSearchParams, response: ServerResponse): void {
    const event = query.get('event');
    const found = this.runs
      .filter((run) => event === null || run.event === event)
      .toSorted((a, b) => b.id - a.id);
    send(response, 200, {
      total_count: found.length,
      workflow_runs: found
        .slice(0, Math.min(50, Number(query.get('limit') ?? 30)))
        .map((run) => this.shown(run)),
    });
  }

  private show(run: GiteaRun, response: ServerResponse): void {
    if (this.faults.follow !== null) {
      this.goWrong(response, this.faults.follow);
      return;
    }
    const shown = this.shown(run);
    if (run.steps.length > 1) run.steps.shift();
    send(response, 200, shown);
  }

  private shown(run: GiteaRun): Readonly<Record<string, unknown>> {
    const [status = 'queued', conclusion] = run.steps[0] ?? [];
    const { id, title, event, workflow, ref } = run;
    const both = { id, event, html_url: this.pageOf(run) };
    if (this.system === 'forgejo') {
      const prettyref = ref.replace(/^refs\/(heads\/)?/, 'refs/$1').replace(/^refs\/heads\//, '');
      return {
        ...both,
        title,
        workflow_id: workflow,
        prettyref,
        trigger_event: event,
        status: conclusion ?? wordOf(status),
        created: '2026-01-01T00:00:00Z',
      };
    }
    return {
      ...both,
      display_title: title,
      path: `${workflow}@${ref}`,
      head_branch: ref.startsWith('refs/heads/') ? ref.slice(11) : '',
      status,
      ...(conclusion === undefined ? {} : { conclusion }),
      // It has not begun, and the time is the zero of the server.
      started_at: '1970-01-01T00:00:00Z',
    };
  }

  private jobs(run: GiteaRun, response: ServerResponse): void {
    if (this.faults.follow !== null) {
      this.goWrong(response, this.faults.follow);
      return;
    }
    const jobs = this.options.jobs ?? [{ name: 'rollback', step: run.steps[0] ?? ['queued'] }];
    const shown = jobs.map(({ name, step: [status, conclusion] }, index) => ({
      id: index + 1,
      run_id: run.id,
      name,
      status,
      ...(conclusion === undefined ? {} : { conclusion }),
    }));
    if (this.system === 'forgejo') {
      const words = shown.map(({ conclusion, ...job }) => ({
        ...job,
        status: conclusion ?? wordOf(job.status),
      }));
      send(response, 200, words);
      return;
    }
    send(response, 200, {
      total_count: shown.length,
      jobs: shown.map((job) => ({
        ...job,
        run_attempt: 1,
        runner_id: 5,
        steps: [{ name: 'x', number: 0, status: job.status, conclusion: job.conclusion }],
      })),
    });
  }

  private pageOf({ id }: GiteaRun): string {
    const page = this.system === 'forgejo' ? id - 9000 : id;
    return `${this.url}/acme/shop/actions/runs/${String(page)}`;
  }
}

/** Forgejo's word for a status of Gitea. */
function wordOf(status: string): string {
  const words: Readonly<Record<string, string>> = {
    queued: 'waiting',
    waiting: 'blocked',
    in_progress: 'running',
  };
  return words[status] ?? status;
}

const CANCELLED: GiteaStep = ['completed', 'cancelled'];

function send(response: ServerResponse, status: number, body: unknown): void {
  response
    .writeHead(status, { 'content-type': 'application/json;charset=utf-8' })
    .end(JSON.stringify(body));
}

function refuse(response: ServerResponse, status: number, message: string): void {
  send(response, status, { message, url: 'https://gitea.example/api/swagger' });
}
