import { raceSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import type { Finding } from '../../contract/result.js';
import { formatDuration } from '../../support/text.js';
import { printSelector } from '../../support/selector.js';
import { withRetries } from '../../support/http/api.js';
import type { ApiProblem } from '../../support/http/problem.js';
import type { Plan } from '../source.js';
import type { Client } from './client.js';
import { counterNames, counterParts, readScrape, scrapeQuery } from './scrape.js';
import type { CheckDescription, NamedSelector, Measurement } from './measurements.js';
import { doubtsOfCounters, doubtsOfFailures, valuesInPlace } from './doubts.js';
import { absenceOf, estimateTraffic } from './existence.js';
import { findLayout, type Histogram } from './latency.js';
import { oneNumber, type ValueMeasurement } from './counting.js';

interface Context {
  readonly client: Client;
  readonly signal: AbortSignal;
  readonly checks: readonly CheckDescription[];
  readonly plan: Plan;
}

/**
 * Proves that every query parses, answers, and gives what can be judged. What concerns the server, and what concerns a
 * measurement that several checks share, is reported once.
 */
export function createPreflight(
  descriptions: readonly CheckDescription[],
  plan: Context['plan'],
  deps: { readonly client: Client; readonly clock: Clock },
): (id: string, signal: AbortSignal) => Promise<readonly Finding[]> {
  const client = retrying(deps.client, deps.clock);
  const [first] = descriptions;
  let reached: Promise<ApiProblem | undefined> | undefined;

  return async (id, signal) => {
    const own = descriptions.find((description) => description.id === id);
    if (own === undefined || first === undefined) return [];
    reached ??= reach(client, signal);
    const failure = await raceSignal(reached, signal);
    if (failure !== undefined)
      return id === first.id ? [finding(id, client.names.url, client, failure)] : [];
    const checks = descriptions.filter(({ measurement }) => measurement === own.measurement);
    if (checks[0] !== own) return [];
    const findings = await preflightMeasurement(own, { client, signal, checks, plan });
    return [...findings, ...annotationsOf(id, client)];
  };
}

/** Any query will do to see whether queries are answered. */
async function reach(client: Client, signal: AbortSignal): Promise<ApiProblem | undefined> {
  const answer = await client.query('vector(1)', signal);
  return answer.ok ? undefined : answer.problem;
}

function preflightMeasurement(
  own: CheckDescription,
  context: Context,
): Promise<readonly Finding[]> {
  const { measurement, limit } = own;
  switch (measurement.kind) {
    case 'counters':
      return preflightCounters(own.id, measurement, context);
    case 'histogram':
      return preflightHistogram(
        own.id,
        measurement,
        limit.metric === 'latency' ? limit.maxMs : undefined,
        context,
      );
    case 'value':
      return preflightValue(own.id, measurement, context);
  }
}

async function preflightCounters(
  id: string,
  measurement: Extract<Measurement, { kind: 'counters' }>,
  context: Context,
): Promise<readonly Finding[]> {
  const { client, signal } = context;
  const canaryAndBaseline = [
    measurement,
    ...(measurement.baseline === undefined ? [] : [measurement.baseline]),
  ];
  const inputs = [
    ...new Set(canaryAndBaseline.flatMap(({ total, errors }) => [total.input, errors.input])),
  ].join(', ');
  const parts = counterParts(measurement);
  const answer = await client.query(scrapeQuery(parts), signal);
  if (!answer.ok) return [finding(id, inputs, client, answer.problem)];
  const read = readScrape(answer.value, parts);
  if (!read.ok)
    return [
      {
        level: 'error',
        subject: id,
        message: `${inputs}: ${read.problem.message}`,
        fix: 'name raw counters, which only grow',
      },
    ];
  const points = [...read.value.targets.values()].flatMap((target) => target.points);
  const found = new Set(points.map(({ part }) => part));
  const findings: Finding[] = [];
  for (const [index, { total, errors }] of canaryAndBaseline.entries()) {
    const names =
      index === 0
        ? [counterNames.total, counterNames.errors]
        : [counterNames.baselineTotal, counterNames.baselineErrors];
    const [totalName = '', errorsName = ''] = names;
    if (!found.has(totalName))
      findings.push(
        ...(await explainAbsence(id, total, { isKnown: true, isThere: true }, context)),
      );
    if (found.has(errorsName)) continue;
    // Without errors there are no series of errors, and often not even the metric.
    const expected = { isKnown: errors.selector.name === total.selector.name, isThere: false };
    const absence = await explainAbsence(id, errors, expected, context);
    findings.push(
      ...(absence.length > 0
        ? absence
        : await doubtsOfFailures(id, errors, total.selector, context)),
    );
  }
  const selectors = canaryAndBaseline.flatMap(({ total, errors }) => [total, errors]);
  findings.push(...(await doubtsOfCounters(id, selectors, context)));
  if (found.has(counterNames.total))
    findings.push(...(await estimateTraffic(measurement.total.selector, context)));
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
  given: NamedSelector,
  expected: Expectation,
  { client, signal }: Pick<Context, 'client' | 'signal'>,
): Promise<readonly Finding[]> {
  const absence = await absenceOf(given.selector, client, signal);
  const nothing = `${given.input}: no series matches ${printSelector(given.selector)}`;
  switch (absence.kind) {
    case 'failed':
      return [finding(id, given.input, client, absence.problem)];
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
    case 'no-such-value': {
      if (!expected.isThere) return [];
      const values = await valuesInPlace(given.selector, { client, signal });
      return [
        {
          level: 'warning',
          subject: id,
          message: `${nothing} yet: ${values ?? 'the metric and its labels are there'}`,
          ...(values === undefined
            ? {}
            : { fix: 'correct the value, unless only the new version brings it' }),
        },
      ];
    }
  }
}

async function preflightHistogram(
  id: string,
  histogram: Histogram,
  maxMs: number | undefined,
  context: Context,
): Promise<readonly Finding[]> {
  const { client, signal } = context;
  const { input } = histogram.buckets;
  const layout = await findLayout(histogram, maxMs, client, signal);
  switch (layout.kind) {
    case 'failed':
      return [finding(id, input, client, layout.problem)];
    case 'empty':
      return explainAbsence(id, histogram.buckets, { isKnown: true, isThere: true }, context);
    case 'unusable':
      return [
        {
          level: 'error',
          subject: id,
          message: `${input}: ${layout.problem.message}${maxMs === undefined ? '' : ` (${formatDuration(maxMs)})`}`,
          ...(layout.problem.fix === undefined ? {} : { fix: layout.problem.fix }),
        },
      ];
    case 'buckets': {
      const sides = [histogram.buckets, ...(histogram.baseline ? [histogram.baseline] : [])];
      const doubts = await doubtsOfCounters(id, sides, context);
      if (maxMs === undefined || 'borders' in layout.buckets) return doubts;
      const { above, below } = layout.buckets;
      if (above.borderMs === below.borderMs) return doubts;
      return [
        ...doubts,
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
  measurement: ValueMeasurement,
  { client, signal }: Context,
): Promise<readonly Finding[]> {
  const answer = await client.query(measurement.query, signal);
  if (!answer.ok) return [finding(id, measurement.input, client, answer.problem)];
  const number = oneNumber(answer.value, measurement.reducer);
  if (number.ok) return [];
  const { message, fix } = number.problem;
  return [
    fix === undefined
      ? { level: 'warning', subject: id, message: `${measurement.input}: ${message} now` }
      : { level: 'error', subject: id, message: `${measurement.input}: ${message}`, fix },
  ];
}

/** What the server calls odd about a query. It answers all the same. */
export function annotationsOf(id: string, client: Client): readonly Finding[] {
  return client.takeAnnotations().map((text) => ({
    level: 'notice',
    subject: id,
    message: `${client.name} says of a query: ${text}`,
  }));
}

function finding(id: string, input: string, { name }: Client, failure: ApiProblem): Finding {
  return {
    level: 'error',
    subject: id,
    message: `${input}: ${name}: ${failure.message}`,
    ...(failure.fix === undefined ? {} : { fix: failure.fix }),
  };
}

function retrying(client: Client, clock: Clock): Client {
  return {
    ...client,
    query: (promql, signal) => withRetries(() => client.query(promql, signal), { clock, signal }),
  };
}
