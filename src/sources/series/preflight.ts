import type { CheckSpec } from '../../contract/check.js';
import type { Finding } from '../../contract/result.js';
import { withRetries } from '../../support/http/api.js';
import type { ApiProblem } from '../../support/http/problem.js';
import { formatDuration, formatNumber, plural } from '../../support/text.js';
import type { Plan, SourceDependencies } from '../source.js';
import type { Series, SeriesAnswer, SeriesSource, TimeRange } from './adapter.js';
import { countsByBucket, valuesByBucket } from './buckets.js';
import type { MetricClient } from './client.js';
import { type Measurement, namedQueries, type NamedQuery, queriesOf } from './measurement.js';
import type { Timing } from './probe.js';

/** What is read before the watch, seconds. */
const LAST_HOUR = 3600;
/** New Relic gives no more buckets than 366. */
const MOST_BUCKETS = 300;
/** A watch that sees fewer buckets tells hardly anything. */
const LEAST_BUCKETS = 3;
/** Buckets that show the traffic of the last minutes. */
const RECENT = 10;

/** One measurement, and how it is made. */
interface Subject {
  readonly measurement: Measurement;
  readonly checks: readonly CheckSpec[];
  readonly client: MetricClient;
  readonly timing: Timing;
  /** A query as it may be printed. */
  readonly inWords: (query: string) => string;
  readonly source: Pick<SeriesSource, 'knowsNames' | 'problemWith'>;
}

/**
 * Proves that every query parses, answers, and gives what can be judged.
 *
 * @param reported what has been reported of the server: once is enough
 */
export function createSeriesPreflight(
  subject: Subject,
  reported: Set<string>,
  { clock, random, plan }: Pick<SourceDependencies, 'clock' | 'random' | 'plan'>,
): (signal: AbortSignal) => Promise<readonly Finding[]> {
  const { measurement, checks, client, timing } = subject;
  const id = checks[0]?.id ?? '';
  return async (signal) => {
    const problems = queryProblems(id, subject);
    if (problems.length > 0) return problems;
    const answer = await withRetries(
      () =>
        client.ask(queriesOf(measurement), (now) => lastHour(now, timing.bucketSeconds), signal),
      { clock, random, signal },
    );
    if (!answer.ok) return withoutAnswer(id, subject, answer.problem, reported);
    return [
      ...answerProblems(id, subject, answer.value),
      ...estimates(id, subject, answer.value, plan),
    ];
  };
}

function queryProblems(id: string, { measurement, source }: Subject): readonly Finding[] {
  return Object.entries(namedQueries(measurement)).flatMap(([name, { input, query }]) => {
    const problem = source.problemWith?.(name, query);
    return problem === undefined
      ? []
      : [
          {
            level: 'error',
            subject: id,
            message: `${input}: ${problem.message}`,
            fix: problem.fix,
          },
        ];
  });
}

function withoutAnswer(
  id: string,
  { measurement, client }: Subject,
  { message, fix }: ApiProblem,
  reported: Set<string>,
): readonly Finding[] {
  const inputs = new Set(Object.values(namedQueries(measurement)).map(({ input }) => input));
  const text = `${client.name}: ${message}`;
  if (reported.has(text)) return [];
  reported.add(text);
  return [
    {
      level: 'error',
      subject: id,
      message: `${[...inputs].join(', ')}: ${text}`,
      ...(fix === undefined ? {} : { fix }),
    },
  ];
}

/** What cannot be judged. */
function answerProblems(id: string, subject: Subject, { found }: SeriesAnswer): readonly Finding[] {
  const { measurement } = subject;
  if (measurement.kind === 'value') {
    const { value, reducer } = measurement;
    const values = valuesByBucket(found.value ?? [], reducer);
    if (!values.ok)
      return [
        {
          level: 'error',
          subject: id,
          ...values.problem,
          message: `${value.input}: ${values.problem.message}`,
        },
      ];
    return values.value.size === 0 ? [empty(id, subject, value, found.value ?? [])] : [];
  }
  const { total, errors } = measurement;
  const totals = countsByBucket(found.total ?? []);
  const failures = countsByBucket(found.errors ?? []);
  if (!totals.ok) return [noCount(id, total, totals.problem.message)];
  if (!failures.ok) return [noCount(id, errors, failures.problem.message)];
  if (totals.value.size === 0) return [empty(id, subject, total, found.total ?? [])];
  if (failures.value.size > 0) return [];
  return [
    {
      level: 'notice',
      subject: id,
      message: `${errors.input}: ${subject.inWords(errors.query)} gave nothing in the last hour: that is right if nothing has failed, and it would look the same if a name were wrong`,
    },
  ];
}

function noCount(id: string, { input }: NamedQuery, why: string): Finding {
  return {
    level: 'error',
    subject: id,
    message: `${input}: ${why}`,
    fix: 'give a query that counts: its numbers are never negative',
  };
}

function empty(
  id: string,
  { inWords, source }: Subject,
  { input, query }: NamedQuery,
  series: readonly Series[],
): Finding {
  return source.knowsNames === true && series.length === 0
    ? {
        level: 'error',
        subject: id,
        message: `${input}: there is nothing that ${inWords(query)} names`,
        fix: 'correct the name, or make sure that it is sent',
      }
    : {
        level: 'warning',
        subject: id,
        message: `${input}: ${inWords(query)} gave nothing in the last hour: that is right if nothing has happened yet, and it would look the same if a name were wrong`,
      };
}

/** What can be said of the limits at the traffic of the last minutes. */
function estimates(
  id: string,
  { measurement, checks, timing }: Subject,
  { found, bucketSeconds: answered }: SeriesAnswer,
  plan: SourceDependencies['plan'],
): readonly Finding[] {
  const bucketSeconds = timing.bucketSeconds ?? answered;
  if (bucketSeconds === undefined) return [];
  const perSecond = measurement.kind === 'counts' ? rateOf(found.total ?? [], bucketSeconds) : 0;
  return [
    ...bucketsSeen(id, bucketSeconds, timing.delay, plan.duration),
    ...(perSecond > 0 ? estimateCounts(perSecond, checks, plan) : []),
  ];
}

/** The buckets that begin and are complete within the watch. */
function bucketsSeen(
  id: string,
  bucketSeconds: number,
  delay: number,
  duration: number,
): readonly Finding[] {
  const count = Math.floor((duration / 1000 - delay) / bucketSeconds) - 1;
  if (count >= LEAST_BUCKETS) return [];
  const needed = 60 * Math.ceil(((LEAST_BUCKETS + 1) * bucketSeconds + delay) / 60);
  return [
    {
      level: 'warning',
      subject: id,
      message: `numbers come for ${formatDuration(bucketSeconds * 1000)} each, and ${formatDuration(delay * 1000)} late: a watch of ${formatDuration(duration)} sees ${String(Math.max(0, count))} of them`,
      fix: `set duration to at least ${formatDuration(needed * 1000)}`,
    },
  ];
}

/** Without a length of the buckets to the present moment: what began a minute ago is there too. */
function lastHour(now: number, bucketSeconds: number | undefined): TimeRange {
  if (bucketSeconds === undefined) return { from: Math.floor(now) - LAST_HOUR, to: Math.ceil(now) };
  const to = Math.floor(now / bucketSeconds) * bucketSeconds;
  const buckets = Math.min(MOST_BUCKETS, Math.ceil(LAST_HOUR / bucketSeconds));
  return { from: to - buckets * bucketSeconds, to };
}

/** Requests a second in the newest buckets that hold something. */
function rateOf(series: readonly Series[], bucketSeconds: number): number {
  const counts = countsByBucket(series);
  if (!counts.ok) return 0;
  const recent = [...counts.value].sort(([a], [b]) => a - b).slice(-1 - RECENT, -1);
  const sum = recent.reduce((total, [, count]) => total + count, 0);
  return recent.length === 0 ? 0 : sum / (recent.length * bucketSeconds);
}

type Limited = Pick<CheckSpec, 'id' | 'limit' | 'minRequests'>;

/** How many failures a service that is just at its limit must be expected to show before a watch can tell. */
const TELLING_FAILURES = 3;

/** What can be said of limits on counts before the watch, at this much traffic. */
export function estimateCounts(
  perSecond: number,
  checks: readonly Limited[],
  plan: Plan,
): readonly Finding[] {
  const expected = Math.floor((perSecond * plan.duration) / 1000);
  const least = checks.flatMap(({ limit }) =>
    limit.metric === 'success-rate' ? [limit.minPercent] : [],
  )[0];
  return checks.flatMap(({ id, limit, minRequests = plan.minRequests }): readonly Finding[] => {
    if (limit.metric === 'errors-per-minute')
      return [meaningOf(id, limit.max, perSecond * 60, least)];
    if (limit.metric !== 'success-rate') return [];
    const telling =
      limit.minPercent >= 100
        ? 0
        : Math.ceil((100 * TELLING_FAILURES) / (100 - limit.minPercent) - 1e-9);
    const needed = Math.max(minRequests, telling);
    if (expected >= needed) return [];
    return [
      {
        level: 'warning',
        subject: id,
        message: `at the traffic of the last minutes (${formatNumber(perSecond)}/s) there will be ${plural(expected, 'request')} in ${formatDuration(plan.duration)}: ${
          needed > minRequests
            ? `this limit needs ${formatNumber(needed, 0)} to tell it from a breach`
            : `min-requests is ${formatNumber(needed, 0)}`
        }`,
        fix: 'lengthen duration, or probe the service with url',
      },
    ];
  });
}

function meaningOf(id: string, max: number, perMinute: number, least: number | undefined): Finding {
  const percent = Math.max(0, 100 - (100 * max) / perMinute);
  const compared =
    least === undefined
      ? ''
      : `: ${percent > least ? 'stricter' : percent < least ? 'looser' : 'the same'} ${percent === least ? 'as' : 'than'} min-success-rate ${formatNumber(least, 4)} %`;
  return {
    level: 'notice',
    subject: id,
    message: `at ${formatNumber(perMinute / 60)} requests/s, ${formatNumber(max)}/min is ${formatNumber(percent)} % success${compared}`,
  };
}
