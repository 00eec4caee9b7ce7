/** What one thing must hold. Percentages are kept as the user wrote them: `1 - 0.95` is not 0.05 in doubles. */
export type Limit =
  | {
      readonly metric: 'health';
      /** Consecutive failed looks that make it unhealthy. */
      readonly failures: number;
      /** Consecutive good looks that make it healthy. */
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
  | { readonly metric: 'value'; readonly max: number };

/** A limit on what is counted or measured. */
export type MetricLimit = Exclude<Limit, { metric: 'health' }>;

/** What was counted over the judged part of the watch. */
export interface Totals {
  samples: number;
  failures: number;
  seconds: number;
  /** Sum of what a `value` check measured; `samples` counts its observations. */
  sum: number;
}

export type CheckKind = 'health' | 'ratio' | 'rate' | 'value';

/** The kind of a check follows from what it measures. */
export const kindOf: Readonly<Record<Limit['metric'], CheckKind>> = {
  health: 'health',
  'success-rate': 'ratio',
  latency: 'ratio',
  'errors-per-minute': 'rate',
  value: 'value',
};

/** A stretch of the watch, in milliseconds since its start: `from` ≤ t < `to`. */
export interface Window {
  readonly from: number;
  readonly to: number;
}

/** One look at one metric check. No data is never a number. */
export type Observation =
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
    }
  | { readonly kind: 'value'; readonly value: number }
  | {
      readonly kind: 'none';
      /** `no-data`: the source answered and had nothing. `provider-error`: the source did not answer. */
      readonly why: 'no-data' | 'provider-error';
      readonly detail?: string;
    };

/** One look of a health check. */
export interface Look {
  readonly ok: boolean;
  /** Why it failed, e.g. `refused` or `status 503`; empty when it did not. */
  readonly detail: string;
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
}

/** What the judge needs to know of a check. */
export interface JudgedCheck {
  readonly id: string;
  readonly limit: Limit;
  /** Where the data come from: `http`, `prometheus`. */
  readonly source: string;
  /** What is looked at, as it may be printed. */
  readonly subject: string;
}

/** Everything the judge is told, in the order in which it counts. A recording holds exactly these. */
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
      /** When the look was begun, milliseconds since the start of the watch. */
      readonly at: number;
      readonly look: Look;
    }
  | { readonly type: 'deadline' };

/** What the judge concluded, and from what. */
export interface Judgement {
  readonly verdict: Exclude<Verdict, 'cancelled'>;
  /** One sentence with the numbers. */
  readonly reason: string;
  /** The checks that made it so. */
  readonly decidedBy: readonly string[];
}

/** A check as the report shows it. */
export interface CheckResult {
  readonly id: string;
  readonly kind: CheckKind;
  readonly metric: Limit['metric'];
  readonly source: string;
  readonly subject: string;
  /** In words: `≥ 95 %`. */
  readonly limit: string;
  readonly outcome: 'breached' | 'within' | 'no-data';
  readonly samples: number;
  readonly failures: number;
  /** Success share, errors per minute, share within the latency limit, or the mean value; `null` without data. */
  readonly value: number | null;
  /** The value in words: `86.33 %`; empty without data. */
  readonly shown: string;
  readonly evidence: {
    readonly logE: number;
    readonly maxLogE: number;
    readonly threshold: number;
  } | null;
  /** Failures by kind. */
  readonly kinds: Readonly<Record<string, number>>;
  /** Looks without data, by why. */
  readonly missing: { readonly noData: number; readonly providerErrors: number };
  /** The course of the watch; neighbouring points are merged when there are many. `t`: seconds since the start, end of the point. */
  readonly series: readonly SeriesPoint[];
}

export interface SeriesPoint {
  readonly t: number;
  readonly samples: number;
  readonly failures: number;
  readonly logE: number;
}
