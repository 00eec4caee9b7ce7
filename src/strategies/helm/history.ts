import { fields } from '../../support/json.js';
import { clip, neutralise } from '../../support/text.js';

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
    status: clip(neutralise(status), 40),
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
  return typeof value === 'string' ? clip(neutralise(value), 100) : '';
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
export function wasGood({ status }: Revision): boolean {
  return status === 'deployed' || status === 'superseded';
}

/** What a later deploy can be taken back to: what is deployed, else what was last. */
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
