import type { CheckEntry, CheckSpec } from '../../contract/check.js';
import type { ValuesOf } from '../../support/options.js';
import { type Matcher, type Selector, withMatchers } from '../../support/selector.js';
import type { Reducer } from '../series/adapter.js';
import type { prometheusSource } from './options.js';

/** A selector, and where it was given: for messages. */
export interface NamedSelector {
  readonly input: string;
  readonly selector: Selector;
}

/** What is asked of the server. Checks with the same measurement (the very same object) share its queries. */
export type Measurement =
  | ({ readonly kind: 'counters'; readonly baseline?: Counters } & Counters)
  | {
      readonly kind: 'histogram';
      readonly buckets: NamedSelector;
      readonly baseline?: NamedSelector;
      /** What a `le` of 1 is, in milliseconds. */
      readonly bucketMs: number;
    }
  /** `reducer`: without one a query must give one series. */
  | {
      readonly kind: 'value';
      readonly input: string;
      readonly query: string;
      readonly reducer?: Reducer;
    };

export interface Counters {
  readonly total: NamedSelector;
  readonly errors: NamedSelector;
}

/** One check, wherever its description stood. */
export interface CheckDescription extends CheckSpec {
  readonly measurement: Measurement;
}

type PrometheusOptions = ValuesOf<typeof prometheusSource.options>;
export type PrometheusEntry = CheckEntry<PrometheusOptions>;

type PresetId = NonNullable<PrometheusOptions['preset']>;

interface Preset {
  readonly counter: string;
  readonly histogram: string;
  /** Where nothing else is said of the same label. */
  readonly usual: readonly Matcher[];
  readonly failed: Matcher;
}

const presets: Readonly<Record<PresetId, Preset>> = {
  // https://istio.io/latest/docs/reference/config/metrics: both proxies of a request report it; the one of the callee is told
  // by `reporter`, and durations are in milliseconds.
  istio: {
    counter: 'istio_requests_total',
    histogram: 'istio_request_duration_milliseconds_bucket',
    usual: [{ label: 'reporter', operator: '=', literal: '"destination"' }],
    failed: { label: 'response_code', operator: '=~', literal: '"5.."' },
  },
  // kubernetes/ingress-nginx, internal/ingress/metric/collectors/socket.go. With --report-status-classes the status is `5xx`.
  'nginx-ingress': {
    counter: 'nginx_ingress_controller_requests',
    histogram: 'nginx_ingress_controller_request_duration_seconds_bucket',
    usual: [],
    failed: { label: 'status', operator: '=~', literal: '"5.."' },
  },
  // Spring Boot Actuator with Micrometer: the timer `http.server.requests`. Its own endpoints are counted too, and are asked
  // more often than a new version is by its users.
  spring: {
    counter: 'http_server_requests_seconds_count',
    histogram: 'http_server_requests_seconds_bucket',
    usual: [{ label: 'uri', operator: '!~', literal: '"/actuator.*"' }],
    failed: { label: 'status', operator: '=~', literal: '"5.."' },
  },
};

interface PresetSelectors {
  readonly total: Selector;
  readonly errors: Selector;
  readonly latency: Selector;
}

/** The selectors of a preset for the series with these labels. */
function presetSelectors(id: PresetId, labels: readonly Matcher[]): PresetSelectors {
  const { counter, histogram, usual, failed } = presets[id];
  const own = usual.filter((matcher) => !labels.some(({ label }) => label === matcher.label));
  const total = withMatchers({ name: counter, matchers: own }, labels);
  return {
    total,
    errors: withMatchers(total, [failed]),
    latency: { ...total, name: histogram },
  };
}

/** What a `le` of 1 is, in milliseconds: seconds by convention, unless the name of the metric tells another unit. */
export function bucketMsOf({ name = '' }: Selector): number {
  if (/_(milliseconds|millis|ms)(_|$)/.test(name)) return 1;
  return /_(microseconds|micros|us)(_|$)/.test(name) ? 0.001 : 1000;
}

/** The checks of an entry, with what each of them measures. */
export function describe(entry: PrometheusEntry): readonly CheckDescription[] {
  const counters = countersOf(entry);
  const histogram = histogramOf(entry);
  const value = valueOf(entry);
  return entry.checks.flatMap((check): CheckDescription[] => {
    const measurement = { counts: counters, latency: histogram, value }[measuredBy(check)];
    return measurement === undefined ? [] : [{ ...check, measurement }];
  });
}

function measuredBy({ limit }: CheckSpec): 'counts' | 'latency' | 'value' {
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

type Name = (option: keyof PrometheusOptions) => string;

function countersOf({ options, baseline, nameOf }: PrometheusEntry): Measurement | undefined {
  const counters = countersBy(options, nameOf);
  if (counters === undefined) return undefined;
  const other =
    baseline === undefined
      ? undefined
      : countersBy(baseline, (option) => nameOf(option, 'baseline'));
  return { kind: 'counters', ...counters, ...(other === undefined ? {} : { baseline: other }) };
}

function countersBy(
  { total, errors, preset, selector }: PrometheusOptions,
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

function histogramOf({ options, baseline, nameOf }: PrometheusEntry): Measurement | undefined {
  const buckets = bucketsBy(options, nameOf);
  if (buckets === undefined) return undefined;
  const other =
    baseline === undefined
      ? undefined
      : bucketsBy(baseline, (option) => nameOf(option, 'baseline'));
  return {
    kind: 'histogram',
    buckets,
    // By the very same selector: the baseline says nothing of latency.
    ...(other === undefined || other.selector === buckets.selector ? {} : { baseline: other }),
    bucketMs: bucketMsOf(buckets.selector),
  };
}

function bucketsBy(
  { latency, preset, selector }: PrometheusOptions,
  nameOf: Name,
): NamedSelector | undefined {
  if (latency !== undefined) return { input: nameOf('latency'), selector: latency };
  if (preset === undefined) return undefined;
  return {
    input: nameOf('preset'),
    selector: presetSelectors(preset, selector?.matchers ?? []).latency,
  };
}

function valueOf({ options, nameOf }: PrometheusEntry): Measurement | undefined {
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
