/** Reads values from outside: nothing in them is trusted before it is checked. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

/** The fields of something that may be an object. */
export function fields(value: unknown): Readonly<Record<string, unknown>> {
  return isObject(value) ? value : {};
}

export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

export function numberOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

/** The items of something that may be an array. */
export function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

/** The fields of something that may be an object, as far as they are text. */
export function textsOf(value: unknown): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(fields(value)).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

/** Whether a text is a JSON Pointer (RFC 6901 §3) to a part of a document; the empty one, for all of it, is not accepted. */
export function isJsonPointer(text: string): boolean {
  return /^(\/([^~/]|~[01])*)+$/.test(text);
}

/**
 * What a JSON Pointer leads to (RFC 6901 §4); `undefined` where there is nothing.
 * @param pointer one that {@link isJsonPointer} accepts.
 */
export function valueAt(document: unknown, pointer: string): unknown {
  let value = document;
  for (const token of pointer.split('/').slice(1)) {
    const name = token.replaceAll('~1', '/').replaceAll('~0', '~');
    value = Array.isArray(value) ? itemAt(value, name) : propertyAt(value, name);
  }
  return value;
}

function itemAt(list: readonly unknown[], name: string): unknown {
  return /^(0|[1-9]\d*)$/.test(name) ? list[Number(name)] : undefined;
}

function propertyAt(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;
}

/** No API that is called here nests its answers so deep by far. */
export const MOST_LEVELS = 100;

/**
 * Whether lists and objects are nested deeper than {@link MOST_LEVELS}. Whoever walks through such a value by recursion, as
 * `JSON.stringify` does, may run out of stack.
 */
export function isTooDeep(value: unknown): boolean {
  let level: readonly object[] = [value].filter(isObject);
  for (let depth = 1; level.length > 0; depth++) {
    if (depth > MOST_LEVELS) return true;
    level = level.flatMap((each) => Object.values(each).filter(isObject));
  }
  return false;
}
