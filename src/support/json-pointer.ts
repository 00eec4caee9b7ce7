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
