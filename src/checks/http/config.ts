/** Probing of our own: what is asked, how often, and what must hold. Times in milliseconds. */
export interface HttpSourceConfig {
  /** Each is a series of its own, at the full rate. */
  readonly urls: readonly string[];
  /** All of them must pass; `'off'`: there is no health check. */
  readonly healthUrls: readonly string[] | 'off';
  /** Per URL, 0.1 to 500. */
  readonly requestsPerSecond: number;
  readonly requestTimeout: number;
  /** How many redirects are followed; 0: a redirect is the answer. */
  readonly followRedirects: number;
  /** Statuses that are good; both ends belong to the range. */
  readonly expectStatus: readonly StatusRange[];
  /**
   * Must match somewhere in the first MiB of the body. It runs inside this process: a pattern that backtracks without
   * bound (`(a+)+$`) stops everything else for as long as it runs.
   */
  readonly expectBody?: RegExp | undefined;
  /** Sent with every probe to the URL's own origin; not with a redirect to another one. */
  readonly headers: Readonly<Record<string, string>>;
  readonly health: {
    readonly interval: number;
    readonly failures: number;
    readonly successes: number;
  };
  /** Percent. */
  readonly minSuccessRate: number | 'off';
  readonly maxErrorsPerMinute: number | 'off';
  readonly maxLatency: { readonly percentile: number; readonly maxMs: number } | 'off';
  /** How long traffic is judged, to say beforehand whether that can be enough. */
  readonly duration: number;
  readonly minRequests: number;
}

export interface StatusRange {
  readonly from: number;
  readonly to: number;
}
