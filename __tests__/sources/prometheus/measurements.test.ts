import { describe, expect, it } from '@jest/globals';
import { createChecks } from '../../../src/sources/registry.js';
import type { Check } from '../../../src/contract/check.js';
import { printSelector } from '../../../src/support/selector.js';
import { StandInTransport } from '../../support/stand-in-transport.js';
import { describeAll } from '../../support/prometheus-server.js';
import { resolveWith } from '../../support/resolve-inputs.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const clock = new VirtualClock();

async function checksOf(flags: Readonly<Record<string, string>>): Promise<readonly Check[]> {
  const { settings, checks, problems } = resolveWith({ flags });
  expect(problems).toEqual([]);
  return createChecks({
    settings,
    entries: checks,
    clock,
    http: () => new StandInTransport(clock),
    exec: () => Promise.reject(new Error('nothing is run')),
    env: {},
    redact: (text) => text,
    random: () => 0.5,
    leastRate: 0,
    commandEnv: {},
    platform: process.platform,
    logLines: 0,
  });
}

const counters = {
  'prometheus-url': 'https://u:p@prom.test/x?tenant=1',
  'prometheus-total': 'a_total',
  'prometheus-errors': 'b_total',
};

describe('the Prometheus checks of the inputs', () => {
  it.each<[string, Readonly<Record<string, string>>, readonly (readonly [string, string])[]]>([
    [
      'counters',
      counters,
      [
        ['success-rate', 'prometheus'],
        ['errors-per-minute', 'prometheus'],
      ],
    ],
    [
      'counters and a URL, which is the health check then',
      { ...counters, url: 'http://shop.test' },
      [
        ['health', 'http'],
        ['success-rate', 'prometheus'],
        ['errors-per-minute', 'prometheus'],
      ],
    ],
    [
      'latency of probes where the counters tell none',
      { ...counters, url: 'http://shop.test', 'max-latency': 'p95 < 1s' },
      [
        ['health', 'http'],
        ['latency', 'http'],
        ['success-rate', 'prometheus'],
        ['errors-per-minute', 'prometheus'],
      ],
    ],
    [
      'a histogram and a URL',
      {
        'prometheus-url': 'http://prom.test',
        'prometheus-latency': 'd_bucket',
        'max-latency': 'p95 < 1s',
        url: 'http://shop.test',
        'health-url': 'off',
      },
      [
        ['success-rate', 'http'],
        ['errors-per-minute', 'http'],
        ['latency', 'prometheus'],
      ],
    ],
    [
      'a preset',
      {
        'prometheus-url': 'http://prom.test',
        'prometheus-preset': 'istio',
        'prometheus-selector': 'app="shop"',
        'max-latency': 'p95 < 1s',
        'max-errors-per-minute': 'off',
      },
      [
        ['success-rate', 'prometheus'],
        ['latency', 'prometheus'],
      ],
    ],
    [
      'a value',
      { 'prometheus-url': 'http://prom.test', 'prometheus-value': 'q', 'max-value': '5' },
      [['value', 'prometheus']],
    ],
    ['no Prometheus input', { 'health-url': 'http://shop.test' }, [['health', 'http']]],
  ])('%s', async (_, flags, expected) => {
    const checks = await checksOf(flags);
    expect(checks.map(({ id, source }) => [id, source])).toEqual(expected);
  });

  it('count real traffic unscaled, and show no secret', async () => {
    const [rate, perMinute] = await checksOf(counters);
    expect(perMinute).toMatchObject({
      kind: 'rate',
      limit: { metric: 'errors-per-minute', max: 10, scaledTo: null },
      realTraffic: true,
    });
    expect(rate?.subject).toBe('a_total on https://***@prom.test/x?tenant=***');
  });
});

describe('presets', () => {
  const selectors = (preset: string, labels: string): Readonly<Record<string, string>> => {
    const resolution = resolveWith({
      flags: {
        'prometheus-url': 'http://prom.test',
        'prometheus-preset': preset,
        'prometheus-selector': labels,
        'max-latency': 'p99 < 1s',
      },
    });
    return Object.fromEntries(
      describeAll(resolution).flatMap(({ measurement }) => {
        if (measurement.kind === 'counters')
          return [
            ['total', printSelector(measurement.total.selector)],
            ['errors', printSelector(measurement.errors.selector)],
          ];
        return measurement.kind === 'histogram'
          ? [
              ['latency', printSelector(measurement.buckets.selector)],
              ['bucketMs', String(measurement.bucketMs)],
            ]
          : [];
      }),
    );
  };

  it.each([
    [
      'istio',
      'destination_workload="shop"',
      {
        total: 'istio_requests_total{reporter="destination",destination_workload="shop"}',
        errors:
          'istio_requests_total{reporter="destination",destination_workload="shop",response_code=~"5.."}',
        latency:
          'istio_request_duration_milliseconds_bucket{reporter="destination",destination_workload="shop"}',
        bucketMs: '1',
      },
    ],
    [
      'istio',
      '{reporter="waypoint"}',
      {
        total: 'istio_requests_total{reporter="waypoint"}',
        errors: 'istio_requests_total{reporter="waypoint",response_code=~"5.."}',
        latency: 'istio_request_duration_milliseconds_bucket{reporter="waypoint"}',
        bucketMs: '1',
      },
    ],
    [
      'nginx-ingress',
      'ingress="shop", canary!=""',
      {
        total: 'nginx_ingress_controller_requests{ingress="shop",canary!=""}',
        errors: 'nginx_ingress_controller_requests{ingress="shop",canary!="",status=~"5.."}',
        latency:
          'nginx_ingress_controller_request_duration_seconds_bucket{ingress="shop",canary!=""}',
        bucketMs: '1000',
      },
    ],
    [
      'spring',
      'application="shop"',
      {
        total: 'http_server_requests_seconds_count{uri!~"/actuator.*",application="shop"}',
        errors:
          'http_server_requests_seconds_count{uri!~"/actuator.*",application="shop",status=~"5.."}',
        latency: 'http_server_requests_seconds_bucket{uri!~"/actuator.*",application="shop"}',
        bucketMs: '1000',
      },
    ],
  ])('%s for %s', (preset, labels, expected) => {
    expect(selectors(preset, labels)).toEqual(expected);
  });
});
