import { createCircleciClient } from '../../src/pipelines/circleci/client.js';
import type { CircleciSettings } from '../../src/pipelines/circleci/context.js';
import {
  clientFrom,
  type ClientOptions,
  type Fault,
  type StandIn,
  type StandInRequest,
} from './stand-in.js';
import type { ServerResponse } from 'node:http';
import type { PipelineClient } from '../../src/contract/pipeline.js';
import type { Received } from './servers.js';
import { isAccepted, StandInServer } from './stand-in-server.js';

/** A workflow as one request shows it. */
export interface ShownWorkflow {
  readonly name?: string;
  readonly status: string;
  /** As CircleCI marks those that only make the configuration. */
  readonly tag?: string;
  /** Its jobs; one that runs unless given. */
  readonly jobs?: readonly Readonly<Record<string, unknown>>[];
}

/** What one request for a pipeline shows. */
export interface PipelineState {
  readonly state: string;
  readonly workflows?: readonly ShownWorkflow[];
  readonly errors?: readonly string[];
}

export interface StandInCircleciOptions {
  /** Path before `/api/v2`. */
  readonly subPath?: string;
  readonly slug?: string;
  /** What a wrong or missing token has to be different from. */
  readonly token?: string;
  readonly defaultBranch?: string | null;
  readonly branches?: readonly string[];
  readonly tags?: readonly string[];
  /** Parameters that the configuration declares, with their types. */
  readonly parameters?: Readonly<Record<string, string>>;
  /** Undeclared parameters are refused at once (400), or make a pipeline that is errored. */
  readonly undeclared?: 'refused' | 'errored';
  readonly definitions?: readonly { readonly id: string; readonly name: string }[] | null;
  /** Each read of the pipeline shows the next one; the last one stays. */
  readonly states?: readonly PipelineState[];
  /** Items of a page of workflows, jobs and definitions. */
  readonly pageSize?: number;
  /** `obey`: the workflow is canceled. `ignore`: 202, and nothing happens. */
  readonly cancel?: 'obey' | 'ignore' | { readonly status: number; readonly body: string };
  /** Pipelines of the same user that appear with every one that we start. */
  readonly rivals?: readonly Readonly<Record<string, unknown>>[];
  /** Pipelines of the same user that are there before. */
  readonly earlier?: readonly Readonly<Record<string, unknown>>[];
  /** The configuration that the last pipeline shows; `null`: there has been none. */
  readonly config?: Readonly<Record<string, unknown>> | null;
  /** Answers instead of the usual one, to every request that fits. */
  readonly overrides?: readonly {
    readonly method: string;
    readonly path: RegExp;
    readonly fault: Fault;
  }[];
}

interface Pipeline {
  readonly id: string;
  readonly number: number;
  readonly createdAt: string;
  readonly vcs: Readonly<Record<string, string>>;
  readonly parameters: Readonly<Record<string, unknown>>;
  states: PipelineState[];
  /** The workflows that were cancelled, by their place. */
  readonly cancelled: Set<number>;
}

/** The workflow that the stand-in shows as the one that we are part of. */
export const OWN_WORKFLOW = '0e1a0000-0000-4000-8000-0000000000aa';

const CONFIG = `
version: 2.1
parameters:
  rollback: { type: boolean, default: false }
  version: { type: string, default: '' }
`;

/**
 * A server on the loopback interface that answers as the API v2 of CircleCI does for one project, or as badly as it is told
 * to. It keeps every request.
 */
export class StandInCircleci extends StandInServer implements StandIn {
  readonly system = 'circleci';
  readonly secret = 'CCIPAT_standInSecret4711';
  readonly pipelines: Pipeline[] = [];

  private constructor(private readonly options: StandInCircleciOptions) {
    super();
  }

  static async start(options: StandInCircleciOptions = {}): Promise<StandInCircleci> {
    return new StandInCircleci(options).listen();
  }

  get url(): string {
    return `${this.origin}${this.options.subPath ?? ''}`;
  }

  get started(): number {
    return this.pipelines.length;
  }

  /** The calls that ask for a pipeline, accepted or not. */
  get starts(): readonly StandInRequest[] {
    return this.requests.filter(
      ({ method, url }) => method === 'POST' && /\/pipeline(\/run)?$/.test(url),
    );
  }

  get cancels(): readonly StandInRequest[] {
    return this.requests.filter(({ method, url }) => method === 'POST' && url.endsWith('/cancel'));
  }

  client(
    deps: {
      readonly fetch: typeof globalThis.fetch;
      readonly clock: ClientOptions<CircleciSettings>['clock'];
      readonly random: () => number;
    },
    options: Partial<ClientOptions<CircleciSettings>> = {},
  ): PipelineClient {
    return clientFrom(createCircleciClient, {
      ...deps,
      'circleci-project': this.slug,
      'circleci-definition-id': undefined,
      'circleci-token': this.secret,
      'circleci-url': this.url,
      ownRunId: null,
      ...options,
    });
  }

  guideVariables(): Readonly<Record<string, string>> {
    return {
      CI_SYSTEM: 'circleci',
      CIRCLE_TOKEN: this.secret,
      CIRCLE_PROJECT_SLUG: this.slug,
      ROLLGATE_CIRCLECI_URL: this.url,
    };
  }

  private get slug(): string {
    return this.options.slug ?? 'gh/acme/shop';
  }

  protected answer(request: Received, response: ServerResponse): void {
    const url = new URL(request.url, 'http://stand-in');
    const path = decodeURIComponent(url.pathname).replace(this.options.subPath ?? '', '');
    const override = this.options.overrides?.find(
      (one) => one.method === request.method && one.path.test(path),
    );
    if (override !== undefined) {
      this.goWrong(response, override.fault);
      return;
    }
    const isStart = request.method === 'POST' && /\/pipeline(\/run)?$/.test(path);
    const isFollow = request.method === 'GET' && /^\/api\/v2\/(pipeline|workflow)\//.test(path);
    const fault = isStart ? this.faults.start : isFollow ? this.faults.follow : null;
    if (fault !== null) {
      if (isAccepted(fault)) {
        this.accept(request);
        this.goWrong(response, fault.then);
      } else this.goWrong(response, fault);
      return;
    }
    const { status, body } = this.reply(request, path, url.searchParams);
    response.writeHead(status, { 'content-type': 'application/json;charset=utf-8' });
    response.end(JSON.stringify(body));
  }

  private reply(
    request: Received,
    path: string,
    query: URLSearchParams,
  ): { readonly status: number; readonly body: unknown } {
    if (request.headers['circle-token'] !== (this.options.token ?? this.secret)) {
      return problem(401, 'You must log in first.');
    }
    const isRead = request.method === 'GET';
    if (!path.startsWith('/api/v2/')) return problem(404, 'Not found');
    const rest = path.slice('/api/v2/'.length);
    if (isRead && rest === 'me') return ok({ id: 'u-1', login: 'rollgate-bot', name: 'Bot' });

    if (isRead && rest === 'projects/p-uuid/pipeline-definitions') {
      const { definitions } = this.options;
      if (definitions === null) return problem(404, 'Not found');
      return this.page(definitions ?? [], query);
    }
    const ofPipeline = /^pipeline\/([^/]+)(\/workflow|\/config)?$/.exec(rest);
    if (isRead && ofPipeline !== null) return this.read(ofPipeline[1] ?? '', ofPipeline[2], query);
    const ofWorkflow = /^workflow\/([^/]+)(\/job|\/cancel)?$/.exec(rest);
    if (ofWorkflow !== null) {
      return this.workflow(request.method, ofWorkflow[1] ?? '', ofWorkflow[2], query);
    }

    if (rest !== `project/${this.slug}` && !rest.startsWith(`project/${this.slug}/`)) {
      return problem(404, 'Project not found');
    }
    const inProject = rest.slice(`project/${this.slug}`.length);
    if (isRead && inProject === '') {
      const branch = this.options.defaultBranch === undefined ? 'main' : this.options.defaultBranch;
      return ok({
        slug: this.slug,
        id: 'p-uuid',
        name: 'shop',
        vcs_info: { provider: 'GitHub', ...(branch === null ? {} : { default_branch: branch }) },
      });
    }
    if (isRead && inProject === '/pipeline/mine') return ok({ items: this.mine() });
    if (isRead && inProject === '/pipeline') {
      return ok({ items: this.options.config === null ? [] : [{ id: 'last', number: 41 }] });
    }
    if (!isRead && /^\/pipeline(\/run)?$/.test(inProject)) return this.accept(request);
    return problem(404, 'Not found');
  }

  /** `POST pipeline` takes branch or tag; `POST pipeline/run` a definition, and them twice. */
  private accept(request: Received): { readonly status: number; readonly body: unknown } {
    // Without it CircleCI drops the parameters, and what runs is a deploy.
    const isJson = request.headers['content-type'] === 'application/json';
    const body = JSON.parse(request.body) as Readonly<Record<string, unknown>>;
    const isRun = request.url.endsWith('/run');
    if (!isRun && this.slug.startsWith('circleci/')) return problem(404, 'Project not found');
    if (isRun && !(this.options.definitions ?? []).some(({ id }) => id === body.definition_id)) {
      return problem(404, 'Pipeline definition not found');
    }
    const vcs = (isRun ? body.checkout : body) as {
      readonly branch?: string;
      readonly tag?: string;
    };
    if (isRun && JSON.stringify(body.config) !== JSON.stringify(body.checkout)) {
      return problem(400, 'config and checkout differ');
    }
    const { branch, tag } = vcs;
    const known =
      branch === undefined
        ? (this.options.tags ?? []).includes(tag ?? '')
        : ['main', ...(this.options.branches ?? [])].includes(branch);
    if ((branch === undefined) === (tag === undefined) || !known) {
      return problem(400, 'Branch or tag not found');
    }
    const parameters = (isJson ? body.parameters : {}) as Readonly<Record<string, unknown>>;
    const wrong = this.complaint(parameters);
    if (wrong !== undefined && this.options.undeclared !== 'errored') return problem(400, wrong);

    const number = 42 + this.pipelines.length;
    const made: Pipeline = {
      id: `5b0a0000-0000-4000-8000-${String(number).padStart(12, '0')}`,
      number,
      createdAt: new Date().toISOString(),
      vcs: { ...(branch === undefined ? {} : { branch }), ...(tag === undefined ? {} : { tag }) },
      parameters,
      states:
        wrong === undefined
          ? [...(this.options.states ?? defaultStates)]
          : [{ state: 'pending' }, { state: 'errored', errors: [wrong] }],
      cancelled: new Set(),
    };
    this.pipelines.push(made);
    const { id, createdAt } = made;
    return { status: 201, body: { id, number, state: 'pending', created_at: createdAt } };
  }

  private complaint(parameters: Readonly<Record<string, unknown>>): string | undefined {
    const declared = this.options.parameters ?? { rollback: 'boolean', version: 'string' };
    const extra = Object.keys(parameters).filter((name) => !(name in declared));
    if (extra.length > 0) return `Unexpected argument(s): ${extra.join(', ')}`;
    const [name, value] =
      Object.entries(parameters).find(([key, one]) => typeof one !== declared[key]) ?? [];
    return name === undefined
      ? undefined
      : `Type error for argument ${name}: expected type: ${declared[name] ?? ''}, actual value: ${JSON.stringify(value)}`;
  }

  private mine(): readonly unknown[] {
    const ours = this.pipelines.map(({ id, number, createdAt, vcs }) => ({
      id,
      number,
      created_at: createdAt,
      trigger: { type: 'api' },
      vcs,
    }));
    const rivals = this.pipelines.length === 0 ? [] : (this.options.rivals ?? []);
    return [
      ...rivals.map((one) => ({ created_at: new Date().toISOString(), ...one })),
      ...ours.reverse(),
      ...(this.options.earlier ?? []),
    ];
  }

  private read(id: string, what: string | undefined, query: URLSearchParams) {
    if (id === 'last' && what === '/config') {
      return ok(this.options.config ?? { source: CONFIG, compiled: '' });
    }
    const pipeline = this.pipelines.find((one) => one.id === id);
    if (pipeline === undefined) return problem(404, 'Pipeline not found');
    const shown = pipeline.states[0] ?? { state: 'created' };
    if (what === '/workflow') {
      const items = (shown.workflows ?? []).map((one, place) => ({
        id: `${id}.${String(place)}`,
        name: one.name ?? `workflow-${String(place)}`,
        pipeline_id: id,
        status: pipeline.cancelled.has(place) ? 'canceled' : one.status,
        ...(one.tag === undefined ? {} : { tag: one.tag }),
      }));
      return this.page(items, query);
    }
    if (pipeline.states.length > 1 && pipeline.cancelled.size === 0) pipeline.states.shift();
    return ok({
      id,
      number: pipeline.number,
      state: shown.state,
      errors: (shown.errors ?? []).map((message) => ({ type: 'config', message })),
    });
  }

  private workflow(method: string, id: string, what: string | undefined, query: URLSearchParams) {
    if (id === OWN_WORKFLOW && what === undefined) {
      return ok({ id, project_slug: this.slug, status: 'running' });
    }
    const [pipelineId, place] = id.split('.');
    const pipeline = this.pipelines.find((one) => one.id === pipelineId);
    const workflow = pipeline?.states[0]?.workflows?.[Number(place)];
    if (pipeline === undefined || workflow === undefined) return problem(404, 'Workflow not found');
    if (method === 'GET' && what === '/job') {
      return this.page(workflow.jobs ?? [jobIn(workflow)], query);
    }
    if (method !== 'POST' || what !== '/cancel') return problem(404, 'Not found');
    const behaviour = this.options.cancel ?? 'obey';
    if (typeof behaviour === 'object') {
      return { status: behaviour.status, body: JSON.parse(behaviour.body) as unknown };
    }
    if (behaviour === 'obey') pipeline.cancelled.add(Number(place));
    return { status: 202, body: { message: 'Accepted.' } };
  }

  private page(all: readonly unknown[], query: URLSearchParams) {
    const from = Number(query.get('page-token') ?? 0);
    const to = from + (this.options.pageSize ?? 20);
    return ok({
      items: all.slice(from, to),
      next_page_token: to < all.length ? String(to) : null,
    });
  }
}

/** The only job of a workflow, which is what the workflow is. */
function jobIn({ status }: ShownWorkflow): Readonly<Record<string, unknown>> {
  return {
    id: 'j',
    name: 'rollback',
    type: 'build',
    job_number: 91,
    status: ['success', 'failed', 'canceled'].includes(status) ? status : 'running',
    started_at: '2026-01-01T00:00:00Z',
  };
}

const defaultStates: readonly PipelineState[] = [
  { state: 'pending' },
  { state: 'created', workflows: [{ name: 'rollback', status: 'running' }] },
  { state: 'created', workflows: [{ name: 'rollback', status: 'success' }] },
];

function ok(body: unknown) {
  return { status: 200, body };
}

/** The API's form of an error. */
function problem(status: number, message: string) {
  return { status, body: { message } };
}
