import type { InputId, Settings } from '../table.js';
import type { CheckEntry, Judged } from './entry.js';
import { httpSource } from './http.js';
import { inheritedLimits, namedLimits, type LimitValues, type NamedLimit } from './limits.js';
import type { OptionTable } from './option.js';
import { prometheusSource } from './prometheus.js';
import { kindOf, type Kind, type Reading } from './source.js';

/** The inputs that describe a target, and whether the user set them. */
export interface Flat {
  readonly settings: Settings;
  readonly isGiven: (id: InputId) => boolean;
}

/**
 * The checks on traffic that the inputs describe, as if they stood in `checks`. What the metric source gives is not probed
 * any more.
 */
export function flatEntries(flat: Flat): readonly CheckEntry[] {
  const metrics = metricsReading(flat.settings);
  return [...ofHttp(flat, metrics), ...ofPrometheus(flat, metrics)];
}

/** What the inputs ask of the prometheus source. */
function metricsReading(settings: Settings): Reading {
  if (settings['prometheus-url'] === undefined) return {};
  const preset = settings['prometheus-preset'] !== undefined;
  const counters =
    settings['prometheus-total'] !== undefined && settings['prometheus-errors'] !== undefined;
  return {
    ...((preset || counters) && { counts: 'named' }),
    ...((preset || settings['prometheus-latency'] !== undefined) && { latency: 'named' }),
    ...(settings['prometheus-value'] !== undefined && { value: 'named' }),
  };
}

function ofHttp(flat: Flat, metrics: Reading): readonly CheckEntry[] {
  const { settings } = flat;
  const urls = settings.url ?? [];
  const baselines = settings['baseline-url'];
  const reading: Reading = without({ counts: 'named', latency: 'named' }, metrics);
  return urls.flatMap((url, index) => {
    const suffix = urls.length === 1 ? '' : `-${String(index + 1)}`;
    const options = { ...valuesOf(httpSource.options, settings), url };
    const beside = baselines?.[index];
    const judged = judgedBy(flat, {
      limits: inheritedLimits({}, reading, settings),
      compared: beside === undefined ? {} : reading,
      scaledTo: httpSource.scaledTo,
      idOf: (name) => `${name}${suffix}`,
    });
    return entryOf('http', httpSource.options, {
      options,
      baseline: beside === undefined ? undefined : { ...options, url: beside },
      judged,
    });
  });
}

function ofPrometheus(flat: Flat, reading: Reading): readonly CheckEntry[] {
  const { settings } = flat;
  const options = valuesOf(prometheusSource.options, settings);
  const below = Object.fromEntries(
    (
      [
        ['total', 'prometheus-baseline-total'],
        ['errors', 'prometheus-baseline-errors'],
        ['selector', 'prometheus-baseline-selector'],
      ] as const
    ).flatMap(([name, id]) => (settings[id] === undefined ? [] : [[name, settings[id]]])),
  );
  const compared = comparedMetrics(settings, reading);
  const { 'max-value': max, 'min-value': min } = settings;
  const judged = judgedBy(flat, {
    limits: {
      ...inheritedLimits({}, reading, settings),
      ...(reading.value !== undefined && { max, min }),
    },
    compared,
    scaledTo: prometheusSource.scaledTo,
    idOf: (name) => {
      if (name !== 'max' && name !== 'min') return name;
      return max === undefined || min === undefined ? 'value' : `value-${name}`;
    },
  });
  return entryOf('prometheus', prometheusSource.options, {
    options,
    baseline: compared.counts === undefined ? undefined : { ...options, ...below },
    judged,
  });
}

/** What of it the inputs name a baseline for. */
function comparedMetrics(settings: Settings, reading: Reading): Reading {
  if (settings['prometheus-preset'] !== undefined)
    return settings['prometheus-baseline-selector'] === undefined
      ? {}
      : {
          counts: 'named',
          ...(settings['prometheus-latency'] === undefined && { latency: 'named' }),
        };
  const isComplete =
    reading.counts !== undefined &&
    settings['prometheus-baseline-total'] !== undefined &&
    settings['prometheus-baseline-errors'] !== undefined;
  return isComplete ? { counts: 'named' } : {};
}

/** By the inputs that mean the same as the options of a check. */
function valuesOf(options: OptionTable, settings: Settings): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(options).map(([name, { input }]) => [
      name,
      input === undefined ? undefined : settings[input],
    ]),
  );
}

function without(reading: Reading, others: Reading): Reading {
  return Object.fromEntries(
    Object.entries(reading).filter(([kind]) => others[kind as Kind] === undefined),
  );
}

/** With a baseline, and with no limit of the user's own on failures, the failures are compared and nothing else. */
function judgedBy(
  { settings, isGiven }: Flat,
  by: {
    readonly limits: LimitValues;
    /** What there is a baseline for. */
    readonly compared: Reading;
    readonly scaledTo: number | null;
    readonly idOf: (name: string) => string;
  },
): readonly Judged[] {
  const margin = settings['baseline-margin'];
  const isLimited = (['min-success-rate', 'max-errors-per-minute'] as const).some(
    (id) => isGiven(id) && settings[id] !== 'off',
  );
  const onlyCompared = by.compared.counts !== undefined && !isLimited;
  const limits = namedLimits(
    onlyCompared
      ? { ...by.limits, 'min-success-rate': 'off', 'max-errors-per-minute': 'off' }
      : by.limits,
    by,
  );
  const comparison: readonly NamedLimit[] = onlyCompared
    ? [{ name: 'relative', limit: { metric: 'relative', margin } }]
    : [];
  return [...comparison, ...limits].map(({ name, limit }) => ({
    id: by.idOf(name),
    limit,
    ...(limit.metric !== 'relative' &&
      by.compared[kindOf(limit.metric)] !== undefined && { baseline: { margin } }),
  }));
}

function entryOf(
  source: CheckEntry['source'],
  table: OptionTable,
  rest: Readonly<Record<'options' | 'baseline', Readonly<Record<string, unknown>> | undefined>> &
    Pick<CheckEntry, 'judged'>,
): readonly CheckEntry[] {
  if (rest.judged.length === 0) return [];
  const nameOf = (option: string, of?: 'baseline'): string => {
    if (of === undefined) return table[option]?.input ?? option;
    return source === 'http' ? `baseline-${option}` : `${source}-baseline-${option}`;
  };
  return [{ source, id: source, where: undefined, ...rest, nameOf } as CheckEntry];
}
