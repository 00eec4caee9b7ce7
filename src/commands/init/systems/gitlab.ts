import { published } from '../published.js';
import { rollbackFile, rollbackJobs } from '../rollback-file.js';
import type { InitOptions, InitSystem, RollbackPlan, SystemPlan } from '../options.js';
import type { Platform, Template } from '../ways.js';

const templates = { folder: 'gitlab', end: 'yml' };

export const gitlab: InitSystem = {
  id: 'gitlab',
  pipelines: ['.gitlab-ci.yml'],
  servers: /(^|[.-])gitlab([.-]|$)/,
  plan,
  rollback,
};

const GATE = '.gitlab/rollgate.yml';
const UNDO = '.gitlab/rollback.yml';

const notInRollback = ['- if: $ROLLBACK == "true"', '  when: never'];

const next: Partial<Readonly<Record<Platform, readonly string[]>>> = {
  kubernetes: [
    'Store the kubeconfig of the cluster as the variable KUBECONFIG, of the type File (Settings → CI/CD → Variables).',
  ],
  compose: [
    'The jobs that speak with the Docker engine need a runner that may use it: they have the tag engine.',
  ],
  aws: [
    'Store AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY (both masked) and AWS_REGION as variables (Settings → CI/CD → Variables).',
    `Name an image with the \`aws\` program and Node 20 or newer in ${GATE}: the release image of Rollgate has no \`aws\`.`,
  ],
};

/** Files of its own, which the pipeline includes; GitLab reads `.gitlab-ci.yml` only. */
function plan(options: InitOptions): SystemPlan {
  const hasRollback = options.template !== undefined;
  const include = [
    'include:',
    ...[GATE, ...(hasRollback ? [UNDO] : [])].map((path) => `  - local: ${path}`),
  ];
  return {
    files: [
      {
        path: '.gitlab-ci.yml',
        text: pipeline(include, hasRollback),
        what: 'the pipeline: before, preflight, deploy, watch',
        otherwise: [
          ...['stages: [before, preflight, deploy, watch] # besides your own', '', ...include],
          ...(hasRollback
            ? [
                '',
                '# and to every job of yours, so that a rollback does not build and deploy again:',
                'rules:',
                ...notInRollback.map((line) => `  ${line}`),
              ]
            : []),
        ],
      },
      {
        path: GATE,
        text: gate(options),
        what: 'snapshot, preflight and gate: the jobs around the deploy',
      },
    ],
    next: [
      'Put your deploy into the job "release" of .gitlab-ci.yml, or the lines above into the pipeline that you have.',
      ...(next[options.platform] ?? []),
      `The component is found on the same GitLab only: mirror https://github.com/${published.repository} as ${published.repository}, or name the file by \`include: remote\` (docs/gitlab.md, "Without a mirror").`,
    ],
  };
}

function rollback(template: Template, options: InitOptions): RollbackPlan {
  const text = rollbackFile(template, options, templates);
  return {
    file: { path: UNDO, text, what: 'the job that rolls a version back' },
    settings: `Under "variables" of ${UNDO}`,
    variables: ['CI_PROJECT_ID', 'GITLAB_TOKEN'],
    // The jobs that a rollback pipeline may have; with others it would deploy.
    inputs: [['gitlab-rollback-jobs', rollbackJobs(text).join(', ')]],
    next: [
      'Make a project access token with the role Developer and the scope api, and store it as the masked variable GITLAB_TOKEN (Settings → CI/CD → Variables).',
      'Try the rollback by hand: Run pipeline, with the variable ROLLBACK = true.',
    ],
  };
}

function pipeline(include: readonly string[], hasRollback: boolean): string {
  const guard = [
    '# Without these lines a rollback would deploy again. Every other job of yours needs them, too.',
    ...notInRollback,
  ];
  return `# Made by \`rollgate init\`; it is yours now.
stages: [before, preflight, deploy, watch]

${include.join('\n')}

# Yours: whatever deploys the commit.
release:
  stage: deploy
  resource_group: production
  rules:
${hasRollback ? guard.map((line) => `    ${line}\n`).join('') : ''}    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - ./scripts/deploy.sh "$CI_COMMIT_SHA"
`;
}

function gate({ platform, template }: InitOptions): string {
  const component = `$CI_SERVER_FQDN/${published.repository}/rollgate@${published.version}`;
  const job = (name: string, stage: string, command?: string): string =>
    [
      `  - component: ${component}`,
      '    inputs:',
      `      job-name: ${name}`,
      `      stage: ${stage}`,
      ...(command === undefined ? [] : [`      command: ${command}`]),
      ...(platform === 'aws'
        ? ['      image: acme/aws-node # yours, with the aws program and Node 20 or newer']
        : []),
      `      if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH`,
    ].join('\n');
  return `# Made by \`rollgate init\`: what stands before and behind the deploy.${template === undefined ? '' : ' It is in no rollback pipeline.'}
include:
  # Record what runs now.
${job('snapshot', 'before', 'snapshot')}
  # Make sure that a rollback would work: a stage of its own, so that it knows the snapshot.
${job('preflight', 'preflight', 'preflight')}
  # Watch, and roll back when it is bad.
${job('gate', 'watch')}
${template === 'script' ? ask : ''}${platform === 'compose' ? tags : ''}`;
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
    # Two lines: a script that fails must stop the job, and within an echo its failure is lost.
    - version=$(./scripts/current-version.sh)
    - echo "ROLLGATE_ROLLBACK_PARAMETERS=VERSION=$version" > before.env
  artifacts:
    reports:
      dotenv: before.env
`;
