import type { RecordedVersion, Skip, Withheld } from '../../contract/strategy.js';
import { fields } from '../../support/json.js';
import { formatDuration, oneLine } from '../../support/text.js';

/** The revision to undo, and the one to return to. */
export interface ReleaseTarget {
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
export async function chooseTarget(situation: Situation): Promise<ReleaseTarget | Skip | Withheld> {
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
): Promise<ReleaseTarget | Skip | Withheld> {
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
      `revision ${number} of ${release} is not the one that was recorded before the deploy: it has been installed again since`,
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
): Promise<ReleaseTarget | Skip> {
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
 * One sentence when the live revision rolls back what was deployed before it. A snapshot tells whether that was this
 * run's deploy. Without one it cannot be known who deployed what was rolled back; it is enough that nothing was
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

/** A revision of a release, as `helm history` lists it. */
export interface Revision {
  readonly revision: number;
  /** Milliseconds since the epoch; `null`: helm does not say. */
  readonly updated: number | null;
  /** helm pkg/release/status.go: `deployed`, `superseded`, `failed`, `pending-upgrade`, ... */
  readonly status: string;
  readonly chart: string;
  readonly appVersion: string;
  /** The revision whose content this one has, when a rollback made it. */
  readonly rollbackTo: number | undefined;
}

/** What `helm history -o json` printed, oldest first; `undefined` when it is no history of at least one revision. */
export function readHistory(text: string): readonly Revision[] | undefined {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (!Array.isArray(list) || list.length === 0) return undefined;
  const revisions = list.map(revisionOf);
  return revisions.every((revision) => revision !== undefined)
    ? revisions.sort((a, b) => a.revision - b.revision)
    : undefined;
}

function revisionOf(value: unknown): Revision | undefined {
  const item = fields(value);
  const { revision, status } = item;
  if (typeof revision !== 'number' || typeof status !== 'string') return undefined;
  const updated = typeof item.updated === 'string' ? Date.parse(item.updated) : NaN;
  return {
    revision,
    // Go's zero time, as helm 3 prints what it does not know.
    updated: Number.isNaN(updated) || updated <= 0 ? null : updated,
    status: oneLine(status, 40),
    chart: textOf(item.chart),
    appVersion: textOf(item.app_version),
    rollbackTo: rollbackTo(item.rollback_revision, item.description),
  };
}

/**
 * helm 4 says it in a field of its own, and lets the description be anything; helm 3 has only the description
 * (pkg/action/rollback.go: "Rollback to %d").
 */
function rollbackTo(field: unknown, description: unknown): number | undefined {
  if (typeof field === 'number' && field > 0) return field;
  const words = typeof description === 'string' ? /^Rollback to (\d+)$/.exec(description) : null;
  return words === null ? undefined : Number(words[1]);
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? oneLine(value, 100) : '';
}

/** The newest one, whatever became of it. */
export function topOf(history: readonly Revision[]): Revision {
  const top = history.at(-1);
  if (top === undefined) throw new Error('a release without a revision');
  return top;
}

export function find(history: readonly Revision[], revision: number): Revision | undefined {
  return history.find((other) => other.revision === revision);
}

/** helm refuses to upgrade on top of it (pkg/action/upgrade.go), and does not refuse to roll back. */
export function isPending({ status }: Revision): boolean {
  return status.startsWith('pending-');
}

/** It was rolled out to its end once. */
function wasGood({ status }: Revision): boolean {
  return status === 'deployed' || status === 'superseded';
}

/** What a later deploy can be rolled back to: what is deployed, else what was last. */
export function lastGood(history: readonly Revision[]): Revision | undefined {
  return (
    history.findLast(({ status }) => status === 'deployed') ??
    history.findLast(({ status }) => status === 'superseded')
  );
}

/** The revision that first had this content, as far as rollbacks tell. */
export function origin(history: readonly Revision[], revision: number): number {
  const to = find(history, revision)?.rollbackTo;
  return to === undefined || to >= revision ? revision : origin(history, to);
}

/**
 * The versions, by {@link origin}, that somebody has rolled back from and not returned to: they were bad enough for that
 * once. A revision of helm holds no mark of ours, so it is the history that tells.
 */
export function rejected(history: readonly Revision[]): ReadonlySet<number> {
  const bad = new Set<number>();
  for (const [index, { revision, rollbackTo }] of history.entries()) {
    const before = history[index - 1];
    if (rollbackTo === undefined) continue;
    if (before !== undefined) bad.add(origin(history, before.revision));
    bad.delete(origin(history, revision));
  }
  return bad;
}

/** `revision 5 (api-1.2.0, app 1.2)`. */
export function inWords({ revision, chart, appVersion }: Revision): string {
  const what = [chart, appVersion === '' ? '' : `app ${appVersion}`].filter((it) => it !== '');
  return `revision ${String(revision)}${what.length === 0 ? '' : ` (${what.join(', ')})`}`;
}

/** ` at 12:03 UTC`; nothing when it is not known. */
export function since({ updated }: Revision): string {
  return updated === null ? '' : ` at ${new Date(updated).toISOString().slice(11, 16)} UTC`;
}

/** A release as the snapshot records it. */
export interface RecordedRelease {
  readonly release: string;
  /** The revision to return to; `null`: there was none, the release is new. */
  readonly revision: number | null;
  /** The newest revision at that time: not the one to return to, when it had failed. */
  readonly newest: number | null;
  readonly status: string;
  readonly chart: string;
  readonly appVersion: string;
  /** SHA-256 of the manifest: a release that was installed anew numbers its revisions from 1 again. */
  readonly manifest: string | null;
  readonly images: readonly string[];
}

/** What our `snapshot` wrote; `undefined` when it is of another release, or of another program. */
export function readRecorded(value: unknown, release: string): RecordedRelease | undefined {
  const data = fields(value);
  if (data.release !== release) return undefined;
  const { revision, newest, manifest, images } = data;
  if (!(revision === null || typeof revision === 'number')) return undefined;
  return {
    release,
    revision,
    newest: typeof newest === 'number' ? newest : revision,
    status: textIn(data.status),
    chart: textIn(data.chart),
    appVersion: textIn(data.appVersion),
    manifest: typeof manifest === 'string' ? manifest : null,
    images: Array.isArray(images)
      ? (images as readonly unknown[]).filter((image) => typeof image === 'string')
      : [],
  };
}

/** An image only when there is one: of several nobody could say which is meant. */
export function versionOf(recorded: RecordedRelease | undefined): RecordedVersion | undefined {
  if (recorded === undefined || recorded.revision === null) return undefined;
  const images = [...new Set(recorded.images)];
  return {
    revision: String(recorded.revision),
    ...(images.length === 1 && images[0] !== undefined ? { image: images[0] } : {}),
  };
}

function textIn(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
