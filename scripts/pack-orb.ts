import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { orbFolder } from './generators/circleci.js';
import { packOrb } from './generators/orb-pack.js';

// Packs the orb: node --import tsx scripts/pack-orb.ts [file]; dist/orb.yml unless told otherwise.

const [, , target = 'dist/orb.yml'] = process.argv;
const entries = readdirSync(orbFolder, { recursive: true, withFileTypes: true });
const files = entries
  .filter((entry) => entry.isFile())
  .map((entry) => {
    const path = join(entry.parentPath, entry.name);
    return [relative(orbFolder, path).split(sep).join('/'), readFileSync(path, 'utf8')] as const;
  });
mkdirSync(join(target, '..'), { recursive: true });
writeFileSync(target, packOrb(new Map(files)));
