import { scrapeAnswer, vector, type ServedSeries } from './stand-in-prometheus.js';

/** One process that was scraped; times in seconds. */
export interface Scraped {
  readonly instance: string;
  readonly every: number;
  /** When the scrapes are, within their period. */
  readonly phase: number;
  readonly from: number;
  readonly to: number;
  /** Requests since the process began. */
  readonly total: (at: number) => number;
  readonly errors: (at: number) => number;
  /** When the process that answered this scrape began. */
  readonly startedAt: (at: number) => number;
  /** Of a histogram: the share of the requests that took at most each border, by its `le`. */
  readonly within?: Readonly<Record<string, number>>;
}

/** A part of the query for a histogram. */
const BUCKET_PART =
  /label_replace\(\w+_bucket\{[^}]*le="([^"]+)"[^}]*\}, "rollgate_part", "([^"]+)"/g;

/** What a server knows of the past. Evaluates the one query of the counters, and `queue`, at any time, as Prometheus does. */
export class MetricsHistory {
  constructor(
    private readonly processes: readonly Scraped[],
    /** What is older is not kept. */
    private readonly keptFrom = -Infinity,
  ) {}

  /** The body of the answer to an instant query. */
  at(query: string, at: number): string {
    if (at < this.keptFrom) return vector([]);
    if (query === 'count(up)') return vector([{ metric: {}, value: [at, '1'] }]);
    if (query.includes('queue'))
      return vector([{ metric: {}, value: [at, String(3 + (Math.floor(at / 10) % 3))] }]);
    if (query.startsWith('count by (le)')) return this.borders(at);
    const series: ServedSeries[] = [];
    const started: { labels: Readonly<Record<string, string>>; at: number }[] = [];
    for (const { each, scrape } of this.scrapedAt(at)) {
      const labels = { job: 'shop', instance: each.instance };
      started.push({ labels, at: each.startedAt(scrape) });
      if (query.includes('_bucket')) {
        for (const [, le = '', part = ''] of query.matchAll(BUCKET_PART))
          series.push({
            part,
            labels: { ...labels, le },
            value: Math.floor(each.total(scrape) * (each.within?.[le] ?? 0)),
            at: scrape,
          });
        continue;
      }
      const errors = each.errors(scrape);
      series.push({ part: 'total', labels, value: each.total(scrape), at: scrape });
      if (errors > 0)
        series.push({
          part: 'errors',
          labels: { ...labels, code: '503' },
          value: errors,
          at: scrape,
        });
    }
    return scrapeAnswer(series, at, started);
  }

  /** The last scrape of each process. */
  private scrapedAt(at: number): readonly { readonly each: Scraped; readonly scrape: number }[] {
    return this.processes.flatMap((each) => {
      const { every, phase, from, to } = each;
      const scrape = Math.floor((at - phase) / every) * every + phase;
      // The first scrape without it makes its series stale.
      return scrape < from || scrape >= to || scrape < this.keptFrom ? [] : [{ each, scrape }];
    });
  }

  /** How many histograms have each border. */
  private borders(at: number): string {
    const counts = new Map<string, number>();
    for (const { each } of this.scrapedAt(at))
      for (const le of Object.keys(each.within ?? {})) counts.set(le, (counts.get(le) ?? 0) + 1);
    return vector(
      [...counts].map(([le, count]) => ({ metric: { le }, value: [at, String(count)] })),
    );
  }

  /** The body of the answer to a range query: the instant query at each step. */
  range(query: string, start: number, end: number, step: number): string {
    const series = new Map<string, { metric: unknown; values: unknown[] }>();
    for (let n = 0; start + n * step <= end + 1e-6; n += 1) {
      // Milliseconds, as the server counts.
      const at = Math.round((start + n * step) * 1000) / 1000;
      const { data } = JSON.parse(this.at(query, at)) as {
        data: { result: { metric: unknown; value: unknown }[] };
      };
      for (const { metric, value } of data.result) {
        const key = JSON.stringify(metric);
        const one = series.get(key) ?? { metric, values: [] };
        one.values.push(value);
        series.set(key, one);
      }
    }
    return JSON.stringify({
      status: 'success',
      data: { resultType: 'matrix', result: [...series.values()] },
    });
  }

  /** Answers a request, an instant query with what is true `now`. */
  answer(url: string, body: string, now: number): string {
    const { pathname, searchParams } = new URL(url, 'http://localhost');
    const form = body === '' ? searchParams : new URLSearchParams(body);
    const query = form.get('query') ?? '';
    const number = (name: string): number => Number(form.get(name));
    return pathname.endsWith('/query_range')
      ? this.range(query, number('start'), number('end'), number('step'))
      : this.at(query, now);
  }
}

/** 10 requests a second since long ago; `failing` of them fail from `badFrom` on. */
export function process(
  over: Partial<Scraped> & { failing?: number; badFrom?: number } = {},
): Scraped {
  const { failing = 0, badFrom = -Infinity, from = -Infinity } = over;
  const began = Number.isFinite(from) ? from : 0;
  return {
    instance: 'a:80',
    every: 10,
    phase: 3.25,
    from: -Infinity,
    to: Infinity,
    total: (at) => Math.floor(10 * (at - began)),
    errors: (at) => Math.max(0, Math.floor(10 * failing * (at - Math.max(badFrom, began)))),
    startedAt: () => began,
    ...over,
  };
}
