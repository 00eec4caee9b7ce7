import type { EntryOf, Judged } from '../../inputs/checks/entry.js';
import type { CheckDependencies } from '../dependencies.js';
import type { MetricCheck } from '../../contract/check.js';
import { createPrometheusChecks } from './checks.js';
import { createClient, type Server } from './client.js';
import {
  bucketMsOf,
  type CheckDescription,
  type Counters,
  type Given,
  presetSelectors,
  type Reading,
} from './measurements.js';

type PrometheusEntry = EntryOf<'prometheus'>;

/** The checks of the `prometheus` source. Entries that ask the same server share the way to it. */
export function setUpPrometheusChecks(
  entries: readonly PrometheusEntry[],
  dependencies: CheckDependencies,
): readonly MetricCheck[] {
  const { settings, clock, http, redact } = dependencies;
  const plan = { duration: settings.duration, minRequests: settings['min-requests'] };
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

/** The checks of an entry, with what each of them is read by. */
export function describe(entry: PrometheusEntry): readonly CheckDescription[] {
  const counters = countersOf(entry);
  const histogram = histogramOf(entry);
  const value = valueOf(entry);
  return entry.judged.flatMap((judged): CheckDescription[] => {
    const reading = { counts: counters, latency: histogram, value }[readBy(judged)];
    return reading === undefined ? [] : [{ ...judged, reading }];
  });
}

function readBy({ limit }: Judged): 'counts' | 'latency' | 'value' {
  switch (limit.metric) {
    case 'success-rate':
    case 'errors-per-minute':
      return 'counts';
    case 'relative':
      return limit.of ?? 'counts';
    case 'latency':
    case 'value':
      return limit.metric;
  }
}

type Options = PrometheusEntry['options'];
type Name = (option: keyof Options) => string;

function countersOf({ options, baseline, nameOf }: PrometheusEntry): Reading | undefined {
  const counters = countersBy(options, nameOf);
  if (counters === undefined) return undefined;
  const beside =
    baseline === undefined
      ? undefined
      : countersBy(baseline, (option) => nameOf(option, 'baseline'));
  return { kind: 'counters', ...counters, ...(beside === undefined ? {} : { baseline: beside }) };
}

function countersBy(
  { total, errors, preset, selector }: Options,
  nameOf: Name,
): Counters | undefined {
  if (preset !== undefined) {
    const selectors = presetSelectors(preset, selector?.matchers ?? []);
    const input = nameOf('preset');
    return {
      total: { input, selector: selectors.total },
      errors: { input, selector: selectors.errors },
    };
  }
  if (total === undefined || errors === undefined) return undefined;
  return {
    total: { input: nameOf('total'), selector: total },
    errors: { input: nameOf('errors'), selector: errors },
  };
}

function histogramOf({ options, baseline, nameOf }: PrometheusEntry): Reading | undefined {
  const buckets = bucketsBy(options, nameOf);
  if (buckets === undefined) return undefined;
  const beside =
    baseline === undefined
      ? undefined
      : bucketsBy(baseline, (option) => nameOf(option, 'baseline'));
  return {
    kind: 'histogram',
    buckets,
    // By the very same selector: the baseline says nothing of latency.
    ...(beside === undefined || beside.selector === buckets.selector ? {} : { baseline: beside }),
    bucketMs: bucketMsOf(buckets.selector),
  };
}

function bucketsBy({ latency, preset, selector }: Options, nameOf: Name): Given | undefined {
  if (latency !== undefined) return { input: nameOf('latency'), selector: latency };
  if (preset === undefined) return undefined;
  return {
    input: nameOf('preset'),
    selector: presetSelectors(preset, selector?.matchers ?? []).latency,
  };
}

function valueOf({ options, nameOf }: PrometheusEntry): Reading | undefined {
  const { value, reducer } = options;
  return value === undefined
    ? undefined
    : {
        kind: 'value',
        input: nameOf('value'),
        query: value,
        ...(reducer === undefined ? {} : { reducer }),
      };
}
