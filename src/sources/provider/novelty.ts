/**
 * A value that stays the same is looked at as new after this time, milliseconds: nothing tells when what it was computed from
 * was measured, and the same number twice must not count twice.
 */
export const SAME_AGAIN_MS = 30_000;

/** Tells whether what is found is news. `at`: when it was asked for, monotonic milliseconds. */
export function createNovelty(): (found: string | number, at: number) => boolean {
  let last: { found: string | number; at: number } | undefined;
  return (found, at) => {
    if (found === last?.found && at - last.at < SAME_AGAIN_MS) return false;
    last = { found, at };
    return true;
  };
}
