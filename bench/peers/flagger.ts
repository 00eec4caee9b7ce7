import { setTimeout as sleep } from 'node:timers/promises';
import type { Outcome } from './outcomes.js';

/** What one check of Flagger's got: the share that succeeded in percent, or that there was no number. */
export type Checked = number | 'no values' | 'query failed';

export interface FlaggerAnalysis {
  /** Seconds. */
  readonly interval: number;
  /** Failed checks, in a row or not, at which it rolls back. */
  readonly threshold: number;
  /** Checks that must pass before it promotes: `maxWeight / stepWeight`. */
  readonly steps: number;
  /** Percent; exactly this much passes. */
  readonly min: number;
}

/** The example of Flagger's tutorials: `interval: 1m`, `threshold: 5`, `maxWeight: 50`, `stepWeight: 10`. */
export const documented: FlaggerAnalysis = { interval: 60, threshold: 5, steps: 5, min: 95 };

/**
 * Flagger's rule, from its source (fluxcd/flagger v1.36.1, pkg/controller/scheduler.go and scheduler_metrics.go): it is the rule, not
 * the controller. The count of failed checks only grows, and is compared before the check of a round, so that the rollback
 * comes a round after the last failed check. A query that fails, and one that gives no number, are failed checks. A check that
 * passes moves the weight on by one step, and after the last step promotes.
 */
export class FlaggerRule {
  private failed = 0;
  private passed = 0;

  constructor(private readonly analysis: FlaggerAnalysis) {}

  /** Whether this round rolls back before it checks anything. */
  get rollsBack(): boolean {
    return this.failed >= this.analysis.threshold;
  }

  /** Takes in what a round has got; `true` when it promotes. */
  take(checked: Checked): boolean {
    if (typeof checked !== 'number' || checked < this.analysis.min) {
      this.failed += 1;
      return false;
    }
    this.passed += 1;
    return this.passed >= this.analysis.steps;
  }
}

/** Decides by the rule in real time. The first check comes an interval after the canary got its first traffic, which is at `from`. */
export async function watchByFlagger(
  check: () => Promise<Checked>,
  from: number,
  signal: AbortSignal,
): Promise<Outcome> {
  const rule = new FlaggerRule(documented);
  for (let round = 1; ; round += 1) {
    await sleep(from + 1000 * round * documented.interval - Date.now(), undefined, { signal });
    const seconds = (): number => (Date.now() - from) / 1000;
    if (rule.rollsBack) return { verdict: 'failed', seconds: seconds() };
    if (rule.take(await check())) return { verdict: 'passed', seconds: seconds() };
  }
}

/** Asks as Flagger does (pkg/metrics/providers/prometheus.go): within 5 s, the last one of several series, and `NaN` is no value. */
export async function askAsFlagger(url: string, query: string): Promise<Checked> {
  try {
    const answer = await fetch(`${url}/api/v1/query?${new URLSearchParams({ query }).toString()}`, {
      signal: AbortSignal.timeout(5000),
    });
    if (!answer.ok) return 'query failed';
    const { data } = (await answer.json()) as {
      readonly data: { readonly result: readonly { readonly value: readonly [number, string] }[] };
    };
    const value = Number(data.result.at(-1)?.value[1] ?? NaN);
    return Number.isNaN(value) ? 'no values' : 100 * value;
  } catch {
    return 'query failed';
  }
}
