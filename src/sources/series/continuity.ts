interface Counter {
  /** The same from step to step. */
  readonly name: string;
  /** `undefined`: it was not there. */
  readonly before: number | undefined;
  readonly now: number;
  /** It counts all requests of a kind; others count some of those again, such as the failed ones. */
  readonly countsRequests: boolean;
}

/** Counters of one instance, at two moments. */
export interface Step {
  /** Those that were read anew. */
  readonly counters: readonly Counter[];
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
  /** Their process restarted, and they with it, at 0. */
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
/** What grows so many times faster than it ever did, or than what it is a part of, has not grown: another process has answered. */
const JUMP = 3;
/** So few tell nothing: a scrape can hold failures whose requests it does not hold yet, and little traffic is uneven. */
const FEW = 10;
/** Another process answered so often: there are several. */
const JUMPS = 3;
/** What falls again after it grew, so often, and so many times of all that it is read, is no counter. */
const FALLS = { times: 3, share: 0.25 };

const SEVERAL =
  'are those of several processes that answer in turn, so they cannot be used: scrape each of them by itself, or let them keep their counters together';
const WENT_BACK =
  'went back although no process restarted: a part of what they add up is gone, such as one worker of several, or a pod';
const CAME_BACK =
  'went back and came back: another process may have answered, and what it counted before is not known';
const UP_AND_DOWN =
  'go up and down although no process restarts: they are not raw counters, or those of several processes, and cannot be used';
const OUTGREW =
  'grew more in a part of the requests than in all of them: another process may have answered, and what it counted before is not known';
const OLD_SERIES =
  'have new series that begin with far more than was counted until then: they may be old ones by another name, and what they counted before is not known';
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
      return growth.fell(step, isAnother ? ANOTHER : WENT_BACK);
    },
  };
}

function fell({ before, now }: Pick<Counter, 'before' | 'now'>): boolean {
  return before !== undefined && now < before;
}

/** Where no start time tells: every counter of requests fell, hardly anything is left, and no more failures than requests. */
function beganAnew({ counters, total }: Step): boolean {
  return (
    counters.every((counter) =>
      counter.countsRequests
        ? (counter.before ?? 0) === 0 || fell(counter)
        : counter.now <= total.now + FEW,
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

/** Says of counters that did not fall whether they have grown, or hold what was counted by others, or long ago. */
interface GrowthCheck {
  take(step: Step): Course;
  fell(step: Step, why: string): Course;
  reset(): void;
}

function createGrowthCheck(): GrowthCheck {
  const falls = createFalls();
  /** The most requests a second that were believed; 0: none yet. */
  let fastest = 0;
  let isSuspect = false;
  /** The growth of the step before, where there was nothing to compare it with. */
  let candidate: number | undefined;
  let hasFallen = false;
  /** How often counters jumped after a fall, and how often in a row without one. */
  let turns = 0;
  let climbs = 0;
  let steps = 0;
  /** How often they fell, in a row or not, and did not grow past it at once. */
  let descents = 0;
  let isFalling = false;

  /** Whether the step before was as good as this one, as long as there is nothing else to compare it with. */
  function isBorneOut(rate: number): boolean {
    if (fastest > 0) return true;
    const last = candidate;
    candidate = rate;
    fastest = Math.min(last ?? 0, rate);
    return last !== undefined;
  }

  function jumped(why: string): Course {
    if (hasFallen) turns += 1;
    hasFallen = false;
    climbs += 1;
    return turns < JUMPS ? { kind: 'unknown', why } : { kind: 'useless', why: SEVERAL };
  }

  return {
    take(step) {
      const rate = Math.max(0, step.total.now - step.total.before) / Math.max(step.seconds, 1e-3);
      if (hasOldSeries(step, fastest)) return { kind: 'unknown', why: OLD_SERIES };
      const hasOutgrown = outgrew(step);
      const back = falls.goBack(step);
      steps += 1;
      isFalling = false;
      if (back === 'past') descents -= 1;
      const isOdd = hasOutgrown || (isSuspect && fastest > 0 && rate > JUMP * fastest);
      // Of several processes one would have counted less by now: what goes on is as it is.
      if (back === 'there' || (isOdd && climbs < JUMPS))
        return jumped(hasOutgrown ? OUTGREW : CAME_BACK);
      if (isSuspect && !isBorneOut(rate)) return { kind: 'unknown', why: CAME_BACK };
      if (!isOdd) climbs = 0;
      fastest = Math.max(fastest, rate);
      return { kind: 'grown' };
    },
    fell(step, why) {
      steps += 1;
      if (!isFalling) descents += 1;
      isFalling = true;
      isSuspect = true;
      hasFallen = true;
      candidate = undefined;
      climbs = 0;
      falls.take(step);
      return descents >= FALLS.times && descents >= FALLS.share * steps
        ? { kind: 'useless', why: turns > 0 ? SEVERAL : UP_AND_DOWN }
        : { kind: 'unknown', why };
    },
    reset() {
      isSuspect = false;
      hasFallen = false;
      turns = 0;
      climbs = 0;
      descents = 0;
      isFalling = false;
      falls.reset();
    },
  };
}

/** What counts a part of the requests, such as those that failed, grows no more than what counts all of them. */
function outgrew({ counters, total }: Step): boolean {
  if (!counters.some(({ countsRequests }) => countsRequests)) return false;
  const most = JUMP * Math.max(0, total.now - total.before) + FEW;
  return counters.some(
    ({ before = 0, now, countsRequests }) => !countsRequests && now - before > most,
  );
}

/**
 * A series that is new in a living process begins at 0. Not so where it is an old one by another name (the labels of its pod were
 * changed), or was sent to another collector before.
 *
 * @param fastest requests a second
 */
function hasOldSeries({ counters, seconds }: Step, fastest: number): boolean {
  let known = 0;
  let added = 0;
  for (const { before, now, countsRequests } of counters) {
    if (!countsRequests) continue;
    if (before === undefined) added += now;
    else known += now - before;
  }
  return fastest > 0 && added > JUMP * Math.max(fastest * seconds, known, FEW);
}

/** From where to where counters fell, the total among them. */
function createFalls(): {
  take(step: Step): void;
  /** Whether one of them is right back to where it had been, or all are well past it. */
  goBack(step: Step): 'there' | 'past' | undefined;
  reset(): void;
} {
  const falls = new Map<string, { readonly from: number; readonly to: number }>();
  const all = ({ counters, total }: Step): readonly Pick<Counter, 'name' | 'before' | 'now'>[] => [
    { name: '', ...total },
    ...counters,
  ];
  return {
    take(step) {
      for (const { name, before, now } of all(step))
        if (before !== undefined && now < before)
          falls.set(name, { from: Math.max(before, falls.get(name)?.from ?? 0), to: now });
    },
    goBack(step) {
      const had = falls.size;
      let isThere = false;
      for (const { name, before = 0, now } of all(step)) {
        const fall = falls.get(name);
        if (fall === undefined || now < fall.from) continue;
        falls.delete(name);
        const depth = fall.from - fall.to;
        // What went back by less than it grows is only uneven.
        isThere ||= now - before >= depth / 2 && now - fall.from < depth;
      }
      if (isThere) return 'there';
      return had > 0 && falls.size === 0 ? 'past' : undefined;
    },
    reset() {
      falls.clear();
    },
  };
}
