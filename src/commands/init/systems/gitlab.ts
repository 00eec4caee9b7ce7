import { blockOf, deployLines, indented } from '../lines.js';
import { published } from '../published.js';
import { rollbackHead, rollbackInputs, scriptPipeline } from '../rollback-file.js';
import { gitlabRollback } from '../rollback-frames.js';
import { runnerOf } from '../runner.js';
import type { InitOptions, InitSystem, RollbackPlan, RunnerWord, SystemPlan } from '../options.js';
import type { Platform, Template } from '../ways.js';

/** https://docs.gitlab.com/ci/yaml/#tags */
const runner: RunnerWord = { noun: 'tag', placeholder: 'YOUR-RUNNER' };

export const gitlab: InitSystem = {
  id: 'gitlab',
  pipelines: ['.gitlab-ci.yml'],
  servers: /(^|[.-])gitlab([.-]|$)/,
  runner,
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
        text: pipeline(include, options),
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
          ...(access(options).length === 0
            ? []
            : ['', '# and to the job that deploys:', ...access(options)]),
        ],
      },
      {
        path: GATE,
        text: gate(options),
        what: 'snapshot, preflight and gate: the jobs around the deploy',
      },
    ],
    deploy: 'Put your deploy into the job "release" of .gitlab-ci.yml.',
    next: [
      ...(next[options.platform] ?? []),
      ...(options.dockerHost === undefined
        ? []
        : [
            `Store the private key that may log in to ${options.dockerHost} as the variable DEPLOY_KEY, and the line of that machine for known_hosts as KNOWN_HOSTS, both of the type File (Settings → CI/CD → Variables).`,
          ]),
      `The component is found on the same GitLab only: mirror https://github.com/${published.repository} as ${published.repository}, or name the file by \`include: remote\` (docs/gitlab.md, "Without a mirror").`,
    ],
  };
}

function rollback(template: Template, options: InitOptions): RollbackPlan {
  return {
    file: {
      path: UNDO,
      text: template === 'script' ? scriptPipeline('gitlab', 'yml') : rollbackJob(options),
      what: 'the job that rolls a version back',
    },
    variables: ['CI_PROJECT_ID', 'GITLAB_TOKEN'],
    // The jobs that a rollback pipeline may have; with others it would deploy.
    inputs: [['gitlab-rollback-jobs', 'rollback']],
    next: [
      'Make a project access token with the role Developer and the scope api, and store it as the masked variable GITLAB_TOKEN (Settings → CI/CD → Variables).',
      'Try the rollback by hand: Run pipeline, with the variable ROLLBACK = true.',
    ],
  };
}

/** What a job needs that speaks with the engine. */
function access(options: InitOptions): readonly string[] {
  const tag = runnerOf(options, runner);
  if (tag !== undefined) return [`tags: [${tag}] # of the runner on the machine of the engine`];
  return options.dockerHost === undefined
    ? []
    : ['before_script: !reference [.engine, before_script]'];
}

function rollbackJob(options: InitOptions): string {
  const [, ...inputs] = rollbackInputs(options, '${ROLLBACK_REVISION:-}');
  const flags = inputs.map(
    ([input, text]) => ` --${input} ${text.includes('$') ? `"${text}"` : text}`,
  );
  return gitlabRollback({
    head: `# ${rollbackHead}\n`,
    others: '',
    image: `${published.image}:${published.version}`,
    setUp: indented(access(options), 2),
    work: `  script:
    - rollgate rollback${flags.join('')}
  artifacts:
    when: always
    paths: [rollgate-report]
`,
  });
}

function pipeline(include: readonly string[], options: InitOptions): string {
  const hasRollback = options.template !== undefined;
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
${indented(access(options), 2)}  rules:
${hasRollback ? guard.map((line) => `    ${line}\n`).join('') : ''}    - if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH
  script:
    - ${blockOf(deployLines(options, '$CI_COMMIT_SHA'), 6)}
`;
}

function gate(options: InitOptions): string {
  const { platform, template } = options;
  const component = `$CI_SERVER_FQDN/${published.repository}/rollgate@${published.version}`;
  const job = (name: string, stage: string, command?: string): string =>
    [
      `  - component: ${component}`,
      '    inputs:',
      `      job-name: ${name}`,
      `      stage: ${stage}`,
      ...(command === undefined ? [] : [`      command: ${command}`]),
      ...(platform === 'aws'
        ? [
            '      image: registry.example.com/aws-node # yours, with the aws program and Node 20 or newer',
          ]
        : []),
      `      if: $CI_COMMIT_BRANCH == $CI_DEFAULT_BRANCH`,
    ].join('\n');
  return `# Made by \`rollgate init\`: the jobs before and after the deploy.${template === undefined ? '' : ' Its jobs are in no rollback pipeline.'}
include:
  # Record what runs now.
${job('snapshot', 'before', 'snapshot')}
  # Make sure that a rollback would work: a stage of its own, so that it knows the snapshot.
${job('preflight', 'preflight', 'preflight')}
  # Watch, and roll back when it is bad.
${job('gate', 'watch')}
${template === 'script' ? ask : ''}${engine(options)}`;
}

/** What the jobs of the component need besides, to speak with the engine. */
function engine(options: InitOptions): string {
  const lines = access(options);
  if (lines.length === 0) return '';
  const jobs = ['snapshot', 'preflight', 'gate']
    .map((name) => `${name}:\n${indented(lines, 2)}`)
    .join('');
  if (options.dockerHost === undefined) return `\n${jobs}`;
  return `
variables:
  DOCKER_HOST: ${options.dockerHost} # the engine that deploy, snapshot, gate and rollback speak with

# So that docker reaches it.
.engine:
  before_script:
    - eval "$(ssh-agent -s)"
    - chmod 600 "$DEPLOY_KEY"
    - ssh-add "$DEPLOY_KEY"
    - mkdir -p ~/.ssh
    - cat "$KNOWN_HOSTS" >> ~/.ssh/known_hosts

${jobs}`;
}

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
