import { formatDuration } from '../../support/text.js';
import type { Skip, Withheld } from '../../contract/strategy.js';
import type { Definition } from './definition.js';
import { neighboursOf } from './compose-file.js';
import type { Recorded } from './pin.js';
import type { Kept, Records } from './records.js';
import {
  imageInWords,
  isSame,
  runs,
  type Live,
  type LiveService,
  type Version,
} from './version.js';

/** A version to return to, and all that is needed for it. */
interface VersionToRestore extends Version {
  readonly imageName: string;
  readonly digest: string;
  readonly definition: Definition;
}

export interface Return {
  readonly service: string;
  readonly target: VersionToRestore;
  /** The newest of what runs; `undefined`: the deploy has taken the service away. */
  readonly live: LiveService | undefined;
}

export interface Choice {
  readonly kind: 'choice';
  readonly returns: readonly Return[];
  /** They share a namespace of one that is returned, and must be made anew as they are. */
  readonly followers: readonly LiveService[];
  /** What is left as it is, and why. */
  readonly notes: readonly string[];
}

interface ChooseOptions {
  /** The services that the user names; empty: all of the project. */
  readonly named: readonly string[];
  readonly live: Live;
  readonly records: Records;
  /** The snapshot of this run, if there is one. */
  readonly recorded: Recorded | undefined;
  /** Milliseconds. */
  readonly deployedWithin: number;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: number;
}

/** Which services go back, and to what. */
export function choose(options: ChooseOptions): Choice | Skip | Withheld {
  const { live, recorded } = options;
  const names = concerned(options);
  const returns: Return[] = [];
  const notes: string[] = [];
  let changed = 0;
  for (const service of names) {
    const running = live.services.get(service);
    const before = recorded?.services.get(service);
    if (before === undefined ? running === undefined : runs(running, before)) continue;
    // The container of a one-shot service may be pruned at any time.
    if (before?.completed === true && running === undefined) continue;
    changed += 1;
    const found = targetOf(service, running, options);
    if (typeof found === 'string') notes.push(`${service}: ${found}`);
    else if (found !== undefined) returns.push({ service, target: found, live: running });
    else changed -= 1;
  }
  if (returns.length > 0)
    return { kind: 'choice', returns, followers: followersOf(returns, live), notes };
  if (recorded !== undefined && recorded.services.size > 0 && changed === 0)
    return {
      kind: 'withheld',
      reason: `nothing was deployed: ${inWords(names)} of project ${recorded.project} ${names.length === 1 ? 'runs' : 'run'} what ran when the snapshot was taken`,
    };
  return {
    kind: 'skip',
    reason:
      notes.length > 0
        ? notes.join('; ')
        : names.length === 0
          ? 'nothing of the project runs here'
          : `nothing of this deploy to undo: ${inWords(names)} ${names.length === 1 ? 'runs' : 'run'} the recorded version`,
  };
}

function concerned({ named, live, recorded }: ChooseOptions): readonly string[] {
  const all = [...live.services.keys(), ...(recorded?.services.keys() ?? [])];
  return [...new Set(named.length > 0 ? named : all)].sort();
}

/** The version to return to, or why there is none; `undefined`: the service is as it should be. */
function targetOf(
  service: string,
  live: LiveService | undefined,
  options: ChooseOptions,
): VersionToRestore | string | undefined {
  const { records, recorded, deployedWithin, now } = options;
  const before = recorded?.services.get(service);
  const kept = records.kept.filter((each) => each.service === service);
  const good = kept.find((each) => each.slot === 'good');
  // Where nothing has been found healthy yet, what ran before the last deploy is what its snapshot would have gone back to.
  const last = kept.find((each) => each.slot === 'before');
  if (before?.completed === true || (before === undefined && good?.completed === true))
    return 'a one-shot service, which is not run again';
  if (recorded === undefined && good !== undefined && runs(live, good)) return undefined;
  const reasons: string[] = [];
  const candidates = [
    ...(before === undefined ? [] : [() => fromSnapshot(before, kept, live)]),
    ...(good === undefined ? [] : [() => good]),
    ...(recorded === undefined && good === undefined && last !== undefined ? [() => last] : []),
  ];
  for (const candidate of candidates) {
    const target = candidate();
    if (target === undefined) {
      reasons.push(
        'the record of what ran before the deploy is gone from the engine (was it pruned?)',
      );
      continue;
    }
    const mark = records.rejected.find((each) => each.service === service && isSame(each, target));
    if (mark !== undefined) {
      reasons.push(
        `${imageInWords(target.image, target.imageName)} was recorded, and ${mark.run || 'another run'} has rolled it back (${mark.at})`,
      );
      continue;
    }
    if (runs(live, target)) return undefined;
    const age = live === undefined ? 0 : now - Date.parse(youngest(live));
    if (recorded === undefined && age > deployedWithin)
      return `what runs is ${formatDuration(age)} old; this pipeline did not deploy it (\`deployed-within\` is ${formatDuration(deployedWithin)}, and there is no snapshot of this run)`;
    return target;
  }
  if (reasons.length > 0) return reasons.join('; ');
  return recorded === undefined
    ? 'nothing recorded to return to'
    : 'it did not run before this deploy: there is nothing to go back to';
}

/** With its record gone, the live configuration does when it is the same: then only the image is another one. */
function fromSnapshot(
  before: Version & { readonly imageName: string; readonly digest: string },
  kept: readonly Kept[],
  live: LiveService | undefined,
): VersionToRestore | undefined {
  const record = kept.find((each) => isSame(each, before));
  if (record !== undefined) return record;
  const same = live?.containers.find(({ version }) => version.config === before.config);
  return same === undefined ? undefined : { ...before, definition: same.definition };
}

function followersOf(returns: readonly Return[], live: Live): readonly LiveService[] {
  const going = new Set(returns.map(({ service }) => service));
  const followers: LiveService[] = [];
  // Each round finds those that follow what the round before has found.
  for (let before = -1; before !== going.size;) {
    before = going.size;
    for (const each of live.services.values()) {
      const newest = each.containers[0];
      if (going.has(each.service) || each.completed || newest === undefined) continue;
      if (!neighboursOf(newest.definition).some((name) => going.has(name))) continue;
      going.add(each.service);
      followers.push(each);
    }
  }
  return followers;
}

function youngest(live: LiveService): string {
  return live.containers[0]?.container.created ?? '';
}

function inWords(names: readonly string[]): string {
  return names.length === 1 ? `service ${names[0] ?? ''}` : `services ${names.join(', ')}`;
}
