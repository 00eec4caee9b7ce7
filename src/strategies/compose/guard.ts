import type { Withheld } from '../../contract/strategy.js';
import { imageInWords, versionsOf, type Live } from './version.js';

/** The versions of some services at a moment: what runs later is compared with it. */
export interface Sight {
  readonly services: ReadonlyMap<string, string>;
  readonly images: ReadonlyMap<string, string>;
  /** One-shot services that had done their work: their containers may be pruned at any time. */
  readonly completed: ReadonlySet<string>;
}

/** @param named the services that the user names; empty: all of the project */
export function sightOf(live: Live, named: readonly string[]): Sight {
  const names = named.length > 0 ? named : [...live.services.keys()];
  return {
    services: new Map(names.map((name) => [name, versionsOf(live.services.get(name))])),
    images: new Map(names.map((name) => [name, imageOf(live, name)])),
    completed: new Set(names.filter((name) => live.services.get(name)?.completed === true)),
  };
}

/** Why nobody may touch the project: what runs now is not what ran at `then`. */
export function objection(then: Sight, live: Live, named: readonly string[]): Withheld | undefined {
  const now = sightOf(live, named);
  for (const name of new Set([...then.services.keys(), ...now.services.keys()])) {
    const was = then.services.get(name) ?? '';
    const is = now.services.get(name) ?? '';
    if (was === is || (is === '' && then.completed.has(name))) continue;
    return { kind: 'withheld', reason: inWords(name, then, live) };
  }
  return undefined;
}

function inWords(name: string, then: Sight, live: Live): string {
  const newest = live.services.get(name)?.containers[0]?.container;
  const before = then.images.get(name) ?? '';
  if (newest === undefined)
    return `service ${name} has no container any more; ${before} ran when the watch began`;
  const since = newest.created.replace(/\.\d+Z$/, 'Z');
  const now = imageInWords(newest.image, newest.imageName);
  if (before === '') return `service ${name} was deployed during the watch: ${now} at ${since}`;
  return now === before
    ? `the configuration of service ${name} was changed at ${since}, during the watch`
    : `service ${name} runs ${now} since ${since}; ${before} is what this run judged`;
}

function imageOf(live: Live, name: string): string {
  const newest = live.services.get(name)?.containers[0]?.container;
  return newest === undefined ? '' : imageInWords(newest.image, newest.imageName);
}
