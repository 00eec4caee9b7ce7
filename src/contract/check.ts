import type { Finding } from './result.js';

/** What one thing must hold. Percentages are kept as the user wrote them: `1 - 0.95` is not 0.05 in doubles. */
export type Limit =
  | {
      readonly metric: 'health';
      /** Consecutive failed probes that make it unhealthy. */
      readonly failures: number;
      /** Consecutive good probes that make it healthy. */
      readonly successes: number;
    }
  /** At least this many percent of the requests succeed; exactly this many passes. */
  | { readonly metric: 'success-rate'; readonly minPercent: number }
  | {
      readonly metric: 'errors-per-minute';
      /** At most this many; exactly this many passes. */
      readonly max: number;
      /** Own probes: the count is scaled to this many requests a minute. `null`: real traffic, counted as it is. */
      readonly scaledTo: number | null;
    }
  /** At least `percentile` percent of the requests take at most `maxMs`. */
  | { readonly metric: 'latency'; readonly percentile: number; readonly maxMs: number }
  /** The mean of a number that is not negative. */
  | { readonly metric: 'value'; readonly max: number }
  /** The same; `min` is above 0. */
  | { readonly metric: 'value'; readonly min: number }
  | {
      /** The canary fails no more than `margin` times as often as its baseline, in the same intervals. */
      readonly metric: 'relative';
      readonly margin: number;
      /** Instead: at no boundary is it more than `margin` times as often slower. */
      readonly of?: 'latency';
    };

/** A limit on failures in a row. */
export type HealthLimit = Extract<Limit, { metric: 'health' }>;
/** A limit on what is counted or measured. */
export type MetricLimit = Exclude<Limit, { metric: 'health' }>;
export type ValueLimit = Extract<Limit, { metric: 'value' }>;

/** Requests of a baseline in the same time, and how many of them were bad. */
export interface BaselineCounts {
  readonly samples: number;
  readonly failures: number;
  /** As in an observation. */
  readonly slower?: Slower;
}

/** How many requests took longer than each border of a histogram, by the border in milliseconds. */
export type Slower = Readonly<Record<string, number>>;

/** What was counted over the judged part of the watch. */
export interface Totals {
  samples: number;
  failures: number;
  seconds: number;
  /** Sum of what a `value` check measured; `samples` counts its observations. */
  sum: number;
  /** At most this many were bad, where a source cannot tell exactly. */
  possibleFailures?: number;
  /** At least this many were bad by the limit that was set, where another one is in force. */
  failuresAsSet?: number;
  /** Where latencies are compared: `failures` took longer than this, milliseconds; the border that tells most. */
  borderMs?: number;
}

export type CheckKind = 'health' | 'ratio' | 'rate' | 'value';

/** The kind of a check follows from what it measures. */
export const kindOf = {
  health: 'health',
  'success-rate': 'ratio',
  latency: 'ratio',
  'errors-per-minute': 'rate',
  value: 'value',
  relative: 'ratio',
} as const satisfies Readonly<Record<Limit['metric'], CheckKind>>;

/** A part of the watch, in milliseconds since its start: `from` ≤ t < `to`. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

export type Obstacles = Readonly<Partial<Record<Obstacle, number>>>;

/** What one probe of a metric check found. No data is never a number. */
export type Observation = (
  | {
      readonly kind: 'counts';
      /** Requests that were counted. */
      readonly samples: number;
      /** How many of them were bad: failed, or for `latency` too slow. */
      readonly failures: number;
      /** The time that the counts cover. */
      readonly seconds: number;
      /** What the failures were: `{ timeout: 3, 'status 503': 2 }`. */
      readonly kinds?: Readonly<Record<string, number>>;
      /**
       * At most this many were bad, where the source cannot tell exactly: the buckets of a histogram seldom have a border at
       * the limit. `failures` is then the least that it can be.
       */
      readonly possibleFailures?: number;
      /** The same as `failures` by the limit that was set, where that counts others than the limit in force. */
      readonly failuresAsSet?: number;
      /** How often the source has something new, milliseconds, when that is not of our own choosing. */
      readonly cadence?: number;
      /** The same of the baseline. Absent: nothing is known of it in this interval. */
      readonly baseline?: BaselineCounts;
      /** What latency is compared by; `failures` is 0 then. */
      readonly slower?: Slower;
      /** Up to when it tells what happened, milliseconds since the start of the watch; of a source that has sample times. */
      readonly until?: number;
    }
  | {
      readonly kind: 'value';
      readonly value: number;
      readonly cadence?: number;
      /** The time that it is of, where the source has sample times, and up to when that is. */
      readonly seconds?: number;
      readonly until?: number;
    }
  | {
      readonly kind: 'none';
      /**
       * `no-data`: the source answered and had nothing. `provider-error`: the source did not answer. `unchanged`: the source
       * has nothing new yet, as is to be expected of it; the next observation covers this window too.
       */
      readonly why: 'no-data' | 'provider-error' | 'unchanged';
      readonly detail?: string;
      /** Nor will there be any in this watch. */
      readonly forGood?: true;
      /** What was counted of the baseline all the same. */
      readonly baseline?: BaselineCounts;
    }
) & {
  /**
   * How many requests of our own tell nothing, of those that were due, because a limit on how often one may ask was in the
   * way. Those that are left out at a slower pace are among `of` only.
   */
  readonly leftOut?: { readonly requests: number; readonly of: number };
  /** How many requests of our own could not tell anything of the service, by what was in the way. */
  readonly obstacles?: Obstacles;
  /** How many requests of our own succeeded, where that is not what is counted. */
  readonly passed?: number;
  /** What the source answered, as plain data, for whoever computes the observation again. The judge does not read it. */
  readonly raw?: unknown;
};

/** Why a service cannot be watched from here, whatever its health. */
export const obstacles = [
  'name',
  'proxy',
  'scheme',
  'certificate',
  'unauthorized',
  'network',
] as const;
export type Obstacle = (typeof obstacles)[number];

/** What was seen of something before the deploy. */
export interface Asked {
  readonly passed: boolean;
  /** Why it failed, e.g. `status 401`; empty when it passed. */
  readonly detail: string;
  /** What a URL answered, when it did. */
  readonly status?: number | undefined;
  readonly obstacle?: Obstacle | undefined;
  /** It was not there. */
  readonly absent?: true | undefined;
  /** What was wrong, in words that stay the same while the cause does. */
  readonly causes?: readonly string[] | undefined;
  /** When that was, by the clock of what was asked, milliseconds since the epoch. */
  readonly at?: number | undefined;
  /** How long the answer took, milliseconds. */
  readonly ms: number;
}

/** Something that a check asks itself, so that it can be asked before the deploy too. Checks that share it share the object. */
export interface Askable {
  /** As it may be printed, and as the snapshot names it. */
  readonly subject: string;
  /** Asks once. `undefined`: this tells nothing, because of our own machine or a rate limit. Never rejects, unless aborted. */
  ask(signal: AbortSignal): Promise<Asked | undefined>;
  /** Tells, before the watch, what was seen before the deploy. */
  recall(asked: Asked): void;
  /** What it knows by now of the time before the deploy, for whoever looks again after a rollback. */
  recollect?(): Asked | undefined;
  /** To ask has a price, or tells nothing but what the snapshot needs: it is asked for that, once, for so long, milliseconds. */
  readonly once?: number;
}

/** What the snapshot knows of all that a check asks. */
export interface SeenBefore {
  readonly seen: 'passed' | 'failed' | 'not-asked';
  /** Why it failed; empty when it did not. */
  readonly detail: string;
  /** There was nothing before the deploy that could have passed. */
  readonly isNew: boolean;
}

/** What one probe of a health check found. */
export interface HealthResult {
  /** `null`: it could not be seen, which says nothing of the health. */
  readonly ok: boolean | null;
  /** Why it failed, e.g. `refused` or `status 503`, or why nothing was seen; empty when it is well. */
  readonly detail: string;
  /** It cannot be watched from here. */
  readonly obstacle?: Obstacle;
  /** What fails now passed before, or failed for another cause: before the deploy, or earlier in this watch. */
  readonly changed?: true;
}

export type Sensitivity = 'high' | 'normal' | 'low';
export type Decision = 'balanced' | 'evidence' | 'strict';

/** The verdict on one target, or on all of them. */
export type Verdict = 'healthy' | 'unhealthy' | 'inconclusive' | 'cancelled';

/** How the watch is to be judged. Times in milliseconds. */
export interface WatchPlan {
  readonly warmUp: number;
  readonly duration: number;
  readonly interval: number;
  readonly sensitivity: Sensitivity;
  readonly decision: Decision;
  readonly minRequests: number;
  /** Whether strong evidence for health may end the watch from half of it on. */
  readonly earlyPass: boolean;
  /** Whether the watch goes on once when its end is in doubt; no by default, as in recordings of older versions. */
  readonly extend?: boolean;
  /** What a check without fresh data at the end of the watch means, by why it has none; `inconclusive` by default. */
  readonly onNoData?: NoDataPolicy;
  readonly onProviderError?: ProviderErrorPolicy;
}

/** `ignore`: the other checks decide. */
export type NoDataPolicy = 'inconclusive' | 'ignore' | 'unhealthy';
/** Trouble of a source says nothing of what was deployed: it is never `unhealthy`. */
export type ProviderErrorPolicy = 'inconclusive' | 'ignore';

/** What the judge needs to know of a check. */
export interface EvaluatedCheck {
  readonly id: string;
  readonly limit: Limit;
  /** Where the data come from: `http`, `prometheus`. */
  readonly source: string;
  /** What is observed, as it may be printed. */
  readonly subject: string;
  /**
   * A limit on shares or counts of a canary with a baseline: it is broken by the canary only when the canary fails
   * more than `margin` times as often as the baseline. What hits both is not the canary's fault.
   */
  readonly baseline?: { readonly margin: number };
  /** Instead of what the plan says for all. */
  readonly minRequests?: number;
  readonly onNoData?: NoDataPolicy;
  readonly onProviderError?: ProviderErrorPolicy;
  /** Of a check that asks the service or its platform itself; recordings of older versions have none. */
  readonly seenBefore?: SeenBefore;
  /** Of a check whose source could tell of the hour before the deploy: what became of its limit. */
  readonly before?: Before;
}

/** What was counted in a stretch of time. */
export interface Block {
  readonly failures: number;
  readonly requests: number;
}

/** How many requests took at most `border` milliseconds; that of the last is infinite. */
export interface Bucket {
  readonly border: number;
  readonly requests: number;
}

/** What a source knows of the hour before a deploy; what it was not asked for is absent. */
export interface Past {
  /** The oldest first. */
  readonly counts?: readonly Block[];
  /** How long each of them is; five minutes where nothing is said: buckets of a service cannot be divided. */
  readonly minutes?: number;
  /** Of the whole hour, from the smallest border; empty: there are none. */
  readonly latency?: readonly Bucket[];
  /** The mean of each block; `null`: there was no value. */
  readonly value?: readonly (number | null)[];
}

/**
 * What the hour before a deploy made of a limit. Numbers are in the unit of the limit: the share of requests that failed, errors per
 * minute, milliseconds, or the value.
 */
export interface Before {
  /** The limit that was set; the one of the check is in force. */
  readonly set: MetricLimit;
  /** Nobody has chosen the limit that was set. */
  readonly isByDefault?: true;
  /**
   * - `kept`: the limit that was set is in force: it is the stricter one, or the hour before gives none.
   * - `stricter`: the limit is that of the hour before.
   * - `over`: so it is, because the hour before was over the limit that was set.
   * - `none`: the hour before was over the limit that was set, and gives none: this deploy cannot be told by it.
   */
  readonly effect: 'kept' | 'stricter' | 'over' | 'none';
  /** The limit that the hour before gives; `null`: none. */
  readonly limit: number | null;
  /** Why it gives none, in words. */
  readonly why?: string;
  /** In the worst block that counts; of latency what 95 % of the requests stayed below, or another percentile. */
  readonly worst: number | null;
  /** In all that counts; of latency the share that was slower than the limit that was set. */
  readonly usual: number | null;
  readonly requests: number;
  /** The blocks that it was read from, the small ones merged; only where requests are counted. */
  readonly blocks: readonly Block[];
  /** How long a block is, where it is not five minutes. */
  readonly minutes?: number;
  /** How many blocks there were, and how many of them were left out as incidents. */
  readonly of: number;
  readonly leftOut: number;
}

/** Everything the judge learns, in the order in which it counts. A recording holds exactly these. */
export type WatchEvent =
  | {
      readonly type: 'observation';
      readonly check: string;
      readonly window: Window;
      readonly observation: Observation;
    }
  | {
      readonly type: 'look';
      readonly check: string;
      /** When the probe was started, milliseconds since the start of the watch. */
      readonly at: number;
      /** Named as in recordings of schema 1, like the type of the event: old recordings must replay. */
      readonly look: HealthResult;
    }
  | {
      readonly type: 'deadline';
      /** What the platform has taken back by itself since the watch began; a clause without a full stop. */
      readonly goneBack?: string;
    };

/** The end of a watch was in doubt, so that it went on. */
export interface Extension {
  /** For how long, milliseconds. */
  readonly by: number;
  /** What was in doubt, in words: `16 of 300 requests failed (…)`. */
  readonly why: string;
}

/** What the judge concluded, and from what. */
export interface Judgement {
  readonly verdict: Exclude<Verdict, 'cancelled'>;
  /** One sentence with the numbers. */
  readonly reason: string;
  /** The checks that made it so. */
  readonly decidedBy: readonly string[];
  /** What fails was never seen well: no reason to roll back, whatever an inconclusive watch leads to. */
  readonly neverWell?: true;
}

/** How widely our own requests were spread. */
export interface Reach {
  /** How many connections were opened for them. */
  readonly connections: number;
  /** To how many addresses. */
  readonly remoteAddresses: number;
}

/** A check as the report shows it. */
export interface CheckResult extends Partial<Reach> {
  readonly id: string;
  readonly kind: CheckKind;
  readonly metric: Limit['metric'];
  readonly source: string;
  readonly subject: string;
  /** In words: `≥ 95 %`. */
  readonly limit: string;
  readonly outcome: 'breached' | 'within' | 'no-data';
  /** Breached, and not held against what was deployed: the baseline did no better, or it was never seen well. */
  readonly excused?: true;
  readonly samples: number;
  readonly failures: number;
  /** Success share (of the canary), errors per minute, share within the latency limit, or the mean value; `null` without data. */
  readonly value: number | null;
  /** The value in words: `86.33 %`; empty without data. */
  readonly shown: string;
  /** What was counted of the baseline; absent for a check without one. */
  readonly baseline?: BaselineCounts;
  /** Where latencies are compared: `failures` are the requests that took longer, milliseconds. */
  readonly slowerThan?: number;
  readonly evidence: {
    readonly logE: number;
    readonly maxLogE: number;
    readonly threshold: number;
  } | null;
  /** Failures by kind. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Probes without data, by why. */
  readonly missing: { readonly noData: number; readonly providerErrors: number };
  /** What became of the limit by the hour before the deploy. */
  readonly before?: Before & { readonly inWords: string };
  /** The course of the watch; neighbouring points are merged when there are many. `t`: seconds since the start, end of the point. */
  readonly series: readonly SeriesPoint[];
}

export interface SeriesPoint {
  readonly t: number;
  readonly samples: number;
  readonly failures: number;
  readonly logE: number;
  /** Errors per minute, or the mean of what was measured, where counts alone do not tell; absent: nothing to tell of. */
  readonly value?: number;
  /** What was counted of the baseline; absent: nothing is known of it. */
  readonly baseline?: { readonly samples: number; readonly failures: number };
}

/** One thing that must hold, and the way to observe it. */
interface CheckBase extends EvaluatedCheck {
  readonly limit: Limit;
  /**
   * Proves, before the watch, that it can be observed. Says nothing of its health.
   * @param isBeforeDeploy the deploy is still to come: what is not there yet may be made by it, and is no error
   */
  preflight(signal: AbortSignal, isBeforeDeploy?: boolean): Promise<readonly Finding[]>;
  /** What it asks itself; absent: it reads what others have measured. */
  readonly askables?: readonly Askable[];
  /** Of a check that sends probes: how widely they were spread, up to now. */
  reach?(): Reach;
  /** What else was seen up to now that a person should know. */
  findings?(): readonly Finding[];
}

/** Yes or no, at a cadence of its own. */
export interface HealthCheck extends CheckBase {
  readonly kind: 'health';
  /** Milliseconds from one probe to the next. A slow one never delays the next. */
  readonly every: number;
  /**
   * It tells one thing, and not whether the whole is up, so that a rollback must mend it only where it had failed. Its probes
   * have a price: none begins before the last has ended, and after a rollback they are no closer together than every 10 s.
   */
  readonly isParticular?: true;
  /** It is probed once, when the warm-up ends. */
  readonly once?: true;
  /** How long it may take until it tells of a rollback, milliseconds, when that is longer than other checks have. */
  readonly recovery?: number;
  /** Never rejects, unless the signal is aborted. */
  probe(signal: AbortSignal): Promise<HealthResult>;
}

/** Something that is counted or measured, interval by interval. */
export interface MetricCheck extends CheckBase {
  readonly kind: 'ratio' | 'rate' | 'value';
  /** The requests are those of others: how many there will be is not known. */
  readonly realTraffic?: true;
  /**
   * Called once, when the watch begins. `origin` is the monotonic time that windows count from. `judgedFrom`: milliseconds
   * after it from which on what happens is judged, 0 by default.
   */
  start(origin: number, judgedFrom?: number): void;
  /**
   * What happened in the window. Called at the end of every window, in order; resolves when it is settled, which
   * may be later than the end of the next one. Never rejects, unless the signal is aborted.
   */
  observe(window: Window, signal: AbortSignal): Promise<Observation>;
  /** How late its samples come, as far as it is known by now, milliseconds; of a source that has sample times. */
  lag?(): number | undefined;
  /** Frees what `start` took; over when nothing of it is at work any more. May be called more than once. */
  stop(): void | Promise<void>;
}

export type Check = HealthCheck | MetricCheck;

/** One limit, and what else the judge must know of the check that it makes. */
export type CheckSpec = Omit<EvaluatedCheck, 'source' | 'subject' | 'limit'> & {
  readonly limit: MetricLimit;
  /** Nobody has chosen the limit. */
  readonly isByDefault?: true;
};

/** The same of a check that says yes or no. */
export type HealthSpec = Omit<CheckSpec, 'limit'> & { readonly limit: HealthLimit };

/** How the limits of an entry are compared with the hour before the deploy. */
export interface BeforePlan {
  /** Which limits may become stricter: all of them, or only those that nobody has chosen. */
  readonly tightens: 'all' | 'defaults';
  /** As many times as much as in the worst five minutes is accepted. */
  readonly margin: number;
  /** The least share of failures that is accepted. */
  readonly floor: number;
  /** All options as they are for reading the hour before, where that is not read as the watch is. */
  readonly options?: Readonly<Record<string, unknown>>;
}

/**
 * What one entry of `checks` asks for, complete and right by itself; the inputs make such entries too. Everything in
 * `checks` is judged by the same numbers: a source reads them once.
 */
export interface CheckEntry<O = Readonly<Record<string, unknown>>> {
  readonly source: string;
  /** For messages; the checks have ids of their own. */
  readonly id: string;
  /** `line 12` of the configuration file; `undefined`: the inputs describe it. */
  readonly where: string | undefined;
  readonly options: O;
  /** All options as they are to be used for the baseline: its own, and those of the check for all that it does not say. */
  readonly baseline: O | undefined;
  readonly checks: readonly CheckSpec[];
  /** The entry asks for a yes or no. */
  readonly health?: HealthSpec | undefined;
  /** Absent: its limits are as they were set. */
  readonly before?: BeforePlan;
  /** What the user calls an option, or the same one of the baseline: for messages. */
  readonly nameOf: (option: keyof O & string, of?: 'baseline') => string;
}

/** All checks that an entry asks for. */
export function specsOf({
  health,
  checks,
}: Pick<CheckEntry, 'checks' | 'health'>): readonly (CheckSpec | HealthSpec)[] {
  return health === undefined ? checks : [health, ...checks];
}
