import { spawnSync } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { stringify } from 'yaml';
import { Workplace } from '../../support/bundle.js';
import {
  dockerStandIn,
  kubectlStandIn,
  rollbackPipelines,
} from '../../support/rollback-pipelines.js';
import { describeWith } from '../components.js';
import { github, runGithub } from './github.js';
import { gitlab, runGitlab } from './gitlab.js';
import { groovy, jenkins } from './jenkins.js';
import { fileOf, goTools, lacking, shellcheck } from './tools.js';

/** The rollback pipelines that users copy, by the tools of their systems, with programs that note how they are called. */
let place: Workplace;

beforeEach(() => {
  place = new Workplace();
  // act and gitlab-ci-local hand no variables of theirs to the programs.
  const calls = `CALLS='${place.path('calls')}'`;
  for (const [name, text] of [
    ['kubectl', kubectlStandIn],
    ['docker', dockerStandIn],
  ] as const) {
    place.write(`bin/${name}`, text.replace('#!/bin/sh\n', `#!/bin/sh\n${calls}\n`));
    chmodSync(place.path(`bin/${name}`), 0o755);
  }
});

afterEach(() => {
  place.remove();
});

const changes = (): string[] =>
  (place.read('calls') ?? '').split('\n').filter((line) => /undo|^up with/.test(line));

const requested = {
  kubernetes: {
    sent: { rollback_revision: 'deployment/api=12', rollback_image: 'shop:1' },
    done: ['--namespace=shop rollout undo deployment/api --to-revision=12'],
  },
  compose: {
    sent: { rollback_revision: '', rollback_image: 'shop/api:v1' },
    done: ['up with shop/api:v1'],
  },
} as const;

const of = (system: string): (typeof rollbackPipelines)[number][] =>
  rollbackPipelines.filter((one) => one.system === system);

describeWith('the rollback workflows, run by act', github.lacking, () => {
  const run = (
    text: string,
    dispatch: Readonly<Record<string, string>>,
  ): ReturnType<typeof runGithub> =>
    runGithub(place, {
      files: { '.github/workflows/rollback.yml': text, 'compose.yaml': '' },
      path: place.path('bin'),
      dispatch,
    });
  const id = { rollback_id: 'rollgate-1', rollback_target: 'default' };

  it.each(of('github').map((one) => [one.name, one] as const))('%s', async (_, { text, kind }) => {
    const { sent, done } = requested[kind];
    const { code, log } = await run(text, { rollback: 'true', ...id, ...sent });
    expect({ code, log }).toEqual({ code: 0, log });
    expect(changes()).toEqual(done);
  });

  it.each(of('github').map((one) => [one.name, one] as const))(
    '%s: without the marker nothing runs',
    async (_, { text, kind }) => {
      const { log } = await run(text, { rollback: 'false', ...id, ...requested[kind].sent });
      expect(log).not.toContain('Roll it back');
      expect(place.read('calls')).toBeUndefined();
    },
  );

  it('a revision with shell code: refused, and not executed', async () => {
    // act may lose what a step prints that ends within some milliseconds: its shell writes it down besides.
    place.write('bin/bash', `#!/bin/sh\n/bin/bash "$@" >> '${place.path('said')}' 2>&1\n`);
    chmodSync(place.path('bin/bash'), 0o755);
    const { text } = of('github')[0]!;
    const { code, log } = await run(text, {
      ...{ rollback: 'true', ...id },
      rollback_revision: `12"; touch ${place.path('injected')}; "`,
    });
    expect({ code, log }).toEqual({ code: 1, log });
    expect(place.read('said')).toContain('Nothing was touched');
    expect(place.read('calls')).toBeUndefined();
    expect(place.read('injected')).toBeUndefined();
  });
});

describeWith('the rollback pipelines, run by gitlab-ci-local', gitlab.lacking, () => {
  /** What the page tells to write beside it. */
  const main = {
    include: [{ local: '.gitlab/rollback.yml' }],
    stages: ['build', 'deploy'],
    build: { stage: 'build', extends: '.not-in-a-rollback', script: ['echo "it builds"'] },
    release: {
      stage: 'deploy',
      rules: [{ if: '$ROLLBACK == "true"', when: 'never' }, { if: '$CI_COMMIT_BRANCH' }],
      script: ['echo "it deploys"'],
    },
  };
  const run = (
    text: string,
    variables: Readonly<Record<string, string>>,
  ): ReturnType<typeof runGitlab> =>
    runGitlab(place, {
      files: {
        '.gitlab-ci.yml': stringify(main),
        '.gitlab/rollback.yml': text,
        'compose.yaml': '',
      },
      variables: { CI_COMMIT_BRANCH: 'main', ...variables },
      path: place.path('bin'),
    });
  /** The jobs that came to an end. */
  const jobsIn = (log: string): string[] =>
    [...log.matchAll(/^(?!pipeline )(\w+) +finished in/gm)].map(([, name = '']) => name).sort();

  it.each(of('gitlab').map((one) => [one.name, one] as const))(
    '%s: with the marker only its job runs',
    async (_, { text, kind }) => {
      const { sent, done } = requested[kind];
      const variables = Object.entries(sent).map(([name, value]) => [name.toUpperCase(), value]);
      const { code, log } = await run(text, {
        ...{ ROLLBACK: 'true', ROLLBACK_ID: 'rollgate-1', ROLLBACK_TARGET: 'default' },
        ...(Object.fromEntries(variables) as Record<string, string>),
      });
      expect({ code, log }).toEqual({ code: 0, log });
      expect(jobsIn(log)).toEqual(['rollback']);
      expect(changes()).toEqual(done);
    },
  );

  it.each(of('gitlab').map((one) => [one.name, one] as const))(
    '%s: without the marker only build and deploy run',
    async (_, { text }) => {
      const { code, log } = await run(text, {});
      expect({ code, log }).toEqual({ code: 0, log });
      expect(jobsIn(log)).toEqual(['build', 'release']);
      expect(place.read('calls')).toBeUndefined();
    },
  );

  it('an unproven rollback: the job fails', async () => {
    const { text } = of('gitlab')[0]!;
    const { code, log } = await run(text, { ROLLBACK: 'true', ROLLBACK_IMAGE: 'shop:other' });
    expect({ code, log }).toEqual({ code: 1, log });
    expect(log).toContain('no workload runs shop:other');
  });
});

describeWith('the rollback jobs for Jenkins', jenkins.lacking, () => {
  it.each(of('jenkins').map((one) => [one.name, one] as const))(
    '%s compiles with the Groovy of Jenkins',
    async (_, { text }) => {
      place.write('Rollback.groovy', text);
      const { code, output } = await groovy(place, 'org.codehaus.groovy.tools.FileSystemCompiler', [
        ...['-d', place.path('classes'), place.path('Rollback.groovy')],
      ]);
      const printed = output.replace(/^WARNING.*\n/gm, '');
      expect({ code, printed }).toEqual({ code: 0, printed: '' });
      expect(place.read('classes/Rollback.class')).toBeDefined();
    },
  );
});

describeWith('linters of the rollback pipelines', lacking(goTools, shellcheck), () => {
  it('actionlint and shellcheck report nothing in the workflows', () => {
    const files = of('github').map(({ name }) => `templates/rollback/${name}`);
    const flags = ['-shellcheck', fileOf(shellcheck), '-no-color'];
    const { stdout, status } = spawnSync(fileOf(goTools, 'actionlint'), [...flags, ...files], {
      encoding: 'utf8',
    });
    expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
  });

  it.each(['sh', 'bash'])('shellcheck reports nothing in any script, as %s', (shell) => {
    for (const { name, script } of rollbackPipelines) {
      const { stdout, status } = spawnSync(fileOf(shellcheck), ['--shell', shell, '-'], {
        input: script,
        encoding: 'utf8',
      });
      expect({ name, stdout, status }).toEqual({ name, stdout: '', status: 0 });
    }
  });
});
