import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { RunReport } from '../../src/report/record.js';
import { Workplace, type Ended } from '../support/bundle.js';
import type { StandIn } from '../support/stand-in.js';
import { standIns } from '../support/stand-ins.js';

/**
 * The bundle in each CI system, with nothing but the variables of the integration guide and of the system itself: the
 * rollback is started, followed and reported. All systems side by side; the tests look at what came of it.
 */
interface Done {
  readonly standIn: StandIn;
  readonly place: Workplace;
  readonly ended: Ended;
  readonly report: RunReport;
}

const done = new Map<string, Done>();

async function rollBack(
  standIn: StandIn,
  variables: Readonly<Record<string, string>> = standIn.guideVariables(),
): Promise<Done> {
  const place = new Workplace();
  const ended = await place.run(
    ['rollback', '--rollback', 'ci', '--reason', 'the shop is on fire'],
    variables,
  );
  return { standIn, place, ended, report: place.report() };
}

function of(system: string): Done {
  const one = done.get(system);
  if (one === undefined) throw new Error(`nothing was done with ${system}`);
  return one;
}

beforeAll(async () => {
  await Promise.all(
    Object.entries(standIns).map(async ([system, start]) => {
      done.set(system, await rollBack(await start('well')));
    }),
  );
}, 60_000);

afterAll(async () => {
  for (const { standIn, place } of done.values()) {
    await standIn.close();
    place.remove();
  }
});

/** What a user may forget, and what of it must then be named. */
const needed: readonly (readonly [string, string, RegExp])[] = [
  ['github', 'GITHUB_TOKEN', /github-token/],
  ['github', 'GITHUB_REPOSITORY', /github-repository/],
  ['gitlab', 'GITLAB_TOKEN', /gitlab-token/],
  ['gitlab', 'CI_PROJECT_ID', /gitlab-project/],
  ['jenkins', 'JENKINS_TOKEN', /jenkins-token/],
  ['jenkins', 'JENKINS_USER', /jenkins-user/],
  ['jenkins', 'JENKINS_JOB_NAME', /jenkins-job/],
  ['jenkins', 'JENKINS_URL', /jenkins-url/],
  ['circleci', 'CIRCLE_TOKEN', /circleci-token/],
  ['circleci', 'CIRCLE_PROJECT_SLUG', /circleci-project/],
  ['azure', 'AZURE_DEVOPS_PAT', /azure-pat/],
  ['azure', 'AZURE_DEVOPS_PROJECT', /azure-project/],
  ['azure', 'AZURE_PIPELINE_ID', /azure-pipeline/],
];

describe('the ci strategy with a variable missing', () => {
  it.each(needed)(
    '%s without %s: exit 3, the variable is named, and nothing is started',
    async (system, name, says) => {
      const standIn = await standIns[system]?.('well');
      if (standIn === undefined) throw new Error(`there is no stand-in for ${system}`);
      const { [name]: left, ...others } = standIn.guideVariables();
      const { ended, place } = await rollBack(standIn, others);
      place.remove();
      await standIn.close();
      expect(left).toBeDefined();
      expect(ended.output).toMatch(says);
      expect(ended.code).toBe(3);
      expect(ended.output).toContain('❌ Rollback failed: ');
      expect(standIn.started).toBe(0);
    },
  );
});

describe.each(Object.keys(standIns))('the ci strategy of the bundle with %s', (system) => {
  it('starts exactly one run, follows it to its end and reports it', () => {
    const { standIn, ended, report } = of(system);
    expect(ended.output).toContain('✅ CI/CD rollback triggered');
    expect(report.targets[0]?.rollback).toMatchObject({
      status: 'verified',
      attempts: [{ id: 'ci', outcome: 'verified' }],
    });
    expect(report.targets[0]?.rollback.attempts[0]?.url).toMatch(/^https?:/);
    expect(ended.code).toBe(0);
    expect(standIn.started).toBe(1);
  });

  it('shows the secret nowhere', () => {
    const { standIn, place, ended } = of(system);
    // The runner has to be told what to mask: those lines hold it, and are shown to nobody.
    const shown = ended.output.replace(/^(::add-mask::|##vso\[task\.setsecret\]).*$/gm, '');
    for (const text of [shown, ...Object.values(place.files())])
      expect(text).not.toContain(standIn.secret);
  });
});
