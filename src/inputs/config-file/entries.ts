import { isMap, isScalar, isSeq, type YAMLMap } from 'yaml';
import { quote } from '../../support/values/value-type.js';
import type { Reader } from './reader.js';
import { followed, joined, scalarText } from './yaml-text.js';

/** One entry of `checks`, as it stands there; what its fields mean is not known here. */
export interface Entry {
  /** `line 12`. */
  readonly where: string;
  /** By key; a map below it is an entry of its own. Empty fields are left out. */
  readonly fields: ReadonlyMap<string, Field>;
}

export interface Field {
  /** `line 13`. */
  readonly where: string;
  readonly value: string | Entry;
}

/** The list below `checks`. */
export function readEntries(reader: Reader, value: unknown, where: string): readonly Entry[] {
  const list = followed(reader.doc, value);
  if (isScalar(list) && list.value === null) return [];
  if (!isSeq(list)) {
    reader.problem(where, '`checks` is no list', 'write items like `- source: prometheus`');
    return [];
  }
  return list.items.flatMap((item): Entry[] => {
    const map = followed(reader.doc, item);
    const place = reader.where(item);
    if (isMap(map)) return [readEntry(reader, map, place, MAX_DEPTH)];
    reader.problem(place, 'a check is a map', 'write it like `- source: prometheus`');
    return [];
  });
}

/** An entry has maps such as `baseline` and `headers`, and these have none. */
const MAX_DEPTH = 2;

function readEntry(reader: Reader, map: YAMLMap, where: string, depth: number): Entry {
  const fields = new Map<string, Field>();
  for (const { key, value } of map.items) {
    const name = isScalar(key) ? String(key.value) : '';
    const place = reader.where(key);
    const target = followed(reader.doc, value);
    const text = isSeq(target)
      ? joined(target.items.map((item) => scalarText(reader.doc, item)))
      : scalarText(reader.doc, target);
    if (isMap(target) && depth > 1)
      fields.set(name, { where: place, value: readEntry(reader, target, place, depth - 1) });
    else if (text === undefined)
      reader.problem(place, `the value of ${quote(name)} is neither a text nor a list of texts`);
    else if (text !== '') fields.set(name, { where: place, value: text });
  }
  return { where, fields };
}
