import { spawnSync } from 'node:child_process';
import { copyFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Workplace } from '../support/bundle.js';

interface Packed {
  readonly filename: string;
  readonly size: number;
  readonly unpackedSize: number;
  readonly files: readonly { readonly path: string }[];
}

/** The package of npm, as `npx` gets it in a pipeline. */
describe('the package of npm', () => {
  const place = new Workplace();
  let packed: Packed;
  let manifest: Readonly<Record<string, unknown>>;

  beforeAll(() => {
    // `--ignore-scripts`: what is packed is what is committed.
    const flags = ['pack', '--json', '--ignore-scripts', '--pack-destination', place.folder];
    const { stdout, stderr } = spawnSync('npm', flags, {
      encoding: 'utf8',
      shell: process.platform === 'win32',
    });
    const [only] = JSON.parse(stdout) as Packed[];
    if (only === undefined) throw new Error(stderr);
    packed = only;
    spawnSync('tar', ['-xzf', packed.filename], { cwd: place.folder });
    manifest = JSON.parse(place.read('package/package.json') ?? '') as typeof manifest;
  });

  afterAll(() => {
    place.remove();
  });

  it('holds the bundle and the files that npm always packs, and nothing else', () => {
    const kilobytes = (bytes: number): string => `${(bytes / 1000).toFixed(0)} kB`;
    process.stdout.write(
      `the package: ${kilobytes(packed.size)}, unpacked ${kilobytes(packed.unpackedSize)}, ${String(packed.files.length)} files\n`,
    );
    const others = packed.files
      .map(({ path }) => path)
      .filter((path) => !/^dist\/[\w.-]+$/.test(path));
    expect(others.sort()).toEqual(['CHANGELOG.md', 'LICENSE', 'README.md', 'package.json']);
    const paths = packed.files.map(({ path }) => path);
    expect(paths).toContain('dist/index.js');
    // The orb is for CircleCI.
    expect(paths).not.toContain('dist/orb.yml');
    expect(packed.size).toBeLessThan(2_000_000);
  });

  it('has no dependency and no install script', () => {
    expect(manifest.dependencies).toBeUndefined();
    const scripts = Object.keys(manifest.scripts as object);
    expect(scripts.filter((name) => /^(pre|post)?(install|prepare|pack)$/.test(name))).toEqual([]);
    expect(manifest.bin).toEqual({ rollgate: 'dist/index.js' });
  });

  it('runs the demo by npx in an empty folder, without a network', async () => {
    const empty = new Workplace();
    copyFileSync(place.path(packed.filename), empty.path(packed.filename));
    const npx = process.platform === 'win32' ? 'npx.cmd' : 'npx';
    const { code, output } = await empty.launch(
      npx,
      ['--yes', '--offline', `./${packed.filename}`, 'demo', '--fast'],
      // An empty cache: nothing that this machine has by chance is used.
      { HOME: empty.folder, npm_config_cache: resolve(empty.folder, 'cache') },
    ).ended;
    expect({ code, output }).toEqual({ code: 0, output });
    expect(output).toContain('Rolled back and verified');
    expect(empty.read('rollgate-report/demo/report.json')).toContain('"exitCode": 1');
    empty.remove();
  });
});
