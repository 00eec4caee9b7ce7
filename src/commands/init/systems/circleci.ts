import { published } from '../published.js';
import { rollbackFile, rollbackParts } from '../rollback-file.js';
import {
  scripts,
  type InitSystem,
  type SystemPlan,
  type InitOptions,
  type Way,
} from '../options.js';

const templates = { folder: 'circleci', end: 'yml' };

export const circleci: InitSystem = {
  id: 'circleci',
  pipelines: ['.circleci/config.yml', '.circleci'],
  plan,
};

/** What the job of the deploy does first. */
const before: Readonly<Record<Way, string>> = {
  kubernetes: `
      # So that kubectl finds the cluster; or the login that your provider has.
      - run:
          name: Log in to the cluster
          command: |
            umask 077
            printf '%s\\n' "$KUBECONFIG_CONTENT" > "$HOME/kubeconfig"
            echo 'export KUBECONFIG="$HOME/kubeconfig"' >> "$BASH_ENV"`,
  compose: '',
  pipeline: `
      - run:
          name: Ask which version runs now
          command: |
            echo "export ROLLGATE_ROLLBACK_PARAMETERS='version=$(./scripts/current-version.sh)'" >> "$BASH_ENV"`,
};

const runner = `    machine: true
    resource_class: acme/engine # of the runner
`;

const next: Readonly<Record<Way, readonly string[]>> = {
  kubernetes: ['Put the kubeconfig of the cluster into the same context, as KUBECONFIG_CONTENT.'],
  compose: [
    'Both jobs need a runner of yours on the machine of the Docker engine: name its resource class in .circleci/config.yml. Under "environment" of the job "rollback" is what it rolls back: change that too.',
    'CircleCI does not know the image: have the gate send it, by `rollback-parameters: rollback_image=...` or the variable ROLLGATE_ROLLBACK_PARAMETERS.',
  ],
  pipeline: [scripts],
};

/** CircleCI reads one file, and it holds the rollback as well. */
function plan(options: InitOptions): SystemPlan {
  const { way } = options;
  const text = configuration(options);
  return {
    files: [
      {
        path: '.circleci/config.yml',
        text,
        what: 'the pipeline: snapshot, preflight, deploy, gate; and the rollback',
        otherwise: [
          '# the parts of this that you lack; the steps belong around your own deploy',
          ...text.split('\n').slice(1, -1),
        ],
      },
    ],
    variables: ['CIRCLE_PROJECT_SLUG', 'CIRCLE_TOKEN'],
    next: [
      'Put your deploy into the step "Deploy" of the job "deploy".',
      'Make a personal API token, best of a user made for it, and a context named rollgate (Organization Settings → Contexts) that holds it as CIRCLE_TOKEN.',
      ...next[way],
      'Try the rollback by hand: Trigger Pipeline, with the parameter rollback set to true.',
    ],
  };
}

function configuration(options: InitOptions): string {
  const { way, branch } = options;
  const { parameters, jobs } = rollbackParts(rollbackFile(options, templates));
  return `# Made by \`rollgate init\`; it is yours now.
version: 2.1

orbs:
  rollgate: ${published.orbNamespace}/rollgate@${published.version}

parameters:
${parameters}
workflows:
  deploy:
    # Without this line a rollback would build and deploy again. Every other workflow of yours needs it, too.
    unless: << pipeline.parameters.rollback >>
    jobs:
      - deploy:
          context: rollgate
          filters:
            branches:
              only: ['${branch}']

  rollback:
    when: << pipeline.parameters.rollback >>
    jobs:
      - rollback:
          context: rollgate
          # A group of its own: in that of the deploy it would wait for the gate, which waits for it.
          serial-group: << pipeline.project.slug >>/rollback

jobs:
  deploy:
${way === 'compose' ? runner : '    executor: rollgate/default\n'}    steps:
      - checkout${before[way]}
      - rollgate/gate: # Record what runs now
          command: snapshot
      - rollgate/gate: # Make sure that a rollback would work
          command: preflight
      # Yours: whatever deploys the commit.
      - run:
          name: Deploy
          command: ./scripts/deploy.sh "$CIRCLE_SHA1"
      - rollgate/gate: # Watch, and roll back when it is bad
          is-rollback: << pipeline.parameters.rollback >>
      - store_artifacts:
          path: rollgate-report
      - store_test_results:
          path: rollgate-report

${jobs}`;
}
