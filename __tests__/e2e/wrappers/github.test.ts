import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import type { RunReport } from '../../../src/report/record.js';
import { pins } from '../../../scripts/generators/pins.js';
import { describeWith } from '../components.js';
import { github, runGithub, standIn } from './github.js';
import { cases } from './scenario.js';
import { fileOf, goTools, hadolint, lacking, shellcheck, zizmor } from './tools.js';
import { TestBed } from './test-bed.js';

const withoutVersion = (pin: string): string => pin.split(' ')[0] ?? '';

describeWith('the reusable workflow, run by act', github.lacking, () => {
  let bed: TestBed;
  let log: string;
  let report: RunReport;
  let outputs: Record<string, string>;

  beforeAll(async () => {
    bed = await TestBed.open('github');
    const { place } = bed;
    const { 'github-token': token = '', ...inputs } =
      cases.find(({ name }) => name.includes('rollback pipeline'))?.pipeline(bed).gates[0]
        ?.inputs ?? {};
    const deploy = {
      on: 'push',
      permissions: { contents: 'read', actions: 'write' },
      jobs: {
        gate: {
          uses: './.github/workflows/rollgate.yml',
          // act has no job after one that failed, whatever its `if` says.
          with: {
            ...inputs,
            'fail-on': 'none',
            'snapshot-artifact': 'snapshot',
            'report-artifact': 'mine',
          },
          secrets: { 'github-token': '${{ secrets.THE_TOKEN }}' },
        },
        after: {
          needs: 'gate',
          if: 'always()',
          'runs-on': 'ubuntu-latest',
          env: { OUTPUTS: '${{ toJSON(needs.gate.outputs) }}', TO: place.path('outputs.json') },
          steps: [{ run: 'printf "%s" "$OUTPUTS" > "$TO"' }],
        },
      },
    };
    const kept = JSON.stringify(place.path('artifacts'));
    const ran = await runGithub(place, {
      files: {
        '.github/workflows/deploy.yml': stringify(deploy),
        '.github/workflows/rollgate.yml': readFileSync('.github/workflows/rollgate.yml', 'utf8'),
      },
      secrets: { THE_TOKEN: token },
      path: bed.binaries,
      workflow: 'deploy.yml',
      actions: {
        [withoutVersion(pins.checkout)]: standIn(place, 'checkout', [
          'for (const name of ["action.yml", "dist"])',
          `  fs.cpSync(${JSON.stringify(resolve('.'))} + "/" + name, env.INPUT_PATH + "/" + name, { recursive: true });`,
          'console.log("checked out " + env.INPUT_REPOSITORY + " at " + env.INPUT_REF);',
        ]),
        [withoutVersion(pins.downloadArtifact)]: standIn(place, 'download-artifact', [
          'console.log("fetched " + env.INPUT_NAME + " to " + env.INPUT_PATH);',
        ]),
        [withoutVersion(pins.uploadArtifact)]: standIn(place, 'upload-artifact', [
          `fs.cpSync(env.INPUT_PATH, ${kept} + "/" + env.INPUT_NAME, { recursive: true });`,
        ]),
      },
    });
    log = ran.log;
    report = JSON.parse(place.read('artifacts/mine/report.json') ?? log) as RunReport;
    outputs = JSON.parse(place.read('outputs.json') ?? log) as Record<string, string>;
  });

  afterAll(() => bed.close());

  it('rolls a bad version back, with a secret passed as a secret', () => {
    expect({ started: bed.started, log }).toEqual({ started: 1, log });
    expect(report).toMatchObject({ verdict: 'unhealthy', exitCode: 1 });
    expect(report.targets[0]?.rollback.status).toBe('verified');
    expect(log).not.toContain(bed.secret);
  });

  it('passes the outputs to jobs that need it', () => {
    expect(outputs).toMatchObject({ verdict: 'unhealthy', 'rolled-back': 'true' });
  });

  it('uses the release when the server does not name the commit of the workflow', () => {
    const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
    const { repository } = JSON.parse(readFileSync('release.config.json', 'utf8')) as {
      repository: string;
    };
    expect(log).toContain(`checked out ${repository} at v${version}`);
  });

  it('fetches the snapshot of the job before the deploy', () => {
    expect(log).toContain('fetched snapshot to rollgate-report');
  });
});

const needed = lacking(goTools, shellcheck, hadolint, zizmor);

describeWith('linters of workflows, scripts and the Dockerfile', needed, () => {
  const lint = (program: string, ...args: readonly string[]): unknown => {
    const { stdout, stderr, status } = spawnSync(program, args, { encoding: 'utf8' });
    return { stdout, stderr, status };
  };
  const nothing = { stdout: '', stderr: '', status: 0 };

  it('actionlint and shellcheck report nothing in the workflows', () => {
    const flags = ['-shellcheck', fileOf(shellcheck), '-no-color'];
    expect(lint(fileOf(goTools, 'actionlint'), ...flags)).toEqual(nothing);
  });

  it('zizmor finds nothing in the workflows that an attacker could use', () => {
    // What needs the network is asked by the workflow that scans workflows.
    expect(lint(fileOf(zizmor), '--offline', '--quiet', '--color', 'never', '.')).toMatchObject({
      stdout: expect.stringMatching(/^No findings to report/),
      status: 0,
    });
  });

  it('shellcheck reports nothing in any script', () => {
    const listed = spawnSync('git', ['ls-files', '*.sh', '.ci/run'], { encoding: 'utf8' }).stdout;
    const scripts = listed.trim().split('\n');
    expect(scripts).toContain('templates/shell/gate.sh');
    expect(lint(fileOf(shellcheck), '--shell', 'bash', ...scripts)).toEqual(nothing);
  });

  it('hadolint reports nothing in the Dockerfile', () => {
    expect(lint(fileOf(hadolint), 'Dockerfile')).toEqual(nothing);
  });
});
