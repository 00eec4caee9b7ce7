import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { nameChunks, renameChunks, withNames, type Chunk } from '../../scripts/chunk-names.js';

const split = 'split chunk (cache group: default)';

function chunk(id: number, facts: Partial<Chunk>): Chunk {
  return { id, entry: false, origins: [], modules: [], ...facts };
}

function asked(request: string, moduleName = './src/pipelines/registry.ts'): Chunk['origins'] {
  return [{ moduleName, request }];
}

function files(...sizes: readonly (readonly [string, number])[]): Chunk['modules'] {
  return sizes.map(([name, size]) => ({ name, size }));
}

describe('the names of chunks', () => {
  it.each<[string, Partial<Chunk>, string]>([
    ['the entry: index', { entry: true }, 'index'],
    [
      'a file that is imported lazily: its path',
      {
        origins: asked('./github/client.js'),
        modules: files(['./src/pipelines/github/client.ts', 9]),
      },
      'pipelines-github-client',
    ],
    [
      'a file that webpack has merged with others: its path',
      {
        origins: asked('./github/client.js'),
        modules: [
          {
            name: './src/pipelines/github/client.ts + 1 modules',
            size: 29,
            modules: files(
              ['./src/pipelines/github/client.ts', 9],
              ['./src/pipelines/github/hints.ts', 20],
            ),
          },
        ],
      },
      'pipelines-github-client',
    ],
    [
      'two imports: the one whose file is in the chunk',
      {
        origins: [
          ...asked('./replay.js', './src/commands/main.ts'),
          ...asked('./rollback.js', './src/commands/main.ts'),
        ],
        modules: files(['./src/commands/rollback.ts', 9], ['./src/commands/roll-back.ts', 20]),
      },
      'commands-rollback',
    ],
    [
      'a package: its name',
      {
        origins: asked('@octokit/rest'),
        modules: files(['./node_modules/@octokit/rest/dist-src/index.js', 9]),
      },
      'octokit-rest',
    ],
    [
      'files of several imports: the largest file',
      {
        reason: split,
        modules: files(['./src/inputs/table.ts', 20], ['./src/contract/result.ts', 9]),
      },
      'shared-inputs-table',
    ],
    [
      'packages of several imports: the largest package',
      {
        reason: split,
        modules: files(
          ['./node_modules/axios/lib/a.js', 20],
          ['./node_modules/yaml/b.js', 15],
          ['./node_modules/yaml/c.js', 15],
        ),
      },
      'vendor-yaml',
    ],
  ])('%s', (_, facts, name) => {
    expect(nameChunks([chunk(1, facts)]).get(1)).toBe(name);
  });

  it('what every watch loads has one name, be it asked for or shared', () => {
    const main = { origins: asked('./commands/main.js', './src/index.ts') };
    const run = { origins: asked('./run.js', './src/commands/main.ts') };
    const names = nameChunks([
      chunk(1, main),
      chunk(2, { ...main, reason: split, modules: files(['./node_modules/axios/lib/a.js', 20]) }),
      chunk(3, { ...run, modules: files(['./src/commands/run.ts', 5]) }),
      chunk(4, { origins: asked('./replay.js', './src/commands/main.ts') }),
    ]);
    expect([...names.values()].sort()).toEqual(['commands-replay', 'core', 'core', 'core']);
  });

  it('stay the same under other numbers and in another order', () => {
    const zod = (id: number, file: string): Chunk =>
      chunk(id, { reason: split, modules: files([`./node_modules/zod/${file}`, 5]) });
    const before = nameChunks([zod(7, 'a.js'), zod(8, 'b.js')]);
    const after = nameChunks([zod(70, 'b.js'), zod(80, 'a.js')]);
    expect([before.get(7), before.get(8)]).toEqual(['vendor-zod', 'vendor-zod-2']);
    expect([after.get(80), after.get(70)]).toEqual(['vendor-zod', 'vendor-zod-2']);
  });
});

describe('the text of a chunk', () => {
  const names = new Map([
    [17, 'alpha'],
    [0, 'beta'],
  ]);

  it.each([
    [
      'const a = await __webpack_require__.e(/* import() */ 17).then(x(y, 17));',
      'const a = await __webpack_require__.e(/* import() */ "alpha").then(x(y, 17));',
    ],
    [
      '[__nccwpck_require__.e(0), __nccwpck_require__.e(17)]',
      '[__nccwpck_require__.e("beta"), __nccwpck_require__.e("alpha")]',
    ],
    [
      'export const id = 17;\nexport const ids = [17,0];',
      'export const id = "alpha";\nexport const ids = ["alpha","beta"];',
    ],
    ['\t"./a.js": [\n\t\t17,\n\t\t0\n\t],', '\t"./a.js": [\n\t\t17,\n\t\t"beta"\n\t],'],
    [
      'var installedChunks = {\n/******/ \t\t17: 0',
      'var installedChunks = {\n/******/ \t\t"alpha": 0',
    ],
    ['return "" + chunkId + ".index.js";', 'return "" + chunkId + ".js";'],
    ['throw new errors.e(17); export const idea = 17;', undefined],
  ])('gets names in place of numbers: %j', (text, renamed = text) => {
    expect(withNames(text, names)).toBe(renamed);
  });

  it('with an unknown chunk number fails the build', () => {
    expect(() => withNames('__webpack_require__.e(5)', names)).toThrow('no chunk 5');
  });
});

describe('chunks of one name', () => {
  it('become one file, which has the modules of all', () => {
    const folder = mkdtempSync(join(tmpdir(), 'rollgate-chunks-'));
    const text = (id: number, body: string): string =>
      `export const id = ${String(id)};\nexport const ids = [${String(id)}];\nexport const modules = {\n${body}\n};\n`;
    try {
      writeFileSync(join(folder, 'index.js'), 'await __nccwpck_require__.e(1);\n');
      writeFileSync(join(folder, '1.index.js'), text(1, '11: (m) => { m.a = {\n};\n}'));
      writeFileSync(join(folder, '2.index.js'), text(2, '22: (m) => { m.b = 2; }'));
      const of = {
        origins: [
          ...asked('./commands/main.js', './src/index.ts'),
          ...asked('./run.js', './src/commands/main.ts'),
          ...asked('./support/exec.js', './src/index.ts'),
        ],
      };
      renameChunks(folder, [chunk(0, { entry: true }), chunk(1, of), chunk(2, of)]);
      expect(readdirSync(folder).sort()).toEqual(['core.js', 'index.js']);
      expect(readFileSync(join(folder, 'index.js'), 'utf8')).toContain('.e("core")');
      expect(readFileSync(join(folder, 'core.js'), 'utf8')).toBe(
        'export const id = "core";\nexport const ids = ["core"];\nexport const modules = {\n' +
          '11: (m) => { m.a = {\n};\n},\n22: (m) => { m.b = 2; }\n};\n',
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
