import { setUpCompose } from '../../src/strategies/compose/strategy.js';
import type { StrategyDependencies } from '../../src/strategies/dependencies.js';
import type {
  Plan,
  Strategy,
  StrategyContext,
  StrategyResult,
  Withheld,
} from '../../src/contract/strategy.js';
import { StandInDocker, type StandInService } from './stand-in-docker.js';
import { contextWith, dependenciesWith, never, request } from './strategy-dependencies.js';
import { VirtualClock } from './virtual-clock.js';
import type { StrategySettings } from '../../src/strategies/registry.js';

export { never };

export interface ComposeStrategyOptions {
  /** Inputs, as a user gives them. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly runId?: string | null;
  readonly snapshot?: string;
  readonly recorded?: unknown;
  readonly redact?: (text: string) => string;
  readonly random?: () => number;
}

/** An engine with a project on it, and the strategy in front of it, all on one clock. */
export class ComposeScene {
  readonly docker: StandInDocker;
  private turn = 0;

  constructor(readonly clock = new VirtualClock()) {
    this.docker = new StandInDocker(clock);
    this.docker.image('app:v1');
    this.docker.image('app:v2', { Env: ['PATH=/bin', 'NEW=1'] });
    this.docker.image('app:v3');
  }

  deploy(service: string, given: StandInService): void {
    this.docker.deploy('shop', service, given);
  }

  dependencies({
    flags,
    runId = '42',
    snapshot,
    recorded,
    redact,
    random,
  }: ComposeStrategyOptions = {}): StrategyDependencies<StrategySettings> {
    return dependenciesWith(
      { 'compose-project': 'shop', ...flags },
      {
        clock: this.clock,
        exec: this.docker.exec,
        run: { system: 'github', runId, snapshot, url: null },
        recorded,
        // Names of notes are made of it.
        random: random ?? (() => (this.turn++ % 1000) / 1000),
        ...(redact === undefined ? {} : { redact }),
      },
    );
  }

  async strategy(given: ComposeStrategyOptions = {}): Promise<Strategy> {
    const made = await this.wait(setUpCompose(this.dependencies(given)));
    if (made.kind === 'skip') throw new Error(made.reason);
    return made;
  }

  /** What goes through the snapshot file. */
  async snapshot(given: ComposeStrategyOptions = {}): Promise<unknown> {
    const strategy = await this.strategy(given);
    return JSON.parse(JSON.stringify(await this.wait(strategy.snapshot!(never))));
  }

  /** What runs now is found healthy by another run. */
  async recordGood(): Promise<void> {
    const strategy = await this.strategy({ runId: '1' });
    await this.wait(strategy.capture!(never));
    await this.wait(strategy.pin!(never));
  }

  plan(strategy: Strategy): ReturnType<Strategy['plan']> {
    return this.wait(strategy.plan(request, never));
  }

  async mustPlan(strategy: Strategy): Promise<Plan> {
    const plan = await this.plan(strategy);
    if (plan.kind !== 'plan') throw new Error(`${plan.kind}: ${plan.reason}`);
    return plan;
  }

  async undo(
    strategy: Strategy,
    signal = never,
  ): Promise<{
    readonly result: StrategyResult | Withheld;
    readonly context: ReturnType<typeof contextWith>;
  }> {
    const plan = await this.mustPlan(strategy);
    const context = contextWith(signal);
    return { result: await this.execute(strategy, plan, context), context };
  }

  execute(
    strategy: Strategy,
    plan: Plan,
    context: StrategyContext,
  ): Promise<StrategyResult | Withheld> {
    return this.wait(strategy.execute(plan, context));
  }

  wait<T>(work: Promise<T>): Promise<T> {
    return this.clock.runUntil(work);
  }
}
