import { describe, expect, it } from '@jest/globals';
import type { CheckDescription } from '../../../src/sources/prometheus/measurements.js';
import type { Observation } from '../../../src/contract/check.js';
import { type PrometheusScene, withPrometheus } from '../../support/prometheus-scene.js';
import { json, scrapeAnswer, vector } from '../../support/stand-in-prometheus.js';

const EPOCH_SECONDS = Date.UTC(2026, 0, 1) / 1000;
const selector = { name: 'http_requests_total', matchers: [] };
const rate: CheckDescription = {
  id: 'success-rate',
  limit: { metric: 'success-rate', minPercent: 95 },
  measurement: {
    kind: 'counters',
    total: { input: 'prometheus-total', selector },
    errors: {
      input: 'prometheus-errors',
      selector: {
        ...selector,
        matchers: [{ label: 'code', operator: '=~', literal: '"5.."' }],
      },
    },
  },
};

let server: PrometheusScene['server'];
let clock: PrometheusScene['clock'];
let create: PrometheusScene['create'];
let driven: PrometheusScene['driven'];
withPrometheus((scene) => {
  ({ server, clock, create, driven } = scene);
});

/** A pod, and when it is scraped: every so many seconds, from an offset on. */
interface Pod {
  readonly every: number;
  readonly offset: number;
  /** When it comes and goes, seconds. */
  readonly from?: number;
  readonly to?: number;
}

/** Windows of 10 s for five minutes. What was counted, how often the server was asked, and in which windows something was new. */
async function watched(
  pods: readonly Pod[],
  skew = 0,
): Promise<{ samples: number; queries: number; news: number[] }> {
  let queries = 0;
  server.behave = (response, query) => {
    queries += 1;
    const now = clock.monotonic() / 1000;
    const there = pods
      .map((pod, n) => ({ ...pod, name: `pod-${String(n)}:80` }))
      .filter(({ to = Infinity }) => now < to);
    const series = there.flatMap(({ every, offset, name, from = -Infinity }) => {
      const at = Math.floor((now - offset) / every) * every + offset;
      if (at < from) return [];
      const labels = { job: 'shop', instance: name, code: '200' };
      const value = Math.round(10 * (1000 + at));
      return [{ part: 'total', labels, value, at: EPOCH_SECONDS + skew + at }];
    });
    const body =
      series.length === 0 ? vector([]) : scrapeAnswer(series, EPOCH_SECONDS + skew + now);
    json(body)(response, query);
  };
  const [check] = create([rate]);
  const observations: Observation[] = [];
  check!.start(0);
  await driven(clock.sleep(1000));
  for (let to = 10_000; to <= 300_000; to += 10_000) {
    await driven(clock.sleep(to - clock.monotonic()));
    const window = { from: to - 10_000, to };
    observations.push(await driven(check!.observe(window, new AbortController().signal)));
  }
  void check!.stop();
  const news = observations.flatMap(({ kind }, n) => (kind === 'counts' ? [n + 1] : []));
  const samples = observations.reduce(
    (sum, one) => sum + (one.kind === 'counts' ? one.samples : 0),
    0,
  );
  return { samples, queries, news };
}

describe('between two scrapes the server is not asked', () => {
  it.each([
    ['scraped every 5 s: at every interval', [{ every: 5, offset: 2 }], 31],
    ['scraped every 30 s: as often, once that is known', [{ every: 30, offset: 4 }], 13],
    ['scraped every minute: as often, once that is known', [{ every: 60, offset: 4 }], 11],
    [
      'pods scraped one after the other: whenever one of them may be new',
      [0, 10, 20].map((offset) => ({ every: 30, offset })),
      31,
    ],
    [
      'a pod that is gone is not waited for',
      [
        { every: 30, offset: 4 },
        { every: 30, offset: 14, to: 60 },
      ],
      13,
    ],
  ])('%s', async (_, pods, expected) => {
    const { queries } = await watched(pods);
    expect(queries).toBe(expected);
  });

  // Property: it costs no sample, and no time.
  it.each(
    [5, 7, 10, 13, 15, 30, 60].flatMap((every) =>
      [0, 3, 9.5].flatMap((offset) => [0, 3600, -40].map((skew) => [every, offset % every, skew])),
    ),
  )(
    'every %i s from %d s on, a clock %i s ahead: each sample is told in its window',
    async (every = 0, offset = 0, skew = 0) => {
      const { samples, news } = await watched([{ every, offset }], skew);
      // As if it were asked at every interval, and a new sample counted from the last one that was seen.
      const seen = Array.from(
        { length: 31 },
        (_, n) => Math.floor((10 * n - offset) / every) * every + offset,
      );
      const spans = seen.flatMap((at, n) => {
        const since = seen[n - 1] ?? at;
        const isTooEarly = -since > 0.1 * (at - since);
        return at > since && !isTooEarly ? [{ window: n, samples: 10 * (at - since) }] : [];
      });
      expect(samples).toBe(Math.round(spans.reduce((sum, one) => sum + one.samples, 0)));
      expect(news).toEqual(spans.map(({ window }) => window));
    },
  );

  it('a pod that comes while the others are quiet is met at the next scrape of theirs', async () => {
    const joined = await watched([
      { every: 30, offset: 4 },
      { every: 30, offset: 12, from: 100 },
    ]);
    expect(joined.queries).toBe(19);
    expect(joined.samples).toBe(2700 + 1500);
  });
});
