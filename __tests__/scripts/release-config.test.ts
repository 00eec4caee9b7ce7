import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { nameLockfile, namePackage } from '../../scripts/generators/package-names.js';
import { parseRelease } from '../../scripts/generators/release-config.js';

const good = {
  repository: 'acme/rollgate',
  npmPackage: '@acme/rollgate',
  publisher: 'Acme',
  orbNamespace: 'acme',
  image: 'registry.acme.example:5000/tools/rollgate',
};
const packageJson = '{ "version": "1.2.3" }';

describe('release.config.json', () => {
  it('names everything, and package.json the version', () => {
    expect(parseRelease(JSON.stringify(good), packageJson)).toEqual({ ...good, version: '1.2.3' });
  });

  it.each([
    ['repository', 'rollgate'],
    ['repository', 'https://github.com/acme/rollgate'],
    ['npmPackage', 'rollgate'],
    ['npmPackage', '@Acme/rollgate'],
    ['publisher', 'acme inc'],
    ['orbNamespace', 'Acme'],
    ['image', 'ghcr.io/acme/rollgate:1.2.3'],
    ['image', 'rollgate'],
    ['image', 'ghcr.io/acme/rollgate"; rm'],
  ])('refuses %s: %j, and says where', (key, value) => {
    const config = JSON.stringify({ ...good, [key]: value });
    expect(() => parseRelease(config, packageJson)).toThrow(`${key}: must be `);
  });

  it.each([
    ['a key that is missing', { ...good, image: undefined }, packageJson],
    ['a key that is not known', { ...good, registry: 'x' }, packageJson],
    ['a version that is none', good, '{ "version": "next" }'],
  ])('refuses %s', (_, config, text) => {
    expect(() => parseRelease(JSON.stringify(config), text)).toThrow();
  });
});

describe('the names in the files of npm', () => {
  const release = { ...good, version: '1.2.3' };

  it('package.json: name and repository change, and nothing else', async () => {
    const before = await readFile('package.json', 'utf8');
    const after = namePackage(before, release);
    expect(JSON.parse(after)).toEqual({
      ...(JSON.parse(before) as object),
      name: '@acme/rollgate',
      repository: { type: 'git', url: 'git+https://github.com/acme/rollgate.git' },
    });
    expect(namePackage(after, release)).toBe(after);
  });

  it('package-lock.json: the name changes where npm writes it, and nothing else', async () => {
    const before = await readFile('package-lock.json', 'utf8');
    const lines = before.split('\n');
    const after = nameLockfile(before, release).split('\n');
    expect(after.filter((line, at) => line !== lines[at]).map((line) => line.trim())).toEqual([
      '"name": "@acme/rollgate",',
      '"name": "@acme/rollgate",',
    ]);
  });
});
