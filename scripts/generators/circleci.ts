import { stringify } from 'yaml';
import { ownVariable } from '../../src/inputs/variables.js';
import type { Release } from './release-config.js';
import type { WrapperInput } from './wrapper-inputs.js';

/** Where the report is kept, whatever `report-dir` says: templates/shell/gate.sh. */
const REPORT = 'rollgate-report';

/** From the root of the repository. */
export const orbFolder = 'templates/circleci';

interface File {
  readonly path: string;
  readonly content: string;
}

type Parameters = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/**
 * The sources of the CircleCI orb, one file for each part. The parameters reach the script as variables and never by
 * interpolation. https://circleci.com/docs/orbs/author/orb-author/
 *
 * @param script what only CircleCI does, before templates/shell/gate.sh
 * @param gate templates/shell/gate.sh
 */
export function generateOrb(
  inputs: readonly WrapperInput[],
  release: Release,
  { script, gate }: { readonly script: string; readonly gate: string },
): readonly File[] {
  const ofInputs: Parameters = Object.fromEntries(
    inputs.map(({ id, description, secret }) => [
      id,
      secret
        ? {
            // A name may not be empty. The program looks at this variable anyway, so that it changes nothing.
            ...{ type: 'env_var_name', default: ownVariable(id) },
            description: `${description} Secret: the name of the variable that holds it.`,
          }
        : { type: 'string', default: '', description },
    ]),
  );
  const ofCommand: Parameters = {
    'is-rollback': {
      ...{ type: 'boolean', default: false },
      description:
        'That this pipeline is a rollback, which is not judged: the pipeline parameter `rollback`.',
    },
    cli: {
      ...{ type: 'string', default: '' },
      description:
        'How the program is called, where neither the image nor npm has it: `node /opt/rollgate/index.js`.',
    },
    version: {
      ...{ type: 'string', default: release.version },
      description:
        'The version of the program that is taken from npm where the image does not have it.',
    },
    'no-output-timeout': {
      ...{ type: 'string', default: '10m' },
      description:
        'After how much silence CircleCI ends the step. The program says something every minute.',
    },
    ...ofInputs,
  };
  const ofJob: Parameters = {
    executor: {
      ...{ type: 'executor', default: 'default' },
      description:
        'Where the job runs. One of your own needs Node 20 or newer, and what the strategies call.',
    },
    checkout: {
      ...{ type: 'boolean', default: true },
      description: 'Check out the repository, for `rollgate.yml` and Compose files.',
    },
    'workspace-root': {
      ...{ type: 'string', default: '' },
      description:
        'Where the workspace is attached that holds the snapshot of a job before the deploy. Default: nowhere.',
    },
    ...ofCommand,
  };
  return [
    file('@orb.yml', {
      version: '2.1',
      description: 'Watches a fresh deployment and rolls it back when it is bad.',
      display: {
        home_url: `https://github.com/${release.repository}`,
        source_url: `https://github.com/${release.repository}`,
      },
    }),
    file('executors/default.yml', {
      description: 'The release image: Rollgate, kubectl, helm, and docker with compose.',
      parameters: {
        image: {
          ...{ type: 'string', default: `${release.image}:${release.version}` },
          description: 'The image.',
        },
        'resource-class': {
          ...{ type: 'string', default: 'small' },
          description: 'The resource class; the smallest will do.',
        },
      },
      docker: [{ image: '<< parameters.image >>' }],
      resource_class: '<< parameters.resource-class >>',
    }),
    file('commands/gate.yml', {
      description: 'Runs Rollgate as a step of a job of yours.',
      parameters: ofCommand,
      steps: [
        {
          run: {
            name: 'Rollgate',
            no_output_timeout: '<< parameters.no-output-timeout >>',
            environment: {
              ROLLGATE_CLI: '<< parameters.cli >>',
              ROLLGATE_PACKAGE: release.npmPackage,
              ROLLGATE_VERSION: '<< parameters.version >>',
              IS_ROLLBACK: '<< parameters.is-rollback >>',
              ...Object.fromEntries(
                inputs.map(({ id, variable, secret }) => [
                  secret ? `NAME_OF_${variable}` : variable,
                  `<< parameters.${id} >>`,
                ]),
              ),
            },
            command: '<<include(scripts/gate.sh)>>',
          },
        },
      ],
    }),
    file('jobs/gate.yml', {
      description: 'Runs Rollgate as a job of its own, and keeps the report.',
      parameters: ofJob,
      executor: '<< parameters.executor >>',
      steps: [
        { when: { condition: '<< parameters.checkout >>', steps: ['checkout'] } },
        {
          when: {
            condition: '<< parameters.workspace-root >>',
            steps: [{ attach_workspace: { at: '<< parameters.workspace-root >>' } }],
          },
        },
        {
          gate: Object.fromEntries(
            Object.keys(ofCommand).map((name) => [name, `<< parameters.${name} >>`]),
          ),
        },
        { store_test_results: { path: REPORT } },
        { store_artifacts: { path: REPORT } },
      ],
    }),
    ...examples(release),
    {
      path: `${orbFolder}/scripts/gate.sh`,
      content: `${script}${gate.replace(/^#!.*\n/, '')}`,
    },
  ];
}

/** What the page of the orb in the registry shows. */
function examples({ orbNamespace, version }: Release): readonly File[] {
  const orbs = { rollgate: `${orbNamespace}/rollgate@${version}` };
  const watched = {
    url: 'https://shop.example.com/api/products',
    'kubernetes-workload': 'deployment/shop',
  };
  const parameters = { rollback: { type: 'boolean', default: false } };
  return [
    file('examples/rollback_pipeline.yml', {
      description:
        'The gate as a job behind the deploy. A bad version is rolled back by this pipeline, started again with the parameter `rollback`.',
      usage: {
        version: '2.1',
        orbs,
        parameters,
        jobs: {
          deploy: {
            docker: [{ image: 'cimg/base:current' }],
            steps: ['checkout', { run: './scripts/deploy.sh' }],
          },
          'roll-back': {
            docker: [{ image: 'cimg/base:current' }],
            steps: ['checkout', { run: './scripts/deploy-previous.sh' }],
          },
        },
        workflows: {
          deploy: {
            when: { not: '<< pipeline.parameters.rollback >>' },
            jobs: [
              'deploy',
              {
                'rollgate/gate': {
                  requires: ['deploy'],
                  context: 'rollgate',
                  url: 'https://shop.example.com/api/products',
                  rollback: 'ci',
                },
              },
            ],
          },
          rollback: {
            when: '<< pipeline.parameters.rollback >>',
            jobs: ['roll-back'],
          },
        },
      },
    }),
    file('examples/kubernetes.yml', {
      description:
        'Snapshot, preflight, deploy and gate as steps of one job. A bad version is rolled back in the cluster.',
      usage: {
        version: '2.1',
        orbs,
        jobs: {
          deploy: {
            executor: 'rollgate/default',
            steps: [
              'checkout',
              ...['snapshot', 'preflight'].map((command) => ({
                'rollgate/gate': { command, ...watched },
              })),
              { run: 'kubectl apply -f k8s/' },
              { 'rollgate/gate': watched },
              { store_artifacts: { path: REPORT } },
            ],
          },
        },
        workflows: { deploy: { jobs: ['deploy'] } },
      },
    }),
  ];
}

function file(name: string, value: unknown): File {
  const generated = '# Generated by `npm run generate`: scripts/generators/circleci.ts.';
  return {
    path: `${orbFolder}/${name}`,
    content: `${generated}\n${stringify(value, { lineWidth: 0, singleQuote: true })}`,
  };
}
