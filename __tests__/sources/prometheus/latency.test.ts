import { expect, it } from '@jest/globals';
import type {
  CheckDescription,
  Measurement,
} from '../../../src/sources/prometheus/measurements.js';
import type { Observation } from '../../../src/contract/check.js';
import { type PrometheusScene, withPrometheus } from '../../support/prometheus-scene.js';
import { json, scrapeAnswer, vector } from '../../support/stand-in-prometheus.js';

let server: PrometheusScene['server'];
let clock: PrometheusScene['clock'];
let create: PrometheusScene['create'];
let driven: PrometheusScene['driven'];
withPrometheus((scene) => {
  ({ server, clock, create, driven } = scene);
});

const histogram: Measurement = {
  kind: 'histogram',
  bucketMs: 1000,
  buckets: { input: 'x', selector: { name: 'd_bucket', matchers: [] } },
};
const compared: Measurement = {
  ...histogram,
  baseline: { input: 'y', selector: { name: 'e_bucket', matchers: [] } },
};

/** Histograms of two pods, each with 10 requests a second; `known`: from when on there are any, milliseconds. */
function histograms(known: number): void {
  server.behave = (response, query) => {
    const at = Math.floor(clock.monotonic() / 1000);
    if (clock.monotonic() < known) json(vector([]))(response, query);
    else if (query.startsWith('count by'))
      json(vector(['0.1', '0.5', '1', '+Inf'].map((le) => ({ metric: { le }, value: [1, '2'] }))))(
        response,
        query,
      );
    else {
      const series = ['a', 'b'].flatMap((pod) => {
        const labels = { job: 'shop', instance: pod };
        return [
          { part: 'requests', labels: { ...labels, le: '+Inf' }, value: 10 * at, at },
          { part: 'within-above', labels: { ...labels, le: '1' }, value: 9 * at, at },
          { part: 'within-below', labels: { ...labels, le: '0.5' }, value: 7 * at, at },
        ];
      });
      json(scrapeAnswer(series, at))(response, query);
    }
  };
}

async function observe(
  windows: number,
  check: CheckDescription = {
    id: 'latency',
    limit: { metric: 'latency', percentile: 95, maxMs: 800 },
    measurement: histogram,
  },
): Promise<Observation[]> {
  const [made] = create([check]);
  const { signal } = new AbortController();
  made!.start(0);
  const observations: Observation[] = [];
  for (let n = 0; n < windows; n += 1) {
    const window = { from: n * 10_000, to: (n + 1) * 10_000 };
    await driven(clock.sleep(window.to - clock.monotonic()));
    observations.push(await driven(made!.observe(window, signal)));
  }
  void made!.stop();
  return observations;
}

it('latency from buckets: counts the surely slow requests, and the possibly slow ones', async () => {
  histograms(0);
  expect(await observe(2)).toMatchObject([
    { kind: 'counts', samples: 200, failures: 20, possibleFailures: 60, seconds: 10 },
    { kind: 'counts', samples: 200, failures: 20, possibleFailures: 60, seconds: 10 },
  ]);
  expect(server.queries[0]).toBe('count by (le) (d_bucket)');
  expect(server.queries[1]).toMatch(
    /^label_replace\(d_bucket\{le="\+Inf"\}, "rollgate_part", "requests", "", ""\) or label_replace\(d_bucket\{le="1"\}.* or label_replace\(d_bucket\{le="0\.5"\}/,
  );
  // Once it is known which buckets there are, nobody asks again.
  expect(server.queries.filter((query) => query.startsWith('count by'))).toHaveLength(1);
});

it('a histogram that does not exist yet: no data, then counts', async () => {
  histograms(15_000);
  expect(await observe(4)).toMatchObject([
    { kind: 'none', why: 'no-data', detail: 'no series matches d_bucket' },
    { kind: 'none', why: 'unchanged' },
    { kind: 'counts', samples: 200 },
    { kind: 'counts', samples: 200 },
  ]);
});

/** The same of one pod of each version: of the canary 9 of 10 requests are within 1 s, of the baseline all. */
function twoHistograms(): void {
  server.behave = (response, query) => {
    const at = Math.floor(clock.monotonic() / 1000);
    if (query.startsWith('count by'))
      json(vector(['0.1', '1', '+Inf'].map((le) => ({ metric: { le }, value: [1, '2'] }))))(
        response,
        query,
      );
    else {
      const series = (
        [
          ['requests', 10, 20],
          ['within-above', 9, 20],
          ['within-below', 5, 10],
          ['within-100', 5, 10],
          ['within-1000', 9, 20],
        ] as const
      ).flatMap(([part, canary, baseline]) => [
        { part, labels: { job: 'shop', instance: 'v2' }, value: canary * at, at },
        {
          part: `baseline-${part}`,
          labels: { job: 'shop', instance: 'v1' },
          value: baseline * at,
          at,
        },
      ]);
      const queried = series.filter(({ part }) => query.includes(`"${part}"`));
      json(scrapeAnswer(queried, at))(response, query);
    }
  };
}

it('a limit with a baseline: counts the slow requests of both', async () => {
  twoHistograms();
  const [first] = await observe(1, {
    id: 'latency',
    limit: { metric: 'latency', percentile: 95, maxMs: 800 },
    baseline: { margin: 1 },
    measurement: compared,
  });
  expect(first).toMatchObject({
    kind: 'counts',
    samples: 100,
    failures: 10,
    possibleFailures: 50,
    baseline: { samples: 200, failures: 0 },
  });
  // Only borders that both have are of use.
  expect(server.queries[0]).toBe('count by (le) (d_bucket or e_bucket)');
});

it('compared latency: counts the slow requests of both at every border', async () => {
  twoHistograms();
  const [first] = await observe(1, {
    id: 'latency',
    limit: { metric: 'relative', margin: 1, of: 'latency' },
    measurement: compared,
  });
  expect(first).toMatchObject({
    kind: 'counts',
    samples: 100,
    failures: 0,
    slower: { 100: 50, 1000: 10 },
    baseline: { samples: 200, failures: 0, slower: { 100: 100, 1000: 0 } },
  });
});
