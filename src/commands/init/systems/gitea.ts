import type { InitOptions, InitSystem, RollbackPlan, RunnerWord, SystemPlan } from '../options.js';
import { published } from '../published.js';
import { runnerOf } from '../runner.js';
import type { Platform, Template } from '../ways.js';
import { deployWorkflow, keySteps, rollbackWorkflow } from './github.js';

/** A runner has the labels that it was registered with. https://docs.gitea.com/usage/actions/act-runner */
const runner: RunnerWord = { noun: 'label', placeholder: 'YOUR-RUNNER' };

export const gitea: InitSystem = {
  id: 'gitea',
  pipelines: ['.gitea/workflows'],
  servers: /(^|\.)gitea\./,
  ...workflowsOf({ name: 'Gitea', folder: '.gitea/workflows' }),
};

export const forgejo: InitSystem = {
  id: 'forgejo',
  pipelines: ['.forgejo/workflows'],
  servers: /(^|\.)forgejo\.|(^|\.)codeberg\.org$/,
  ...workflowsOf({ name: 'Forgejo', folder: '.forgejo/workflows' }),
};

interface Server {
  readonly name: string;
  /** Where it looks for workflows first. */
  readonly folder: string;
}

const next: Partial<Readonly<Record<Platform, readonly string[]>>> = {
  kubernetes: [
    'Store the kubeconfig of the cluster as the secret KUBECONFIG (Settings → Actions → Secrets).',
  ],
  aws: [
    'Store AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as secrets, and AWS_REGION as a variable (Settings → Actions). The job needs an image with the `aws` program; the usual ones of the runner have none.',
  ],
};

/** GitHub's workflows, in the folder of this server and with the addresses of the actions: a bare name is another server's there. */
function workflowsOf({ name, folder }: Server): Pick<InitSystem, 'plan' | 'rollback' | 'runner'> {
  const onServer = (text: string): string =>
    text
      .replaceAll('.github/workflows', folder)
      .replaceAll('when GitHub does not tell', `when ${name} does not tell`)
      .replace(/uses: (?=[\w-]+\/)/g, 'uses: https://github.com/');
  const action = `${published.repository}@v${published.version}`;
  return {
    runner,
    plan: (options: InitOptions): SystemPlan => ({
      files: [
        {
          path: `${folder}/deploy-gate.yml`,
          text: onServer(
            deployWorkflow(options, {
              action,
              checkout: published.checkout,
              // The one of GitHub refuses to work elsewhere.
              keepsReport: false,
              hasOpenId: false,
              runsOn: runnerOf(options, runner),
            }),
          ),
          what: 'the workflow: snapshot, preflight, deploy, gate',
        },
      ],
      deploy: `Put your deploy into the step "Deploy" of ${folder}/deploy-gate.yml, and a label of your runners into every runs-on. If another workflow deploys already, move the steps around it there.`,
      next: [
        `Where there is ${folder}, workflows in other folders are not looked at: move them there too.`,
        'The report is in rollgate-report/ of the job. Keep it with the action for artifacts that your server has.',
        ...(next[options.platform] ?? []),
        ...keySteps(options, 'Settings → Actions'),
      ],
    }),
    rollback: (template: Template, options: InitOptions): RollbackPlan => ({
      file: {
        path: `${folder}/rollback.yml`,
        text: onServer(
          rollbackWorkflow(template, options, { action, runsOn: runnerOf(options, runner) }),
        ),
        what: 'the workflow that rolls a version back',
      },
      variables: ['ROLLGATE_GITEA_URL', 'ROLLGATE_GITEA_REPOSITORY', 'GITEA_TOKEN'],
      next: [
        'Push both workflows to the default branch, and try the rollback by hand (Actions → Rollback → Run workflow). The token of the job is enough to start it, if the repository lets it write (Settings → Actions → General).',
      ],
    }),
  };
}
