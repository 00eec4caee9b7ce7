/** Within this time all watches of a run begin, milliseconds. */
const SPREAD_MS = 1000;

/**
 * How long after the first one a watch begins, milliseconds. Hundreds that begin at once would look at once ever after: what
 * they measure would be their own crowd, and sources would be asked for everything in the same moment.
 */
export function beginOf(index: number, watches: number): number {
  return (SPREAD_MS * index) / Math.max(1, watches);
}
