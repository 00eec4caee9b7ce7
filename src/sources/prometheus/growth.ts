import { createContinuity, type Continuity, type Course } from '../series/continuity.js';
import { countsRequests, isOfBaseline, type Scrape, type ScrapeTarget } from './scrape.js';

/** Times by the clock of the server, seconds. */
export interface Bounds {
  /** When the watch started. */
  readonly startedAt: number;
  /**
   * What happens from then on is counted, from the last sample before it on: one of the warm-up. Where there is none, the
   * first sample may be late by a tenth of the time to the next.
   */
  readonly countedFrom: number;
}

/** What happened in one target since its sample before. */
interface TargetGrowth {
  /** Seconds between the two samples. */
  readonly seconds: number;
  /** `false`: it began too early, there was no sample before, or what happened since is not known. */
  readonly isCounted: boolean;
}

/** A target whose counters went back, and nobody knows what they counted. */
export interface Trouble {
  readonly target: string;
  /** A sentence that begins with the name of the target. */
  readonly why: string;
  /** There is nothing to be known of it from now on. */
  readonly isForGood: boolean;
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
  readonly troubles: readonly Trouble[];
}

/** The share of the time between two samples that may lie before what is counted. */
const TOLERANCE = 0.1;

/** A target as its newest sample has it. */
interface KnownTarget {
  at: number | undefined;
  /** Requests that all of its series have counted. */
  total: number;
  readonly continuity: Continuity;
  /** The last sample of every series, also of those that are gone: they may come back. */
  readonly series: Map<string, { readonly at: number; readonly value: number }>;
}

type Point = ScrapeTarget['points'][number];

/** A sample that is new, and the one before it. */
interface Advance {
  readonly point: Point;
  readonly last: { readonly at: number; readonly value: number } | undefined;
}

/**
 * Differences raw counters, series by series: the sums of a server mistake a pod that is gone for a reset, and its `rate()` guesses
 * what happened between samples.
 */
interface Counters {
  take(scrape: Scrape, bounds: Bounds): Growth;
}

export function createCounters(): Counters {
  const targets = new Map<string, KnownTarget>();

  return {
    take(scrape, bounds) {
      const advanced = new Map<string, TargetGrowth>();
      const counts: Record<string, number> = {};
      const grown: Growth['series'][number][] = [];
      const troubles: Trouble[] = [];
      for (const [name, target] of scrape.targets) {
        const known = targets.get(name) ?? begun(target);
        targets.set(name, known);
        const before = known.at;
        const { found, course } = takeTarget(known, target, bounds);
        for (const one of found) {
          counts[one.part] = (counts[one.part] ?? 0) + one.count;
          grown.push(one);
        }
        const isKnown = !('why' in course);
        if (!isKnown)
          troubles.push({
            target: name,
            why: `the counters of ${target.name} ${course.why}`,
            isForGood: course.kind === 'useless',
          });
        if (before !== undefined && target.at <= before) continue;
        const since = before ?? beginOf(target, undefined, target.at, bounds);
        advanced.set(name, {
          seconds: since === undefined ? 0 : target.at - since,
          isCounted: isKnown && since !== undefined && !isTooEarly(since, target.at, bounds),
        });
      }
      return { advanced, counts, series: grown, troubles };
    },
  };
}

function begun(target: ScrapeTarget): KnownTarget {
  const continuity = createContinuity();
  continuity.begin(startOf(target));
  return { at: undefined, total: 0, continuity, series: new Map() };
}

function takeTarget(
  known: KnownTarget,
  target: ScrapeTarget,
  bounds: Bounds,
): { readonly found: Growth['series']; readonly course: Course } {
  const advances = target.points.flatMap((point): Advance[] => {
    const last = known.series.get(point.series);
    return last !== undefined && point.at <= last.at ? [] : [{ point, last }];
  });
  const course = courseOf(known, target, advances);
  // What a restart took away begins at 0 when it comes back.
  if (course.kind === 'restarted') known.series.clear();
  const found: Growth['series'][number][] = [];
  for (const { point, last } of advances) {
    const { part, labels, value, at } = point;
    known.series.set(point.series, { at, value });
    const since = last?.at ?? beginOf(target, known.at, at, bounds);
    if ('why' in course || since === undefined || isTooEarly(since, at, bounds)) continue;
    const count = course.kind === 'restarted' ? value : value - (last?.value ?? 0);
    if (count > 0) found.push({ part, labels, count });
  }
  known.at = Math.max(target.at, known.at ?? target.at);
  known.total = totalOf(target);
  return { found, course };
}

function courseOf(
  { at: before, total, continuity }: KnownTarget,
  target: ScrapeTarget,
  advances: readonly Advance[],
): Course {
  if (before === undefined || advances.length === 0) return { kind: 'grown' };
  // What is new in an unknown process is not counted.
  const counted = advances.filter(({ last }) => last !== undefined || target.isOneProcess);
  return continuity.take({
    counters: counted.map(({ point, last }) => ({
      name: point.series,
      before: last?.value,
      now: point.value,
      countsRequests: countsRequests(point.part),
    })),
    total: { before: total, now: totalOf(target) },
    seconds: target.at - before,
    startedAt: startOf(target),
    before,
  });
}

/** Series of unknown processes have no start. */
function startOf({ startedAt, isOneProcess }: ScrapeTarget): number | undefined {
  return isOneProcess ? startedAt : undefined;
}

function totalOf({ points }: ScrapeTarget): number {
  return points.reduce((sum, { part, value }) => sum + (countsRequests(part) ? value : 0), 0);
}

/**
 * Looks are seldom at the moment of a scrape: what follows the last sample of the warm-up is judged, or each warm-up would cost
 * an interval.
 */
function isTooEarly(since: number, at: number, { startedAt, countedFrom }: Bounds): boolean {
  if (since >= startedAt && at > countedFrom) return false;
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

/** What all targets together did in one round. */
export interface Round {
  readonly counts: Readonly<Record<string, number>>;
  readonly series: Growth['series'];
  /**
   * The time that it covers: the mean over the targets that count requests, without those of the baseline. `undefined`: no such
   * target was there, or of none it is known what happened. Failures alone are no time without requests.
   */
  readonly seconds: number | undefined;
  /** The newest sample of the target that is furthest behind, by the clock of the server, seconds. */
  readonly until: number | undefined;
  /** Why something is not known of the targets that it does not cover. */
  readonly troubles: readonly string[];
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
  cadence(): number | undefined;
  /**
   * Before that no target of the last answer has a new sample, by the clock of the server, seconds: the oldest of their last ones, and
   * the shortest time between two that is known to have none between them. `undefined`: of no two it is known.
   */
  quietUntil(): number | undefined;
}

/** How many scrapes a target may be late. */
export const OVERDUE_SCRAPES = 3;
/** Of the gaps between samples so many are remembered. */
const GAPS = 60;

/** What was found since the last round. */
interface Collected {
  /** The targets that have series of what is judged. */
  readonly own: Set<string>;
  /** Those of them that count its requests. */
  readonly counting: Set<string>;
  /** The targets that have series of the baseline. A gateway has all. */
  readonly baseline: Set<string>;
  readonly advanced: Set<string>;
  readonly seconds: Map<string, number>;
  readonly counts: Record<string, number>;
  readonly series: Growth['series'][number][];
  readonly troubles: string[];
}

function nothingCollected(): Collected {
  return {
    own: new Set(),
    counting: new Set(),
    baseline: new Set(),
    advanced: new Set(),
    seconds: new Map(),
    counts: {},
    series: [],
    troubles: [],
  };
}

export function createRounds(): Rounds {
  const gaps: number[] = [];
  const lastAt = new Map<string, number>();
  /** When a new sample of the target was seen last: samples may reach the server late. */
  const seenAt = new Map<string, number>();
  let collected = nothingCollected();
  /** Targets that had nothing new in the last answer. What is scraped more often than it is asked for always has. */
  let unchanged = new Set<string>();
  let shortest = Infinity;
  let oldest = -Infinity;

  const cadence = (): number | undefined => {
    const sorted = [...gaps].sort((a, b) => a - b);
    return sorted[Math.floor((sorted.length - 1) / 2)];
  };

  function isComplete({ answeredAt, targets }: Scrape): boolean {
    const usual = cadence() ?? Infinity;
    return [...targets.keys()].every(
      (name) =>
        collected.advanced.has(name) ||
        answeredAt - (seenAt.get(name) ?? answeredAt) > OVERDUE_SCRAPES * usual,
    );
  }

  return {
    add(scrape, growth) {
      for (const [name, { points }] of scrape.targets)
        for (const { part } of points) {
          (isOfBaseline(part) ? collected.baseline : collected.own).add(name);
          if (countsRequests(part) && !isOfBaseline(part)) collected.counting.add(name);
        }
      for (const [name, target] of growth.advanced) {
        const at = scrape.targets.get(name)?.at;
        const before = lastAt.get(name);
        if (at === undefined) continue;
        if (before !== undefined) {
          gaps.push(at - before);
          if (unchanged.has(name)) shortest = Math.min(shortest, at - before);
        }
        lastAt.set(name, at);
        seenAt.set(name, scrape.answeredAt);
        collected.advanced.add(name);
        if (target.isCounted) addTo(collected.seconds, name, target.seconds);
      }
      gaps.splice(0, gaps.length - GAPS);
      unchanged = new Set([...scrape.targets.keys()].filter((name) => !growth.advanced.has(name)));
      oldest = Math.min(...[...scrape.targets.values()].map(({ at }) => at));
      for (const [part, count] of Object.entries(growth.counts))
        collected.counts[part] = (collected.counts[part] ?? 0) + count;
      collected.series.push(...growth.series);
      collected.troubles.push(...growth.troubles.map(({ why }) => why));
      if (!isComplete(scrape)) return undefined;
      const { own, counting, baseline, advanced, counts, series, troubles } = collected;
      const covered = [...collected.seconds];
      const ends = [...advanced].flatMap((name) => (own.has(name) ? [lastAt.get(name) ?? 0] : []));
      const ownSeconds = covered.flatMap(([name, each]) => (counting.has(name) ? [each] : []));
      const round: Round = {
        counts,
        series,
        seconds: ownSeconds.length === 0 ? undefined : mean(ownSeconds),
        until: ends.length === 0 ? undefined : Math.min(...ends),
        troubles,
        hasBaseline: covered.some(([name]) => baseline.has(name)),
        cadence: cadence() ?? 0,
      };
      collected = nothingCollected();
      return covered.length === 0 && round.troubles.length === 0 ? undefined : round;
    },
    reset() {
      collected = nothingCollected();
    },
    cadence,
    quietUntil: () => (Number.isFinite(shortest) ? oldest + shortest : undefined),
  };
}

function addTo(sums: Map<string, number>, name: string, value: number): void {
  sums.set(name, (sums.get(name) ?? 0) + value);
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, each) => sum + each, 0) / values.length;
}
