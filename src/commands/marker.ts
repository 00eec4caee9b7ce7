import { parseBoolean } from '../support/values/words.js';
import type { Session } from './session.js';

/** Where the marker of a rollback run was found; `null` when this is none. */
export function rollbackMarker({ entry, info }: Session): string | null {
  const text = entry.env.ROLLBACK ?? '';
  const parsed = text.trim() === '' ? undefined : parseBoolean(text);
  if (parsed?.ok === true && parsed.value) return 'ROLLBACK in the environment';
  return info.rollbackMarker;
}
