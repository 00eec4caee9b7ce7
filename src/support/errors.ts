import type { Problem } from '../contract/result.js';

/** One thing that is wrong with what the user gave us. */
export interface UsageProblem extends Problem {
  /** The input, file or flag it is about. */
  readonly subject: string;
}

/** Everything that is wrong with the configuration or the usage, at once. Ends with exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
  constructor(readonly problems: readonly UsageProblem[]) {
    super(
      problems
        .map((p) => `${p.subject}: ${p.message}${p.fix === undefined ? '' : ` (${p.fix})`}`)
        .join('\n'),
    );
  }
}

/** The message of anything that was thrown, with its causes, on one line. Never a stack. */
export function messageOf(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const own = thrown.message === '' ? thrown.name : thrown.message;
  const inner =
    thrown.cause === undefined
      ? thrown instanceof AggregateError
        ? thrown.errors.map(messageOf).join('; ')
        : ''
      : messageOf(thrown.cause);
  return inner === '' || own.includes(inner) ? own : `${own}: ${inner}`;
}
