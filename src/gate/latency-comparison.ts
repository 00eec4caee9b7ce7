import { createRelativeLatency, type Comparison, type RelativeLatency } from './relative.js';
import type { BaselineCounts, Slower } from '../contract/check.js';

/** Latencies of a canary and its baseline, compared at every border that both have. */
export interface LatencyComparison extends Comparison {
  /** @param baseline `undefined`: nothing is known of it in this interval, and nothing is compared */
  push(canary: BaselineCounts, baseline: BaselineCounts | undefined): void;
  /** The border at which there is most evidence against the canary, for people; `undefined`: nothing was compared. */
  worst(): WorstBorder | undefined;
}

interface WorstBorder {
  readonly borderMs: number;
  /** How many requests took longer, up to now. */
  readonly canary: number;
  readonly baseline: number;
}

export function createLatencyComparison(margin: number): LatencyComparison {
  /** Those of the first interval: what is compared must not change on the way. */
  let borders: readonly string[] = [];
  let evidence: RelativeLatency | undefined;
  const canarySlower = new Map<string, number>();
  const baselineSlower = new Map<string, number>();

  function add(totals: Map<string, number>, slower: Slower): void {
    for (const [border, count] of Object.entries(slower))
      totals.set(border, (totals.get(border) ?? 0) + count);
  }

  return {
    push({ samples, slower }, baseline) {
      const baselineSlowerNow = baseline?.slower;
      if (slower === undefined) return;
      // Its requests are counted in every interval, and so are those of them that were slow.
      add(canarySlower, slower);
      if (baseline === undefined || baselineSlowerNow === undefined) return;
      if (evidence === undefined) {
        borders = Object.keys(slower).filter((border) => baselineSlowerNow[border] !== undefined);
        if (borders.length === 0) return;
        evidence = createRelativeLatency(borders.length, margin);
      }
      const at = (all: Slower): number[] => borders.map((border) => all[border] ?? NaN);
      evidence.push(
        { samples, slower: at(slower) },
        { samples: baseline.samples, slower: at(baselineSlowerNow) },
      );
      add(baselineSlower, baselineSlowerNow);
    },
    worst() {
      if (evidence === undefined) return undefined;
      const logs = evidence.logEs();
      const border = borders[logs.indexOf(Math.max(...logs))] ?? '';
      return {
        borderMs: Number(border),
        canary: canarySlower.get(border) ?? 0,
        baseline: baselineSlower.get(border) ?? 0,
      };
    },
    logE: () => evidence?.logE() ?? 0,
    logSign: () => evidence?.logSign() ?? 0,
    observations: () => evidence?.observations() ?? 0,
    isWorse: (threshold) => evidence?.isWorse(threshold) ?? false,
  };
}
