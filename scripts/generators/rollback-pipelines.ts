import {
  about,
  aboutRevision,
  azureRollback,
  described,
  githubRollback,
  gitlabRollback,
  jenkinsRollback,
  type TextParameter,
} from '../../src/commands/init/rollback-frames.js';
import { pins } from './pins.js';
import type { Release } from './release-config.js';

/** From the root of the repository. */
export const rollbackFolder = 'templates/rollback';

/** What a pipeline rolls back. */
export type Kind = 'kubernetes' | 'compose';
export const kinds: readonly Kind[] = ['kubernetes', 'compose'];

/** The script that every pipeline of a kind holds. */
export const scriptOf = (kind: Kind): string => `templates/shell/rollback-${kind}.sh`;

interface Pipeline {
  readonly path: string;
  readonly content: string;
}

/** A line at the top of a pipeline that its users change: a variable, its value as an example, and what it is. */
type Setting = readonly [name: string, value: string, about: string];

const settings: Readonly<Record<Kind, readonly Setting[]>> = {
  kubernetes: [
    ['NAMESPACE', 'shop', 'where the workloads are'],
    ['WORKLOADS', 'deployment/api', 'several, separated by spaces; also statefulset/, daemonset/'],
  ],
  compose: [
    ['PROJECT_DIRECTORY', '.', 'where the Compose file is'],
    ['SERVICE', 'api', 'the service in it'],
    ['IMAGE_VARIABLE', 'API_IMAGE', 'the service has "image: ${API_IMAGE}"'],
    ['IMAGE_NAME', 'registry.example.com/shop/api', 'without a tag: that is rollback_revision'],
  ],
};

const ofKind: Readonly<
  Record<
    Kind,
    {
      readonly title: string;
      readonly rollback_revision: string;
      readonly rollback_image: string;
    }
  >
> = {
  kubernetes: {
    title: 'Rolls workloads of Kubernetes back to an earlier revision',
    rollback_revision: aboutRevision,
    rollback_image:
      'What must run in the end: shop:1, or deployment/api=shop:1+proxy:2 for each of several. Empty: any.',
  },
  compose: {
    title: 'Takes a service of Docker Compose back to an earlier image',
    rollback_revision: 'The tag of the image to return to, where rollback_image is empty.',
    rollback_image: 'The image to return to.',
  },
};

/** What is texts in every system; the marker is a yes or no. */
const textParameters = (kind: Kind): readonly TextParameter[] => [
  ['rollback_id', about.rollback_id],
  ['rollback_target', about.rollback_target],
  ['rollback_revision', ofKind[kind].rollback_revision],
  ['rollback_image', ofKind[kind].rollback_image],
];

/**
 * The rollback pipelines that users copy: one for each CI system and each kind, all with the same script. What is sent reaches the
 * script by its environment alone.
 *
 * @param scripts templates/shell/rollback-*.sh
 */
export function generateRollbackPipelines(
  scripts: Readonly<Record<Kind, string>>,
  release: Release,
): readonly Pipeline[] {
  return kinds.flatMap((kind) => {
    const script = scripts[kind].replace(/^#!.*\n/, '');
    const file = (system: string, name: string, content: string): Pipeline => ({
      path: `${rollbackFolder}/${system}/${name}`,
      content,
    });
    return [
      file('github', `${kind}.yml`, github(kind, script)),
      file('gitlab', `${kind}.yml`, gitlab(kind, script, release)),
      file('circleci', `${kind}.yml`, circleci(kind, script, release)),
      file('azure-devops', `${kind}.yml`, azure(kind, script)),
      file('jenkins', `${kind}.Jenkinsfile`, jenkins(kind, script)),
    ];
  });
}

function github(kind: Kind, script: string): string {
  return githubRollback({
    head: `# ${ofKind[kind].title}, when Rollgate or a person starts it.
#
# 1. Put it on the default branch, as .github/workflows/rollback.yml.
# 2. Change what is under "env".
# 3. ${kind === 'kubernetes' ? 'Store a kubeconfig as the secret KUBECONFIG. A runner that has one needs none.' : 'It needs a runner on the machine of the engine of the project; an engine elsewhere: DOCKER_HOST.'}
`,
    parameters: textParameters(kind),
    env: `
env:
${settings[kind].map(([name, value, what]) => `  ${name}: ${value} # ${what}\n`).join('')}`,
    runsOn: kind === 'kubernetes' ? 'ubuntu-latest' : 'self-hosted',
    permissions:
      kind === 'kubernetes' ? ' {}' : '\n      contents: read # check the Compose file out',
    steps: `${
      kind === 'kubernetes'
        ? ''
        : `      - uses: ${pins.checkout}
        with:
          persist-credentials: false

`
    }      - name: Roll it back, and prove it
        env:
          ROLLBACK: \${{ inputs.rollback }}
          ROLLBACK_REVISION: \${{ inputs.rollback_revision }}
          ROLLBACK_IMAGE: \${{ inputs.rollback_image }}
${kind === 'kubernetes' ? '          KUBECONFIG_CONTENT: ${{ secrets.KUBECONFIG }}\n' : ''}        run: |
${indented(script, 10)}`,
  });
}

function gitlab(kind: Kind, script: string, { image, version }: Release): string {
  return gitlabRollback({
    head: `# ${ofKind[kind].title}, in a pipeline with the variable ROLLBACK = true.
#
# 1. Put it on the default branch, as .gitlab/rollback.yml, and include it in .gitlab-ci.yml:
#
#      include:
#        - local: .gitlab/rollback.yml
#
# 2. Keep every other job out of a rollback: by "extends: .not-in-a-rollback", or, where it has rules, by these first two lines of them:
#
#      rules:
#        - if: $ROLLBACK == "true"
#          when: never
#
# 3. Change the variables of the job "rollback", and name the job in rollgate.yml: "gitlab-rollback-jobs: rollback".
# 4. ${kind === 'kubernetes' ? 'Store a kubeconfig as the variable KUBECONFIG, of the type File. With the agent for Kubernetes set CONTEXT instead.' : 'The job needs a runner that may use the engine of the project: its tags. An engine elsewhere: DOCKER_HOST.'}
`,
    others: `
.not-in-a-rollback:
  rules:
    - if: $ROLLBACK == "true"
      when: never
    - if: $CI_COMMIT_BRANCH || $CI_COMMIT_TAG
`,
    image: `${image}:${version} # or any with sh and ${kind === 'kubernetes' ? 'kubectl' : 'docker compose'}`,
    setUp: `${kind === 'kubernetes' ? '' : '  tags: [engine] # of the runner\n'}  variables:
${settings[kind].map(([name, value, what]) => `    ${name}: ${value} # ${what}\n`).join('')}${
      kind === 'kubernetes'
        ? `    CONTEXT: '' # of the agent: group/project:agent
    GIT_STRATEGY: none # nothing of the repository is needed
`
        : ''
    }`,
    work: `  # What the project sets for all jobs is made for other images.
  before_script: []
  after_script: []
  script:
    - |
${indented(script, 6)}`,
  });
}

function circleci(kind: Kind, script: string, { image, version }: Release): string {
  return `# ${ofKind[kind].title}, in a pipeline with the parameter rollback = true.
#
# 1. Put its "parameters", "jobs" and "workflows" into .circleci/config.yml. With the GitHub App it may also be a file of its own,
#    .circleci/rollback.yml, with a pipeline definition whose id is given as "circleci-definition-id".
# 2. Keep every other workflow out of a rollback:
#
#      workflows:
#        deploy:
#          unless: << pipeline.parameters.rollback >>
#
# 3. Change what is under "environment", and have Rollgate send what to return to, because it sends no parameter by itself but the first:
#    "rollback-parameters: ${kind === 'kubernetes' ? 'rollback_revision=12' : 'rollback_revision=v1.4.2'}".
# 4. ${kind === 'kubernetes' ? 'Store a kubeconfig, as text, as KUBECONFIG_CONTENT in the context "rollback".' : 'It needs a runner of yours on the machine of the engine of the project: its resource class. An engine elsewhere: DOCKER_HOST.'}
version: 2.1

parameters:
  rollback:
    description: ${about.rollback}
    type: boolean
    default: false
${described(textParameters(kind), 2)}
jobs:
  rollback:
${
  kind === 'kubernetes'
    ? `    docker:
      - image: ${image}:${version} # or any with sh and kubectl
`
    : `    machine: true
    resource_class: acme/engine # of the runner
`
}    environment:
${settings[kind].map(([name, value, what]) => `      ${name}: ${value} # ${what}\n`).join('')}      ROLLBACK: << pipeline.parameters.rollback >>
      ROLLBACK_REVISION: << pipeline.parameters.rollback_revision >>
      ROLLBACK_IMAGE: << pipeline.parameters.rollback_image >>
    steps:
${kind === 'kubernetes' ? '' : '      - checkout\n'}      - run:
          name: Roll it back, and prove it
          # Less than \`rollback-timeout\`, so that the gate sees how it ends.
          no_output_timeout: 8m
          command: |
${indented(script, 12)}
workflows:
  rollback:
    # Without the marker nothing is done.
    when: << pipeline.parameters.rollback >>
    jobs:
      - rollback:
${kind === 'kubernetes' ? '          context: rollback\n' : ''}          # A group of its own: in that of the deploy it would wait for the gate, which waits for it.
          serial-group: << pipeline.project.slug >>/rollback
`;
}

function azure(kind: Kind, script: string): string {
  return azureRollback({
    head: `# ${ofKind[kind].title}, when Rollgate or a person starts it.
#
# 1. Put it on the default branch, as rollback.yml, and make a pipeline for it: New pipeline, Existing Azure Pipelines YAML file.
# 2. Change the variables.
# 3. ${kind === 'kubernetes' ? 'Store a kubeconfig, as text, as the secret variable KUBECONFIG_CONTENT of the pipeline. An agent that has one needs none.' : 'It needs an agent on the machine of the engine of the project: its pool. An engine elsewhere: DOCKER_HOST.'}
# 4. Run it once by hand: that makes the environment and asks for permissions. Give the environment the check "Exclusive lock".

`,
    parameters: textParameters(kind),
    variables: `
variables:
${settings[kind].map(([name, value, what]) => `  ${name}: ${value} # ${what}\n`).join('')}`,
    pool: kind === 'kubernetes' ? 'vmImage: ubuntu-latest' : 'name: engine # of the agent',
    checkout: kind === 'kubernetes' ? 'none' : 'self',
    steps: `                    - bash: |
${indented(script, 24)}
                      displayName: Roll it back, and prove it
                      env:
                        ROLLBACK: \${{ parameters.rollback }}
                        ROLLBACK_REVISION: \${{ parameters.rollback_revision }}
                        ROLLBACK_IMAGE: \${{ parameters.rollback_image }}
${kind === 'kubernetes' ? '                        KUBECONFIG_CONTENT: $(KUBECONFIG_CONTENT)\n' : ''}`,
  });
}

function jenkins(kind: Kind, script: string): string {
  const step = ["sh '''#!/bin/sh", script.trimEnd(), "'''"].join('\n');
  return jenkinsRollback({
    head: `// ${ofKind[kind].title}, when Rollgate or a person starts it.
//
// 1. Make a job of its own with it, such as ops/rollback: name it in rollgate.yml, "jenkins-job: ops/rollback".
// 2. Change what is under "environment", and the label of the agent.
// 3. ${kind === 'kubernetes' ? 'Store a kubeconfig as credentials of the kind Secret file, with the id "kubeconfig".' : 'The agent must be one on the machine of the engine of the project. An engine elsewhere: DOCKER_HOST.'}
// 4. Run it once by hand: before that Jenkins does not know its parameters, and Rollgate refuses it.
pipeline {
  // Another label than the gate: it holds its executor while it waits.
`,
    parameters: textParameters(kind),
    agent: "{ label 'rollback' }",
    options: kind === 'kubernetes' ? '    skipDefaultCheckout()\n' : '',
    environment: `  environment {
${settings[kind].map(([name, value, what]) => `    ${name} = '${value}' // ${what}\n`).join('')}  }

`,
    steps: `        // What is sent comes to the script by its environment: the parameters of the build are in it.
${
  kind === 'kubernetes'
    ? `        withCredentials([file(credentialsId: 'kubeconfig', variable: 'KUBECONFIG')]) {
          ${step}
        }
`
    : `        ${step}
`
}`,
    post: '',
  });
}

/** The lines of a block of YAML. */
function indented(script: string, by: number): string {
  return script.replace(/^(?=.)/gm, ' '.repeat(by));
}
