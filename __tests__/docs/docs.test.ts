import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse, parseAllDocuments, parseDocument } from 'yaml';
import { commonOptions } from '../../src/inputs/checks/limits.js';
import { sources } from '../../src/sources/registry.js';
import { switchNames } from '../../src/inputs/commands.js';
import { exitCodeTable, outputTable } from '../../src/contract/outcome.js';
import { configuredStrategies } from '../../src/inputs/configured.js';
import { inputIds, isInputId } from '../../src/inputs/table.js';
import { composeInputs, readDeclaration } from '../../src/pipelines/github/workflow.js';
import { resolveWith } from '../support/resolve-inputs.js';

const root = resolve('.');

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Paths of files from the root, without what is not written by people. */
function filesBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (!entry.isDirectory()) return [path];
    const foreign = ['node_modules', 'dist', 'coverage', '.git', 'rollgate-report', '.cache'];
    return foreign.includes(entry.name) ? [] : filesBelow(path);
  });
}

const documents = filesBelow('.').filter((path) => path.endsWith('.md'));
const exampleFiles = filesBelow('examples').filter((path) => path.endsWith('.yml'));

interface Block {
  readonly where: string;
  readonly language: string;
  readonly text: string;
}

/** The fenced code blocks of a document; one inside of a list loses the indentation of its fence. */
function blocksOf(path: string): Block[] {
  const fence = /^( *)```(\w*)\n([\s\S]*?)^\1```$/gm;
  const text = read(path);
  return [...text.matchAll(fence)].map((found) => ({
    where: `${path}:${String(text.slice(0, found.index).split('\n').length)}`,
    language: found[2] ?? '',
    text: (found[3] ?? '').replaceAll(new RegExp(`^${found[1] ?? ''}`, 'gm'), ''),
  }));
}

const yamlBlocks = documents
  .flatMap(blocksOf)
  .filter(({ language }) => language === 'yaml' || language === 'yml');

/** Every YAML text that a reader may copy. */
const yamlTexts: readonly (readonly [where: string, text: string])[] = [
  ...yamlBlocks.map(({ where, text }) => [where, text] as const),
  ...exampleFiles.map((path) => [path, read(path)] as const),
];

/** What a heading is linked by: https://docs.github.com/get-started/writing-on-github (section links). */
function anchorsOf(path: string): string[] {
  return [...read(path).matchAll(/^#{1,6} +(.*)$/gm)].map(([, title = '']) =>
    title
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .trim()
      .replace(/ /g, '-'),
  );
}

/** Inline links of the prose; what stands in code is none. */
function linksOf(path: string): string[] {
  const prose = read(path)
    .replace(/^( *)```[\s\S]*?^\1```$/gm, '')
    .replace(/`[^`\n]*`/g, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target = '']) => target);
}

interface Step {
  readonly uses: string;
  readonly with: Readonly<Record<string, unknown>>;
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every map that has `uses`, wherever it stands. */
function stepsIn(value: unknown): Step[] {
  if (Array.isArray(value)) return value.flatMap(stepsIn);
  if (!isMap(value)) return [];
  const own =
    typeof value.uses === 'string'
      ? [{ uses: value.uses, with: isMap(value.with) ? value.with : {} }]
      : [];
  return [...own, ...Object.values(value).flatMap(stepsIn)];
}

/** The scripts of all steps. */
function scriptsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(scriptsIn);
  if (!isMap(value)) return [];
  const own = typeof value.run === 'string' ? [value.run] : [];
  return [...own, ...Object.values(value).flatMap(scriptsIn)];
}

const steps = yamlTexts.flatMap(([where, text]) =>
  stepsIn(parse(text)).map((step) => ({ where, ...step })),
);
const gateSteps = steps.filter(({ uses }) => uses.includes('/rollgate@'));

describe('links', () => {
  it.each(documents.map((path) => [path] as const))('%s has no broken link', (path) => {
    const broken = linksOf(path).filter((target) => {
      if (/^[a-z]+:/i.test(target)) return false;
      const [file = '', anchor] = target.split('#');
      const full = file === '' ? path : join(dirname(path), file);
      if (relative('.', full).startsWith('..') || !existsSync(join(root, full))) return true;
      return anchor !== undefined && !anchorsOf(full).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  it('the paths in CONTRIBUTING exist', () => {
    const named = [...read('CONTRIBUTING.md').matchAll(/`((?:src|__tests__|docs)\/[^`]*)`/g)]
      .map(([, path = '']) => path)
      .filter((path) => !path.includes('<'));
    expect(named.length).toBeGreaterThan(10);
    expect(named.filter((path) => !existsSync(join(root, path)))).toEqual([]);
  });

  it('the registries in CONTRIBUTING are in their files', () => {
    const named = [...read('CONTRIBUTING.md').matchAll(/`(\w+)` (?:in|of) `(src\/[^`]*\.ts)`/g)];
    expect(named.length).toBeGreaterThan(5);
    for (const [, name = '', path = ''] of named) {
      expect(read(path)).toMatch(new RegExp(`(const|interface) ${name}\\b`));
    }
  });
});

describe('YAML in the documentation', () => {
  it.each(yamlTexts)('%s parses', (_, text) => {
    const document = parseDocument(text);
    expect(document.errors).toEqual([]);
    expect(document.warnings).toEqual([]);
    expect(document.contents).not.toBeNull();
  });

  it.each(yamlTexts)('%s has no expression inside a script', (_, text) => {
    expect(scriptsIn(parse(text)).filter((script) => script.includes('${{'))).toEqual([]);
  });

  it('in docs/ and examples/ each foreign action is pinned by its commit, with the version', () => {
    const copied = yamlTexts.filter(([where]) => /^(docs|examples)\//.test(where));
    const foreign = copied.flatMap(([, text]) =>
      [...text.matchAll(/^\s*(?:- )?uses: (.*)$/gm)].map(([, uses = '']) => uses),
    );
    const unpinned = foreign
      .filter((uses) => !/\/rollgate(@|\/\.github\/)/.test(uses))
      .filter(
        (uses) =>
          !/^(https:\/\/github\.com\/)?[\w-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/.test(uses),
      );
    expect(foreign.length).toBeGreaterThan(0);
    expect(unpinned).toEqual([]);
  });
});

describe('inputs in the documentation', () => {
  it.each(gateSteps.map((step) => [`${step.where} ${JSON.stringify(step.with)}`, step] as const))(
    '%s: each is an input of the action',
    (_, step) => {
      const action = parse(read('action.yml')) as { inputs: Readonly<Record<string, unknown>> };
      expect(Object.keys(action.inputs)).toEqual(expect.arrayContaining(Object.keys(step.with)));
    },
  );

  it.each(gateSteps.map((step) => [`${step.where} ${JSON.stringify(step.with)}`, step] as const))(
    '%s: each value is accepted',
    (_, step) => {
      const flags = Object.fromEntries(
        Object.entries(step.with).map(([id, value]) => [
          id,
          // What GitHub puts in is unknown here; a word stands for it, a number, or an address.
          String(value).replace(
            /\$\{\{[^}]*\}\}/g,
            id === 'shard' ? '1' : /(^|-)url$/.test(id) ? 'https://x.example' : 'x',
          ),
        ]),
      );
      // Only targets can be shared.
      const files = { 'rollgate.yml': 'targets: [{ name: api, url: https://x.example }]' };
      expect(
        resolveWith(flags.shard === undefined ? { flags } : { flags, files }).problems,
      ).toEqual([]);
    },
  );

  it.each(
    yamlBlocks
      .filter(({ text }) => {
        const value: unknown = parse(text);
        return isMap(value) && Object.keys(value).some((key) => isInputId(key) || key === 'checks');
      })
      .map(({ where, text }) => [where, text] as const),
  )('%s is a valid configuration', (_, text) => {
    const filled = text.replace(/\$\{\{[^}]*\}\}/g, 'x');
    expect(resolveWith({ files: { 'rollgate.yml': filled } }).problems).toEqual([]);
  });

  it('docs/checks.md has an example of every source', () => {
    const shown = blocksOf('docs/checks.md').flatMap(({ text }) =>
      [...text.matchAll(/^ {4}source: (\w+)$/gm)].map(([, source = '']) => source),
    );
    expect([...new Set(shown)].sort()).toEqual([...Object.keys(sources)].sort());
  });

  it.each(documents.map((path) => [path] as const))('%s names only inputs that exist', (path) => {
    // `duration: 5m` in the prose of a page is an input with a value.
    const known = new Set<string>([...inputIds, ...checkOptions, ...keysOfOtherFormats]);
    const named = [...read(path).matchAll(/`([a-z]+(?:-[a-z]+)*): [^`\n]+`/g)].map(
      ([, id = '']) => id,
    );
    expect(named.filter((id) => !known.has(id))).toEqual([]);
  });

  it.each(documents.map((path) => [path] as const))('%s has only flags that exist', (path) => {
    const commands = [...read(path).matchAll(/rollgate\/?\S* .*|dist\/index\.js .*/g)].join('\n');
    const flags = [...commands.matchAll(/\s--([a-z]+(?:-[a-z]+)*)/g)].map(([, flag = '']) => flag);
    expect(flags.filter((flag) => !isInputId(flag) && !ownFlags.includes(flag))).toEqual([]);
  });
});

/** What may stand in an entry of `checks`. */
const checkOptions = [
  'source',
  'baseline',
  ...Object.keys(commonOptions),
  ...Object.values(sources).flatMap(({ options }) => Object.keys(options)),
];

/** What is given to the component or to the reusable workflow, wherever it stands. */
function givenTo(value: unknown, key: 'component' | 'remote' | 'uses', what: RegExp): string[] {
  if (Array.isArray(value)) return value.flatMap((item) => givenTo(item, key, what));
  if (!isMap(value)) return [];
  const target = value[key];
  const given = [value.inputs, value.with].filter(isMap).flatMap((map) => Object.keys(map));
  const own = typeof target === 'string' && what.test(target) ? given : [];
  return [...own, ...Object.values(value).flatMap((item) => givenTo(item, key, what))];
}

describe('inputs of the wrappers in the documentation', () => {
  const all = yamlTexts.map(([, text]) =>
    parseAllDocuments(text).map((one) => one.toJS() as unknown),
  );

  it('of the GitLab component exist', () => {
    const [header] = parseAllDocuments(read('templates/rollgate/template.yml'));
    const { spec } = header?.toJS() as { spec: { inputs: Readonly<Record<string, unknown>> } };
    const given = (['component', 'remote'] as const).flatMap((key) =>
      givenTo(all, key, /rollgate/),
    );
    expect(given.length).toBeGreaterThan(5);
    expect(given.filter((id) => !(id in spec.inputs))).toEqual([]);
  });

  it('of the reusable workflow exist', () => {
    const { on } = parse(read('.github/workflows/rollgate.yml')) as {
      on: { workflow_call: { inputs: Readonly<Record<string, unknown>> } };
    };
    const given = givenTo(all, 'uses', /workflows\/rollgate\.yml/);
    expect(given.length).toBeGreaterThan(1);
    expect(given.filter((id) => !(id in on.workflow_call.inputs))).toEqual([]);
  });
});

/** Flags that are no input, and the word for any of them. */
const ownFlags: readonly string[] = ['help', 'version', 'flag', ...switchNames];

/** Keys of workflows, of other tools and of the tables in `src/`, which pages show in the same way. */
const keysOfOtherFormats = [
  'actions',
  'component',
  'cli',
  'concurrency',
  'configures',
  'contents',
  'include',
  'credentials',
  'on',
  'permissions',
  'pull-requests',
  'root',
  'run-name',
  'strategy',
  'secret',
  'shell',
  'threshold',
  'uses',
];

describe('the examples', () => {
  it('rollgate.yml is valid and configures the ci strategy', () => {
    const resolution = resolveWith({ files: { 'rollgate.yml': read('examples/rollgate.yml') } });
    expect(resolution.problems).toEqual([]);
    expect(resolution.notices).toEqual([]);
    expect(configuredStrategies(resolution)).toMatchObject([{ id: 'ci', configured: true }]);
  });

  it('the rollback workflow accepts what the deploy workflow has Rollgate send', () => {
    const declaration = readDeclaration(read('examples/.github/workflows/rollback.yml'));
    expect(declaration).toMatchObject({ dispatch: true, showsId: true });
    const given = stepsIn(parse(read('examples/.github/workflows/deploy.yml')))
      .map((step) => step.with['rollback-parameters'])
      .filter((value) => typeof value === 'string');
    expect(given).toHaveLength(2);
    for (const parameters of given) {
      const { settings } = resolveWith({ flags: { 'rollback-parameters': parameters } });
      const composed = composeInputs(
        {
          ref: undefined,
          optional: { rollback: 'true', rollback_id: 'x', rollback_target: 'default' },
          parameters: settings['rollback-parameters'] ?? {},
          correlationId: 'x',
        },
        declaration,
        'rollback.yml',
      );
      expect(composed.problems).toEqual([]);
      expect(Object.keys(composed.inputs)).toEqual([
        'rollback',
        'rollback_id',
        'rollback_target',
        'version',
      ]);
    }
  });

  it('the two workflows have different concurrency groups', () => {
    const groups = ['deploy', 'rollback'].map(
      (name) =>
        (
          parse(read(`examples/.github/workflows/${name}.yml`)) as {
            concurrency: { group: string };
          }
        ).concurrency.group,
    );
    expect(new Set(groups).size).toBe(2);
  });

  it.each(exampleFiles.map((path) => [path] as const))(
    '%s is also in the documentation',
    (path) => {
      const text = read(path);
      expect(yamlBlocks.some((block) => block.text === text)).toBe(true);
    },
  );
});

describe('docs/report.md', () => {
  const page = read('docs/report.md');

  it('names every output', () => {
    const missing = outputTable.filter(({ id }) => !page.includes(`\`${id}\``));
    expect(missing).toEqual([]);
  });

  it('names every exit code', () => {
    const codes = [...page.matchAll(/^\| (\d) \|/gm)].map(([, code]) => Number(code));
    expect(codes).toEqual(exitCodeTable.map(({ code }) => code));
  });

  it('shows valid JSON', () => {
    const shown = blocksOf('docs/report.md').filter(({ language }) => language === 'json');
    expect(shown.map(({ text }) => JSON.parse(text) as unknown)).toMatchObject([{ schema: 1 }]);
  });
});
