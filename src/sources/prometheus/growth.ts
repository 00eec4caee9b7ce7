import type { Scrape, Target } from './scrape.js';

/** Times by the clock of the server, seconds. */
export interface Bounds {
  /** When the watch began. */
  readonly begin: number;
  /** What grew before is not counted, but for a tenth of the time between two samples. */
  readonly countedFrom: number;
}

/** What happened in one target since its sample before. */
export interface TargetGrowth {
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
export interface Counters {
  take(scrape: Scrape, bounds: Bounds): Growth;
}

export function createCounters(): Counters {
  /** The last sample of every series, also of those that are gone: they may come back. */
  const series = new Map<string, Seen>();
  /** The newest sample of every target. */
  const targets = new Map<string, number>();

  function takeTarget(name: string, target: Target, bounds: Bounds): Growth['series'] {
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
  target: Target,
  before: number | undefined,
  at: number,
  bounds: Bounds,
): number | undefined {
  if (!target.isOneProcess) return undefined;
  if (before !== undefined) return before < at ? before : undefined;
  const { startedAt } = target;
  return startedAt !== undefined && startedAt >= bounds.begin && startedAt <= at
    ? startedAt
    : undefined;
}

/**
 * A counter of a new process may be past the old one's by now. Start times are compared with each other alone: the clock
 * of the process need not be the server's. Some are computed anew for each scrape, and waver.
 */
function hasRestarted({ startedAt, isOneProcess }: Target, last: Seen): boolean {
  if (!isOneProcess || startedAt === undefined || last.startedAt === undefined) return false;
  return startedAt > last.startedAt + 2;
}
