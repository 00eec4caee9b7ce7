import { blockOf, deployLines, indented } from '../lines.js';
import { camelName } from '../../../systems/system.js';
import { published } from '../published.js';
import { rollbackHead, rollbackInputs, scriptPipeline, textParameters } from '../rollback-file.js';
import { azureRollback } from '../rollback-frames.js';
import { isOnEngine, runnerOf } from '../runner.js';
import type { InitOptions, InitSystem, RollbackPlan, RunnerWord, SystemPlan } from '../options.js';
import type { Platform, Template } from '../ways.js';

/** Every organisation has this pool. https://learn.microsoft.com/en-us/azure/devops/pipelines/agents/pools-queues */
const runner: RunnerWord = { noun: 'pool', usual: 'Default', placeholder: 'YOUR-POOL' };

export const azure: InitSystem = {
  id: 'azure',
  pipelines: ['azure-pipelines.yml', 'azure-pipelines.yaml', '.azure-pipelines'],
  servers: /(^|\.)dev\.azure\.com$|\.visualstudio\.com$/,
  runner,
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
  compose: `      # So that docker reaches the engine.
      - task: InstallSSHKey@0
        displayName: Log in to the machine of the engine
        inputs:
          knownHostsEntry: $(KNOWN_HOSTS)
          sshKeySecureFile: docker-host

`,
};

/** The steps that log in, and an empty line after each. */
function logIn(options: InitOptions): string {
  return isOnEngine(options) ? '' : (before[options.platform] ?? '');
}

/** Where docker finds the engine: variables of a pipeline are in the environment of its steps. */
function engine({ dockerHost }: InitOptions): string {
  return dockerHost === undefined
    ? ''
    : `
variables:
  DOCKER_HOST: ${dockerHost} # the engine that deploy, snapshot, gate and rollback speak with
`;
}

function pool(options: InitOptions): string {
  const name = runnerOf(options, runner);
  return name === undefined
    ? 'vmImage: ubuntu-latest'
    : `name: ${name} # with an agent on the machine of the engine`;
}

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
    deploy: 'Put your deploy into the step "Deploy" of azure-pipelines.yml.',
    next: [
      `Install the extension Rollgate of the publisher ${published.publisher}, or have an administrator do it (docs/azure-devops.md shows how to do without).`,
      ...(next[options.platform] ?? []),
      ...(options.dockerHost === undefined
        ? []
        : [
            `Upload the private key that may log in to ${options.dockerHost} as the secure file docker-host (Pipelines → Library), and store the line of that machine for known_hosts as the variable KNOWN_HOSTS of every pipeline here.`,
          ]),
    ],
  };
}

/** The rollback is a pipeline of its own. */
function rollback(template: Template, options: InitOptions): RollbackPlan {
  const name = options.texts.get('azure-pipeline') ?? 'Rollback';
  return {
    file: {
      path: UNDO,
      text:
        template === 'script' ? scriptPipeline('azure-devops', 'yml') : rollbackPipeline(options),
      what: 'the pipeline that rolls a version back',
    },
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

function rollbackPipeline(options: InitOptions): string {
  const revision = '${{ parameters.rollback_revision }}';
  const inputs = rollbackInputs(options, revision).flatMap(([input, text]) =>
    text === revision
      ? ["${{ if ne(parameters.rollback_revision, 'none') }}:", `  ${camelName(input)}: ${text}`]
      : [`${camelName(input)}: ${text}`],
  );
  return azureRollback({
    head: `# ${rollbackHead}\n`,
    parameters: textParameters(options),
    variables: engine(options),
    pool: pool(options),
    checkout: 'self',
    steps: `
${logIn(options).replace(/^(?=.)/gm, ' '.repeat(14))}                    - task: ${task}
                      displayName: Roll it back, and prove it
                      inputs:
${indented(inputs, 24)}                      env:
                        ROLLBACK: 'true' # the marker: it starts no other rollback
`,
  });
}

function beforeDeploy(options: InitOptions): string {
  const isScript = options.template === 'script';
  return `${logIn(options)}${isScript ? ask : ''}      - task: ${task}
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
${engine(options)}
jobs:
  - job: deploy
    # With the defaults, watch, rollback and confirmation take at most 23 minutes.
    timeoutInMinutes: 30
    pool:
      ${pool(options)}
    steps:
${beforeDeploy(options)}
      # Yours: whatever deploys the commit.
      - script: ${blockOf(deployLines(options, '$(Build.SourceVersion)'), 10)}
        displayName: Deploy

${afterDeploy(options)}`;
}
