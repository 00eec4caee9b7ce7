import type { MetricLimit } from '../../contract/check.js';
import type { LatencyLimit } from '../../support/values/time.js';
import type { Settings } from '../table.js';
import type { CheckSource, Reading } from './source.js';
import type { OptionTable } from './option.js';

/** A limit, and what it is called: the end of the id of its check. */
export interface NamedLimit {
  readonly name: string;
  readonly limit: MetricLimit;
}

/** What limits are given as; `undefined`: not at all. */
export type LimitValues = Readonly<{
  'min-success-rate'?: number | 'off' | undefined;
  'max-errors-per-minute'?: number | 'off' | undefined;
  'max-latency'?: LatencyLimit | 'off' | undefined;
  max?: number | undefined;
  min?: number | undefined;
}>;

/** The limits that are given and not `off`. */
export function namedLimits(
  values: LimitValues,
  { scaledTo }: Pick<CheckSource<OptionTable>, 'scaledTo'>,
): readonly NamedLimit[] {
  const minPercent = values['min-success-rate'] ?? 'off';
  const maxErrors = values['max-errors-per-minute'] ?? 'off';
  const latency = values['max-latency'] ?? 'off';
  const { max, min } = values;
  const limits: NamedLimit[] = [];
  if (minPercent !== 'off')
    limits.push({ name: 'success-rate', limit: { metric: 'success-rate', minPercent } });
  if (maxErrors !== 'off')
    limits.push({
      name: 'errors-per-minute',
      limit: { metric: 'errors-per-minute', max: maxErrors, scaledTo },
    });
  if (latency !== 'off') limits.push({ name: 'latency', limit: { metric: 'latency', ...latency } });
  if (max !== undefined) limits.push({ name: 'max', limit: { metric: 'value', max } });
  if (min !== undefined) limits.push({ name: 'min', limit: { metric: 'value', min } });
  return limits;
}

/** What an entry takes that names no limit: those of the inputs, for what it reads. Without those that it switches off. */
export function inheritedLimits(
  values: LimitValues,
  reading: Reading,
  settings: Settings,
): LimitValues {
  const isOff = (option: 'min-success-rate' | 'max-errors-per-minute' | 'max-latency'): boolean =>
    values[option] === 'off';
  return {
    ...(reading.counts !== undefined && {
      'min-success-rate': isOff('min-success-rate') ? 'off' : settings['min-success-rate'],
      'max-errors-per-minute': isOff('max-errors-per-minute')
        ? 'off'
        : settings['max-errors-per-minute'],
    }),
    ...(reading.latency !== undefined && {
      'max-latency': isOff('max-latency') ? 'off' : settings['max-latency'],
    }),
  };
}
