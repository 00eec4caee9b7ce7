import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { camelName } from '../../../src/systems/system.js';
import { inputOf, type InputId } from '../../../src/inputs/table.js';
import { outputTable } from '../../../src/contract/outcome.js';
import type { RunReport } from '../../../src/report/record.js';
import { bundle, node, type Ended as Exited, type Workplace } from '../../support/bundle.js';
import type { Came, Driver, Ended, Pipeline } from './scenario.js';
import { folderOf, lacking, pipelineUnit } from './tools.js';
import type { TestBed } from './test-bed.js';

const java = spawnSync('java', ['-version']).error === undefined ? undefined : 'java is not there.';
/** Groovy 2.4 is older than the modules of Java. */
const opened = ['java.lang', 'java.util', 'java.io', 'java.lang.invoke', 'java.net'].flatMap(
  (name) => ['--add-opens', `java.base/${name}=ALL-UNNAMED`],
);

/** The step of the library, in a Jenkinsfile that JenkinsPipelineUnit runs. */
export const jenkins: Driver = {
  system: 'jenkins',
  lacking: lacking(pipelineUnit) ?? java,
  async run({ gates, files = {}, isRollback }: Pipeline, bed: TestBed): Promise<Ended> {
    const { place } = bed;
    const credentials: Record<string, Credentials> = {};
    const steps = gates.map(({ name, inputs }) => {
      const ids: string[] = [];
      const given = Object.entries(inputs).flatMap(([id, value]) => {
        if (inputOf(id as InputId).secret !== true) return [`${camelName(id)}: ${literal(value)}`];
        credentials[`the-${id}`] = { secret: value };
        ids.push(`${camelName(id)}: 'the-${id}'`);
        return [];
      });
      const rest = [`cli: ${literal(`${node} ${bundle}`)}`, 'failBuild: false'];
      const all = [...given, `credentials: [${ids.length === 0 ? ':' : ids.join(', ')}]`, ...rest];
      return [
        `  result = rollgate(${all.join(', ')})`,
        `  writeFile(file: '${name}.json', text: groovy.json.JsonOutput.toJson(result))`,
      ].join('\n');
    });
    for (const [path, text] of Object.entries(files)) place.write(join('jenkins/shop', path), text);
    const parameters = { ROLLBACK: isRollback === true };
    const { log } = await runJenkins(place, [
      {
        jenkinsfile: `@Library('rollgate') _\n\nnode {\n  def result\n${steps.join('\n')}\n}\n`,
        credentials,
        parameters,
        path: bed.binaries,
      },
    ]);
    const came = gates.map(({ name, inputs }) => {
      const read = (path: string): unknown => {
        const text = place.read(join('jenkins/shop', path));
        return text === undefined ? null : (JSON.parse(text) as unknown);
      };
      const result = read(`${name}.json`) as Readonly<Record<string, unknown>> | null;
      const folder = inputs['report-dir'] ?? 'rollgate-report';
      return [
        name,
        {
          exitCode: result === null ? null : Number(result.exitCode),
          report: read(join(folder, 'report.json')) as RunReport | null,
          outputs: outputsIn(result ?? {}),
        } satisfies Came,
      ] as const;
    });
    return { gates: Object.fromEntries(came), log };
  },
};

function outputsIn(result: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    outputTable.flatMap(({ id }) => {
      const value = result[camelName(id)] as string | boolean | undefined;
      return value === undefined ? [] : [[id, String(value)] as const];
    }),
  );
}

/** A string of Groovy in which nothing is put in. */
export function literal(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'").replaceAll('\n', '\\n')}'`;
}

export type Credentials =
  | { readonly secret: string }
  | { readonly user: string; readonly password: string }
  | { readonly file: string };

/** One build. */
export interface Build {
  readonly jenkinsfile: string;
  readonly credentials?: Readonly<Record<string, Credentials>>;
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly windows?: true;
  /** A folder for the front of the path. */
  readonly path?: string;
}

export interface Built {
  readonly result: 'SUCCESS' | 'FAILURE';
  readonly error?: string;
  readonly calls: Readonly<Record<string, readonly string[]>>;
}

/** Runs builds one after the other, in one workspace: `jenkins/shop` of the workplace. */
export async function runJenkins(
  place: Workplace,
  builds: readonly Build[],
): Promise<{ readonly log: string; readonly builds: readonly Built[] }> {
  const workspace = place.path('jenkins/shop');
  mkdirSync(workspace, { recursive: true });
  const specs = builds.map(({ jenkinsfile, path, variables, ...build }, at) => {
    const folder = `jenkins/build-${String(at)}`;
    place.write(`${folder}/Jenkinsfile`, jenkinsfile);
    cpSync('templates/jenkins', place.path(`${folder}/rollgate@v9.8.7`), { recursive: true });
    return {
      credentials: {},
      parameters: {},
      ...build,
      folder: place.path(folder),
      workspace,
      variables: {
        PATH: [...(path === undefined ? [] : [path]), process.env.PATH].join(':'),
        JENKINS_URL: 'https://jenkins.test/',
        JENKINS_HOME: '/var/jenkins_home',
        JOB_NAME: 'shop',
        BUILD_NUMBER: '7',
        BUILD_TAG: 'jenkins-shop-7',
        BUILD_URL: 'https://jenkins.test/job/shop/7/',
        ...variables,
      },
    };
  });
  place.write('jenkins/builds.json', JSON.stringify(specs));
  const script = resolve('__tests__/e2e/wrappers/jenkins/build.groovy');
  const { code, output } = await groovy(place, 'groovy.ui.GroovyMain', [
    script,
    place.path('jenkins/builds.json'),
  ]);
  const results = place.path('jenkins/builds.json.results');
  if (code !== 0 || !existsSync(results)) throw new Error(output);
  return { log: output, builds: JSON.parse(readFileSync(results, 'utf8')) as Built[] };
}

/** Runs a class of Groovy. */
export function groovy(place: Workplace, main: string, args: readonly string[]): Promise<Exited> {
  return place.launch('java', [...opened, '-cp', `${folderOf(pipelineUnit)}/*`, main, ...args])
    .ended;
}
