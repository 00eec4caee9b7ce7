import type { CheckResult, SeriesPoint } from '../contract/check.js';

interface Plot {
  readonly axis: string;
  /** What the line of values is, for the legend. */
  readonly what: string;
  readonly points: readonly { readonly t: number; readonly y: number }[];
  /** The limit, on the same scale; `null` when the record does not say it as a number. */
  readonly limit: number | null;
  readonly ceiling: number | null;
}

/** More points than this are unreadable at the width that GitHub gives a chart. */
const maxPoints = 30;

/** Of the values and of the limit: both can be seen on a white and on a dark page. Mermaid's own first colour cannot. */
const colours = [
  { name: 'blue', value: '#2f81f7' },
  { name: 'grey', value: '#8b949e' },
] as const;

/**
 * The colours of the lines of a Mermaid chart, in their order: front matter, which stands before the chart. A chart has no
 * legend, so that its title should name them.
 * https://mermaid.js.org/syntax/xyChart.html#chart-theme-variables
 */
export function lineColours(values: readonly string[]): readonly string[] {
  return [
    '---',
    'config:',
    '    themeVariables:',
    '        xyChart:',
    `            plotColorPalette: "${values.join(', ')}"`,
    '---',
  ];
}

/**
 * The course of a watch as a Mermaid chart: the success rate beside its limit; without such a check the share
 * within the latency limit; else the evidence against the first check beside what it takes to act. Empty when
 * there are less than two points. Syntax: https://mermaid.js.org/syntax/xyChart.html
 */
export function renderChart(checks: readonly CheckResult[]): string {
  const check = drawnCheck(checks);
  if (check === undefined) return '';
  const plot = check.kind === 'ratio' ? sharePlot(check) : evidencePlot(check);
  if (plot.points.length < 2) return '';
  const values = plot.points.map((point) => point.y);
  const [low, high] = range(plot.limit === null ? values : [...values, plot.limit], plot.ceiling);
  const [own, limit] = colours;
  const lines = [
    ...lineColours(colours.map(({ value }) => value)),
    'xychart-beta',
    `    title "${own.name}: ${plot.what}${plot.limit === null ? '' : `, ${limit.name}: ${check.kind === 'ratio' ? 'limit' : 'enough to act'}`}"`,
    `    x-axis "seconds" [${plot.points.map((point) => `"${String(Math.round(point.t))}"`).join(', ')}]`,
    `    y-axis "${plot.axis}" ${number(low)} --> ${number(high)}`,
    `    line [${values.map(number).join(', ')}]`,
    ...(plot.limit === null
      ? []
      : [`    line [${values.map(() => number(plot.limit ?? 0)).join(', ')}]`]),
  ];
  return ['```mermaid', ...lines, '```'].join('\n');
}

/** The check that the chart is of. */
export function drawnCheck(checks: readonly CheckResult[]): CheckResult | undefined {
  return (
    checks.find((c) => c.metric === 'success-rate' && c.outcome === 'breached') ??
    checks.find((c) => c.metric === 'success-rate') ??
    checks.find((c) => c.metric === 'latency') ??
    checks.find((c) => c.evidence !== null)
  );
}

function sharePlot(check: CheckResult): Plot {
  const points = thin(check.series.filter((point) => point.samples > 0));
  return {
    axis: check.metric === 'latency' ? '% fast enough' : 'success %',
    what: check.metric === 'latency' ? 'requests that were fast enough' : 'success rate',
    points: points.map((point) => ({
      t: point.t,
      y: 100 * (1 - point.failures / point.samples),
    })),
    limit: percentIn(check.limit),
    ceiling: 100,
  };
}

function evidencePlot(check: CheckResult): Plot {
  return {
    axis: `evidence against ${check.metric}`,
    what: 'evidence that the limit is broken',
    points: thin(check.series).map((point) => ({ t: point.t, y: point.logE })),
    limit: check.evidence?.threshold ?? null,
    ceiling: null,
  };
}

/** The first number of a limit in words is its percentage: `≥ 95 %`, `p95 ≤ 800ms`. */
function percentIn(limit: string): number | null {
  const found = /\d+(\.\d+)?/.exec(limit);
  return found === null ? null : Number(found[0]);
}

/** At most {@link maxPoints} points: neighbours are added up, time and evidence are those of the last. */
function thin(series: readonly SeriesPoint[]): readonly SeriesPoint[] {
  const size = Math.ceil(series.length / maxPoints);
  if (size <= 1) return series;
  const groups: SeriesPoint[] = [];
  for (let from = 0; from < series.length; from += size) {
    const group = series.slice(from, from + size);
    groups.push(
      group.reduce((sum, point) => ({
        t: point.t,
        samples: sum.samples + point.samples,
        failures: sum.failures + point.failures,
        logE: point.logE,
      })),
    );
  }
  return groups;
}

/** Round bounds with some room around the values, so that neither line lies on the frame. */
function range(values: readonly number[], ceiling: number | null): readonly [number, number] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const step = high - low > 20 ? 10 : 1;
  const bottom = Math.floor(low / step) * step - step;
  const top = Math.ceil(high / step) * step + step;
  return [ceiling === null ? bottom : Math.max(0, bottom), Math.min(top, ceiling ?? top)];
}

function number(value: number): string {
  return String(Number(value.toFixed(2)));
}
