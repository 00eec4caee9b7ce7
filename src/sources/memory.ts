import type { Asked } from '../contract/check.js';

/** What is known of a part of a platform from before the deploy, and from earlier in the watch. */
export interface PlatformMemory {
  /** What the snapshot says. */
  readonly recall: (asked: Asked) => void;
  /** @returns whether it fails, and did not always fail for these causes */
  push(ok: boolean | null, causes: readonly string[]): boolean;
}

/** Nothing is known at first: a failure is then no change. */
export function createMemory(): PlatformMemory {
  let hasPassed = false;
  let known: readonly string[] | undefined;
  return {
    recall({ passed, causes = [] }) {
      if (passed) hasPassed = true;
      else known = causes;
    },
    push(ok, causes) {
      if (ok === true) hasPassed = true;
      if (ok !== false) return false;
      return hasPassed || (known !== undefined && causes.some((cause) => !known?.includes(cause)));
    },
  };
}
