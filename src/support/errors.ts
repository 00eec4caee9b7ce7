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

/** Why a file cannot be read or written, as a user may mend it; anything else in the words of the system. */
export function fileProblem(thrown: unknown): Problem {
  const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return {
        message: 'this user has no right to it',
        fix: 'give the user that runs Rollgate the right, or run it as another one',
      };
    case 'EROFS':
      return { message: 'the file system is read-only', fix: 'use a folder that can be written' };
    case 'EISDIR':
      return { message: 'it is a folder, and not a file', fix: 'name a file' };
    default:
      return { message: messageOf(thrown) };
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
