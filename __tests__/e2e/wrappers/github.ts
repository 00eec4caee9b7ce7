import { chmodSync, cpSync, existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import { inputOf, type InputId } from '../../../src/inputs/table.js';
import type { RunReport } from '../../../src/report/record.js';
import { node, type Workplace } from '../../support/bundle.js';
import { git, makeRepository } from './repository.js';
import type { Came, Driver, Ended, Gate, Pipeline } from './scenario.js';
import { fileOf, goTools, lacking } from './tools.js';
import type { TestBed } from './test-bed.js';

/** The commit that our pages pin actions/checkout to; act takes the checkout of the repository itself for done. */
const checkout = 'actions/checkout@8e8c483db84b4bee98b60c0593521ed34d9990e8';

/** The action, run by act on this machine. */
export const github: Driver = {
  system: 'github',
  lacking: lacking(goTools),
  async run({ gates, files, isRollback }: Pipeline, bed: TestBed): Promise<Ended> {
    const { workflow, secrets } = written(gates, bed.place.path('kept'));
    const { log } = await runGithub(bed.place, {
      files: { ...files, '.github/workflows/deploy.yml': stringify(workflow) },
      secrets,
      path: bed.binaries,
      ...(isRollback === true ? { dispatch: { rollback: 'true' } } : {}),
    });
    const came = gates.map(({ name }) => [name, gateOf(bed.place, log, name)] as const);
    return { gates: Object.fromEntries(came), log };
  },
};

/** The workflow of somebody who has these gates, and a step after each that shows what it is given. */
function written(
  gates: readonly Gate[],
  kept: string,
): { readonly workflow: unknown; readonly secrets: Readonly<Record<string, string>> } {
  const secrets = new Map<string, string>();
  const steps = gates.flatMap(({ name, inputs }) => [
    {
      name,
      id: name,
      // Whatever became of the one before.
      if: 'always()',
      uses: './',
      with: Object.fromEntries(
        Object.entries(inputs).map(([id, value]) => {
          if (inputOf(id as InputId).secret !== true) return [id, value];
          const secret = `THE_${id.toUpperCase().replaceAll('-', '_')}`;
          secrets.set(secret, value);
          return [id, `\${{ secrets.${secret} }}`];
        }),
      ),
    },
    {
      name: `after ${name}`,
      if: 'always()',
      env: { OUTPUTS: `\${{ toJSON(steps.${name}.outputs) }}`, KEPT: join(kept, name) },
      run: [
        'mkdir -p "$KEPT"',
        'printf "%s" "$OUTPUTS" > "$KEPT/outputs.json"',
        `cp -R "${inputs['report-dir'] ?? 'rollgate-report'}" "$KEPT/report"`,
      ].join('\n'),
    },
  ]);
  const workflow = {
    on: { push: {}, workflow_dispatch: { inputs: { rollback: { type: 'string' } } } },
    permissions: { contents: 'read', actions: 'write' },
    jobs: { deploy: { 'runs-on': 'ubuntu-latest', steps: [{ uses: checkout }, ...steps] } },
  };
  return { workflow, secrets: Object.fromEntries(secrets) };
}

function gateOf(place: Workplace, log: string, name: string): Came {
  const end = new RegExp(
    `(Success|Failure) - Main ${name} \\[(?:(?!- Main)[^])*?(?:exit status (\\d+)|- Main)`,
  ).exec(log);
  const read = (file: string): string | null => {
    const path = place.path(join('kept', name, file));
    return existsSync(path) ? readFileSync(path, 'utf8') : null;
  };
  const report = read('report/report.json');
  return {
    exitCode: end === null ? null : end[1] === 'Success' ? 0 : Number(end[2]),
    report: report === null ? null : (JSON.parse(report) as RunReport),
    outputs: JSON.parse(read('outputs.json') ?? '{}') as Record<string, string>,
  };
}

interface RunnerOptions {
  /** Of the repository, besides the action itself. */
  readonly files: Readonly<Record<string, string>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** A folder for the front of the path. */
  readonly path?: string;
  /** Inputs of a run that is started by hand; otherwise it is a push. */
  readonly dispatch?: Readonly<Record<string, string>>;
  /** The one workflow that is run; otherwise all that the event starts. */
  readonly workflow?: string;
  /** Actions of others, by name and commit: the folders that stand for them. */
  readonly actions?: Readonly<Record<string, string>>;
  /** What the runner's environment has besides. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Of the files. */
  readonly executable?: readonly string[];
}

/** Stands for an action of others: a folder with a script that does what these lines say. */
export function standIn(place: Workplace, name: string, lines: readonly string[]): string {
  const folder = `actions/${name}`;
  const script = ["const fs = require('node:fs');", 'const { env } = process;', ...lines, ''];
  place.write(
    `${folder}/action.yml`,
    stringify({ name, description: name, runs: { using: 'node24', main: 'index.cjs' } }),
  );
  place.write(`${folder}/index.cjs`, script.join('\n'));
  return place.path(folder);
}

/** Runs the workflows of a repository that has the action in its root. */
export async function runGithub(
  place: Workplace,
  {
    files,
    secrets = {},
    path,
    dispatch,
    workflow,
    actions = {},
    variables = {},
    executable = [],
  }: RunnerOptions,
): Promise<{ readonly code: number | null; readonly log: string }> {
  const repository = place.path('github/shop');
  makeRepository(repository, files);
  for (const name of executable) chmodSync(join(repository, name), 0o755);
  for (const name of ['action.yml', 'dist'])
    cpSync(name, join(repository, name), { recursive: true });
  git(repository, 'add', '--all');
  git(repository, 'commit', '--quiet', '--message', 'The action');
  git(repository, 'remote', 'add', 'origin', 'https://github.com/acme/shop.git');
  place.write('github/event.json', JSON.stringify({ inputs: dispatch ?? {} }));
  const flags = [
    ...['--directory', repository],
    ...['ubuntu-latest', 'self-hosted'].flatMap((label) => ['--platform', `${label}=-self-hosted`]),
    ...['--eventpath', place.path('github/event.json')],
    ...(workflow === undefined
      ? []
      : ['--workflows', join(repository, '.github/workflows', workflow)]),
    ...Object.entries(secrets).flatMap(([name, value]) => ['--secret', `${name}=${value}`]),
    ...Object.entries(variables).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
    ...Object.entries(actions).flatMap(([name, folder]) => [
      '--local-repository',
      `${name}=${folder}`,
    ]),
  ];
  const event = dispatch === undefined ? 'push' : 'workflow_dispatch';
  const { code, output } = await place.launch(fileOf(goTools, 'act'), [event, ...flags], {
    PATH: [...(path === undefined ? [] : [path]), dirname(node), process.env.PATH].join(':'),
    HOME: place.path('github'),
  }).ended;
  return { code, log: output };
}
