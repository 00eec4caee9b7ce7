import { describe, expect, it } from '@jest/globals';
import type { Resolution } from '../../../src/inputs/resolve.js';
import { resolveWith } from '../../support/resolve-inputs.js';

type Env = Readonly<Record<string, string>>;

/** Resolves one entry. */
function resolveCheck(lines: readonly string[], env: Env = {}): Resolution {
  const content = ['checks:', '  - id: a', ...lines.map((line) => `    ${line}`)].join('\n');
  return resolveWith({ env, files: { 'rollgate.yml': content } });
}

const counts = ['total: t', 'errors: e', 'min-success-rate: 95'];

const complete: Readonly<Record<string, readonly string[]>> = {
  datadog: ['source: datadog', 'site: datadoghq.eu', ...counts],
  cloudwatch: ['source: cloudwatch', 'region: eu-central-1', 'namespace: AWS/ELB', ...counts],
  newrelic: ['source: newrelic', 'account: 12345', ...counts],
  influxdb: ['source: influxdb', 'url: http://i.test:8086', 'database: telegraf', ...counts],
  graphite: ['source: graphite', 'url: http://g.test', ...counts],
  json: ['source: json', 'url: https://j.test/x', ...counts],
};

describe('entries of the metrics services', () => {
  it.each(Object.entries(complete))('%s: a complete one is valid', (_, lines) => {
    expect(resolveCheck(lines).problems).toEqual([]);
  });

  it.each(Object.entries(complete))('%s: a value in place of counts is valid', (_, lines) => {
    const without = lines.filter((line) => !counts.includes(line));
    expect(resolveCheck([...without, 'value: v', 'reducer: max', 'max: 3']).problems).toEqual([]);
  });

  it.each<[string, string, readonly string[], RegExp]>([
    ['an unknown site', 'datadog', ['site: evil.test'], /`evil.test` is not known here/],
    ['a region that is an address', 'cloudwatch', ['region: x.evil.test/'], /is not accepted/],
    ['a metric without namespace', 'cloudwatch', ['namespace:'], /`namespace` is missing/],
    ['an invalid period', 'cloudwatch', ['bucket: 20s'], /no such period/],
    ['a fraction of a second', 'influxdb', ['bucket: 1500ms'], /parts of a second/],
    ['an invalid account', 'newrelic', ['account: shop'], /is not a number|whole/],
    ['a body that is not JSON', 'json', ["body: '{a'"], /it is not JSON/],
    ['a path to another server', 'json', ['path: //evil.test/'], /is not accepted/],
    ['a secret header', 'json', ['headers: { Authorization: ApiKey abc }'], /holds a secret/],
    ['a reducer without value', 'graphite', ['reducer: sum'], /it belongs to `value`/],
    ['errors without total', 'influxdb', ['total:'], /it needs `total`/],
  ])('%s: refused', (_, source, more, message) => {
    const names = more.map((line) => line.split(':')[0]);
    const lines = complete[source]!.filter((line) => !names.includes(line.split(':')[0]));
    const { problems } = resolveCheck([...lines, ...more]);
    expect(problems.map((problem) => problem.message).join('\n')).toMatch(message);
  });
});

describe('credentials of metrics services', () => {
  it.each<[string, Env, Readonly<Record<string, string>>]>([
    [
      'datadog',
      { DD_API_KEY: 'api-1234', DD_APP_KEY: 'app-1234', DD_SITE: 'us5.datadoghq.com' },
      { 'api-key': 'api-1234', 'app-key': 'app-1234', site: 'datadoghq.eu' },
    ],
    [
      'cloudwatch',
      {
        AWS_ACCESS_KEY_ID: 'AKIA1234',
        AWS_SECRET_ACCESS_KEY: 'secret-1234',
        AWS_SESSION_TOKEN: 'session-1234',
      },
      {
        'access-key-id': 'AKIA1234',
        'secret-access-key': 'secret-1234',
        'session-token': 'session-1234',
      },
    ],
    ['newrelic', { NEW_RELIC_API_KEY: 'NRAK-1234' }, { 'api-key': 'NRAK-1234' }],
    ['newrelic', { ROLLGATE_CHECK_A_API_KEY: 'NRAK-5678' }, { 'api-key': 'NRAK-5678' }],
  ])('of %s come from the variables of its own tools, and are masked', (source, env, expected) => {
    const resolution = resolveCheck(complete[source]!, env);
    expect(resolution.problems).toEqual([]);
    expect(resolution.checks[0]!.options).toMatchObject(expected);
    const secrets = Object.values(env).filter(
      (value) => value.includes('-') && value !== env.DD_SITE,
    );
    expect(resolution.secrets).toEqual(expect.arrayContaining(secrets));
  });

  it.each([
    ['datadog', { DD_API_KEY: 'api-1234' }],
    ['cloudwatch', { AWS_SECRET_ACCESS_KEY: 'secret-1234' }],
    ['newrelic', { NEW_RELIC_API_KEY: 'NRAK-1234' }],
  ])('of %s are not sent to an address of the file', (source, env) => {
    const { problems } = resolveCheck([...complete[source]!, 'url: https://evil.test'], env);
    expect(problems.map(({ message }) => message).join('\n')).toMatch(/would be sent there/);
    const outside = { ...env, ROLLGATE_CHECK_A_URL: 'https://proxy.test' };
    expect(resolveCheck(complete[source]!, outside).problems).toEqual([]);
  });

  it.each(['influxdb', 'graphite', 'json'])(
    'of the inputs are sent to the address of the inputs, not to that of an entry: %s',
    (source) => {
      const env = {
        [`ROLLGATE_${source.toUpperCase()}_URL`]: 'https://metrics.test',
        [`ROLLGATE_${source.toUpperCase()}_TOKEN`]: 'me:secret-1234',
      };
      const inherited = resolveCheck(
        complete[source]!.filter((line) => !line.startsWith('url:')),
        env,
      );
      expect(inherited.problems).toEqual([]);
      expect(inherited.checks[0]!.options).toMatchObject({
        url: 'https://metrics.test',
        token: 'me:secret-1234',
      });
      const own = resolveCheck(complete[source]!, env);
      expect(own.problems).toEqual([]);
      expect(own.checks[0]!.options).toMatchObject({ token: undefined });
    },
  );

  it('in the file are refused, and masked', () => {
    const { problems, secrets } = resolveCheck([...complete.datadog!, 'api-key: abcdefgh']);
    expect(problems[0]!.message).toMatch(/holds a secret/);
    expect(secrets).toContain('abcdefgh');
  });
});
