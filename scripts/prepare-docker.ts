import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import {
  builtFolder,
  cacheFolder,
  composePackage,
  furtherFolder,
  furtherPackages,
  lacking,
  oldComposeFolder,
  oldPackages,
  packages,
  recipe,
  recipeFolder,
  recipePackages,
  unpackedFolder,
} from '../__tests__/e2e/compose/components.js';
import { Lacking, run } from './program.js';

/**
 * Brings a Docker engine and Compose into the cache, for the tests that need real ones. Nothing is installed, and nothing
 * outside of the cache is changed. What cannot be had is told; it is an error only with ROLLGATE_E2E=required.
 */

const MIRROR = 'ROLLGATE_DEBIAN_MIRROR';
const KEYRING = '/usr/share/keyrings/debian-archive-keyring.gpg';
/** A folder that is being filled, by its process. */
const UNFINISHED = /^\.unfinished-(\d+)-/;

function main(): void {
  mkdirSync(cacheFolder(), { recursive: true });
  removeForgotten();
  const problems = [
    attempt('the Docker engine and Compose of Debian', unpackedFolder(), unpackDebian),
    attempt('Compose from its source', builtFolder(), buildCompose),
    attempt('Compose 1 of Debian', oldComposeFolder(), unpackOldCompose),
    attempt('a registry and ssh of Debian', furtherFolder(), unpackFurther),
    attempt("OpenSSH's server and jq of Debian", recipeFolder(), unpackRecipes),
  ].filter((problem) => problem !== undefined);
  for (const problem of problems) process.stderr.write(`${problem}\n`);
  const required = process.env.ROLLGATE_E2E === 'required';
  if (required && (problems.length > 0 || lacking() !== undefined)) process.exitCode = 1;
}

/** Fills a folder aside and renames it: it is whole, or not there. */
function attempt(what: string, folder: string, fill: (folder: string) => void): string | undefined {
  if (existsSync(folder)) {
    process.stdout.write(`${what}: in ${folder}\n`);
    return undefined;
  }
  const began = Date.now();
  const unfinished = mkdtempSync(join(dirname(folder), `.unfinished-${String(process.pid)}-`));
  try {
    fill(unfinished);
    moveInto(unfinished, folder);
  } catch (error) {
    if (!(error instanceof Lacking)) throw error;
    return `${what}: not available: ${error.message}`;
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
  const seconds = ((Date.now() - began) / 1000).toFixed(0);
  process.stdout.write(`${what}: now in ${folder}, after ${seconds} s\n`);
  return undefined;
}

function moveInto(unfinished: string, folder: string): void {
  try {
    renameSync(unfinished, folder);
  } catch (error) {
    // Somebody else was faster.
    if (!existsSync(folder)) throw error;
  }
}

function removeForgotten(): void {
  for (const name of readdirSync(cacheFolder())) {
    const pid = UNFINISHED.exec(name)?.[1];
    if (pid !== undefined && !existsSync(`/proc/${pid}`))
      rmSync(join(cacheFolder(), name), { recursive: true, force: true });
  }
}

type Packages = Readonly<Record<string, readonly string[]>>;

/** Downloads packages by their release and unpacks them, without what nobody runs. */
function unpack(folder: string, wanted: Packages): void {
  const apt = aptOptions(join(folder, 'apt'), Object.keys(wanted));
  run('apt-get', [...apt, 'update']);
  const names = Object.entries(wanted).flatMap(([release, list]) =>
    list.map((name) => `${name}/${release}`),
  );
  const debs = join(folder, 'debs');
  mkdirSync(debs);
  run('apt-get', [...apt, 'download', ...names], debs);
  const versions = readdirSync(debs)
    .sort()
    .map((deb) => {
      run('dpkg-deb', ['-x', join(debs, deb), folder]);
      return run('dpkg-deb', ['-W', join(debs, deb)]).trim();
    });
  for (const name of ['apt', 'debs', 'etc', 'var', 'usr/share'])
    rmSync(join(folder, name), { recursive: true, force: true });
  writeFileSync(join(folder, 'versions.txt'), `${versions.join('\n')}\n`);
}

function unpackDebian(folder: string): void {
  unpack(folder, packages);
  // The names that dockerd looks for. In the packages they are absolute links, or made by scripts at installation.
  for (const [name, target] of [
    ['usr/bin/docker-init', 'tini-static'],
    ['usr/sbin/iptables', 'xtables-nft-multi'],
    ['usr/sbin/ip6tables', 'xtables-nft-multi'],
  ] as const) {
    rmSync(join(folder, name), { force: true });
    symlinkSync(target, join(folder, name));
  }
}

function unpackOldCompose(folder: string): void {
  unpack(folder, oldPackages);
  const lines = [
    '#!/bin/sh',
    'here=$(dirname "$(readlink -f "$0")")',
    'for libraries in "$here"/usr/lib/*-linux-gnu; do :; done',
    'LD_LIBRARY_PATH="$libraries:$here/lib/${libraries##*/}" PYTHONHOME="$here/usr" PYTHONNOUSERSITE=1 \\',
    '  exec "$here/usr/bin/python3.11" "$here/usr/bin/docker-compose" "$@"',
  ];
  const program = join(folder, 'docker-compose');
  writeFileSync(program, `${lines.join('\n')}\n`, { mode: 0o755 });
  run(program, ['version']);
}

function unpackFurther(folder: string): void {
  unpack(folder, furtherPackages);
}

function unpackRecipes(folder: string): void {
  unpack(folder, recipePackages);
}

/** An apt with a state of its own, which knows these releases, whatever the machine has. */
function aptOptions(state: string, releases: readonly string[]): string[] {
  const mirror = debianMirror();
  if (!existsSync(KEYRING))
    throw new Lacking(`${KEYRING} is not there: install the package debian-archive-keyring`);
  for (const name of ['lists/partial', 'cache/archives/partial'])
    mkdirSync(join(state, name), { recursive: true });
  const sources = join(state, 'sources.list');
  writeFileSync(
    sources,
    releases.map((release) => `deb [signed-by=${KEYRING}] ${mirror} ${release} main\n`).join(''),
  );
  const options = {
    'Dir::Etc::sourcelist': sources,
    'Dir::Etc::sourceparts': '/nonexistent',
    'Dir::State::lists': join(state, 'lists'),
    'Dir::State::status': '/dev/null',
    'Dir::Cache': join(state, 'cache'),
    'Acquire::Languages': 'none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled': 'false',
    'Acquire::Retries': '3',
    // The sandbox user may not enter the cache.
    'APT::Sandbox::User': 'root',
  };
  return ['-qq', ...Object.entries(options).flatMap(([name, value]) => ['-o', `${name}=${value}`])];
}

function debianMirror(): string {
  const given = process.env[MIRROR];
  if (given !== undefined && given !== '') return given;
  // What an update would fetch: that is known before there has ever been one.
  const uris = run('apt-get', ['update', '--print-uris']);
  const found = /^'(\S+\/debian)\/+dists\//m.exec(uris)?.[1];
  if (found === undefined)
    throw new Lacking(`apt of this machine names no Debian mirror; set ${MIRROR} to one`);
  return found;
}

function buildCompose(folder: string): void {
  const go = readFileSync(join(recipe, 'go.mod'), 'utf8');
  const module = composePackage.replace(/\/cmd$/, '');
  const version = go.split(`${module} `)[1]?.split(/\s/)[0] ?? 'unknown';
  const binary = join(folder, 'docker-compose');
  const flags = `-s -w -X ${module}/internal.Version=${version}`;
  const options = ['-trimpath', '-buildvcs=false', '-ldflags', flags];
  run('go', ['build', ...options, '-o', binary, composePackage], recipe, {
    ...process.env,
    CGO_ENABLED: '0',
    GOWORK: 'off',
  });
}

main();
