/**
 * Builds dist/ from src/: the bundle, and the licences of what is in it.
 * ncc ends with 0 even when an import cannot be resolved, so the bundle is started once before it counts as built.
 */
import { execFileSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { writeLicences } from './licences.mjs';

const run = (command, ...args) => execFileSync(command, args, { stdio: 'inherit' });

rmSync('dist', { recursive: true, force: true });
run(
  process.execPath,
  'node_modules/@vercel/ncc/dist/ncc/cli.js',
  'build',
  'src/index.ts',
  '--out',
  'dist',
  '--no-source-map-register',
  '--minify',
  '--quiet',
);
writeLicences('dist/licenses.txt');
run(process.execPath, 'dist/index.js', '--version');
