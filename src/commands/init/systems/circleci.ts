import { published } from '../published.js';
import { rollbackFile, rollbackParts } from '../rollback-file.js';
import type { InitOptions, InitSystem, RollbackPlan, SystemPlan } from '../options.js';
import type { Platform, Template } from '../ways.js';

const templates = { folder: 'circleci', end: 'yml' };

export const circleci: InitSystem = {
  id: 'circleci',
  pipelines: ['.circleci/config.yml', '.circleci'],
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
};

const ask = `
      - run:
          name: Ask which version runs now
          command: |
            # Two lines: a script that fails must stop the job, and within an echo its failure is lost.
            version=$(./scripts/current-version.sh)
            echo "export ROLLGATE_ROLLBACK_PARAMETERS='version=$version'" >> "$BASH_ENV"`;

const usual = `    executor: rollgate/default
`;
/** What the job runs on, where the usual image will not do. */
const executor: Partial<Readonly<Record<Platform, string>>> = {
  compose: `    machine: true
    resource_class: acme/engine # of the runner
`,
  aws: `    executor:
      name: rollgate/default
      image: acme/aws-node # yours, with the aws program and Node 20 or newer
`,
};

const next: Partial<Readonly<Record<Platform, readonly string[]>>> = {
  kubernetes: ['Put the kubeconfig of the cluster into this context, as KUBECONFIG_CONTENT.'],
  compose: [
    'Every job here needs a runner of yours on the machine of the Docker engine: name its resource class in .circleci/config.yml.',
  ],
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
    next: [
      'Put your deploy into the step "Deploy" of the job "deploy".',
      'Make a context named rollgate (Organization Settings → Contexts): its variables are what the jobs know.',
      ...(next[options.platform] ?? []),
    ],
  };
}

/** CircleCI reads one file, and it holds the rollback as well. */
function rollback(template: Template): RollbackPlan {
  return {
    settings: 'Under "environment" of the job "rollback"',
    variables: ['CIRCLE_PROJECT_SLUG', 'CIRCLE_TOKEN'],
    next: [
      ...(template === 'compose'
        ? [
            'CircleCI does not know the image: have the gate send it, by `rollback-parameters: rollback_image=...` or the variable ROLLGATE_ROLLBACK_PARAMETERS.',
          ]
        : []),
      'Make a personal API token, best of a user made for it, and put it into this context as CIRCLE_TOKEN.',
      'Try the rollback by hand: Trigger Pipeline, with the parameter rollback set to true.',
    ],
  };
}

/** What the rollback adds to the configuration. */
function partsOf({
  template,
  ...options
}: InitOptions): Readonly<Record<'parameters' | 'unless' | 'workflow' | 'watch' | 'jobs', string>> {
  if (template === undefined)
    return {
      parameters: '',
      unless: '',
      workflow: '',
      watch: 'rollgate/gate # Watch, and roll back when it is bad',
      jobs: '',
    };
  const { parameters, jobs } = rollbackParts(rollbackFile(template, options, templates));
  return {
    parameters: `parameters:
${parameters}
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
${jobs}`,
  };
}

function configuration(options: InitOptions): string {
  const { platform, template, branch } = options;
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
${executor[platform] ?? usual}    steps:
      - checkout${before[platform] ?? ''}${template === 'script' ? ask : ''}
      - rollgate/gate: # Record what runs now
          command: snapshot
      - rollgate/gate: # Make sure that a rollback would work
          command: preflight
      # Yours: whatever deploys the commit.
      - run:
          name: Deploy
          command: ./scripts/deploy.sh "$CIRCLE_SHA1"
      - ${rollback.watch}
      - store_artifacts:
          path: rollgate-report
      - store_test_results:
          path: rollgate-report
${rollback.jobs}`;
}
