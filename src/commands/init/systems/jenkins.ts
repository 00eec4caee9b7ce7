import { published } from '../published.js';
import { rollbackFile } from '../rollback-file.js';
import type { InitOptions, InitSystem, RollbackPlan, SystemPlan } from '../options.js';
import type { Platform, Template } from '../ways.js';

const templates = { folder: 'jenkins', end: 'Jenkinsfile' };

export const jenkins: InitSystem = {
  id: 'jenkins',
  pipelines: ['Jenkinsfile'],
  plan,
  rollback,
};

const UNDO = 'Jenkinsfile.rollback';

/** What the whole pipeline has. */
const environment: Partial<Readonly<Record<Platform, string>>> = {
  aws: `  environment {
    // Or the role of the agent.
    AWS_ACCESS_KEY_ID = credentials('aws-access-key-id')
    AWS_SECRET_ACCESS_KEY = credentials('aws-secret-access-key')
    AWS_REGION = 'eu-west-1' // where it is deployed
  }

`,
};

const next: Partial<Readonly<Record<Platform, readonly string[]>>> = {
  kubernetes: ['Keep the kubeconfig of the cluster as a Secret file with the id kubeconfig.'],
  compose: ['What is written needs an agent on the machine of the Docker engine.'],
  aws: [
    'Keep the access key as two credentials of the kind Secret text, with the ids aws-access-key-id and aws-secret-access-key, and change AWS_REGION in the Jenkinsfile. The agent needs the `aws` program.',
  ],
};

function plan(options: InitOptions): SystemPlan {
  const own = environment[options.platform]?.trimEnd().split('\n') ?? [];
  return {
    files: [
      {
        path: 'Jenkinsfile',
        text: jenkinsfile(options),
        what: 'the pipeline: snapshot, preflight, deploy, gate',
        otherwise: [
          "@Library('rollgate@v" + published.version + "') _",
          '',
          ...(own.length === 0 ? [] : [...own.map((line) => line.slice(2)), '']),
          '// in a stage before the deploy',
          ...lines(beforeDeploy(options)),
          '',
          '// in a stage behind it',
          ...lines(afterDeploy(options)),
        ],
      },
    ],
    next: [
      'Put your deploy into the stage "Deploy" of the Jenkinsfile.',
      `Add the library (Manage Jenkins → System → Global Trusted Pipeline Libraries): name rollgate, retrieval Modern SCM from https://github.com/${published.repository}.git, library path templates/jenkins/. The agent needs Node 20 or newer.`,
      ...(next[options.platform] ?? []),
    ],
  };
}

/** The rollback is a job of its own, with a Jenkinsfile of its own. */
function rollback(template: Template, options: InitOptions): RollbackPlan {
  const job = options.texts.get('jenkins-job') ?? 'rollback';
  return {
    file: {
      path: UNDO,
      text: rollbackFile(template, options, templates),
      what: 'the job that rolls a version back',
    },
    settings: `Under "environment" of ${UNDO}`,
    variables: ['JENKINS_URL', 'JENKINS_USER', 'JENKINS_TOKEN'],
    inputs: [['jenkins-job', 'rollback']],
    next: [
      `Make a Pipeline job named ${job} from the script path ${UNDO} of this repository, and run it once: Jenkins learns its parameters when it runs.`,
      'Make an API token of a user that may start and read that job, and store them as a "Username with password" credential with the ID "rollgate".',
      `Change the label of the agent in ${UNDO} where it names one that you do not have.`,
    ],
  };
}

const lines = (text: string): readonly string[] =>
  text.split('\n').map((line) => line.replace(/^ {8}/, ''));

/** A call of the library, with what each of its commands needs. */
function call(options: InitOptions, command?: 'snapshot' | 'preflight'): string {
  const { platform, template } = options;
  const callsJenkins = template !== undefined && command !== 'snapshot';
  const credentials = [
    ...(callsJenkins ? ["jenkins: 'rollgate'"] : []),
    ...(platform === 'kubernetes' ? ["kubeconfig: 'kubeconfig'"] : []),
  ];
  const args = [
    ...(command === undefined ? [] : [`command: '${command}'`]),
    ...(callsJenkins && template === 'script'
      ? ['rollbackParameters: [VERSION: env.PREVIOUS]']
      : []),
    ...(credentials.length === 0 ? [] : [`credentials: [${credentials.join(', ')}]`]),
  ];
  return `        rollgate(${args.join(', ')})`;
}

const ask = `        script {
          env.PREVIOUS = sh(returnStdout: true, script: './scripts/current-version.sh').trim()
        }
`;

function beforeDeploy(options: InitOptions): string {
  return `${options.template === 'script' ? ask : ''}        // Record what runs now, and make sure that a rollback would work.
${call(options, 'snapshot')}
${call(options, 'preflight')}`;
}

function afterDeploy(options: InitOptions): string {
  return `        // Watch, and roll back when it is bad.
${call(options)}`;
}

function jenkinsfile(options: InitOptions): string {
  return `// Made by \`rollgate init\`; it is yours now.
@Library('rollgate@v${published.version}') _

pipeline {
${options.template === undefined ? '' : '  // The gate holds its executor while it waits for the rollback job, which needs another one.\n'}  agent any

${environment[options.platform] ?? ''}  stages {
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
