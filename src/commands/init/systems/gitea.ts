import {
  type InitOptions,
  type InitSystem,
  scripts,
  type SystemPlan,
  type Way,
} from '../options.js';
import { published } from '../published.js';
import { rollbackFile } from '../rollback-file.js';
import { deployWorkflow, templates } from './github.js';

export const gitea: InitSystem = {
  id: 'gitea',
  pipelines: ['.gitea/workflows'],
  servers: /(^|\.)gitea\./,
  plan: (options) => plan(options, { name: 'Gitea', folder: '.gitea/workflows' }),
};

export const forgejo: InitSystem = {
  id: 'forgejo',
  pipelines: ['.forgejo/workflows'],
  servers: /(^|\.)forgejo\.|(^|\.)codeberg\.org$/,
  plan: (options) => plan(options, { name: 'Forgejo', folder: '.forgejo/workflows' }),
};

interface Server {
  readonly name: string;
  /** Where it looks for workflows first. */
  readonly folder: string;
}

const next: Readonly<Record<Way, readonly string[]>> = {
  kubernetes: [
    'Store the kubeconfig of the cluster as the secret KUBECONFIG (Settings → Actions → Secrets).',
  ],
  compose: [
    'Both workflows need a runner on the machine of the Docker engine: they say self-hosted. Under "env" of the rollback workflow is what it rolls back: change that too.',
  ],
  pipeline: [scripts],
};

/** GitHub's workflows, in the folder of this server and with the addresses of the actions: a bare name is another server's there. */
function plan(options: InitOptions, { name, folder }: Server): SystemPlan {
  const onServer = (text: string): string =>
    text
      .replaceAll('.github/workflows', folder)
      .replaceAll('when GitHub does not tell', `when ${name} does not tell`)
      .replace(/uses: (?=[\w-]+\/)/g, 'uses: https://github.com/');
  const deploy = deployWorkflow(options, {
    action: `${published.repository}@v${published.version}`,
    checkout: published.checkout,
    // The one of GitHub refuses to work elsewhere.
    keepsReport: false,
  });
  return {
    files: [
      {
        path: `${folder}/deploy-gate.yml`,
        text: onServer(deploy),
        what: 'the workflow: snapshot, preflight, deploy, gate',
      },
      {
        path: `${folder}/rollback.yml`,
        text: onServer(rollbackFile(options, templates)),
        what: 'the workflow that rolls a version back',
      },
    ],
    variables: ['ROLLGATE_GITEA_URL', 'ROLLGATE_GITEA_REPOSITORY', 'GITEA_TOKEN'],
    next: [
      `Put your deploy into the step "Deploy" of ${folder}/deploy-gate.yml, and a label of your runners into runs-on of both workflows. If another workflow deploys already, move the steps around it there.`,
      ...next[options.way],
      `Push both workflows to the default branch, and try the rollback by hand (Actions → Rollback → Run workflow). The token of the job is enough to start it, if the repository lets it write (Settings → Actions → General). Where there is ${folder}, workflows in other folders are not looked at: move them there too.`,
      'The report is in rollgate-report/ of the job. Keep it with the action for artifacts that your server has.',
    ],
  };
}
