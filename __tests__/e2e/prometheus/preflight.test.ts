import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Workplace, type Ended } from '../../support/bundle.js';
import { serve, type HttpTestServer } from '../../support/servers.js';
import { describeWith } from '../components.js';
import { lacking } from './components.js';
import { Prometheus } from './prometheus.js';
import { Service } from './service.js';

describeWith('preflight with a real Prometheus', lacking(), () => {
  const service = new Service();
  const place = new Workplace();
  let prometheus: Prometheus;
  let elsewhere: HttpTestServer;

  beforeAll(async () => {
    await service.start();
    service.load();
    service.failing = 0.5;
    prometheus = new Prometheus([{ name: 'shop', scrapeSeconds: 1, targets: [service.target] }], {
      'job:http_requests:rate30s': 'sum by (job, code) (rate(http_requests_total[30s]))',
    });
    await prometheus.start();
    await prometheus.has('http_requests_total{code="503"} > 0');
    // Of a younger series preflight does not say how much traffic there is.
    await prometheus.has('http_requests_total{code="200"} offset 32s');
    elsewhere = await serve((_, response) => response.writeHead(404).end('nothing here'));
  });
  afterAll(async () => {
    place.remove();
    await Promise.all([service.remove(), prometheus.remove(), elsewhere.close()]);
  });

  const ask = (flags: Readonly<Record<string, string>>): Promise<Ended> => {
    const all = {
      'prometheus-url': prometheus.url,
      'prometheus-total': 'http_requests_total{job="shop"}',
      'prometheus-errors': 'http_requests_total{job="shop",code=~"5.."}',
      rollback: 'command',
      'rollback-command': 'true',
      ...flags,
    };
    const given = Object.entries(all).filter(([, value]) => value !== '');
    return place.run(['preflight', ...given.flatMap(([id, value]) => [`--${id}`, value])]);
  };

  it('a working set-up: exit 0, with what the limit means', async () => {
    const { code, output } = await ask({
      'prometheus-latency': 'http_request_duration_seconds_bucket{job="shop"}',
      'max-latency': 'p95 < 100ms',
      'prometheus-value': 'max(up{job="shop"})',
      'max-value': '1',
    });
    expect(output).toMatch(
      /errors-per-minute: at [\d.]+ requests\/s, 10\/min is \d+(\.\d+)? % success/,
    );
    expect(output).toMatch(
      /preflight passed \(checks: success-rate, errors-per-minute, latency, value;/,
    );
    expect(code).toBe(0);
  });

  it('an address from the browser: accepted', async () => {
    expect(await ask({ 'prometheus-url': `${prometheus.url}/graph` })).toMatchObject({ code: 0 });
  });

  it('a version without requests and errors yet: no error', async () => {
    const { code, output } = await ask({
      'prometheus-total': 'http_requests_total{job="shop",instance="new"}',
      'prometheus-errors': 'http_requests_total{job="shop",instance="new",code="500"}',
    });
    expect(output).toMatch(
      /prometheus-total: no series matches .* yet: the values of `instance` are \S+/,
    );
    expect(code).toBe(0);
  });

  it.each<[string, Readonly<Record<string, string>>, RegExp]>([
    [
      'a metric that does not exist',
      { 'prometheus-total': 'http_request_total{job="shop"}' },
      /prometheus-total: no series matches http_request_total.*has had no http_request_total in the last hour → correct the name/,
    ],
    [
      'a label that does not exist',
      { 'prometheus-errors': 'http_requests_total{job="shop",status=~"5.."}' },
      /prometheus-errors: no series matches .*: http_requests_total has no label `status`/,
    ],
    [
      'a query that does not parse',
      { 'prometheus-value': 'sum((', 'max-value': '1' },
      /prometheus-value: http:\S+: it answered 400: invalid parameter "query": 1:6: parse error: unclosed left parenthesis/,
    ],
    [
      'a query that gives a range',
      { 'prometheus-value': 'up[1m]', 'max-value': '1' },
      /prometheus-value: .*the query gives a range/,
    ],
    [
      'a query that gives several series',
      { 'prometheus-value': 'http_requests_total', 'max-value': '1' },
      /prometheus-value: the query gives 2 series, and one number is needed → use sum\(\.\.\.\) or max\(\.\.\.\)/,
    ],
    [
      'a selector of several metrics with the same labels',
      { 'prometheus-total': '{__name__=~"http_request_duration_seconds_(count|sum)|up"}' },
      /prometheus-total, prometheus-errors: .*it answered 422: vector cannot contain metrics with the same labelset/,
    ],
    [
      'a recorded rate',
      {
        'prometheus-total': 'job:http_requests:rate30s{job="shop"}',
        'prometheus-errors': 'job:http_requests:rate30s{job="shop",code="503"}',
      },
      /prometheus-total, prometheus-errors: job:http_requests:rate30s is a recorded rate by its name, and no raw counter → name the raw counter/,
    ],
    [
      'a gauge that goes down on its own',
      { 'prometheus-total': 'queue_length{job="shop"}' },
      /prometheus-total: http:\S+ has queue_length as a gauge, and not as a counter, and in the last 10m its series went down \d+ % of the times that they changed/,
    ],
    [
      'errors that are all requests',
      { 'prometheus-errors': 'http_requests_total{job=`shop`}' },
      /prometheus-errors: it is the same as `total`: every request would count as failed/,
    ],
    [
      'a limit above all buckets',
      {
        'prometheus-latency': 'http_request_duration_seconds_bucket{job="shop"}',
        'max-latency': 'p95 < 2s',
      },
      /prometheus-latency: its buckets \(50ms, 100ms, 500ms, 1000ms\) have no border at or above the limit/,
    ],
  ])('%s: reported, with the reason', async (_, flags, message) => {
    const { code, output } = await ask(flags);
    expect(output).toMatch(message);
    expect(code).toBe(2);
  });

  it('a gauge that does not go down: a warning', async () => {
    const { code, output } = await ask({
      'prometheus-total': 'process_start_time_seconds{job="shop"}',
    });
    expect(output).toMatch(
      /prometheus-total: http:\S+ has process_start_time_seconds as a gauge, and not as a counter/,
    );
    expect(code).toBe(0);
  });

  it('a label value of the errors that no series ever had: a warning that names the values', async () => {
    const { code, output } = await ask({
      'prometheus-errors': 'http_requests_total{job="shop",code=~"5xx"}',
    });
    expect(output).toMatch(
      /prometheus-errors: no series ever had code=~"5xx": the values of `code` are 200, 503/,
    );
    expect(code).toBe(0);
  });

  it('a wrong path: exit 2, with the reason', async () => {
    const { code, output } = await ask({ 'prometheus-url': `${elsewhere.url}/metrics` });
    expect(output).toMatch(/prometheus-url: .*it answered 404.*in front of \/api\/v1\/query/);
    expect(code).toBe(2);
  });

  it('a server that refuses connections: named once, exit 2', async () => {
    const { code, output } = await ask({ 'prometheus-url': 'http://127.0.0.1:9' });
    expect(
      output.match(/connection refused \(ECONNREFUSED\) → check prometheus-url/g),
    ).toHaveLength(1);
    expect(code).toBe(2);
  });
});
