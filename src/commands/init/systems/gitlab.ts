import { published } from '../published.js';
import { rollbackFile, rollbackJobs } from '../rollback-file.js';
import {
  scripts,
  type InitSystem,
  type SystemPlan,
  type InitOptions,
  type Way,
} from '../options.js';

const templates = { folder: 'gitlab', end: 'yml' };

export const gitlab: InitSystem = {
  id: 'gitlab',
  pipelines: ['.gitlab-ci.yml'],
  servers: /(^|[.-])gitlab([.-]|$)/,
  inputs: (options) => [['gitlab-rollback-jobs', jobsOf(options)]],
  plan,
};

const GATE = '.gitlab/rollgate.yml';
const UNDO = '.gitlab/rollback.yml';

const include = ['include:', `  - local: ${GATE}`, `  - local: ${UNDO}`];
const notInRollback = ['rules:', '  - if: $ROLLBACK == "true"', '    when: never'];

const next: Readonly<Record<Way, readonly string[]>> = {
  kubernetes: [
    'Store the kubeconfig of the cluster as the variable KUBECONFIG, of the type File (Settings → CI/CD → Variables).',
  ],
  compose: [
    `The jobs that speak with the Docker engine need a runner that may use it: they have the tag engine. Under "variables" of ${UNDO} is what is rolled back: change that too.`,
  ],
  pipeline: [scripts],
};

/** Files of its own, which the pipeline includes; GitLab reads `.gitlab-ci.yml` only. */
function plan(options: InitOptions): SystemPlan {
  const { way } = options;
  return {
    files: [
      {
        path: '.gitlab-ci.yml',
        text: pipeline(),
        what: 'the pipeline: before, preflight, deploy, watch',
        otherwise: [
          ...['stages: [before, preflight, deploy, watch] # besides your own', '', ...include, ''],
          '# and to every job of yours, so that a rollback does not build and deploy again:',
          ...notInRollback,
        ],
      },
      {
        path: GATE,
        text: gate(options),
        what: 'snapshot, preflight and gate: the jobs around the deploy',
      },
      {
        path: UNDO,
        text: rollbackFile(options, templates),
        what: 'the job that rolls a version back',
      },
    ],
    variables: ['CI_PROJECT_ID', 'GITLAB_TOKEN'],
    next: [
      'Put your deploy into the job "release" of .gitlab-ci.yml, or the lines above into the pipeline that you have.',
      `Make a project access token with the role Developer and the scope api, and store it as the masked variable GITLAB_TOKEN (Settings → CI/CD → Variables).`,
      ...next[way],
      `The component is found on the same GitLab only: mirror https://github.com/${published.repository} as ${published.repository}, or name the file by \`include: remote\` (docs/gitlab.md, "Without a mirror").`,
      'Try the rollback by hand: Run pipeline, with the variable ROLLBACK = true.',
    ],
  };
}

/** The jobs that a rollback pipeline may have; with others it would deploy. */
function jobsOf(options: InitOptions): string {
  return rollbackJobs(rollbackFile(options, templates)).join(', ');
}

function pipeline(): string {
  return `# Made by \`rollgate init\`; it is yours now.
stages: [before, preflight, deploy, watch]

${include.join('\n')}

# Yours: whatever deploys the commit.
release:
  stage: deploy
  resource_group: production
  rules:
    # Without these lines a rollback would deploy again. Every other job of yours needs them, too.
    - if: $ROLLBACK == "true"
      when: never
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - ./scripts/deploy.sh "$CI_COMMIT_SHA"
`;
}

function gate({ way }: InitOptions): string {
  const component = `$CI_SERVER_FQDN/${published.repository}/rollgate@${published.version}`;
  const job = (name: string, stage: string, command?: string): string =>
    [
      `  - component: ${component}`,
      '    inputs:',
      `      job-name: ${name}`,
      `      stage: ${stage}`,
      ...(command === undefined ? [] : [`      command: ${command}`]),
      `      if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH`,
    ].join('\n');
  return `# Made by \`rollgate init\`: what stands before and behind the deploy. It is in no rollback pipeline.
include:
  # Record what runs now.
${job('snapshot', 'before', 'snapshot')}
  # Make sure that a rollback would work: a stage of its own, so that it knows the snapshot.
${job('preflight', 'preflight', 'preflight')}
  # Watch, and roll back when it is bad.
${job('gate', 'watch')}
${way === 'pipeline' ? ask : ''}${way === 'compose' ? tags : ''}`;
}

const tags = `
# The runner on the machine of the engine.
${['snapshot', 'preflight', 'gate'].map((name) => `${name}:\n  tags: [engine]\n`).join('')}`;

const ask = `
ask:
  stage: before
  rules:
    - if: $ROLLBACK == "true"
      when: never
    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    # What the rollback is to return to; the gate finds it under this name.
    - echo "ROLLGATE_ROLLBACK_PARAMETERS=VERSION=$(./scripts/current-version.sh)" > before.env
  artifacts:
    reports:
      dotenv: before.env
`;
