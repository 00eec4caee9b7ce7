import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import {
  cacheFolder,
  oldKubectl,
  packages,
  pathOf,
  placeOf,
  recipe,
  versionOf,
  type Binary,
} from '../__tests__/e2e/kubernetes/binaries.js';
import { download } from './debian.js';
import { go, ready } from './go.js';
import { Lacking, run } from './program.js';

// Makes sure that the binaries of the e2e tests with Kubernetes are in the cache:
// node --import tsx scripts/build-kubernetes.ts

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/**
 * Makes a binary whole or not at all: it is made in a folder of this process and then moved to its place. Two builds at the
 * same time do the same work twice, and the second one's replaces the first one's.
 */
function make(binary: Binary, work: (temporary: string, file: string) => void): void {
  const target = placeOf(binary);
  const parent = dirname(target);
  const prefix = 'making-';
  mkdirSync(parent, { recursive: true });
  for (const name of readdirSync(parent)) {
    // Left behind by a build that was killed.
    if (name.startsWith(prefix) && !isAlive(Number(name.slice(prefix.length))))
      rmSync(join(parent, name), { recursive: true, force: true });
  }
  const temporary = join(parent, `${prefix}${String(process.pid)}`);
  mkdirSync(temporary, { recursive: true });
  try {
    const file = join(temporary, binary);
    work(temporary, file);
    renameSync(file, target);
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** Builds without a version say `v0.0.0`, and clients compare versions. */
function linkerFlags(): string {
  const kubernetes = versionOf('k8s.io/kubernetes');
  const [major = '', minor = ''] = kubernetes.slice(1).split('.');
  const values = {
    'k8s.io/component-base/version.gitVersion': kubernetes,
    'k8s.io/component-base/version.gitMajor': major,
    'k8s.io/component-base/version.gitMinor': minor,
    'sigs.k8s.io/kwok/pkg/consts.Version': versionOf('sigs.k8s.io/kwok'),
    'helm.sh/helm/v4/internal/version.version': versionOf('helm.sh/helm/v4'),
    'helm.sh/helm/v3/internal/version.version': versionOf('helm.sh/helm/v3'),
  };
  const settings = Object.entries(values).map(([name, value]) => `-X ${name}=${value}`);
  return ['-s', '-w', ...settings].join(' ');
}

// One call for all would be faster by seconds, but two of them are called helm, and etcd is called server.
function build(binary: keyof typeof packages): void {
  console.log(`Building ${binary}`);
  make(binary, (_, file) => {
    // A checkout that belongs to somebody else is none that git speaks of.
    const flags = ['-trimpath', '-buildvcs=false', '-ldflags', linkerFlags()];
    go(['build', ...flags, '-o', file, packages[binary]], recipe);
  });
}

/** The package is unpacked and not installed: the machine keeps the kubectl that it has. */
function unpackOldKubectl(): void {
  make(oldKubectl, (temporary, file) => {
    download(['kubernetes-client'], temporary, temporary);
    const archive = readdirSync(temporary).find((name) => name.endsWith('.deb'));
    if (archive?.includes('_1.20.') !== true)
      throw new Lacking(`apt offers ${archive ?? 'nothing'}, and the 1.20 of Debian 12 is needed`);
    run('dpkg-deb', ['-x', archive, 'unpacked'], temporary);
    renameSync(join(temporary, 'unpacked/usr/bin/kubectl'), file);
  });
}

ready(`Kubernetes ${versionOf('k8s.io/kubernetes')}`, cacheFolder(), () => {
  for (const name of Object.keys(packages) as (keyof typeof packages)[])
    if (!existsSync(pathOf(name))) build(name);
  if (existsSync(pathOf(oldKubectl))) return;
  try {
    unpackOldKubectl();
  } catch (error) {
    // Only Debian 12 has it. Elsewhere the suites that need it are skipped.
    if (!(error instanceof Lacking) || process.env.ROLLGATE_E2E === 'required') throw error;
    console.error(`No ${oldKubectl}: ${error.message}`);
  }
});
