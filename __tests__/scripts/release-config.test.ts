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
  it('with every key, and the version of package.json, is read', () => {
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
  ])('with %s %j is refused, naming the key', (key, value) => {
    const config = JSON.stringify({ ...good, [key]: value });
    expect(() => parseRelease(config, packageJson)).toThrow(`${key}: must be `);
  });

  it.each([
    ['a missing key', { ...good, image: undefined }, packageJson],
    ['an unknown key', { ...good, registry: 'x' }, packageJson],
    ['an invalid version', good, '{ "version": "next" }'],
  ])('with %s is refused', (_, config, text) => {
    expect(() => parseRelease(JSON.stringify(config), text)).toThrow();
  });
});

describe('the names in package.json and package-lock.json', () => {
  const release = { ...good, version: '1.2.3' };

  it('package.json: only name and repository change', async () => {
    const before = await readFile('package.json', 'utf8');
    const after = namePackage(before, release);
    expect(JSON.parse(after)).toEqual({
      ...(JSON.parse(before) as object),
      name: '@acme/rollgate',
      repository: { type: 'git', url: 'git+https://github.com/acme/rollgate.git' },
    });
    expect(namePackage(after, release)).toBe(after);
  });

  it('package-lock.json: only the name changes, where npm writes it', async () => {
    const before = await readFile('package-lock.json', 'utf8');
    const lines = before.split('\n');
    const after = nameLockfile(before, release).split('\n');
    expect(after.filter((line, at) => line !== lines[at]).map((line) => line.trim())).toEqual([
      '"name": "@acme/rollgate",',
      '"name": "@acme/rollgate",',
    ]);
  });
});
