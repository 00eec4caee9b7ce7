import { chmodSync, readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { published } from '../../../src/commands/init/published.js';
import { ownVariable } from '../../../src/inputs/variables.js';
import type { RunReport } from '../../../src/report/record.js';
import { bundle, node, Workplace } from '../../support/bundle.js';
import { ways, type System } from '../../support/initialised.js';
import { describeWith } from '../components.js';
import { azure, runSteps } from './azure.js';
import { circleci, runJob } from './circleci.js';
import { github, runGithub, standIn } from './github.js';
import { gitlab, runGitlab } from './gitlab.js';
import { jenkins, runJenkins } from './jenkins.js';
import { TestBed } from './test-bed.js';

const executable = ['scripts/current-version.sh', 'scripts/deploy.sh'];

/** What the files call, which is the user's. */
function scripts(): Readonly<Record<string, string>> {
  return {
    'scripts/current-version.sh': '#!/bin/sh\necho v41\n',
    'scripts/deploy.sh': bed.deployScript,
  };
}

/** A watch of a few seconds: every flag of an input is written into the file. */
const quick = [
  ...['--warm-up', '1s', '--duration', '4s', '--interval', '1s', '--requests-per-second', '20'],
  ...['--health-interval', '500ms', '--request-timeout', '15s', '--verify-timeout', '90s'],
  ...['--max-errors-per-minute', 'off'],
];

let bed: TestBed;
let fresh: Workplace;

beforeEach(() => {
  fresh = new Workplace();
});

afterEach(async () => {
  await bed.close();
  fresh.remove();
});

/** What `init` writes into a fresh repository. */
async function initialised(
  system: System,
  flags: readonly string[],
): Promise<Readonly<Record<string, string>>> {
  bed = await TestBed.open(system);
  bed.awaitsDeploy = true;
  const watched = ['--url', `${bed.badUrl}/`, '--health-url', `${bed.badUrl}/health`];
  const argv = ['init', '--yes', '--ci-system', system, ...watched, ...quick, ...flags];
  const { code, output } = await fresh.run(argv);
  expect({ code, output }).toEqual({ code: 0, output });
  return fresh.files();
}

const cases = [
  [
    'pipeline: it is rolled back',
    ways.pipeline,
    1,
    'verified',
    [{ id: 'ci', outcome: 'verified' }],
  ],
  // The deploy script changes nothing: what the snapshot has is what runs, and that is not rolled back.
  ['kubernetes: nothing was deployed', ways.kubernetes, 5, 'withheld', []],
  [
    'command: nothing was deployed',
    [
      ...['--rollback-command', './scripts/deploy.sh "$ROLLGATE_REVISION"'],
      ...['--rollback-snapshot-command', './scripts/current-version.sh'],
    ],
    5,
    'withheld',
    [],
  ],
] as const;

/** Where the stand-in is, and whose pipeline it has; a file of the repository must not say where a token is sent. */
function standInVariables(...secrets: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    Object.entries(bed.pipelineInputs)
      .filter(([id]) => !secrets.includes(id))
      .map(([id, value]) => [ownVariable(id), value]),
  );
}

describeWith('what init writes for GitHub, run by act', github.lacking, () => {
  it.each(cases)('%s', async (_, flags, expected, status, attempts) => {
    const files = await initialised('github', flags);
    const { place, pipelineInputs } = bed;
    const { 'github-token': token = '', 'github-api-url': api = '' } = pipelineInputs;
    const pin = (name: string): string => name.split(' ')[0] ?? '';
    const kept = JSON.stringify(place.path('kept'));
    const { code, log } = await runGithub(place, {
      files: { ...files, ...scripts() },
      executable,
      workflow: 'deploy-gate.yml',
      path: bed.binaries,
      // A kubeconfig that the stand-in of kubectl does not read.
      secrets: { GITHUB_TOKEN: token, KUBECONFIG: 'apiVersion: v1' },
      // The token of the job goes to the job's own server only.
      variables: { ...standInVariables('github-token', 'github-api-url'), GITHUB_API_URL: api },
      actions: {
        [`${published.repository}@v${published.version}`]: process.cwd(),
        [pin(published.uploadArtifact)]: standIn(place, 'upload-artifact', [
          `fs.cpSync(env.INPUT_PATH, ${kept}, { recursive: true });`,
        ]),
      },
    });
    const report = JSON.parse(place.read('kept/report.json') ?? 'null') as RunReport | null;
    expect({ exitCode: report?.exitCode, log }).toEqual({ exitCode: expected, log });
    expect(report?.targets[0]?.rollback).toMatchObject({ status, attempts });
    expect(log).toContain('deploying ');
    expect(code).toBe(1);
    expect(bed.started).toBe(expected === 1 ? 1 : 0);
    expect(log).not.toContain(bed.secret);
  });
});

describeWith('what init writes for GitLab, run by gitlab-ci-local', gitlab.lacking, () => {
  const component = `$CI_SERVER_FQDN/${published.repository}/rollgate@${published.version}`;

  /** The component as it is published in the test, and the program of this checkout. */
  const here = (files: Readonly<Record<string, string>>): Record<string, string> => ({
    ...files,
    '.gitlab/rollgate.yml': (files['.gitlab/rollgate.yml'] ?? '').replaceAll(
      `component: ${component}\n    inputs:\n`,
      `component: $CI_SERVER_FQDN/acme/rollgate/rollgate@9.8.7\n    inputs:\n      cli: '${node} ${bundle}'\n`,
    ),
  });

  it.each(cases)('%s', async (_, flags, expected, status, attempts) => {
    const files = await initialised('gitlab', flags);
    expect(files['.gitlab/rollgate.yml']).toContain(component);
    const { 'gitlab-token': token = '' } = bed.pipelineInputs;
    const { gate, log } = await runGitlab(bed.place, {
      files: { ...here(files), ...scripts() },
      executable,
      path: bed.binaries,
      variables: { GITLAB_TOKEN: token, ...standInVariables('gitlab-token') },
      flags: ['--variable', 'CI_COMMIT_BRANCH=main'],
    });
    const { exitCode, report } = gate('gate');
    expect({ preflight: gate('preflight').exitCode, log }).toEqual({ preflight: 0, log });
    expect({ exitCode, log }).toEqual({ exitCode: expected, log });
    expect(report?.targets[0]?.rollback).toMatchObject({ status, attempts });
    expect(log).toContain('deploying ');
    expect(bed.started).toBe(expected === 1 ? 1 : 0);
  });

  it('with ROLLBACK only the rollback runs, with the variables sent', async () => {
    const files = await initialised('gitlab', ways.pipeline);
    const { gate, log, code } = await runGitlab(bed.place, {
      files: { ...here(files), ...scripts() },
      executable,
      variables: { ROLLBACK: 'true', VERSION: 'v41' },
      flags: ['--variable', 'CI_COMMIT_BRANCH=main'],
    });
    expect({ code, log }).toEqual({ code: 0, log });
    expect(log).toContain('deploying v41');
    expect(log).toMatch(/^rollback +finished/m);
    for (const name of ['preflight', 'snapshot', 'gate', 'release', 'ask'])
      expect(gate(name).exitCode).toBeNull();
  });
});

describeWith('what init writes for CircleCI, its job in a shell', circleci.lacking, () => {
  it.each(cases)('%s', async (_, flags, expected, status, attempts) => {
    const files = await initialised('circleci', flags);
    const { 'circleci-token': token = '' } = bed.pipelineInputs;
    const { exitCode, report, log } = await runJob(
      files['.circleci/config.yml'] ?? '',
      'deploy',
      {
        files: { ...files, ...scripts() },
        executable,
        variables: {
          ...{ CIRCLE_TOKEN: token, CIRCLE_SHA1: 'c0ffee', KUBECONFIG_CONTENT: 'apiVersion: v1' },
          ...{ HOME: fresh.folder, ...standInVariables('circleci-token') },
        },
      },
      bed,
    );
    expect({ exitCode, log }).toEqual({ exitCode: expected, log });
    expect(report?.targets[0]?.rollback).toMatchObject({ status, attempts });
    expect(log).toContain('deploying c0ffee');
    expect(bed.started).toBe(expected === 1 ? 1 : 0);
    expect(log).not.toContain(bed.secret);
  });
});

describeWith(
  'what init writes for Azure Pipelines, its steps as the agent runs them',
  azure.lacking,
  () => {
    it.each(cases)('%s', async (_, flags, expected, status, attempts) => {
      const files = await initialised('azure', flags);
      const { 'azure-pat': token = '' } = bed.pipelineInputs;
      const { jobs } = parse(files['azure-pipelines.yml'] ?? '') as {
        readonly jobs: readonly { readonly steps: Parameters<typeof runSteps>[0] }[];
      };
      const { code, report, log } = await runSteps(
        jobs[0]?.steps ?? [],
        {
          files: { ...files, ...scripts() },
          executable,
          variables: {
            ...{ AZURE_DEVOPS_PAT: token, KUBECONFIG_CONTENT: 'apiVersion: v1' },
            ...{ 'Build.SourceVersion': 'c0ffee', ...standInVariables('azure-pat') },
          },
        },
        bed,
      );
      expect({ code, log }).toEqual({ code: expected, log });
      expect(report?.targets[0]?.rollback).toMatchObject({ status, attempts });
      expect(log).toContain('deploying c0ffee');
      expect(bed.started).toBe(expected === 1 ? 1 : 0);
      // The agent takes it out of the log by the command that masks it.
      expect(log.replace(/^##vso\[task\.setsecret\].*$/gm, '')).not.toContain(bed.secret);
    });
  },
);

describeWith(
  'what init writes for Jenkins, its steps by JenkinsPipelineUnit',
  jenkins.lacking,
  () => {
    it.each(cases)('%s', async (_, flags, expected, status, attempts) => {
      const files = await initialised('jenkins', flags);
      const { place, pipelineInputs } = bed;
      const { 'jenkins-user': user = '', 'jenkins-token': password = '' } = pipelineInputs;
      const text = files.Jenkinsfile ?? '';
      // It knows scripted pipelines only: what is in the stages, one after the other.
      const stages = [...text.matchAll(/^ {6}steps \{\n([^]*?)^ {6}\}$/gm)].map(([, body]) => body);
      expect(stages).toHaveLength(3);
      for (const [path, content] of Object.entries({ ...files, ...scripts() })) {
        place.write(`jenkins/shop/${path}`, content);
        if (executable.includes(path)) chmodSync(place.path(`jenkins/shop/${path}`), 0o755);
      }
      // The package is not published yet: the program of this checkout.
      const here = stages.join('').replaceAll('rollgate(', `rollgate(cli: '${node} ${bundle}', `);
      place.write('kubeconfig', 'apiVersion: v1');
      const { log, builds } = await runJenkins(place, [
        {
          jenkinsfile: `@Library('rollgate') _\n\nnode {\n${here}}\n`,
          credentials: {
            rollgate: { user, password },
            kubeconfig: { file: place.path('kubeconfig') },
          },
          parameters: { ROLLBACK: false },
          path: bed.binaries,
          variables: { GIT_COMMIT: 'c0ffee', ...standInVariables('jenkins-token', 'jenkins-user') },
        },
      ]);
      const report = JSON.parse(
        place.read('jenkins/shop/rollgate-report/report.json') ?? 'null',
      ) as RunReport | null;
      expect({ exitCode: report?.exitCode, log }).toEqual({ exitCode: expected, log });
      expect(report?.targets[0]?.rollback).toMatchObject({ status, attempts });
      expect(builds[0]).toMatchObject({
        result: 'FAILURE',
        error: expect.stringContaining(`Rollgate ended with ${String(expected)}: `),
      });
      expect(log).toContain('deploying c0ffee');
      expect(bed.started).toBe(expected === 1 ? 1 : 0);
    });
  },
);

it('the version in the files is that of the package', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  expect(published.version).toBe(version);
});
