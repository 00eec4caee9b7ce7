import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { wrapperInputs } from '../../scripts/generators/wrapper-inputs.js';
import { camelName } from '../../src/systems/system.js';
import { inputs } from '../../src/inputs/table.js';
import { fillTemplate } from '../support/azure-template.js';
import { expand, packedOrb } from '../support/orb.js';
import { resolveWith } from '../support/resolve-inputs.js';

/** What the pages tell to write into the configuration of CircleCI, Jenkins and Azure DevOps. */

interface Block {
  readonly where: string;
  readonly language: string;
  readonly text: string;
}

const pages = [
  ...readdirSync('docs')
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
  'templates/azure-devops/overview.md',
];
const blocks: readonly Block[] = pages.flatMap((path) => {
  const page = readFileSync(path, 'utf8');
  return [...page.matchAll(/^```(\w+)\n([^]*?)^```$/gm)].map((found) => ({
    where: `${path}:${String(page.slice(0, found.index).split('\n').length)}`,
    language: found[1] ?? '',
    text: found[2] ?? '',
  }));
});
const offered = wrapperInputs(inputs);
const idOf = new Map(offered.map(({ id }) => [camelName(id), id]));
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

/** Every value of the key, wherever it stands. */
function valuesOf(value: unknown, key: string): unknown[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as Readonly<Record<string, unknown>>).flatMap(([name, one]) => [
    ...(name === key ? [one] : []),
    ...valuesOf(one, key),
  ]);
}

const yaml = blocks
  .filter(({ language }) => language === 'yaml')
  .map(({ where, text }) => ({ where, value: parse(text) as unknown }));

/** The values are accepted; what the system puts in is unknown here, and a word or a number stands for it. */
function expectAccepted(given: Readonly<Record<string, unknown>>): void {
  const flags = Object.entries(given).map(([id, value]) => [
    id,
    String(value).replace(/\$\([\w.]+\)|\$\{\{.*?\}\}/g, id === 'shard' ? '1' : 'x'),
  ]);
  // Only targets can be shared.
  const files = { 'rollgate.yml': 'targets: [{ name: api, url: https://x.example }]' };
  expect(
    resolveWith({
      flags: Object.fromEntries(flags) as Record<string, string>,
      ...(given.shard === undefined ? {} : { files }),
    }).problems,
  ).toEqual([]);
}

describe('CircleCI in the documentation', () => {
  const orb = packedOrb();
  const own = [
    'is-rollback',
    'cli',
    'version',
    'no-output-timeout',
    'executor',
    'checkout',
    'workspace-root',
  ];
  const calls = yaml.flatMap(({ where, value }) =>
    valuesOf(value, 'rollgate/gate').map(
      (call) => [where, (call ?? {}) as Readonly<Record<string, string>>] as const,
    ),
  );

  it('is shown more than three times', () => {
    expect(calls.length).toBeGreaterThan(3);
  });

  it.each(calls)('%s: the orb accepts the call', (_, { context, requires, ...given }) => {
    expect([context, requires]).toBeDefined();
    const filled = Object.entries(given).map(([name, value]) => [
      name,
      value === '<< pipeline.parameters.rollback >>' ? false : value,
    ]);
    expect(
      expand(orb, orb.jobs.gate!, Object.fromEntries(filled) as Record<string, string>),
    ).not.toEqual([]);
    expectAccepted(
      Object.fromEntries(Object.entries(given).filter(([name]) => !own.includes(name))),
    );
  });

  it('has this version', () => {
    const orbs = yaml
      .flatMap(({ value }) => valuesOf(value, 'rollgate'))
      .filter((one) => typeof one === 'string');
    expect(orbs.length).toBeGreaterThan(2);
    for (const one of orbs) expect(one).toContain(version);
  });
});

describe('Azure DevOps in the documentation', () => {
  const tasks = yaml.flatMap(({ where, value }) =>
    [value, ...valuesOf(value, 'steps')]
      .flat()
      .filter((step) => (step as { task?: string } | null)?.task?.startsWith('Rollgate@') === true)
      .map(
        (step) =>
          [where, step as { task: string; inputs?: Readonly<Record<string, string>> }] as const,
      ),
  );
  const templates = yaml.flatMap(({ where, value }) =>
    valuesOf(value, 'steps')
      .flat()
      .filter((step) => (step as { template?: string } | null)?.template !== undefined)
      .map(
        (step) =>
          [
            where,
            step as { template: string; parameters: Readonly<Record<string, string>> },
          ] as const,
      ),
  );

  it('is shown as a task and as a template', () => {
    expect(tasks.length).toBeGreaterThan(4);
    expect(templates.length).toBeGreaterThan(0);
  });

  it.each(tasks)('%s: the task has these inputs', (_, { task, inputs: given = {} }) => {
    expect(task).toBe(`Rollgate@${version.split('.')[0] ?? ''}`);
    for (const name of Object.keys(given)) expect([...idOf.keys()]).toContain(name);
    expectAccepted(
      Object.fromEntries(
        Object.entries(given).map(([name, value]) => [idOf.get(name) ?? '', value]),
      ),
    );
  });

  it.each(templates)('%s: the template has these parameters', (_, { template, parameters }) => {
    expect(template).toBe('templates/azure-devops/steps.yml@rollgate');
    expect(fillTemplate(parameters).bash).not.toBe('');
  });
});

describe('Jenkins in the documentation', () => {
  const own = ['cli', 'version', 'credentials', 'failBuild'];
  const calls = blocks
    .filter(({ language }) => language === 'groovy')
    .flatMap(({ where, text }) =>
      [...text.matchAll(/\brollgate\((.*)\)$/gm)].map(([, call = '']) => [where, call] as const),
    );

  it('is shown more than three times', () => {
    expect(calls.length).toBeGreaterThan(3);
  });

  it.each(calls)('%s: the step accepts rollgate(%s)', (_, call) => {
    // What is in brackets is the value of an argument.
    const names = [...call.replace(/\[.*?\]/g, '').matchAll(/(\w+): /g)].map(
      ([, name = '']) => name,
    );
    expect(names.filter((name) => !own.includes(name) && !idOf.has(name))).toEqual([]);
    const credentials = [...(/credentials: \[(.*?)\]/.exec(call)?.[1] ?? '').matchAll(/(\w+): /g)];
    const known = [
      'jenkins',
      ...offered.filter(({ secret, file }) => secret || file).map(({ id }) => camelName(id)),
    ];
    expect(
      credentials.map(([, name]) => name).filter((name) => !known.includes(name ?? '')),
    ).toEqual([]);
  });
});
