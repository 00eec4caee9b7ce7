import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** What webpack's statistics say of a chunk. */
export interface Chunk {
  readonly id: number;
  readonly entry: boolean;
  /** `split chunk (...)` of one that several others share. */
  readonly reason?: string;
  /** The imports that it is loaded for. */
  readonly origins: readonly { readonly moduleName: string; readonly request: string }[];
  readonly modules: readonly Module[];
}

interface Module {
  readonly name: string;
  readonly size: number;
  /** What it was put together from. */
  readonly modules?: readonly Module[];
}

/**
 * The imports that every watch needs. What is loaded for them is one file: Node takes 2 ms or more for each file of a program, a third
 * of the time until the first probe when there were twelve.
 */
const EVERY_WATCH: ReadonlySet<string> = new Set([
  'src/commands/main',
  'src/commands/run',
  'src/support/exec',
]);
const CORE = 'core';

/**
 * ncc numbers the chunks, and an edit anywhere may change the numbers. A name says what is in a chunk, and stays while
 * that stays: what an `import()` asks for (`pipelines-github-client`), or, of what several imports share, the largest
 * part (`shared-inputs-table`, `vendor-yaml`).
 */
export function nameChunks(chunks: readonly Chunk[]): ReadonlyMap<number, string> {
  const names = new Map<number, string>();
  const sorted = chunks
    .map((chunk) => ({ id: chunk.id, name: nameOf(chunk), files: filesOf(chunk) }))
    .map((chunk) => ({ ...chunk, key: JSON.stringify([chunk.name, chunk.files]) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1));
  const taken = new Map<string, number>();
  for (const { id, name } of sorted) {
    if (name === CORE) {
      names.set(id, CORE);
      continue;
    }
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    names.set(id, count === 1 ? name : `${name}-${String(count)}`);
  }
  return names;
}

function nameOf(chunk: Chunk): string {
  if (chunk.entry) return 'index';
  if (chunk.origins.some((origin) => EVERY_WATCH.has(requestOf(origin)))) return CORE;
  const files = filesOf(chunk);
  if (chunk.reason?.startsWith('split chunk') !== true) {
    const requests = chunk.origins.map(requestOf).sort();
    const inside = requests.find((request) => files.some(({ name }) => stemOf(name) === request));
    return dashed(inside ?? requests[0] ?? '');
  }
  const sizes = new Map<string, number>();
  for (const { name, size } of files) {
    const part = packageOf(name) ?? stemOf(name);
    sizes.set(part, (sizes.get(part) ?? 0) + size);
  }
  const [largest = ''] = [...sizes]
    .sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1))
    .map(([part]) => part);
  const isVendor = files.some(({ name }) => packageOf(name) !== undefined);
  return `${isVendor ? 'vendor' : 'shared'}-${dashed(largest)}`;
}

/** The files of a chunk in order, those that webpack has put together into one too. */
function filesOf({ modules }: Chunk): readonly Module[] {
  return modules
    .flatMap((module) => module.modules ?? [module])
    .filter(({ size }) => size > 0)
    .map(({ name, size }) => ({ name: name.replace(/^\.\//, ''), size }))
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** What an `import()` asks for, as `stemOf` has it. */
function requestOf({ moduleName, request }: Chunk['origins'][number]): string {
  if (!request.startsWith('.')) return request;
  // A package that puts the name of a file together: `./node_modules/package/lib/ lazy ^.*$ namespace object`.
  const from = moduleName.replace(/^\.\//, '').replace(/ lazy .*$/, 'file');
  return stemOf(posix.join(posix.dirname(from), request));
}

/** A file without its end; of a package, which is asked for by its name, that name. */
function stemOf(file: string): string {
  const stem = file.replace(/\.\w+$/, '').replace(/\/(index)?$/, '');
  return stem.includes('/lib/') ? stem : (packageOf(file) ?? stem);
}

function packageOf(file: string): string | undefined {
  return /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1];
}

function dashed(path: string): string {
  return path
    .replace(/^src\/|.*node_modules\//, '')
    .replace('/lib/', '/')
    .replace(/\W+/g, '-')
    .replace(/^-/, '')
    .toLowerCase();
}

/** Renames the chunks in a folder that ncc has just filled, with all that refers to them; those of one name become one. */
export function renameChunks(folder: string, chunks: readonly Chunk[]): void {
  const names = nameChunks(chunks);
  const asked = new Set(chunks.flatMap(({ origins }) => origins.map(requestOf)));
  for (const request of EVERY_WATCH)
    if (!asked.has(request)) throw new Error(`nothing imports ${request} by itself any more`);
  const core: string[] = [];
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.js'))) {
    const path = join(folder, file);
    const text = withNames(readFileSync(path, 'utf8'), names);
    const id = /^(\d+)\.index\.js$/.exec(file)?.[1];
    const name = id === undefined ? file : `${nameIn(names, id)}.js`;
    if (name === `${CORE}.js`) core.push(modulesOf(text));
    else writeFileSync(join(folder, name), text);
    if (name !== file) rmSync(path);
  }
  writeFileSync(
    join(folder, `${CORE}.js`),
    `export const id = "${CORE}";\nexport const ids = ["${CORE}"];\nexport const modules = {\n${core.join(',\n')}\n};\n`,
  );
}

/** The properties of `modules` in the text of a chunk. */
function modulesOf(text: string): string {
  const begin = 'export const modules = {\n';
  const end = '\n};\n';
  const from = text.indexOf(begin);
  if (from < 0 || !text.endsWith(end)) throw new Error('a chunk is not as webpack writes it');
  return text.slice(from + begin.length, -end.length);
}

/** The text of a chunk, or of the entry, before it is minified: names stand where it had numbers. */
export function withNames(text: string, names: ReadonlyMap<number, string>): string {
  const quoted = (id: string): string => JSON.stringify(nameIn(names, id));
  const inside = (_: string, before: string, ids: string): string =>
    before + ids.replace(/\d+/g, quoted);
  return (
    text
      .replace(
        /(__(?:webpack|nccwpck)_require__\.e\((?:\/\* import\(\) \*\/ )?)(\d+)(?=\))/g,
        inside,
      )
      .replace(/^(export const ids? = )(\d+|\[[\d,]+\])(?=;)/gm, inside)
      // Those of a package that puts the names of files together: the module, then its chunks.
      .replace(/^(\t"\.\/[^"]*": \[\n\t\t\d+)((?:,\n\t\t\d+)+)/gm, inside)
      .replace(/(var installedChunks = \{\s*(?:\/\*+\/\s*)?)(\d+)(?=: 0)/, inside)
      .replace('"" + chunkId + ".index.js"', '"" + chunkId + ".js"')
  );
}

function nameIn(names: ReadonlyMap<number, string>, id: string): string {
  const name = names.get(Number(id));
  if (name === undefined) throw new Error(`webpack's statistics have no chunk ${id}`);
  return name;
}
