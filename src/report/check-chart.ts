import type { Before, CheckResult, SeriesPoint } from '../contract/check.js';
import { capitalised, clockTime, formatNumber } from '../support/text.js';
import type { Chart, ChartLine } from './html-chart.js';
import type { TargetReport } from './record.js';
import { chanceInWords, oddsInWords, sharedLogOdds } from './words.js';

/** What the charts of a page have in common. */
export interface ChartFrame {
  /** Unique in the page. */
  readonly id: string;
  /** Seconds since the watch began. */
  readonly warmUp: number;
}

type Level = Chart['levels'][number];

/** Less is a dot and no course. */
const MIN_POINTS = 2;

/** Whether there is a course to draw: that of a health check is not kept, nor were values by older versions. */
export function isDrawn(check: CheckResult): boolean {
  return check.series.filter((point) => valueAt(check, point) !== null).length >= MIN_POINTS;
}

/** What was measured over the watch, beside the limit and the baseline. */
export function valueChart(check: CheckResult, frame: ChartFrame): Chart {
  const own: ChartLine = {
    style: 'value',
    label: check.baseline === undefined ? nounOf(check) : `${nounOf(check)}, new version`,
    points: check.series.map((point) => ({ x: point.t, y: valueAt(check, point) })),
  };
  const ofBaseline: ChartLine = {
    style: 'baseline',
    label: 'baseline',
    points: check.series.map(({ t, baseline }) => ({ x: t, y: goodPercent(baseline) })),
  };
  const hasBaseline =
    check.kind === 'ratio' && ofBaseline.points.filter(({ y }) => y !== null).length >= MIN_POINTS;
  const lines = hasBaseline ? [own, ofBaseline] : [own];
  const levels = levelsOf(check);
  return {
    id: frame.id,
    title: `${check.id}: ${nounOf(check)} during the watch`,
    description: [
      ...lines.map((line) => inWords(line, check)),
      ...levels.map(({ label, y }) => `${capitalised(label)}: ${shown(check, y)}.`),
    ].join(' '),
    yLabel: check.kind === 'ratio' ? `${nounOf(check)}, %` : nounOf(check),
    end: check.series.at(-1)?.t ?? 0,
    warmUp: frame.warmUp,
    lines,
    levels,
    worse: check.limit.includes('≤') && check.kind !== 'ratio' ? 'above' : 'below',
    floor: check.kind === 'value' ? null : 0,
    ceiling: check.kind === 'ratio' ? 100 : null,
  };
}

/**
 * The evidence that the limit is broken, as odds on a scale of powers of ten; `undefined` for a check that is not judged by
 * it, or has nothing against it. The checks of a target share the odds, as in the words for them.
 */
export function evidenceChart(
  check: CheckResult,
  target: TargetReport,
  frame: ChartFrame,
): Chart | undefined {
  if (check.evidence === null || chanceInWords(check, target) === '') return undefined;
  const powerOf = (logE: number): number => sharedLogOdds(logE, target) / Math.LN10;
  const points = check.series.map(({ t, logE }) => ({ x: t, y: finite(powerOf(logE)) }));
  const enough = powerOf(check.evidence.threshold);
  const oddsOfEnough = oddsInWords(sharedLogOdds(check.evidence.threshold, target));
  const top = Math.ceil(Math.max(enough, ...points.map(({ y }) => y ?? 0)));
  const step = Math.max(1, Math.ceil(top / 5));
  return {
    id: frame.id,
    title: `${check.id}: evidence that the limit is broken`,
    description: `How seldom a version within the limit looks this bad. Highest: ${oddsInWords(sharedLogOdds(check.evidence.maxLogE, target))}. Enough to act: ${oddsOfEnough}.`,
    yLabel: 'a good version looks this bad once in … watches',
    end: check.series.at(-1)?.t ?? 0,
    warmUp: frame.warmUp,
    lines: [{ style: 'value', label: 'evidence against the new version', points }],
    levels: [{ style: 'limit', label: `enough to act (${oddsOfEnough})`, y: enough }],
    worse: 'above',
    floor: null,
    ceiling: null,
    tick: (power) => (power > 6 ? `1e${formatNumber(power, 0)}` : formatNumber(10 ** power, 0)),
    ticks: Array.from({ length: Math.floor(top / step) + 1 }, (_, index) => index * step),
  };
}

/** What a point shows, for people; empty without data. */
export function pointInWords(check: CheckResult, point: SeriesPoint): string {
  const value = valueAt(check, point);
  return value === null ? '' : shown(check, value);
}

export function baselineInWords(check: CheckResult, point: SeriesPoint): string {
  const value = goodPercent(point.baseline);
  return value === null ? '' : shown(check, value);
}

function nounOf(check: CheckResult): string {
  switch (check.metric) {
    case 'success-rate':
      return 'success rate';
    case 'latency':
      return 'requests that were fast enough';
    case 'errors-per-minute':
      return 'errors per minute';
    case 'relative':
      return check.slowerThan === undefined ? 'success rate' : 'requests that were fast enough';
    case 'health':
    case 'value':
      return 'value';
  }
}

function valueAt(check: CheckResult, point: SeriesPoint): number | null {
  return check.kind === 'ratio' ? goodPercent(point) : finite(point.value ?? null);
}

function goodPercent(counts: { samples: number; failures: number } | undefined): number | null {
  if (counts === undefined || counts.samples <= 0) return null;
  return finite(100 * (1 - counts.failures / counts.samples));
}

function finite(value: number | null): number | null {
  return value !== null && Number.isFinite(value) ? value : null;
}

function shown(check: CheckResult, value: number): string {
  if (check.kind === 'ratio') return `${formatNumber(value)} %`;
  return check.kind === 'rate' ? `${formatNumber(value)} per minute` : brief(value);
}

/** Four significant digits, and whole numbers as they are. */
function brief(value: number): string {
  return formatNumber(
    Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(4)),
    8,
  );
}

/** The first value, the worst one and the last one. */
function inWords({ label, points }: ChartLine, check: CheckResult): string {
  const known = points.flatMap(({ x, y }) => (y === null ? [] : [{ x, y }]));
  const [first, last] = [known[0], known.at(-1)];
  if (first === undefined || last === undefined) return `${capitalised(label)}: no values.`;
  const isLowBad = !check.limit.includes('≤') || check.kind === 'ratio';
  const worst = known.reduce((a, b) => ((isLowBad ? b.y < a.y : b.y > a.y) ? b : a));
  const at = ({ x, y }: { x: number; y: number }): string =>
    `${shown(check, y)} at ${clockTime(1000 * x)}`;
  return `${capitalised(label)}: ${at(first)}, ${isLowBad ? 'lowest' : 'highest'} ${at(worst)}, ${at(last)} at the end.`;
}

/** The limit in force first, then what else the hour before the deploy, or the user, would have set. */
function levelsOf(check: CheckResult): readonly Level[] {
  const limit = limitOf(check);
  if (limit === null) return [];
  const { before } = check;
  const isFromBefore = before?.effect === 'stricter' || before?.effect === 'over';
  const other = before === undefined ? null : isFromBefore ? setLimit(before) : limitBefore(before);
  return [
    {
      style: 'limit',
      label: isFromBefore ? 'limit, from the hour before the deploy' : 'limit',
      y: limit,
    },
    ...(other === null || other === limit
      ? []
      : [
          {
            style: 'other-limit' as const,
            label: isFromBefore
              ? 'limit as configured'
              : 'what the hour before the deploy would allow',
            y: other,
          },
        ]),
  ];
}

/** The first number of a limit in words: `≥ 95 %`, `p95 ≤ 800ms`, `≤ 1,200`; `null` where it depends on a baseline. */
function limitOf({ metric, limit }: CheckResult): number | null {
  if (metric === 'relative' || metric === 'health') return null;
  const found = /-?\d[\d,]*(\.\d+)?/.exec(limit);
  return found === null ? null : Number(found[0].replaceAll(',', ''));
}

function setLimit({ set }: Before): number | null {
  switch (set.metric) {
    case 'success-rate':
      return set.minPercent;
    case 'errors-per-minute':
      return set.max;
    case 'value':
      return 'max' in set ? set.max : set.min;
    // The share of fast requests is the same for both; what differs is what counts as fast.
    case 'latency':
    case 'relative':
      return null;
  }
}

function limitBefore({ set, limit }: Before): number | null {
  if (limit === null || set.metric === 'latency' || set.metric === 'relative') return null;
  return set.metric === 'success-rate' ? 100 * (1 - limit) : limit;
}
