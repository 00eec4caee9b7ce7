import type { RunIdentity } from '../dependencies.js';
import { listOf, fields, numberOf, textOf } from '../../support/json.js';

/** A run, as a mark on what it changed names it. The snapshot tells it from others where it has no id. */
export type MarkedRun = Pick<RunIdentity, 'system' | 'runId' | 'snapshot'>;

/** A version that a run rolled back. */
export interface Rejection {
  readonly hash: string;
  readonly revision: number | null;
  readonly images: readonly string[];
  readonly run: MarkedRun;
  /** ISO 8601. */
  readonly at: string;
  /** The version that it was rolled back to, by its hash. */
  readonly to: string;
}

/** The annotation of the workload that tells which versions were rolled back. */
export const REJECTED = 'rollgate.dev/rejected';
const MOST = 10;
/** All annotations of an object together may have 256 KiB (apimachinery, pkg/api/validation/objectmeta.go). */
const MOST_IMAGES = 10;

/** Newest first. What cannot be read is left out: anybody may write annotations. */
export function readRejections(
  annotations: Readonly<Record<string, string>>,
): readonly Rejection[] {
  let value: unknown;
  try {
    value = JSON.parse(annotations[REJECTED] ?? '[]');
  } catch {
    return [];
  }
  return listOf(value).flatMap((entry) => asRejection(fields(entry)) ?? []);
}

function asRejection(entry: Readonly<Record<string, unknown>>): Rejection | undefined {
  const hash = textOf(entry.hash);
  const at = textOf(entry.at);
  const to = textOf(entry.to);
  const run = asMarkedRun(entry.run);
  if (hash === undefined || at === undefined || to === undefined || run === undefined)
    return undefined;
  return {
    hash,
    revision: numberOf(entry.revision) ?? null,
    images: listOf(entry.images).flatMap((image) => textOf(image) ?? []),
    run,
    at,
    to,
  };
}

/** The value of the annotation with one more rejection; the oldest go when there are too many. */
export function withRejection(rejections: readonly Rejection[], rejection: Rejection): string {
  return written([
    { ...rejection, images: rejection.images.slice(0, MOST_IMAGES) },
    ...rejections.filter(({ hash }) => hash !== rejection.hash),
  ]);
}

/** The value of the annotation without a version that was found to be good; `undefined`: it is not in there. */
export function withoutRejection(
  rejections: readonly Rejection[],
  hash: string,
): string | undefined {
  const kept = rejections.filter((rejection) => rejection.hash !== hash);
  return kept.length === rejections.length ? undefined : written(kept);
}

function written(rejections: readonly Rejection[]): string {
  return JSON.stringify(rejections.slice(0, MOST));
}

/** What a mark needs of a run. */
export function markedRun({ system, runId, snapshot }: RunIdentity): MarkedRun {
  return { system, runId, ...(runId === null && snapshot !== undefined ? { snapshot } : {}) };
}

export function asMarkedRun(value: unknown): MarkedRun | undefined {
  const { system, runId, snapshot } = fields(value);
  const name = textOf(system);
  const judgedBy = textOf(snapshot);
  if (name === undefined) return undefined;
  return {
    system: name,
    runId: textOf(runId) ?? null,
    ...(judgedBy === undefined ? {} : { snapshot: judgedBy }),
  };
}

/** Without an id only the snapshot tells: two runs that have neither are two runs. */
export function isSameRun(a: MarkedRun, b: MarkedRun): boolean {
  if (a.system !== b.system || a.runId !== b.runId) return false;
  return a.runId !== null || (a.snapshot !== undefined && a.snapshot === b.snapshot);
}
