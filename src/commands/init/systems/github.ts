import { published } from '../published.js';
import { rollbackFile } from '../rollback-file.js';
import type { InitOptions, InitSystem, RollbackPlan, SystemPlan } from '../options.js';
import type { Platform, Template } from '../ways.js';

/** The rollback workflows; they are the same wherever GitHub's workflows run. */
export const templates = { folder: 'github', end: 'yml' };

export const github: InitSystem = {
  id: 'github',
  pipelines: ['.github/workflows'],
  servers: /(^|\.)github\.|\.ghe\.com$/,
  plan,
  rollback,
};

/** What a job needs so that deploy and gate reach what they work on. */
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
};

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
  compose: [
    'What is written needs a runner on the machine of the Docker engine: it says self-hosted.',
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
        }),
        what: 'the workflow: snapshot, preflight, deploy, gate',
      },
    ],
    next: [
      'Put your deploy into the step "Deploy" of .github/workflows/deploy-gate.yml. If another workflow deploys already, move the steps around it there.',
      ...(next[options.platform] ?? []),
    ],
  };
}

function rollback(template: Template, options: InitOptions): RollbackPlan {
  const path = '.github/workflows/rollback.yml';
  return {
    file: {
      path,
      text: rollbackFile(template, options, templates),
      what: 'the workflow that rolls a version back',
    },
    settings: `Under "env" of ${path}`,
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
  { action, checkout, keepsReport, hasOpenId }: Uses,
): string {
  const { platform, template, branch } = options;
  const version = '          rollback-parameters: version=${{ steps.before.outputs.version }}\n';
  const isScript = template === 'script';
  const gateInputs = isScript ? `        with:\n${version}` : '';
  const logIn = platform === 'aws' ? logInToAws(hasOpenId) : (access[platform] ?? '');
  return `# Made by \`rollgate init\`; it is yours now.
name: Deploy with gate

on:
  push:
    branches: ['${branch}']

permissions: {}

# One deploy at a time.${template === undefined ? '' : ' The rollback workflow has a group of its own: in this one it would wait for us.'}
concurrency:
  group: deploy-production
  cancel-in-progress: false

jobs:
  deploy:
    runs-on: ${platform === 'compose' ? 'self-hosted' : 'ubuntu-latest'}
    # Watch, rollback and confirmation take at most 18 minutes with the defaults.
    timeout-minutes: 30
    permissions:
${permissions(options, hasOpenId)}    steps:
      - uses: ${checkout}
        with:
          persist-credentials: false
${logIn}${isScript ? ask : ''}
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
        run: ./scripts/deploy.sh "$GITHUB_SHA"

      - name: Watch, and roll back when it is bad
        uses: ${action}
${gateInputs}${keepsReport ? keepReport : ''}`;
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
