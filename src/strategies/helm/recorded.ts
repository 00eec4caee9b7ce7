import { fields } from '../../support/json.js';
import type { RecordedVersion } from '../../contract/strategy.js';

/** What the snapshot holds of a release. */
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
    status: textOf(data.status),
    chart: textOf(data.chart),
    appVersion: textOf(data.appVersion),
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

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
