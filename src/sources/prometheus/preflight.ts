import { raceSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import type { Finding } from '../../contract/finding.js';
import { formatDuration } from '../../support/text.js';
import { printSelector } from '../../support/selector.js';
import type { Failure } from '../series/answer.js';
import { patiently } from '../series/client.js';
import type { Client } from './client.js';
import { counterNames, counterParts, readScrape, scrapeQuery } from './scrape.js';
import type { CheckDescription, Given, Reading } from './measurements.js';
import { absenceOf, foreseeTraffic } from './existence.js';
import { findLayout, type Histogram } from './latency.js';
import { oneNumber, type ValueReading } from './counting.js';

interface Ways {
  readonly client: Client;
  readonly signal: AbortSignal;
  readonly checks: readonly CheckDescription[];
  readonly plan: { readonly duration: number; readonly minRequests: number };
}

/**
 * Proves that every query parses, answers, and gives what can be judged. What concerns the server, and what concerns a
 * reading that several checks share, is told once.
 */
export function createPreflight(
  descriptions: readonly CheckDescription[],
  plan: Ways['plan'],
  world: { readonly client: Client; readonly clock: Clock },
): (id: string, signal: AbortSignal) => Promise<readonly Finding[]> {
  const client = patient(world.client, world.clock);
  const [first] = descriptions;
  let reached: Promise<Failure | undefined> | undefined;

  return async (id, signal) => {
    const own = descriptions.find((description) => description.id === id);
    if (own === undefined || first === undefined) return [];
    reached ??= reach(client, signal);
    const failure = await raceSignal(reached, signal);
    if (failure !== undefined)
      return id === first.id ? [finding(id, client.names.url, client, failure)] : [];
    const checks = descriptions.filter(({ reading }) => reading === own.reading);
    if (checks[0] !== own) return [];
    return preflightReading(own, { client, signal, checks, plan });
  };
}

/** Any query will do to see whether queries are answered. */
async function reach(client: Client, signal: AbortSignal): Promise<Failure | undefined> {
  const answer = await client.query('vector(1)', signal);
  return answer.ok ? undefined : answer.failure;
}

function preflightReading(own: CheckDescription, ways: Ways): Promise<readonly Finding[]> {
  const { reading, limit } = own;
  switch (reading.kind) {
    case 'counters':
      return preflightCounters(own.id, reading, ways);
    case 'histogram':
      return preflightHistogram(
        own.id,
        reading,
        limit.metric === 'latency' ? limit.maxMs : undefined,
        ways,
      );
    case 'value':
      return preflightValue(own.id, reading, ways);
  }
}

async function preflightCounters(
  id: string,
  reading: Extract<Reading, { kind: 'counters' }>,
  ways: Ways,
): Promise<readonly Finding[]> {
  const { client, signal } = ways;
  const sides = [reading, ...(reading.baseline === undefined ? [] : [reading.baseline])];
  const inputs = [
    ...new Set(sides.flatMap(({ total, errors }) => [total.input, errors.input])),
  ].join(', ');
  const parts = counterParts(reading);
  const answer = await client.query(scrapeQuery(parts), signal);
  if (!answer.ok) return [finding(id, inputs, client, answer.failure)];
  const scrape = readScrape(answer, parts);
  if (typeof scrape === 'string')
    return [
      {
        level: 'error',
        subject: id,
        message: `${inputs}: ${scrape}`,
        fix: 'name raw counters, which only grow',
      },
    ];
  const points = [...scrape.targets.values()].flatMap((target) => target.points);
  const found = new Set(points.map(({ part }) => part));
  const findings: Finding[] = [];
  for (const [index, { total, errors }] of sides.entries()) {
    const names =
      index === 0
        ? [counterNames.total, counterNames.errors]
        : [counterNames.baselineTotal, counterNames.baselineErrors];
    const [totalName = '', errorsName = ''] = names;
    if (!found.has(totalName))
      findings.push(...(await explainAbsence(id, total, { isKnown: true, isThere: true }, ways)));
    if (found.has(errorsName)) continue;
    // Without errors there are no series of errors, and often not even the metric.
    const expected = { isKnown: errors.selector.name === total.selector.name, isThere: false };
    findings.push(...(await explainAbsence(id, errors, expected, ways)));
  }
  if (found.has(counterNames.total))
    findings.push(...(await foreseeTraffic(reading.total.selector, ways)));
  return findings;
}

/** How to take it that a selector matches nothing. */
interface Expectation {
  /** A metric that the server does not know is a mistake. */
  readonly isKnown: boolean;
  /** There should be series by now. */
  readonly isThere: boolean;
}

async function explainAbsence(
  id: string,
  given: Given,
  expected: Expectation,
  { client, signal }: Pick<Ways, 'client' | 'signal'>,
): Promise<readonly Finding[]> {
  const absence = await absenceOf(given.selector, client, signal);
  const nothing = `${given.input}: no series matches ${printSelector(given.selector)}`;
  switch (absence.kind) {
    case 'failed':
      return [finding(id, given.input, client, absence.failure)];
    case 'no-such-label':
      return [
        {
          level: 'error',
          subject: id,
          message: `${nothing}: ${absence.metric} has no label \`${absence.label}\``,
          fix: 'correct the label',
        },
      ];
    case 'no-such-metric':
      return [
        expected.isKnown
          ? {
              level: 'error',
              subject: id,
              message: `${nothing}: ${client.name} has had no ${absence.metric} in the last hour`,
              fix: 'correct the name of the metric, or make sure that it is scraped',
            }
          : {
              level: 'warning',
              subject: id,
              message: `${nothing}: that is right if nothing has failed, and it would look the same if the name were wrong`,
            },
      ];
    case 'unknown':
      return [{ level: 'warning', subject: id, message: nothing }];
    case 'no-such-value':
      return expected.isThere
        ? [
            {
              level: 'warning',
              subject: id,
              message: `${nothing} yet: the metric and its labels are there`,
            },
          ]
        : [];
  }
}

async function preflightHistogram(
  id: string,
  histogram: Histogram,
  maxMs: number | undefined,
  ways: Ways,
): Promise<readonly Finding[]> {
  const { client, signal } = ways;
  const { input } = histogram.buckets;
  const layout = await findLayout(histogram, maxMs, client, signal);
  switch (layout.kind) {
    case 'failed':
      return [finding(id, input, client, layout.failure)];
    case 'empty':
      return explainAbsence(id, histogram.buckets, { isKnown: true, isThere: true }, ways);
    case 'unusable':
      return [
        {
          level: 'error',
          subject: id,
          message: `${input}: ${layout.why.message}${maxMs === undefined ? '' : ` (${formatDuration(maxMs)})`}`,
          fix: layout.why.fix,
        },
      ];
    case 'buckets': {
      if (maxMs === undefined || 'borders' in layout.buckets) return [];
      const { above, below } = layout.buckets;
      if (above.borderMs === below.borderMs) return [];
      return [
        {
          level: 'notice',
          subject: id,
          message: `the histogram has no bucket at ${formatDuration(maxMs)}: slower than ${formatDuration(above.borderMs)} counts as too slow, and only what is within ${formatDuration(below.borderMs)} as fast enough`,
        },
      ];
    }
  }
}

async function preflightValue(
  id: string,
  reading: ValueReading,
  { client, signal }: Ways,
): Promise<readonly Finding[]> {
  const answer = await client.query(reading.query, signal);
  if (!answer.ok) return [finding(id, reading.input, client, answer.failure)];
  const value = oneNumber(answer, reading.reducer);
  if (typeof value === 'number') return [];
  const isAmbiguous = answer.samples.length > 1 && reading.reducer === undefined;
  return [
    {
      level: isAmbiguous ? 'error' : 'warning',
      subject: id,
      message: `${reading.input}: ${value}${isAmbiguous ? '' : ' now'}`,
    },
  ];
}

function finding(id: string, input: string, { name }: Client, failure: Failure): Finding {
  return {
    level: 'error',
    subject: id,
    message: `${input}: ${name}: ${failure.message}`,
    ...(failure.fix === undefined ? {} : { fix: failure.fix }),
  };
}

function patient(client: Client, clock: Clock): Client {
  const world = { clock, random: () => 0.5 };
  return {
    ...client,
    query: (promql, signal) => patiently(() => client.query(promql, signal), world, signal),
  };
}
