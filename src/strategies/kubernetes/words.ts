import { formatDuration } from '../../support/format.js';
import { clip, neutralise } from '../../support/text.js';

/** `revision 14 (shop:v2)`, or what of it is known. */
export function versionInWords(version: {
  readonly number?: number | null | undefined;
  readonly images: readonly string[];
}): string {
  const { number } = version;
  return `${number === undefined || number === null ? 'a revision without a number' : `revision ${String(number)}`}${imagesInWords(version.images)}`;
}

/** ` (shop:v2)` */
export function imagesInWords(images: readonly string[]): string {
  return images.length === 0 ? '' : ` (${clip(neutralise(images.join(', ')), 200)})`;
}

const HOUR = 3_600_000;

/** `6 days`, `3h 20m` */
export function ageInWords(ms: number): string {
  if (ms >= 48 * HOUR) return `${String(Math.floor(ms / (24 * HOUR)))} days`;
  return formatDuration(ms >= 60_000 ? Math.floor(ms / 60_000) * 60_000 : Math.max(0, ms));
}

/** `12:03 UTC`, with the day when that is another one. */
export function timeInWords(at: number, now: number): string {
  const iso = new Date(at).toISOString();
  const day = iso.slice(0, 10);
  const time = `${iso.slice(11, 16)} UTC`;
  return day === new Date(now).toISOString().slice(0, 10) ? time : `${day} ${time}`;
}

/** `a`, `a and b`, `a, b and c` */
export function listed(items: readonly string[]): string {
  const last = items.at(-1) ?? '';
  return items.length < 2 ? last : `${items.slice(0, -1).join(', ')} and ${last}`;
}
