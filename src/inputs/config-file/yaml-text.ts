import { isAlias, isScalar, type Document } from 'yaml';

/** Texts on lines of their own, as every list may be written. */
export function joined(parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join('\n');
}

/** Numbers keep the spelling of the file: the branch `1.10` is not the number 1.1. */
export function scalarText(doc: Document.Parsed, node: unknown): string | undefined {
  const target = followed(doc, node);
  if (target === null || target === undefined) return '';
  if (!isScalar(target)) return undefined;
  if (target.value === null) return '';
  return (typeof target.value === 'string' ? target.value : (target.source ?? '')).trim();
}

/** An alias without an anchor stays what it is, which is no value. */
export function followed(doc: Document.Parsed, node: unknown): unknown {
  return isAlias(node) ? (node.resolve(doc) ?? node) : node;
}
