import type { Askable, Asked, Check, Obstacle, SeenBefore } from '../contract/check.js';
import type { Finding } from '../contract/result.js';
import type { ChainLink } from '../contract/strategy.js';
import { whatToDo } from '../gate/was-well.js';
import { DeadlineReached, deadline } from '../support/abort.js';
import type { TargetSession } from './session.js';
import type { AskedBefore, Snapshot } from './snapshot-file.js';

/** From one look to the next, milliseconds. */
const APART = 1000;
/** What has no price may take so long, milliseconds. */
const TIMEOUT = 30_000;

interface AskLimits {
  /** `health-failures` by default. */
  readonly looks?: number;
  readonly timeoutMs?: number;
  /** What stands for an answer that did not come in this time; by default nothing is known then. */
  readonly unanswered?: Asked;
  /** What has a price, too: once, and for as long as it may take. */
  readonly priced?: true;
}

/** Asks all that the checks of a target ask themselves: until it passes or is not there, and at most `health-failures` times. */
export async function askAll(
  { entry, settings }: TargetSession,
  checks: readonly Check[],
  { timeoutMs = TIMEOUT, unanswered, priced, ...limits }: AskLimits = {},
): Promise<readonly AskedBefore[]> {
  const ask = async (one: Askable): Promise<Asked | undefined> => {
    const looks = one.once === undefined ? (limits.looks ?? settings['health-failures']) : 1;
    const timeout = Math.max(timeoutMs, one.once ?? 0);
    const limited = deadline(entry.clock, timeout, 'asking what is checked', entry.signal);
    let last: Asked | undefined;
    try {
      for (let look = 1; ; look += 1) {
        last = (await one.ask(limited.signal)) ?? last;
        if (last?.passed === true || last?.absent === true || look >= looks) return last;
        await entry.clock.sleep(APART, limited.signal);
      }
    } catch (error) {
      if (limited.signal.reason instanceof DeadlineReached) return last ?? unanswered;
      throw error;
    } finally {
      limited.clear();
    }
  };
  const all = [...new Set(checks.flatMap(({ askables = [] }) => askables))].filter(
    ({ once }) => once === undefined || priced === true,
  );
  const asked = await Promise.all(all.map(async (one) => ({ one, seen: await ask(one) })));
  return asked.flatMap(({ one, seen }) => {
    const ids = checks.filter(({ askables }) => askables?.includes(one)).map(({ id }) => id);
    return seen === undefined ? [] : [{ checks: ids, subject: one.subject, ...seen }];
  });
}

/** What was seen, for people. A warning at most: before a first deploy nothing answers. */
export function askedInWords(
  asked: readonly AskedBefore[],
  checks: readonly Check[],
): readonly Finding[] {
  const ofSource = (id: string | undefined): boolean =>
    checks.some((check) => check.id === id && check.source === 'http');
  const told = new Map<string, Finding>();
  for (const one of asked) {
    const [id = ''] = one.checks;
    // That something is not there is said by the check itself.
    if (one.absent === true) continue;
    const message = ofSource(id) ? urlInWords(one) : platformInWords(one);
    const level = one.passed ? ('notice' as const) : ('warning' as const);
    // Several checks may ask the same, each at its own pace.
    const key = `${one.subject} ${one.passed ? '' : one.detail}`;
    if (!told.has(key)) told.set(key, { level, subject: id, message });
  }
  return [...told.values(), ...checks.flatMap((check) => check.findings?.() ?? [])];
}

/** `https://shop.example answered 200 in 34 ms`, `https://shop.example answers 401: set `headers``. */
function urlInWords({ subject, passed, status, detail, obstacle, ms }: AskedBefore): string {
  if (passed) return `${subject} answered ${String(status)} in ${String(ms)} ms`;
  const what =
    status === undefined
      ? `${subject}: ${inFull(detail, obstacle)}`
      : `${subject} answers ${String(status)}`;
  if (obstacle === 'proxy' && status === undefined) return what;
  if (obstacle !== undefined) return `${what}: ${whatToDo(obstacle)}`;
  if (status === undefined)
    return `${what}: check the URL, unless nothing answers there before the first deploy`;
  return detail === `status ${String(status)}`
    ? `${what}: check the URL and \`expect-status\``
    : `${what}, and ${detail}: check the URL and \`expect-body\``;
}

function inFull(detail: string, obstacle: Obstacle | undefined): string {
  return obstacle === 'name' ? 'the name cannot be resolved' : detail;
}

function platformInWords({ subject, passed, detail }: AskedBefore): string {
  if (passed) return `${subject}: well`;
  return detail.startsWith(`${subject}: `) ? detail : `${subject}: ${detail}`;
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
