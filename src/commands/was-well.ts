import type { Askable, Asked, Check, SeenBefore } from '../contract/check.js';
import type { ChainLink } from '../contract/strategy.js';
import { DeadlineReached, deadline } from '../support/abort.js';
import type { TargetSession } from './session.js';
import type { AskedBefore, Snapshot } from './snapshot-file.js';

/** From one look to the next, milliseconds. */
const APART = 1000;
/** Everything that one target asks takes at most so long, milliseconds. */
const TIMEOUT = 30_000;

/** Asks all that the checks of a target ask themselves: until it passes, and at most `health-failures` times. */
export async function askAll(
  { entry, settings }: TargetSession,
  checks: readonly Check[],
): Promise<readonly AskedBefore[]> {
  const limited = deadline(entry.clock, TIMEOUT, 'asking what is checked', entry.signal);
  const looks = settings['health-failures'];
  const ask = async (one: Askable): Promise<Asked | undefined> => {
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
    }
  };
  try {
    const all = [...new Set(checks.flatMap(({ askables = [] }) => askables))];
    const asked = await Promise.all(all.map(async (one) => ({ one, seen: await ask(one) })));
    return asked.flatMap(({ one, seen }) => {
      const ids = checks.filter(({ askables }) => askables?.includes(one)).map(({ id }) => id);
      return seen === undefined ? [] : [{ checks: ids, subject: one.subject, ...seen }];
    });
  } finally {
    limited.clear();
  }
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

/** Well is only what was well everywhere. */
function together(before: readonly (Asked | undefined)[], isNew: boolean): SeenBefore {
  const failed = before.flatMap((asked) => (asked?.passed === false ? [asked] : []));
  if (failed.length > 0)
    return { seen: 'failed', detail: failed.map(({ detail }) => detail).join('; '), isNew };
  return { seen: before.includes(undefined) ? 'not-asked' : 'passed', detail: '', isNew };
}
