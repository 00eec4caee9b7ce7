import type { Askable, Asked, Check, SeenBefore } from '../contract/check.js';
import type { ChainLink } from '../contract/strategy.js';
import { DeadlineReached, deadline } from '../support/abort.js';
import type { TargetSession } from './session.js';
import type { AskedBefore, Snapshot } from './snapshot-file.js';

/** From one look to the next, milliseconds. */
const APART = 1000;
/** What has no price may take so long, milliseconds. */
const TIMEOUT = 30_000;

/**
 * Asks all that the checks of a target ask themselves: until it passes, and at most `health-failures` times; what has a price
 * once.
 */
export async function askAll(
  { entry, settings }: TargetSession,
  checks: readonly Check[],
): Promise<readonly AskedBefore[]> {
  const ask = async (one: Askable): Promise<Asked | undefined> => {
    const looks = one.once === undefined ? settings['health-failures'] : 1;
    const timeout = Math.max(TIMEOUT, one.once ?? 0);
    const limited = deadline(entry.clock, timeout, 'asking what is checked', entry.signal);
    let last: Asked | undefined;
    try {
      for (let look = 1; ; look += 1) {
        last = (await one.ask(limited.signal)) ?? last;
        if (last?.passed === true || look >= looks) return last;
        await entry.clock.sleep(APART, limited.signal);
      }
    } catch (error) {
      if (limited.signal.reason instanceof DeadlineReached) return last;
      throw error;
    } finally {
      limited.clear();
    }
  };
  const all = [...new Set(checks.flatMap(({ askables = [] }) => askables))];
  const asked = await Promise.all(all.map(async (one) => ({ one, seen: await ask(one) })));
  return asked.flatMap(({ one, seen }) => {
    const ids = checks.filter(({ askables }) => askables?.includes(one)).map(({ id }) => id);
    return seen === undefined ? [] : [{ checks: ids, subject: one.subject, ...seen }];
  });
}

/** The checks of a watch with what the snapshot knows of them. */
export function withMemory(
  { target, settings, resolution }: TargetSession,
  checks: readonly Check[],
  snapshot: Snapshot | undefined,
  links: readonly ChainLink[],
): readonly Check[] {
  const known = snapshot?.targets.find(({ name }) => name === target)?.asked ?? [];
  const isNew =
    settings['url-before'] === 'absent' ||
    resolution.givenByUser('canary-workload') ||
    resolution.givenByUser('canary-service') ||
    known.some(({ absent }) => absent === true) ||
    links.some(({ strategy }) => strategy.kind !== 'skip' && strategy.sawNothing?.() === true);
  return checks.map((check): Check => {
    const { askables } = check;
    if (askables === undefined) return check;
    const before = askables.map(({ subject }) =>
      known.find((one) => one.subject === subject && one.checks.includes(check.id)),
    );
    for (const [at, asked] of before.entries())
      if (asked !== undefined) askables[at]?.recall(asked);
    return { ...check, seenBefore: together(before, isNew) };
  });
}

/** Tells checks that look again after a rollback what those that were watched know of the time before the deploy. */
export function handOver(watched: readonly Check[], again: readonly Check[]): void {
  for (const { id, askables = [] } of again)
    for (const one of askables) {
      const same = watched.find((check) => check.id === id)?.askables;
      const known = same?.find(({ subject }) => subject === one.subject)?.recollect?.();
      if (known !== undefined) one.recall(known);
    }
}

/** Well is only what was well everywhere. */
function together(before: readonly (Asked | undefined)[], isNew: boolean): SeenBefore {
  const failed = before.flatMap((asked) => (asked?.passed === false ? [asked] : []));
  if (failed.length > 0)
    return { seen: 'failed', detail: failed.map(({ detail }) => detail).join('; '), isNew };
  return { seen: before.includes(undefined) ? 'not-asked' : 'passed', detail: '', isNew };
}
