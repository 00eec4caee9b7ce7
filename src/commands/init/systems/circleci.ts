import { blockOf, deployLines, indented } from '../lines.js';
import { published } from '../published.js';
import { rollbackInputs, rollbackParts, scriptPipeline } from '../rollback-file.js';
import { about, aboutRevision, described } from '../rollback-frames.js';
import { isOnEngine, runnerOf } from '../runner.js';
import type { InitOptions, InitSystem, RollbackPlan, RunnerWord, SystemPlan } from '../options.js';
import type { Platform } from '../ways.js';

/** https://circleci.com/docs/guides/execution-runner/runner-concepts/#namespaces-and-resource-classes */
const runner: RunnerWord = { noun: 'resource class', placeholder: 'your-namespace/your-runner' };

export const circleci: InitSystem = {
  id: 'circleci',
  pipelines: ['.circleci/config.yml', '.circleci'],
  runner,
  plan,
  rollback,
};

/** What the job of the deploy does first. */
const before: Partial<Readonly<Record<Platform, string>>> = {
  kubernetes: `
      # So that kubectl finds the cluster; or the login that your provider has.
      - run:
          name: Log in to the cluster
          command: |
            umask 077
            printf '%s\\n' "$KUBECONFIG_CONTENT" > "$HOME/kubeconfig"
            echo 'export KUBECONFIG="$HOME/kubeconfig"' >> "$BASH_ENV"`,
  compose: `
      # So that docker reaches the engine.
      - add_ssh_keys
      - run:
          name: Know the machine of the engine
          command: printf '%s\\n' "$KNOWN_HOSTS" >> ~/.ssh/known_hosts`,
};

function logIn(options: InitOptions): string {
  return isOnEngine(options) ? '' : (before[options.platform] ?? '');
}

const ask = `
      - run:
          name: Ask which version runs now
          command: |
            # Two lines: a script that fails must stop the job, and within an echo its failure is lost.
            version=$(./scripts/current-version.sh)
            echo "export ROLLGATE_ROLLBACK_PARAMETERS='version=$version'" >> "$BASH_ENV"`;

/** What a job runs on. */
function executor(options: InitOptions): string {
  const resourceClass = runnerOf(options, runner);
  if (resourceClass !== undefined)
    return `    machine: true
    resource_class: ${resourceClass} # of the runner on the machine of the engine
`;
  return options.platform === 'aws'
    ? `    executor:
      name: rollgate/default
      image: registry.example.com/aws-node # yours, with the aws program and Node 20 or newer
`
    : `    executor: rollgate/default
`;
}

const next: Partial<Readonly<Record<Platform, readonly string[]>>> = {
  kubernetes: ['Put the kubeconfig of the cluster into this context, as KUBECONFIG_CONTENT.'],
  aws: [
    'Put AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_REGION into this context.',
    'Name an image with the `aws` program and Node 20 or newer in .circleci/config.yml: the release image of Rollgate has no `aws`.',
  ],
};

function plan(options: InitOptions): SystemPlan {
  const text = configuration(options);
  return {
    files: [
      {
        path: '.circleci/config.yml',
        text,
        what: `the pipeline: snapshot, preflight, deploy, gate${options.template === undefined ? '' : '; and the rollback'}`,
        otherwise: [
          '# the parts of this that you lack; the steps belong around your own deploy',
          ...text.split('\n').slice(1, -1),
        ],
      },
    ],
    deploy: 'Put your deploy into the step "Deploy" of the job "deploy".',
    next: [
      'Make a context named rollgate (Organization Settings → Contexts): its variables are what the jobs know.',
      ...(next[options.platform] ?? []),
      ...(options.dockerHost === undefined
        ? []
        : [
            `Give the project the private key that may log in to ${options.dockerHost} (Project Settings → SSH Keys), and put the line of that machine for known_hosts into this context, as KNOWN_HOSTS.`,
          ]),
    ],
  };
}

/** CircleCI reads one file, and it holds the rollback as well. */
function rollback(): RollbackPlan {
  return {
    variables: ['CIRCLE_PROJECT_SLUG', 'CIRCLE_TOKEN'],
    next: [
      'Make a personal API token, best of a user made for it, and put it into this context as CIRCLE_TOKEN.',
      'Try the rollback by hand: Trigger Pipeline, with the parameter rollback set to true.',
    ],
  };
}

/** What the rollback adds to the configuration. */
function partsOf(
  options: InitOptions,
): Readonly<Record<'parameters' | 'unless' | 'workflow' | 'watch' | 'jobs', string>> {
  const { template } = options;
  if (template === undefined)
    return {
      parameters: '',
      unless: '',
      workflow: '',
      watch: 'rollgate/gate # Watch, and roll back when it is bad',
      jobs: '',
    };
  const parts =
    template === 'script'
      ? rollbackParts(scriptPipeline('circleci', 'yml'))
      : { parameters: rollbackParameters(options), jobs: rollbackJob(options) };
  return {
    parameters: `parameters:
${parts.parameters}
`,
    unless: `    # Without this line a rollback would build and deploy again. Every other workflow of yours needs it, too.
    unless: << pipeline.parameters.rollback >>
`,
    workflow: `
  rollback:
    when: << pipeline.parameters.rollback >>
    jobs:
      - rollback:
          context: rollgate
          # A group of its own: in that of the deploy it would wait for the gate, which waits for it.
          serial-group: << pipeline.project.slug >>/rollback
`,
    watch: `rollgate/gate: # Watch, and roll back when it is bad
          is-rollback: << pipeline.parameters.rollback >>`,
    jobs: `
${parts.jobs}`,
  };
}

/** CircleCI gets no parameter but the marker, unless `rollback-parameters` names it. */
function rollbackParameters({ platform }: InitOptions): string {
  const revision = platform === 'kubernetes' ? [['rollback_revision', aboutRevision] as const] : [];
  return `  rollback:
    description: ${about.rollback}
    type: boolean
    default: false
${described(revision, 2)}`;
}

/** What it rolls back stands in `rollgate.yml`. */
function rollbackJob(options: InitOptions): string {
  const inputs = [
    ...rollbackInputs(options, '<< pipeline.parameters.rollback_revision >>'),
    ['is-rollback', '<< pipeline.parameters.rollback >>'] as const,
  ];
  return `  rollback:
${executor(options)}${options.dockerHost === undefined ? '' : '    environment: *engine\n'}    steps:
      - checkout${logIn(options)}
      - rollgate/gate: # Roll it back, and prove it
${indented(
  inputs.map(([input, text]) => `${input}: ${text}`),
  10,
)}      - store_artifacts:
          path: rollgate-report
`;
}

/** Where docker finds the engine, for every job of the file. */
function engine({ dockerHost }: InitOptions): string {
  return dockerHost === undefined
    ? ''
    : `    environment: &engine
      DOCKER_HOST: ${dockerHost} # the engine that deploy, snapshot, gate and rollback speak with
`;
}

function configuration(options: InitOptions): string {
  const { template, branch } = options;
  const rollback = partsOf(options);
  return `# Made by \`rollgate init\`; it is yours now.
version: 2.1

orbs:
  rollgate: ${published.orbNamespace}/rollgate@${published.version}

${rollback.parameters}workflows:
  deploy:
${rollback.unless}    jobs:
      - deploy:
          context: rollgate
          filters:
            branches:
              only: ['${branch}']
${rollback.workflow}
jobs:
  deploy:
${executor(options)}${engine(options)}    steps:
      - checkout${logIn(options)}${template === 'script' ? ask : ''}
      - rollgate/gate: # Record what runs now
          command: snapshot
      - rollgate/gate: # Make sure that a rollback would work
          command: preflight
      # Yours: whatever deploys the commit.
      - run:
          name: Deploy
          command: ${blockOf(deployLines(options, '$CIRCLE_SHA1'), 12)}
      - ${rollback.watch}
      - store_artifacts:
          path: rollgate-report
      - store_test_results:
          path: rollgate-report
${rollback.jobs}`;
}
