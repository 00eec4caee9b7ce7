import type { Clock } from '../../support/clock.js';
import { HttpError, type Http, type HttpRequest, type HttpResponse } from '../../support/http.js';
import { fields, isTooDeep, listOf } from '../../support/json.js';
import { isTransientStatus, retryAfterMs, retryRead } from '../../support/retry.js';

/** The server as it was during a watch in the past, for the checks of the `prometheus` source. */
export interface History {
  /** Answers instant queries as the server would have answered them in the moment that has come. Asks for nothing else. */
  readonly http: Http;
  /** Its time is that of the past, and passes by {@link moveTo} alone. */
  readonly clock: Clock;
  /** Resolves when every query that was begun has had its answer, and whoever asked has done what follows from it. */
  readonly moveTo: (moment: number) => Promise<void>;
  /** Whether the server has anything at all of that time; `undefined`: it does not tell. */
  hasAnything(): Promise<boolean | undefined>;
}

interface HistoryOptions {
  readonly http: Http;
  /** The present: for waits. */
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly random: () => number;
  /** When the watch would have begun, milliseconds since the epoch. */
  readonly began: number;
  /** When the checks are probed, milliseconds since then, in order. */
  readonly moments: readonly number[];
}

/**
 * A range query evaluates its expression at each step as an instant query would at that time, with the same look-back and
 * staleness (https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness). With a step for each probe of the watch
 * one query gives what all its probes would have found. Raw samples (`metric[5m]`) would not tell which of them a probe found, nor
 * what an expression gave.
 */
export function createHistory(options: HistoryOptions): History {
  const { clock, began, moments } = options;
  const known = new Map<string, Promise<Answered>>();
  let moment = moments[0] ?? 0;
  const open = new Set<Promise<Answered>>();
  let last: HttpRequest | undefined;
  let unreachable: Promise<Answered> | undefined;

  async function ask(request: HttpRequest): Promise<Answered> {
    const { method, url, headers, body } = request;
    // Past the end of the watch, where it waits for what is late.
    const isLate = moment > (moments.at(-1) ?? Infinity);
    const key = JSON.stringify([method, url, headers, String(body), ...(isLate ? [moment] : [])]);
    const range = isLate ? { ...options, moments: [moment] } : options;
    const asking = known.get(key) ?? unreachable ?? askRanges(request, range);
    known.set(key, asking);
    const answered = await asking;
    // A server that failed, retries included, is not asked again.
    if ('failed' in answered) unreachable ??= asking;
    return answered;
  }

  return {
    http: {
      async request(request) {
        last = request;
        const asking = ask(request);
        open.add(asking);
        const answered = await asking;
        open.delete(asking);
        if ('failed' in answered) throw answered.failed;
        if ('refused' in answered) return answered.refused;
        return answerAt(answered, moment, began);
      },
      close: () => undefined,
    },
    clock: {
      now: () => began + moment,
      monotonic: () => moment,
      countStalls: () => () => 0,
      // What is asked about the past is limited by the clock of those who ask.
      after: () => () => undefined,
      sleep: () => Promise.reject(new Error('nobody waits in the past')),
    },
    async moveTo(next) {
      moment = next;
      for (;;) {
        // A turn of the event loop: whoever had an answer does what follows from it, and may ask for more.
        await clock.sleep(0, options.signal);
        if (open.size === 0) return;
        await Promise.allSettled(open);
      }
    },
    async hasAnything() {
      if (last === undefined) return undefined;
      // Every scrape writes it, whatever it finds (https://prometheus.io/docs/concepts/jobs_instances/).
      const answered = await ask(withForm(last, { query: 'count(up)' }));
      return 'ranges' in answered
        ? answered.ranges.some(({ series }) => series.length > 0)
        : undefined;
    },
  };
}

/** Moments with the same time between them. */
interface Run {
  readonly first: number;
  readonly step: number;
  readonly count: number;
}

interface Range extends Run {
  readonly series: readonly unknown[];
  /** What the server says of its answer: it holds for each of the moments. */
  readonly remarks: Readonly<Record<string, unknown>>;
}

/** What the server had to say about one query. */
type Answered =
  | { readonly ranges: readonly Range[]; readonly like: HttpResponse }
  | { readonly refused: HttpResponse }
  | { readonly failed: unknown };

/** Prometheus gives 11,000 points of a series at the most (web/api/v1/api.go, `query_range`). */
const MAX_POINTS = 11_000;

/** The moments of a watch as few runs: its warm-up and its end may be no multiples of its interval. */
export function runsOf(moments: readonly number[]): readonly Run[] {
  const runs: Run[] = [];
  for (const moment of moments) {
    const run = runs.at(-1);
    const step = run === undefined ? 0 : run.count === 1 ? moment - run.first : run.step;
    if (run?.first === moment) continue;
    if (run !== undefined && moment === run.first + run.count * step && run.count < MAX_POINTS)
      runs.splice(-1, 1, { first: run.first, step, count: run.count + 1 });
    else runs.push({ first: moment, step: 1000, count: 1 });
  }
  return runs;
}

async function askRanges(request: HttpRequest, options: HistoryOptions): Promise<Answered> {
  const ranges: Range[] = [];
  let like: HttpResponse | undefined;
  try {
    for (const run of runsOf(options.moments)) {
      const response = await withRetries(asRange(request, run, options), options);
      const range = matrixOf(response);
      if (range === undefined) return { refused: response };
      ranges.push({ ...run, ...range });
      like = response;
    }
  } catch (error) {
    options.signal.throwIfAborted();
    return { failed: error };
  }
  return like === undefined ? { failed: new Error('there is no moment') } : { ranges, like };
}

function asRange(request: HttpRequest, run: Run, { began, signal }: HistoryOptions): HttpRequest {
  const seconds = (ms: number): string => String(ms / 1000);
  const url = new URL(request.url);
  url.pathname = url.pathname.replace(/\/query$/, '/query_range');
  const ranged = withForm(
    { ...request, url: url.href },
    {
      start: seconds(began + run.first),
      end: seconds(began + run.first + (run.count - 1) * run.step),
      step: seconds(run.step),
    },
  );
  return { ...ranged, signal };
}

/** The parameters of the query: in the body, or in the address when it is asked with GET. */
function withForm(request: HttpRequest, parameters: Readonly<Record<string, string>>): HttpRequest {
  const { body } = request;
  const url = new URL(request.url);
  const form = typeof body === 'string' ? new URLSearchParams(body) : url.searchParams;
  for (const [name, value] of Object.entries(parameters)) form.set(name, value);
  return typeof body === 'string'
    ? { ...request, body: form.toString() }
    : { ...request, url: url.href };
}

/** How often a stumbling server is asked: there is time, and a row would be missing. */
const ATTEMPTS = 3;
const LONGEST_WAIT_MS = 30_000;

/** The answer, whatever its status, once it does not speak of the moment only. */
async function withRetries(request: HttpRequest, options: HistoryOptions): Promise<HttpResponse> {
  const { http, clock, signal, random } = options;
  const outcome = await retryRead(
    async (): Promise<{ readonly response: HttpResponse } | { readonly error: unknown }> => {
      try {
        return { response: await http.request(request) };
      } catch (error) {
        return { error };
      }
    },
    {
      clock,
      signal,
      random,
      budgetMs: Number.POSITIVE_INFINITY,
      attempts: ATTEMPTS,
      failureIn: (found) =>
        'error' in found
          ? { transient: found.error instanceof HttpError && found.error.kind !== 'too-large' }
          : failureOf(found.response, clock),
    },
  );
  if ('error' in outcome) throw outcome.error;
  return outcome.response;
}

function failureOf({ status, headers }: HttpResponse, clock: Clock): object | undefined {
  if (!isTransientStatus(status)) return undefined;
  const wait = retryAfterMs((name) => headers[name], clock.now());
  return { transient: wait === undefined || wait <= LONGEST_WAIT_MS, retryAfterMs: wait };
}

function matrixOf({ status, body }: HttpResponse): Pick<Range, 'series' | 'remarks'> | undefined {
  if (status < 200 || status > 299) return undefined;
  try {
    const document: unknown = JSON.parse(body.toString('utf8'));
    if (isTooDeep(document)) return undefined;
    const { data, ...remarks } = fields(document);
    const { resultType, result } = fields(data);
    return resultType === 'matrix' ? { series: listOf(result), remarks } : undefined;
  } catch {
    return undefined;
  }
}

/** The answer to an instant query: of each series the point of this moment. */
function answerAt(
  { ranges, like }: Extract<Answered, { ranges: unknown }>,
  moment: number,
  began: number,
): HttpResponse {
  const range = ranges.findLast(({ first }) => first <= moment);
  const at = (began + moment) / 1000;
  const result = (range?.series ?? []).flatMap((item): readonly object[] => {
    const { metric, values, histograms } = fields(item);
    const value = pointAt(listOf(values), at, range);
    if (value !== undefined) return [{ metric, value }];
    const histogram = pointAt(listOf(histograms), at, range);
    return histogram === undefined ? [] : [{ metric, histogram }];
  });
  const data = { resultType: 'vector', result };
  const answer = { ...range?.remarks, status: 'success', data };
  return { ...like, body: Buffer.from(JSON.stringify(answer)) };
}

/**
 * Some servers move the points to multiples of the step, so that answers can be cached (Thanos and, where it is set so, Mimir
 * in their query frontend; VictoriaMetrics from 50 points on): then it is the one that stands for this step.
 */
function pointAt(points: readonly unknown[], at: number, range: Run | undefined): unknown {
  const step = (range?.step ?? 0) / 1000;
  return points.findLast((point) => {
    const [time] = listOf(point);
    return typeof time === 'number' && time <= at + 0.001 && time > at - step + 0.001;
  });
}
