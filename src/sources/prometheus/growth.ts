import { isOfBaseline, type Scrape, type ScrapeTarget } from './scrape.js';

/** Times by the clock of the server, seconds. */
export interface Bounds {
  /** When the watch started. */
  readonly startedAt: number;
  /** What grew before is not counted, but for a tenth of the time between two samples. */
  readonly countedFrom: number;
}

/** What happened in one target since its sample before. */
interface TargetGrowth {
  /** Seconds between the two samples. */
  readonly seconds: number;
  /** `false`: it began too early, or there was no sample before. */
  readonly isCounted: boolean;
}

export interface Growth {
  /** Targets that have a new sample. */
  readonly advanced: ReadonlyMap<string, TargetGrowth>;
  /** By part. */
  readonly counts: Readonly<Record<string, number>>;
  /** Of each series that grew. */
  readonly series: readonly {
    readonly part: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly count: number;
  }[];
}

/** The share of the time between two samples that may lie before what is counted. */
const TOLERANCE = 0.1;

interface Seen {
  readonly at: number;
  readonly value: number;
  /** Of the process that it came from. */
  readonly startedAt: number | undefined;
}

/**
 * Differences raw counters, series by series: the sums of a server mistake a pod that is gone for a reset, and its `rate()` guesses
 * what happened between samples.
 */
interface Counters {
  take(scrape: Scrape, bounds: Bounds): Growth;
}

export function createCounters(): Counters {
  /** The last sample of every series, also of those that are gone: they may come back. */
  const series = new Map<string, Seen>();
  /** The newest sample of every target. */
  const targets = new Map<string, number>();

  function takeTarget(name: string, target: ScrapeTarget, bounds: Bounds): Growth['series'] {
    const before = targets.get(name);
    const found: Growth['series'][number][] = [];
    for (const { part, series: id, labels, value, at } of target.points) {
      const last = series.get(id);
      if (last !== undefined && at <= last.at) continue;
      series.set(id, { at, value, startedAt: target.startedAt ?? last?.startedAt });
      const since = last?.at ?? beginOf(target, before, at, bounds);
      if (since === undefined || isTooEarly(since, at, bounds)) continue;
      const isNew = last === undefined || hasRestarted(target, last) || value < last.value;
      const count = isNew ? value : value - last.value;
      if (count > 0) found.push({ part, labels, count });
    }
    return found;
  }

  return {
    take(scrape, bounds) {
      const advanced = new Map<string, TargetGrowth>();
      const counts: Record<string, number> = {};
      const grown: Growth['series'][number][] = [];
      for (const [name, target] of scrape.targets) {
        const before = targets.get(name);
        for (const one of takeTarget(name, target, bounds)) {
          counts[one.part] = (counts[one.part] ?? 0) + one.count;
          grown.push(one);
        }
        if (before !== undefined && target.at <= before) continue;
        const since = before ?? beginOf(target, before, target.at, bounds);
        advanced.set(name, {
          seconds: since === undefined ? 0 : target.at - since,
          isCounted: since !== undefined && !isTooEarly(since, target.at, bounds),
        });
        targets.set(name, target.at);
      }
      return { advanced, counts, series: grown };
    },
  };
}

/** Looks are seldom at the moment of a scrape: without a tolerance each warm-up would cost a whole interval. */
function isTooEarly(since: number, at: number, { countedFrom }: Bounds): boolean {
  return countedFrom - since > TOLERANCE * (at - since);
}

/**
 * From when on a series that was not there before has counted from 0: from the sample before, if its process was there and the
 * series was not; from the start of the process, if that was after the watch began. Else nobody knows what it counted
 * before, and its first sample is only what later ones are compared with.
 */
function beginOf(
  target: ScrapeTarget,
  before: number | undefined,
  at: number,
  bounds: Bounds,
): number | undefined {
  if (!target.isOneProcess) return undefined;
  if (before !== undefined) return before < at ? before : undefined;
  const { startedAt } = target;
  return startedAt !== undefined && startedAt >= bounds.startedAt && startedAt <= at
    ? startedAt
    : undefined;
}

/**
 * A counter of a new process may be past the old one's by now. Start times are compared with each other alone: the clock
 * of the process need not be the server's. Some are computed anew for each scrape, and waver.
 */
function hasRestarted({ startedAt, isOneProcess }: ScrapeTarget, last: Seen): boolean {
  if (!isOneProcess || startedAt === undefined || last.startedAt === undefined) return false;
  return startedAt > last.startedAt + 2;
}

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
 * Collects growth until every target has a new sample: targets are scraped at times of their own, and a share of them seen by
 * one probe would be compared with the time that passed for others. A target that has had no new sample for three scrapes is
 * not waited for.
 */
interface Rounds {
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
  let baseline = new Set<string>();
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
    baseline = new Set();
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
        for (const { part } of points) (isOfBaseline(part) ? baseline : own).add(name);
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
        hasBaseline: covered.some(([name]) => baseline.has(name)),
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
