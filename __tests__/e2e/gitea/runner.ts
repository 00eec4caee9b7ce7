import { parse } from 'yaml';
import { until } from '../kubernetes/until.js';
import type { Gitea } from './server.js';

/** A step of a job as the workflow has it. */
export interface Step {
  readonly id?: string;
  readonly uses?: string;
  readonly run?: string;
  readonly with?: Readonly<Record<string, string>>;
}

/** A job that the server has handed out. */
export interface Task {
  readonly id: string;
  readonly job: string;
  readonly steps: readonly Step[];
  /** What the workflow sees as `github`. */
  readonly context: Readonly<Record<string, unknown>> & { readonly event: unknown };
  /** Of the job, good until the job ends. */
  readonly token: string;
}

/** How a job ends: https://gitea.com/gitea/actions-proto-def, proto/runner/v1/messages.proto, `Result`. */
export type Result = 'success' | 'failure' | 'cancelled' | 'skipped';

interface Handed {
  readonly task?: {
    readonly id: string;
    readonly workflowPayload: string;
    readonly context: Task['context'];
    readonly secrets: Readonly<Record<string, string>>;
  };
}

/** Takes jobs from the server and ends them, and runs nothing: the protocol of its runner, as JSON over HTTP. */
export class Runner {
  private constructor(
    private readonly gitea: Gitea,
    private readonly identity: Readonly<Record<string, string>>,
  ) {}

  static async register(gitea: Gitea): Promise<Runner> {
    const labels = ['ubuntu-latest'];
    const { runner } = (await call(
      gitea,
      'Register',
      {},
      {
        name: 'stand-in',
        token: gitea.runnerToken(),
        labels,
        version: 'v0.2.13',
      },
    )) as { runner: { uuid: string; token: string } };
    const identity = { 'x-runner-uuid': runner.uuid, 'x-runner-token': runner.token };
    await call(gitea, 'Declare', identity, { version: 'v0.2.13', labels });
    return new Runner(gitea, identity);
  }

  /** The next job. */
  async task(): Promise<Task> {
    let taken: Task | undefined;
    await until('a job', async () => (taken = await this.waiting()) !== undefined);
    return taken!;
  }

  /** A job that waits now. */
  async waiting(): Promise<Task | undefined> {
    const { task } = (await call(this.gitea, 'FetchTask', this.identity, {
      tasksVersion: '0',
    })) as Handed;
    if (task === undefined) return undefined;
    const text = Buffer.from(task.workflowPayload, 'base64').toString('utf8');
    const { jobs } = parse(text) as { jobs: Readonly<Record<string, { steps: readonly Step[] }>> };
    const [job = ''] = Object.keys(jobs);
    const steps = jobs[job]?.steps ?? [];
    const { id, context, secrets } = task;
    return { id, job, steps, context, token: secrets.GITEA_TOKEN ?? '' };
  }

  async end({ id }: Task, result: Result): Promise<void> {
    const now = new Date().toISOString();
    await call(this.gitea, 'UpdateTask', this.identity, {
      state: { id, result: `RESULT_${result.toUpperCase()}`, startedAt: now, stoppedAt: now },
    });
  }
}

async function call(
  { listens }: Gitea,
  method: string,
  identity: Readonly<Record<string, string>>,
  body: unknown,
): Promise<unknown> {
  const response = await fetch(`${listens}/api/actions/runner.v1.RunnerService/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...identity },
    body: JSON.stringify(body),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method}: ${String(response.status)} ${text}`);
  return JSON.parse(text);
}
