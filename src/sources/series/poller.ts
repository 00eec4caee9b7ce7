import {
  type CheckSpec,
  kindOf,
  type MetricCheck,
  type Observation,
  type Window,
} from '../../contract/check.js';
import { NoLongerNeeded, raceSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import type { Noticed } from './noticed.js';

export type None = Extract<Observation, { kind: 'none' }>;

/** When something is asked, and since when it counts. Milliseconds of the monotonic clock. */
export interface Moment {
  /** When the watch started. */
  readonly startedAt: number;
  /** What happens from then on is judged. */
  readonly judgedFrom: number;
  /** Whether what is found now is judged. */
  readonly isEvaluated: boolean;
}

/** Asks once. `undefined`: there is nothing new. Never rejects, unless the signal is aborted. */
export type Probe<T extends Observation = Observation> = (
  moment: Moment,
  signal: AbortSignal,
) => Promise<T | None | undefined>;

/** What is read from a server, shared by the checks that judge it. Each is known by its id. */
export interface SharedPoller {
  /** When the first check starts, so does the poller. */
  start(check: string, origin: number, judgedFrom: number): void;
  /** The same for all checks that ask about the same window; the first of them is given the raw numbers. */
  observe(window: Window, signal: AbortSignal): Promise<Observation>;
  /** The last check to stop gives up what is under way. */
  stop(check: string): void;
  /** What was noticed meanwhile; the first check tells it. */
  readonly noticed: Pick<Noticed, 'lag' | 'findings'> | undefined;
}

/** Keeps the raw numbers until they are asked for. */
interface Journal {
  /** What was written since the last time; `undefined`: nothing. */
  take(): unknown;
}

const UNCHANGED: None = { kind: 'none', why: 'unchanged' };

/**
 * Asks at the end of every window, at most once at a time: while an answer takes longer than a window, that window has
 * nothing new, and the next answer covers it too.
 */
export function sharedPoller(
  probe: Probe,
  deps: {
    readonly clock: Clock;
    readonly journal: Journal;
    /** Whether it asks before the first window, which the first one is compared with. */
    readonly compares: boolean;
    readonly noticed?: Noticed;
  },
): SharedPoller {
  const { clock, journal, compares, noticed } = deps;
  const checks = new Set<string>();
  const abort = new AbortController();
  let started: { origin: number; judgedFrom: number } | undefined;
  let underWay: Promise<Observation> | undefined;
  let speaker: string | undefined;
  let current: { to: number; found: Promise<Observation> } | undefined;

  function ask(to: number): Promise<Observation> {
    const { origin, judgedFrom } = started ?? { origin: clock.monotonic(), judgedFrom: 0 };
    const moment = {
      startedAt: origin,
      judgedFrom: origin + judgedFrom,
      isEvaluated: to > judgedFrom,
    };
    const asking = probe(moment, abort.signal)
      .then((found) => found ?? UNCHANGED)
      .catch((error: unknown) => {
        if (abort.signal.aborted) return UNCHANGED;
        throw error;
      })
      .finally(() => {
        underWay = undefined;
      });
    // Whoever asked may have gone.
    asking.catch(() => undefined);
    underWay = asking;
    return asking;
  }

  return {
    start(check, origin, judgedFrom) {
      checks.add(check);
      speaker ??= check;
      if (started !== undefined) return;
      started = { origin, judgedFrom };
      if (compares) void ask(0).catch(() => undefined);
    },
    async observe(window, signal) {
      const isFirst = current?.to !== window.to;
      if (current === undefined || isFirst)
        current = {
          to: window.to,
          found: underWay === undefined ? ask(window.to) : Promise.resolve(UNCHANGED),
        };
      const found = await raceSignal(current.found, signal);
      const raw = isFirst ? journal.take() : undefined;
      return raw === undefined ? found : { ...found, raw };
    },
    noticed: noticed && {
      lag: () => noticed.lag(),
      findings: (check) => (check === speaker ? noticed.findings(check) : []),
    },
    stop(check) {
      if (checks.delete(check) && checks.size === 0) abort.abort(new NoLongerNeeded());
    },
  };
}

/** A check on what a poller finds. */
export function toCheck(
  facts: CheckSpec & Pick<MetricCheck, 'source' | 'subject' | 'preflight' | 'findings'>,
  poller: SharedPoller,
): MetricCheck {
  const { id, limit } = facts;
  return {
    ...facts,
    kind: kindOf[limit.metric],
    realTraffic: true,
    start: (origin, judgedFrom = 0) => {
      poller.start(id, origin, judgedFrom);
    },
    observe: (window, signal) => poller.observe(window, signal),
    lag: () => poller.noticed?.lag(),
    findings: () => [...(facts.findings?.() ?? []), ...(poller.noticed?.findings(id) ?? [])],
    stop: () => {
      poller.stop(id);
    },
  };
}

/** Writes down what was answered, as plain data: all that is needed to compute an observation by hand. */
export interface Notes {
  note(entry: Readonly<Record<string, unknown>>): void;
  /** What was written since the last time; `undefined`: nothing. */
  take(): unknown;
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
 * A value that stays the same is taken for a new one after this time, milliseconds: nothing tells when what it was computed from
 * was measured, and the same number twice must not count twice.
 */
export const SAME_AGAIN_MS = 30_000;

/** Tells whether a value is a new one. `at`: when it was asked for, monotonic milliseconds. */
export function dedupe(): (value: string | number, at: number) => boolean {
  let last: { value: string | number; at: number } | undefined;
  return (value, at) => {
    if (value === last?.value && at - last.at < SAME_AGAIN_MS) return false;
    last = { value, at };
    return true;
  };
}
