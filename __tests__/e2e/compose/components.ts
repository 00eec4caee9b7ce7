import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * What is unpacked, by the Debian release that it is taken from. The engine and Compose of Debian 13 run with the C library of
 * Debian 12 (2.34 is asked for); what was linked against a newer one there comes from Debian 12, with the libraries.
 */
export const packages = {
  trixie: ['docker.io', 'containerd', 'docker-cli', 'docker-compose', 'busybox-static'],
  bookworm: [
    ...['runc', 'tini', 'iptables'],
    ...['libseccomp2', 'libsystemd0', 'libcap2', 'libgcrypt20', 'libgpg-error0'],
    ...['liblz4-1', 'liblzma5', 'libzstd1'],
    ...['libxtables12', 'libip4tc2', 'libip6tc2', 'libmnl0', 'libnftnl11'],
    ...['libnfnetlink0', 'libnetfilter-conntrack3'],
  ],
} as const;

/** Compose 1 of Debian 12, with the Python that it was made for. */
export const oldPackages = {
  bookworm: [
    ...['python3.11-minimal', 'libpython3.11-minimal', 'libpython3.11-stdlib'],
    ...['libexpat1', 'zlib1g', 'libssl3', 'libffi8', 'libbz2-1.0', 'liblzma5', 'libuuid1'],
    ...['docker-compose', 'python3-docker', 'python3-dockerpty', 'python3-docopt'],
    ...['python3-dotenv', 'python3-yaml', 'python3-texttable', 'python3-websocket'],
    ...['python3-requests', 'python3-urllib3', 'python3-certifi', 'python3-chardet'],
    ...['python3-charset-normalizer', 'python3-idna', 'python3-six', 'python3-distro'],
    ...['python3-jsonschema', 'python3-pyrsistent', 'python3-attr', 'python3-cached-property'],
    ...['python3-pkg-resources', 'python3-distutils', 'python3-lib2to3'],
  ],
} as const;

/** What only some tests need: a registry; a client and a server of ssh. With their libraries, which the machine may lack. */
export const furtherPackages = {
  bookworm: [
    ...['docker-registry', 'openssh-client', 'dropbear-bin', 'libtomcrypt1', 'libtommath1'],
    ...['libssl3', 'zlib1g', 'libselinux1', 'libpcre2-8-0', 'libgssapi-krb5-2', 'libkrb5-3'],
    ...['libk5crypto3', 'libkrb5support0', 'libcom-err2', 'libkeyutils1', 'libcrypt1'],
  ],
} as const;

/** What the recipes of the pages need on the machines that they change, and in the job: OpenSSH's own server, and jq. */
export const recipePackages = {
  bookworm: [
    ...['openssh-server', 'jq', 'libjq1', 'libonig5', 'libwrap0', 'libnsl2', 'libtirpc3'],
    ...['libpam0g', 'libaudit1', 'libcap-ng0', 'libsystemd0', 'libcap2', 'libgcrypt20'],
    ...['libgpg-error0', 'liblz4-1', 'liblzma5', 'libzstd1', 'libcrypt1', 'libssl3', 'zlib1g'],
    ...['libselinux1', 'libpcre2-8-0', 'libgssapi-krb5-2', 'libkrb5-3', 'libk5crypto3'],
    ...['libkrb5support0', 'libcom-err2', 'libkeyutils1'],
  ],
} as const;

/** The Go module that names the newer Compose. */
export const recipe = resolve('__tests__/e2e/compose/build');

/** The package of the Go module that is built. */
export const composePackage = 'github.com/docker/compose/v5/cmd';

/** `packaged`: of Debian 13, from 2024. `built`: from its source, of today. `v1`: the last one in Python, `docker-compose` only. */
export const composes = ['packaged', 'built', 'v1'] as const;
export type ComposeKind = (typeof composes)[number];

type Environment = Readonly<Record<string, string | undefined>>;

/** Outside of the repository: it outlives a checkout. */
export function cacheFolder(env: Environment = process.env): string {
  const base =
    env.ROLLGATE_CACHE ??
    join(env.XDG_CACHE_HOME ?? join(env.HOME ?? homedir(), '.cache'), 'rollgate');
  return join(base, 'docker');
}

/** Where the packages are unpacked. Another list has another folder: nothing in it is ever replaced. */
export function unpackedFolder(env?: Environment): string {
  return join(cacheFolder(env), `debian-${digest(JSON.stringify(packages))}`);
}

export function oldComposeFolder(env?: Environment): string {
  return join(cacheFolder(env), `compose-1-${digest(JSON.stringify(oldPackages))}`);
}

export function furtherFolder(env?: Environment): string {
  return join(cacheFolder(env), `further-${digest(JSON.stringify(furtherPackages))}`);
}

export function recipeFolder(env?: Environment): string {
  return join(cacheFolder(env), `recipes-${digest(JSON.stringify(recipePackages))}`);
}

/** The variable that makes the unpacked programs of a folder find their libraries. */
export function librariesOf(root: string): string {
  return [join(root, 'usr/lib'), join(root, 'lib')]
    .filter((folder) => existsSync(folder))
    .flatMap((folder) =>
      readdirSync(folder)
        .filter((name) => name.endsWith('-linux-gnu'))
        .map((name) => join(folder, name)),
    )
    .join(':');
}

/** Where Compose from its source is. */
export function builtFolder(env?: Environment): string {
  const names = ['go.mod', 'go.sum'];
  const text = names.map((name) => readFileSync(join(recipe, name), 'utf8')).join('');
  return join(cacheFolder(env), `compose-${digest(text)}`);
}

export function composeBinary(kind: ComposeKind, env?: Environment): string {
  switch (kind) {
    case 'packaged':
      return join(unpackedFolder(env), 'usr/libexec/docker/cli-plugins/docker-compose');
    case 'built':
      return join(builtFolder(env), 'docker-compose');
    case 'v1':
      return join(oldComposeFolder(env), 'docker-compose');
  }
}

/** What of Compose is on this machine; the first one is there wherever a suite is not skipped. */
export function availableComposes(): readonly ComposeKind[] {
  return composes.filter((kind) => existsSync(composeBinary(kind)));
}

/** A program that runs the jq of the recipes, as a script. */
export function jqScript(): string {
  const root = recipeFolder();
  return `#!/bin/sh\nLD_LIBRARY_PATH='${librariesOf(root)}' exec '${join(root, 'usr/bin/jq')}' "$@"\n`;
}

/** A sentence for people when no engine can be started here. */
export function lacking(): string | undefined {
  if (process.platform !== 'linux') return 'An engine of its own needs Linux.';
  if (process.getuid?.() !== 0) return 'An engine of its own needs root: run the tests with sudo.';
  const what = [
    ...(existsSync(unpackedFolder()) ? [] : ['the Docker engine']),
    ...(availableComposes().some((kind) => kind !== 'v1') ? [] : ['Compose']),
  ];
  return what.length === 0
    ? undefined
    : `${what.join(' and ')} not found: run "npm run e2e:compose", which fetches what is missing, or says why it cannot.`;
}

/** The same for a registry and for ssh. */
export function lackingFurther(): string | undefined {
  return existsSync(furtherFolder())
    ? undefined
    : 'A registry and ssh were not found: run "npm run e2e:compose", which fetches them, or says why it cannot.';
}

/** The same for the recipes. */
export function lackingRecipes(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'A server of ssh needs Linux, and root: run the tests with sudo.';
  if (!existsSync(recipeFolder()))
    return 'What the recipes need was not found: run "npm run e2e:compose", which fetches it, or says why it cannot.';
  return existsSync('/usr/bin/curl') ? undefined : 'curl was not found: install it.';
}

/** The same for Compose 1. */
export function lackingOld(): string | undefined {
  return existsSync(composeBinary('v1'))
    ? undefined
    : 'Compose 1 not found: run "npm run e2e:compose", which fetches it, or says why it cannot.';
}

function digest(text: string): string {
  return createHash('sha256').update(`${process.arch}\n${text}`).digest('hex').slice(0, 12);
}
