import { chmodSync, cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import { inputOf, type InputId } from '../../../src/inputs/table.js';
import { ownVariable } from '../../../src/inputs/variables.js';
import { outputTable } from '../../../src/contract/outcome.js';
import type { RunReport } from '../../../src/report/record.js';
import { bundle, node, type Workplace } from '../../support/bundle.js';
import { git, makeRepository } from './repository.js';
import type { Came, Driver, Ended, Gate, Pipeline } from './scenario.js';
import { fileOf, folderOf, gitlabCiLocal, lacking, rsync } from './tools.js';
import type { TestBed } from './test-bed.js';

/** What the component is published as; the repository that uses it is another one. */
const VERSION = '9.8.7';
const COMPONENT = 'acme/rollgate';
/** From the workplace: gitlab-ci-local takes no absolute path. */
const SHOP = 'gitlab/shop';
const template = readFileSync('templates/rollgate/template.yml', 'utf8');

/** The wrapper for GitLab, run by gitlab-ci-local. */
export const gitlab: Driver = {
  system: 'gitlab',
  lacking: lacking(gitlabCiLocal, rsync),
  async run({ gates, files, isRollback }: Pipeline, bed: TestBed): Promise<Ended> {
    const { configuration, secrets } = written(
      gates,
      `$CI_SERVER_FQDN/${COMPONENT}/rollgate@${VERSION}`,
    );
    const ended = await runGitlab(bed.place, {
      files: { ...files, '.gitlab-ci.yml': stringify(configuration) },
      variables: { ...secrets, ...(isRollback === true ? { ROLLBACK: 'true' } : {}) },
      path: bed.binaries,
    });
    const came = gates.map(({ name }) => [name, ended.gate(name)] as const);
    return { gates: Object.fromEntries(came), log: ended.log };
  },
};

/** `.gitlab-ci.yml` of somebody who has these gates, and a job after each that shows what it is given. */
export function written(
  gates: readonly Gate[],
  component: string,
  {
    how = 'component',
    integrity,
  }: { readonly how?: 'component' | 'remote'; readonly integrity?: string } = {},
): { readonly configuration: unknown; readonly secrets: Readonly<Record<string, string>> } {
  const secrets = new Map<string, string>();
  const include = gates.map(({ name, inputs }) => ({
    [how]: component,
    ...(integrity === undefined ? {} : { integrity }),
    inputs: {
      'job-name': name,
      cli: `${node} ${bundle}`,
      ...Object.fromEntries(
        Object.entries(inputs).map(([id, value]) => {
          if (inputOf(id as InputId).secret !== true) return [id, value];
          const variable = `SECRET_${id.toUpperCase().replaceAll('-', '_')}`;
          secrets.set(variable, value);
          return [id, `$${variable}`];
        }),
      ),
    },
  }));
  const after = gates.map(({ name }) => [
    `after-${name}`,
    {
      stage: 'after',
      when: 'always',
      // A rollback pipeline has no gate.
      needs: [{ job: name, optional: true }],
      script: [`env | grep '^ROLLGATE_' > after-${name}.env || true`],
      artifacts: { paths: [`after-${name}.env`] },
    },
  ]);
  const configuration = {
    include,
    stages: ['deploy', 'after'],
    ...(Object.fromEntries(after) as object),
  };
  return { configuration, secrets: Object.fromEntries(secrets) };
}

interface RunnerOptions {
  readonly files: Readonly<Record<string, string>>;
  readonly variables?: Readonly<Record<string, string>>;
  /** A folder for the front of the path. */
  readonly path?: string;
  readonly flags?: readonly string[];
  /** Of the repository; `acme/shop` unless given. */
  readonly project?: string;
  /** Of the files. */
  readonly executable?: readonly string[];
  /** Files and folders of this repository that are in it, too. */
  readonly copied?: readonly string[];
}

/** Runs the pipeline of a repository of its own, beside that of the component. */
export async function runGitlab(
  place: Workplace,
  {
    files,
    variables = {},
    path,
    flags = [],
    project = 'acme/shop',
    copied = [],
    executable = [],
  }: RunnerOptions,
): Promise<{
  readonly code: number | null;
  readonly log: string;
  readonly gate: (name: string) => Came;
}> {
  const shop = place.path(SHOP);
  for (const name of copied) cpSync(name, join(shop, name), { recursive: true });
  makeRepository(shop, files);
  for (const name of executable) chmodSync(join(shop, name), 0o755);
  if (executable.length > 0) git(shop, 'commit', '--quiet', '--all', '--message', 'Executable');
  git(shop, 'remote', 'add', 'origin', `git@gitlab.com:${project}.git`);
  git(shop, 'update-ref', 'refs/remotes/origin/main', 'HEAD');
  git(shop, 'symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main');
  publish(place);
  const isolated = ['--force-shell-executor', '--shell-isolation', '--no-artifacts-to-source'];
  // gitlab-ci-local says `false`.
  const given = Object.entries({ GITLAB_CI: 'true', ...variables }).flatMap(([name, value]) => [
    '--variable',
    `${name}=${value}`,
  ]);
  const { code, output } = await place.launch(
    process.execPath,
    [fileOf(gitlabCiLocal), '--cwd', SHOP, ...isolated, ...given, ...flags],
    {
      PATH: [
        place.path('gitlab/bin'),
        ...(path === undefined ? [] : [path]),
        process.env.PATH,
      ].join(':'),
      HOME: place.path('gitlab'),
      GIT_CONFIG_GLOBAL: place.path('gitlab/gitconfig'),
    },
  ).ended;
  if (!output.includes('json schema validated')) throw new Error(output);
  const artifact = (job: string, file: string): string | null => {
    const whole = join(shop, '.gitlab-ci-local/artifacts', job, file);
    return existsSync(whole) ? readFileSync(whole, 'utf8') : null;
  };
  const gate = (name: string): Came => {
    const end = new RegExp(`^${name} +finished in \\S+ \\S+(?: +FAIL (\\d+))?`, 'm').exec(output);
    const report = artifact(name, 'rollgate-report/report.json');
    return {
      exitCode: end === null ? null : Number(end[1] ?? 0),
      report: report === null ? null : (JSON.parse(report) as RunReport),
      outputs: outputsIn(artifact(`after-${name}`, `after-${name}.env`) ?? ''),
    };
  };
  return { code, log: output, gate };
}

/** The repository of the component where git looks for it, and the programs that gitlab-ci-local calls. */
function publish(place: Workplace): void {
  const source = place.path('gitlab/component');
  const bare = place.path('gitlab/component.git');
  makeRepository(source, { 'templates/rollgate/template.yml': template });
  git(source, 'tag', VERSION);
  git(source, 'clone', '--quiet', '--bare', source, bare);
  place.write(
    'gitlab/gitconfig',
    [
      '[user]\n\tname = Test\n\temail = test@rollgate.test',
      '[protocol "file"]\n\tallow = always',
      `[url "file://${bare}"]`,
      `\tinsteadOf = ssh://git@gitlab.com:22/${COMPONENT}.git`,
      `\tinsteadOf = git@gitlab.com:${COMPONENT}`,
      '',
    ].join('\n'),
  );
  place.write('gitlab/bin/rsync', '');
  const program = place.path('gitlab/bin/rsync');
  const libraries = join(folderOf(rsync), 'usr/lib/x86_64-linux-gnu');
  writeFileSync(
    program,
    `#!/bin/sh\nLD_LIBRARY_PATH="${libraries}" exec "${fileOf(rsync)}" "$@"\n`,
  );
  chmodSync(program, 0o755);
}

function outputsIn(text: string): Record<string, string> {
  const lines = text.split('\n').map((line) => line.split(/=(.*)/s, 2));
  const values = new Map(lines.map(([name = '', value = '']) => [name, value]));
  return Object.fromEntries(
    outputTable.flatMap(({ id }) => {
      const value = values.get(ownVariable(id));
      return value === undefined ? [] : [[id, value] as const];
    }),
  );
}
