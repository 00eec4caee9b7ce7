import { fields, isObject } from '../../support/json.js';
import type { Definition } from './definition.js';

/** A variable may have 32,767 characters on Windows, and 128 KiB on Linux. */
const PIECE = 32_000;

/** A definition as variables. Without other characters than ASCII, so that no piece ends within one. */
export function encodeDefinition(definition: Definition): Readonly<Record<string, string>> {
  const text = JSON.stringify(definition).replace(
    /[\u007f-\uffff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  const pieces = Math.ceil(text.length / PIECE);
  return Object.fromEntries(
    Array.from({ length: pieces }, (_, index) => [
      `ROLLGATE_RECORD_${String(index)}`,
      text.slice(index * PIECE, (index + 1) * PIECE),
    ]),
  );
}

/** @param env what `docker inspect` shows as `Config.Env` */
export function decodeDefinition(env: unknown): Definition | undefined {
  const lines: unknown[] = Array.isArray(env) ? env : [];
  const pieces = lines.flatMap((line) => {
    const found = typeof line === 'string' ? /^ROLLGATE_RECORD_(\d+)=([\s\S]*)$/.exec(line) : null;
    return found === null ? [] : [[Number(found[1]), found[2] ?? ''] as const];
  });
  const text = pieces
    .sort(([a], [b]) => a - b)
    .map(([, piece]) => piece)
    .join('');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  const { service, networks, volumes, unsaid } = fields(value);
  return isObject(service) && isTexts(networks) && isTexts(volumes) && isTexts(unsaid)
    ? { service, networks, volumes, unsaid }
    : undefined;
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((item) => typeof item === 'string');
}
