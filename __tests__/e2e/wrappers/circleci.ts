import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parse } from 'yaml';
import { inputOf, type InputId } from '../../../src/inputs/table.js';
import { ownVariable } from '../../../src/inputs/variables.js';
import { outputTable } from '../../../src/contract/outcome.js';
import type { RunReport } from '../../../src/report/record.js';
import { bundle, node } from '../../support/bundle.js';
import { expand, packedOrb, type Run, type Step } from '../../support/orb.js';
import type { Came, Driver, Ended, Gate, Pipeline } from './scenario.js';
import type { TestBed } from './test-bed.js';

const orb = packedOrb();
const job = orb.jobs.gate!;

/** The job of the packed orb, in a real shell: CircleCI itself runs on its own servers only. */
export const circleci: Driver = {
  system: 'circleci',
  lacking: undefined,
  async run({ gates, files = {}, isRollback }: Pipeline, bed: TestBed): Promise<Ended> {
    const logs: string[] = [];
    const came: [string, Came][] = [];
    for (const gate of gates) {
      const { steps, secrets } = written(gate, isRollback === true);
      const machine = new Machine(bed, gate.name, files, secrets);
      for (const step of steps) logs.push(await machine.run(step));
      came.push([gate.name, await machine.came()]);
    }
    return { gates: Object.fromEntries(came), log: logs.join('') };
  },
};

/** What a job of a workflow with these arguments comes to; secrets are in a context. */
function written(
  { inputs }: Gate,
  isRollback: boolean,
): { readonly steps: readonly Step[]; readonly secrets: Readonly<Record<string, string>> } {
  const secrets: Record<string, string> = {};
  const given = Object.entries(inputs).map(([id, value]) => {
    if (inputOf(id as InputId).secret !== true) return [id, value] as const;
    const variable = `THE_${id.toUpperCase().replaceAll('-', '_')}`;
    secrets[variable] = value;
    return [id, variable] as const;
  });
  const steps = expand(orb, job, {
    cli: `${node} ${bundle}`,
    'is-rollback': isRollback,
    ...Object.fromEntries(given),
  });
  return { steps, secrets };
}

interface Call {
  readonly 'rollgate/gate'?: Readonly<Record<string, string | boolean>>;
  readonly run?: { readonly command: string };
}

/** A job that a user has written into a configuration, with what its workflow may give it. */
export async function runJob(
  configuration: string,
  name: string,
  { files, variables, executable }: JobGiven,
  bed: TestBed,
): Promise<Came & { readonly log: string }> {
  const { jobs } = parse(configuration) as {
    readonly jobs: Readonly<Record<string, { readonly steps: readonly (string | Call)[] }>>;
  };
  const withOrb = { ...orb, commands: { 'rollgate/gate': orb.commands.gate! } };
  const steps = (jobs[name]?.steps ?? []).flatMap((step): readonly Step[] => {
    // A command without parameters may stand by its name alone.
    if (typeof step === 'string' && step !== 'rollgate/gate') return [step];
    const call: Call = typeof step === 'string' ? { 'rollgate/gate': {} } : step;
    const given = call['rollgate/gate'];
    if (given === undefined)
      return call.run === undefined
        ? [{ ...call }]
        : [{ run: { environment: {}, no_output_timeout: '', ...call.run } }];
    // What the pipeline puts in: it is not a rollback.
    const bound = Object.entries(given).map(
      ([key, value]) =>
        [key, value === '<< pipeline.parameters.rollback >>' ? false : value] as const,
    );
    const inputs = { cli: `${node} ${bundle}`, ...Object.fromEntries(bound) };
    return expand(withOrb, { parameters: {}, steps: [{ 'rollgate/gate': inputs }] }, {});
  });
  const machine = new Machine(bed, name, files, variables, executable);
  const logs: string[] = [];
  for (const step of steps)
    if (!machine.hasFailed || isStore(step)) logs.push(await machine.run(step));
  return { ...(await machine.came()), log: logs.join('') };
}

interface JobGiven {
  /** Of the repository. */
  readonly files: Readonly<Record<string, string>>;
  /** Those of the files that are programs. */
  readonly executable: readonly string[];
  /** Of the context. */
  readonly variables: Readonly<Record<string, string>>;
}

/** They run whatever became of the steps before. */
function isStore(step: Step): boolean {
  return typeof step === 'object' && ('store_artifacts' in step || 'store_test_results' in step);
}

/** The machine of one job. */
class Machine {
  private code: number | null = null;
  private readonly folder: string;
  private readonly variables: Readonly<Record<string, string>>;

  constructor(
    private readonly bed: TestBed,
    private readonly name: string,
    private readonly files: Readonly<Record<string, string>>,
    secrets: Readonly<Record<string, string>>,
    private readonly executable: readonly string[] = [],
  ) {
    this.folder = bed.place.path(join('circleci', name, 'project'));
    mkdirSync(this.folder, { recursive: true });
    const bashEnv = join(this.folder, '../bash.env');
    // CircleCI makes one, and sources it at the beginning of every step.
    writeFileSync(bashEnv, '');
    this.variables = {
      PATH: `${bed.binaries}:${process.env.PATH ?? ''}`,
      CI: 'true',
      CIRCLECI: 'true',
      CIRCLE_JOB: name,
      CIRCLE_BRANCH: 'main',
      CIRCLE_BUILD_NUM: '7',
      CIRCLE_BUILD_URL: 'https://circleci.com/gh/acme/shop/7',
      CIRCLE_WORKFLOW_ID: '0e1a0000-0000-4000-8000-000000000007',
      BASH_ENV: bashEnv,
      ...secrets,
    };
  }

  get hasFailed(): boolean {
    return this.code !== null && this.code !== 0;
  }

  async run(step: Step): Promise<string> {
    if (step === 'checkout') {
      for (const [path, text] of Object.entries(this.files)) {
        mkdirSync(dirname(join(this.folder, path)), { recursive: true });
        writeFileSync(join(this.folder, path), text);
        if (this.executable.includes(path)) chmodSync(join(this.folder, path), 0o755);
      }
      return '';
    }
    if (typeof step === 'string') throw new Error(`there is no step ${step}`);
    if ('run' in step) {
      const { code, output } = await this.shell(step.run as Run);
      this.code = code;
      return output;
    }
    const { path } = (step.store_artifacts ?? step.store_test_results) as { readonly path: string };
    const source = join(this.folder, path);
    if (existsSync(source))
      cpSync(source, join(this.folder, '../artifacts', path), { recursive: true });
    return '';
  }

  /** What a step after the gate is given, and what the page of the job shows. */
  async came(): Promise<Came> {
    const show = `${JSON.stringify(node)} -e 'process.stdout.write(JSON.stringify(process.env))'`;
    const { output } = await this.shell({ command: show, environment: {}, no_output_timeout: '' });
    const env = JSON.parse(output) as Readonly<Record<string, string>>;
    const report = join(this.folder, '../artifacts/rollgate-report/report.json');
    return {
      exitCode: this.code,
      report: existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as RunReport) : null,
      outputs: Object.fromEntries(
        outputTable.flatMap(({ id }) => {
          const value = env[ownVariable(id)];
          return value === undefined ? [] : [[id, value] as const];
        }),
      ),
    };
  }

  /** https://circleci.com/docs/reference/configuration-reference/#default-shell-options */
  private async shell({
    command,
    environment,
  }: Run): Promise<{ readonly code: number | null; readonly output: string }> {
    const script = join('circleci', this.name, 'step.sh');
    this.bed.place.write(script, command);
    const start = `cd "$1" && exec /bin/bash -eo pipefail "$2"`;
    return this.bed.place.launch(
      '/bin/sh',
      ['-c', start, 'sh', this.folder, this.bed.place.path(script)],
      { ...this.variables, ...environment },
    ).ended;
  }
}
