import type { ServerResponse } from 'node:http';
import { createHttpClient } from '../../src/pipelines/http/client.js';
import type { PipelineClient } from '../../src/contract/pipeline.js';
import { resolveWith } from './resolve-inputs.js';
import type { Received } from './servers.js';
import { type Fault, noRecords, type StandIn, type StandInRequest } from './stand-in.js';
import { isAccepted, StandInServer } from './stand-in-server.js';

/** One state of a run: its phase, and its result when it has ended. */
export type RunStep = readonly [phase: string, result?: string];

export interface StandInRun {
  readonly id: string;
  readonly variables: Readonly<Record<string, string>>;
  /** What each read shows; the last one stays. */
  readonly steps: RunStep[];
}

export interface HttpStandInOptions {
  readonly secret?: string;
  /** What the run that is started shows. */
  readonly run?: readonly RunStep[];
  /** Whether the answer to the call that starts names the run. */
  readonly namesRun?: boolean;
  /** Whether the list shows the variables of its runs. */
  readonly listsVariables?: boolean;
  /** `ignore`: 200, and nothing happens. */
  readonly cancel?: 'obey' | 'ignore' | 'refuse';
  /** Somebody else's run that is there from the start. */
  readonly rival?: Readonly<Record<string, string>>;
  /** Instead of the list of runs. */
  readonly list?: Fault;
}

const ROOT = '/ci/api';

/** How the system below is described to Rollgate. */
const DESCRIPTION = {
  ROLLGATE_HTTP_START_PATH: 'runs',
  ROLLGATE_HTTP_START_BODY:
    '{"pipeline": "rollback", "variables": {"ROLLBACK": "true", "ID": "{{rollback_id}}", "TARGET": "{{target}}"}}',
  ROLLGATE_HTTP_RUN_ID: '/id',
  ROLLGATE_HTTP_RUN_LINK: '/links/web',
  ROLLGATE_HTTP_STATE_PATH: 'runs/{{run_id}}',
  ROLLGATE_HTTP_STATE: '/status/phase, /status/result',
  ROLLGATE_HTTP_STATES: [
    'pending=queued',
    'active=running',
    'gated=waiting',
    'done/ok=succeeded',
    'done/broken=failed',
    'done/stopped=cancelled',
  ].join('\n'),
  ROLLGATE_HTTP_CANCEL_PATH: 'runs/{{run_id}}/stop',
  ROLLGATE_HTTP_FIND_PATH: 'runs?variable={{rollback_id}}',
  ROLLGATE_HTTP_FIND_RUNS: '/runs',
} as const;

/** A CI system that nobody knows, with an API like many others. */
export class StandInHttp extends StandInServer implements StandIn {
  readonly system = 'http';
  readonly runs: StandInRun[] = [];
  private startedRuns = 0;

  private constructor(private readonly options: HttpStandInOptions) {
    super();
    if (options.rival !== undefined) {
      this.runs.push({ id: '{r-1}', variables: options.rival, steps: [['done', 'ok']] });
    }
  }

  static async start(options: HttpStandInOptions = {}): Promise<StandInHttp> {
    return new StandInHttp(options).listen();
  }

  get url(): string {
    return `${this.origin}${ROOT}`;
  }
  get started(): number {
    return this.startedRuns;
  }
  get secret(): string {
    return this.options.secret ?? 'http-token-1c9a77e04b3f4d21';
  }
  /** The calls that ask for a run, accepted or not. */
  get starts(): readonly StandInRequest[] {
    return this.requests.filter(({ method, url }) => method === 'POST' && url === `${ROOT}/runs`);
  }

  /** @param variables instead of some of {@link guideVariables}; an empty one takes it away. */
  client(
    deps: Parameters<StandIn['client']>[0],
    variables: Readonly<Record<string, string>> = {},
  ): PipelineClient {
    const { settings } = resolveWith({ env: { ...this.guideVariables(), ...variables } });
    return createHttpClient(settings, { ownRunId: null, records: noRecords, ...deps });
  }

  guideVariables(): Readonly<Record<string, string>> {
    return {
      CI_SYSTEM: 'http',
      ROLLGATE_HTTP_URL: this.url,
      ROLLGATE_HTTP_HEADERS: `X-Api-Key: ${this.secret}`,
      ...DESCRIPTION,
    };
  }

  protected answer(request: Received, response: ServerResponse): void {
    const { method } = request;
    const { pathname, searchParams } = new URL(request.url, 'http://stand-in');
    if (request.headers['x-api-key'] !== this.secret) {
      send(response, 401, { message: 'The API key is not valid' });
      return;
    }
    const path = pathname.startsWith(`${ROOT}/`) ? pathname.slice(ROOT.length) : '';
    const one = /^\/runs\/([^/]+)(\/stop)?$/.exec(path);
    const run = this.runs.find(({ id }) => id === decodeURIComponent(one?.[1] ?? ''));
    if (method === 'POST' && path === '/runs') this.startRun(request, response);
    else if (method === 'GET' && path === '/runs') this.list(searchParams, response);
    else if (run === undefined) send(response, 404, { message: 'Not found' });
    else if (method === 'GET' && one?.[2] === undefined) this.show(run, response);
    else if (method === 'POST') this.stop(run, response);
    else send(response, 405, { message: 'Method not allowed' });
  }

  private startRun(request: Received, response: ServerResponse): void {
    const fault = this.faults.start;
    if (fault !== null && !isAccepted(fault)) {
      this.goWrong(response, fault);
      return;
    }
    if (request.headers['content-type'] !== 'application/json') {
      send(response, 415, { message: 'Unsupported media type' });
      return;
    }
    const { pipeline, variables = {} } = JSON.parse(request.body) as {
      pipeline?: string;
      variables?: Record<string, string>;
    };
    if (pipeline !== 'rollback') {
      send(response, 422, { errors: { pipeline: ['is not known'] } });
      return;
    }
    // The braces are what some systems put into paths.
    const id = `{r-${String(9000 + this.startedRuns++)}}`;
    const steps = this.options.run ?? [['pending'], ['active'], ['done', 'ok']];
    this.runs.push({ id, variables, steps: [...steps] });
    if (fault !== null) this.goWrong(response, fault.then);
    else if (this.options.namesRun === false) send(response, 202, { accepted: true });
    else send(response, 201, { id, links: { web: webOf(id) } });
  }

  private list(query: URLSearchParams, response: ServerResponse): void {
    if (this.options.list !== undefined) {
      this.goWrong(response, this.options.list);
      return;
    }
    const variable = query.get('variable') ?? '';
    const shows = this.options.listsVariables !== false;
    send(response, 200, {
      runs: this.runs
        .filter(({ variables }) => !shows || Object.values(variables).includes(variable))
        .map(({ id, variables }) => ({
          id,
          links: { web: webOf(id) },
          ...(shows ? { variables } : {}),
        })),
    });
  }

  private show(run: StandInRun, response: ServerResponse): void {
    if (this.faults.follow !== null) {
      this.goWrong(response, this.faults.follow);
      return;
    }
    const [phase, result] = run.steps[0] ?? ['lost'];
    if (run.steps.length > 1) run.steps.shift();
    send(response, 200, { id: run.id, status: { phase, result: result ?? null } });
  }

  private stop(run: StandInRun, response: ServerResponse): void {
    const { cancel = 'obey' } = this.options;
    if (cancel === 'refuse') send(response, 403, { message: 'You may not stop runs' });
    else if (run.steps[0]?.[0] === 'done') send(response, 409, { message: 'It has ended' });
    else {
      if (cancel === 'obey') run.steps.splice(0, run.steps.length, ['done', 'stopped']);
      send(response, 200, {});
    }
  }
}

/** The address of a run for people. */
export function webOf(id: string): string {
  return `https://ci.example/runs/${encodeURIComponent(id)}`;
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
