import { published } from '../published.js';
import { rollbackFile } from '../rollback-file.js';
import {
  scripts,
  type InitSystem,
  type SystemPlan,
  type InitOptions,
  type Way,
} from '../options.js';

const templates = { folder: 'jenkins', end: 'Jenkinsfile' };

export const jenkins: InitSystem = {
  id: 'jenkins',
  pipelines: ['Jenkinsfile'],
  inputs: () => [['jenkins-job', 'rollback']],
  plan,
};

const UNDO = 'Jenkinsfile.rollback';

const credentials: Readonly<Record<Way, string>> = {
  kubernetes: "[jenkins: 'rollgate', kubeconfig: 'kubeconfig']",
  compose: "[jenkins: 'rollgate']",
  pipeline: "[jenkins: 'rollgate']",
};

const next: Readonly<Record<Way, readonly string[]>> = {
  kubernetes: ['Keep the kubeconfig of the cluster as a Secret file with the id kubeconfig.'],
  compose: [
    `Both jobs need an agent on the machine of the Docker engine. Under "environment" of ${UNDO} is what it rolls back: change that too.`,
  ],
  pipeline: [scripts],
};

/** The rollback is a job of its own, with a Jenkinsfile of its own. */
function plan(options: InitOptions): SystemPlan {
  const { way, texts } = options;
  const job = texts.get('jenkins-job') ?? 'rollback';
  return {
    files: [
      {
        path: 'Jenkinsfile',
        text: jenkinsfile(options),
        what: 'the pipeline: snapshot, preflight, deploy, gate',
        otherwise: [
          "@Library('rollgate@v" + published.version + "') _",
          '',
          '// in a stage before the deploy',
          ...lines(beforeDeploy(options)),
          '',
          '// in a stage behind it',
          ...lines(afterDeploy(options)),
        ],
      },
      {
        path: UNDO,
        text: rollbackFile(options, templates),
        what: 'the job that rolls a version back',
      },
    ],
    variables: ['JENKINS_URL', 'JENKINS_USER', 'JENKINS_TOKEN'],
    next: [
      'Put your deploy into the stage "Deploy" of the Jenkinsfile.',
      `Add the library (Manage Jenkins → System → Global Trusted Pipeline Libraries): name rollgate, retrieval Modern SCM from https://github.com/${published.repository}.git, library path templates/jenkins/. The agent needs Node 20 or newer.`,
      `Make a Pipeline job named ${job} from the script path ${UNDO} of this repository, and run it once: Jenkins learns its parameters when it runs.`,
      'Make an API token of a user that may start and read that job, and store them as a "Username with password" credential with the ID "rollgate".',
      ...next[way],
      `Change the label of the agent in ${UNDO} where it names one that you do not have.`,
    ],
  };
}

const lines = (text: string): readonly string[] =>
  text.split('\n').map((line) => line.replace(/^ {8}/, ''));

function beforeDeploy({ way }: InitOptions): string {
  const parameters = way === 'pipeline' ? 'rollbackParameters: [VERSION: env.PREVIOUS], ' : '';
  const ask =
    way === 'pipeline'
      ? `        script {
          env.PREVIOUS = sh(returnStdout: true, script: './scripts/current-version.sh').trim()
        }
`
      : '';
  const own = way === 'kubernetes' ? ", credentials: [kubeconfig: 'kubeconfig']" : '';
  return `${ask}        // Record what runs now, and make sure that a rollback would work.
        rollgate(command: 'snapshot'${own})
        rollgate(command: 'preflight', ${parameters}credentials: ${credentials[way]})`;
}

function afterDeploy({ way }: InitOptions): string {
  const parameters = way === 'pipeline' ? 'rollbackParameters: [VERSION: env.PREVIOUS], ' : '';
  return `        // Watch, and roll back when it is bad.
        rollgate(${parameters}credentials: ${credentials[way]})`;
}

function jenkinsfile(options: InitOptions): string {
  return `// Made by \`rollgate init\`; it is yours now.
@Library('rollgate@v${published.version}') _

pipeline {
  // The gate holds its executor while it waits for the rollback job, which needs another one.
  agent any

  stages {
    stage('Before') {
      steps {
${beforeDeploy(options)}
      }
    }
    stage('Deploy') {
      steps {
        // Yours: whatever deploys the commit.
        sh './scripts/deploy.sh "$GIT_COMMIT"'
      }
    }
    stage('Gate') {
      steps {
${afterDeploy(options)}
      }
    }
  }

  post {
    always {
      junit(testResults: 'rollgate-report/junit.xml', allowEmptyResults: true)
      archiveArtifacts(artifacts: 'rollgate-report/**', allowEmptyArchive: true)
    }
  }
}
`;
}
