/**
 * The rollback pipelines of the CI systems: when they run, what they are told, and how long. What rolls back in them is up to the caller:
 * `init` calls the program, the templates to copy have a script.
 */

/** A text that a rollback pipeline is told, and what people are told of it. */
export type TextParameter = readonly [name: string, about: string];

/** What people and CI systems are told of the parameters of every rollback. */
export const about = {
  rollback: 'Marks this run as a rollback. Rollgate sends true.',
  rollback_id:
    'Names this rollback. Rollgate finds its run again by it; by hand it may stay empty.',
  rollback_target: 'What is rolled back. Rollgate sends "default", or the name of the target.',
} as const;

/** The same of the revision of workloads of Kubernetes. */
export const aboutRevision =
  'The revision to return to: 12, or deployment/api=12 for each of several. Empty: the previous one.';

interface Frame {
  /** The comment at the top, and whatever else stands before all. */
  readonly head: string;
  readonly parameters: readonly TextParameter[];
}

/** The blocks of a frame are whole lines, indented as they stand there; where nothing is needed they are empty. */
interface GithubParts extends Frame {
  readonly env: string;
  readonly runsOn: string;
  readonly permissions: string;
  readonly steps: string;
}

/** A workflow of GitHub, Gitea or Forgejo. */
export function githubRollback(parts: GithubParts): string {
  return `${parts.head}name: Rollback
# By this name Rollgate finds its run again when GitHub does not tell which one it is.
run-name: Rollback \${{ inputs.rollback_target }} \${{ inputs.rollback_id }}

on:
  workflow_dispatch:
    inputs:
      rollback:
        description: ${about.rollback}
        type: boolean
        default: false
${described(parts.parameters, 6)}
permissions: {}
${parts.env}
# A group of its own. In that of the deploy it would wait for the gate, which waits for it.
concurrency:
  group: rollback-production
  cancel-in-progress: false

jobs:
  rollback:
    # Without the marker nothing is done.
    if: inputs.rollback
    runs-on: ${parts.runsOn}
    # Less than \`rollback-timeout\`, so that the gate sees how it ends.
    timeout-minutes: 8
    permissions:${parts.permissions}
    steps:
${parts.steps}`;
}

/** Parameters of texts in YAML, in a map. */
export function described(parameters: readonly TextParameter[], by: number): string {
  const indent = ' '.repeat(by);
  return parameters
    .map(
      ([name, what]) =>
        `${indent}${name}:\n${indent}  description: '${what}'\n${indent}  type: string\n${indent}  default: ''\n`,
    )
    .join('');
}

interface GitlabParts extends Pick<Frame, 'head'> {
  /** Between the rules of the pipeline and the job. */
  readonly others: string;
  readonly image: string;
  /** The keys of the job that say where it runs. */
  readonly setUp: string;
  /** Those that say what it does. */
  readonly work: string;
}

/** A file that `.gitlab-ci.yml` includes. */
export function gitlabRollback(parts: GitlabParts): string {
  return `${parts.head}
# Rules of a workflow that .gitlab-ci.yml has replace these, and must let such a pipeline in.
workflow:
  # By this name Rollgate finds its pipeline again when the token may not read variables. Of others it is empty: they have none.
  name: $ROLLBACK_TITLE
  rules:
    - if: $ROLLBACK == "true"
      variables:
        ROLLBACK_TITLE: Rollback $ROLLBACK_TARGET $ROLLBACK_ID
    - when: always
${parts.others}
rollback:
  stage: deploy
  image:
    name: ${parts.image}
    entrypoint: ['']
${parts.setUp}  # Without the marker it is in no pipeline.
  rules:
    - if: $ROLLBACK == "true"
  # A group of its own: in that of the deploy it would wait for the pipeline that waits for it.
  resource_group: rollback
  # Less than \`rollback-timeout\`, so that the gate sees how it ends.
  timeout: 8 minutes
  interruptible: false
  # A second try is for a person to decide.
  retry: 0
${parts.work}`;
}

interface AzureParts extends Frame {
  readonly variables: string;
  readonly pool: string;
  readonly checkout: 'self' | 'none';
  readonly steps: string;
}

/** A pipeline of Azure DevOps. */
export function azureRollback(parts: AzureParts): string {
  return `${parts.head}# Runs only when it is started.
trigger: none
pr: none

# Of the environment of the rollback, which is none of the deploy's: in that it would wait for the gate, which waits for it.
lockBehavior: sequential

parameters:
  - name: rollback # ${about.rollback}
    type: boolean
    default: false
${parts.parameters
  .map(([name, what]) => `  - name: ${name} # ${what}\n    type: string\n    default: none\n`)
  .join('')}${parts.variables}
stages:
  # Without the marker nothing is done.
  - \${{ if eq(parameters.rollback, true) }}:
      - stage: rollback
        jobs:
          - deployment: rollback
            environment: rollback
            # Less than \`rollback-timeout\`, so that the gate sees how it ends.
            timeoutInMinutes: 8
            pool:
              ${parts.pool}
            strategy:
              runOnce:
                deploy:
                  steps:
                    - checkout: ${parts.checkout}
                    - download: none
${parts.steps}`;
}

interface JenkinsParts extends Frame {
  readonly agent: string;
  /** Besides those that all have. */
  readonly options: string;
  readonly environment: string;
  readonly steps: string;
  readonly post: string;
}

/** A Jenkinsfile. */
export function jenkinsRollback(parts: JenkinsParts): string {
  return `${parts.head}  agent ${parts.agent}

  options {
    // Less than \`rollback-timeout\`, so that the gate sees how it ends.
    timeout(time: 8, unit: 'MINUTES')
    // One after the other. Should this be the job of the deploy, they would wait for each other.
    disableConcurrentBuilds()
${parts.options}  }

  parameters {
    booleanParam(name: 'ROLLBACK', defaultValue: false, description: '${about.rollback}')
${parts.parameters
  .map(
    ([name, what]) =>
      `    ${name === 'rollback_revision' ? 'text' : 'string'}(name: '${name.toUpperCase()}', defaultValue: '', description: '${what}')\n`,
  )
  .join('')}  }

${parts.environment}  stages {
    stage('Rollback') {
      // Without the marker nothing is done.
      when { expression { params.ROLLBACK } }
      steps {
${parts.steps}      }
    }
  }
${parts.post}}
`;
}
