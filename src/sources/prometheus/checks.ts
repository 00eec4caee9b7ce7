import type { BaselineCounts, MetricCheck, Observation, Slower } from '../../contract/check.js';
import type { Clock } from '../../support/clock.js';
import { printSelector, type Selector } from '../../support/selector.js';
import { oneLine } from '../../support/text.js';
import { createNoticed } from '../series/noticed.js';
import { sharedPoller, toCheck, type SharedPoller } from '../series/poller.js';
import type { Plan, SourceDependencies } from '../source.js';
import { createClient, type Client, type Server } from './client.js';
import { createCountingProbe, createValueProbe } from './counting.js';
import type { Round } from './growth.js';
import { createLatencyParts, latencyParts, ofBaseline, withinPart } from './latency.js';
import {
  describe,
  type CheckDescription,
  type Measurement,
  type NamedSelector,
  type PrometheusEntry,
} from './measurements.js';
import { annotationsOf, createPreflight } from './preflight.js';
import { counterNames, counterParts, createJournal } from './scrape.js';

/** The checks of all entries. Those that ask the same server share the way to it. */
export function checksOfEntries(
  entries: readonly PrometheusEntry[],
  { plan, clock, http, redact }: SourceDependencies,
): readonly MetricCheck[] {
  const servers = new Map<string, { server: Server; descriptions: CheckDescription[] }>();
  for (const entry of entries) {
    const server = serverOf(entry);
    const key = JSON.stringify(server);
    const known = servers.get(key) ?? { server, descriptions: [] };
    known.descriptions.push(...describe(entry));
    servers.set(key, known);
  }
  return [...servers.values()].flatMap(({ server, descriptions }) => {
    const client = createClient(server, { http: http(), clock, redact });
    return createPrometheusChecks(descriptions, plan, { client, clock });
  });
}

function serverOf({ options, nameOf }: PrometheusEntry): Server {
  return {
    url: options.url,
    token: options.token,
    headers: options.headers ?? {},
    parameters: options.parameters ?? {},
    timeoutMs: options.timeout,
    names: {
      url: nameOf('url'),
      token: nameOf('token'),
      headers: nameOf('headers'),
      timeout: nameOf('timeout'),
    },
  };
}

/** One check for each description. They are used for one watch. */
export function createPrometheusChecks(
  descriptions: readonly CheckDescription[],
  plan: Plan,
  deps: { readonly client: Client; readonly clock: Clock },
): readonly MetricCheck[] {
  const pollers = new Map<Measurement, SharedPoller>();
  const preflight = createPreflight(descriptions, plan, deps);
  return descriptions.map((description) => {
    const { measurement, ...check } = description;
    const poller = pollers.get(measurement) ?? pollerOf(description, deps);
    pollers.set(measurement, poller);
    return toCheck(
      {
        ...check,
        source: 'prometheus',
        subject: `${inWords(measurement)} on ${deps.client.name}`,
        preflight: (signal) => preflight(check.id, signal),
        findings: () => annotationsOf(check.id, deps.client),
      },
      poller,
    );
  });
}

function inWords(measurement: Measurement): string {
  switch (measurement.kind) {
    case 'counters':
      return canaryAndBaseline(measurement.total, measurement.baseline?.total);
    case 'histogram':
      return canaryAndBaseline(measurement.buckets, measurement.baseline);
    case 'value':
      return oneLine(measurement.query, 120);
  }
}

function canaryAndBaseline(
  { selector }: NamedSelector,
  baseline: NamedSelector | undefined,
): string {
  return baseline === undefined
    ? printSelector(selector)
    : `${printSelector(selector)} against ${printSelector(baseline.selector)}`;
}

function pollerOf(
  { measurement, limit, before }: CheckDescription,
  { client, clock }: { readonly client: Client; readonly clock: Clock },
): SharedPoller {
  const journal = createJournal();
  const noticed = createNoticed();
  const deps = { client, clock, journal, noticed };
  switch (measurement.kind) {
    case 'counters': {
      const probe = createCountingProbe(
        () => Promise.resolve(counterParts(measurement)),
        (round) => countsOf(round, measurement.total.selector),
        deps,
      );
      return sharedPoller(probe, { ...deps, compares: true });
    }
    case 'histogram': {
      const { selector } = measurement.buckets;
      const maxMs = limit.metric === 'latency' ? limit.maxMs : undefined;
      const set = before?.effect === 'over' ? before.set : undefined;
      const setMs = set?.metric === 'latency' ? set.maxMs : undefined;
      const parts = createLatencyParts(measurement, { maxMs, setMs }, deps);
      const probe = createCountingProbe(
        (signal) => parts.partsOf(signal),
        (round) =>
          maxMs === undefined
            ? slowerOf(round, selector, parts.borders())
            : slowOf(round, selector, setMs !== undefined),
        deps,
      );
      return sharedPoller(probe, { ...deps, compares: true });
    }
    case 'value':
      return sharedPoller(createValueProbe(measurement, deps), { ...deps, compares: false });
  }
}

/** Where exporters write the status of an answer. */
const STATUS_LABELS = [
  'code',
  'status',
  'status_code',
  'response_code',
  'http_response_status_code',
] as const;

/** Requests and failures of a round. */
function countsOf(round: Round, own: Selector): Observation {
  const kinds: Record<string, number> = {};
  for (const { part, labels, count } of round.series) {
    const label = STATUS_LABELS.find((name) => labels[name] !== undefined);
    if (part !== counterNames.errors || label === undefined) continue;
    const kind = `status ${labels[label] ?? ''}`;
    kinds[kind] = (kinds[kind] ?? 0) + count;
  }
  const { counts } = round;
  return observed(
    round,
    own,
    { ...canaryOrBaseline(counts, counterNames.total, counterNames.errors), kinds },
    canaryOrBaseline(counts, counterNames.baselineTotal, counterNames.baselineErrors),
  );
}

/** Requests of a round, and how many of them were slower than a limit. */
function slowOf(round: Round, own: Selector, countsAsSet: boolean): Observation {
  const slowerThan = (border: string, nameOf: (part: string) => string): BaselineCounts => {
    const samples = round.counts[nameOf(latencyParts.all)] ?? 0;
    const within = round.counts[nameOf(border)] ?? 0;
    return { samples, failures: Math.min(samples, Math.max(0, samples - within)) };
  };
  const itself = (part: string): string => part;
  return observed(
    round,
    own,
    {
      ...slowerThan(latencyParts.above, itself),
      possibleFailures: slowerThan(latencyParts.below, itself).failures,
      ...(countsAsSet && {
        failuresAsSet: slowerThan(latencyParts.asSet, itself).failures,
      }),
    },
    slowerThan(latencyParts.above, ofBaseline),
  );
}

/** Requests of a round, and how many of them were slower than each border, in milliseconds. */
function slowerOf(round: Round, own: Selector, borders: readonly number[]): Observation {
  const countsOfSide = (nameOf: (part: string) => string): BaselineCounts => {
    const samples = round.counts[nameOf(latencyParts.all)] ?? 0;
    const slower: Slower = Object.fromEntries(
      borders.map((border) => {
        const within = round.counts[nameOf(withinPart(border))] ?? 0;
        return [String(border), Math.min(samples, Math.max(0, samples - within))];
      }),
    );
    return { samples, failures: 0, slower };
  };
  return observed(
    round,
    own,
    countsOfSide((part) => part),
    countsOfSide(ofBaseline),
  );
}

/** A scrape is not atomic: it can hold a failure whose request is not counted yet. */
function canaryOrBaseline(counts: Round['counts'], total: string, errors: string): BaselineCounts {
  const samples = counts[total] ?? 0;
  return { samples, failures: Math.min(counts[errors] ?? 0, samples) };
}

/** Canary and baseline as one observation; without a canary it is none, and what is known of the baseline goes along. */
function observed(
  { seconds, cadence, hasBaseline, troubles }: Round,
  own: Selector,
  counts: BaselineCounts & {
    possibleFailures?: number;
    failuresAsSet?: number;
    kinds?: Readonly<Record<string, number>>;
  },
  baselineCounts: BaselineCounts,
): Observation {
  const baseline = hasBaseline ? { baseline: baselineCounts } : {};
  return seconds === undefined
    ? {
        kind: 'none',
        why: 'no-data',
        detail: troubles[0] ?? `no series with a new sample matches ${printSelector(own)}`,
        ...baseline,
      }
    : { kind: 'counts', ...counts, seconds, cadence: cadence * 1000, ...baseline };
}
