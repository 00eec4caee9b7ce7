import { formatDuration } from '../../support/format.js';
import type { Skip, Withheld } from '../../contract/strategy.js';
import {
  find,
  isPending,
  origin,
  rejected,
  since,
  topOf,
  wasGood,
  type Revision,
} from './history.js';
import type { RecordedRelease } from './recorded.js';

/** What is to be undone, and what is to be returned to. */
export interface Target {
  readonly kind: 'target';
  readonly live: Revision;
  readonly to: Revision;
}

export interface Situation {
  readonly release: string;
  readonly history: readonly Revision[];
  readonly recorded: RecordedRelease | undefined;
  /** Milliseconds; concerns only what no snapshot speaks of. */
  readonly deployedWithin: number;
  /** Wall clock. */
  readonly now: number;
  /** The digest of what a revision consists of. */
  readonly digest: (revision: Revision) => Promise<string>;
}

/** An operation of helm is under way, or was cut off: nobody may add another one. */
export class ReleaseIsBusy extends Error {
  override readonly name = 'ReleaseIsBusy';
  constructor(release: string, top: Revision, history: readonly Revision[]) {
    const good = history.findLast(wasGood);
    super(
      `revision ${String(top.revision)} of ${release} is ${top.status}, begun${since(top)}: another helm is at work, or was killed. ` +
        `Nothing was changed. When no helm is at work any more, ${
          good === undefined
            ? 'uninstall it'
            : `run \`helm rollback ${release} ${String(good.revision)}\``
        }`,
    );
  }
}

/**
 * The revision to return to. Not "current minus one": what failed, what is pending, what somebody has rolled back from,
 * and what is no other version than the live one is passed over.
 *
 * @throws ReleaseIsBusy
 */
export async function chooseTarget(situation: Situation): Promise<Target | Skip | Withheld> {
  const { release, history, recorded } = situation;
  const live = topOf(history);
  if (live.status.startsWith('uninstall')) return skip(`${release} is ${live.status}`);
  if (isPending(live)) throw new ReleaseIsBusy(release, live, history);
  return recorded === undefined
    ? previous(situation, live)
    : fromSnapshot(situation, live, recorded);
}

async function fromSnapshot(
  { release, history, digest }: Situation,
  live: Revision,
  recorded: RecordedRelease,
): Promise<Target | Skip | Withheld> {
  if (recorded.revision === null)
    return skip(`${release} was not there before this deploy: there is nothing to go back to`);
  const number = String(recorded.revision);
  if (live.revision === recorded.newest)
    return nothingOfOurs(`revision ${String(live.revision)} of ${release} was live before`);
  const to = find(history, recorded.revision);
  if (to === undefined)
    return skip(
      `revision ${number} of ${release}, which was recorded before the deploy, is not in its history any more`,
    );
  if (recorded.manifest !== null && (await digest(to)) !== recorded.manifest)
    return skip(
      `revision ${number} of ${release} is not the one that was recorded before the deploy: it was installed anew since`,
    );
  if (await isSame(history, live, to, digest))
    return nothingOfOurs(
      `revision ${String(live.revision)} of ${release} is the same as revision ${number}, which ran before`,
    );
  if (!wasGood(to))
    return skip(`revision ${number} of ${release}, which was recorded, is ${to.status}`);
  if (rejected(history).has(origin(history, to.revision)))
    return skip(`revision ${number} of ${release}, which was recorded, was rolled back since`);
  return { kind: 'target', live, to };
}

async function previous(
  { release, history, deployedWithin, now, digest }: Situation,
  live: Revision,
): Promise<Target | Skip> {
  const bad = rejected(history);
  const candidates = history.filter(
    (other) =>
      other.revision < live.revision && wasGood(other) && !bad.has(origin(history, other.revision)),
  );
  let to: Revision | undefined;
  for (const candidate of candidates.reverse())
    if (!(await isSame(history, live, candidate, digest))) {
      to = candidate;
      break;
    }
  if (to === undefined)
    return skip(
      `${release} has no earlier revision to go back to (${String(history.length)} in its history)`,
    );
  if (live.updated === null)
    return skip(
      `helm does not say when revision ${String(live.revision)} of ${release} was deployed, and there is no snapshot`,
    );
  const age = now - live.updated;
  if (age > deployedWithin)
    return skip(
      `revision ${String(live.revision)} of ${release} is ${formatDuration(age)} old (\`deployed-within\` is ${formatDuration(deployedWithin)}), and there is no snapshot: this pipeline did not deploy it`,
    );
  return { kind: 'target', live, to };
}

/** Whether two revisions would make the same objects: by what rollbacks say, else by what they consist of. */
export async function isSame(
  history: readonly Revision[],
  a: Revision,
  b: Revision,
  digest: Situation['digest'],
): Promise<boolean> {
  if (origin(history, a.revision) === origin(history, b.revision)) return true;
  const [one, other] = await Promise.all([digest(a), digest(b)]);
  return one === other;
}

/**
 * One sentence when the live revision takes back what was deployed before it. A snapshot tells whether that was this
 * run's deploy. Without one it cannot be known who deployed what was taken back; it is enough that nothing was
 * deployed since.
 */
export async function takenBack({
  release,
  history,
  recorded,
  digest,
}: Situation): Promise<string | undefined> {
  const live = topOf(history);
  if (live.rollbackTo === undefined || live.status !== 'deployed') return undefined;
  if (recorded !== undefined) {
    if (recorded.revision === null || live.revision === recorded.newest) return undefined;
    const before = find(history, recorded.revision);
    if (before === undefined || !(await isSame(history, live, before, digest))) return undefined;
  }
  return `revision ${String(live.revision)} of ${release} took revision ${String(live.revision - 1)} back${since(live)}, to what revision ${String(live.rollbackTo)} was, and nothing was deployed since.`;
}

function skip(reason: string): Skip {
  return { kind: 'skip', reason };
}

function nothingOfOurs(what: string): Withheld {
  return { kind: 'withheld', reason: `${what}: there is nothing of ours to undo` };
}
