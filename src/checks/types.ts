import type { Finding } from '../support/finding.js';
import type { JudgedCheck, Limit, Look, Observation, Window } from '../gate/types.js';

/** One thing that must hold, and the way to look at it. */
interface CheckBase extends JudgedCheck {
  readonly limit: Limit;
  /** Proves, before the watch, that looking will work. Says nothing of the health of what is looked at. */
  preflight(signal: AbortSignal): Promise<readonly Finding[]>;
}

/** Yes or no, at a cadence of its own. */
export interface HealthCheck extends CheckBase {
  readonly kind: 'health';
  /** Milliseconds from one look to the next. A slow look never delays the next. */
  readonly every: number;
  /** Never rejects, unless the signal is aborted. */
  look(signal: AbortSignal): Promise<Look>;
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
  begin(origin: number, judgedFrom?: number): void;
  /**
   * What happened in the window. Called at the end of every window, in order; resolves when it is settled, which
   * may be later than the end of the next one. Never rejects, unless the signal is aborted.
   */
  observe(window: Window, signal: AbortSignal): Promise<Observation>;
  /** Frees what `begin` took. May be called more than once. */
  end(): void;
}

export type Check = HealthCheck | MetricCheck;
