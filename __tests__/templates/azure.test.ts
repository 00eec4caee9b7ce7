import { cpSync, existsSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { extensionFolder, taskName } from '../../scripts/generators/azure.js';
import { wrapperInputs } from '../../scripts/generators/wrapper-inputs.js';
import { camelName } from '../../src/systems/system.js';
import { inputs } from '../../src/inputs/table.js';
import { actionVariables } from '../../src/inputs/variables.js';
import { outputTable } from '../../src/contract/outcome.js';
import { fillTemplate, stepTemplate } from '../support/azure-template.js';
import { node, Workplace, type Ended } from '../support/bundle.js';
import { describeWithSchemas, problemsOf } from '../support/schemas.js';

interface Task {
  readonly name: string;
  readonly friendlyName: string;
  readonly version: Readonly<Record<string, number>>;
  readonly groups: readonly { readonly name: string; readonly displayName: string }[];
  readonly inputs: readonly {
    readonly name: string;
    readonly type: string;
    readonly label: string;
    readonly defaultValue: string;
    readonly required: boolean;
    readonly groupName: string;
    readonly helpMarkDown: string;
  }[];
  readonly outputVariables: readonly { readonly name: string; readonly description: string }[];
  readonly restrictions: unknown;
  readonly execution: Readonly<Record<string, { readonly target: string }>>;
  readonly minimumAgentVersion: string;
}

interface Extension {
  readonly version: string;
  readonly icons: { readonly default: string };
  readonly content: { readonly details: { readonly path: string } };
  readonly files: readonly { readonly path: string }[];
  readonly contributions: readonly { readonly properties: { readonly name: string } }[];
}

const read = (path: string): unknown =>
  JSON.parse(readFileSync(`${extensionFolder}/${path}`, 'utf8'));
const task = read(`${taskName}/task.json`) as Task;
const extension = read('vss-extension.json') as Extension;
const offered = wrapperInputs(inputs);
const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };

describe('the task for Azure DevOps', () => {
  it('has every input of the table, empty by default', () => {
    expect(task.inputs.map(({ name, helpMarkDown, label }) => [name, label, helpMarkDown])).toEqual(
      offered.map(({ id, description }) => [camelName(id), id, description]),
    );
    for (const input of task.inputs)
      expect(input).toMatchObject({ defaultValue: '', required: false });
  });

  it('gives each input a variable that the program reads', () => {
    // azure-pipelines-agent, Handler.cs and VarUtil.cs
    const variables = task.inputs.map(({ name }) => `INPUT_${name.toUpperCase()}`);
    expect(variables).toEqual(offered.map(({ variable }) => variable));
    for (const { id, variable } of offered) expect(actionVariables(id)).toContain(variable);
    expect(new Set(variables).size).toBe(variables.length);
  });

  it('has names and labels that Azure accepts', () => {
    expect(task.friendlyName.length).toBeLessThanOrEqual(40);
    for (const { name, groupName } of task.inputs) {
      expect(name).toMatch(/^[A-Za-z][A-Za-z0-9]*$/);
      expect(task.groups.map((group) => group.name)).toContain(groupName);
    }
  });

  it('may set its outputs, and no other variable', () => {
    const names = outputTable.map(({ id }) => camelName(id));
    expect(task.outputVariables.map(({ name }) => name)).toEqual(names);
    expect(task.restrictions).toEqual({
      commands: { mode: 'restricted' },
      settableVariables: { allowed: names },
    });
  });

  it('runs on the Node versions that agents have', () => {
    expect(Object.keys(task.execution)).toEqual(['Node24', 'Node20_1']);
    for (const { target } of Object.values(task.execution))
      expect(existsSync(`${extensionFolder}/${taskName}/${target}`)).toBe(true);
    expect(task.minimumAgentVersion).toBe('3.232.1');
  });

  it('and the extension have the version of the package', () => {
    const { Major, Minor, Patch } = task.version;
    expect([Major, Minor, Patch].join('.')).toBe(version.replace(/-.*/, ''));
    expect(extension.version).toBe(version.replace(/-.*/, ''));
  });

  it('the extension contains the task, the bundle, and only files that exist', () => {
    const paths = [
      ...extension.files.map(({ path }) => path),
      extension.icons.default,
      extension.content.details.path,
    ];
    for (const path of paths)
      expect({ path, there: existsSync(`${extensionFolder}/${path}`) }).toEqual({
        path,
        there: true,
      });
    expect(extension.files).toEqual([
      { path: taskName },
      { path: '../../dist', packagePath: `${taskName}/dist` },
    ]);
    expect(extension.contributions[0]?.properties.name).toBe(taskName);
    // tfx takes no page from outside.
    expect(extension.content.details.path).not.toContain('..');
  });
});

describe('the script that the agent runs', () => {
  let place: Workplace;

  beforeEach(() => {
    place = new Workplace();
    cpSync(`${extensionFolder}/${taskName}/index.js`, place.path('index.js'));
  });

  afterEach(() => {
    place.remove();
  });

  /** With a program of these lines. */
  const run = (lines: string, env: Readonly<Record<string, string>> = {}): Promise<Ended> => {
    place.write('dist/package.json', '{ "type": "module" }');
    place.write('dist/index.js', `import { writeFileSync } from 'node:fs';\n${lines}`);
    return place.launch(node, ['index.js'], { AGENT_TEMPDIRECTORY: place.folder, ...env }).ended;
  };
  const reports = (code: number): string =>
    `writeFileSync('report.json', '{ "exitCode": ${String(code)} }');
     writeFileSync(process.env.ROLLGATE_RECEIPT, process.cwd() + '/report.json\\n');`;

  it.each([0, 2, 3, 4, 5, 6, 7])('ends with %d when the program does', async (code) => {
    expect((await run(`process.exit(${String(code)})`)).code).toBe(code);
    expect((await run(`process.exitCode = ${String(code)}`)).code).toBe(code);
  });

  it('ends with 1 when the program does and its report says 1', async () => {
    expect(await run(`${reports(1)} process.exit(1)`)).toEqual({ code: 1, output: '' });
  });

  it.each([
    ['there is no report', ''],
    ['the report has another code', reports(3)],
    ['the report is of an earlier run', `writeFileSync('rollgate-report.json', '{"exitCode":1}');`],
  ])('ends with 7 when the program ends with 1 and %s', async (_, lines) => {
    const { code, output } = await run(`${lines} process.exit(1)`);
    expect(code).toBe(7);
    expect(output).toContain('ended with 1, and no report of this run says so');
  });

  it('ends with 7 when the program cannot be loaded', async () => {
    expect((await run('nothing.is.here')).code).toBe(7);
    expect((await run('this is no program')).code).toBe(7);
  });

  it('ends with 7 when there is no program', async () => {
    expect(
      (await place.launch(node, ['index.js'], { AGENT_TEMPDIRECTORY: place.folder }).ended).code,
    ).toBe(7);
  });

  it("ends with 7 when the program ends with a code that is not Rollgate's", async () => {
    expect((await run('process.exit(13)')).code).toBe(7);
  });

  it('leaves no file behind', async () => {
    await run(`${reports(1)} process.exit(1)`);
    expect(Object.keys(place.files()).filter((name) => name.startsWith('rollgate-'))).toEqual([]);
  });

  const token = 'console.log(process.env.SYSTEM_ACCESSTOKEN)';
  const ofJob = { ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN: 'of the job' };

  it('passes the token of the job on, unless the user has set one', async () => {
    expect((await run(token, ofJob)).output).toBe('of the job\n');
    expect((await run(token, { ...ofJob, SYSTEM_ACCESSTOKEN: 'mapped' })).output).toBe('mapped\n');
  });
});

describe('the step template for Azure DevOps', () => {
  const own = ['stepName', 'displayName', 'condition', 'isRollback', 'cli', 'version'];

  it('has a parameter for every input, empty by default', () => {
    expect(stepTemplate.parameters.map(({ name }) => name)).toEqual([
      ...own,
      ...offered.map(({ id }) => camelName(id)),
    ]);
    for (const { name, type, default: value } of stepTemplate.parameters) {
      expect({ name, type }).toEqual({ name, type: 'string' });
      if (!own.includes(name)) expect({ name, value }).toEqual({ name, value: '' });
    }
    expect(fillTemplate({}).env.ROLLGATE_VERSION).toBe(version);
  });

  it('uses every parameter', () => {
    const used = [...JSON.stringify(stepTemplate.steps).matchAll(/parameters\.(\w+)/g)];
    expect([...new Set(used.map(([, name]) => name))].sort()).toEqual(
      stepTemplate.parameters.map(({ name }) => name).sort(),
    );
  });

  it('passes each parameter in a variable, and none inside the script', () => {
    const { bash, env } = fillTemplate({ minSuccessRate: '97' });
    expect(env).toMatchObject({
      INPUT_MINSUCCESSRATE: '97',
      INPUT_URL: '',
      SYSTEM_ACCESSTOKEN: '$(System.AccessToken)',
    });
    expect(bash).toBe(readFileSync('templates/shell/gate.sh', 'utf8').replace('#!/bin/sh\n', ''));
    expect(bash).not.toContain('${{');
  });

  it.each([
    ['true', 'true'],
    ['True', 'true'],
    ['1', 'true'],
    ['false', undefined],
    ['', undefined],
  ])('isRollback %j sets ROLLBACK to %j', (isRollback, expected) => {
    expect(fillTemplate({ isRollback }).env.ROLLBACK).toBe(expected);
  });
});

describeWithSchemas('the task, by the published schema', ['azure-task'], () => {
  it('is valid', () => {
    expect(problemsOf('azure-task', task)).toEqual([]);
  });

  it.each([
    ['a handler that does not exist', { ...task, execution: { Node22: { target: 'index.js' } } }],
    ['an input with a hyphen', { ...task, inputs: [{ ...task.inputs[0], name: 'dry-run' }] }],
  ])('is invalid with %s', (_, wrong) => {
    expect(problemsOf('azure-task', wrong)).not.toEqual([]);
  });
});

describeWithSchemas('the extension, by the published schema', ['vss-extension'], () => {
  it('is valid', () => {
    expect(problemsOf('vss-extension', extension)).toEqual([]);
  });

  it('is invalid without categories', () => {
    expect(problemsOf('vss-extension', { ...extension, categories: 'Deploy' })).not.toEqual([]);
  });
});

describeWithSchemas('the step template, by the published schema', ['azure-pipelines'], () => {
  it('is valid', () => {
    // The pattern of names knows no expressions.
    const steps = [{ ...(stepTemplate.steps[0] as object), name: 'rollgate' }];
    expect(problemsOf('azure-pipelines', { ...stepTemplate, steps })).toEqual([]);
  });

  it('is valid as a step of a pipeline, with its parameters filled in', () => {
    expect(
      problemsOf('azure-pipelines', { steps: [fillTemplate({ isRollback: 'true' })] }),
    ).toEqual([]);
  });

  it('a step with an unknown key is invalid', () => {
    expect(problemsOf('azure-pipelines', { steps: [{ bash: 'x', environment: {} }] })).not.toEqual(
      [],
    );
  });
});
