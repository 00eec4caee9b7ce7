import { join } from 'node:path';
import { setUpCompose } from '../../../src/strategies/compose/strategy.js';
import { setUpComposeScaleDown } from '../../../src/strategies/compose/scale-down.js';
import type { StrategyDependencies } from '../../../src/strategies/dependencies.js';
import type {
  Plan,
  Strategy,
  StrategyContext,
  StrategyResult,
  Skip,
  Withheld,
} from '../../../src/contract/strategy.js';
import { systemClock } from '../../../src/support/clock.js';
import { dependenciesWith, request } from '../../support/strategy-dependencies.js';
import { until } from '../kubernetes/until.js';
import { freePort, type Engine } from './engine.js';
import { writeProject, type ProjectOptions } from './project.js';
import type { StrategySettings } from '../../../src/strategies/registry.js';

export const never = new AbortController().signal;

/** The services of a {@link Scene}. */
export const services = ['api', 'worker', 'db', 'migrate'];

/** What is different from the ordinary case. */
export interface SceneOptions {
  /** Inputs, as a user gives them. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly runId?: string;
  readonly recorded?: unknown;
  readonly env?: Readonly<Record<string, string>>;
}

/** A service as its container shows it. */
export interface Seen {
  readonly id: string;
  readonly image: string;
  readonly env: readonly string[];
  readonly command: readonly string[];
  readonly ports: unknown;
  readonly healthcheck: unknown;
}

/** A project on an engine, and the strategy in front of it. */
export class Scene {
  readonly folder: string;
  readonly lines: string[] = [];
  changes = 0;
  port = 0;

  constructor(
    readonly engine: Engine,
    readonly project = 'shop',
  ) {
    this.folder = join(engine.folder, project);
  }

  /** Writes the file and brings it up, as a deploy does. */
  async deploy(options: Omit<ProjectOptions, 'port' | 'name'>): Promise<void> {
    if (this.port === 0) this.port = await freePort();
    writeProject(this.folder, { ...options, port: this.port, name: this.project });
    const up = await this.engine.compose(['up', '-d', '--pull', 'never'], { cwd: this.folder });
    if (up.code !== 0) throw new Error(up.stderr);
  }

  /** Takes the project away, with its volumes and what is recorded of it. */
  async clear(): Promise<void> {
    this.lines.length = 0;
    this.changes = 0;
    const ids = await this.engine.outputOf([
      ...['ps', '-aq', '--filter', `label=rollgate.project=${this.project}`],
    ]);
    if (ids !== '') await this.engine.outputOf(['rm', '-f', ...ids.split('\n')]);
    await this.engine.compose(['-p', this.project, 'down', '-v', '--remove-orphans'], {
      cwd: this.engine.folder,
    });
  }

  dependencies({
    flags,
    runId = '2',
    recorded,
    env,
  }: SceneOptions = {}): StrategyDependencies<StrategySettings> {
    return dependenciesWith(
      { 'compose-project': this.project, ...flags },
      {
        run: { system: 'github', runId, url: null },
        recorded,
        env: env ?? this.engine.env,
        clock: systemClock,
        random: Math.random,
      },
    );
  }

  async strategy(given: SceneOptions = {}): Promise<Strategy> {
    return mustBeStrategy(await setUpCompose(this.dependencies(given)));
  }

  async scaleDown(given: SceneOptions): Promise<Strategy> {
    return mustBeStrategy(await setUpComposeScaleDown(this.dependencies(given)));
  }

  /** What runs now is found healthy by a run before ours. */
  async recordGood(): Promise<string | undefined> {
    const strategy = await this.strategy({ runId: '1' });
    await strategy.capture!(never);
    return strategy.pin!(never);
  }

  /** What goes through the snapshot file. */
  async snapshot(given: SceneOptions = {}): Promise<unknown> {
    return JSON.parse(JSON.stringify(await (await this.strategy(given)).snapshot!(never)));
  }

  context(signal = never, correlationId = 'rollgate-1'): StrategyContext {
    return {
      request: { ...request, correlationId },
      signal,
      beforeChange: () => {
        this.changes += 1;
      },
      progress: (line) => {
        this.lines.push(line);
      },
      timeLeft: () => 300_000,
      lastOfAll: () => undefined,
      started: () => undefined,
    };
  }

  async plan(strategy: Strategy): Promise<Plan> {
    const plan = await strategy.plan(request, never);
    if (plan.kind !== 'plan') throw new Error(`${plan.kind}: ${plan.reason}`);
    return plan;
  }

  async undo(strategy: Strategy): Promise<StrategyResult | Withheld> {
    return strategy.execute(await this.plan(strategy), this.context());
  }

  async see(service: string): Promise<Seen> {
    const name = `${this.project}-${service}-1`;
    const [container] = JSON.parse(await this.engine.outputOf(['inspect', name])) as [Inspected];
    const { Id, Image, Config, HostConfig } = container;
    return {
      id: Id,
      image: Image,
      env: [...Config.Env].sort(),
      command: Config.Cmd,
      ports: HostConfig.PortBindings,
      healthcheck: Config.Healthcheck,
    };
  }

  /** Each of the {@link services}. */
  async seeAll(): Promise<Record<string, Seen>> {
    const all = await Promise.all(
      services.map(async (name) => [name, await this.see(name)] as const),
    );
    return Object.fromEntries(all);
  }

  /** The first answer that the service gives at all. */
  async answer(path: string): Promise<string> {
    let body: string | undefined;
    await until(`an answer of ${path}`, async () => {
      body = await fetch(`http://127.0.0.1:${String(this.port)}${path}`, {
        signal: AbortSignal.timeout(30_000),
      }).then(
        (response) => response.text(),
        () => undefined,
      );
      return body !== undefined;
    });
    return body!;
  }
}

/** Without the id of the container: what makes the version. */
export function versionOf(seen: Seen): Omit<Seen, 'id'> {
  const { image, env, command, ports, healthcheck } = seen;
  return { image, env, command, ports, healthcheck };
}

interface Inspected {
  readonly Id: string;
  readonly Image: string;
  readonly Config: {
    readonly Env: string[];
    readonly Cmd: string[];
    readonly Healthcheck: unknown;
  };
  readonly HostConfig: { readonly PortBindings: unknown };
}

function mustBeStrategy(made: Strategy | Skip): Strategy {
  if (made.kind === 'skip') throw new Error(made.reason);
  return made;
}
