import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { resolveConfig } from 'prettier';
import { generateSurfaces, pagePaths, type Pages } from './generators/surfaces.js';

/** Writes every file that follows from the tables: `npm run generate`. */
const inRoot = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));
const texts = await Promise.all(
  pagePaths.map(async (path) => [path, await readFile(inRoot(path), 'utf8')] as const),
);
const pages = Object.fromEntries(texts) as Pages;
const style = (await resolveConfig(inRoot('action.yml'))) ?? {};
for (const { path, content } of await generateSurfaces(pages, style)) {
  await writeFile(inRoot(path), content);
}
