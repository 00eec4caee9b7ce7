import { Buffer } from 'node:buffer';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Writes the licence of every package that users get with the bundle, sorted by name. */
export function writeLicences(path) {
  const entries = bundled().map(describe);
  const rule = '-'.repeat(80);
  writeFileSync(
    path,
    `The bundle contains these packages.\n\n${entries.map(({ title, text }) => `${rule}\n${title}\n${rule}\n${text}\n`).join('\n')}`,
  );
}

/**
 * Writes what the bundle is made of, for scanners: a bill of materials as CycloneDX 1.6 (https://cyclonedx.org/docs/1.6/json/),
 * without a time or a number of its own, so that the same packages give the same file.
 */
export function writeBillOfMaterials(path) {
  const { name, version, license } = manifestOf('.');
  const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  const component = (type, manifest, more = {}) => ({
    type,
    'bom-ref': urlOf(manifest),
    name: manifest.name,
    version: manifest.version,
    licenses: [{ expression: manifest.license }],
    purl: urlOf(manifest),
    ...more,
  });
  const bill = {
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    version: 1,
    metadata: { component: component('application', { name, version, license }) },
    components: bundled().map((folder) => {
      const [algorithm, digest] = packages[folder].integrity.split('-');
      return component('library', manifestOf(folder), {
        hashes: [
          {
            alg: algorithm.replace(/^sha/, 'SHA-'),
            content: Buffer.from(digest, 'base64').toString('hex'),
          },
        ],
      });
    }),
  };
  writeFileSync(path, `${JSON.stringify(bill, null, 2)}\n`);
}

/** https://github.com/package-url/purl-spec, type npm: the @ of a scope is encoded. */
function urlOf({ name, version }) {
  return `pkg:npm/${name.replace('@', '%40')}@${version}`;
}

/**
 * The folders of the packages that `src/` imports, and of those that they need, sorted by name. To npm they are all development
 * dependencies: the bundle holds them, so that who installs the package needs none.
 */
function bundled() {
  const found = new Set();
  const waiting = importedBy('src').map((name) => [name, '.']);
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const folder = folderOf(...next);
    if (folder === undefined || found.has(folder)) continue;
    found.add(folder);
    const { dependencies, optionalDependencies } = manifestOf(folder);
    for (const name of Object.keys({ ...dependencies, ...optionalDependencies }))
      waiting.push([name, folder]);
  }
  return [...found].sort((a, b) => {
    const [one, other] = [a, b].map((folder) => describe(folder).title);
    return one < other ? -1 : one > other ? 1 : 0;
  });
}

/** The packages that the sources name in an import. */
function importedBy(folder) {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(folder, file), 'utf8'))
    .flatMap((text) => [
      ...text.matchAll(/(?:^(?:import|export)\b[^;]*?from|import\()\s*'((?:@[\w.-]+\/)?[\w.-]+)/gm),
    ])
    .map(([, name]) => name)
    .filter((name) => !name.startsWith('.') && existsSync(join('node_modules', name)));
  return [...new Set(names)];
}

/** As Node resolves it, from the innermost folder outwards. */
function folderOf(name, from) {
  for (let folder = from; ; folder = dirname(folder)) {
    const place = join(folder, 'node_modules', name);
    if (existsSync(place)) return place;
    if (folder === '.') return undefined;
  }
}

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

function describe(folder) {
  const { name, version, license } = manifestOf(folder);
  const file = readdirSync(folder)
    .sort()
    .find((entry) => /^licen[cs]e/i.test(entry));
  const text =
    file === undefined
      ? `(no licence file in the package; it declares ${license})`
      : readFileSync(join(folder, file), 'utf8').replace(/\r\n/g, '\n').trim();
  return { title: `${name}@${version} (${license})`, text };
}
