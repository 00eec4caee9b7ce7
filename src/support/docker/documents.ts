/**
 * The JSON values in a text: one value, an array, or one value a line. `docker compose ps --format json` printed an array
 * until 2.20 and prints lines since 2.21 (docker/compose, pull request 10918); stand-alone installations have both.
 *
 * @returns `undefined` when it is none of these.
 */
export function readDocuments(text: string): readonly unknown[] | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return [];
  try {
    const value: unknown = JSON.parse(trimmed);
    return Array.isArray(value) ? (value as readonly unknown[]) : [value];
  } catch {
    // Lines, or garbage.
  }
  try {
    return trimmed.split(/\r?\n/).map((line): unknown => JSON.parse(line));
  } catch {
    return undefined;
  }
}
