import type { ChainLink, Rung } from '../rollback/types.js';
import { deadline, isCancelled, raceSignal } from '../support/abort.js';
import { messageOf } from '../support/errors.js';
import type { Finding } from '../support/finding.js';
import type { BaseSession } from './session.js';

/** A rung may look this long at what runs, milliseconds. */
const TIMEOUT = 45_000;

/** Has every rung look at what runs when the watch begins. One that cannot see it has nothing to compare with later. */
export async function beginAll(
  session: BaseSession,
  links: readonly ChainLink[],
): Promise<{
  readonly findings: readonly Finding[];
  readonly alreadyRolledBack: string | undefined;
}> {
  const seen = await Promise.all(
    rungsOf(links).map((rung) =>
      limited(session, `a look at what ${rung.id} sees`, rung, (signal) => rung.begin?.(signal)),
    ),
  );
  return {
    findings: seen.flatMap(({ value, problem }) => [
      ...(value?.findings ?? []),
      ...(problem === undefined ? [] : [problem]),
    ]),
    alreadyRolledBack: seen.find(({ value }) => value?.alreadyRolledBack !== undefined)?.value
      ?.alreadyRolledBack,
  };
}

/** After a healthy verdict: has every rung keep what runs now. That it could not be kept does not change the verdict. */
export async function keepAll(session: BaseSession, links: readonly ChainLink[]): Promise<void> {
  const { console } = session;
  for (const rung of rungsOf(links)) {
    const { value, problem } = await limited(
      session,
      `keeping what ${rung.id} sees`,
      rung,
      (signal) => rung.keep?.(signal),
    );
    if (value !== undefined) console.line(`${rung.id}: ${value}`);
    if (problem !== undefined)
      console.annotate('warning', 'Rollgate', `${rung.id}: ${problem.message}`);
  }
}

function rungsOf(links: readonly ChainLink[]): readonly Rung[] {
  return links.flatMap(({ rung }) => (rung.kind === 'skip' ? [] : [rung]));
}

async function limited<T>(
  { entry }: BaseSession,
  what: string,
  rung: Rung,
  act: (signal: AbortSignal) => Promise<T> | undefined,
): Promise<{ readonly value?: T; readonly problem?: Finding }> {
  const time = deadline(entry.clock, TIMEOUT, what, entry.signal);
  try {
    const work = act(time.signal);
    return work === undefined ? {} : { value: await raceSignal(work, time.signal) };
  } catch (error) {
    if (isCancelled(entry.signal)) throw error;
    return {
      problem: {
        level: 'warning',
        subject: rung.id,
        message: `${what} failed: ${messageOf(error)}`,
      },
    };
  } finally {
    time.clear();
  }
}
