import { isScalar, parseDocument, stringify, visit } from 'yaml';

/**
 * Packs the sources of an orb into one file, as `circleci orb pack` does (circleci-cli, internal/pack/pack.go): files in the
 * root are merged; a folder in the root is a section, and each file below it an entry of it; only jobs, commands and
 * executors include files.
 *
 * @param files the text of every file, by its path from the root with `/`
 * @throws when two files are the same entry, or an included file is not there
 */
export function packOrb(files: ReadonlyMap<string, string>): string {
  const orb = new Map<string, unknown>();
  for (const [path, text] of [...files].sort(([one], [other]) => (one < other ? -1 : 1))) {
    const parts = path.split('/');
    if (!/.\.ya?ml$/.test(path) || parts.some((part) => part.startsWith('.'))) continue;
    const value = read(text);
    const name = parts.at(-1)!.replace(/\.ya?ml$/, '');
    const [section] = parts;
    if (parts.length === 1) {
      for (const [key, one] of Object.entries(value)) orb.set(key, one);
      continue;
    }
    const entries = (orb.get(section!) ?? {}) as Record<string, unknown>;
    if (name in entries) throw new Error(`two files are ${section!}.${name}`);
    orb.set(section!, { ...entries, [name]: value });
  }
  for (const section of ['jobs', 'commands', 'executors'])
    if (orb.has(section)) orb.set(section, included(orb.get(section), files));
  return stringify(Object.fromEntries(orb), {
    indent: 4,
    lineWidth: 0,
    singleQuote: true,
    sortMapEntries: true,
  });
}

/** The compiler of CircleCI reads YAML 1.1, to which these are booleans. */
const booleans: Readonly<Record<string, boolean>> = { yes: true, on: true, no: false, off: false };

function read(text: string): object {
  const document = parseDocument(text);
  visit(document, {
    Scalar: (key, node) => {
      const { value, type } = node;
      if (key === 'key' || type !== 'PLAIN' || typeof value !== 'string') return;
      if (!/^([a-z]+|[A-Z][a-z]+|[A-Z]+)$/.test(value)) return;
      const boolean = booleans[value.toLowerCase()];
      if (boolean !== undefined && isScalar(node)) node.value = boolean;
    },
  });
  return document.toJS() as object;
}

function included(value: unknown, files: ReadonlyMap<string, string>): unknown {
  if (Array.isArray(value)) return value.map((one) => included(one, files));
  if (typeof value === 'object' && value !== null)
    return Object.fromEntries(
      Object.entries(value).map(([key, one]) => [key, included(one, files)]),
    );
  if (typeof value !== 'string') return value;
  return value.replace(/<<\s*include\(([-\w/.]+)\)?\s*>>/g, (_, path: string) => {
    const text = files.get(path);
    if (text === undefined) throw new Error(`there is no ${path} to include`);
    // What is included is no template.
    return text.replaceAll('<<', '\\<<');
  });
}
