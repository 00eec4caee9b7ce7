/** Counters of one instance, at two moments. */
export interface Step {
  /** Those that were read anew. */
  readonly counters: readonly {
    /** `undefined`: it was not there. */
    readonly before: number | undefined;
    readonly now: number;
    /** It counts all requests of a kind; others count some of those again, such as the failed ones. */
    readonly countsRequests: boolean;
  }[];
  /** All requests. */
  readonly total: { readonly before: number; readonly now: number };
  /** Between the two, seconds. */
  readonly seconds: number;
  /** When the process began that has answered now, and when the sample before was taken, by one clock, seconds. */
  readonly startedAt?: number | undefined;
  readonly before?: number | undefined;
}

/** What became of the counters from one sample to the next. */
export type Course =
  /** They only grew. */
  | { readonly kind: 'grown' }
  /** Their process began anew, and they with it, at 0. */
  | { readonly kind: 'restarted' }
  /** What was counted in between is not known. `why` follows the name of the instance. */
  | { readonly kind: 'unknown'; readonly why: string }
  /** Nor will it be from now on. */
  | { readonly kind: 'useless'; readonly why: string };

/**
 * Tells a restart from a counter that goes back while its process lives: one worker of several was replaced, several workers
 * answer in turn, or a pod went out of a recorded sum. Taken for a restart, that would count what happened long ago once more.
 */
export interface Continuity {
  /** Of the first sample only the start of the process is of interest. */
  begin(startedAt: number | undefined): void;
  take(step: Step): Course;
}

/** Some start times are computed anew for each scrape, and waver; seconds. */
const WAVER = 2;
/** What is left of a total after a restart, at the most. */
const REST = 0.1;
/** What grows so many times faster than it ever did has not grown: another process has answered. */
const JUMP = 3;
/** Another process answered so often: there are several. */
const JUMPS = 3;

const SEVERAL =
  'are those of several processes that answer in turn, and tell nothing: scrape each of them by itself, or let them keep their counters together';
const WENT_BACK =
  'went back, and no process began anew: a part of what they add up is gone, such as one worker of several, or a pod';
const CAME_BACK =
  'went back and came back: another process may have answered, and what it counted before is not known';
const ANOTHER =
  'are those of another process, which was there before: what it counted is not known';

export function createContinuity(): Continuity {
  const processes = createProcesses();
  const growth = createGrowthCheck();

  return {
    begin(startedAt) {
      processes.see(startedAt, undefined);
    },
    take(step) {
      const process = processes.see(step.startedAt, step.before);
      if (process === 'back') return { kind: 'useless', why: SEVERAL };
      const hasFallen = step.counters.some(fell);
      const mayHaveBegun = process === 'untold' || process === 'earlier';
      if (process === 'new' || (mayHaveBegun && hasFallen && beganAnew(step))) {
        growth.reset();
        return { kind: 'restarted' };
      }
      const isAnother = process === 'earlier' || process === 'older';
      if (!isAnother && !hasFallen) return growth.take(step);
      growth.fell(step);
      return { kind: 'unknown', why: isAnother ? ANOTHER : WENT_BACK };
    },
  };
}

function fell({ before, now }: Step['counters'][number]): boolean {
  return before !== undefined && now < before;
}

/** Where no start time tells: every counter of requests fell, and hardly anything is left. */
function beganAnew({ counters, total }: Step): boolean {
  return (
    counters.every(
      (counter) => !counter.countsRequests || (counter.before ?? 0) === 0 || fell(counter),
    ) && total.now < REST * total.before
  );
}

/**
 * Who has answered. `new`: began since the sample before. `earlier`: began before that sample, so that it was there beside the
 * other one, unless its clock is not the server's. `older`: began before one that was seen. `back`: was seen before another one.
 */
type Answerer = 'untold' | 'same' | 'new' | 'earlier' | 'older' | 'back';

/** The processes that have answered, by their start times. */
function createProcesses(): {
  see(startedAt: number | undefined, before: number | undefined): Answerer;
} {
  const seen: number[] = [];
  let current = -1;
  return {
    see(startedAt, before) {
      if (startedAt === undefined) return 'untold';
      const known = seen.findIndex((each) => Math.abs(each - startedAt) <= WAVER);
      if (known !== -1) {
        const isSame = known === current;
        current = known;
        seen[known] = startedAt;
        return isSame ? 'same' : 'back';
      }
      const latest = Math.max(...seen);
      current = seen.push(startedAt) - 1;
      if (seen.length === 1) return 'untold';
      if (startedAt < latest) return 'older';
      return startedAt < (before ?? -Infinity) - WAVER ? 'earlier' : 'new';
    },
  };
}

/**
 * After counters went back, growth is believed only where it is no jump: faster than they ever grew, or right back to where
 * they had been.
 */
function createGrowthCheck(): {
  take(step: Step): Course;
  fell(step: Step): void;
  reset(): void;
} {
  /** The most requests a second that were believed; 0: none yet. */
  let fastest = 0;
  /** Of the total, since it went back: where it was, and where it fell to. */
  let fall: { readonly from: number; readonly to: number } | undefined;
  let isSuspect = false;
  /** The growth of the step before, where there was nothing to compare it with. */
  let candidate: number | undefined;
  let jumps = 0;

  function isJump({ total: { before, now } }: Step, rate: number): boolean {
    const { from = Infinity, to = 0 } = fall ?? {};
    if (now < from) return fastest > 0 && rate > JUMP * fastest;
    fall = undefined;
    return now - before >= (from - to) / 2;
  }

  /** Whether the step before was as good as this one, as long as there is nothing else to compare it with. */
  function isBorneOut(rate: number): boolean {
    if (fastest > 0) return true;
    const last = candidate;
    candidate = rate;
    fastest = Math.min(last ?? 0, rate);
    return last !== undefined;
  }

  return {
    take(step) {
      const rate = Math.max(0, step.total.now - step.total.before) / Math.max(step.seconds, 1e-3);
      if (!isSuspect) {
        fastest = Math.max(fastest, rate);
        return { kind: 'grown' };
      }
      if (isJump(step, rate)) {
        jumps += 1;
        return jumps < JUMPS
          ? { kind: 'unknown', why: CAME_BACK }
          : { kind: 'useless', why: SEVERAL };
      }
      if (!isBorneOut(rate)) return { kind: 'unknown', why: CAME_BACK };
      fastest = Math.max(fastest, rate);
      return { kind: 'grown' };
    },
    fell({ total }) {
      isSuspect = true;
      candidate = undefined;
      if (total.now < total.before)
        fall = { from: Math.max(total.before, fall?.from ?? 0), to: total.now };
    },
    reset() {
      isSuspect = false;
      fall = undefined;
      jumps = 0;
    },
  };
}
