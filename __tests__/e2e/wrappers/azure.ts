import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { extensionFolder, taskName } from '../../../scripts/generators/azure.js';
import { camelName } from '../../../src/systems/system.js';
import { outputTable } from '../../../src/contract/outcome.js';
import type { RunReport } from '../../../src/report/record.js';
import { fillTemplate } from '../../support/azure-template.js';
import { bundle, node, type Workplace } from '../../support/bundle.js';
import type { Came, Driver, Ended, Gate, Pipeline } from './scenario.js';
import { fileOf, lacking, node24, tfx } from './tools.js';
import type { TestBed } from './test-bed.js';

/** The extension as it is published, unpacked. */
export interface Extension {
  readonly folder: string;
  /** What tfx said. */
  readonly output: string;
  readonly bytes: number;
}

/** Packages it with tfx, in the place and once for each. */
export function extension(place: Workplace): Extension {
  const folder = place.path('azure/extension');
  const vsix = place.path('azure/rollgate.vsix');
  const log = place.path('azure/tfx.log');
  if (!existsSync(vsix)) {
    const flags = ['--no-prompt', '--no-color', '--output-path', vsix];
    const manifest = ['--root', extensionFolder, '--manifests', 'vss-extension.json'];
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [fileOf(tfx), 'extension', 'create', ...manifest, ...flags],
      { encoding: 'utf8' },
    );
    place.write('azure/tfx.log', `${stdout}${stderr}`);
    if (status !== 0) throw new Error(`${stdout}${stderr}`);
    const unpacked = spawnSync('unzip', ['-q', vsix, '-d', folder]);
    if (unpacked.status !== 0) throw new Error(`unzip: ${String(unpacked.stderr)}`);
  }
  return { folder, output: readFileSync(log, 'utf8'), bytes: readFileSync(vsix).length };
}

interface Task {
  readonly inputs: readonly { readonly name: string; readonly defaultValue: string }[];
  readonly execution: Readonly<Record<string, { readonly target: string }>>;
  readonly restrictions: { readonly settableVariables: { readonly allowed: readonly string[] } };
}

const unzip = spawnSync('unzip', ['-v']).error === undefined ? undefined : 'unzip is not there.';

/** The task out of the packaged extension, on the newest runtime that it is for. */
export const azure: Driver = {
  system: 'azure',
  lacking: lacking(tfx, node24) ?? unzip,
  run: (pipeline, bed) => runWith('task', pipeline, bed),
};

/** How an agent may run it. */
export const ways = {
  /** The task, by what the agent has with `Node24`. */
  task: { handler: 'Node24', node: fileOf(node24) },
  /** The task, by what an older agent has. */
  older: { handler: 'Node20_1', node },
  /** The step template, by bash. */
  steps: undefined,
} as const;

/** Runs the pipeline's gates as the agent does it, one after the other. */
export async function runWith(
  way: keyof typeof ways,
  { gates, files = {}, isRollback }: Pipeline,
  bed: TestBed,
): Promise<Ended> {
  const folder = 'azure/s';
  mkdirSync(bed.place.path(folder), { recursive: true });
  mkdirSync(bed.place.path('azure/temp'), { recursive: true });
  for (const [path, text] of Object.entries(files)) bed.place.write(join(folder, path), text);
  const logs: string[] = [];
  const came: [string, Came][] = [];
  for (const gate of gates) {
    const { code, output } = await start(way, gate, isRollback === true, bed);
    logs.push(output);
    const report = bed.place.path(
      join(folder, gate.inputs['report-dir'] ?? 'rollgate-report', 'report.json'),
    );
    const outputs = obeyed(output, way);
    came.push([
      gate.name,
      {
        exitCode: code,
        report: existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as RunReport) : null,
        outputs,
      },
    ]);
  }
  return { gates: Object.fromEntries(came), log: logs.join('') };
}

/** What the agent says of the run. */
function agentVariables({ place, binaries }: TestBed): Readonly<Record<string, string>> {
  return {
    PATH: `${binaries}:${process.env.PATH ?? ''}`,
    TF_BUILD: 'True',
    AGENT_TEMPDIRECTORY: place.path('azure/temp'),
    BUILD_BUILDID: '4711',
    BUILD_REASON: 'IndividualCI',
    SYSTEM_JOBATTEMPT: '1',
    SYSTEM_DEFAULTWORKINGDIRECTORY: place.path('azure/s'),
  };
}

async function start(
  way: keyof typeof ways,
  { inputs }: Gate,
  isRollback: boolean,
  bed: TestBed,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const { place } = bed;
  const of = ways[way];
  const variables = agentVariables(bed);
  const given = new Map(Object.entries(inputs).map(([id, value]) => [camelName(id), value]));
  if (of !== undefined) {
    // `env:` of the step: the parameter of the pipeline.
    const more: Record<string, string> = isRollback ? { ROLLBACK: 'true' } : {};
    return runTask(of, given, { ...variables, ...more }, place);
  }
  const { bash, env } = fillTemplate({
    cli: `${node} ${bundle}`,
    isRollback: String(isRollback),
    ...Object.fromEntries(given),
  });
  place.write('azure/temp/step.sh', bash);
  // The token of this job is none of the stand-in's.
  const { SYSTEM_ACCESSTOKEN: macro, ...rest } = env;
  if (macro !== '$(System.AccessToken)') throw new Error(macro);
  return inFolder(place, 'bash', [place.path('azure/temp/step.sh')], { ...variables, ...rest });
}

/** The task of the packaged extension. @param given its inputs, by their names */
function runTask(
  of: { readonly handler: string; readonly node: string },
  given: ReadonlyMap<string, string>,
  variables: Readonly<Record<string, string>>,
  place: Workplace,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const task = JSON.parse(
    readFileSync(join(extension(place).folder, taskName, 'task.json'), 'utf8'),
  ) as Task;
  const unknown = [...given.keys()].filter((name) => !task.inputs.some((one) => one.name === name));
  if (unknown.length > 0) throw new Error(`the task has no input ${unknown.join(', ')}`);
  // azure-pipelines-agent, Handler.cs: every input that the task has, in capitals.
  const env = task.inputs.map(({ name, defaultValue }) => [
    `INPUT_${name.toUpperCase()}`,
    given.get(name) ?? defaultValue,
  ]);
  const target = task.execution[of.handler]?.target ?? '';
  return inFolder(place, of.node, [resolve(extension(place).folder, taskName, target)], {
    ...variables,
    ...(Object.fromEntries(env) as Record<string, string>),
  });
}

interface PipelineStep {
  readonly task?: string;
  readonly inputs?: Readonly<Record<string, string>>;
  readonly bash?: string;
  readonly script?: string;
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * The steps of a job that a user has written, until one fails. What it publishes stays in the folder.
 *
 * @param given.variables of the pipeline
 */
export async function runSteps(
  steps: readonly PipelineStep[],
  given: {
    readonly files: Readonly<Record<string, string>>;
    readonly executable: readonly string[];
    readonly variables: Readonly<Record<string, string>>;
  },
  bed: TestBed,
): Promise<{
  readonly code: number | null;
  readonly report: RunReport | null;
  readonly log: string;
}> {
  const { place } = bed;
  for (const [path, text] of Object.entries(given.files)) {
    place.write(join('azure/s', path), text);
    if (given.executable.includes(path)) chmodSync(place.path(join('azure/s', path)), 0o755);
  }
  mkdirSync(place.path('azure/temp'), { recursive: true });
  const variables = new Map(Object.entries(given.variables));
  variables.set('Agent.TempDirectory', place.path('azure/temp'));
  let log = '';
  let code: number | null = null;
  for (const step of steps) {
    const filled = JSON.parse(
      // A macro whose variable is not known stays as it is.
      JSON.stringify(step).replace(/\$\(([\w.]+)\)/g, (macro, name: string) =>
        JSON.stringify(variables.get(name) ?? macro).slice(1, -1),
      ),
    ) as PipelineStep;
    const env = {
      ...agentVariables(bed),
      ...Object.fromEntries(
        [...variables].map(([name, value]) => [name.toUpperCase().replaceAll('.', '_'), value]),
      ),
      ...filled.env,
    };
    const text = filled.bash ?? filled.script;
    if (text !== undefined) place.write('azure/temp/step.sh', text);
    else if (filled.task?.startsWith(`${taskName}@`) !== true) continue;
    const ended =
      text === undefined
        ? await runTask(ways.task, new Map(Object.entries(filled.inputs ?? {})), env, place)
        : await inFolder(place, 'bash', [place.path('azure/temp/step.sh')], env);
    log += ended.output;
    code = ended.code;
    if (code !== 0) break;
    for (const [, name = '', value = ''] of ended.output.matchAll(
      /^##vso\[task\.setvariable variable=(\w+)\](.*)$/gm,
    ))
      variables.set(name, value);
  }
  const report = place.read('azure/s/rollgate-report/report.json');
  return { code, report: report === undefined ? null : (JSON.parse(report) as RunReport), log };
}

function inFolder(
  place: Workplace,
  program: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Promise<{ readonly code: number | null; readonly output: string }> {
  const there = ['-c', 'cd "$0" && exec "$@"', place.path('azure/s'), program, ...args];
  return place.launch('/bin/sh', there, env).ended;
}

/** What a task whose commands are restricted may say (azure-pipelines-agent: `AllowedInRestrictedMode`). */
const permitted = ['task.logissue', 'task.setsecret', 'task.setvariable', 'task.debug'];

/**
 * The outputs, by id, that the agent takes out of the log.
 * @throws when the task says what it may not say: the agent would warn
 */
function obeyed(log: string, way: keyof typeof ways): Record<string, string> {
  const values = new Map<string, string>();
  for (const [line, command = '', properties = '', data = ''] of log.matchAll(
    /^##vso\[([\w.]+) ?([^\]]*)\](.*)$/gm,
  )) {
    if (way !== 'steps' && !permitted.includes(command)) throw new Error(`not allowed: ${line}`);
    const name = /(?:^|;)variable=([^;]*)/.exec(properties)?.[1];
    if (command !== 'task.setvariable' || name === undefined) continue;
    if (!/(?:^|;)isOutput=true/.test(properties)) throw new Error(`no output: ${line}`);
    values.set(name, unescape(data));
  }
  const names = outputTable.map(({ id }) => camelName(id));
  for (const name of values.keys())
    if (!names.includes(name)) throw new Error(`the task may not set ${name}`);
  return Object.fromEntries(
    outputTable.flatMap(({ id }) => {
      const value = values.get(camelName(id));
      return value === undefined ? [] : [[id, value] as const];
    }),
  );
}

function unescape(data: string): string {
  return data.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%AZP25', '%');
}
