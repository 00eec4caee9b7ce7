import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { resolveConfig } from 'prettier';
import { parse } from 'yaml';
import { readConfigFile } from '../../src/inputs/config-file.js';
import { inputIds, inputOf } from '../../src/inputs/table.js';
import { outputTable } from '../../src/contract/outcome.js';
import { fill } from '../../scripts/generators/markers.js';
import { listFiles } from '../../scripts/generators/list-files.js';
import { readRelease } from '../../scripts/generators/release-config.js';
import { generateSurfaces } from '../../scripts/generators/surfaces.js';
import { resolveWith } from '../support/resolve-inputs.js';

const root = new URL('../../', import.meta.url);
const read = (path: string): Promise<string> => readFile(new URL(path, root), 'utf8');
const list = (folder: string): Promise<readonly string[]> => listFiles(root, folder);

interface ActionYml {
  readonly name: string;
  readonly description: string;
  readonly inputs: Record<string, { description: string; required: boolean; default?: string }>;
  readonly outputs: Record<string, { description: string }>;
  readonly runs: { readonly using: string; readonly main: string };
}

describe('the generated files', () => {
  it('equal what the tables give; if not: npm run generate', async () => {
    const style = (await resolveConfig(new URL('action.yml', root))) ?? {};
    const release = await readRelease(root);
    for (const { path, content } of await generateSurfaces({ release, read, list, style })) {
      expect({ path, content: await read(path) }).toEqual({ path, content });
    }
  });
});

describe('action.yml', () => {
  let action: ActionYml;

  beforeAll(async () => {
    action = parse(await read('action.yml')) as ActionYml;
  });

  it('runs the bundle with a Node version of GitHub', async () => {
    const bin = (JSON.parse(await read('package.json')) as { bin: Record<string, string> }).bin;
    expect(action.runs).toEqual({ using: 'node24', main: 'dist/index.js' });
    expect(bin.rollgate).toBe(action.runs.main);
  });

  it('has every input, with its default only in the description', () => {
    expect(Object.keys(action.inputs)).toEqual(inputIds);
    for (const id of inputIds) {
      const { description, required, default: value } = action.inputs[id] ?? {};
      expect({ id, required }).toEqual({ id, required: false });
      expect({ id, value }).toEqual({
        id,
        value: {
          'host-token': '${{ github.token }}',
          'host-matrix': '${{ toJSON(matrix) }}',
        }[id as string],
      });
      expect(description).toContain(inputOf(id).description);
      if (inputOf(id).default !== undefined) {
        expect(description).toContain(`Default: ${inputOf(id).default ?? ''}.`);
      }
    }
  });

  it('has every output, described', () => {
    expect(Object.entries(action.outputs)).toEqual(
      outputTable.map(({ id, description }) => [id, { description }]),
    );
  });
});

describe('the JSON schema of the configuration file', () => {
  let validate: ValidateFunction;

  beforeAll(async () => {
    const schema = JSON.parse(await read('docs/rollgate.schema.json')) as object;
    validate = new Ajv2020({ allowUnionTypes: true }).compile(schema);
  });

  const good = [
    'url: https://app.example.com',
    'url: [https://a.example, https://b.example]\nexpect-status: [200-299, 404]\nfail-on: none',
    'duration: 10m\ninterval: 500ms\nwarm-up: 0\nmin-success-rate: 99.9%\ndry-run: true',
    'min-success-rate: 99.5\nmax-errors-per-minute: off\nmax-latency: p99 < 1s\nfollow-redirects: 3',
    'rollback: [kubernetes, ci]\nkubernetes-workload: deployment/api\nkubernetes-revision: 13',
    'rollback: kubernetes, ci\nrollback-parameters:\n  region: eu\n  count: 2\nrollback-wait: no',
    'expect-status: 204\nhealth-url: off\ngitlab-project: 42\nrequests-per-second: 0.5',
    'checks: []',
  ];

  it.each(good)('accepts what the program accepts: %j', (content) => {
    expect(validate(parse(content))).toBe(true);
    const { texts, problems } = readConfigFile('rollgate.yml', content);
    expect(problems).toEqual([]);
    expect([...texts].filter(([id, text]) => !inputOf(id).parse(text).ok)).toEqual([]);
  });

  it.each([
    'durration: 5m',
    'duration: 5',
    'min-success-rate: 0.95',
    'sensitivity: extreme',
    'github-token: abc',
    'headers: "A: b"',
    'config: other.yml',
    'rollback: [undo]',
    'url: ftp://a',
    'requests-per-second: 1000',
    'dry-run: maybe',
  ])('refuses what the program refuses: %j', (content) => {
    expect(validate(parse(content))).toBe(false);
    const { texts, problems } = readConfigFile('rollgate.yml', content);
    const wrong = [...texts].filter(([id, text]) => !inputOf(id).parse(text).ok);
    expect(problems.length + wrong.length).toBe(1);
  });

  it.each([
    '{ source: http, url: "http://a.test", max-latency: p95 < 1s, expect-status: [200, 300-399] }',
    '{ id: a, source: http, url: "http://a.test", baseline: { url: "http://b.test" }, baseline-margin: 1.5 }',
    '{ id: 7, source: prometheus, url: "http://a.test", total: a, errors: b, min-success-rate: 99.9%, max-errors-per-minute: off }',
    '{ source: prometheus, url: "http://a.test", value: x, reducer: max, max: 3, min: 0.5, on-no-data: ignore, parameters: { a: 1 } }',
    '{ source: prometheus, url: "http://a.test", preset: spring, selector: app="a", baseline: { selector: app="b" } }',
  ])('accepts the check that the program accepts: %s', (check) => {
    expect(validate(parse(`checks: [${check}]`))).toBe(true);
    const files = { 'rollgate.yml': `checks: [${check}]` };
    expect(resolveWith({ files }).problems).toEqual([]);
  });

  it.each([
    '{ url: "http://a.test" }',
    '{ source: htp, url: "http://a.test" }',
    '{ source: http, url: "http://a.test", max: 3 }',
    '{ source: http, url: "http://a.test", requests-per-secnd: 3 }',
    '{ source: http, url: "http://a.test", headers: { A: b } }',
    '{ source: http, url: "http://a.test", baseline: { expect-status: 200, url: "http://b.test" } }',
    '{ source: http, url: "http://a.test", min-success-rate: 0.95 }',
    '{ source: prometheus, url: "http://a.test", value: x, max: -1 }',
    'http',
  ])('refuses the check that the program refuses: %s', (check) => {
    expect(validate(parse(`checks: [${check}]`))).toBe(false);
    const files = { 'rollgate.yml': `checks: [${check}]` };
    expect(resolveWith({ files }).problems).toHaveLength(1);
  });

  it('accepts every default', () => {
    const defaults = inputIds.flatMap((id) => {
      const { default: text, inFile } = inputOf(id);
      return text === undefined || inFile === false ? [] : [[id, text] as const];
    });
    expect(validate(Object.fromEntries(defaults))).toBe(true);
  });
});

describe('the generated tables in the documentation', () => {
  it.each([
    ['README.md', 'exit-codes'],
    ['docs/commands.md', 'commands'],
    ['docs/commands.md', 'most-used-inputs'],
    ['docs/commands.md', 'outputs'],
    ['docs/inputs.md', 'inputs'],
  ])('%s has the table of %s', async (path, name) => {
    const page = await read(path);
    const from = page.indexOf(`<!-- generated:${name} -->`);
    const to = page.indexOf(`<!-- /generated:${name} -->`);
    expect(from).toBeGreaterThanOrEqual(0);
    expect(page.slice(from, to)).toMatch(/\n\| --- /);
  });

  it('docs/inputs.md has every input once', async () => {
    const page = await read('docs/inputs.md');
    const ids = [...page.matchAll(/^\| `([a-z-]+)` \|/gm)].map(([, id]) => id);
    expect(ids.sort()).toEqual([...inputIds].sort());
  });
});

describe('fill', () => {
  it('replaces the text between the markers, and nothing else', () => {
    const document = 'a\n<!-- generated:x -->\nold\n<!-- /generated:x -->\nb\n';
    const filled = 'a\n<!-- generated:x -->\n\nnew $& text\n\n<!-- /generated:x -->\nb\n';
    expect(fill(document, 'x', 'new $& text')).toBe(filled);
    expect(fill(filled, 'x', 'new $& text')).toBe(filled);
  });

  it.each([
    'nothing',
    '<!-- generated:x -->',
    '<!-- /generated:x --> <!-- generated:x -->',
    '<!-- generated:x --> <!-- /generated:x --> <!-- generated:x -->',
    '<!-- generated:x --> <!-- /generated:x --> <!-- /generated:x -->',
  ])('refuses a document without exactly one pair: %j', (document) => {
    expect(() => fill(document, 'x', 'new')).toThrow('each once and in this order');
  });
});
