import { isOfBaseline } from './counter-parts.js';
import type { Growth } from './growth.js';
import type { Scrape } from './scrape.js';

/** What all targets together did in one round. */
export interface Round {
  readonly counts: Readonly<Record<string, number>>;
  readonly series: Growth['series'];
  /** The time that it covers: the mean over the targets, without those of the baseline. `undefined`: no target was there. */
  readonly seconds: number | undefined;
  /** Whether there was a target of the baseline. */
  readonly hasBaseline: boolean;
  /** Usual time between two samples of a target, seconds. */
  readonly cadence: number;
}

/**
 * Collects growth until every target has a new sample: targets are scraped at times of their own, and a share of them seen at
 * one look would be compared with the time that passed for others. A target that has had no new sample for three scrapes is
 * not waited for.
 */
export interface Rounds {
  add(scrape: Scrape, growth: Growth): Round | undefined;
  /** Forgets what was collected, as at the end of a warm-up. */
  reset(): void;
  /** Usual time between two samples of a target, seconds; `undefined`: no target had two. */
  readonly cadence: number | undefined;
}

/** How many scrapes a target may be late. */
export const OVERDUE_SCRAPES = 3;
/** Of the gaps between samples so many are remembered. */
const GAPS = 60;

export function createRounds(): Rounds {
  const gaps: number[] = [];
  const lastAt = new Map<string, number>();
  /** When a new sample of the target was seen last: samples may reach the server late. */
  const seenAt = new Map<string, number>();
  /** The targets that have series of what is judged, and those that have series of the baseline. A gateway has both. */
  let own = new Set<string>();
  let beside = new Set<string>();
  let advanced = new Set<string>();
  let seconds = new Map<string, number>();
  let counts: Record<string, number> = {};
  let series: Growth['series'][number][] = [];

  const cadence = (): number | undefined => {
    const sorted = [...gaps].sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)];
  };

  function reset(): void {
    own = new Set();
    beside = new Set();
    advanced = new Set();
    seconds = new Map();
    counts = {};
    series = [];
  }

  function isComplete({ answeredAt, targets }: Scrape): boolean {
    const usual = cadence() ?? Infinity;
    return [...targets.keys()].every(
      (name) =>
        advanced.has(name) ||
        answeredAt - (seenAt.get(name) ?? answeredAt) > OVERDUE_SCRAPES * usual,
    );
  }

  return {
    add(scrape, growth) {
      for (const [name, { points }] of scrape.targets)
        for (const { part } of points) (isOfBaseline(part) ? beside : own).add(name);
      for (const [name, target] of growth.advanced) {
        const at = scrape.targets.get(name)?.at;
        const before = lastAt.get(name);
        if (at === undefined) continue;
        if (before !== undefined) gaps.push(at - before);
        lastAt.set(name, at);
        seenAt.set(name, scrape.answeredAt);
        advanced.add(name);
        if (target.isCounted) seconds.set(name, (seconds.get(name) ?? 0) + target.seconds);
      }
      gaps.splice(0, gaps.length - GAPS);
      for (const [part, count] of Object.entries(growth.counts))
        counts[part] = (counts[part] ?? 0) + count;
      series.push(...growth.series);
      if (!isComplete(scrape)) return undefined;
      const covered = [...seconds];
      const ownSeconds = covered.flatMap(([name, each]) => (own.has(name) ? [each] : []));
      const round: Round = {
        counts,
        series,
        seconds: ownSeconds.length === 0 ? undefined : mean(ownSeconds),
        hasBaseline: covered.some(([name]) => beside.has(name)),
        cadence: cadence() ?? 0,
      };
      reset();
      return covered.length === 0 ? undefined : round;
    },
    reset,
    get cadence() {
      return cadence();
    },
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
