/**
 * Adds to package-lock.json the packages of other platforms that npm left out (npm/cli#4828), each with what the registry says
 * of its content: `npm ci` wants every optional dependency to be in the lockfile, whatever the platform, and checks nothing of
 * one without `integrity`. Run after `npm install`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';

const systems = ['android', 'darwin', 'freebsd', 'linux', 'openharmony', 'win32'];
const processors = {
  arm64: 'arm64',
  x64: 'x64',
  ia32: 'ia32',
  arm: 'arm',
  ppc64: 'ppc64',
  s390x: 's390x',
  riscv64: 'riscv64',
  loong64: 'loong64',
};

const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
for (const [path, entry] of Object.entries(lock.packages))
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {}))
    if (!isThere(name, path))
      lock.packages[`node_modules/${name}`] = describe(name, version, entry.dev);
for (const [path, entry] of Object.entries(lock.packages))
  if (path !== '' && entry.link !== true) entry.integrity ??= integrityOf(path, entry.version);
lock.packages = Object.fromEntries(
  Object.entries(lock.packages).sort(([a], [b]) => a.localeCompare(b, 'en')),
);
writeFileSync('package-lock.json', `${JSON.stringify(lock, null, 2)}\n`);

function isThere(name, from) {
  for (
    let path = from;
    ;
    path = path.slice(0, Math.max(0, path.lastIndexOf('node_modules/') - 1))
  ) {
    if (`${path === '' ? '' : `${path}/`}node_modules/${name}` in lock.packages) return true;
    if (path === '') return false;
  }
}

function integrityOf(path, version) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const integrity = execFileSync('npm', ['view', `${name}@${version}`, 'dist.integrity'], {
    encoding: 'utf8',
  }).trim();
  if (!integrity.startsWith('sha512-')) throw new Error(`what is in ${name}@${version}?`);
  return integrity;
}

function describe(name, version, dev) {
  const words = name.split('/').at(-1).split('-');
  const os = words.find((word) => systems.includes(word));
  const cpu = processors[words.find((word) => word in processors)];
  if (os === undefined || cpu === undefined) throw new Error(`which platform is ${name} for?`);
  return { version, cpu: [cpu], ...(dev ? { dev } : {}), optional: true, os: [os] };
}
