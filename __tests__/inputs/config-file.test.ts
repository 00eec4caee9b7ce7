import { describe, expect, it } from '@jest/globals';
import { readConfigFile } from '../../src/inputs/config-file.js';
import { ownVariable } from '../../src/inputs/variables.js';
import { resolveWith } from '../support/resolve-inputs.js';

const textsOf = (content: string): Record<string, string> => {
  const { texts, problems } = readConfigFile('rollgate.yml', content);
  expect(problems).toEqual([]);
  return Object.fromEntries(texts);
};

const messagesOf = (content: string): string[] =>
  readConfigFile('rollgate.yml', content).problems.map(
    ({ message, fix }) => message + (fix === undefined ? '' : ` (${fix})`),
  );

describe('readConfigFile', () => {
  it('reads texts, numbers and booleans as they are written', () => {
    expect(
      textsOf(
        [
          'duration: 5m',
          'min-success-rate: 99.90',
          'dry-run: true',
          'rollback-ref: 1.10',
          'max-errors-per-minute: off',
          "report-dir: 'out'",
          'rollback-command: |',
          '  set -e',
          '  ./undo.sh',
        ].join('\n'),
      ),
    ).toEqual({
      duration: '5m',
      'min-success-rate': '99.90',
      'dry-run': 'true',
      'rollback-ref': '1.10',
      'max-errors-per-minute': 'off',
      'report-dir': 'out',
      'rollback-command': 'set -e\n./undo.sh',
    });
  });

  it('reads lists and maps, also through aliases', () => {
    expect(
      textsOf(
        [
          'url: &urls',
          '  - https://a',
          '  - https://b',
          'health-url: *urls',
          'expect-status: [200-299, 404]',
          'rollback-parameters:',
          '  region: eu',
          '  count: 3',
          '  force: true',
        ].join('\n'),
      ),
    ).toEqual({
      url: 'https://a\nhttps://b',
      'health-url': 'https://a\nhttps://b',
      'expect-status': '200-299\n404',
      'rollback-parameters': 'region=eu\ncount=3\nforce=true',
    });
  });

  it.each(['', '# nothing\n', '---\n', 'url:\nduration: ~\nheaders: ""\ngithub-token:\n'])(
    'reads %j as no setting',
    (content) => {
      expect(textsOf(content)).toEqual({});
    },
  );

  it.each([
    ['durration: 5m', 'line 1: `durration` is not an input (did you mean `duration`?)'],
    ['\nfoo: 1', 'line 2: `foo` is not an input'],
    ['constructor: 1', 'line 1: `constructor` is not an input'],
    ['checks: {}', 'line 1: `checks` is not a list (write items like `- source: prometheus`)'],
    ['checks: [1]', 'line 1: a check is a map (write it like `- source: prometheus`)'],
    ['targets: {}', 'line 1: `targets` is not a list (write items like `- name: api`)'],
    ['targets: []', 'line 1: `targets` is empty (write items like `- name: api`, or take it out)'],
    ['targets: [api]', 'line 1: a target is a map (write it like `- name: api`)'],
    [
      'targets:\n  - url: https://a',
      'line 2: a target has no name (give it a `name` of up to 63 letters, digits, `.`, `_` and `-`)',
    ],
    [
      'targets:\n  - name: a/b',
      'line 2: `a/b` is not a name for a target (give it a `name` of up to 63 letters, digits, `.`, `_` and `-`)',
    ],
    [
      'targets:\n  - name: a\n  - name: a',
      'line 3: a second target is called `a` (give it another `name`)',
    ],
    [
      'targets:\n  - name: a\n    dry-run: true',
      'line 3: `dry-run` holds for all targets (write it outside of `targets`)',
    ],
    ['targets:\n  - name: a\n    urll: b', 'line 3: `urll` is not an input (did you mean `url`?)'],
    ['config: other.yml', 'line 1: `config` has no meaning in the file (take it out)'],
    [
      'duration: 5m\nduration: 6m',
      'line 2, column 1: `duration` is here a second time (keep one of them)',
    ],
    ['- a\n- b', 'is not a map of inputs (write lines like `duration: 5m`)'],
    ['just text', 'is not a map of inputs (write lines like `duration: 5m`)'],
    [
      'duration: [5m]',
      'line 1: the value of `duration` is neither a text nor a number (write it on the line of its key: `duration: VALUE`)',
    ],
    [
      'url: {a: b}',
      'line 1: the value of `url` is neither a text nor a list of texts (write it as `url: VALUE`, or as items, `- VALUE` each)',
    ],
    [
      'url: [[https://a]]',
      'line 1: the value of `url` is neither a text nor a list of texts (write it as `url: VALUE`, or as items, `- VALUE` each)',
    ],
    [
      'rollback-parameters: {a: [b]}',
      'line 1: the value of `rollback-parameters` is neither a text nor a map of texts (write it as lines `name: value` below it, or as items, `- name=value` each)',
    ],
    [
      'rollback-parameters: {a: "b\\nc=d"}',
      'line 1: the value of `rollback-parameters` is neither a text nor a map of texts (write it as lines `name: value` below it, or as items, `- name=value` each)',
    ],
  ])('refuses %j', (content, message) => {
    expect(messagesOf(content)).toEqual([message]);
  });

  it.each([
    ['headers: "A: hunter2"', 'headers'],
    ['headers: {A: hunter2}', 'headers'],
    ['github-token: hunter2', 'github-token'],
    ['url: [https://a, "https://me:hunter2@b"]', 'url'],
    ['jenkins-url: https://me:hunter2@ci', 'jenkins-url'],
  ])('refuses the secret in %j, and has it masked', (content, id) => {
    const { texts, problems, secrets } = readConfigFile('rollgate.yml', content);
    expect(problems).toEqual([
      {
        subject: 'rollgate.yml',
        message: `line 1: \`${id}\` holds a secret, and secrets do not belong in a file`,
        fix: `set the variable \`${ownVariable(id)}\` from a secret of the CI system`,
      },
    ]);
    expect(texts.size).toBe(0);
    expect(secrets).toContain('hunter2');
  });

  it.each([
    ['duration: 5m\nurl: [https://a\n', /^line 3, column 1: /],
    ['a: b: hunter2', /^line 1, column 4: /],
    ['duration: *other', /^line 1: the value of `duration` is neither/],
    ['x: "hunter2', /^line 1, column 12: /],
    ['github-token: ]hunter2', /^line 1, column 15: /],
    ['duration: 5m\n\thunter2: 1', /^line 2, column 1: /],
    ['duration: "5m\nrollback: [b\n', /^line 3, column 1: /],
  ])('reports the line of the syntax error in %j, and nothing of its text', (content, message) => {
    const { problems } = readConfigFile('rollgate.yml', content);
    expect(problems).toHaveLength(1);
    expect(problems[0]?.message).toMatch(message);
    expect(JSON.stringify(problems)).not.toContain('hunter2');
  });

  it('refuses aliases of aliases and deep nesting without expanding them', () => {
    const bomb = ['a: &a [x, x]'];
    for (let at = 1; at < 30; at += 1) {
      bomb.push(`k${String(at)}: &k${String(at)} [*${at === 1 ? 'a' : `k${String(at - 1)}`}, *a]`);
    }
    bomb.push('url: *k29');
    expect(messagesOf(bomb.join('\n'))).toContain(
      'line 31: the value of `url` is neither a text nor a list of texts (write it as `url: VALUE`, or as items, `- VALUE` each)',
    );
    expect(messagesOf(`url: ${'['.repeat(20_000)}`)).not.toEqual([]);
  });
});

describe('readConfigFile, something huge', () => {
  it.each<[string, string, RegExp]>([
    ['a file over 1 MB', `# ${'x'.repeat(1_000_000)}\nduration: 5m`, /larger than 1 MB/],
    [
      '100,000 keys',
      Array.from({ length: 100_000 }, (_, i) => `k${String(i)}: 1`).join('\n'),
      /more than 30,000 keys and values/,
    ],
    [
      'a list of 100,000 items',
      `url: [${Array.from({ length: 100_000 }, () => 'a').join(',')}]`,
      /more than 30,000 keys and values/,
    ],
    ['lists in lists', `url: ${'['.repeat(100_000)}`, /nested too deep/],
    ['maps in maps', `url: ${'{a: '.repeat(5000)}`, /nested too deep/],
  ])('%s: one problem, and nothing of it is used', (_, content, message) => {
    const { texts, targets, problems } = readConfigFile('rollgate.yml', content);
    expect(problems).toEqual([
      {
        subject: 'rollgate.yml',
        message: expect.stringMatching(message),
        fix: 'remove what does not belong there',
      },
    ]);
    expect(texts.size + targets.length).toBe(0);
  });

  it('lists in lists by indentation: a problem, and no exception', () => {
    const { problems } = readConfigFile('rollgate.yml', `url:\n  ${'- '.repeat(9000)}a`);
    expect(problems.map(({ message }) => message)).toEqual(['is nested too deep, and is not read']);
  });

  it('a large file within the limits: read', () => {
    const names = Array.from({ length: 4000 }, (_, i) => `t${String(i)}`);
    const content = `targets:\n${names.map((name) => `  - name: ${name}`).join('\n')}`;
    const { targets, problems } = readConfigFile('rollgate.yml', content);
    expect(problems).toEqual([]);
    expect(targets).toHaveLength(4000);
  });
});

describe('the choice of the configuration file', () => {
  it('rollgate.yml, or the one that config names', () => {
    const files = { 'rollgate.yml': 'duration: 1m', 'ci/gate.yml': 'duration: 2m' };
    expect(resolveWith({ files }).settings.duration).toBe(60_000);
    const named = resolveWith({ files, env: { ROLLGATE_CONFIG: 'ci/gate.yml' } });
    expect(named.settings.duration).toBe(120_000);
    expect(named.origins.duration).toEqual({ level: 5, name: 'ci/gate.yml' });
  });

  it('a named file that does not exist: a problem', () => {
    expect(resolveWith({ flags: { config: 'no.yml' } }).problems).toEqual([
      {
        subject: 'config',
        message: 'there is no file `no.yml` (from --config)',
        fix: 'give the path of an existing file, from the working directory',
      },
    ]);
  });

  it('in a run for a pull or merge request: ignored, with a notice', () => {
    const files = { 'rollgate.yml': 'duration: 1m\nfoo: 1' };
    const { settings, problems, notices } = resolveWith({ files, pullRequest: true });
    expect(settings.duration).toBe(300_000);
    expect(problems).toEqual([]);
    expect(notices).toEqual([
      'rollgate.yml is ignored, because this run is for a pull or merge request and the file may come from a stranger; name it by `config` to use it.',
    ]);
    expect(resolveWith({ pullRequest: true }).notices).toEqual([]);
  });

  it('in a run for a pull request, named by config: used', () => {
    const { settings, notices } = resolveWith({
      files: { 'rollgate.yml': 'duration: 1m' },
      flags: { config: 'rollgate.yml' },
      pullRequest: true,
    });
    expect(settings.duration).toBe(60_000);
    expect(notices).toEqual([]);
  });
});

describe('a secret from outside for an address of the file', () => {
  const stray = (
    file: string,
    env: Record<string, string>,
    system: 'github' | 'gitlab' | 'local' = 'local',
  ) => resolveWith({ files: { 'rollgate.yml': file }, env, system }).problems;

  it.each([
    ['url: https://x', { ROLLGATE_HEADERS: 'A: b' }, 'url', 'headers'],
    ['health-url: https://x', { ROLLGATE_HEADERS: 'A: b' }, 'health-url', 'headers'],
    ['gitlab-url: https://x', { GITLAB_TOKEN: 's' }, 'gitlab-url', 'gitlab-token'],
    ['gitlab-url: https://x', { CI_JOB_TOKEN: 's' }, 'gitlab-url', 'gitlab-job-token'],
    ['jenkins-url: https://x', { JENKINS_TOKEN: 's' }, 'jenkins-url', 'jenkins-token'],
    ['circleci-url: https://x', { CIRCLE_TOKEN: 's' }, 'circleci-url', 'circleci-token'],
    ['azure-url: https://x', { AZURE_DEVOPS_PAT: 's' }, 'azure-url', 'azure-pat'],
    ['github-api-url: https://x', { GITHUB_TOKEN: 's' }, 'github-api-url', 'github-token'],
  ])('is a problem: %s', (file, env, target, secret) => {
    const variable = `ROLLGATE_${target.toUpperCase().replaceAll('-', '_')}`;
    expect(stray(file, env)).toEqual([
      {
        subject: target,
        message: `is in the file rollgate.yml, and \`${secret}\` would be sent there`,
        fix: `set the address outside the file, by \`${variable}\` or \`--${target}\``,
      },
    ]);
  });

  it("is a problem for the job's token, too", () => {
    expect(stray('github-api-url: https://x', { 'INPUT_HOST-TOKEN': 's' }, 'github')).toHaveLength(
      1,
    );
  });

  it('is no problem without a secret, or with an address from outside', () => {
    expect(stray('url: https://x', {})).toEqual([]);
    expect(
      stray('url: https://x', { ROLLGATE_HEADERS: 'A: b', ROLLGATE_URL: 'https://y' }),
    ).toEqual([]);
  });

  it.each([
    ['gitlab-url: https://git.example/', 'https://git.example', 0],
    ['gitlab-url: https://git.example.evil', 'https://git.example', 1],
    ['gitlab-url: http://git.example', 'https://git.example', 1],
    ['gitlab-url: https://git.example:444', 'https://git.example', 1],
  ])('for %s, on a job of %s: %d problems', (file, own, count) => {
    expect(stray(file, { CI_JOB_TOKEN: 's', CI_SERVER_URL: own }, 'gitlab')).toHaveLength(count);
  });
});

describe('readConfigFile, checks and targets', () => {
  it('gives every check as it is written, with its line', () => {
    const file = readConfigFile(
      'rollgate.yml',
      [
        'checks:',
        '  - source: json',
        '    max: 1.50',
        '    paths: [/a, /b]',
        '    headers: {X-Team: shop}',
        '    nothing:',
        '  - id: two',
      ].join('\n'),
    );
    expect(file.problems).toEqual([]);
    expect(file.checks).toEqual([
      {
        where: 'line 2',
        fields: new Map<string, unknown>([
          ['source', { where: 'line 2', value: 'json' }],
          ['max', { where: 'line 3', value: '1.50' }],
          ['paths', { where: 'line 4', value: '/a\n/b' }],
          [
            'headers',
            {
              where: 'line 5',
              value: {
                where: 'line 5',
                fields: new Map([['X-Team', { where: 'line 5', value: 'shop' }]]),
              },
            },
          ],
        ]),
      },
      { where: 'line 7', fields: new Map([['id', { where: 'line 7', value: 'two' }]]) },
    ]);
  });

  it('gives every target its inputs and checks', () => {
    const { targets, texts, problems } = readConfigFile(
      'rollgate.yml',
      [
        'duration: 5m',
        'targets:',
        '  - name: eu',
        '    url: [https://a, https://b]',
        '    checks: [{ source: http }]',
        '  - name: us',
        '    duration: 1m',
      ].join('\n'),
    );
    expect(problems).toEqual([]);
    expect(Object.fromEntries(texts)).toEqual({ duration: '5m' });
    expect(
      targets.map(({ name, where, texts, checks }) => [
        name,
        where,
        Object.fromEntries(texts),
        checks.length,
      ]),
    ).toEqual([
      ['eu', 'line 3', { url: 'https://a\nhttps://b' }, 1],
      ['us', 'line 6', { duration: '1m' }, 0],
    ]);
  });

  it('refuses values nested too deep', () => {
    const { problems } = readConfigFile(
      'rollgate.yml',
      'checks:\n  - a: {b: {c: {d: 1}}}\n    list: [[1]]',
    );
    expect(problems.map(({ message }) => message)).toEqual([
      'line 2: the value of `b` is neither a text nor a list of texts',
      'line 3: the value of `list` is neither a text nor a list of texts',
    ]);
  });
});
