import type { EvaluatedCheck, Limit, Obstacle, SeenBefore, WatchEvent } from '../contract/check.js';
import { breachesLimit } from './likelihood-ratio.js';

/**
 * What a check that fails means, by whether it was ever well.
 * - `counts`: it is held against what was deployed.
 * - `unproven`: it is too, and it may never have worked.
 * - `failed-before`: it is not: it failed before the deploy too.
 * - `unwatchable`: it is not: it cannot be watched from here, and has never been seen healthy.
 */
export type Ruling = 'counts' | 'unproven' | 'failed-before' | 'unwatchable';

/** @param obstacle what most of its failures in the watch come from */
export function rule(
  before: SeenBefore | undefined,
  hasPassed: boolean,
  obstacle: Obstacle | undefined,
): Ruling {
  if (before === undefined || hasPassed || before.seen === 'passed') return 'counts';
  if (before.seen === 'failed' && !before.isNew) return 'failed-before';
  if (obstacle !== undefined) return 'unwatchable';
  return before.seen === 'not-asked' && !before.isNew ? 'unproven' : 'counts';
}

/** Whether a check was ever well, as far as it is known by now. */
export interface WasWell {
  push(event: Exclude<WatchEvent, { type: 'deadline' }>): void;
  ruling(): Ruling;
  obstacle(): Obstacle | undefined;
  /** Whether it failed before the deploy, and passes now. */
  hasRecovered(): boolean;
}

export function createWasWell({
  seenBefore,
  limit,
}: Pick<EvaluatedCheck, 'seenBefore' | 'limit'>): WasWell {
  const obstacles = new Map<Obstacle, number>();
  let failed = 0;
  let hasPassed = false;
  let changedInARow = 0;
  const count = (obstacle: Obstacle | undefined, times: number): void => {
    if (obstacle !== undefined) obstacles.set(obstacle, (obstacles.get(obstacle) ?? 0) + times);
  };
  const main = (): Obstacle | undefined => {
    const [most] = [...obstacles].sort(([, a], [, b]) => b - a);
    const all = [...obstacles.values()].reduce((sum, times) => sum + times, 0);
    return 2 * all > failed ? most?.[0] : undefined;
  };
  return {
    push(event) {
      if (event.type === 'look') {
        const { ok, obstacle, changed } = event.look;
        if (ok === true) hasPassed = true;
        if (ok === false || obstacle !== undefined) failed += 1;
        count(obstacle, 1);
        if (ok !== null) changedInARow = changed === true ? changedInARow + 1 : 0;
        if (changedInARow >= failuresOf(limit)) hasPassed = true;
        return;
      }
      const { observation } = event;
      let inTheWay = 0;
      for (const [obstacle, times] of Object.entries(observation.obstacles ?? {})) {
        count(obstacle as Obstacle, times);
        inTheWay += times;
      }
      if (observation.kind === 'value' && isWithin(limit, observation.value)) hasPassed = true;
      if (observation.kind !== 'counts') {
        failed += inTheWay;
        return;
      }
      const { samples, failures, passed = samples - failures } = observation;
      failed += Math.max(inTheWay, samples - passed);
      if (passed > 0) hasPassed = true;
    },
    ruling: () => rule(seenBefore, hasPassed, main()),
    obstacle: main,
    hasRecovered: () => seenBefore?.seen === 'failed' && hasPassed,
  };
}

function isWithin(limit: Limit, value: number): boolean {
  return !breachesLimit(limit, { samples: 1, failures: 0, seconds: 0, sum: value });
}

function failuresOf(limit: Limit): number {
  return limit.metric === 'health' ? limit.failures : 1;
}

/** What a person can do about each. */
const remedies = {
  name: {
    why: 'its name cannot be resolved',
    fix: 'correct the URL, or check the DNS server of this machine',
  },
  proxy: { why: 'a proxy is in the way', fix: 'check HTTP_PROXY, HTTPS_PROXY and NO_PROXY' },
  scheme: {
    why: 'plain HTTP is spoken there, not TLS',
    fix: 'check scheme and port of the URL',
  },
  certificate: {
    why: 'its certificate cannot be verified',
    fix: 'set `ca-file` if an authority of your own has signed it',
  },
  unauthorized: { why: 'it wants credentials', fix: 'set `headers`' },
  network: {
    why: 'this network wants a login first',
    fix: 'run Rollgate where the service can be reached',
  },
} as const satisfies Readonly<Record<Obstacle, { readonly why: string; readonly fix: string }>>;

/** What keeps us from watching, and what a person can do about it. */
export function remedyFor(obstacle: Obstacle): string {
  const { why, fix } = remedies[obstacle];
  return `${why}: ${fix}`;
}

/** The latter alone. */
export function whatToDo(obstacle: Obstacle): string {
  return remedies[obstacle].fix;
}

/** Why a check that fails is not held against what was deployed. @param what it shows, without a full stop */
export function notHeld(
  what: string,
  { source, seenBefore }: Pick<EvaluatedCheck, 'source' | 'seenBefore'>,
  wasWell: WasWell,
): string {
  const obstacle = wasWell.obstacle();
  if (wasWell.ruling() === 'unwatchable' && obstacle !== undefined)
    return `${what}; it has never been seen healthy, and cannot be watched from here: ${remedyFor(obstacle)}.`;
  const why = inShort(seenBefore?.detail ?? '');
  const advice =
    source === 'http'
      ? 'check the URL, or roll back by hand; if it exists only after the deploy, set `url-before: absent`'
      : 'mend it, or roll back by hand';
  const besides = obstacle === undefined ? '' : ` ${capitalised(remedyFor(obstacle))}.`;
  return `${what}; it failed before the deploy too${why}: ${advice}.${besides}`;
}

function capitalised(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}

/** ` (401)` */
function inShort(detail: string): string {
  return detail === '' ? '' : ` (${detail.replace(/^status (?=\d{3}$)/, '')})`;
}

/** What is said of a failure that counts, although nobody knows whether it ever worked. */
export const MAY_NEVER_HAVE_WORKED =
  ' It may never have worked: with a `snapshot` before the deploy that has this check, Rollgate would know.';

/** What is said of checks that are well at last. */
export function recovered(checks: readonly Pick<EvaluatedCheck, 'id' | 'seenBefore'>[]): string {
  return checks
    .map(
      ({ id, seenBefore }) =>
        ` ${id} failed before the deploy${inShort(seenBefore?.detail ?? '')}.`,
    )
    .join('');
}
