import { createContext, Script } from 'node:vm';

/** Far longer than a pattern that does not backtrack takes for 1 MiB, also on a busy machine; milliseconds. */
const MATCH_MS = 1000;
/** So often it is tried again: another answer may be an easier one. */
const MOST_FAILURES = 2;

/** Whether a text matches; `undefined`: that takes too long to know. */
export type Matcher = (text: string) => boolean | undefined;

// `search` and not `test`: the answer must not depend on `lastIndex`, which a `g` or `y` flag leaves behind.
const script = new Script('text.search(pattern) !== -1');

/**
 * Matches a pattern of the user's against texts from outside. One that backtracks without bound (`(a+)+$`) is stopped: Node ends
 * a script of `node:vm` after its `timeout`, in the middle of a match too. Stopped twice, it is not run again, since nothing else
 * of this process runs meanwhile.
 */
export function createMatcher(pattern: RegExp): Matcher {
  const sandbox = { pattern, text: '' };
  const context = createContext(sandbox);
  let failures = 0;
  return (text) => {
    if (failures >= MOST_FAILURES) return undefined;
    sandbox.text = text;
    try {
      return script.runInContext(context, { timeout: MATCH_MS }) as boolean;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      failures += 1;
      return undefined;
    } finally {
      sandbox.text = '';
    }
  };
}
