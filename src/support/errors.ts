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
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : '';
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return {
        message: 'this user has no right to it',
        fix: 'give the user that runs Rollgate the right, or run it as another one',
      };
    case 'EROFS':
      return { message: 'the file system is read-only', fix: 'use a folder that can be written' };
    case 'ENOTDIR':
    case 'EEXIST':
      return { message: 'a file is in the place of its folder', fix: 'name another folder' };
    case 'ENOSPC':
      return { message: 'no space is left on the disk', fix: 'make room' };
    case 'EISDIR':
      return { message: 'it is a folder, and not a file', fix: 'name a file' };
    default:
      return { message: messageOf(thrown) };
  }
}

/** The same in one clause, of the first file where there are several. */
export function fileTrouble(thrown: unknown): string {
  const first: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  const { message, fix } = fileProblem(first);
  return fix === undefined ? message : `${message} → ${fix}`;
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
