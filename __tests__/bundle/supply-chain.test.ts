import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';

interface Component {
  readonly name: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses: readonly { readonly expression: string }[];
  readonly hashes: readonly { readonly alg: string; readonly content: string }[];
}

const bill = JSON.parse(readFileSync('dist/sbom.cdx.json', 'utf8')) as {
  readonly bomFormat: string;
  readonly metadata: { readonly component: Component };
  readonly components: readonly Component[];
};
const licences = readFileSync('dist/licenses.txt', 'utf8');
const { packages } = JSON.parse(readFileSync('package-lock.json', 'utf8')) as {
  readonly packages: Readonly<Record<string, { readonly version: string; integrity?: string }>>;
};

describe('the bill of materials of the bundle', () => {
  it('is CycloneDX, for this version of the program', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    expect(bill.bomFormat).toBe('CycloneDX');
    expect(bill.metadata.component.version).toBe(version);
  });

  it('names the packages of the list of licences, and no others', () => {
    const listed = [...licences.matchAll(/^-{80}\n(\S+) \(.*\)\n-{80}$/gm)].map(([, name]) => name);
    expect(listed.length).toBeGreaterThan(20);
    expect(bill.components.map(({ name, version }) => `${name}@${version}`)).toEqual(listed);
  });

  it('has the checksums of the lockfile', () => {
    const locked = new Set(
      Object.values(packages).flatMap(({ integrity }) =>
        integrity === undefined
          ? []
          : [Buffer.from(integrity.replace('sha512-', ''), 'base64').toString('hex')],
      ),
    );
    for (const { hashes, name } of bill.components)
      expect([name, hashes.map(({ alg, content }) => [alg, locked.has(content)])]).toEqual([
        name,
        [['SHA-512', true]],
      ]);
  });

  it('holds only licences that ask for no more than to be named', () => {
    const permissive = [
      'MIT',
      'MIT-0',
      'ISC',
      '0BSD',
      'BSD-2-Clause',
      'BSD-3-Clause',
      'Apache-2.0',
    ];
    const others = bill.components.filter(
      ({ licenses }) => !licenses.every(({ expression }) => permissive.includes(expression)),
    );
    expect(others.map(({ purl }) => purl)).toEqual([]);
  });
});
