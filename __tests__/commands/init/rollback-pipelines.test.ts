import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { initSystems, Repository } from '../../support/initialised.js';

let repository: Repository;
beforeEach(() => {
  repository = new Repository();
});
afterEach(() => {
  repository.remove();
});

interface Step {
  readonly uses?: string;
  readonly with?: unknown;
  readonly task?: string;
  readonly inputs?: unknown;
  readonly env?: unknown;
  readonly 'rollgate/gate'?: unknown;
}

/** What keeps a pipeline from rolling back unasked, and what the program is told in it. */
interface Told {
  readonly guard: unknown;
  readonly marker: unknown;
  readonly inputs: unknown;
}

function ofWorkflow(text: string): Told {
  const { jobs } = parse(text) as { jobs: { rollback: { if: string; steps: readonly Step[] } } };
  const step = jobs.rollback.steps.find(({ uses }) => uses?.includes('/rollgate@'));
  return { guard: jobs.rollback.if, marker: step?.env, inputs: step?.with };
}

function ofAzure(text: string): Told {
  interface Stage {
    readonly jobs: readonly [{ strategy: { runOnce: { deploy: { steps: readonly Step[] } } } }];
  }
  const { stages } = parse(text) as {
    stages: readonly Readonly<Record<string, readonly Stage[]>>[];
  };
  const [guard, inner] = Object.entries(stages[0] ?? {})[0] ?? [];
  const steps = inner?.[0]?.jobs[0].strategy.runOnce.deploy.steps ?? [];
  const step = steps.find(({ task }) => task?.startsWith('Rollgate@'));
  return { guard: [stages.length, guard], marker: step?.env, inputs: step?.inputs };
}

function ofCircleci(text: string): Told {
  const { workflows, jobs } = parse(text) as {
    workflows: { rollback: { when: string } };
    jobs: { rollback: { steps: readonly Step[] } };
  };
  const calls = jobs.rollback.steps.flatMap((step) => step['rollgate/gate'] ?? []);
  const { 'is-rollback': marker, ...inputs } = calls[0] as Readonly<Record<string, unknown>>;
  return { guard: workflows.rollback.when, marker, inputs };
}

function ofGitlab(text: string): Told {
  const { rollback } = parse(text) as { rollback: { rules: unknown; script: unknown } };
  // The variable that starts the pipeline is in the environment of its jobs.
  return { guard: rollback.rules, marker: rollback.rules, inputs: rollback.script };
}

function ofJenkins(text: string): Told {
  const [, guard] = /when \{ (.*) \}\n/.exec(text) ?? [];
  const [, inputs] = /^ +rollgate\((.*)\)$/m.exec(text) ?? [];
  // Parameters of a build are in its environment.
  const [, marker] = /booleanParam\(name: '(\w+)', defaultValue: (?:false)/.exec(text) ?? [];
  return { guard, marker, inputs };
}

const ofGithub: Told = {
  guard: 'inputs.rollback',
  marker: { ROLLBACK: 'true' },
  inputs: { command: 'rollback', 'rollback-timeout': '5m' },
};
const onGithub = (folder: string) =>
  ({
    path: `${folder}/rollback.yml`,
    read: ofWorkflow,
    told: ofGithub,
    revision: {
      ...{ command: 'rollback', 'rollback-timeout': '5m' },
      'kubernetes-revision': '${{ inputs.rollback_revision }}',
    },
  }) as const;
const marked = [{ if: '$ROLLBACK == "true"' }];

interface Expected {
  readonly path: string;
  readonly read: (text: string) => Told;
  readonly told: Told;
  /** The inputs, where a revision is one. */
  readonly revision: unknown;
}

const systems: Readonly<Record<string, Expected>> = {
  github: onGithub('.github/workflows'),
  gitea: onGithub('.gitea/workflows'),
  forgejo: onGithub('.forgejo/workflows'),
  gitlab: {
    path: '.gitlab/rollback.yml',
    read: ofGitlab,
    told: { guard: marked, marker: marked, inputs: ['rollgate rollback --rollback-timeout 5m'] },
    revision: [
      'rollgate rollback --rollback-timeout 5m --kubernetes-revision "${ROLLBACK_REVISION:-}"',
    ],
  },
  circleci: {
    path: '.circleci/config.yml',
    read: ofCircleci,
    told: {
      guard: '<< pipeline.parameters.rollback >>',
      marker: '<< pipeline.parameters.rollback >>',
      inputs: { command: 'rollback', 'rollback-timeout': '5m' },
    },
    revision: {
      ...{ command: 'rollback', 'rollback-timeout': '5m' },
      'kubernetes-revision': '<< pipeline.parameters.rollback_revision >>',
    },
  },
  azure: {
    path: 'rollback.yml',
    read: ofAzure,
    told: {
      guard: [1, '${{ if eq(parameters.rollback, true) }}'],
      marker: { ROLLBACK: 'true' },
      inputs: { command: 'rollback', rollbackTimeout: '5m' },
    },
    revision: {
      ...{ command: 'rollback', rollbackTimeout: '5m' },
      "${{ if ne(parameters.rollback_revision, 'none') }}": {
        kubernetesRevision: '${{ parameters.rollback_revision }}',
      },
    },
  },
  jenkins: {
    path: 'Jenkinsfile.rollback',
    read: ofJenkins,
    told: {
      guard: 'expression { params.ROLLBACK }',
      marker: 'ROLLBACK',
      inputs: "command: 'rollback', rollbackTimeout: '5m'",
    },
    revision:
      "command: 'rollback', rollbackTimeout: '5m', kubernetesRevision: params.ROLLBACK_REVISION, credentials: [kubeconfig: 'kubeconfig']",
  },
};

describe.each(Object.entries(systems))('the rollback pipeline for %s', (system, expected) => {
  it.each(['compose', 'kubernetes'] as const)(
    'by %s does nothing without its marker, starts no other, and rolls back by what rollgate.yml says',
    async (way) => {
      const url = ['--url', 'https://shop.example.com/'];
      const only =
        way === 'compose'
          ? ['--compose-project', 'only-p', '--compose-service', 'only-s']
          : ['--kubernetes-workload', 'deployment/only-w', '--kubernetes-namespace', 'only-n'];
      const argv = ['init', '--yes', '--ci-system', system, ...url, ...only];
      const { code, output } = await repository.run(argv);
      expect({ code, output }).toEqual({ code: 0, output });
      const told = expected.read(repository.place.read(expected.path) ?? '');
      expect(told).toEqual(
        way === 'compose' ? expected.told : { ...expected.told, inputs: expected.revision },
      );
      // What is rolled back stands in one place.
      const names = only.filter((_, at) => at % 2 === 1).map((name) => name.replace(/.*\//, ''));
      const texts = Object.entries(repository.place.files());
      for (const name of names)
        expect(texts.filter(([, text]) => text.includes(name)).map(([path]) => path)).toEqual([
          'rollgate.yml',
        ]);
    },
  );
});

it('there is one for every system', () => {
  expect(Object.keys(systems).sort()).toEqual([...initSystems].sort());
});
