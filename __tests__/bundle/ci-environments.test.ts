import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inputIds, inputOf } from '../../src/inputs/table.js';
import type { RunReport } from '../../src/report/record.js';
import { atMost } from '../support/action.js';
import { node, Workplace } from '../support/bundle.js';
import { serve, type HttpTestServer } from '../support/servers.js';

interface Environment {
  /** What the system sets in every job. */
  readonly variables: Readonly<Record<string, string>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** What a job of each system finds in its environment, of what could matter to a program. */
const environments: Readonly<Record<string, Environment>> = {
  local: { variables: {}, secrets: {} },
  github: {
    variables: {
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_API_URL: 'https://api.github.com',
      GITHUB_SERVER_URL: 'https://github.com',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_RUN_ID: '4711',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_EVENT_NAME: 'push',
      GITHUB_REF: 'refs/heads/main',
      GITHUB_SHA: '0'.repeat(40),
      GITHUB_WORKFLOW: 'Deploy',
      RUNNER_OS: 'Linux',
    },
    secrets: { GITHUB_TOKEN: 'ghs_4f0aZ19TqLw7', 'INPUT_HOST-TOKEN': 'ghs_h0stT0ken83Kd' },
  },
  gitea: {
    variables: {
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITEA_ACTIONS: 'true',
      GITHUB_API_URL: 'https://gitea.example/api/v1',
      GITHUB_SERVER_URL: 'https://gitea.example',
      GITHUB_REPOSITORY: 'acme/shop',
      GITHUB_RUN_ID: '4711',
      GITHUB_RUN_ATTEMPT: '1',
      GITHUB_EVENT_NAME: 'push',
    },
    secrets: { GITHUB_TOKEN: '7c0a4f0aZ19TqLw7', 'INPUT_HOST-TOKEN': '9d1eh0stT0ken83Kd' },
  },
  gitlab: {
    variables: {
      CI: 'true',
      GITLAB_CI: 'true',
      CI_API_V4_URL: 'https://gitlab.com/api/v4',
      CI_SERVER_URL: 'https://gitlab.com',
      CI_PROJECT_ID: '278964',
      CI_PIPELINE_ID: '9001',
      CI_PIPELINE_URL: 'https://gitlab.com/acme/shop/-/pipelines/9001',
      CI_PIPELINE_SOURCE: 'push',
      CI_COMMIT_REF_NAME: 'main',
      CI_DEFAULT_BRANCH: 'main',
      CI_JOB_ID: '77',
    },
    secrets: { CI_JOB_TOKEN: 'glcbt-64_Jq8v2RtY', GITLAB_TOKEN: 'glpat-Xn5&c=T9+m/e' },
  },
  jenkins: {
    variables: {
      JENKINS_URL: 'https://jenkins.example/',
      JENKINS_HOME: '/var/jenkins_home',
      BUILD_NUMBER: '12',
      BUILD_TAG: 'jenkins-deploy-12',
      BUILD_URL: 'https://jenkins.example/job/deploy/12/',
      JOB_NAME: 'deploy',
      NODE_NAME: 'built-in',
      WORKSPACE: '/var/jenkins_home/workspace/deploy',
    },
    secrets: { JENKINS_TOKEN: '11b5c90e6f7a48d2' },
  },
  circleci: {
    variables: {
      CI: 'true',
      CIRCLECI: 'true',
      CIRCLE_BUILD_URL: 'https://circleci.com/gh/acme/shop/12',
      CIRCLE_WORKFLOW_ID: 'b3c6f3a0-0000-4000-8000-000000000000',
      CIRCLE_PROJECT_USERNAME: 'acme',
      CIRCLE_PROJECT_REPONAME: 'shop',
      CIRCLE_BRANCH: 'main',
      CIRCLE_JOB: 'deploy',
    },
    secrets: { CIRCLE_TOKEN: 'CCIPAT_9a8B7c6D5e' },
  },
  azure: {
    variables: {
      TF_BUILD: 'True',
      BUILD_BUILDID: '314',
      BUILD_REASON: 'IndividualCI',
      BUILD_SOURCEBRANCH: 'refs/heads/main',
      SYSTEM_COLLECTIONURI: 'https://dev.azure.com/acme/',
      SYSTEM_TEAMPROJECT: 'Shop',
      SYSTEM_DEFINITIONID: '5',
      SYSTEM_JOBATTEMPT: '1',
      AGENT_OS: 'Linux',
    },
    secrets: {
      SYSTEM_ACCESSTOKEN: 'eyJ0eXAi.OiJKV1Qi.LCJhbGci',
      AZURE_DEVOPS_PAT: 'qz7patpatpat42',
    },
  },
};
const systems = Object.keys(environments);

/** Sent with every probe, in every system. */
const probeKey = 'pr0be-k3y/with+signs';

/** Shows everything that it was given, plain and in the forms in which secrets travel. */
const tellAll = `"${node}" -e "${[
  'for (const text of Object.values(process.env))',
  "console.log(text, Buffer.from(text).toString('base64'), encodeURIComponent(text));",
  // Where a line is cut short, too: a half of a secret is a secret.
  'for (const text of Object.values(process.env))',
  "for (let at = 280; at < 300; at += 4) console.log('x'.repeat(at) + text);",
  "console.log('done')",
].join(' ')}"`;

interface Done {
  readonly code: number | null;
  readonly output: string;
  readonly report: RunReport;
  /** The text of every file that was written. */
  readonly files: readonly string[];
}

async function runIn(system: string, service: HttpTestServer): Promise<Done> {
  const place = new Workplace();
  try {
    const { code, output } = await place.run(
      [
        ...[
          'run',
          '--url',
          service.url,
          '--health-url',
          `${service.url}/health`,
          '--warm-up',
          '500ms',
          '--duration',
          '3s',
        ],
        ...['--interval', '500ms', '--requests-per-second', '20', '--health-interval', '200ms'],
        ...['--max-errors-per-minute', 'off', '--verify-timeout', '1s'],
        ...['--rollback', 'command', '--rollback-command', tellAll],
      ],
      {
        ...environments[system]!.variables,
        ...environments[system]!.secrets,
        ROLLGATE_HEADERS: `Authorization: Bearer ${probeKey}`,
      },
    );
    return { code, output, report: place.report(), files: Object.values(place.files()) };
  } finally {
    place.remove();
  }
}

/** What a report says besides the host, the hour, and what is measured a little differently every time. */
function essence(report: RunReport): unknown {
  const ofCi = new Set(systems);
  return {
    schema: report.schema,
    tool: report.tool,
    command: report.command,
    verdict: report.verdict,
    exitCode: report.exitCode,
    reason: withoutNumbers(report.reason),
    // How busy this machine is says nothing of the CI system.
    findings: report.findings.filter(({ message }) => !/too busy|busy or asleep/.test(message)),
    notices: report.notices,
    targets: report.targets.map(({ name, verdict, reason, checks, rollback }) => ({
      name,
      verdict,
      reason: withoutNumbers(reason),
      checks: checks.map(({ id, kind, metric, source, subject, limit, outcome, value }) => ({
        ...{ id, kind, metric, source, subject, limit },
        // How much traffic was seen when the health check decided is a matter of speed.
        ...(verdict === 'unhealthy' && kind !== 'health' ? {} : { outcome, value }),
      })),
      rollback: {
        status: rollback.status,
        attempts: rollback.attempts.map(({ id, outcome, detail, url }) => ({
          id,
          outcome,
          detail,
          url,
        })),
      },
    })),
    config: inputIds
      .filter((id) => !ofCi.has(inputOf(id).group))
      .map((id) => [id, report.config[id]]),
  };
}

function withoutNumbers(text: string): string {
  return text.replace(/\d+(\.\d+)?/g, '#');
}

/** All forms in which a secret must not show; half of one is too much. */
function formsOf(secret: string): string[] {
  return [secret.slice(0, 8), Buffer.from(secret).toString('base64'), encodeURIComponent(secret)];
}

let good: HttpTestServer;
let bad: HttpTestServer;
const onGood = new Map<string, Done>();
const onBad = new Map<string, Done>();

beforeAll(async () => {
  good = await serve((_, response) => response.end('ok'));
  // Only its health is bad: which of two checks finds the same fault first is a matter of speed.
  bad = await serve(({ url }, response) => response.writeHead(url === '/health' ? 503 : 200).end());
  const runs = systems.flatMap((system) => [
    async () => void onGood.set(system, await runIn(system, good)),
    async () => void onBad.set(system, await runIn(system, bad)),
  ]);
  await atMost(4, runs);
}, 120_000);

afterAll(async () => {
  await good.close();
  await bad.close();
});

describe.each(systems)('run in a job of %s', (system) => {
  it('the report names the system, the run and its address', () => {
    expect(onGood.get(system)?.report.host.system).toBe(system);
    expect(onGood.get(system)?.report.host.runId === null).toBe(system === 'local');
    expect(onGood.get(system)?.report.host.runUrl === null).toBe(system === 'local');
  });

  it('a good service: exit 0, and the same report as without a CI system', () => {
    const { code, report } = onGood.get(system)!;
    expect(code).toBe(0);
    expect(report).toMatchObject({ verdict: 'healthy', exitCode: 0 });
    expect(essence(report)).toEqual(essence(onGood.get('local')!.report));
  });

  it('a bad service: exit 3, and the same report as without a CI system', () => {
    const { code, report } = onBad.get(system)!;
    expect(code).toBe(3);
    expect(report).toMatchObject({ verdict: 'unhealthy', exitCode: 3 });
    expect(report.targets[0]?.rollback.status).toBe('still-unhealthy');
    expect(essence(report)).toEqual(essence(onBad.get('local')!.report));
  });

  it('shows no secret, even when the rollback command prints its environment', () => {
    const secrets = [probeKey, ...Object.values(environments[system]!.secrets)];
    for (const { output, files } of [onGood.get(system)!, onBad.get(system)!]) {
      const log = output.replaceAll(/^(::add-mask::|##vso\[task\.setsecret\]).*$/gm, '');
      for (const form of secrets.flatMap(formsOf))
        for (const text of [log, ...files]) expect(text).not.toContain(form);
    }
    expect(onBad.get(system)!.output).toContain('Authorization: ***');
  });

  it('prints mask commands only for GitHub, Gitea and Azure', () => {
    for (const { output } of [onGood.get(system)!, onBad.get(system)!]) {
      expect(output.includes('::add-mask::')).toBe(['github', 'gitea'].includes(system));
      expect(output.includes('##vso[task.setsecret]')).toBe(system === 'azure');
    }
  });
});
