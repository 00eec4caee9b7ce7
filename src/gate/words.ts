import { formatDuration, formatNumber, formatShare } from '../support/text.js';
import { valueOf } from './accumulator.js';
import type {
  BaselineCounts,
  EvaluatedCheck,
  Limit,
  MetricLimit,
  Totals,
} from '../contract/check.js';

/** A check that says yes or no, as far as it must be named. */
export type NamedHealth = Pick<EvaluatedCheck, 'id' | 'source'>;

/** Checks that say yes or no of one thing, by their source. All others tell whether the whole is up. */
export const particular: Readonly<
  Record<string, { readonly name: string; readonly look: string } | undefined>
> = {
  command: { name: 'the test', look: 'run' },
  alerts: { name: 'the alerts', look: 'look' },
};

/** `the health check`, `the test smoke` */
export function healthName({ id, source }: NamedHealth): string {
  const kind = particular[source];
  if (kind === undefined) return 'the health check';
  // That of the inputs has no other name.
  return id === 'test' ? 'the test' : `${kind.name} ${id}`;
}

/** A limit in words: `≥ 95 %`. */
export function limitInWords(limit: Limit): string {
  switch (limit.metric) {
    case 'health':
      return `fewer than ${String(limit.failures)} failed checks in a row`;
    case 'success-rate':
      return `≥ ${formatNumber(limit.minPercent, 4)} %`;
    case 'errors-per-minute':
      return `≤ ${formatNumber(limit.max, 4)} per minute`;
    case 'latency':
      return `p${formatNumber(limit.percentile, 4)} ≤ ${formatDuration(limit.maxMs)}`;
    case 'value':
      return 'max' in limit ? `≤ ${formatNumber(limit.max, 6)}` : `≥ ${formatNumber(limit.min, 6)}`;
    case 'relative': {
      const isOfLatency = limit.of === 'latency';
      if (limit.margin === 1)
        return isOfLatency ? 'no slower than the baseline' : 'no worse than the baseline';
      return `≤ ${formatNumber(limit.margin, 4)} × the baseline's ${isOfLatency ? 'slow requests' : 'failures'}`;
    }
  }
}

/** The measured value in words, for a `relative` limit with the baseline's beside it; empty without data. */
export function valueInWords(
  limit: MetricLimit,
  totals: Readonly<Totals>,
  baseline?: Readonly<BaselineCounts>,
): string {
  const value = valueOf(limit, totals);
  if (value === null) return '';
  switch (limit.metric) {
    case 'success-rate':
      return formatShare(value);
    case 'errors-per-minute':
      return `${formatNumber(value)} per minute`;
    case 'latency':
      return `${formatShare(value)} within ${formatDuration(limit.maxMs)}`;
    case 'value':
      return formatNumber(value, 6);
    case 'relative': {
      const { borderMs } = totals;
      const within = borderMs === undefined ? '' : ` within ${formatDuration(borderMs)}`;
      return `${formatShare(value)}${within} (baseline ${baseline === undefined ? 'unknown' : goodShare(baseline)})`;
    }
  }
}

function goodShare({ samples, failures }: Readonly<BaselineCounts>): string {
  return samples === 0 ? 'without requests' : formatShare((samples - failures) / samples);
}
