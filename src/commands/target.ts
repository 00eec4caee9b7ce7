import type { ResolvedTarget } from '../inputs/resolve.js';
import type { BaseSession, Session } from './session.js';

/** What a command works with for one target: its inputs, and a log that says whose line it is. */
export interface TargetSession extends BaseSession {
  readonly target: string;
  /** Whether there are others: else its name is left out everywhere. */
  readonly isOnly: boolean;
  readonly resolution: ResolvedTarget;
}

/** So many targets are looked at or proven at a time: each runs programs of its own. */
export const TARGETS_AT_A_TIME = 4;

/** One for each target, in the order of the file. */
export function targetSessions(session: Session): readonly TargetSession[] {
  const { targets } = session.resolution;
  const isOnly = targets.length === 1;
  return targets.map((resolution) => ({
    ...session,
    target: resolution.name,
    isOnly,
    resolution,
    settings: resolution.settings,
    console: isOnly ? session.console : session.console.of(resolution.name),
  }));
}

/** What concerns a part of a target, as the whole run speaks of it: `api/success-rate`. */
export function ofTarget<T extends { readonly subject: string }>(
  { target, isOnly }: TargetSession,
  said: readonly T[],
): readonly T[] {
  return isOnly ? said : said.map((each) => ({ ...each, subject: `${target}/${each.subject}` }));
}
