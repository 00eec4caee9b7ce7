import type { InputId, Settings } from '../table.js';
import type { CheckEntry, CheckSpec } from '../../contract/check.js';
import {
  measurementOf,
  type CheckSources,
  type MeasuredKinds,
  type MeasurementKind,
  type OptionTable,
} from '../../support/options.js';
import { pickBy } from '../../support/objects.js';
import { beforePlanOf, unlessGiven } from './before.js';
import { inheritedLimits, namedLimits, type LimitValues, type NamedLimit } from './limits.js';

/** The inputs that describe a target, and whether the user set them. */
export interface Flat {
  readonly settings: Settings;
  readonly isGiven: (id: InputId) => boolean;
  readonly sources: Pick<CheckSources, 'http' | 'prometheus' | 'command'>;
}

/**
 * The checks on traffic that the inputs describe, as if they stood in `checks`. What the metric source gives is not probed
 * any more.
 */
export function flatEntries(flat: Flat): readonly CheckEntry[] {
  const metrics = measuredByPrometheus(flat.settings);
  return [...ofHttp(flat, metrics), ...ofPrometheus(flat, metrics), ...ofCommand(flat)];
}

/** What the inputs ask of the prometheus source. */
function measuredByPrometheus(settings: Settings): MeasuredKinds {
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

function ofHttp(flat: Flat, metrics: MeasuredKinds): readonly CheckEntry[] {
  const { settings, sources } = flat;
  const { http } = sources;
  const urls = settings.url ?? [];
  const baselines = settings['baseline-url'];
  const measured: MeasuredKinds = without({ counts: 'named', latency: 'named' }, metrics);
  return urls.flatMap((url, index) => {
    const suffix = urls.length === 1 ? '' : `-${String(index + 1)}`;
    const options = { ...valuesOf(http.options, settings), url };
    const baseline = baselines?.[index];
    const checks = checksBy(flat, {
      limits: inheritedLimits({}, measured, settings),
      compared: baseline === undefined ? {} : measured,
      scaledTo: http.scaledTo,
      idOf: (name) => `${name}${suffix}`,
    });
    return entryOf('http', http.options, {
      options,
      baseline:
        baseline === undefined
          ? undefined
          : {
              ...options,
              url: baseline,
              headers: settings['baseline-headers'] ?? settings.headers,
            },
      checks,
    });
  });
}

function ofPrometheus(flat: Flat, measured: MeasuredKinds): readonly CheckEntry[] {
  const { settings, sources } = flat;
  const { prometheus } = sources;
  const options = valuesOf(prometheus.options, settings);
  const below = Object.fromEntries(
    (
      [
        ['total', 'prometheus-baseline-total'],
        ['errors', 'prometheus-baseline-errors'],
        ['selector', 'prometheus-baseline-selector'],
      ] as const
    ).flatMap(([name, id]) => (settings[id] === undefined ? [] : [[name, settings[id]]])),
  );
  const compared = comparedMetrics(settings, measured);
  const { 'max-value': max, 'min-value': min } = settings;
  const checks = checksBy(flat, {
    limits: {
      ...inheritedLimits({}, measured, settings),
      ...(measured.value !== undefined && { max, min }),
    },
    compared,
    scaledTo: prometheus.scaledTo,
    idOf: (name) => {
      if (name !== 'max' && name !== 'min') return name;
      return max === undefined || min === undefined ? 'value' : `value-${name}`;
    },
  });
  return entryOf('prometheus', prometheus.options, {
    options,
    baseline: compared.counts === undefined ? undefined : { ...options, ...below },
    checks,
    before: beforePlanOf(checks, flat, prometheus),
  });
}

/** What of it the inputs name a baseline for. */
function comparedMetrics(settings: Settings, measured: MeasuredKinds): MeasuredKinds {
  if (settings['prometheus-preset'] !== undefined)
    return settings['prometheus-baseline-selector'] === undefined
      ? {}
      : {
          counts: 'named',
          ...(settings['prometheus-latency'] === undefined && { latency: 'named' }),
        };
  const isComplete =
    measured.counts !== undefined &&
    settings['prometheus-baseline-total'] !== undefined &&
    settings['prometheus-baseline-errors'] !== undefined;
  return isComplete ? { counts: 'named' } : {};
}

/** The one test that the inputs describe. */
function ofCommand({ settings, sources: { command } }: Flat): readonly CheckEntry[] {
  const { 'test-command': run } = settings;
  if (run === undefined || command.health === undefined) return [];
  const options = { ...defaultsOf(command.options), ...valuesOf(command.options, settings), run };
  const limit = command.health.limitOf(options);
  return [
    {
      source: 'command',
      id: 'test',
      where: undefined,
      options,
      baseline: undefined,
      checks: [],
      health: { id: 'test', limit, onProviderError: settings['on-provider-error'] },
      nameOf: (option) => (option === 'run' ? 'test-command' : option),
    },
  ];
}

function defaultsOf(options: OptionTable): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, facts]) => {
      const value = facts.default === undefined ? undefined : facts.parse(facts.default);
      return value?.ok === true ? [[name, value.value]] : [];
    }),
  );
}

/** By the inputs that mean the same as the options of a check. */
function valuesOf(options: OptionTable, settings: Settings): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(options).flatMap(([name, { input }]) =>
      input === undefined ? [] : [[name, settings[input as InputId]]],
    ),
  );
}

function without(measured: MeasuredKinds, others: MeasuredKinds): MeasuredKinds {
  return pickBy(measured, (_, kind) => others[kind as MeasurementKind] === undefined);
}

/** With a baseline, and with no limit of the user's own on failures, the failures are compared and nothing else. */
function checksBy(
  { settings, isGiven }: Flat,
  by: {
    readonly limits: LimitValues;
    /** What there is a baseline for. */
    readonly compared: MeasuredKinds;
    readonly scaledTo: number | null;
    readonly idOf: (name: string) => string;
  },
): readonly CheckSpec[] {
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
    ...unlessGiven(limit, isGiven),
    ...(limit.metric !== 'relative' &&
      by.compared[measurementOf(limit.metric)] !== undefined && { baseline: { margin } }),
  }));
}

function entryOf(
  source: 'http' | 'prometheus',
  table: OptionTable,
  {
    before,
    ...rest
  }: Pick<CheckEntry, 'options' | 'baseline' | 'checks'> & {
    readonly before?: CheckEntry['before'] | undefined;
  },
): readonly CheckEntry[] {
  if (rest.checks.length === 0) return [];
  const nameOf = (option: string, of?: 'baseline'): string => {
    if (of === undefined) return table[option]?.input ?? option;
    return source === 'http' ? `baseline-${option}` : `${source}-baseline-${option}`;
  };
  return [{ source, id: source, where: undefined, ...rest, ...(before && { before }), nameOf }];
}
