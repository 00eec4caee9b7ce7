import { createJenkinsClient } from '../../src/pipelines/jenkins/client.js';
import type { JenkinsSettings } from '../../src/pipelines/jenkins/context.js';
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

/** A parameter as the job declares it. */
export interface Declared {
  readonly name: string;
  readonly type?: string;
  readonly value?: string | boolean;
  readonly choices?: readonly string[];
}

/** What one read of a waiting item shows. */
export interface ItemState {
  readonly why: string;
  readonly buildable?: boolean;
}

/** What one read of a build shows. `pipeline`: what the Pipeline API says of it meanwhile. */
export interface BuildState {
  readonly building: boolean;
  readonly result: string | null;
  readonly pipeline?: string;
}

/** A run of the job: an item of the queue that may become a build. */
interface Run {
  readonly queueId: number;
  readonly parameters: Readonly<Record<string, string | boolean>>;
  readonly items: ItemState[];
  readonly builds: BuildState[];
  readonly ours: boolean;
  /** `undefined`: it has not left the queue. */
  build: number | undefined;
  cancelled: boolean;
  aborted: boolean;
}

export interface StandInJenkinsOptions {
  /** As `--prefix`. */
  readonly subPath?: string;
  /** Full name. */
  readonly job?: string;
  /** What stands before the path in `Location` and addresses: what Jenkins takes itself for. */
  readonly believes?: string;
  /** A password needs a crumb and its session, a token does not. */
  readonly credentials?: 'token' | 'password';
  /** `false`: without CSRF protection, and without a crumb issuer. */
  readonly csrf?: boolean;
  /** `null`: the job is not parameterized. `'hidden'`: what it declares is not shown. */
  readonly parameters?: readonly Declared[] | null | 'hidden';
  readonly buildable?: boolean;
  readonly concurrent?: boolean;
  readonly executors?: number;
  /** `folder`: it has jobs instead of builds. */
  readonly kind?: 'job' | 'folder';
  /** Each read of our item shows the next one; after the last it is a build. */
  readonly items?: readonly ItemState[];
  /** Each read of our build shows the next one; the last one stays. */
  readonly builds?: readonly BuildState[];
  /** An item that left the queue is forgotten at once. */
  readonly forgets?: boolean;
  /** How an equal item that waits is named: cores before 2.308 do not tell it from a new one. 303 unless given. */
  readonly joins?: 303 | 201;
  /** Whether the user may cancel. */
  readonly mayCancel?: boolean;
  /** What waits or was built before. Without `build` it waits. */
  readonly others?: readonly {
    readonly queueId: number;
    readonly build?: number;
    readonly parameters?: Readonly<Record<string, string | boolean>>;
    readonly running?: boolean;
  }[];
  /** Somebody else's runs that appear together with ours. */
  readonly rivals?: readonly { readonly queueId: number; readonly build?: number }[];
  /** `obey`: it is aborted. `ignore`: the answer is the same, and nothing happens. */
  readonly cancel?: 'obey' | 'ignore';
  /** Whether the plugin that shows Pipelines is there. */
  readonly pipelineApi?: boolean;
  /** A plugin vetoes every build: Jenkins leads back to the job. */
  readonly vetoed?: boolean;
  /** Answers instead of the usual one, to every request that fits; `times` of them when given. */
  readonly overrides?: readonly {
    readonly method: string;
    readonly path: RegExp;
    readonly fault: Fault;
    readonly times?: number;
  }[];
}

export const DECLARED: readonly Declared[] = [
  { name: 'ROLLBACK', type: 'BooleanParameterDefinition', value: false },
  { name: 'ROLLBACK_ID', type: 'StringParameterDefinition', value: '' },
  { name: 'ROLLBACK_TARGET', type: 'StringParameterDefinition', value: '' },
  { name: 'VERSION', type: 'StringParameterDefinition', value: '' },
];
/** The same job before somebody thought of ids. */
export const WITHOUT_ID = DECLARED.filter(({ name }) => name !== 'ROLLBACK_ID');

const USER = 'deployer';
const CRUMB = 'c0ffee00aa11bb22cc33dd44';
const SESSION = 'node0standin4711.node0';

interface Reply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string | string[]>>;
  readonly json?: unknown;
  readonly page?: string;
}

/**
 * A server on the loopback interface that answers as a Jenkins controller does for one job, or as badly as it is told to. It
 * keeps every request. What is read is filtered by `tree`, as Jenkins does it.
 */
export class StandInJenkins extends StandInServer implements StandIn {
  readonly system = 'jenkins';
  readonly secret = '11c9standInToken4711abcdef';
  readonly runs: Run[] = [];

  private readonly overrideCounts = new Map<number, number>();
  private nextBuild = 17;
  private nextItem = 120;

  private constructor(private readonly options: StandInJenkinsOptions) {
    super();
    for (const { queueId, build, parameters, running } of options.others ?? []) {
      this.runs.push({
        queueId,
        build,
        parameters: parameters ?? {},
        items: [{ why: 'Waiting for next available executor' }],
        builds: [{ building: running === true, result: running === true ? null : 'SUCCESS' }],
        ours: false,
        cancelled: false,
        aborted: false,
      });
    }
  }

  static async start(options: StandInJenkinsOptions = {}): Promise<StandInJenkins> {
    return new StandInJenkins(options).listen();
  }

  get url(): string {
    return `${this.origin}${this.options.subPath ?? ''}`;
  }

  get started(): number {
    return this.runs.filter(({ ours }) => ours).length;
  }

  /** The calls that ask for a build, accepted or not. */
  get starts(): readonly StandInRequest[] {
    return this.requests.filter(
      ({ method, url }) => method === 'POST' && url.includes('/buildWithParameters'),
    );
  }

  get cancels(): readonly StandInRequest[] {
    return this.requests.filter(
      ({ method, url }) => method === 'POST' && /\/(stop|cancelItem)\b/.test(url),
    );
  }

  client(
    deps: {
      readonly fetch: typeof globalThis.fetch;
      readonly clock: ClientOptions<JenkinsSettings>['clock'];
      readonly random: () => number;
    },
    options: Partial<ClientOptions<JenkinsSettings>> = {},
  ): PipelineClient {
    return clientFrom(createJenkinsClient, {
      ...deps,
      'jenkins-url': this.url,
      'jenkins-user': USER,
      'jenkins-token': this.secret,
      'jenkins-job': this.job,
      ownRunId: null,
      ...options,
    });
  }

  guideVariables(): Readonly<Record<string, string>> {
    return {
      CI_SYSTEM: 'jenkins',
      JENKINS_URL: `${this.url}/`,
      JENKINS_USER: USER,
      JENKINS_TOKEN: this.secret,
      JENKINS_JOB_NAME: this.job,
    };
  }

  private get job(): string {
    return this.options.job ?? 'ops/rollback';
  }

  /** As it stands in the request line: every segment of the full name is encoded once. */
  private get jobPath(): string {
    return `/${this.job
      .split('/')
      .map((segment) => `job/${encodeURIComponent(segment)}`)
      .join('/')}`;
  }

  /** What Jenkins believes to be its own address. */
  private get root(): string {
    return `${this.options.believes ?? this.origin}${this.options.subPath ?? ''}`;
  }

  protected answer(request: Received, response: ServerResponse): void {
    const url = new URL(request.url, 'http://stand-in');
    const { pathname } = url;
    const subPath = this.options.subPath ?? '';
    const path = pathname.startsWith(`${subPath}/`) ? pathname.slice(subPath.length) : undefined;
    const fault = this.faultFor(request.method, path ?? '');
    if (fault !== null) {
      if (isAccepted(fault)) this.accept(request);
      this.goWrong(response, fault);
      return;
    }
    const reply = path === undefined ? notFound : this.reply(request, path, url.searchParams);
    const isJson = reply.json !== undefined;
    response.writeHead(reply.status, {
      'x-jenkins': '2.516.3',
      ...(isJson ? { 'content-type': 'application/json;charset=utf-8' } : {}),
      ...(reply.page === undefined ? {} : { 'content-type': 'text/html;charset=utf-8' }),
      ...reply.headers,
    });
    response.end(
      isJson ? JSON.stringify(filtered(reply.json, url.searchParams.get('tree'))) : reply.page,
    );
  }

  private faultFor(method: string, path: string): Fault | null {
    for (const [index, one] of (this.options.overrides ?? []).entries()) {
      const used = this.overrideCounts.get(index) ?? 0;
      if (one.method !== method || !one.path.test(path) || used >= (one.times ?? Infinity))
        continue;
      this.overrideCounts.set(index, used + 1);
      return one.fault;
    }
    if (method === 'POST' && path.endsWith('/buildWithParameters')) return this.faults.start;
    const isRun = path.startsWith('/queue/item/') || /\/\d+\/(api|wfapi)\//.test(path);
    return method === 'GET' && isRun ? this.faults.follow : null;
  }

  private reply(request: Received, path: string, query: URLSearchParams): Reply {
    const given = `Basic ${Buffer.from(`${USER}:${this.secret}`).toString('base64')}`;
    if (request.headers.authorization !== given) {
      return page(401, 'Invalid password/token for user: deployer');
    }
    const { method } = request;
    if (method === 'GET' && path === '/crumbIssuer/api/json') {
      return this.options.csrf === false
        ? notFound
        : {
            status: 200,
            json: { crumb: CRUMB, crumbRequestField: 'Jenkins-Crumb' },
            headers: {
              'set-cookie': [
                `JSESSIONID.1a2b=${SESSION}; Path=/; Secure; HttpOnly`,
                'remember-me=; Expires=Thu, 01 Jan 1970 00:00:00 GMT; Path=/',
              ],
            },
          };
    }
    if (method === 'POST' && !this.hasCrumb(request)) {
      return page(403, 'No valid crumb was included in the request');
    }
    if (method === 'GET' && path === '/computer/api/json') {
      return {
        status: 200,
        json: { busyExecutors: 1, totalExecutors: this.options.executors ?? 4 },
      };
    }
    if (path.startsWith('/queue/')) return this.queue(method, path, query);
    if (path === `${this.jobPath}/api/json` && method === 'GET') {
      return { status: 200, json: this.shown() };
    }
    if (path === `${this.jobPath}/buildWithParameters` && method === 'POST') {
      return this.accept(request);
    }
    const ofBuild = /^\/(\d+)\/(api\/json|wfapi\/describe|stop)$/.exec(
      path.startsWith(this.jobPath) ? path.slice(this.jobPath.length) : '',
    );
    return ofBuild === null ? notFound : this.build(method, Number(ofBuild[1]), ofBuild[2] ?? '');
  }

  /** An API token needs none. A crumb is valid in its own session only. */
  private hasCrumb({ headers }: Received): boolean {
    if (this.options.credentials !== 'password' || this.options.csrf === false) return true;
    return headers['jenkins-crumb'] === CRUMB && headers.cookie === `JSESSIONID.1a2b=${SESSION}`;
  }

  private shown(): unknown {
    if (this.options.kind === 'folder') {
      return { _class: 'com.cloudbees.hudson.plugins.folder.Folder', jobs: [], property: [] };
    }
    const { parameters = DECLARED } = this.options;
    return {
      _class: 'org.jenkinsci.plugins.workflow.job.WorkflowJob',
      buildable: this.options.buildable ?? true,
      concurrentBuild: this.options.concurrent ?? true,
      nextBuildNumber: this.nextBuild,
      ...(parameters === 'hidden'
        ? {}
        : {
            property: [
              {
                _class: 'org.jenkinsci.plugins.workflow.job.properties.PipelineTriggersJobProperty',
              },
              ...(parameters === null
                ? []
                : [
                    {
                      _class: 'hudson.model.ParametersDefinitionProperty',
                      parameterDefinitions: parameters.map(({ name, type, choices }) => ({
                        _class: `hudson.model.${type ?? 'StringParameterDefinition'}`,
                        name,
                        type: type ?? 'StringParameterDefinition',
                        ...(choices === undefined ? {} : { choices }),
                      })),
                    },
                  ]),
            ],
          }),
      builds: this.runs
        .filter(({ build }) => build !== undefined)
        .sort((a, b) => (b.build ?? 0) - (a.build ?? 0))
        .map((run) => ({ number: run.build, queueId: run.queueId, actions: actionsOf(run) })),
    };
  }

  /** Undeclared parameters are dropped; missing ones have their defaults; an equal item that waits is named again. */
  private accept(request: Received): Reply {
    const { parameters = DECLARED } = this.options;
    if (this.options.buildable === false) return page(409, `${this.job} is not buildable!`);
    if (parameters === null) return page(500, 'This build is not parameterized!');
    const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded';
    const given = new URLSearchParams(isForm ? request.body : '');
    const values: Record<string, string | boolean> = {};
    for (const { name, type, value, choices } of parameters === 'hidden' ? [] : parameters) {
      const one = given.get(name) ?? value ?? '';
      if (choices !== undefined && !choices.includes(String(one))) {
        return page(500, `Illegal choice for parameter ${name}: ${String(one)}`);
      }
      values[name] = type === 'BooleanParameterDefinition' ? String(one) === 'true' : one;
    }
    if (this.options.vetoed === true) return { status: 302, headers: { location: '.' } };
    const equal = this.runs.find(
      (run) =>
        run.build === undefined &&
        !run.cancelled &&
        JSON.stringify(run.parameters) === JSON.stringify(values),
    );
    if (equal !== undefined) return this.created(equal, this.options.joins ?? 303);
    return this.created(this.enqueue(values));
  }

  /** ParametersDefinitionProperty.buildWithParameters: 303 when `ScheduleResult.isCreated` is false (JENKINS-66105). */
  private created({ queueId }: Run, status = 201): Reply {
    return {
      status,
      headers: { location: `${this.root}/queue/item/${String(queueId)}/` },
    };
  }

  private enqueue(parameters: Run['parameters']): Run {
    const run: Run = {
      queueId: this.nextItem++,
      parameters,
      items: [...(this.options.items ?? [])],
      builds: [...(this.options.builds ?? [{ building: false, result: 'SUCCESS' }])],
      ours: true,
      build: undefined,
      cancelled: false,
      aborted: false,
    };
    this.runs.push(run);
    for (const { queueId, build } of this.options.rivals ?? []) {
      this.runs.push({ ...run, queueId, build, ours: false, items: [{ why: '' }] });
    }
    if (run.items.length === 0) this.leave(run);
    return run;
  }

  private leave(run: Run): void {
    run.build = this.nextBuild++;
  }

  private queue(method: string, path: string, query: URLSearchParams): Reply {
    if (method === 'GET' && path === '/queue/api/json') {
      return {
        status: 200,
        json: {
          items: [
            // Something else that waits: what a Pipeline of another job asks a node for says not whose it is.
            {
              id: 7,
              why: 'Waiting for next available executor',
              task: {
                _class:
                  'org.jenkinsci.plugins.workflow.support.steps.ExecutorStepExecution$PlaceholderTask',
              },
            },
            {
              id: 8,
              task: { name: 'rollback', url: `${this.root}/job/rollback/` },
              actions: [{ parameters: [{ name: 'ROLLBACK', value: true }] }],
            },
            ...this.runs
              .filter(({ build, cancelled }) => build === undefined && !cancelled)
              .map((run) => ({
                id: run.queueId,
                task: { name: this.job, url: `${this.root}${this.jobPath}/` },
                actions: actionsOf(run),
              })),
          ],
        },
      };
    }
    if (method === 'POST' && path === '/queue/cancelItem') {
      const run = this.runs.find(({ queueId }) => queueId === Number(query.get('id')));
      if (run === undefined || run.build !== undefined) {
        return page(404, `Provided id (${query.get('id') ?? ''}) not found`);
      }
      if (this.options.mayCancel === false) {
        return page(422, `Item for id (${query.get('id') ?? ''}) is not cancellable`);
      }
      if (this.options.cancel !== 'ignore') run.cancelled = true;
      return { status: 204 };
    }
    const id = /^\/queue\/item\/(\d+)\/api\/json$/.exec(path)?.[1];
    const run = this.runs.find(({ queueId }) => queueId === Number(id));
    if (method !== 'GET' || run === undefined) return notFound;
    const left = run.cancelled || run.build !== undefined;
    if (left && this.options.forgets === true) return notFound;
    if (run.cancelled)
      return { status: 200, json: { id: run.queueId, cancelled: true, why: null } };
    if (run.build !== undefined) {
      return {
        status: 200,
        json: {
          _class: 'hudson.model.Queue$LeftItem',
          id: run.queueId,
          cancelled: false,
          why: null,
          buildable: false,
          actions: actionsOf(run),
          executable: {
            number: run.build,
            url: `${this.root}${this.jobPath}/${String(run.build)}/`,
          },
        },
      };
    }
    const state = run.items.length > 1 || run.ours ? run.items.shift() : run.items[0];
    if (run.items.length === 0 && run.ours) this.leave(run);
    return {
      status: 200,
      json: {
        id: run.queueId,
        why: state?.why,
        buildable: state?.buildable ?? false,
        actions: actionsOf(run),
      },
    };
  }

  private build(method: string, number: number, what: string): Reply {
    const run = this.runs.find(({ build }) => build === number);
    if (run === undefined) return notFound;
    if (what === 'stop' && method === 'POST') {
      if (this.options.cancel !== 'ignore') run.aborted = true;
      return { status: 302, headers: { location: `${this.root}${this.jobPath}/` } };
    }
    if (method !== 'GET') return notFound;
    if (what === 'wfapi/describe') {
      const status = run.builds[0]?.pipeline;
      return this.options.pipelineApi === false
        ? notFound
        : { status: 200, json: { id: String(number), status: status ?? 'IN_PROGRESS' } };
    }
    const state = run.builds[0];
    // The Pipeline API answers for the same state.
    if (run.builds.length > 1 && state?.pipeline === undefined) run.builds.shift();
    return {
      status: 200,
      json: {
        _class: 'org.jenkinsci.plugins.workflow.job.WorkflowRun',
        number,
        queueId: run.queueId,
        building: run.aborted ? false : state?.building,
        result: run.aborted ? 'ABORTED' : state?.result,
      },
    };
  }
}

const notFound: Reply = page(404, 'Not Found');

/** An error page as Jetty and Jenkins make them. */
function page(status: number, says: string): Reply {
  return {
    status,
    page: `<html><head><title>Error ${String(status)} ${says}</title></head><body><h2>HTTP ERROR ${String(status)} ${says}</h2><p>Jenkins</p></body></html>`,
  };
}

function actionsOf(run: Run): unknown {
  return [
    {
      _class: 'hudson.model.ParametersAction',
      parameters: Object.entries(run.parameters).map(([name, value]) => ({ name, value })),
    },
    {},
  ];
}

type Tree = Map<string, Tree | undefined>;

/** `a,b[c,d[e]]{0,20}`, as Jenkins reads it (Stapler, TreePruner). */
function parseTree(text: string): Tree {
  let at = 0;
  const read = (): Tree => {
    const tree: Tree = new Map();
    while (at < text.length && text[at] !== ']') {
      const name = /^[^,[\]{}]+/.exec(text.slice(at))?.[0];
      if (name === undefined) throw new Error(`no tree: ${text.slice(at)}`);
      at += name.length;
      let inner: Tree | undefined;
      if (text[at] === '[') {
        at++;
        inner = read();
        at++;
      }
      if (text[at] === '{') at = text.indexOf('}', at) + 1;
      tree.set(name, inner);
      if (text[at] === ',') at++;
    }
    return tree;
  };
  return read();
}

/** Only what the tree names, and `_class`, which Jenkins always adds. */
function filtered(value: unknown, tree: string | null): unknown {
  return tree === null ? value : prune(value, parseTree(tree));
}

function prune(value: unknown, tree: Tree | undefined): unknown {
  if (Array.isArray(value)) return value.map((one) => prune(one, tree));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name === '_class' || (tree?.has(name) ?? false))
      .map(([name, one]) => [name, prune(one, tree?.get(name))]),
  );
}
