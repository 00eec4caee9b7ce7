import { published } from '../published.js';
import { rollbackFile } from '../rollback-file.js';
import type { InitOptions, InitSystem, RollbackPlan, SystemPlan } from '../options.js';
import type { Platform, Template } from '../ways.js';

const templates = { folder: 'azure-devops', end: 'yml' };

export const azure: InitSystem = {
  id: 'azure',
  pipelines: ['azure-pipelines.yml', 'azure-pipelines.yaml', '.azure-pipelines'],
  servers: /(^|\.)dev\.azure\.com$|\.visualstudio\.com$/,
  plan,
  rollback,
};

const UNDO = 'rollback.yml';

/** What the job of the deploy does first. */
const before: Partial<Readonly<Record<Platform, string>>> = {
  kubernetes: `      # So that kubectl finds the cluster; or the login that your provider has.
      - bash: |
          umask 077
          printf '%s\\n' "$KUBECONFIG_CONTENT" > "$(Agent.TempDirectory)/kubeconfig"
          echo "##vso[task.setvariable variable=KUBECONFIG]$(Agent.TempDirectory)/kubeconfig"
        displayName: Log in to the cluster
        env:
          KUBECONFIG_CONTENT: $(KUBECONFIG_CONTENT)

`,
  aws: `      # So that the aws program finds its credentials; or the login that you have.
      - bash: |
          umask 077
          printf '[default]\\naws_access_key_id = %s\\naws_secret_access_key = %s\\n' "$KEY_ID" "$KEY" > "$(Agent.TempDirectory)/aws"
          echo "##vso[task.setvariable variable=AWS_SHARED_CREDENTIALS_FILE]$(Agent.TempDirectory)/aws"
        displayName: Log in to AWS
        env:
          KEY_ID: $(AWS_ACCESS_KEY_ID)
          KEY: $(AWS_SECRET_ACCESS_KEY)

`,
};

const ask = `      - bash: |
          # A script that fails must stop the job: within an echo its failure is lost.
          set -e
          version=$(./scripts/current-version.sh)
          echo "##vso[task.setvariable variable=previousVersion]$version"
        displayName: Ask which version runs now

`;

const next: Partial<Readonly<Record<Platform, readonly string[]>>> = {
  kubernetes: [
    'Store the kubeconfig of the cluster as the secret variable KUBECONFIG_CONTENT of every pipeline here.',
  ],
  compose: ['What is written needs an agent on the machine of the Docker engine: name its pool.'],
  aws: [
    'Store AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as secret variables of the pipeline, and AWS_REGION as a plain one. An agent of your own needs the `aws` program; those of Microsoft have it.',
  ],
};

function plan(options: InitOptions): SystemPlan {
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
    ],
    next: [
      'Put your deploy into the step "Deploy" of azure-pipelines.yml.',
      'Install the extension Rollgate from the Marketplace, or have an administrator do it (docs/azure-devops.md shows how to do without).',
      ...(next[options.platform] ?? []),
    ],
  };
}

/** The rollback is a pipeline of its own. */
function rollback(template: Template, options: InitOptions): RollbackPlan {
  const name = options.texts.get('azure-pipeline') ?? 'Rollback';
  return {
    file: {
      path: UNDO,
      text: rollbackFile(template, options, templates),
      what: 'the pipeline that rolls a version back',
    },
    settings: `Under "variables" of ${UNDO}`,
    variables: ['AZURE_DEVOPS_ORG', 'AZURE_DEVOPS_PROJECT', 'AZURE_DEVOPS_PAT'],
    inputs: [['azure-pipeline', 'Rollback']],
    next: [
      `Make a pipeline of the file ${UNDO} (New pipeline → Existing Azure Pipelines YAML file), name it ${name}, and let the build service queue, view and stop builds of it (Manage security).`,
      'Run the rollback pipeline once by hand: the first run asks for permissions. The token of the job is enough to start it: no secret is needed for that.',
    ],
  };
}

const task = `Rollgate@${published.version.split('.')[0] ?? '0'}`;
const parameters = '          rollbackParameters: version=$(previousVersion)\n';

function beforeDeploy({ platform, template }: InitOptions): string {
  const isScript = template === 'script';
  return `${before[platform] ?? ''}${isScript ? ask : ''}      - task: ${task}
        displayName: Record what runs now
        inputs:
          command: snapshot

      - task: ${task}
        displayName: Make sure that a rollback would work
        inputs:
          command: preflight
${isScript ? parameters : ''}`;
}

function afterDeploy({ template }: InitOptions): string {
  return `      - task: ${task}
        name: gate
        displayName: Watch, and roll back when it is bad
${template === 'script' ? `        inputs:\n${parameters}` : ''}
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
      ${options.platform === 'compose' ? 'name: engine # of the agent' : 'vmImage: ubuntu-latest'}
    steps:
${beforeDeploy(options)}
      # Yours: whatever deploys the commit.
      - script: ./scripts/deploy.sh "$(Build.SourceVersion)"
        displayName: Deploy

${afterDeploy(options)}`;
}
