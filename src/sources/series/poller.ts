import type { MetricCheck, MetricLimit, Observation, Window } from '../../contract/check.js';
import type { Judged } from '../../inputs/checks/entry.js';
import { NoLongerNeeded, raceSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';

export type None = Extract<Observation, { kind: 'none' }>;

/** When something is asked, and since when it counts. Milliseconds of the monotonic clock. */
export interface Moment {
  /** The begin of the watch. */
  readonly begin: number;
  /** What happens from then on is judged. */
  readonly judgedFrom: number;
  /** Whether what is found now is judged. */
  readonly isJudged: boolean;
}

/** Looks once. `undefined`: there is nothing new. Never rejects, unless the signal is aborted. */
export type Look<T> = (moment: Moment, signal: AbortSignal) => Promise<T | None | undefined>;

/** What is read from the server, shared by the checks that judge it. Each is known by its id. */
export interface Feed<T> {
  /** When the first check begins, so does the feed. */
  begin(check: string, origin: number, judgedFrom: number): void;
  /** The same for all checks that ask about the same window; the first of them is given the raw numbers. */
  observe(window: Window, signal: AbortSignal): Promise<Seen<T>>;
  /** The last check to end gives up what is under way. */
  end(check: string): void;
}

/** Keeps the raw numbers until they are asked for. */
export interface Journal {
  /** What was written since the last time; `undefined`: nothing. */
  take(): unknown;
}

export interface Seen<T> {
  readonly found: T | None;
  readonly raw?: unknown;
}

const UNCHANGED: None = { kind: 'none', why: 'unchanged' };

/**
 * Looks at the end of every window, at most once at a time: while an answer takes longer than a window, that window has
 * nothing new, and the next answer covers it too.
 */
export function createFeed<T>(
  look: Look<T>,
  world: {
    readonly clock: Clock;
    readonly journal: Journal;
    /** Whether it takes a look before the first window, which the first one is compared with. */
    readonly compares: boolean;
  },
): Feed<T> {
  const { clock, journal, compares } = world;
  const checks = new Set<string>();
  const stop = new AbortController();
  let begun: { origin: number; judgedFrom: number } | undefined;
  let underWay: Promise<T | None> | undefined;
  let current: { to: number; found: Promise<T | None> } | undefined;

  function start(to: number): Promise<T | None> {
    const { origin, judgedFrom } = begun ?? { origin: clock.monotonic(), judgedFrom: 0 };
    const moment = { begin: origin, judgedFrom: origin + judgedFrom, isJudged: to > judgedFrom };
    const looking = look(moment, stop.signal)
      .then((found) => found ?? UNCHANGED)
      .catch((error: unknown) => {
        if (stop.signal.aborted) return UNCHANGED;
        throw error;
      })
      .finally(() => {
        underWay = undefined;
      });
    // Whoever asked may have gone.
    looking.catch(() => undefined);
    underWay = looking;
    return looking;
  }

  return {
    begin(check, origin, judgedFrom) {
      checks.add(check);
      if (begun !== undefined) return;
      begun = { origin, judgedFrom };
      if (compares) void start(0).catch(() => undefined);
    },
    async observe(window, signal) {
      const isFirst = current?.to !== window.to;
      if (current === undefined || isFirst)
        current = {
          to: window.to,
          found: underWay === undefined ? start(window.to) : Promise.resolve(UNCHANGED),
        };
      const found = await raceSignal(current.found, signal);
      const raw = isFirst ? journal.take() : undefined;
      return raw === undefined ? { found } : { found, raw };
    },
    end(check) {
      if (checks.delete(check) && checks.size === 0) stop.abort(new NoLongerNeeded());
    },
  };
}

/** What a reading gives, as an observation for any of the checks that share it. */
export interface Feeding {
  begin(check: string, origin: number, judgedFrom: number): void;
  observe(...given: Parameters<Feed<unknown>['observe']>): Promise<Observation>;
  end(check: string): void;
}

/** Makes observations of what a feed gives. */
export function feeding<T>(feed: Feed<T>, convert: (found: T) => Observation): Feeding {
  return {
    begin: (...given) => {
      feed.begin(...given);
    },
    async observe(window, signal) {
      const { found, raw }: Seen<T> = await feed.observe(window, signal);
      const observation = isNone(found) ? found : convert(found);
      return raw === undefined ? observation : { ...observation, raw };
    },
    end: (check) => {
      feed.end(check);
    },
  };
}

function isNone(found: unknown): found is None {
  return typeof found === 'object' && found !== null && 'kind' in found && found.kind === 'none';
}

/** A check on what a feeding gives. */
export function fedCheck(
  facts: Judged & Pick<MetricCheck, 'source' | 'subject' | 'preflight'>,
  source: Feeding,
): MetricCheck {
  const { id, limit } = facts;
  return {
    ...facts,
    kind: kindOf(limit.metric),
    realTraffic: true,
    begin: (origin, judgedFrom = 0) => {
      source.begin(id, origin, judgedFrom);
    },
    observe: (window, signal) => source.observe(window, signal),
    end: () => {
      source.end(id);
    },
  };
}

function kindOf(metric: MetricLimit['metric']): MetricCheck['kind'] {
  if (metric === 'value') return 'value';
  return metric === 'errors-per-minute' ? 'rate' : 'ratio';
}

/** Writes down what was answered, as plain data: all that is needed to compute an observation by hand. */
export interface Notes extends Journal {
  note(entry: Readonly<Record<string, unknown>>): void;
}

export function createNotes(): Notes {
  let entries: Readonly<Record<string, unknown>>[] = [];
  return {
    note(entry) {
      entries.push(entry);
    },
    take() {
      if (entries.length === 0) return undefined;
      const taken = entries;
      entries = [];
      return taken;
    },
  };
}

/**
 * A value that stays the same is looked at as new after this time, milliseconds: nothing tells when what it was computed from
 * was measured, and the same number twice must not count twice.
 */
export const SAME_AGAIN_MS = 30_000;

/** Tells whether what is found is news. `at`: when it was asked for, monotonic milliseconds. */
export function createNovelty(): (found: string | number, at: number) => boolean {
  let last: { found: string | number; at: number } | undefined;
  return (found, at) => {
    if (found === last?.found && at - last.at < SAME_AGAIN_MS) return false;
    last = { found, at };
    return true;
  };
}
