import type { RunReport } from '../../../src/report/record.js';
import { Workplace, quick } from '../../support/bundle.js';
import { serve, type HttpTestServer } from '../../support/servers.js';
import { until } from '../kubernetes/until.js';
import type { Result, Runner, Step, Task } from './runner.js';
import type { Gitea, Tree } from './server.js';

/** What a deploy came to. */
export interface Told {
  /** Exit codes by the command of each step that uses the action. */
  readonly codes: Readonly<Record<string, number | null>>;
  readonly output: string;
  /** Absent: no step has written one. */
  readonly report: RunReport | undefined;
  /** The inputs of each rollback run that was started, as its workflow saw them. */
  readonly rollbacks: readonly Readonly<Record<string, string>>[];
  readonly outputs: string;
}

const GOOD = 'v1';
const BAD = 'v2';

/** A service whose version decides how it is, its repository, and what init writes for it. */
export class Story {
  private version = GOOD;
  private readonly place = new Workplace();

  private constructor(
    private readonly gitea: Gitea,
    private readonly runner: Runner,
    private readonly service: HttpTestServer,
  ) {}

  static async begin(gitea: Gitea, runner: Runner): Promise<Story> {
    const service = await serve((_, response) => {
      response.writeHead(story.version === GOOD ? 200 : 503).end('ok');
    });
    const story = new Story(gitea, runner, service);
    return story;
  }

  /** What `init` writes for this service. */
  async init(): Promise<Tree> {
    const { code, output } = await this.place.run([
      ...['init', '--yes', '--ci-system', 'gitea'],
      ...['--url', this.service.url, '--health-url', this.service.url],
    ]);
    if (code !== 0) throw new Error(output);
    return this.place.files();
  }

  /**
   * A push to a new repository deploys a bad version. The job is done as its workflow says; the rollback run that it starts
   * ends as told, and takes the version back when it ends well.
   */
  async deploy(name: string, tree: Tree, end: Result, more: readonly string[] = []): Promise<Told> {
    this.version = GOOD;
    await this.gitea.repository(name, tree);
    const task = await this.runner.task();
    const place = new Workplace();
    try {
      for (const [path, text] of Object.entries(tree)) place.write(path, text);
      place.write('runner/event.json', JSON.stringify(task.context.event));
      place.write('runner/output', '');
      return await this.carryOut(task, place, end, more);
    } finally {
      await this.runner.end(task, 'failure');
      place.remove();
    }
  }

  async end(): Promise<void> {
    this.place.remove();
    await this.service.close();
  }

  private async carryOut(
    task: Task,
    place: Workplace,
    end: Result,
    more: readonly string[],
  ): Promise<Told> {
    const codes: Record<string, number | null> = {};
    let output = '';
    const rollbacks: Record<string, string>[] = [];
    for (const step of task.steps) {
      if (step.run?.includes('deploy.sh') === true) this.version = BAD;
      if (step.uses?.includes('/rollgate@') !== true) continue;
      const command = step.with?.command ?? 'run';
      const { ended } = place.start(
        command === 'run' ? [...quick, ...more] : [],
        environmentOf(task, step, place, this.gitea),
      );
      let isOver = false;
      const done = ended.then((result) => {
        isOver = true;
        return result;
      });
      await until(`the end of ${command}`, async () => {
        const rollback = await this.runner.waiting();
        if (rollback !== undefined) {
          const { inputs } = rollback.context.event as { inputs: Record<string, string> };
          rollbacks.push(inputs);
          if (end === 'success') this.version = inputs.version ?? '';
          await this.runner.end(rollback, end);
        }
        return isOver;
      });
      const result = await done;
      codes[command] = result.code;
      output += result.output;
      if (result.code !== 0) break;
    }
    const outputs = place.read('runner/output') ?? '';
    const report = 'run' in codes ? place.report() : undefined;
    return { codes, output, report, rollbacks, outputs };
  }
}

/** As the runner of Gitea sets it: gitea.com/gitea/act, pkg/runner/run_context.go, `withGithubEnv`. */
export function environmentOf(
  { context, token }: Task,
  step: Step,
  place: Workplace,
  { url }: Gitea,
): Readonly<Record<string, string>> {
  const text = (name: string): string => String(context[name]);
  const inputs = { 'host-token': token, ...step.with };
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    GITEA_ACTIONS: 'true',
    GITEA_ACTIONS_RUNNER_VERSION: 'v0.2.13',
    GITHUB_SERVER_URL: url,
    GITHUB_API_URL: `${url}/api/v1`,
    GITHUB_REPOSITORY: text('repository'),
    GITHUB_RUN_ID: text('run_id'),
    GITHUB_RUN_NUMBER: text('run_number'),
    GITHUB_RUN_ATTEMPT: text('run_attempt'),
    GITHUB_EVENT_NAME: text('event_name'),
    GITHUB_EVENT_PATH: place.path('runner/event.json'),
    GITHUB_OUTPUT: place.path('runner/output'),
    GITHUB_REF: text('ref'),
    GITHUB_SHA: text('sha'),
    ...Object.fromEntries(
      Object.entries(inputs).map(([name, value]) => [
        `INPUT_${name.toUpperCase()}`,
        // The step before has asked for the version that runs.
        value.replace('${{ steps.before.outputs.version }}', GOOD),
      ]),
    ),
  };
}
