import { blockOf, deployLines, indented } from '../lines.js';
import { published } from '../published.js';
import { rollbackHead, rollbackInputs, scriptPipeline, textParameters } from '../rollback-file.js';
import { githubRollback } from '../rollback-frames.js';
import { isOnEngine, runnerOf } from '../runner.js';
import type { InitOptions, InitSystem, RollbackPlan, RunnerWord, SystemPlan } from '../options.js';
import type { Platform, Template } from '../ways.js';

/** Every runner of one's own has this label. https://docs.github.com/en/actions/how-tos/manage-runners/self-hosted-runners/apply-labels */
const runner: RunnerWord = { noun: 'label', usual: 'self-hosted', placeholder: 'YOUR-RUNNER' };

export const github: InitSystem = {
  id: 'github',
  pipelines: ['.github/workflows'],
  servers: /(^|\.)github\.|\.ghe\.com$/,
  runner,
  plan,
  rollback,
};

/** What a job needs so that deploy, gate and rollback reach what they work on. */
const access: Partial<Readonly<Record<Platform, string>>> = {
  kubernetes: `
      # So that kubectl finds the cluster; or the login that your provider has.
      - name: Log in to the cluster
        env:
          KUBECONFIG_TEXT: \${{ secrets.KUBECONFIG }}
        run: |
          umask 077
          printf '%s\\n' "$KUBECONFIG_TEXT" > "$RUNNER_TEMP/kubeconfig"
          echo "KUBECONFIG=$RUNNER_TEMP/kubeconfig" >> "$GITHUB_ENV"
`,
  compose: `
      # So that docker reaches the engine.
      - name: Log in to the machine of the engine
        env:
          DEPLOY_KEY: \${{ secrets.DEPLOY_KEY }}
          KNOWN_HOSTS: \${{ vars.KNOWN_HOSTS }}
        run: |
          install -d -m 700 ~/.ssh
          (umask 077 && printf '%s\\n' "$DEPLOY_KEY" > ~/.ssh/id_ed25519)
          printf '%s\\n' "$KNOWN_HOSTS" >> ~/.ssh/known_hosts
`,
};

/** The steps that log in, and an empty line before each. */
function logIn(options: InitOptions, hasOpenId: boolean): string {
  if (options.platform === 'aws') return logInToAws(hasOpenId);
  return isOnEngine(options) ? '' : (access[options.platform] ?? '');
}

/** Where docker finds the engine, for every job of a workflow. */
function engine({ dockerHost }: InitOptions): string {
  return dockerHost === undefined
    ? ''
    : `
env:
  DOCKER_HOST: ${dockerHost} # the engine that deploy, snapshot, gate and rollback speak with
`;
}

const ask = `
      - name: Ask which version runs now
        id: before
        # Two lines: a script that fails must stop the job, and within an echo its failure is lost.
        run: |
          version=$(./scripts/current-version.sh)
          echo "version=$version" >> "$GITHUB_OUTPUT"
`;

const next: Partial<Readonly<Record<Platform, readonly string[]>>> = {
  kubernetes: [
    'Store the kubeconfig of the cluster as the secret KUBECONFIG (Settings → Secrets and variables → Actions).',
  ],
  // https://docs.github.com/en/actions/deployment/security-hardening-your-deployments/configuring-openid-connect-in-amazon-web-services
  aws: [
    'Make a role that the jobs of this repository may assume by OpenID Connect, and store the variables AWS_ROLE_ARN and AWS_REGION (Settings → Secrets and variables → Actions → Variables): no secret is needed for that. A runner of your own needs the `aws` program; those of GitHub have it.',
  ],
};

/** A workflow of its own: one that is there already may do anything, and is left alone. */
function plan(options: InitOptions): SystemPlan {
  return {
    files: [
      {
        path: '.github/workflows/deploy-gate.yml',
        text: deployWorkflow(options, {
          action: `${published.repository}@v${published.version}`,
          checkout: published.checkout,
          keepsReport: true,
          hasOpenId: true,
          runsOn: runnerOf(options, runner),
        }),
        what: 'the workflow: snapshot, preflight, deploy, gate',
      },
    ],
    deploy:
      'Put your deploy into the step "Deploy" of .github/workflows/deploy-gate.yml. If another workflow deploys already, move the steps around it there.',
    next: [
      ...(next[options.platform] ?? []),
      ...keySteps(options, 'Settings → Secrets and variables → Actions'),
    ],
  };
}

/** What is left to do so that the jobs may speak with an engine elsewhere. */
export function keySteps({ dockerHost }: InitOptions, place: string): readonly string[] {
  return dockerHost === undefined
    ? []
    : [
        `Store the private key that may log in to ${dockerHost} as the secret DEPLOY_KEY, and the line of that machine for known_hosts as the variable KNOWN_HOSTS (${place}).`,
      ];
}

function rollback(template: Template, options: InitOptions): RollbackPlan {
  return {
    file: {
      path: '.github/workflows/rollback.yml',
      text: rollbackWorkflow(template, options, {
        action: `${published.repository}@v${published.version}`,
        runsOn: runnerOf(options, runner),
      }),
      what: 'the workflow that rolls a version back',
    },
    variables: ['GITHUB_REPOSITORY', 'GITHUB_TOKEN'],
    next: [
      'Push both workflows to the default branch, and try the rollback by hand (Actions → Rollback → Run workflow). The token of the job is enough to start it: no secret is needed for that.',
    ],
  };
}

/** The actions that the workflow uses, by the addresses that its server finds them at. */
interface Uses {
  readonly action: string;
  readonly checkout: string;
  /** Whether there is an action that keeps files. */
  readonly keepsReport: boolean;
  /** Whether a job can prove to AWS which job it is; else it has the keys of a user. */
  readonly hasOpenId: boolean;
  /** The label of the machine of the engine, where the job has to run there. */
  readonly runsOn: string | undefined;
}

function logInToAws(hasOpenId: boolean): string {
  const inputs = hasOpenId
    ? ['role-to-assume: ${{ vars.AWS_ROLE_ARN }}']
    : [
        'aws-access-key-id: ${{ secrets.AWS_ACCESS_KEY_ID }}',
        'aws-secret-access-key: ${{ secrets.AWS_SECRET_ACCESS_KEY }}',
      ];
  return `
      - name: Log in to AWS
        uses: ${published.configureAwsCredentials}
        with:
${[...inputs, 'aws-region: ${{ vars.AWS_REGION }}'].map((line) => `          ${line}\n`).join('')}`;
}

/** What the token of the job may do. */
function permissions({ template, platform }: InitOptions, hasOpenId: boolean): string {
  const lines = [
    ...(template === undefined
      ? ['contents: read # check out']
      : [
          'actions: write # start the rollback workflow and follow it',
          'contents: read # check out, and read which inputs that workflow declares',
        ]),
    ...(platform === 'aws' && hasOpenId ? ['id-token: write # log in to AWS'] : []),
  ];
  return lines.map((line) => `      ${line}\n`).join('');
}

/** The workflow that deploys and watches. */
export function deployWorkflow(
  options: InitOptions,
  { action, checkout, keepsReport, hasOpenId, runsOn }: Uses,
): string {
  const { template, branch } = options;
  const version = '          rollback-parameters: version=${{ steps.before.outputs.version }}\n';
  const isScript = template === 'script';
  const gateInputs = isScript ? `        with:\n${version}` : '';
  return `# Made by \`rollgate init\`; it is yours now.
name: Deploy with gate

on:
  push:
    branches: ['${branch}']

permissions: {}
${engine(options)}
# One deploy at a time.${template === undefined ? '' : ' The rollback workflow has a group of its own: in this one it would wait for us.'}
concurrency:
  group: deploy-production
  cancel-in-progress: false

jobs:
  deploy:
    runs-on: ${runsOn ?? 'ubuntu-latest'}
    # With the defaults, watch, rollback and confirmation take at most 23 minutes.
    timeout-minutes: 30
    permissions:
${permissions(options, hasOpenId)}    steps:
      - uses: ${checkout}
        with:
          persist-credentials: false
${logIn(options, hasOpenId)}${isScript ? ask : ''}
      - name: Record what runs now
        uses: ${action}
        with:
          command: snapshot

      - name: Make sure that a rollback would work
        uses: ${action}
        with:
          command: preflight
${isScript ? version : ''}
      # Yours: whatever deploys the commit.
      - name: Deploy
        run: ${blockOf(deployLines(options, '$GITHUB_SHA'), 10)}

      - name: Watch, and roll back when it is bad
        uses: ${action}
${gateInputs}${keepsReport ? keepReport : ''}`;
}

/** The workflow that rolls back, when Rollgate or a person starts it. */
export function rollbackWorkflow(
  template: Template,
  options: InitOptions,
  { action, runsOn }: Pick<Uses, 'action' | 'runsOn'>,
): string {
  if (template === 'script') return scriptPipeline('github', 'yml');
  const inputs = rollbackInputs(options, '${{ inputs.rollback_revision }}');
  return githubRollback({
    head: `# ${rollbackHead}\n`,
    parameters: textParameters(options),
    env: engine(options),
    runsOn: runsOn ?? 'ubuntu-latest',
    permissions: `
      contents: read # check out`,
    steps: `      - uses: ${published.checkout}
        with:
          persist-credentials: false
${logIn(options, false)}
      - name: Roll it back, and prove it
        uses: ${action}
        with:
${indented(
  inputs.map(([input, text]) => `${input}: ${text}`),
  10,
)}        env:
          ROLLBACK: 'true' # the marker: it starts no other rollback
`,
  });
}

const keepReport = `
      - name: Keep the report
        if: always()
        uses: ${published.uploadArtifact}
        with:
          name: rollgate-report
          path: rollgate-report/
          if-no-files-found: ignore
`;
