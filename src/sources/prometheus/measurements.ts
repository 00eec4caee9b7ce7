import type { Judged } from '../../inputs/checks/entry.js';
import type { Settings } from '../../inputs/table.js';
import { type Matcher, type Selector, withMatchers } from '../../support/selector.js';
import type { Reducer } from '../series/buckets.js';

/** A selector, and where it was given: for messages. */
export interface Given {
  readonly input: string;
  readonly selector: Selector;
}

/** What is read from the server. Checks with the same reading (the very same object) share its queries. */
export type Reading =
  | ({ readonly kind: 'counters'; readonly baseline?: Counters } & Counters)
  | {
      readonly kind: 'histogram';
      readonly buckets: Given;
      readonly baseline?: Given;
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
  readonly total: Given;
  readonly errors: Given;
}

/** One check, wherever its description stood. */
export interface CheckDescription extends Judged {
  readonly reading: Reading;
}

export type PresetId = NonNullable<Settings['prometheus-preset']>;

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

export interface PresetSelectors {
  readonly total: Selector;
  readonly errors: Selector;
  readonly latency: Selector;
}

/** The selectors of a preset for the series with these labels. */
export function presetSelectors(id: PresetId, labels: readonly Matcher[]): PresetSelectors {
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
