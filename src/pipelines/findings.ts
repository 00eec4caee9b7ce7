import type { Problem } from '../contract/result.js';
import type { Finding } from '../contract/result.js';
import { messageOf } from '../support/errors.js';
import { fixIn } from '../support/http/api.js';
import { isPermanent } from '../support/retry.js';

export type Add = (level: Finding['level'], message: string, fix?: string) => void;

/** What a preflight of a client has found so far. */
interface Findings {
  readonly all: readonly Finding[];
  readonly add: Add;
  /** Each of them is an error. */
  readonly addProblems: (problems: readonly Problem[]) => void;
  /**
   * Something that could not be read: an error when asking again is of no use, else a warning.
   * @throws the signal's reason when it is aborted.
   */
  readonly addFailure: (error: unknown) => void;
}

/** What asking again may still prove. */
const NOT_PROVEN =
  'this cannot be verified until this machine can reach the server: run `rollgate preflight` again';

export function collectFindings(signal: AbortSignal): Findings {
  const all: Finding[] = [];
  const add: Add = (level, message, fix) => {
    all.push({ level, subject: 'ci', message, ...(fix === undefined ? {} : { fix }) });
  };
  return {
    all,
    add,
    addProblems(problems) {
      for (const { message, fix } of problems) add('error', message, fix);
    },
    addFailure(error) {
      if (signal.aborted) throw signal.reason;
      const level = isPermanent(error) ? 'error' : 'warning';
      const unproven = level === 'warning' ? NOT_PROVEN : undefined;
      add(level, messageOf(error), fixIn(error) ?? unproven);
    },
  };
}
