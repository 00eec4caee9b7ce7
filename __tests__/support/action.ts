import { inputIds } from '../../src/inputs/table.js';
import type { RunReport } from '../../src/report/record.js';
import { Workplace, type Ended, type Running } from './bundle.js';
import { StandInGithub, type StandInGithubOptions } from './stand-in-github.js';
import { serve, type HttpTestServer } from './servers.js';

/** The token that GitHub makes for a job. */
export const jobToken = 'ghs_0nlyForTh1sJob7Zk2Qw9Xy4Vb6Nm8Lp';

/** One job of GitHub Actions that has deployed something and now calls the action. */
export interface JobOptions {
  readonly github?: StandInGithubOptions;
  /** By id, on top of those of a short watch. */
  readonly inputs?: Readonly<Record<string, string>>;
  readonly env?: Readonly<Record<string, string>>;
  /** Files of the checkout. */
  readonly files?: Readonly<Record<string, string>>;
  /** Whether the health check passes: always, never, or once the rollback run was seen to succeed. */
  readonly service?: 'good' | 'bad' | 'heals';
}

/** What a job has left behind. */
export interface Done extends Ended {
  readonly report: RunReport;
  /** As the next step of the job sees them. */
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  /** Everything that was written, by path: report, outputs, summary. */
  readonly files: Readonly<Record<string, string>>;
  readonly github: StandInGithub;
  readonly service: HttpTestServer;
}

const OUTPUT = 'runner/output';
const SUMMARY = 'runner/summary.md';

/** The job, its service and its GitHub, all on loopback. */
export class ActionJob {
  private constructor(
    readonly place: Workplace,
    readonly github: StandInGithub,
    readonly service: HttpTestServer,
    private readonly options: JobOptions,
  ) {}

  static async prepare(options: JobOptions = {}): Promise<ActionJob> {
    const { files, service = 'heals' } = options;
    const github = await StandInGithub.start(options.github);
    const server = await serve((request, response) => {
      const well = service === 'good' || (service === 'heals' && github.succeeded);
      response.statusCode = request.url === '/health' && !well ? 503 : 200;
      response.end('ok');
    });
    const place = new Workplace();
    for (const [name, text] of Object.entries({ ...files, [OUTPUT]: '', [SUMMARY]: '' }))
      place.write(name, text);
    return new ActionJob(place, github, server, options);
  }

  /**
   * As the runner does it: no arguments, and a variable for every input, empty where the workflow sets none.
   * @param env variables besides those of the options
   */
  start(env: Readonly<Record<string, string>> = {}): Running {
    const { place, github, service, options } = this;
    const inputs: Record<string, string> = {
      url: service.url,
      'health-url': `${service.url}/health`,
      'health-interval': '200ms',
      'warm-up': '200ms',
      duration: '1s',
      interval: '500ms',
      'requests-per-second': '40',
      'max-errors-per-minute': 'off',
      // Long for what is to succeed, for it ends early; short for what cannot.
      'verify-timeout': options.service === 'bad' ? '1s' : '15s',
      rollback: 'ci',
      'host-token': jobToken,
      'host-matrix': 'null',
      ...options.inputs,
    };
    return place.start([], {
      ...Object.fromEntries(inputIds.map((id) => [`INPUT_${id.toUpperCase()}`, inputs[id] ?? ''])),
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: github.url,
      GITHUB_SERVER_URL: 'https://github.example',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_RUN_ID: '4711',
      GITHUB_RUN_ATTEMPT: '2',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_OUTPUT: place.path(OUTPUT),
      GITHUB_STEP_SUMMARY: place.path(SUMMARY),
      ...options.env,
      ...env,
    });
  }

  /** Runs to the end and takes everything down. */
  async run(): Promise<Done> {
    const { place, github, service } = this;
    try {
      const ended = await this.start().ended;
      return {
        ...ended,
        report: place.report(),
        outputs: parseOutputs(place.read(OUTPUT) ?? ''),
        summary: place.read(SUMMARY) ?? '',
        files: place.files(),
        github,
        service,
      };
    } finally {
      await this.close();
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.github.close(), this.service.close()]);
    this.place.remove();
  }
}

/** Prepares and runs one. */
export async function runAction(options: JobOptions = {}): Promise<Done> {
  return (await ActionJob.prepare(options)).run();
}

/** Does the work, so much of it at a time, and gives the results in order. */
export async function atMost<T>(limit: number, work: readonly (() => Promise<T>)[]): Promise<T[]> {
  const results: T[] = [];
  const waiting = [...work.entries()];
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift())
      results[next[0]] = await next[1]();
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return results;
}

/** The file of GITHUB_OUTPUT: `name<<delimiter`, the value, the delimiter. */
function parseOutputs(text: string): Record<string, string> {
  const entry = /^(?<name>[^\n]+?)<<(?<end>[^\n]+)\n(?<value>[\s\S]*?)\n\k<end>$/gm;
  return Object.fromEntries(
    [...text.matchAll(entry)].map(({ groups }) => [groups?.name ?? '', groups?.value ?? '']),
  );
}
