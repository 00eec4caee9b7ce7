import { setUpCompose } from '../../src/rollback/compose.js';
import type { RungDependencies } from '../../src/rollback/dependencies.js';
import type { Plan, Rung, RungContext, RungResult, Withheld } from '../../src/rollback/types.js';
import { FakeDocker, type FakeService } from './fake-docker.js';
import { contextWith, dependenciesWith, never, request } from './rung-dependencies.js';
import { VirtualClock } from './virtual-clock.js';

export { never };

export interface Given {
  /** Inputs, as a user gives them. */
  readonly flags?: Readonly<Record<string, string>>;
  readonly runId?: string | null;
  readonly recorded?: unknown;
  readonly redact?: (text: string) => string;
  readonly random?: () => number;
}

/** An engine with a project on it, and the rung in front of it, all on one clock. */
export class ComposeScene {
  readonly clock = new VirtualClock();
  readonly docker = new FakeDocker(this.clock);
  private turn = 0;

  constructor() {
    this.docker.image('app:v1');
    this.docker.image('app:v2', { Env: ['PATH=/bin', 'NEW=1'] });
    this.docker.image('app:v3');
  }

  deploy(service: string, given: FakeService): void {
    this.docker.deploy('shop', service, given);
  }

  dependencies({ flags, runId = '42', recorded, redact, random }: Given = {}): RungDependencies {
    return dependenciesWith(
      { 'compose-project': 'shop', ...flags },
      {
        clock: this.clock,
        exec: this.docker.exec,
        run: { system: 'github', runId, url: null },
        recorded,
        // Names of notes are made of it.
        random: random ?? (() => (this.turn++ % 1000) / 1000),
        ...(redact === undefined ? {} : { redact }),
      },
    );
  }

  async rung(given: Given = {}): Promise<Rung> {
    const made = await this.wait(setUpCompose(this.dependencies(given)));
    if (made.kind === 'skip') throw new Error(made.reason);
    return made;
  }

  /** What goes through the snapshot file. */
  async snapshot(given: Given = {}): Promise<unknown> {
    const rung = await this.rung(given);
    return JSON.parse(JSON.stringify(await this.wait(rung.snapshot!(never))));
  }

  /** What runs now is found healthy by another run. */
  async recordGood(): Promise<void> {
    const rung = await this.rung({ runId: '1' });
    await this.wait(rung.begin!(never));
    await this.wait(rung.keep!(never));
  }

  plan(rung: Rung): ReturnType<Rung['plan']> {
    return this.wait(rung.plan(request, never));
  }

  async mustPlan(rung: Rung): Promise<Plan> {
    const plan = await this.plan(rung);
    if (plan.kind !== 'plan') throw new Error(`${plan.kind}: ${plan.reason}`);
    return plan;
  }

  async undo(
    rung: Rung,
    signal = never,
  ): Promise<{
    readonly result: RungResult | Withheld;
    readonly context: ReturnType<typeof contextWith>;
  }> {
    const plan = await this.mustPlan(rung);
    const context = contextWith(signal);
    return { result: await this.execute(rung, plan, context), context };
  }

  execute(rung: Rung, plan: Plan, context: RungContext): Promise<RungResult | Withheld> {
    return this.wait(rung.execute(plan, context));
  }

  wait<T>(work: Promise<T>): Promise<T> {
    return this.clock.runUntil(work);
  }
}
