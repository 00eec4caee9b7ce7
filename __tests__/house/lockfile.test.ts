import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface LockedPackage {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  packages: Readonly<Record<string, LockedPackage>>;
};

describe('the dependencies of the package', () => {
  it('are exact versions', () => {
    const declared = JSON.parse(readFileSync('package.json', 'utf8')) as Readonly<
      Record<string, Readonly<Record<string, string>> | undefined>
    >;
    const versions = Object.entries({ ...declared.dependencies, ...declared.devDependencies });
    expect(versions.length).toBeGreaterThan(0);
    const exact = /^(npm:[\w@/-]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/;
    expect(versions.filter(([, version]) => !exact.test(version))).toEqual([]);
  });
});

describe('the lockfile', () => {
  it('has the optional dependencies of every platform; if not: node scripts/complete-lockfile.mjs', () => {
    const names = new Set(Object.keys(packages).map((path) => path.split('node_modules/').at(-1)));
    const missing = Object.values(packages)
      .flatMap((entry) => Object.keys(entry.optionalDependencies ?? {}))
      .filter((name) => !names.has(name));
    expect(missing).toEqual([]);
  });

  it('says of every package what must be in it; if not: node scripts/complete-lockfile.mjs', () => {
    const unchecked = Object.entries(packages)
      .filter(
        ([path, { link, integrity }]) => path !== '' && !link && !integrity?.startsWith('sha512-'),
      )
      .map(([path]) => path);
    expect(unchecked).toEqual([]);
  });

  it('names no registry', () => {
    const named = Object.values(packages).filter((entry) => entry.resolved?.startsWith('http'));
    expect(named).toEqual([]);
  });
});
