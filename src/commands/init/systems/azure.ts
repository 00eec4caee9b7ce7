import { published } from '../published.js';
import { rollbackFile } from '../rollback-file.js';
import {
  scripts,
  type InitSystem,
  type SystemPlan,
  type InitOptions,
  type Way,
} from '../options.js';

const templates = { folder: 'azure-devops', end: 'yml' };

export const azure: InitSystem = {
  id: 'azure',
  pipelines: ['azure-pipelines.yml', 'azure-pipelines.yaml', '.azure-pipelines'],
  servers: /(^|\.)dev\.azure\.com$|\.visualstudio\.com$/,
  inputs: () => [['azure-pipeline', 'Rollback']],
  plan,
};

const UNDO = 'rollback.yml';

/** What the job of the deploy does first. */
const before: Readonly<Record<Way, string>> = {
  kubernetes: `      # So that kubectl finds the cluster; or the login that your provider has.
      - bash: |
          umask 077
          printf '%s\\n' "$KUBECONFIG_CONTENT" > "$(Agent.TempDirectory)/kubeconfig"
          echo "##vso[task.setvariable variable=KUBECONFIG]$(Agent.TempDirectory)/kubeconfig"
        displayName: Log in to the cluster
        env:
          KUBECONFIG_CONTENT: $(KUBECONFIG_CONTENT)

`,
  compose: '',
  pipeline: `      - bash: echo "##vso[task.setvariable variable=previousVersion]$(./scripts/current-version.sh)"
        displayName: Ask which version runs now

`,
};

const next: Readonly<Record<Way, readonly string[]>> = {
  kubernetes: [
    'Store the kubeconfig of the cluster as the secret variable KUBECONFIG_CONTENT of both pipelines.',
  ],
  compose: [
    `Both pipelines need an agent on the machine of the Docker engine: name its pool. Under "variables" of ${UNDO} is what it rolls back: change that too.`,
  ],
  pipeline: [scripts],
};

/** The rollback is a pipeline of its own. */
function plan(options: InitOptions): SystemPlan {
  const { way, texts } = options;
  const name = texts.get('azure-pipeline') ?? 'Rollback';
  const steps = `${beforeDeploy(options)}
      # here your deploy

${afterDeploy(options)}`;
  return {
    files: [
      {
        path: 'azure-pipelines.yml',
        text: pipeline(options),
        what: 'the pipeline: snapshot, preflight, deploy, gate',
        otherwise: steps.split('\n').map((line) => line.replace(/^ {6}/, '')),
      },
      {
        path: UNDO,
        text: rollbackFile(options, templates),
        what: 'the pipeline that rolls a version back',
      },
    ],
    variables: ['AZURE_DEVOPS_ORG', 'AZURE_DEVOPS_PROJECT', 'AZURE_DEVOPS_PAT'],
    next: [
      'Put your deploy into the step "Deploy" of azure-pipelines.yml.',
      'Install the extension Rollgate from the Marketplace, or have an administrator do it (docs/azure-devops.md shows how to do without).',
      `Make a pipeline of the file ${UNDO} (New pipeline → Existing Azure Pipelines YAML file), name it ${name}, and let the build service queue, view and stop builds of it (Manage security).`,
      ...next[way],
      'Run the rollback pipeline once by hand: the first run asks for permissions. The token of the job is enough to start it: no secret is needed for that.',
    ],
  };
}

const task = `Rollgate@${published.version.split('.')[0] ?? '0'}`;
const parameters = '          rollbackParameters: version=$(previousVersion)\n';

function beforeDeploy({ way }: InitOptions): string {
  return `${before[way]}      - task: ${task}
        displayName: Record what runs now
        inputs:
          command: snapshot

      - task: ${task}
        displayName: Make sure that a rollback would work
        inputs:
          command: preflight
${way === 'pipeline' ? parameters : ''}`;
}

function afterDeploy({ way }: InitOptions): string {
  return `      - task: ${task}
        name: gate
        displayName: Watch, and roll back when it is bad
${way === 'pipeline' ? `        inputs:\n${parameters}` : ''}
      - task: PublishTestResults@2
        condition: always()
        inputs:
          testResultsFiles: rollgate-report/junit.xml
          testRunTitle: Rollgate

      - publish: rollgate-report
        condition: always()
        displayName: Keep the report
`;
}

function pipeline(options: InitOptions): string {
  return `# Made by \`rollgate init\`; it is yours now.
trigger:
  branches:
    include:
      - '${options.branch}'
pr: none

jobs:
  - job: deploy
    # Watch, rollback and confirmation take at most 18 minutes with the defaults.
    timeoutInMinutes: 30
    pool:
      ${options.way === 'compose' ? 'name: engine # of the agent' : 'vmImage: ubuntu-latest'}
    steps:
${beforeDeploy(options)}
      # Yours: whatever deploys the commit.
      - script: ./scripts/deploy.sh "$(Build.SourceVersion)"
        displayName: Deploy

${afterDeploy(options)}`;
}
