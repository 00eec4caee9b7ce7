import type { MetricLimit } from '../../contract/check.js';
import {
  option,
  type CheckSource,
  type MeasuredKinds,
  type MeasurementKind,
} from '../../support/options.js';
import { integer, number, percentage } from '../../support/values/numbers.js';
import { text } from '../../support/values/text.js';
import { latencyLimit, type LatencyLimit } from '../../support/values/time.js';
import { choice } from '../../support/values/words.js';
import type { InputId, Settings } from '../table.js';

/** Stands in ids of checks, in logs, and in names of variables. */
export const CHECK_ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

const most = Number.MAX_SAFE_INTEGER;

/** What every check may have, whatever its source. */
export const commonOptions = {
  id: option(text({ pattern: CHECK_ID, like: 'up to 63 letters, digits, `.`, `_` and `-`' }), {
    description:
      'The name of the check in logs and reports. With several limits, each is a separate check, and the name of the limit is added. Default: the source and the name of the limit.',
  }),
  'min-success-rate': option(percentage(), {
    off: true,
    description: 'Percent of the requests that must succeed; exactly this many passes.',
  }),
  'max-errors-per-minute': option(number({ min: 0, max: 1_000_000 }), {
    off: true,
    description: 'Failed requests a minute that are accepted; exactly this many passes.',
  }),
  'max-latency': option(latencyLimit(), {
    off: true,
    description: 'Limit on latency, such as `p95 < 800ms`.',
  }),
  max: option(number({ min: 0, max: most }), {
    description: 'Greatest accepted mean of the value; exactly this much passes.',
  }),
  min: option(number({ min: 0.000001, max: most }), {
    description: 'Least accepted mean of the value, above 0; exactly this much passes.',
  }),
  'min-requests': option(integer({ min: 1, max: 1_000_000_000 }), {
    input: 'min-requests',
    inherits: 'always',
    description: 'With fewer requests than this the check is inconclusive.',
  }),
  'on-no-data': option(choice(['inconclusive', 'ignore', 'unhealthy']), {
    input: 'on-no-data',
    inherits: 'always',
    description:
      'What to do if the source responds but has no data at the end of the watch: `inconclusive`, `ignore` (the other checks decide) or `unhealthy`.',
  }),
  'on-provider-error': option(choice(['inconclusive', 'ignore']), {
    input: 'on-provider-error',
    inherits: 'always',
    description:
      'What to do if the source does not respond at the end of the watch: `inconclusive`, or `ignore` (the other checks decide).',
  }),
  'baseline-margin': option(number({ min: 1, max: 1000 }), {
    input: 'baseline-margin',
    inherits: 'always',
    description: 'How many times as often as the baseline it may fail.',
  }),
} as const;

/** What may stand below `before`, besides what the source has of its own. */
export const beforeOptions = {
  margin: option(number({ min: 1, max: 100 }), {
    input: 'before-margin',
    inherits: 'always',
    description:
      'How many times as many failures are accepted as in the worst five minutes of the hour before.',
  }),
  floor: option(percentage('failures'), {
    input: 'before-floor',
    inherits: 'always',
    description: 'Percent of failed requests that the limit accepts at least.',
  }),
} as const;

export type CommonOption = keyof typeof commonOptions;

/** The limits, by what they judge. */
export const limitOptions = {
  counts: ['min-success-rate', 'max-errors-per-minute'],
  latency: ['max-latency'],
  value: ['max', 'min'],
  // Its limit is made of options of the source.
  health: [],
} as const satisfies Readonly<Record<MeasurementKind, readonly CommonOption[]>>;

export type LimitOption = (typeof limitOptions)[MeasurementKind][number];

/** What a check of this source may hold besides its own options. */
export function commonOptionsOf(source: CheckSource): readonly CommonOption[] {
  const foreign = (Object.keys(limitOptions) as MeasurementKind[])
    .filter((kind) => !source.kinds.includes(kind))
    .flatMap((kind): readonly CommonOption[] => limitOptions[kind]);
  const countsNothing = source.kinds.every((kind) => kind === 'value' || kind === 'health');
  const isYesOrNo = source.kinds.every((kind) => kind === 'health');
  const comparesNothing = baselineOptionsOf(source).length === 0;
  return (Object.keys(commonOptions) as CommonOption[]).filter(
    (name) =>
      !foreign.includes(name) &&
      !(name === 'min-requests' && countsNothing) &&
      !(name === 'on-no-data' && isYesOrNo) &&
      !(name === 'baseline-margin' && comparesNothing),
  );
}

/** What may stand below `baseline`; empty for a source that compares nothing. */
export function baselineOptionsOf({ options }: CheckSource): readonly string[] {
  return Object.entries(options).flatMap(([name, facts]) =>
    facts.baseline === true ? [name] : [],
  );
}

/** A limit, and what it is called: the end of the id of its check. */
export interface NamedLimit {
  readonly name: string;
  readonly limit: MetricLimit;
}

/** The inputs that the limits of traffic come from where an entry names none. */
export const limitInputs: Readonly<Partial<Record<MetricLimit['metric'], InputId>>> = {
  'success-rate': 'min-success-rate',
  'errors-per-minute': 'max-errors-per-minute',
  latency: 'max-latency',
};

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
  { scaledTo }: Pick<CheckSource, 'scaledTo'>,
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

/** What an entry takes that names no limit: those of the inputs, for what it measures. Without those that it switches off. */
export function inheritedLimits(
  values: LimitValues,
  measured: MeasuredKinds,
  settings: Settings,
): LimitValues {
  const isOff = (option: 'min-success-rate' | 'max-errors-per-minute' | 'max-latency'): boolean =>
    values[option] === 'off';
  return {
    ...(measured.counts !== undefined && {
      'min-success-rate': isOff('min-success-rate') ? 'off' : settings['min-success-rate'],
      'max-errors-per-minute': isOff('max-errors-per-minute')
        ? 'off'
        : settings['max-errors-per-minute'],
    }),
    ...(measured.latency !== undefined && {
      'max-latency': isOff('max-latency') ? 'off' : settings['max-latency'],
    }),
  };
}
