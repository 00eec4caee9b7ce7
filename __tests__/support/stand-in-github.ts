import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { createGithubClient } from '../../src/pipelines/github/client.js';
import { githubObject } from './github-objects.js';
import { clientFrom, type Fault, type StandIn } from './stand-in.js';

/** A request as it came over the socket. */
export interface RecordedRequest {
  readonly method: string;
  /** As it was sent, with the query. */
  readonly url: string;
  /** Decoded, without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** Parsed JSON; `undefined` without a body. */
  readonly body: unknown;
  /** The body as it was sent. */
  readonly text: string;
}

/** An answer given word by word. */
export interface ScriptedAnswer {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/**
 * `hang`: no answer until the client gives up. `reset`: the connection is torn down; `reset-mid-answer`: after a part of the
 * answer.
 */
export type Behaviour = ScriptedAnswer | 'hang' | 'reset' | 'reset-mid-answer';

/** What becomes of one dispatch. Accepted means that a run exists afterwards, whatever the client is told. */
export type DispatchBehaviour =
  | Behaviour
  /** 200 with the run when it is asked for, else 204, as api.github.com. */
  | 'accept'
  /** 204 always, as Enterprise Server, which ignores `return_run_details`. */
  | 'accept-204'
  /** 422 for `return_run_details`, else as `accept-204`. */
  | 'no-details'
  | { readonly accept: true; readonly then: Behaviour };

/** One state of a run. `then` is the behaviour of the read instead, which is not a state. */
export type RunStep = readonly [status: string, conclusion?: string | null] | Behaviour;

export interface StandInRun {
  readonly id: number;
  readonly title: string;
  readonly branch: string;
  readonly event: string;
  readonly createdAt: string;
  readonly inputs: Readonly<Record<string, string>>;
  /** What each read shows; the last one stays. */
  readonly steps: RunStep[];
  cancelled: boolean;
  /** Steps that its jobs show: whether any of it ran. */
  ran: boolean;
  /** What its jobs show; one that ends as the run does unless given. */
  readonly jobs: readonly StandInGithubJob[] | undefined;
}

/** Fields of a job. */
export interface StandInGithubJob {
  readonly name: string;
  readonly status?: string;
  readonly conclusion?: string | null;
  readonly run_attempt?: number;
  readonly run_id?: number;
}

export interface StandInGithubOptions {
  /** Before every path: `/api/v3`, as Enterprise Server has it. */
  readonly prefix?: string;
  readonly repository?: string;
  readonly workflow?: string;
  /** The workflow file; `null`: it is not there. */
  readonly file?: string | null;
  readonly workflowState?: string;
  readonly defaultBranch?: string;
  /** Branches and tags besides the default branch. */
  readonly branches?: readonly string[];
  readonly tags?: readonly string[];
  readonly private?: boolean;
  readonly archived?: boolean;
  readonly token?: string;
  /** Scopes of a classic token. */
  readonly scopes?: string;
  readonly mayWrite?: boolean;
  readonly mayReadContents?: boolean;
  /** Every dispatch takes the next one; the last one stays. */
  readonly dispatches?: readonly DispatchBehaviour[];
  /** What reads of a started run show. */
  readonly run?: readonly RunStep[];
  /** `obey`: the next read shows it as cancelled. `ignore`: 202, and nothing happens. */
  readonly cancel?: 'obey' | 'ignore' | ScriptedAnswer;
  /** Whether a cancelled run shows steps. */
  readonly ran?: boolean;
  /** What the jobs of a started run show. */
  readonly jobs?: readonly StandInGithubJob[];
  /** Answers instead of the usual one, for the first request that fits; `times` of them, one unless given. */
  readonly overrides?: readonly {
    readonly method: string;
    readonly path: RegExp;
    readonly answer: Behaviour;
    readonly times?: number;
  }[];
  /** Runs that are there from the start. */
  readonly runs?: readonly Partial<StandInRun>[];
  /** Somebody else's run that appears with every accepted dispatch. */
  readonly rival?: boolean;
}

export const ROLLBACK_WORKFLOW = `
name: Rollback
run-name: Rollback \${{ inputs.rollback_id }}
on:
  workflow_dispatch:
    inputs:
      rollback: { type: string, required: true }
      rollback_id: { type: string }
      version: { type: string }
      rollback_target: { type: string }
      rollback_revision: { type: string }
      rollback_image: { type: string }
jobs: { rollback: { runs-on: ubuntu-latest, steps: [{ run: 'true' }] } }
`;

/** The same without `run-name`: a run cannot be told by its title. */
export const SILENT_WORKFLOW = ROLLBACK_WORKFLOW.replace(/^run-name:.*\n/m, '');

/**
 * A server on the loopback interface that answers as api.github.com does for one repository and one workflow, or as badly
 * as it is told to. It keeps every request.
 */
export class StandInGithub {
  readonly requests: RecordedRequest[] = [];
  readonly runs: StandInRun[] = [];
  /** From now on, instead of what the options say of dispatches and of reads of a run. */
  readonly faults: { start?: DispatchBehaviour; follow?: Behaviour } = {};
  /** Requests that hang on purpose. */
  hanging = 0;
  /** To be given as `github-api-url`. */
  url = '';

  private readonly sockets = new Set<Socket>();
  private readonly shownAsDone = new Set<StandInRun>();
  private readonly overrides: { method: string; path: RegExp; answer: Behaviour; left: number }[];
  private readonly dispatchQueue: DispatchBehaviour[];
  private nextRun = 9001;

  private constructor(
    private readonly server: Server,
    private readonly options: StandInGithubOptions,
  ) {
    this.overrides = (options.overrides ?? []).map(({ times, ...rest }) => ({
      ...rest,
      left: times ?? 1,
    }));
    this.dispatchQueue = [...(options.dispatches ?? ['accept'])];
    for (const run of options.runs ?? []) this.addRun(run);
    server.on('connection', (socket) => {
      this.sockets.add(socket);
      socket.on('close', () => this.sockets.delete(socket));
    });
    server.on('request', (request, response) => {
      void this.handle(request, response);
    });
  }

  static async start(options: StandInGithubOptions = {}): Promise<StandInGithub> {
    const server = createServer();
    const standIn = new StandInGithub(server, options);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    standIn.url = `http://127.0.0.1:${String((server.address() as AddressInfo).port)}${options.prefix ?? ''}`;
    return standIn;
  }

  /** The calls that ask for a run, accepted or not. */
  get dispatches(): readonly RecordedRequest[] {
    return this.requests.filter(
      ({ method, path }) => method === 'POST' && path.endsWith('/dispatches'),
    );
  }

  /** The runs that dispatches have started. */
  get started(): readonly StandInRun[] {
    return this.runs.filter(({ id }) => id >= 9001);
  }

  /** Whether a started run was seen to have succeeded: what it was to do is done. */
  get succeeded(): boolean {
    return this.started.some((run) => this.shownAsDone.has(run));
  }

  get cancels(): readonly RecordedRequest[] {
    return this.requests.filter(
      ({ method, path }) => method === 'POST' && path.endsWith('/cancel'),
    );
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    await new Promise((resolve) => this.server.close(resolve));
  }

  addRun(run: Partial<StandInRun> = {}): StandInRun {
    const made: StandInRun = {
      id: run.id ?? 100 + this.runs.length,
      title: run.title ?? 'Rollback',
      branch: run.branch ?? this.defaultBranch,
      event: run.event ?? 'workflow_dispatch',
      createdAt: run.createdAt ?? `${new Date().toISOString().slice(0, 19)}Z`,
      inputs: run.inputs ?? {},
      steps: [...(run.steps ?? [['completed', 'success']])],
      cancelled: false,
      ran: run.ran ?? true,
      jobs: run.jobs,
    };
    this.runs.push(made);
    return made;
  }

  private get defaultBranch(): string {
    return this.options.defaultBranch ?? 'main';
  }

  private async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const text = Buffer.concat(chunks).toString('utf8');
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const recorded: RecordedRequest = {
      method: request.method ?? '',
      url: request.url ?? '',
      path: decodeURIComponent(url.pathname),
      query: Object.fromEntries(url.searchParams),
      headers: request.headers,
      body: text === '' ? undefined : JSON.parse(text),
      text,
    };
    this.requests.push(recorded);
    this.answer(response, this.behaviourFor(recorded));
  }

  private answer(response: ServerResponse, behaviour: Behaviour): void {
    if (behaviour === 'hang') {
      this.hanging++;
      response.on('close', () => {
        this.hanging--;
      });
      return;
    }
    if (behaviour === 'reset') {
      response.socket?.resetAndDestroy();
      return;
    }
    if (behaviour === 'reset-mid-answer') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"id":', () => response.socket?.destroy());
      return;
    }
    const { status, body, headers } = behaviour;
    const isText = typeof body === 'string';
    response.writeHead(status, {
      ...(body === undefined
        ? {}
        : { 'content-type': isText ? 'text/html' : 'application/json; charset=utf-8' }),
      ...(this.options.scopes === undefined ? {} : { 'x-oauth-scopes': this.options.scopes }),
      ...headers,
    });
    response.end(body === undefined ? undefined : isText ? body : JSON.stringify(body));
  }

  private behaviourFor(request: RecordedRequest): Behaviour {
    const override = this.overrides.find(
      ({ method, path, left }) => left > 0 && method === request.method && path.test(request.path),
    );
    if (override !== undefined) {
      override.left--;
      return override.answer;
    }
    const { token } = this.options;
    if (token !== undefined && !request.headers.authorization?.endsWith(` ${token}`)) {
      return problem(401, 'Bad credentials');
    }
    const base = `${this.options.prefix ?? ''}/repos/${this.options.repository ?? 'acme/shop'}`;
    if (request.path !== base && !request.path.startsWith(`${base}/`)) {
      return problem(404, 'Not Found');
    }
    return this.inRepository(request, request.path.slice(base.length));
  }

  private inRepository(request: RecordedRequest, path: string): Behaviour {
    const { options } = this;
    const workflow = options.workflow ?? 'rollback.yml';
    const file = options.file === undefined ? ROLLBACK_WORKFLOW : options.file;
    const branches = [this.defaultBranch, ...(options.branches ?? [])];
    const tags = options.tags ?? [];
    const isRead = request.method === 'GET';

    if (isRead && path === '') {
      return object('full-repository', {
        full_name: options.repository ?? 'acme/shop',
        default_branch: this.defaultBranch,
        private: options.private ?? true,
        archived: options.archived ?? false,
      });
    }
    const ref = /^\/git\/ref\/(heads|tags)\/(.+)$/.exec(path);
    if (isRead && ref !== null) {
      const there = (ref[1] === 'heads' ? branches : tags).includes(ref[2] ?? '');
      return there
        ? object('git-ref', { ref: `refs/${path.slice('/git/ref/'.length)}` })
        : problem(404, 'Not Found');
    }
    if (isRead && path.startsWith('/contents/')) {
      if (options.mayReadContents === false) {
        return problem(403, 'Resource not accessible by integration');
      }
      const known = [...branches, ...tags].includes(request.query.ref ?? '');
      return file === null || !known || path !== `/contents/.github/workflows/${workflow}`
        ? problem(404, 'Not Found')
        : object('content-file', {
            type: 'file',
            encoding: 'base64',
            content: wrapped(Buffer.from(file).toString('base64')),
          });
    }

    const ofWorkflow = /^\/actions\/workflows\/([^/]+)(\/.+)?$/.exec(path);
    if (ofWorkflow !== null) {
      if (file === null || ![workflow, '77'].includes(ofWorkflow[1] ?? '')) {
        return problem(404, 'Not Found');
      }
      if (isRead && ofWorkflow[2] === undefined) {
        return object('workflow', {
          id: 77,
          path: `.github/workflows/${workflow}`,
          state: options.workflowState ?? 'active',
        });
      }
      if (isRead && ofWorkflow[2] === '/runs') return this.list(request);
      if (request.method === 'POST' && ofWorkflow[2] === '/dispatches') {
        return this.dispatch(request, file, [...branches, ...tags]);
      }
    }

    if (isRead && path === '/actions/runs') return this.list(request);
    const ofRun = /^\/actions\/runs\/(\d+)(\/.+)?$/.exec(path);
    const run = this.runs.find(({ id }) => String(id) === ofRun?.[1]);
    if (run === undefined) return problem(404, 'Not Found');
    if (isRead && ofRun?.[2] === undefined) return this.read(run);
    if (isRead && ofRun?.[2] === '/jobs') return this.faults.follow ?? this.jobs(run, request);
    if (request.method === 'POST' && ofRun?.[2] === '/cancel') return this.cancel(run);
    return problem(404, 'Not Found');
  }

  private list({ query }: RecordedRequest): Behaviour {
    const since = query.created?.replace('>=', '');
    const found = this.runs
      .filter(
        (run) =>
          (query.event === undefined || run.event === query.event) &&
          (query.branch === undefined || run.branch === query.branch) &&
          (query.status === undefined || this.show(run).status === query.status) &&
          (since === undefined || run.createdAt >= since),
      )
      .reverse();
    return ok({
      total_count: found.length,
      workflow_runs: found.slice(0, Number(query.per_page ?? 30)).map((run) => this.show(run)),
    });
  }

  private dispatch(request: RecordedRequest, file: string, refs: readonly string[]): Behaviour {
    if (this.options.mayWrite === false) {
      return problem(403, 'Resource not accessible by integration');
    }
    const behaviour =
      this.faults.start ??
      (this.dispatchQueue.length > 1 ? this.dispatchQueue.shift() : this.dispatchQueue[0]);
    if (behaviour === 'hang' || behaviour === 'reset' || behaviour === 'reset-mid-answer') {
      return behaviour;
    }
    if (behaviour !== undefined && typeof behaviour === 'object' && 'status' in behaviour) {
      return behaviour;
    }
    const body = request.body as {
      ref: string;
      inputs?: Record<string, string>;
      return_run_details?: boolean;
    };
    if (behaviour === 'no-details' && body.return_run_details !== undefined) {
      return problem(422, 'Invalid request.\n\n"return_run_details" is not a permitted key.');
    }
    if (!refs.includes(body.ref)) return problem(422, `No ref found for: ${body.ref}`);
    const inputs = body.inputs ?? {};
    const unexpected = Object.keys(inputs).filter((name) => !file.includes(`${name}:`));
    if (unexpected.length > 0) {
      return problem(422, `Unexpected inputs provided: ${JSON.stringify(unexpected)}`);
    }

    const title = /^run-name: (.*)$/m
      .exec(file)?.[1]
      ?.replace(/\$\{\{ inputs\.(\w+) \}\}/g, (_, name: string) => inputs[name] ?? '');
    const run = this.addRun({
      id: this.nextRun++,
      title: title ?? 'Rollback',
      branch: body.ref,
      inputs,
      steps: [...(this.options.run ?? [['queued'], ['in_progress'], ['completed', 'success']])],
      ran: this.options.ran ?? true,
      jobs: this.options.jobs,
    });
    if (this.options.rival === true) this.addRun({ branch: body.ref });

    if (typeof behaviour === 'object') return behaviour.then;
    return behaviour === 'accept' && body.return_run_details === true
      ? ok({
          workflow_run_id: run.id,
          run_url: `${this.url}/repos/acme/shop/actions/runs/${String(run.id)}`,
          html_url: htmlUrl(run),
        })
      : { status: 204 };
  }

  private read(run: StandInRun): Behaviour {
    if (this.faults.follow !== undefined) return this.faults.follow;
    const step = run.steps[0];
    if (run.steps.length > 1 && !run.cancelled) run.steps.shift();
    if (!run.cancelled && (typeof step === 'string' || (step !== undefined && 'status' in step))) {
      return step;
    }
    const shown = this.show(run, step);
    if (shown.conclusion === 'success') this.shownAsDone.add(run);
    return ok(shown);
  }

  private show(run: StandInRun, step: RunStep | undefined = run.steps[0]): Record<string, unknown> {
    const [status, conclusion] = run.cancelled
      ? ['completed', 'cancelled']
      : Array.isArray(step)
        ? (step as readonly [string, (string | null)?])
        : ['queued'];
    return githubObject('workflow-run', {
      id: run.id,
      name: 'Rollback',
      display_title: run.title,
      event: run.event,
      head_branch: run.branch,
      created_at: run.createdAt,
      html_url: htmlUrl(run),
      status,
      conclusion: conclusion ?? null,
    });
  }

  /** Unless others are given, its only job, which is what the run is. */
  private jobs(run: StandInRun, { query }: RecordedRequest): Behaviour {
    const { status, conclusion } = this.show(run);
    const steps = run.ran
      ? [{ name: 'x', number: 1, status: 'completed', conclusion: 'success' }]
      : [];
    const all = (run.jobs ?? [{ name: 'rollback', status, conclusion }]).map((job, index) =>
      githubObject('job', {
        id: 700 + index,
        run_id: run.id,
        run_attempt: 1,
        runner_id: run.ran ? 5 : null,
        html_url: `${htmlUrl(run)}/job/${String(700 + index)}`,
        status: 'completed',
        conclusion: 'success',
        steps,
        ...job,
      }),
    );
    const size = Number(query.per_page ?? 30);
    const from = (Number(query.page ?? 1) - 1) * size;
    return ok({ total_count: all.length, jobs: all.slice(from, from + size) });
  }

  private cancel(run: StandInRun): Behaviour {
    if (this.options.mayWrite === false) {
      return problem(403, 'Resource not accessible by integration');
    }
    if (this.show(run).status === 'completed') {
      return problem(409, 'Cannot cancel a workflow run that is completed.');
    }
    const behaviour = this.options.cancel ?? 'obey';
    if (typeof behaviour === 'object') return behaviour;
    if (behaviour === 'obey') run.cancelled = true;
    return { status: 202, body: {} };
  }
}

function ok(body: unknown): ScriptedAnswer {
  return { status: 200, body };
}

function object(...of: Parameters<typeof githubObject>): ScriptedAnswer {
  return ok(githubObject(...of));
}

/** The API's form of an error. */
export function problem(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): ScriptedAnswer {
  return {
    status,
    headers,
    body: { message, documentation_url: 'https://docs.github.com/rest', status: String(status) },
  };
}

function htmlUrl(run: StandInRun): string {
  return `https://github.example/acme/shop/actions/runs/${String(run.id)}`;
}

/** Base64 in lines, as the contents API gives it. */
function wrapped(base64: string): string {
  return base64.replace(/.{60}/g, '$&\n');
}

const SECRET = 'ghs_standInForTheSecretOfATest';

/** api.github.com with one repository and its rollback workflow. */
export async function createGithubStandIn(options: StandInGithubOptions = {}): Promise<StandIn> {
  const standIn = await StandInGithub.start({
    token: SECRET,
    // The run that preflight asks about.
    runs: [{ id: 50 }],
    ...options,
  });
  return {
    system: 'github',
    url: standIn.url,
    secret: SECRET,
    get requests() {
      return standIn.requests.map(({ method, url, headers, text }) => ({
        method,
        url,
        headers,
        body: text,
      }));
    },
    get started() {
      return standIn.started.length;
    },
    get hanging() {
      return standIn.hanging;
    },
    fault(on, fault) {
      if (fault === null) Reflect.deleteProperty(standIn.faults, on);
      else if (on === 'start') standIn.faults.start = dispatchOf(fault);
      else standIn.faults.follow = answerOf(fault);
    },
    client: (deps) =>
      clientFrom(createGithubClient, {
        ...deps,
        'github-repository': 'acme/shop',
        'github-workflow': 'rollback.yml',
        'github-token': SECRET,
        'github-api-url': standIn.url,
        ownRunId: null,
      }),
    guideVariables: () => ({
      CI_SYSTEM: 'github',
      GITHUB_ACTIONS: 'true',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_TOKEN: SECRET,
      GITHUB_WORKFLOW_ID: 'rollback.yml',
      GITHUB_API_URL: standIn.url,
    }),
    close: () => standIn.close(),
  };
}

function dispatchOf(fault: Fault): DispatchBehaviour {
  return typeof fault === 'object' && 'accepted' in fault
    ? { accept: true, then: answerOf(fault.then) }
    : answerOf(fault);
}

function answerOf(fault: Fault): Behaviour {
  if (typeof fault === 'object' && 'accepted' in fault) {
    throw new Error('only a call that starts a run can be accepted');
  }
  return fault;
}
