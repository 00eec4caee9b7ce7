import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { resolveConfig } from 'prettier';
import { generateSurfaces } from './generators/surfaces.js';

/** Writes every file that follows from the tables: `npm run generate`. */
const inRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const readme = await readFile(inRoot('README.md'), 'utf8');
const style = (await resolveConfig(inRoot('action.yml'))) ?? {};
for (const { path, content } of await generateSurfaces(readme, style)) {
  await writeFile(inRoot(path), content);
}
