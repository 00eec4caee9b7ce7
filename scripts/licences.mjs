import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';

/** Writes the licence of every package that users get with the bundle, sorted by name. */
export function writeLicences(path) {
  const listed = execFileSync('npm', ['ls', '--omit=dev', '--all', '--parseable'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
    shell: process.platform === 'win32',
  });
  const root = process.cwd();
  const entries = listed
    .trim()
    .split('\n')
    .map((folder) => relative(root, folder))
    .filter((folder) => folder !== '' && existsSync(folder))
    .map(describe)
    .sort((a, b) => (a.title < b.title ? -1 : a.title > b.title ? 1 : 0));
  const rule = '-'.repeat(80);
  writeFileSync(
    path,
    `The bundle contains these packages.\n\n${entries.map(({ title, text }) => `${rule}\n${title}\n${rule}\n${text}\n`).join('\n')}`,
  );
}

function describe(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const file = readdirSync(folder)
    .sort()
    .find((entry) => /^licen[cs]e/i.test(entry));
  const text =
    file === undefined
      ? `(no licence file in the package; it declares ${license})`
      : readFileSync(join(folder, file), 'utf8').replace(/\r\n/g, '\n').trim();
  return { title: `${name}@${version} (${license})`, text };
}
