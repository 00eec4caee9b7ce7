import type { ChainLink, Strategy } from '../contract/strategy.js';
import { deadline, isCancelled, raceSignal } from '../support/abort.js';
import { messageOf } from '../support/errors.js';
import type { Finding } from '../contract/finding.js';
import type { BaseSession } from './session.js';

/** A strategy may look this long at what runs, milliseconds. */
const TIMEOUT = 45_000;

/** Has every strategy look at what runs when the watch begins. One that cannot see it has nothing to compare with later. */
export async function beginAll(
  session: BaseSession,
  links: readonly ChainLink[],
): Promise<{
  readonly findings: readonly Finding[];
  readonly alreadyRolledBack: string | undefined;
}> {
  const seen = await Promise.all(
    strategiesOf(links).map((strategy) =>
      limited(session, `a look at what ${strategy.id} sees`, strategy, (signal) =>
        strategy.begin?.(signal),
      ),
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

/** After a healthy verdict: has every strategy keep what runs now. That it could not be kept does not change the verdict. */
export async function keepAll(session: BaseSession, links: readonly ChainLink[]): Promise<void> {
  const { console } = session;
  for (const strategy of strategiesOf(links)) {
    const { value, problem } = await limited(
      session,
      `keeping what ${strategy.id} sees`,
      strategy,
      (signal) => strategy.keep?.(signal),
    );
    if (value !== undefined) console.line(`${strategy.id}: ${value}`);
    if (problem !== undefined)
      console.annotate('warning', 'Rollgate', `${strategy.id}: ${problem.message}`);
  }
}

function strategiesOf(links: readonly ChainLink[]): readonly Strategy[] {
  return links.flatMap(({ strategy }) => (strategy.kind === 'skip' ? [] : [strategy]));
}

async function limited<T>(
  { entry }: BaseSession,
  what: string,
  strategy: Strategy,
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
        subject: strategy.id,
        message: `${what} failed: ${messageOf(error)}`,
      },
    };
  } finally {
    time.clear();
  }
}
