import { type Document, isAlias, isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import { quote } from '../support/values/value-type.js';

/** The file that is being read. */
export interface FileReader {
  readonly doc: Document.Parsed;
  /** `line 12`, of a node. */
  readonly where: (node: unknown) => string;
  problem(where: string, message: string, fix?: string): void;
  secret(text: string): void;
}

/** One entry of `checks`, as it stands there; what its fields mean is not known here. */
export interface WrittenEntry {
  /** `line 12`. */
  readonly where: string;
  /** By key; a map below it is an entry of its own. Empty fields are left out. */
  readonly fields: ReadonlyMap<string, Field>;
}

export interface Field {
  /** `line 13`. */
  readonly where: string;
  readonly value: string | WrittenEntry;
}

/** The list below `checks`. */
export function readEntries(
  reader: FileReader,
  value: unknown,
  where: string,
): readonly WrittenEntry[] {
  const list = followAlias(reader.doc, value);
  if (isScalar(list) && list.value === null) return [];
  if (!isSeq(list)) {
    reader.problem(where, '`checks` is not a list', 'write items like `- source: prometheus`');
    return [];
  }
  return list.items.flatMap((item): WrittenEntry[] => {
    const map = followAlias(reader.doc, item);
    const place = reader.where(item);
    if (isMap(map)) return [readEntry(reader, map, place, MAX_DEPTH)];
    reader.problem(place, 'a check is a map', 'write it like `- source: prometheus`');
    return [];
  });
}

/** An entry has maps such as `baseline` and `headers`, and these have none. */
const MAX_DEPTH = 2;

function readEntry(reader: FileReader, map: YAMLMap, where: string, depth: number): WrittenEntry {
  const fields = new Map<string, Field>();
  for (const { key, value } of map.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const place = reader.where(key);
    const target = followAlias(reader.doc, value);
    const text = isSeq(target)
      ? joinedLines(target.items.map((item) => scalarText(reader.doc, item)))
      : scalarText(reader.doc, target);
    if (isMap(target) && depth > 1)
      fields.set(name, { where: place, value: readEntry(reader, target, place, depth - 1) });
    else if (text === undefined)
      reader.problem(
        place,
        `the value of ${quote(name)} is neither a text nor a list of texts`,
        'write it on the line of its key, or as items, `- VALUE` each',
      );
    else if (text !== '') fields.set(name, { where: place, value: text });
  }
  return { where, fields };
}

/** Texts on lines of their own, as every list may be written. */
export function joinedLines(parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join('\n');
}

/** Numbers keep the spelling of the file: the branch `1.10` is not the number 1.1. */
export function scalarText(doc: Document.Parsed, node: unknown): string | undefined {
  const target = followAlias(doc, node);
  if (target === null || target === undefined) return '';
  if (!isScalar(target)) return undefined;
  if (target.value === null) return '';
  return (typeof target.value === 'string' ? target.value : (target.source ?? '')).trim();
}

/** An alias without an anchor stays what it is, which is no value. */
export function followAlias(doc: Document.Parsed, node: unknown): unknown {
  return isAlias(node) ? (node.resolve(doc) ?? node) : node;
}
