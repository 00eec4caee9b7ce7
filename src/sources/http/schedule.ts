/**
 * When probes are due: number k (from 0) at `k · 1000 / rate` milliseconds after the origin. Windows are told in numbers of
 * probes, so that every probe belongs to exactly one of two neighbouring windows, whatever doubles make of the times.
 */
export interface Schedule {
  /** Milliseconds after the origin. */
  due(probe: number): number;
  /** The first probe that is due at `ms` after the origin, or later. */
  firstAt(ms: number): number;
}

/** Less than what separates two probes, more than the error of a product of doubles. */
const SLACK = 1e-6;

/** @param perSecond 0.1 to 500. */
export function createSchedule(perSecond: number): Schedule {
  return {
    due: (probe) => (probe * 1000) / perSecond,
    firstAt: (ms) => Math.max(0, Math.ceil((ms * perSecond) / 1000 - SLACK)),
  };
}
