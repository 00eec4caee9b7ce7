import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inputIds } from '../../src/inputs/table.js';
import type { TargetResolution } from '../../src/inputs/resolve.js';
import { resolveWith } from '../support/resolve-inputs.js';

const file = (...lines: string[]): { files: Record<string, string> } => ({
  files: { 'rollgate.yml': lines.join('\n') },
});

const messages = (resolution: ReturnType<typeof resolveWith>): string[] =>
  resolution.problems.map(({ subject, message }) => `${subject}: ${message}`);

/** Every input, its own or not, with where it comes from. */
const read = (target: TargetResolution | undefined): readonly unknown[] =>
  inputIds.map((id) => {
    const { level, name } = target?.origins[id] ?? {};
    return [id, target?.settings[id], level, name?.replace(', target eu', '')];
  });

describe('the targets of a file', () => {
  it('none: the inputs are the only target', () => {
    const resolution = resolveWith({ flags: { url: 'https://a' } });
    expect(resolution.targets.map(({ name }) => name)).toEqual(['default']);
    expect(read(resolution.targets[0])).toEqual(read(resolution));
  });

  const common = {
    duration: '4m',
    'min-success-rate': '99',
    'ci-system': 'gitlab',
    url: 'https://all.test',
    'gitlab-url': 'https://gitlab.all.test',
    headers: '{ X-All: "1" }',
  };
  const own = {
    duration: 'often',
    'min-success-rate': '98',
    'ci-system': 'gitea',
    url: 'https://own.test',
    'health-url': 'https://own.test/health',
    'gitlab-url': 'https://gitlab.own.test',
    'gitea-url': 'https://gitea.own.test',
  };
  const env = {
    CI_SERVER_URL: 'https://gitlab.env.test',
    GITEA_SERVER_URL: 'https://gitea.env.test',
    GITHUB_SERVER_URL: 'https://github.env.test',
    GITHUB_API_URL: 'https://github.env.test/api/v3',
    CIRCLE_BUILD_URL: 'https://circleci.env.test/1',
  };
  const linesOf = (all: object): readonly string[] =>
    Object.entries(all).map(([key, value]) => `${key}: ${String(value)}`);
  it.each(['local', 'gitlab', 'github', 'circleci'] as const)(
    'in %s have every input as if the file were about them alone',
    (system) => {
      fc.assert(
        fc.property(
          fc.subarray(Object.entries(common)),
          fc.subarray(Object.entries(own)),
          (a, b) => {
            const alone = resolveWith({
              ...file(...linesOf({ ...Object.fromEntries(a), ...Object.fromEntries(b) })),
              ...{ env, system },
            });
            const lines = [
              '- name: eu',
              ...linesOf(Object.fromEntries(b)).map((line) => `  ${line}`),
            ];
            const { targets } = resolveWith({
              ...file(...linesOf(Object.fromEntries(a)), 'targets:', ...lines),
              ...{ env, system },
            });
            expect(read(targets[0])).toEqual(read(alone));
          },
        ),
        { numRuns: 40 },
      );
    },
  );

  it('hold nothing for themselves but what is so for them alone', () => {
    const { targets } = resolveWith(
      file(
        'duration: 4m',
        'targets:',
        ...['a', 'b'].map((name) => `  - { name: ${name}, url: "https://${name}" }`),
      ),
    );
    expect(targets.map(({ settings }) => Object.keys(settings).length < 20)).toEqual([true, true]);
  });

  it('with the same mistake have a message each', () => {
    const { problems } = resolveWith(
      file(
        'targets:',
        ...['a', 'b'].flatMap((name) => [
          `  - name: ${name}`,
          `    url: https://${name}`,
          '    prometheus-errors: up{code="5"}',
        ]),
      ),
    );
    expect(
      problems
        .filter(({ subject }) => subject === 'prometheus-errors')
        .map(({ message }) => message.replace(/.*(?=\(target)/, '')),
    ).toEqual(['(target a)', '(target b)']);
  });

  it('have their own inputs first, and then the common ones', () => {
    const { targets, problems } = resolveWith({
      ...file(
        'duration: 4m',
        'min-success-rate: 99',
        'targets:',
        '  - name: eu',
        '    url: https://eu',
        '    duration: 1m',
        '  - name: us',
        '    url: https://us',
      ),
      flags: { duration: '3m' },
      env: { ROLLGATE_INTERVAL: '5s' },
    });
    expect(problems).toEqual([]);
    expect(
      targets.map(({ name, settings: s, origins }) => [
        name,
        s.url,
        // The health check follows the URL of the target.
        s['health-url'],
        s.duration,
        s.interval,
        s['min-success-rate'],
        origins.duration.name,
      ]),
    ).toEqual([
      ['eu', ['https://eu'], ['https://eu'], 60_000, 5000, 99, 'rollgate.yml, target eu'],
      ['us', ['https://us'], ['https://us'], 180_000, 5000, 99, '--duration'],
    ]);
  });

  it('without checks have the common checks of the file', () => {
    const check = (id: string): string =>
      `{ id: ${id}, source: http, url: "http://shop.test", max-latency: p95 < 1s }`;
    const { targets } = resolveWith(
      file(
        `checks: [${check('all')}]`,
        'targets:',
        '  - name: eu',
        '  - name: us',
        `    checks: [${check('own')}, ${check('second')}]`,
      ),
    );
    expect(targets.map(({ checks }) => checks.map(({ id }) => id))).toEqual([
      ['all'],
      ['own', 'second'],
    ]);
  });

  it('a problem of a common input is reported once, one of a target for that target', () => {
    const resolution = resolveWith(
      file(
        'interval: soon',
        'targets:',
        '  - name: eu',
        '    duration: 1s',
        '  - name: us',
        '    duration: often',
      ),
    );
    expect(messages(resolution)).toEqual([
      expect.stringMatching(/^interval: `soon`/),
      expect.stringMatching(/^duration: `often`.*rollgate\.yml, target us/),
      expect.stringMatching(/^interval: .*is longer than the watch.*\(target eu\)$/),
    ]);
  });

  it('cannot send a secret of the environment to their own address', () => {
    const resolution = resolveWith({
      ...file(
        'targets:',
        '  - name: eu',
        '    prometheus-url: https://evil.example',
        '    prometheus-value: up',
        '    max-value: 1',
        '    url: https://eu',
      ),
      env: { ROLLGATE_PROMETHEUS_TOKEN: 'hunter2' },
    });
    expect(messages(resolution)).toEqual([
      expect.stringMatching(/^prometheus-url: is in the file .*prometheus-token/),
    ]);
  });

  it('in a run for a pull request: ignored with the file', () => {
    const resolution = resolveWith({
      ...file('targets:', '  - name: eu', '    url: https://eu'),
      pullRequest: true,
    });
    expect(resolution.targets.map(({ name }) => name)).toEqual(['default']);
    expect(resolution.notices).toHaveLength(1);
  });
});

describe('the input target', () => {
  const three = file('targets:', '  - name: eu', '  - name: us', '  - name: ap');

  it('selects some, in the order of the file', () => {
    const { targets, problems } = resolveWith({ ...three, flags: { target: 'ap,eu' } });
    expect(problems).toEqual([]);
    expect(targets.map(({ name }) => name)).toEqual(['eu', 'ap']);
  });

  it('an unknown name: a problem', () => {
    const { problems } = resolveWith({ ...three, flags: { target: 'eu,uss' } });
    expect(problems).toEqual([
      {
        subject: 'target',
        message: 'there is no target `uss` (from --target)',
        fix: 'did you mean `us`?',
      },
    ]);
  });

  it('the only target is named default', () => {
    expect(resolveWith({ flags: { target: 'default' } }).problems).toEqual([]);
    expect(resolveWith({ flags: { target: 'production' } }).problems).toEqual([
      expect.objectContaining({ fix: 'name one of default' }),
    ]);
  });
});
