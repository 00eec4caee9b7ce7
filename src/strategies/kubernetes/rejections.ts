import type { RunIdentity } from '../dependencies.js';
import { listOf, fields, numberOf, textOf } from '../../support/json.js';

/** A version that a run rolled back. */
export interface Rejection {
  readonly hash: string;
  readonly revision: number | null;
  readonly images: readonly string[];
  readonly run: Pick<RunIdentity, 'system' | 'runId'>;
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
  const system = textOf(fields(entry.run).system);
  if (hash === undefined || at === undefined || to === undefined || system === undefined)
    return undefined;
  return {
    hash,
    revision: numberOf(entry.revision) ?? null,
    images: listOf(entry.images).flatMap((image) => textOf(image) ?? []),
    run: { system, runId: textOf(fields(entry.run).runId) ?? null },
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

export function isSameRun(
  a: Pick<RunIdentity, 'system' | 'runId'>,
  b: Pick<RunIdentity, 'system' | 'runId'>,
): boolean {
  return a.system === b.system && a.runId === b.runId;
}
