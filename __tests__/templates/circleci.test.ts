import { chmodSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { wrapperInputs } from '../../scripts/generators/wrapper-inputs.js';
import { packOrb } from '../../scripts/generators/orb-pack.js';
import { inputs } from '../../src/inputs/table.js';
import { ownVariable } from '../../src/inputs/variables.js';
import { Workplace } from '../support/bundle.js';
import { expand, orbSources, packedOrb, type Run } from '../support/orb.js';
import { describeWithSchemas, problemsOf } from '../support/schemas.js';

const sources = orbSources();
const orb = packedOrb();
const offered = wrapperInputs(inputs);
const gate = orb.commands.gate!;
const job = orb.jobs.gate!;
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
const own = ['is-rollback', 'cli', 'version', 'no-output-timeout'];
/** https://circleci.com/docs/reference/configuration-reference/#jobs-in-workflow */
const ofWorkflow = [
  ...['name', 'requires', 'context', 'type', 'filters', 'matrix', 'pre-steps', 'post-steps'],
  ...['serial-group', 'override-with'],
];
const ofJob = ['executor', 'checkout', 'workspace-root'];

const runIn = (steps: readonly unknown[]): Run =>
  steps.flatMap((step) =>
    typeof step === 'object' && step !== null && 'run' in step ? [step.run as Run] : [],
  )[0]!;

describe('the orb', () => {
  it('has every input of the table, in the command and in the job', () => {
    const ids = offered.map(({ id }) => id);
    expect(Object.keys(gate.parameters).sort()).toEqual([...own, ...ids].sort());
    expect(Object.keys(job.parameters).sort()).toEqual([...ofJob, ...own, ...ids].sort());
    for (const { id, description } of offered)
      expect(gate.parameters[id]?.description).toContain(description);
  });

  it('gives no input a default', () => {
    for (const { id, secret } of offered) {
      // A name that says nothing: the program looks at this variable in any case.
      const { type, default: value } = gate.parameters[id]!;
      expect({ id, type, value }).toEqual(
        secret
          ? { id, type: 'env_var_name', value: ownVariable(id) }
          : { id, type: 'string', value: '' },
      );
    }
  });

  it.each([...Object.entries(orb.commands), ...Object.entries(orb.jobs)])(
    '%s: uses every parameter that it declares, and no other',
    (_, part) => {
      const { parameters, description, ...body } = part;
      expect(description).not.toBe('');
      const used = [...JSON.stringify(body).matchAll(/<< parameters\.([a-z-]+) >>/g)];
      expect([...new Set(used.map(([, name]) => name))].sort()).toEqual(
        Object.keys(parameters).sort(),
      );
    },
  );

  it('describes every parameter, and puts no template into a description', () => {
    const parts = [
      ...Object.values(orb.commands),
      ...Object.values(orb.jobs),
      ...Object.values(orb.executors),
    ];
    for (const part of parts)
      for (const [name, { description = '' }] of Object.entries(part.parameters)) {
        expect({ name, description }).not.toEqual({ name, description: '' });
        expect(description).not.toContain('<<');
      }
  });

  it('has no job parameter with a name that workflows reserve', () => {
    expect(Object.keys(job.parameters).filter((name) => ofWorkflow.includes(name))).toEqual([]);
  });

  it('has no parameter inside the script', () => {
    const { run } = gate.steps![0] as { run: Run };
    expect(run.command).toBe(sources.get('scripts/gate.sh'));
    expect(run.command).not.toContain('<<');
  });

  it('has the version of the package', () => {
    expect(gate.parameters.version?.default).toBe(version);
    expect(orb.executors.default?.parameters.image?.default).toMatch(new RegExp(`:${version}$`));
    for (const { usage } of Object.values(orb.examples))
      expect((usage as { orbs: { rollgate: string } }).orbs.rollgate).toMatch(
        new RegExp(`/rollgate@${version}$`),
      );
  });

  it('has examples whose calls its parameters accept', () => {
    const calls: Readonly<Record<string, string>>[] = [];
    const visit = (value: unknown): void => {
      if (typeof value !== 'object' || value === null) return;
      for (const [key, one] of Object.entries(value)) {
        if (key === 'rollgate/gate') calls.push(one as Record<string, string>);
        visit(one);
      }
    };
    visit(orb.examples);
    expect(calls.length).toBeGreaterThan(2);
    for (const call of calls) {
      const given = Object.entries(call).filter(([name]) => !ofWorkflow.includes(name));
      expect(expand(orb, job, Object.fromEntries(given))).not.toEqual([]);
    }
  });
});

describe('a call of the orb', () => {
  const run = (given: Readonly<Record<string, string | boolean>>): Run =>
    runIn(expand(orb, job, given));

  it('passes each input in a variable', () => {
    const { environment } = run({ url: 'https://a.example', 'min-success-rate': '97' });
    expect(environment).toMatchObject({
      INPUT_URL: 'https://a.example',
      INPUT_MINSUCCESSRATE: '97',
      INPUT_DURATION: '',
      IS_ROLLBACK: '0',
      ROLLGATE_VERSION: version,
    });
    expect(Object.keys(environment)).toHaveLength(offered.length + own.length);
  });

  it('passes only the name of a secret', () => {
    const { environment } = run({ 'circleci-token': 'MY_TOKEN' });
    expect(environment).toMatchObject({ NAME_OF_INPUT_CIRCLECITOKEN: 'MY_TOKEN' });
    expect(environment).not.toHaveProperty('INPUT_CIRCLECITOKEN');
    expect(() => run({ 'circleci-token': 'CCIPAT_0123-456' })).toThrow('is not a variable name');
  });

  it('of the job runs the steps that its parameters ask for', () => {
    const names = (given: Readonly<Record<string, string | boolean>>): unknown[] =>
      expand(orb, job, given).map((step) =>
        typeof step === 'string' ? step : Object.keys(step)[0],
      );
    expect(names({})).toEqual(['checkout', 'run', 'store_test_results', 'store_artifacts']);
    expect(names({ checkout: false, 'workspace-root': '.' })).toEqual([
      'attach_workspace',
      'run',
      'store_test_results',
      'store_artifacts',
    ]);
  });
});

describe.each(['sh', 'bash'])('the script of the orb, in %s', (shell) => {
  let place: Workplace;

  beforeEach(() => {
    place = new Workplace();
    place.write('gate.sh', sources.get('scripts/gate.sh')!);
    place.write('show.sh', 'env | grep -E "^(INPUT_|ROLLBACK)" | sort');
    place.write('bin/npx', '#!/bin/sh\necho "npx $*"\n');
    chmodSync(place.path('bin/npx'), 0o755);
  });

  afterEach(() => {
    place.remove();
  });

  const shown = async (env: Readonly<Record<string, string>>): Promise<string> =>
    (await place.launch(shell, ['-e', 'gate.sh'], { ROLLGATE_CLI: 'sh show.sh', ...env }).ended)
      .output;

  it('reads a secret from the named variable', async () => {
    const env = { NAME_OF_INPUT_CIRCLECITOKEN: 'MINE', MINE: `a "b" $HOME \`id\` 'c' \\ d` };
    expect(await shown(env)).toBe(`INPUT_CIRCLECITOKEN=${env.MINE}\n`);
  });

  it('a secret whose variable is not set is empty', async () => {
    expect(await shown({ NAME_OF_INPUT_CIRCLECITOKEN: 'MINE' })).toBe('INPUT_CIRCLECITOKEN=\n');
  });

  it.each(['', '1A', 'A B', 'A;id', '$(id)', 'A-B'])(
    'an invalid variable name is ignored: %j',
    async (name) => {
      expect(await shown({ NAME_OF_INPUT_CIRCLECITOKEN: name })).toBe('');
    },
  );

  it('a line inside another variable is no variable', async () => {
    expect(await shown({ OTHER: 'x\nNAME_OF_INPUT_URL=OTHER' })).toBe('');
  });

  it.each([
    ['1', 'ROLLBACK=true\n'],
    ['true', 'ROLLBACK=true\n'],
    ['0', ''],
    ['false', ''],
  ])('is-rollback %s', async (value, expected) => {
    expect(await shown({ IS_ROLLBACK: value })).toBe(expected);
  });

  it("the user's own ROLLBACK wins over is-rollback", async () => {
    expect(await shown({ IS_ROLLBACK: '0', ROLLBACK: 'true' })).toBe('ROLLBACK=true\n');
  });

  it('runs the package of its version by npx', async () => {
    const { environment } = runIn(expand(orb, gate, {}));
    const PATH = `${place.path('bin')}:${process.env.PATH ?? ''}`;
    expect(await shown({ ...environment, PATH })).toBe(
      `npx --yes ${environment.ROLLGATE_PACKAGE ?? ''}@${version}\n`,
    );
  });
});

describe('the packer of the orb', () => {
  const pack = (files: Readonly<Record<string, string>>): unknown =>
    parse(packOrb(new Map(Object.entries(files))));

  it('merges the files of the root, and makes sections of folders of any depth', () => {
    expect(
      pack({
        '@orb.yml': 'version: "2.1"',
        'other.yaml': 'description: text',
        'commands/a.yml': 'steps: []',
        'commands/deep/er/b.yml': 'steps: [checkout]',
        'commands/.hidden.yml': 'steps: [no]',
        'scripts/a.sh': 'echo',
      }),
    ).toEqual({
      version: '2.1',
      description: 'text',
      commands: { a: { steps: [] }, b: { steps: ['checkout'] } },
    });
  });

  it('includes files in commands, jobs and executors, and nowhere else', () => {
    const text = '<< include(scripts/a.sh) >>';
    expect(
      pack({
        '@orb.yml': `description: '${text}'`,
        'commands/a.yml': `steps: [{ run: 'x ${text} y' }]`,
        'scripts/a.sh': 'cat <<EOF',
      }),
    ).toEqual({ description: text, commands: { a: { steps: [{ run: 'x cat \\<<EOF y' }] } } });
  });

  it('reads booleans as CircleCI does', () => {
    expect(pack({ '@orb.yml': 'a: yes\nb: "yes"\nc: Off\nd: y\non: x\ne: [NO]\nf: oN' })).toEqual({
      ...{ a: true, b: 'yes', c: false, d: 'y', on: 'x', e: [false], f: 'oN' },
    });
  });

  it.each([
    [{ 'commands/a.yml': 'a: 1', 'commands/x/a.yml': 'a: 1' }, 'two files are commands.a'],
    [{ 'commands/a.yml': 'a: <<include(b.sh)>>' }, 'there is no b.sh to include'],
  ])('refuses %j', (files, message) => {
    expect(() => pack(files)).toThrow(message);
  });
});

describeWithSchemas('the orb, by the published schema', ['circleci-config'], () => {
  // The schema has no place for an orb by itself, and patterns that know no parameters.
  const inlined = (value: unknown): unknown => ({
    version: 2.1,
    orbs: { rollgate: value },
    workflows: { main: { jobs: ['rollgate/gate'] } },
  });
  const filled = JSON.parse(
    JSON.stringify(orb).replaceAll('<< parameters.no-output-timeout >>', '10m'),
  ) as Record<string, unknown>;

  // What only the registry reads.
  const { version: number, display, examples, ...body } = filled;

  it('is valid', () => {
    expect([number, display, examples]).not.toContain(undefined);
    expect(problemsOf('circleci-config', inlined(body))).toEqual([]);
  });

  it.each(Object.entries(orb.examples))('the example %s is valid', (_, { usage }) => {
    expect(problemsOf('circleci-config', usage)).toEqual([]);
  });

  it('is invalid with an unknown parameter type', () => {
    const wrong = {
      ...body,
      commands: { a: { parameters: { b: { type: 'text' } }, steps: [] } },
    };
    expect(problemsOf('circleci-config', inlined(wrong))).not.toEqual([]);
  });
});
