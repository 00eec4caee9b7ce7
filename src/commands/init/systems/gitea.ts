import type { InitOptions, InitSystem, RollbackPlan, SystemPlan } from '../options.js';
import { published } from '../published.js';
import { rollbackFile } from '../rollback-file.js';
import type { Platform, Template } from '../ways.js';
import { deployWorkflow, templates } from './github.js';

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
  compose: [
    'What is written needs a runner on the machine of the Docker engine: it says self-hosted.',
  ],
  aws: [
    'Store AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY as secrets, and AWS_REGION as a variable (Settings → Actions). The job needs an image with the `aws` program; the usual ones of the runner have none.',
  ],
};

/** GitHub's workflows, in the folder of this server and with the addresses of the actions: a bare name is another server's there. */
function workflowsOf({ name, folder }: Server): Pick<InitSystem, 'plan' | 'rollback'> {
  const onServer = (text: string): string =>
    text
      .replaceAll('.github/workflows', folder)
      .replaceAll('when GitHub does not tell', `when ${name} does not tell`)
      .replace(/uses: (?=[\w-]+\/)/g, 'uses: https://github.com/');
  return {
    plan: (options: InitOptions): SystemPlan => ({
      files: [
        {
          path: `${folder}/deploy-gate.yml`,
          text: onServer(
            deployWorkflow(options, {
              action: `${published.repository}@v${published.version}`,
              checkout: published.checkout,
              // The one of GitHub refuses to work elsewhere.
              keepsReport: false,
              hasOpenId: false,
            }),
          ),
          what: 'the workflow: snapshot, preflight, deploy, gate',
        },
      ],
      next: [
        `Put your deploy into the step "Deploy" of ${folder}/deploy-gate.yml, and a label of your runners into every runs-on. If another workflow deploys already, move the steps around it there.`,
        `Where there is ${folder}, workflows in other folders are not looked at: move them there too.`,
        'The report is in rollgate-report/ of the job. Keep it with the action for artifacts that your server has.',
        ...(next[options.platform] ?? []),
      ],
    }),
    rollback: (template: Template, options: InitOptions): RollbackPlan => ({
      file: {
        path: `${folder}/rollback.yml`,
        text: onServer(rollbackFile(template, options, templates)),
        what: 'the workflow that rolls a version back',
      },
      settings: `Under "env" of ${folder}/rollback.yml`,
      variables: ['ROLLGATE_GITEA_URL', 'ROLLGATE_GITEA_REPOSITORY', 'GITEA_TOKEN'],
      next: [
        'Push both workflows to the default branch, and try the rollback by hand (Actions → Rollback → Run workflow). The token of the job is enough to start it, if the repository lets it write (Settings → Actions → General).',
      ],
    }),
  };
}
