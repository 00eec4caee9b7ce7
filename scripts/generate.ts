import { execFileSync } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { resolveConfig } from 'prettier';
import { readRelease } from './generators/release-config.js';
import { listFiles } from './generators/list-files.js';
import { generateSurfaces } from './generators/surfaces.js';

/** Writes every file that follows from the tables and from `release.config.json`: `npm run generate`. */
const root = new URL('../', import.meta.url);
const surfaces = await generateSurfaces({
  release: await readRelease(root),
  read: (path) => readFile(new URL(path, root), 'utf8'),
  list: (folder) => listFiles(root, folder),
  style: (await resolveConfig(new URL('action.yml', root))) ?? {},
});
for (const { path, content } of surfaces) {
  const place = new URL(path, root);
  await mkdir(new URL('.', place), { recursive: true });
  await writeFile(place, content);
}
execFileSync(process.execPath, ['--import', 'tsx', 'scripts/pack-orb.ts'], {
  cwd: fileURLToPath(root),
  stdio: 'inherit',
});
