import { describe, expect, it } from '@jest/globals';
import { resolveWith } from '../../support/resolve-inputs.js';

function resolved(
  lines: readonly string[],
  env: Readonly<Record<string, string>> = {},
  flags: Readonly<Record<string, string>> = {},
) {
  const entry = ['checks:', '  - source: alerts', ...lines.map((line) => `    ${line}`)];
  return resolveWith({ files: { 'rollgate.yml': entry.join('\n') }, env, flags });
}

describe('a check of alerts', () => {
  it.each([
    [['provider: prometheus', 'names: A', 'url: http://p.test']],
    [['provider: alertmanager', 'selector: service="shop"', 'url: http://a.test/x']],
    [['provider: cloudwatch', 'names: [A, B*]', 'region: eu-central-1']],
    [['provider: datadog', 'names: A']],
  ])('%j', (lines) => {
    const { problems, checks } = resolved(lines);
    expect(problems).toEqual([]);
    expect(checks).toMatchObject([
      {
        checks: [],
        health: {
          id: 'alerts-firing',
          limit: { metric: 'health', failures: 1, successes: 1 },
          onProviderError: 'inconclusive',
        },
        options: { every: 15_000, recovery: 300_000 },
      },
    ]);
  });

  it('has the server of the inputs, with their token', () => {
    const { problems, checks } = resolved(
      ['provider: grafana', 'names: A'],
      { ROLLGATE_ALERTS_TOKEN: 'glsa_secret' },
      { 'alerts-url': 'https://grafana.test' },
    );
    expect(problems).toEqual([]);
    expect(checks[0]?.options).toMatchObject({ url: 'https://grafana.test', token: 'glsa_secret' });
  });

  it.each([
    [['provider: prometheus', 'url: http://p.test'], /nothing says which alerts are meant/],
    [['provider: grafana', 'names: A'], /`url`: is missing/],
    [['provider: cloudwatch', 'names: A'], /`region`: is missing/],
    [['names: A', 'url: http://p.test'], /`provider`: is missing/],
    [['provider: pagerduty', 'names: A'], /`provider`: /],
    [
      ['provider: datadog', 'names: A', 'url: http://d.test'],
      /`url`: it is not an address of datadog/,
    ],
    [
      ['provider: grafana', 'names: A', 'url: http://g.test', 'endpoint: http://e.test'],
      /`endpoint`: it is not an address of grafana/,
    ],
    [
      ['provider: alertmanager', 'selector: service=~"("', 'url: http://a.test'],
      /`selector`: "\(" is not a regular expression/,
    ],
    [['provider: datadog', 'names: A', 'max: 3'], /`max` has no meaning/],
    [['provider: datadog', 'names: A', 'on-no-data: ignore'], /`on-no-data` has no meaning/],
  ])('%j is refused', (lines, message) => {
    expect(resolved(lines).problems.map((one) => one.message)).toEqual([
      expect.stringMatching(message),
    ]);
  });

  it('sends no secret from outside to an address of the file', () => {
    const keys = { AWS_ACCESS_KEY_ID: 'AKID', AWS_SECRET_ACCESS_KEY: 's3cret-s3cret' };
    const lines = ['provider: cloudwatch', 'names: A', 'region: eu-central-1'];
    expect(resolved(lines, keys).problems).toEqual([]);
    const leaking = resolved([...lines, 'endpoint: http://evil.test'], keys).problems;
    expect(leaking.map((one) => one.message).join()).toContain('would be sent there');
  });
});
