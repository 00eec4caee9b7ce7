import { spawnSync } from 'node:child_process';
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

// Makes sure that the binaries of the e2e tests with Kubernetes are in the cache:
// node --import tsx scripts/build-kubernetes.ts

/** Fails with a sentence, and no stack trace. */
class BuildError extends Error {}

function run(program: string, args: readonly string[], options: { cwd: string }): void {
  const { status, error } = spawnSync(program, args, {
    ...options,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, CGO_ENABLED: '0', GOWORK: 'off' },
  });
  if (error)
    throw new BuildError(`"${program}" could not be started (${error.message}); install it first.`);
  if (status !== 0) throw new BuildError(`"${program} ${args.slice(0, 2).join(' ')}" failed.`);
}

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
    run('go', ['build', ...flags, '-o', file, packages[binary]], { cwd: recipe });
  });
}

/** The package is unpacked and not installed: the machine keeps the kubectl that it has. */
function unpackOldKubectl(): void {
  make(oldKubectl, (temporary, file) => {
    const cwd = temporary;
    const patient = ['-q', '-o', 'Acquire::Retries=3'];
    const download = [...patient, 'download', 'kubernetes-client'];
    if (spawnSync('apt-get', download, { cwd, stdio: 'ignore' }).status !== 0) {
      // The machine may never have fetched the lists.
      run('apt-get', [...patient, 'update'], { cwd });
      run('apt-get', download, { cwd });
    }
    const archive = readdirSync(temporary).find((name) => name.endsWith('.deb'));
    if (archive?.includes('_1.20.') !== true)
      throw new BuildError(
        `apt offers ${archive ?? 'nothing'}, and the 1.20 of Debian 12 is needed.`,
      );
    run('dpkg', ['-x', archive, 'unpacked'], { cwd });
    renameSync(join(temporary, 'unpacked/usr/bin/kubectl'), file);
  });
}

const began = Date.now();
try {
  for (const name of Object.keys(packages) as (keyof typeof packages)[])
    if (!existsSync(pathOf(name))) build(name);
  if (!existsSync(pathOf(oldKubectl))) {
    try {
      unpackOldKubectl();
    } catch (error) {
      // Only Debian 12 has it. Elsewhere the suites that need it are skipped.
      if (!(error instanceof BuildError) || process.env.ROLLGATE_E2E === 'required') throw error;
      console.error(`No ${oldKubectl}: ${error.message}`);
    }
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  console.log(
    `Kubernetes ${versionOf('k8s.io/kubernetes')} is ready in ${cacheFolder()} (${seconds} s)`,
  );
} catch (error) {
  if (!(error instanceof BuildError)) throw error;
  console.error(`The components of Kubernetes could not be made ready: ${error.message}`);
  process.exitCode = 1;
}
