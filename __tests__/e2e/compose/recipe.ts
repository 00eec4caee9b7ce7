import { createCommandStrategy } from '../../../src/strategies/command/strategy.js';
import type { Strategy, StrategyResult, Withheld } from '../../../src/contract/strategy.js';
import { run } from '../../../src/support/exec.js';
import { contextWith, never, request } from '../../support/strategy-dependencies.js';
import type { RecipePage } from './recipe-page.js';

/** What somebody else does, by when they do it. */
export interface Meanwhile {
  readonly beforePlan?: () => Promise<void>;
  readonly beforeExecute?: () => Promise<void>;
}

export interface RecipeRun {
  readonly result: unknown;
  /** Whether the rollback command was begun. */
  readonly hasBegun: boolean;
}

/** Runs what a page shows as the strategy `command` does, in a folder of the test's own. */
export class Recipe {
  constructor(
    private readonly page: RecipePage,
    private readonly folder: string,
    private readonly env: Readonly<Record<string, string>>,
  ) {}

  /** Records, deploys, judges what was deployed, and rolls it back. */
  async run(deploy: () => Promise<void>, meanwhile: Meanwhile = {}): Promise<RecipeRun> {
    const recorded: unknown = JSON.parse(
      JSON.stringify(await this.strategy(undefined).snapshot!(never)),
    );
    await deploy();
    const strategy = this.strategy(recorded);
    const findings = await strategy.preflight(never);
    if (findings.length > 0) throw new Error(JSON.stringify(findings));
    await strategy.capture!(never);
    await meanwhile.beforePlan?.();
    const plan = await strategy.plan(request, never);
    if (plan.kind !== 'plan') return { result: plan, hasBegun: false };
    await meanwhile.beforeExecute?.();
    const context = contextWith();
    const result: StrategyResult | Withheld = await strategy.execute(plan, context);
    return { result, hasBegun: context.changes() > 0 };
  }

  private strategy(recorded: unknown): Strategy {
    return createCommandStrategy({
      ...this.page.commands(),
      ...{ recorded, env: this.env, platform: 'linux', redact: (text: string) => text },
      exec: (program, args, options) => run(program, args, { ...options, cwd: this.folder }),
    });
  }
}
