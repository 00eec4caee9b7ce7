import type { Problem } from '../contract/result.js';

/** One thing that is wrong with what the user gave us. */
export interface UsageProblem extends Problem {
  /** The input, file or flag it is about. */
  readonly subject: string;
  /** The input has no place here at all: whether its value is right does not matter. */
  readonly isOutOfPlace?: true;
}

/** What is wrong and what to change, in one line. */
export function withFix({ message, fix }: Problem): string {
  return fix === undefined ? message : `${message} → ${fix}`;
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

/** Why a file cannot be read or written, in words that a user can act on; anything else in those of the system. */
export function fileProblem(thrown: unknown): Problem {
  const code = typeof thrown === 'object' && thrown !== null && 'code' in thrown ? thrown.code : '';
  switch (code) {
    case 'EACCES':
    case 'EPERM':
      return {
        message: 'permission denied',
        fix: 'grant the user that runs Rollgate access, or run it as another user',
      };
    case 'EROFS':
      return { message: 'the file system is read-only', fix: 'use a folder that can be written' };
    case 'ENOTDIR':
    case 'EEXIST':
      return { message: 'a file exists where its folder should be', fix: 'name another folder' };
    case 'ENOSPC':
      return { message: 'no space is left on the disk', fix: 'free some disk space' };
    case 'EISDIR':
      return { message: 'it is a folder, and not a file', fix: 'name a file' };
    default:
      return { message: messageOf(thrown) };
  }
}

/** The same in one clause, of the first file where there are several. */
export function fileTrouble(thrown: unknown): string {
  const first: unknown = thrown instanceof AggregateError ? thrown.errors[0] : thrown;
  return withFix(fileProblem(first));
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
