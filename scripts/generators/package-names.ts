import type { Release } from './release-config.js';

interface Package {
  readonly name?: string;
  readonly version?: string;
  readonly description?: string;
  readonly license?: string;
}

/** package.json under the published name; npm compares `repository` with where a package with provenance was built. */
export function namePackage(packageJson: string, release: Release): string {
  const { version, description, license, ...rest } = JSON.parse(packageJson) as Package;
  const { npmPackage: name, repository } = release;
  return print({
    // In the usual order; `rest` has the old name and repository.
    ...{ name, version, description, license, repository: undefined },
    ...rest,
    name,
    repository: { type: 'git', url: `git+https://github.com/${repository}.git` },
  });
}

/** The lockfile, which repeats the name. */
export function nameLockfile(lockfile: string, { npmPackage }: Release): string {
  const lock = JSON.parse(lockfile) as Package & { readonly packages: Record<string, Package> };
  const { '': own, ...others } = lock.packages;
  return print({
    ...lock,
    name: npmPackage,
    packages: { '': { ...own, name: npmPackage }, ...others },
  });
}

/** As npm prints it. */
function print(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
