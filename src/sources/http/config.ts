import type { Judged } from '../../inputs/checks/entry.js';

/** What is asked, and which answers are good. */
export interface ProbeConfig {
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
}

/** Traffic of our own to one URL, and what must hold of it. Times in milliseconds. */
export interface Probing extends ProbeConfig {
  readonly url: string;
  /** Where the old version runs; probed in the same moments, at the same rate. */
  readonly baselineUrl?: string | undefined;
  /** 0.1 to 500. */
  readonly requestsPerSecond: number;
  readonly requestTimeout: number;
  readonly judged: readonly Judged[];
  /** How long traffic is judged, to say beforehand whether that can be enough. */
  readonly duration: number;
  readonly minRequests: number;
}

/** A health check of one or more URLs. Times in milliseconds. */
export interface HealthConfig extends ProbeConfig {
  /** All of them must pass. */
  readonly urls: readonly string[];
  readonly requestTimeout: number;
  readonly interval: number;
  readonly failures: number;
  readonly successes: number;
}

export interface StatusRange {
  readonly from: number;
  readonly to: number;
}
