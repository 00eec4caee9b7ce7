import { deployLines, indented } from '../lines.js';
import { camelName } from '../../../systems/system.js';
import { published } from '../published.js';
import { rollbackHead, rollbackInputs, scriptPipeline, textParameters } from '../rollback-file.js';
import { jenkinsRollback } from '../rollback-frames.js';
import { runnerOf } from '../runner.js';
import type { InitOptions, InitSystem, RollbackPlan, RunnerWord, SystemPlan } from '../options.js';
import type { Platform, Template } from '../ways.js';

/** https://www.jenkins.io/doc/book/pipeline/syntax/#agent */
const runner: RunnerWord = { noun: 'label', placeholder: 'YOUR-AGENT' };

export const jenkins: InitSystem = {
  id: 'jenkins',
  pipelines: ['Jenkinsfile'],
  runner,
  plan,
  rollback,
};

const UNDO = 'Jenkinsfile.rollback';

/** What the whole pipeline has, indented as it stands there. */
function environment({ platform, dockerHost }: InitOptions): string {
  if (dockerHost !== undefined)
    return `  environment {
    // The engine that deploy, snapshot, gate and rollback speak with.
    DOCKER_HOST = '${dockerHost}'
  }

`;
  return platform === 'aws'
    ? `  environment {
    // Or the role of the agent.
    AWS_ACCESS_KEY_ID = credentials('aws-access-key-id')
    AWS_SECRET_ACCESS_KEY = credentials('aws-secret-access-key')
    AWS_REGION = 'eu-west-1' // where it is deployed
  }

`
    : '';
}

function agent(options: InitOptions): string {
  const label = runnerOf(options, runner);
  return label === undefined ? 'any' : `{ label '${label}' } // on the machine of the engine`;
}

/** The steps of a stage; with an engine elsewhere they have the key that may log in there. */
function steps(text: string, { dockerHost }: InitOptions): string {
  if (dockerHost === undefined) return text;
  return [
    "        sshagent(credentials: ['docker-host']) {",
    ...text.split('\n').map((line) => (line === '' ? '' : `  ${line}`)),
    '        }',
  ].join('\n');
}

const next: Partial<Readonly<Record<Platform, readonly string[]>>> = {
  kubernetes: ['Keep the kubeconfig of the cluster as a Secret file with the id kubeconfig.'],
  aws: [
    'Keep the access key as two credentials of the kind Secret text, with the ids aws-access-key-id and aws-secret-access-key, and change AWS_REGION in the Jenkinsfile. The agent needs the `aws` program.',
  ],
};

function plan(options: InitOptions): SystemPlan {
  const text = environment(options).trimEnd();
  const own = text === '' ? [] : text.split('\n');
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
    deploy: 'Put your deploy into the stage "Deploy" of the Jenkinsfile.',
    next: [
      `Add the library (Manage Jenkins → System → Global Trusted Pipeline Libraries): name rollgate, retrieval Modern SCM from https://github.com/${published.repository}.git, library path templates/jenkins/. The agent needs Node 20 or newer.`,
      ...(next[options.platform] ?? []),
      ...(options.dockerHost === undefined
        ? []
        : [
            `Install the plugin SSH Agent, and keep the private key that may log in to ${options.dockerHost} as "SSH Username with private key", with the ID "docker-host". The known_hosts of the agents needs the line of that machine.`,
          ]),
    ],
  };
}

/** The rollback is a job of its own, with a Jenkinsfile of its own. */
function rollback(template: Template, options: InitOptions): RollbackPlan {
  const job = options.texts.get('jenkins-job') ?? 'rollback';
  return {
    file: {
      path: UNDO,
      text:
        template === 'script'
          ? scriptPipeline('jenkins', 'Jenkinsfile')
          : rollbackJenkinsfile(options),
      what: 'the job that rolls a version back',
    },
    variables: ['JENKINS_URL', 'JENKINS_USER', 'JENKINS_TOKEN'],
    inputs: [['jenkins-job', 'rollback']],
    next: [
      `Make a Pipeline job named ${job} from the script path ${UNDO} of this repository, and run it once: Jenkins learns its parameters when it runs.`,
      'Make an API token of a user that may start and read that job, and store them as a "Username with password" credential with the ID "rollgate".',
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

function rollbackJenkinsfile(options: InitOptions): string {
  const args = [
    ...rollbackInputs(options, 'params.ROLLBACK_REVISION').map(
      ([input, text]) => `${camelName(input)}: ${text.startsWith('params.') ? text : `'${text}'`}`,
    ),
    ...(options.platform === 'kubernetes' ? ["credentials: [kubeconfig: 'kubeconfig']"] : []),
  ];
  return jenkinsRollback({
    head: `// ${rollbackHead}
@Library('rollgate@v${published.version}') _

pipeline {
  // It needs an executor besides that of the gate, which holds its own while it waits.
`,
    parameters: textParameters(options),
    agent: agent(options),
    options: '',
    environment: environment(options),
    steps: `${steps(`        rollgate(${args.join(', ')})`, options)}\n`,
    post: `
  post {
    always {
      archiveArtifacts(artifacts: 'rollgate-report/**', allowEmptyArchive: true)
    }
  }
`,
  });
}

/** One line as it is; several as a text of several lines. */
function shell(lines: readonly string[]): string {
  const [only = '', ...others] = lines;
  return others.length === 0
    ? `        sh '${only}'`
    : `        sh '''\n${indented(lines, 10)}        '''`;
}

function jenkinsfile(options: InitOptions): string {
  return `// Made by \`rollgate init\`; it is yours now.
@Library('rollgate@v${published.version}') _

pipeline {
${options.template === undefined ? '' : '  // The gate holds its executor while it waits for the rollback job, which needs another one.\n'}  agent ${agent(options)}

${environment(options)}  stages {
    stage('Before') {
      steps {
${steps(beforeDeploy(options), options)}
      }
    }
    stage('Deploy') {
      steps {
${steps(`        // Yours: whatever deploys the commit.\n${shell(deployLines(options, '$GIT_COMMIT'))}`, options)}
      }
    }
    stage('Gate') {
      steps {
${steps(afterDeploy(options), options)}
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
