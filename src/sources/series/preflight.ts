import type { Finding } from '../../contract/finding.js';
import { foreseeCounts, type Plan } from './estimate.js';
import { countsOf, valuesOf } from './buckets.js';
import { patiently } from './client.js';
import {
  type Access,
  type CheckDescription,
  type Given,
  partsOf,
  queriesOf,
  type Reading,
  type Series,
  type SeriesAnswer,
  type SeriesSource,
  type SeriesWorld,
  type Stretch,
} from './source.js';
import { formatDuration } from '../../support/text.js';

/** What is looked at before the watch, seconds. */
const PAST = 3600;
/** New Relic gives no more buckets than 366. */
const MOST_BUCKETS = 300;
/** A watch that sees fewer buckets tells hardly anything. */
const LEAST_BUCKETS = 3;
/** Buckets by which the traffic of the last minutes is told. */
const RECENT = 10;

interface Ways<Q, R> {
  readonly plan: Plan;
  readonly accessOf: (reading: R) => Access<Q> | undefined;
}

/**
 * Proves that every query parses, answers, and gives what can be judged. What concerns the server, and what concerns a
 * reading that several checks share, is told once.
 */
export function createSeriesPreflight<Q, R extends Reading<Q>>(
  source: SeriesSource<Q, R>,
  descriptions: readonly CheckDescription<R>[],
  { plan, accessOf }: Ways<Q, R>,
  world: SeriesWorld,
): (id: string, signal: AbortSignal) => Promise<readonly Finding[]> {
  const told = new Set<string>();

  async function preflight(
    id: string,
    reading: R,
    { vendor, buckets }: Access<Q>,
    signal: AbortSignal,
  ): Promise<readonly Finding[]> {
    const parts = partsOf(reading);
    const objections = Object.entries(parts).flatMap(([part, { input, query }]): Finding[] => {
      const odd = source.objection?.(part, query);
      return odd === undefined
        ? []
        : [{ level: 'error', subject: id, message: `${input}: ${odd.message}`, fix: odd.fix }];
    });
    if (objections.length > 0) return objections;
    const answer = await patiently(
      () => vendor.ask(queriesOf(reading), (now) => past(now, buckets.width), signal),
      world,
      signal,
    );
    if (!answer.ok) {
      const inputs = [...new Set(Object.values(parts).map(({ input }) => input))].join(', ');
      const { message, fix } = answer.failure;
      const text = `${vendor.name}: ${message}`;
      if (told.has(text)) return [];
      told.add(text);
      return [
        {
          level: 'error',
          subject: id,
          message: `${inputs}: ${text}`,
          ...(fix === undefined ? {} : { fix }),
        },
      ];
    }
    const found =
      reading.kind === 'counts'
        ? preflightCounts(id, reading, answer)
        : preflightValue(id, reading, answer);
    return [...found, ...foresee(id, reading, answer, buckets)];
  }

  function preflightCounts(
    id: string,
    { total, errors }: Extract<Reading<Q>, { kind: 'counts' }>,
    { found }: SeriesAnswer,
  ): readonly Finding[] {
    const totals = countsOf(found.total ?? []);
    const failures = countsOf(found.errors ?? []);
    if (typeof totals === 'string') return [noCount(id, total, totals)];
    if (typeof failures === 'string') return [noCount(id, errors, failures)];
    if (totals.size === 0) return [empty(id, total, found.total ?? [])];
    if (failures.size > 0) return [];
    return [
      {
        level: 'notice',
        subject: id,
        message: `${errors.input}: ${source.inWords(errors.query)} gave nothing in the last hour: that is right if nothing has failed, and it would look the same if a name were wrong`,
      },
    ];
  }

  function preflightValue(
    id: string,
    { value, reducer }: Extract<Reading<Q>, { kind: 'value' }>,
    { found }: SeriesAnswer,
  ): readonly Finding[] {
    const values = valuesOf(found.value ?? [], reducer);
    if (typeof values === 'string')
      return [{ level: 'error', subject: id, message: `${value.input}: ${values}` }];
    return values.size === 0 ? [empty(id, value, found.value ?? [])] : [];
  }

  function empty(id: string, { input, query }: Given<Q>, series: readonly Series[]): Finding {
    const words = source.inWords(query);
    return source.knowsNames && series.length === 0
      ? {
          level: 'error',
          subject: id,
          message: `${input}: there is nothing that ${words} names`,
          fix: 'correct the name, or make sure that it is sent',
        }
      : {
          level: 'warning',
          subject: id,
          message: `${input}: ${words} gave nothing in the last hour: that is right if nothing has happened yet, and it would look the same if a name were wrong`,
        };
  }

  function foresee(
    id: string,
    reading: R,
    answer: SeriesAnswer,
    { width = answer.width, delay }: Access<Q>['buckets'],
  ): readonly Finding[] {
    if (width === undefined) return [];
    const checks = descriptions.filter((each) => each.reading === reading);
    const perSecond = reading.kind === 'counts' ? rateOf(answer.found.total ?? [], width) : 0;
    return [
      ...seen(id, width, delay),
      ...(perSecond > 0 ? foreseeCounts(perSecond, checks, plan) : []),
    ];
  }

  /** The buckets that begin and are complete within the watch. */
  function seen(id: string, width: number, delay: number): readonly Finding[] {
    const count = Math.floor((plan.duration / 1000 - delay) / width) - 1;
    if (count >= LEAST_BUCKETS) return [];
    const needed = 60 * Math.ceil(((LEAST_BUCKETS + 1) * width + delay) / 60);
    return [
      {
        level: 'warning',
        subject: id,
        message: `numbers come for ${formatDuration(width * 1000)} each, and ${formatDuration(delay * 1000)} late: a watch of ${formatDuration(plan.duration)} sees ${String(Math.max(0, count))} of them`,
        fix: `set duration to at least ${formatDuration(needed * 1000)}`,
      },
    ];
  }

  return async (id, signal) => {
    const own = descriptions.find((description) => description.id === id);
    if (own === undefined) return [];
    const first = descriptions.find(({ reading }) => reading === own.reading);
    const access = accessOf(own.reading);
    if (first !== own || access === undefined) return [];
    return preflight(id, own.reading, access, signal);
  };
}

function noCount<Q>(id: string, { input }: Given<Q>, why: string): Finding {
  return {
    level: 'error',
    subject: id,
    message: `${input}: ${why}`,
    fix: 'give a query that counts: its numbers are never negative',
  };
}

/** Without a length of the buckets to the present moment: what began a minute ago is there too. */
function past(now: number, width: number | undefined): Stretch {
  if (width === undefined) return { from: Math.floor(now) - PAST, to: Math.ceil(now) };
  const to = Math.floor(now / width) * width;
  const buckets = Math.min(MOST_BUCKETS, Math.ceil(PAST / width));
  return { from: to - buckets * width, to };
}

/** Requests a second in the newest buckets that hold something. */
function rateOf(series: readonly Series[], width: number): number {
  const counts = countsOf(series);
  if (typeof counts === 'string') return 0;
  const recent = [...counts].sort(([a], [b]) => a - b).slice(-1 - RECENT, -1);
  const sum = recent.reduce((total, [, count]) => total + count, 0);
  return recent.length === 0 ? 0 : sum / (recent.length * width);
}
