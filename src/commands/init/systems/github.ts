import { published } from '../published.js';
import { rollbackFile } from '../rollback-file.js';
import {
  scripts,
  type InitSystem,
  type SystemPlan,
  type InitOptions,
  type Way,
} from '../options.js';

/** The rollback workflows; they are the same wherever GitHub's workflows run. */
export const templates = { folder: 'github', end: 'yml' };

export const github: InitSystem = {
  id: 'github',
  pipelines: ['.github/workflows'],
  servers: /(^|\.)github\.|\.ghe\.com$/,
  plan,
};

/** What a job needs so that deploy and gate reach what they work on. */
const access: Readonly<Record<Way, string>> = {
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
  compose: '',
  pipeline: `
      - name: Ask which version runs now
        id: before
        run: echo "version=$(./scripts/current-version.sh)" >> "$GITHUB_OUTPUT"
`,
};

const next: Readonly<Record<Way, readonly string[]>> = {
  kubernetes: [
    'Store the kubeconfig of the cluster as the secret KUBECONFIG (Settings → Secrets and variables → Actions).',
  ],
  compose: [
    'Both workflows need a runner on the machine of the Docker engine: they say self-hosted. Under "env" of .github/workflows/rollback.yml is what it rolls back: change that too.',
  ],
  pipeline: [scripts],
};

/** A workflow of its own: one that is there already may do anything, and is left alone. */
function plan(options: InitOptions): SystemPlan {
  const { way } = options;
  return {
    files: [
      {
        path: '.github/workflows/deploy-gate.yml',
        text: deployWorkflow(options, {
          action: `${published.repository}@v${published.version}`,
          checkout: published.checkout,
          keepsReport: true,
        }),
        what: 'the workflow: snapshot, preflight, deploy, gate',
      },
      {
        path: '.github/workflows/rollback.yml',
        text: rollbackFile(options, templates),
        what: 'the workflow that rolls a version back',
      },
    ],
    variables: ['GITHUB_REPOSITORY', 'GITHUB_TOKEN'],
    next: [
      'Put your deploy into the step "Deploy" of .github/workflows/deploy-gate.yml. If another workflow deploys already, move the steps around it there.',
      ...next[way],
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
}

/** The workflow that deploys and watches. */
export function deployWorkflow(
  { way, branch }: InitOptions,
  { action, checkout, keepsReport }: Uses,
): string {
  const version = '          rollback-parameters: version=${{ steps.before.outputs.version }}\n';
  const gateInputs = way === 'pipeline' ? `        with:\n${version}` : '';
  return `# Made by \`rollgate init\`; it is yours now.
name: Deploy with gate

on:
  push:
    branches: ['${branch}']

permissions: {}

# One deploy at a time. The rollback workflow has a group of its own: in this one it would wait for us.
concurrency:
  group: deploy-production
  cancel-in-progress: false

jobs:
  deploy:
    runs-on: ${way === 'compose' ? 'self-hosted' : 'ubuntu-latest'}
    # Watch, rollback and confirmation take at most 18 minutes with the defaults.
    timeout-minutes: 30
    permissions:
      actions: write # start the rollback workflow and follow it
      contents: read # check out, and read which inputs that workflow declares
    steps:
      - uses: ${checkout}
        with:
          persist-credentials: false
${access[way]}
      - name: Record what runs now
        uses: ${action}
        with:
          command: snapshot

      - name: Make sure that a rollback would work
        uses: ${action}
        with:
          command: preflight
${way === 'pipeline' ? version : ''}
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
