import { describe, expect, it } from '@jest/globals';
import type { SystemId } from '../../src/contract/system.js';
import { inputIds, inputOf, type InputId } from '../../src/inputs/table.js';
import { resolveWith } from '../support/resolve-inputs.js';

describe('the order of the sources of an input', () => {
  // github-repository is the one input that has a place on every level but the default.
  const places: readonly [level: number, name: string, value: string][] = [
    [1, '--github-repository', 'level/one'],
    [2, 'INPUT_GITHUB-REPOSITORY', 'level/two'],
    [2, 'INPUT_GITHUBREPOSITORY', 'level/two-azure'],
    [3, 'ROLLGATE_GITHUB_REPOSITORY', 'level/three'],
    [4, 'GITHUB_REPOSITORY', 'level/four'],
    [5, 'rollgate.yml', 'level/five'],
  ];

  const resolveFrom = (from: typeof places, system: SystemId, empty: typeof places = []) => {
    const env: Record<string, string> = {};
    const flags: Record<string, string> = {};
    const files: Record<string, string> = {};
    for (const [list, shown] of [
      [empty, () => '  '],
      [from, (value: string) => ` ${value} `],
    ] as const) {
      for (const [level, name, value] of list) {
        if (level === 1) flags['github-repository'] = shown(value);
        else if (level === 5) files[name] = `github-repository: "${shown(value)}"\n`;
        else env[name] = shown(value);
      }
    }
    return resolveWith({ flags, env, files, system });
  };

  it.each(places.map((place, index) => [...place, index] as const))(
    'level %d (%s) goes before everything below it',
    (level, name, value, index) => {
      const { settings, origins, givenByUser, problems } = resolveFrom(
        places.slice(index),
        'gitlab',
      );
      expect(problems).toEqual([]);
      expect(settings['github-repository']).toBe(value);
      expect(origins['github-repository']).toEqual({ level, name });
      expect(givenByUser('github-repository')).toBe(true);
    },
  );

  it.each(places.map((place, index) => [...place, index] as const))(
    'level %d (%s) wins when everything above it is blank',
    (level, name, value, index) => {
      const { settings, origins } = resolveFrom(
        places.slice(index),
        'gitlab',
        places.slice(0, index),
      );
      expect(settings['github-repository']).toBe(value);
      expect(origins['github-repository']).toEqual({ level, name });
    },
  );

  it('a value of the CI job comes after the file, and does not count as given by the user', () => {
    const env = { GITHUB_REPOSITORY: 'host/own' };
    const file = { 'rollgate.yml': 'github-repository: from/file' };
    expect(resolveWith({ env, system: 'github', files: file }).settings['github-repository']).toBe(
      'from/file',
    );
    const { settings, origins, givenByUser } = resolveWith({ env, system: 'github' });
    expect(settings['github-repository']).toBe('host/own');
    expect(origins['github-repository']).toEqual({ level: 6, name: 'GITHUB_REPOSITORY' });
    expect(givenByUser('github-repository')).toBe(false);
  });

  it('a value of the CI job goes before the default', () => {
    const env = { GITHUB_API_URL: 'https://ghe.example/api/v3' };
    expect(resolveWith({ env, system: 'github' }).settings['github-api-url']).toBe(
      'https://ghe.example/api/v3',
    );
    const elsewhere = resolveWith({ env, system: 'jenkins' });
    expect(elsewhere.settings['github-api-url']).toBe('https://api.github.com');
    expect(elsewhere.origins['github-api-url']).toEqual({ level: 7, name: 'the default' });
    expect(elsewhere.givenByUser('github-api-url')).toBe(false);
  });

  it('nothing set: the default, or nothing', () => {
    const { settings, problems, notices, secrets } = resolveWith();
    expect(problems).toEqual([]);
    expect(notices).toEqual([]);
    expect(secrets).toEqual([]);
    expect(settings).toMatchObject({
      command: 'run',
      'dry-run': false,
      duration: 300_000,
      interval: 10_000,
      'warm-up': 30_000,
      'fail-on': ['unhealthy', 'inconclusive'],
      'expect-status': [{ from: 200, to: 399 }],
      'min-success-rate': 95,
      rollback: ['kubernetes', 'compose', 'ci', 'scale-down'],
      'rollback-wait': true,
    });
    expect(settings.url).toBeUndefined();
    expect(settings['github-token']).toBeUndefined();
  });
});

describe('the variables of the CI integration guide', () => {
  const own: readonly [InputId, string, SystemId | undefined, string][] = [
    ['ci-system', 'CI_SYSTEM', undefined, 'gitlab'],
    ['gitlab-project', 'CI_PROJECT_ID', 'gitlab', '42'],
    ['gitlab-pipeline', 'CI_PIPELINE_ID', 'gitlab', '7'],
    ['gitlab-token', 'GITLAB_TOKEN', undefined, 'glpat-x'],
    ['gitlab-job-token', 'CI_JOB_TOKEN', 'gitlab', 'job-x'],
    ['github-repository', 'GITHUB_REPOSITORY', 'github', 'a/b'],
    ['github-token', 'GITHUB_TOKEN', undefined, 'ghp-x'],
    ['github-workflow', 'GITHUB_WORKFLOW_ID', undefined, 'undo.yml'],
    ['jenkins-url', 'JENKINS_URL', 'jenkins', 'https://ci.example'],
    ['jenkins-user', 'JENKINS_USER', undefined, 'bot'],
    ['jenkins-token', 'JENKINS_TOKEN', undefined, 'jt'],
    ['jenkins-job', 'JENKINS_JOB_NAME', undefined, 'folder/undo'],
    ['circleci-token', 'CIRCLE_TOKEN', undefined, 'ct'],
    ['circleci-project', 'CIRCLE_PROJECT_SLUG', undefined, 'gh/a/b'],
    ['gitea-token', 'GITEA_TOKEN', undefined, 'gt'],
    ['gitea-token', 'FORGEJO_TOKEN', undefined, 'ft'],
    ['azure-org', 'AZURE_DEVOPS_ORG', undefined, 'acme'],
    ['azure-project', 'AZURE_DEVOPS_PROJECT', undefined, 'shop'],
    ['azure-pat', 'AZURE_DEVOPS_PAT', undefined, 'pat'],
    ['azure-pipeline', 'AZURE_PIPELINE_ID', undefined, '12'],
  ];

  it.each(own)('%s takes %s', (id, name, host, value) => {
    for (const system of ['github', 'gitlab', 'jenkins', 'circleci', 'azure', 'local'] as const) {
      const { settings, origins, problems } = resolveWith({ env: { [name]: value }, system });
      expect(problems).toEqual([]);
      expect(inputOf(id).secret === true ? settings[id] : inputOf(id).print(settings[id])).toBe(
        value,
      );
      expect(origins[id]).toEqual({ level: system === host ? 6 : 4, name });
    }
  });

  it('are all in the table', () => {
    const guide = inputIds.flatMap((id) => (inputOf(id).guide ?? []).map((name) => [id, name]));
    expect(guide.sort()).toEqual(own.map(([id, name]) => [id, name]).sort());
  });

  it.each([
    ['gitlab', 'CI_SERVER_URL', 'gitlab-url', 'https://gitlab.example'],
    ['jenkins', 'JOB_NAME', 'jenkins-job', 'shop/main'],
    ['azure', 'SYSTEM_COLLECTIONURI', 'azure-url', 'https://dev.azure.com/acme/'],
    ['azure', 'SYSTEM_TEAMPROJECTID', 'azure-project', 'guid'],
    ['azure', 'SYSTEM_TEAMPROJECT', 'azure-project', 'shop'],
    ['azure', 'SYSTEM_ACCESSTOKEN', 'azure-pat', 'token'],
    ['azure', 'SYSTEM_DEFINITIONID', 'azure-pipeline', '3'],
  ] as const)(
    'on %s, %s is the default of %s, and on no other system',
    (system, name, id, value) => {
      const there = resolveWith({ env: { [name]: value }, system });
      expect(there.settings[id]).toBe(value);
      expect(there.origins[id]).toEqual({ level: 6, name });
      const elsewhere = system === 'jenkins' ? 'circleci' : 'jenkins';
      expect(resolveWith({ env: { [name]: value }, system: elsewhere }).origins[id].level).toBe(7);
    },
  );
});

describe('inputs that default to another value', () => {
  it('health-url defaults to url, and may be off', () => {
    expect(resolveWith({ flags: { url: 'http://a' } }).settings['health-url']).toEqual([
      'http://a',
    ]);
    const off = resolveWith({ flags: { url: 'http://a', 'health-url': 'OFF' } });
    expect(off.settings['health-url']).toBe('off');
  });

  it("the job's token is the default of github-token, and does not count as given by the user", () => {
    const env = { 'INPUT_HOST-TOKEN': 'ghs_job' };
    const { settings, givenByUser, secrets } = resolveWith({ env, system: 'github' });
    expect(settings['github-token']).toBe('ghs_job');
    expect(givenByUser('github-token')).toBe(false);
    expect(secrets).toEqual(['ghs_job']);
    const both = resolveWith({ env: { ...env, GITHUB_TOKEN: 'ghp_mine' }, system: 'github' });
    expect(both.settings['github-token']).toBe('ghp_mine');
    expect(both.givenByUser('github-token')).toBe(true);
  });
});

describe('problems with inputs', () => {
  it('are reported at once, with source and fix; the defaults are used', () => {
    const { settings, problems } = resolveWith({
      flags: { duration: '5' },
      env: { ROLLGATE_MIN_SUCCESS_RATE: '0.95', INPUT_URL: 'ftp://x' },
      files: { 'rollgate.yml': 'sensitivity: hihg\nreport-dir: out\n' },
    });
    expect(problems).toEqual([
      {
        subject: 'duration',
        message: '`5` has no unit (from --duration)',
        fix: 'write `5s` for seconds, `5m` for minutes',
      },
      {
        subject: 'sensitivity',
        message: '`hihg` is not known here (from rollgate.yml)',
        fix: 'did you mean `high`? It is one of `high`, `normal`, `low`',
      },
      {
        subject: 'url',
        message: 'ftp://x is neither http nor https (from INPUT_URL)',
        fix: 'write a whole URL, such as `https://app.example.com/health`',
      },
      {
        subject: 'min-success-rate',
        message: '`0.95` is less than one percent (from ROLLGATE_MIN_SUCCESS_RATE)',
        fix: 'percentages go from 0 to 100: write `95`',
      },
    ]);
    expect(settings).toMatchObject({
      duration: 300_000,
      'min-success-rate': 95,
      sensitivity: 'normal',
      'report-dir': 'out',
    });
    expect(settings.url).toBeUndefined();
  });

  it('show no secret', () => {
    const { problems, secrets } = resolveWith({
      env: { ROLLGATE_HEADERS: 'Bearer hunter2', GITHUB_TOKEN: 'hun\nter2' },
      flags: { url: 'hunter2' },
    });
    expect(problems.map(({ subject }) => subject)).toEqual(['url', 'headers', 'github-token']);
    expect(JSON.stringify(problems)).not.toMatch(/hun|ter2/);
    expect(secrets).toEqual(expect.arrayContaining(['Bearer hunter2', 'hun', 'ter2']));
  });

  it.each(inputIds.filter((id) => inputOf(id).off === true).map((id) => [id] as const))(
    '%s may be off',
    (id) => {
      const { settings, problems } = resolveWith({ flags: { [id]: 'Off' } });
      expect(problems).toEqual([]);
      expect(settings[id]).toBe('off');
    },
  );

  it('an input that cannot be off: a problem', () => {
    expect(resolveWith({ flags: { 'min-requests': 'off' } }).problems).toHaveLength(1);
  });
});

describe('values that do not fit together', () => {
  it('an interval longer than the watch: a problem', () => {
    expect(resolveWith({ flags: { duration: '5s' } }).problems).toEqual([
      {
        subject: 'interval',
        message: '`10s` is longer than the watch (`duration`: 5s)',
        fix: 'set `interval` to at most `5s`',
      },
    ]);
    expect(resolveWith({ flags: { duration: '10s' } }).problems).toEqual([]);
  });

  const watch = { url: 'http://a', interval: '1s' };

  it('a watch with too few requests: a notice', () => {
    const { problems, notices } = resolveWith({ flags: { ...watch, duration: '5s' } });
    expect(problems).toEqual([]);
    expect(notices).toEqual([
      'The watch expects 10 requests for each URL (`requests-per-second` 2 for 5s), fewer than `min-requests` (20): it will end inconclusive. ' +
        'Raise `requests-per-second` or `duration`, or lower `min-requests`.',
    ]);
  });

  it('a limit too fine for the number of requests: a notice', () => {
    const { notices } = resolveWith({ flags: { ...watch, 'min-success-rate': '99.9' } });
    expect(notices).toEqual([
      'The watch expects 600 requests for each URL (`requests-per-second` 2 for 5m), too few to tell 99.9 % from a little less: 3,000 are needed. ' +
        'Raise `requests-per-second` or `duration`.',
    ]);
  });

  it.each([
    [{ duration: '30s' }],
    [{ 'min-success-rate': '99.5' }],
    [{ 'min-success-rate': 'off' }],
    [{ 'min-success-rate': '100' }],
    [{ url: '', duration: '1s' }],
  ])('no notice for %j', (flags) => {
    expect(resolveWith({ flags: { ...watch, ...flags } }).notices).toEqual([]);
  });
});

describe('unknown variables ROLLGATE_*', () => {
  it('a notice with the most similar name', () => {
    const { problems, notices } = resolveWith({
      env: { ROLLGATE_MIN_SUCESS_RATE: 'hunter2', ROLLGATE_XYZZY_PLUGH: '1', OTHER_URL: 'x' },
    });
    expect(problems).toEqual([]);
    expect(notices).toEqual([
      'The variable ROLLGATE_MIN_SUCESS_RATE is not an input and is ignored; did you mean `ROLLGATE_MIN_SUCCESS_RATE`?',
      'The variable ROLLGATE_XYZZY_PLUGH is not an input and is ignored.',
    ]);
  });

  it("no notice for Rollgate's own outputs", () => {
    const names = ['VERDICT', 'REASON', 'TARGET', 'E2E', 'SCHEMAS', 'REPORT', 'ROLLED_BACK'];
    const more = ['ROLLBACK_STATUS', 'ROLLBACK_STRATEGY', 'ROLLBACK_URL', 'ROLLBACK_RUN_ID'];
    const rest = ['SUCCESS_RATE', 'ERRORS_PER_MINUTE', 'DETECTION_SECONDS'];
    const env = Object.fromEntries(
      [...names, ...more, ...rest].map((name) => [`ROLLGATE_${name}`, 'x']),
    );
    expect(resolveWith({ env }).notices).toEqual([]);
  });
});

describe('the secrets to mask', () => {
  it('contain values that another level overrides, and those of other hosts', () => {
    const { settings, secrets } = resolveWith({
      flags: { 'github-token': 'from-flag' },
      env: {
        'INPUT_GITHUB-TOKEN': 'from-input',
        ROLLGATE_GITHUB_TOKEN: 'from-own',
        GITHUB_TOKEN: 'from-guide',
        'INPUT_HOST-TOKEN': 'from-host',
        SYSTEM_ACCESSTOKEN: 'azure-job',
      },
    });
    expect(settings['github-token']).toBe('from-flag');
    expect(new Set(secrets)).toEqual(
      new Set(['from-flag', 'from-input', 'from-own', 'from-guide', 'from-host', 'azure-job']),
    );
  });

  it('contain header values and user info, but no plain words', () => {
    const { secrets } = resolveWith({
      env: {
        ROLLGATE_HEADERS: 'Authorization: Bearer abc123\nX-Canary: true',
        ROLLGATE_URL: 'https://me:pw123@a/',
      },
    });
    expect(new Set(secrets)).toEqual(
      new Set(['Bearer abc123', 'abc123', 'https://me:pw123@a/', 'me:pw123', 'pw123']),
    );
  });
});
