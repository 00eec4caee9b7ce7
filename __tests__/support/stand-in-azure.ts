import { createAzureClient } from '../../src/pipelines/azure/client.js';
import type { AzureSettings } from '../../src/pipelines/azure/context.js';
import {
  clientFrom,
  type ClientOptions,
  type Fault,
  type StandIn,
  type StandInRequest,
} from './stand-in.js';
import type { ServerResponse } from 'node:http';
import type { PipelineClient } from '../../src/contract/pipeline.js';
import { isAccepted, StandInServer } from './stand-in-server.js';
import type { Received } from './servers.js';

export interface TimelineRow {
  readonly id?: string;
  readonly parentId?: string | null;
  readonly name?: string;
  readonly identifier?: string;
  readonly type: string;
  readonly state: string;
  readonly result?: string | null;
  readonly startTime?: string | null;
  readonly workerName?: string | null;
  readonly attempt?: number;
  readonly task?: { readonly name: string } | null;
}

/** One state of a build; `timeline`: its records, `null`: 204. */
export interface BuildStep {
  readonly status: string;
  readonly result?: string;
  readonly startTime?: string;
  readonly timeline?: readonly TimelineRow[] | null;
}

export interface StandInBuild {
  readonly id: number;
  readonly definition: number;
  readonly reason: string;
  readonly sourceBranch: string;
  readonly queueTime: string;
  readonly templateParameters: Readonly<Record<string, string>>;
  /** What each read shows; the last one stays. */
  readonly steps: BuildStep[];
  cancelled: boolean;
  /** What the last read showed: the timeline that is asked for next is that of it. */
  shown?: BuildStep;
}

export interface AzureOptions {
  /** Path of the organization or collection. */
  readonly base?: string;
  readonly project?: string;
  readonly secret?: string;
  /** How a wrong token is answered. */
  readonly signIn?: 'page' | 'redirect';
  /** The newest version of the API. */
  readonly version?: '7.1' | '7.0' | '6.0';
  readonly pipelines?: readonly {
    readonly id: number;
    readonly name: string;
    readonly folder?: string;
  }[];
  /** So many pipelines on a page of their list. */
  readonly pageSize?: number;
  readonly type?: string;
  readonly queueStatus?: string;
  /** The names under `parameters:`. */
  readonly declared?: readonly string[];
  /** Those without a default. */
  readonly required?: readonly string[];
  /** Whether a refusal names the parameters that are not declared. */
  readonly vague?: boolean;
  readonly refs?: readonly string[];
  readonly mayQueue?: boolean;
  /** What the build that is started shows. */
  readonly run?: readonly BuildStep[];
  /** Whether the answer to the call that starts names the run. */
  readonly namesRun?: boolean;
  /** Where builds show their template parameters. */
  readonly shows?: 'list' | 'build' | 'nowhere';
  /** `ignore`: 200, and nothing happens. */
  readonly cancel?: 'obey' | 'ignore' | 'refuse';
  readonly builds?: readonly Partial<StandInBuild>[];
  /** Somebody else's build that appears with every one that we start. */
  readonly rival?: Partial<StandInBuild>;
  /** Answers instead of the usual one, for the first requests that fit; `times` of them, one unless given. */
  readonly overrides?: readonly {
    readonly method: string;
    readonly path: RegExp;
    readonly fault: Fault;
    readonly times?: number;
  }[];
}

export const DECLARED = [
  'rollback',
  'rollback_id',
  'rollback_target',
  'version',
  'rollback_revision',
  'rollback_image',
];

/** A run that is queued, begins and succeeds. */
const GOOD_RUN: readonly BuildStep[] = [
  { status: 'notStarted', timeline: null },
  {
    status: 'inProgress',
    startTime: '2026-01-01T00:00:00Z',
    timeline: [{ type: 'Job', state: 'inProgress', startTime: '2026-01-01T00:00:00Z' }],
  },
  { status: 'completed', result: 'succeeded', startTime: '2026-01-01T00:00:00Z' },
];

const SIGN_IN =
  '<!DOCTYPE html><html><head><title>Sign In</title></head><body>Azure DevOps Services | Sign In</body></html>';

/** Azure DevOps as far as one rollback pipeline is concerned. */
export class StandInAzure extends StandInServer implements StandIn {
  readonly system = 'azure';
  readonly builds: StandInBuild[] = [];
  private readonly overrides: { method: string; path: RegExp; fault: Fault; left: number }[];
  private readonly startedIds = new Set<number>();
  private nextBuild = 9001;

  private constructor(private readonly options: AzureOptions) {
    super();
    this.overrides = (options.overrides ?? []).map(({ times = 1, ...rest }) => ({
      ...rest,
      left: times,
    }));
    for (const build of options.builds ?? []) this.addBuild(build);
  }

  static async start(options: AzureOptions = {}): Promise<StandInAzure> {
    return new StandInAzure(options).listen();
  }

  get url(): string {
    return `${this.origin}${this.base}`;
  }
  get started(): number {
    return this.startedIds.size;
  }
  get secret(): string {
    return this.options.secret ?? 'azure-token-5f1c0a7be2d94c63';
  }
  /** The builds that were started because of us. */
  get ours(): readonly StandInBuild[] {
    return this.builds.filter(({ id }) => this.startedIds.has(id));
  }
  /** The calls that ask for a run, accepted or not, without dry runs. */
  get starts(): readonly StandInRequest[] {
    return this.requests.filter(
      ({ method, url, body }) =>
        method === 'POST' && url.includes('/runs?') && !body.includes('"previewRun":true'),
    );
  }

  client(
    deps: Pick<ClientOptions<AzureSettings>, 'fetch' | 'clock' | 'random'>,
    options: Partial<ClientOptions<AzureSettings>> = {},
  ): PipelineClient {
    return clientFrom(createAzureClient, {
      'azure-url': this.url,
      'azure-org': undefined,
      'azure-project': this.project,
      'azure-pipeline': '12',
      'azure-pat': this.secret,
      ...deps,
      ...options,
    });
  }

  guideVariables(): Readonly<Record<string, string>> {
    return {
      TF_BUILD: 'True',
      SYSTEM_COLLECTIONURI: `${this.url}/`,
      CI_SYSTEM: 'azure',
      AZURE_DEVOPS_ORG: this.base.split('/').at(-1) ?? '',
      AZURE_DEVOPS_PROJECT: this.project,
      AZURE_DEVOPS_PAT: this.secret,
      AZURE_PIPELINE_ID: '12',
    };
  }

  addBuild(build: Partial<StandInBuild> = {}): StandInBuild {
    const made: StandInBuild = {
      id: build.id ?? 100 + this.builds.length,
      definition: build.definition ?? 12,
      reason: build.reason ?? 'manual',
      sourceBranch: build.sourceBranch ?? 'refs/heads/main',
      queueTime: build.queueTime ?? new Date().toISOString(),
      templateParameters: build.templateParameters ?? {},
      steps: [...(build.steps ?? [{ status: 'completed', result: 'succeeded' }])],
      cancelled: build.cancelled ?? false,
    };
    this.builds.push(made);
    return made;
  }

  private get base(): string {
    return this.options.base ?? '/acme';
  }
  private get project(): string {
    return this.options.project ?? 'shop';
  }

  protected answer(request: Received, response: ServerResponse): void {
    const { method } = request;
    const { pathname, searchParams } = new URL(request.url, 'http://stand-in');
    const root = `${this.base}/${encodeURIComponent(this.project)}/_apis/`;
    const path = pathname.startsWith(root) ? pathname.slice(root.length) : undefined;

    const override = this.overrides.find(
      (one) => one.left > 0 && one.method === method && one.path.test(pathname),
    );
    if (override !== undefined) {
      override.left--;
      this.goWrong(response, override.fault);
      return;
    }
    if (request.headers.authorization !== this.authorization) {
      this.refuseToken(method, response);
      return;
    }
    if (path === undefined) {
      const message = `TF200016: The following project does not exist: ${pathname}. Verify that the name of the project is correct and that the project exists on the specified Azure DevOps Server.`;
      sendError(response, 404, 'ProjectDoesNotExistWithNameException', message);
      return;
    }
    if (!this.acceptsVersion(path, searchParams.get('api-version'), response)) return;

    const run = /^pipelines\/(\d+)\/runs$/.exec(path);
    const build = /^build\/builds\/(\d+)(\/timeline)?$/.exec(path);
    const pipeline = /^(?:build\/definitions|pipelines)\/(\d+)$/.exec(path);
    if (method === 'POST' && run !== null) this.runPipeline(Number(run[1]), request, response);
    else if (method === 'GET' && path === 'pipelines') this.listPipelines(searchParams, response);
    else if (method === 'GET' && pipeline !== null)
      this.showPipeline(Number(pipeline[1]), response);
    else if (method === 'GET' && path === 'build/builds') this.listBuilds(searchParams, response);
    else if (build !== null) {
      this.oneBuild(method, Number(build[1]), build[2] !== undefined, request.body, response);
    } else send(response, 405, { message: `The requested resource does not support ${method}.` });
  }

  /** A JWT goes as Bearer, every other token as the password of Basic authentication. */
  private get authorization(): string {
    return /^eyJ[^.]*\.[^.]*\.[^.]*$/.test(this.secret)
      ? `Bearer ${this.secret}`
      : `Basic ${Buffer.from(`:${this.secret}`).toString('base64')}`;
  }

  /** vsts-rest-api-specs#97 and #574: reads and POST get the page, PATCH gets 401. */
  private refuseToken(method: string, response: ServerResponse): void {
    if (method === 'PATCH') {
      const message =
        'TF400813: The user is not authorized to access this resource. The token has expired.';
      sendError(response, 401, 'UnauthorizedRequestException', message);
    } else if (this.options.signIn === 'redirect') {
      response.writeHead(302, { location: `${this.url}/_signin?realm=dev.azure.com` });
      response.end();
    } else {
      response.writeHead(203, { 'content-type': 'text/html; charset=utf-8' }).end(SIGN_IN);
    }
  }

  private acceptsVersion(path: string, version: string | null, response: ServerResponse): boolean {
    const { version: newest = '7.1' } = this.options;
    if (version === null) {
      const message = `No api-version was supplied for the "${path}" request. The version must be supplied either as part of the Accept header (e.g. "application/json; api-version=1.0") or as a query parameter (e.g. "?api-version=1.0").`;
      sendError(response, 400, 'VssVersionNotSpecifiedException', message);
      return false;
    }
    if (Number.parseFloat(version) > Number(newest)) {
      const message = `The requested REST API version of ${version} is out of range for this server. The latest REST API version this server supports is ${newest}.`;
      sendError(response, 400, 'VssVersionOutOfRangeException', message);
      return false;
    }
    if (newest === '6.0' && path.startsWith('pipelines') && !version.includes('-preview')) {
      const message = `The requested version "${version}" of the resource is under preview. The -preview flag must be supplied in the api-version for such requests. For example: "${version}-preview"`;
      sendError(response, 400, 'VssInvalidPreviewVersionException', message);
      return false;
    }
    return true;
  }

  private get pipelines(): NonNullable<AzureOptions['pipelines']> {
    return this.options.pipelines ?? [{ id: 12, name: 'Rollback' }];
  }

  private listPipelines(query: URLSearchParams, response: ServerResponse): void {
    const size = this.options.pageSize ?? 100;
    const from = Number(query.get('continuationToken') ?? '0');
    const page = this.pipelines.slice(from, from + size);
    const more = from + size < this.pipelines.length;
    send(
      response,
      200,
      { count: page.length, value: page.map((one) => ({ folder: '\\', ...one, revision: 1 })) },
      more ? { 'x-ms-continuationtoken': String(from + size) } : {},
    );
  }

  private showPipeline(id: number, response: ServerResponse): void {
    const found = this.pipelines.find((one) => one.id === id);
    if (found === undefined) {
      sendError(
        response,
        404,
        'PipelineNotFoundException',
        `Pipeline with id ${String(id)} not found`,
      );
      return;
    }
    send(response, 200, {
      folder: '\\',
      ...found,
      revision: 1,
      configuration: { type: this.options.type ?? 'yaml', path: '/rollback.yml' },
      queueStatus: this.options.queueStatus ?? 'enabled',
    });
  }

  private runPipeline(id: number, request: Received, response: ServerResponse): void {
    const body = parsed(request.body);
    const isPreview = body.previewRun === true;
    const fault = isPreview ? null : this.faults.start;
    if (fault !== null && !isAccepted(fault)) {
      this.goWrong(response, fault);
      return;
    }
    const refusal = this.refusalOf(id, request, body);
    if (refusal !== undefined) {
      sendError(response, ...refusal);
      return;
    }
    if (isPreview) {
      send(response, 200, { id: -1, name: '', state: 'unknown', finalYaml: 'stages: []\n' });
      return;
    }
    if (this.options.rival !== undefined) this.addBuild({ id: 500, ...this.options.rival });
    const build = this.addBuild({
      id: this.nextBuild++,
      definition: id,
      sourceBranch: refOf(body) ?? 'refs/heads/main',
      templateParameters: record(body.templateParameters) as Record<string, string>,
      steps: [...(this.options.run ?? GOOD_RUN)],
    });
    this.startedIds.add(build.id);
    if (fault !== null) {
      this.goWrong(response, fault.then);
      return;
    }
    send(response, 200, {
      ...(this.options.namesRun === false ? {} : { id: build.id }),
      name: '20260101.1',
      state: 'inProgress',
      _links: {
        web: { href: `${this.url}/${this.project}/_build/results?buildId=${String(build.id)}` },
      },
    });
  }

  private refusalOf(
    id: number,
    request: Received,
    body: Readonly<Record<string, unknown>>,
  ): [number, string, string] | undefined {
    const invalid = 'PipelineValidationException';
    if (!String(request.headers['content-type']).startsWith('application/json'))
      return [415, 'VssServiceException', 'The media type is not supported.'];
    if (!this.pipelines.some((one) => one.id === id))
      return [404, 'PipelineNotFoundException', `Pipeline with id ${String(id)} not found`];
    if (this.options.mayQueue === false) {
      return [
        403,
        'AccessDeniedException',
        `TF215106: Access denied. shop Build Service (acme) needs Queue builds permissions for build pipeline ${String(id)} in team project shop to perform the action. For more information, contact the Azure DevOps Server administrator.`,
      ];
    }
    if (this.options.queueStatus === 'disabled')
      return [400, invalid, 'The pipeline Rollback is disabled and cannot be queued.'];
    if (body.variables !== undefined) {
      const names = Object.keys(record(body.variables)).join(', ');
      return [
        400,
        invalid,
        `You can't set the following variables (${names}). If you want to be able to set these variables, then edit the pipeline and select Settable at queue time on the variables tab of the pipeline editor.`,
      ];
    }
    const ref = refOf(body);
    if (body.resources !== undefined && !/^refs\/(heads|tags)\/./.test(ref ?? ''))
      return [400, 'ArgumentException', `The ref name ${String(ref)} is not a full ref name.`];
    const { refs = ['refs/heads/main', 'refs/tags/v1.2'] } = this.options;
    if (ref !== undefined && !refs.includes(ref)) {
      return [
        400,
        invalid,
        `An error occurred while loading the YAML build pipeline. Unable to resolve the reference '${ref}' to a specific version.`,
      ];
    }
    const parameters = record(body.templateParameters);
    if (Object.values(parameters).some((value) => typeof value !== 'string'))
      return [400, 'VssServiceException', 'Value cannot be null. Parameter name: runParameters'];
    const declared = (this.options.declared ?? DECLARED).map((name) => name.toLowerCase());
    const strange = Object.keys(parameters).filter(
      (name) => !declared.includes(name.toLowerCase()),
    );
    if (strange.length > 0) {
      return [
        400,
        invalid,
        this.options.vague === true
          ? 'The pipeline is not valid.'
          : strange.map((name) => `/rollback.yml: Unexpected parameter '${name}'`).join('\n'),
      ];
    }
    const missing = (this.options.required ?? []).filter((name) => !(name in parameters));
    return missing.length > 0
      ? [400, invalid, `A value for the '${String(missing[0])}' parameter must be provided.`]
      : undefined;
  }

  private listBuilds(query: URLSearchParams, response: ServerResponse): void {
    const since = query.get('minTime');
    const value = this.builds
      .filter(({ definition }) => String(definition) === query.get('definitions'))
      .filter(({ queueTime }) => since === null || Date.parse(queueTime) >= Date.parse(since))
      .sort((a, b) => b.id - a.id)
      .slice(0, Number(query.get('$top') ?? '1000'))
      .map((build) => this.viewOf(build, 'list'));
    send(response, 200, { count: value.length, value });
  }

  private oneBuild(
    method: string,
    id: number,
    timeline: boolean,
    body: string,
    response: ServerResponse,
  ): void {
    if (method === 'GET' && this.faults.follow !== null) {
      this.goWrong(response, this.faults.follow);
      return;
    }
    const build = this.builds.find((one) => one.id === id);
    if (build === undefined) {
      const message = `The requested build ${String(id)} could not be found.`;
      sendError(response, 404, 'BuildNotFoundException', message);
    } else if (method === 'PATCH') {
      this.change(build, parsed(body), response);
    } else if (timeline) {
      const step = build.shown ?? stepOf(build);
      const records = step.timeline === undefined ? timelineOf(step) : step.timeline;
      if (records === undefined || records === null) response.writeHead(204).end();
      else send(response, 200, { records, id: 'timeline' });
    } else {
      build.shown = stepOf(build);
      send(response, 200, this.viewOf(build, 'build'));
      if (build.steps.length > 1 && !build.cancelled) build.steps.shift();
    }
  }

  private change(
    build: StandInBuild,
    body: Readonly<Record<string, unknown>>,
    response: ServerResponse,
  ): void {
    const { cancel = 'obey' } = this.options;
    if (cancel === 'refuse') {
      const message =
        'Access denied. shop Build Service (acme) needs Stop builds permissions for build pipeline 12.';
      sendError(response, 403, 'AccessDeniedException', message);
      return;
    }
    if (body.status === 'cancelling' && cancel === 'obey') build.cancelled = true;
    send(response, 200, this.viewOf(build, 'build'));
  }

  private viewOf(build: StandInBuild, where: 'list' | 'build'): object {
    const { shows = 'list' } = this.options;
    const { id, reason, sourceBranch, queueTime, templateParameters } = build;
    const { status, result, startTime } = stepOf(build);
    return {
      id,
      buildNumber: '20260101.1',
      reason,
      sourceBranch,
      queueTime,
      status,
      ...(result === undefined ? {} : { result }),
      ...(startTime === undefined ? {} : { startTime }),
      ...(shows === 'list' || (shows === 'build' && where === 'build')
        ? { templateParameters }
        : {}),
      _links: {
        web: { href: `${this.url}/${this.project}/_build/results?buildId=${String(id)}` },
      },
    };
  }
}

/** Of a build that ended with a result: a job that did the same. */
function timelineOf({ status, result, startTime }: BuildStep): readonly TimelineRow[] | undefined {
  return status === 'completed' && result === 'succeeded' && startTime !== undefined
    ? [{ type: 'Job', name: 'rollback', state: 'completed', result, startTime }]
    : undefined;
}

function stepOf(build: StandInBuild): BuildStep {
  const step = build.steps[0] ?? { status: 'none' };
  if (!build.cancelled || step.status === 'completed') return step;
  return {
    status: 'completed',
    result: 'canceled',
    ...(step.startTime === undefined ? {} : { startTime: step.startTime }),
    ...(step.timeline === undefined ? {} : { timeline: step.timeline }),
  };
}

function refOf(body: Readonly<Record<string, unknown>>): string | undefined {
  const { self } = record(record(body.resources).repositories);
  const { refName } = record(self);
  return typeof refName === 'string' ? refName : undefined;
}

function record(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function parsed(body: string): Readonly<Record<string, unknown>> {
  return body === '' ? {} : record(JSON.parse(body));
}

function send(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers });
  response.end(JSON.stringify(body));
}

/** An error as Azure words it. */
function sendError(
  response: ServerResponse,
  status: number,
  typeKey: string,
  message: string,
): void {
  send(response, status, {
    $id: '1',
    innerException: null,
    message,
    typeName: `Microsoft.Azure.Pipelines.WebApi.${typeKey}, Microsoft.Azure.Pipelines.WebApi`,
    typeKey,
    errorCode: 0,
    eventId: 3000,
  });
}
