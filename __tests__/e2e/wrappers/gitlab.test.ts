import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { bundle, node } from '../../support/bundle.js';
import { serve } from '../../support/servers.js';
import { describeWith } from '../components.js';
import { gitlab, runGitlab, written } from './gitlab.js';
import { cases, type Gate } from './scenario.js';
import { TestBed } from './test-bed.js';

const template = readFileSync('templates/rollgate/template.yml', 'utf8');
const COMPONENT = '$CI_SERVER_FQDN/acme/rollgate/rollgate@9.8.7';

/** What the scenario has GitLab do with a bad version. */
function badGate(bed: TestBed, inputs: Readonly<Record<string, string>> = {}): Gate {
  const one = cases.find(({ name }) => name === 'a bad one, with a rollback pipeline');
  return { name: 'gate', inputs: { ...one?.pipeline(bed).gates[0]?.inputs, ...inputs } };
}

describeWith('the GitLab component, run by gitlab-ci-local', gitlab.lacking, () => {
  let bed: TestBed;

  beforeEach(async () => {
    bed = await TestBed.open('gitlab');
  });

  afterEach(() => bed.close());

  it('works by `include: remote`, pinned by its hash', async () => {
    const server = await serve((_, response) => response.end(template));
    const { configuration, secrets } = written([badGate(bed)], `${server.url}/template.yml`, {
      how: 'remote',
      integrity: `sha256-${createHash('sha256').update(template).digest('base64')}`,
    });
    const { gate, log } = await runGitlab(bed.place, {
      files: { '.gitlab-ci.yml': stringify(configuration) },
      variables: secrets,
    });
    await server.close();
    const { exitCode, report, outputs } = gate('gate');
    expect({ exitCode, log }).toEqual({ exitCode: 1, log });
    expect(report?.targets[0]?.rollback.status).toBe('verified');
    expect(outputs).toMatchObject({ verdict: 'unhealthy', 'rolled-back': 'true' });
    expect(bed.started).toBe(1);
  });

  it('inputs that are not set hide no variable of the project', async () => {
    const { configuration, secrets } = written([badGate(bed)], COMPONENT);
    const { gate } = await runGitlab(bed.place, {
      files: { '.gitlab-ci.yml': stringify(configuration) },
      variables: { ...secrets, ROLLGATE_DRY_RUN: 'true', ROLLGATE_DURATION: '1h' },
    });
    const { exitCode, report } = gate('gate');
    expect(exitCode).toBe(5);
    // An input comes before a variable.
    expect(report?.config).toMatchObject({ 'dry-run': 'true', duration: '4s' });
  });

  it('passes the snapshot of a job before the deploy to the gate', async () => {
    const workload = {
      'kubernetes-workload': 'deployment/shop',
      'kubernetes-namespace': 'shop',
      rollback: 'kubernetes',
    };
    const { configuration, secrets } = written(
      [{ name: 'before', inputs: { command: 'snapshot', ...workload } }, badGate(bed, workload)],
      COMPONENT,
    );
    const [before] = (configuration as { include: { inputs: Record<string, string> }[] }).include;
    before!.inputs.stage = 'build';
    const { gate, log } = await runGitlab(bed.place, {
      files: {
        '.gitlab-ci.yml': stringify({
          ...(configuration as object),
          stages: ['build', 'deploy', 'after'],
        }),
      },
      variables: secrets,
      path: bed.binaries,
    });
    // What runs is what the snapshot has: nothing was deployed, so that there is nothing of ours to undo.
    const { exitCode, report } = gate('gate');
    expect({ exitCode, log }).toEqual({ exitCode: 5, log });
    expect(report?.targets[0]?.rollback).toMatchObject({ status: 'withheld' });
    expect(bed.image).toBe('shop:2');
  });

  it("a program that npm cannot fetch: fails with 7, not with npm's 1", async () => {
    const gate = badGate(bed);
    const { configuration, secrets } = written([gate], COMPONENT);
    const [entry] = (configuration as { include: { inputs: Record<string, string> }[] }).include;
    entry!.inputs.cli = 'npx --yes --offline @rollgate-test/not-there@9.8.7';
    const ended = await runGitlab(bed.place, {
      files: { '.gitlab-ci.yml': stringify(configuration) },
      variables: secrets,
    });
    expect(ended.gate('gate')).toMatchObject({ exitCode: 7, report: null });
    expect(ended.log).toContain('no report of this run says so');
  });

  it('the pipeline of docs/gitlab.md: rolls back to the version of the snapshot', async () => {
    const page = readFileSync('docs/gitlab.md', 'utf8');
    const [, example = ''] = /```yaml\n(stages: [^]*?)```/.exec(page) ?? [];
    const {
      'gitlab-token': token = '',
      'gitlab-url': server = '',
      ...inputs
    } = badGate(bed).inputs;
    const quick = Object.entries(inputs).filter(([id]) => id !== 'rollback');
    bed.awaitsDeploy = true;
    const { gate, log } = await runGitlab(bed.place, {
      files: {
        '.gitlab-ci.yml': example
          .replaceAll('$CI_SERVER_FQDN/OWNER/rollgate/rollgate@0.1.0', COMPONENT)
          .replaceAll('inputs: { ', `inputs: { cli: '${node} ${bundle}', `),
        'rollgate.yml': stringify({ ...Object.fromEntries(quick), rollback: 'ci' }),
        'scripts/current-version.sh': 'echo v41\n',
        'scripts/deploy.sh': bed.deployScript,
      },
      // A file of the repository must not say where the token is sent.
      variables: { GITLAB_TOKEN: token, ROLLGATE_GITLAB_URL: server },
      flags: ['--variable', 'CI_COMMIT_BRANCH=main'],
      executable: ['scripts/current-version.sh', 'scripts/deploy.sh'],
    });
    expect({ preflight: gate('preflight').exitCode, log }).toEqual({ preflight: 0, log });
    const { exitCode, report } = gate('gate');
    expect({ exitCode, log }).toEqual({ exitCode: 1, log });
    expect(report?.config).toMatchObject({ 'rollback-parameters': 'VERSION=v41' });
    expect(log).not.toContain('undo ');
    expect(bed.started).toBe(1);
  });

  it('the pipeline of this repository: the component of the same commit runs the demo', async () => {
    const { gate, log, code } = await runGitlab(bed.place, {
      project: 'acme/rollgate',
      copied: ['templates', 'dist'],
      files: { '.gitlab-ci.yml': readFileSync('.gitlab-ci.yml', 'utf8') },
      flags: ['gate', 'gate that cannot begin'],
    });
    expect({ exitCode: gate('gate').exitCode, log }).toEqual({ exitCode: 0, log });
    expect(log).toMatch(/^gate that cannot begin +finished in .* (WARN|FAIL) +7/m);
    expect(code).toBe(0);
  });
});
