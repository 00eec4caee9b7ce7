import { clockTime, formatNumber } from '../support/text.js';
import { html, type Markup, nothing, type Part } from './markup.js';

/** How a line is drawn: it can be told from the others without its colour. */
export type LineStyle = 'value' | 'baseline' | 'limit' | 'other-limit';

export interface ChartLine {
  readonly style: LineStyle;
  /** In the legend. */
  readonly label: string;
  /** In order of `x`; `null`: there is no value, and a gap in the line. */
  readonly points: readonly { readonly x: number; readonly y: number | null }[];
}

export interface Chart {
  /** Unique in the page; letters, digits and hyphens. */
  readonly id: string;
  readonly title: string;
  /** The same as the picture, in words. */
  readonly description: string;
  /** What the vertical axis shows, and in which unit. */
  readonly yLabel: string;
  /** The horizontal axis ends here; seconds since the watch began. */
  readonly end: number;
  /** Up to here nothing was judged, seconds. */
  readonly warmUp: number;
  readonly lines: readonly ChartLine[];
  readonly levels: readonly {
    readonly style: LineStyle;
    readonly label: string;
    readonly y: number;
  }[];
  /** On which side of the first level it is bad. */
  readonly worse: 'below' | 'above';
  readonly floor: number | null;
  readonly ceiling: number | null;
  /** How a tick reads. */
  readonly tick?: (y: number) => string;
  /** The places of the ticks; without them round numbers are taken. */
  readonly ticks?: readonly number[];
}

interface Look {
  readonly colour: string;
  readonly dash: string;
  readonly width: number;
  /** The dash in words, for the legend. */
  readonly words: string;
}

/** Attributes of the drawing itself, since some pages strip every style; the style sheet has others for dark pages. */
const looks: Readonly<Record<LineStyle, Look>> = {
  value: { colour: '#0550ae', dash: 'none', width: 2.5, words: 'solid line' },
  baseline: { colour: '#7d4e00', dash: '7 4', width: 2, words: 'dashed line' },
  limit: { colour: '#c11c26', dash: '2 3', width: 2, words: 'dotted line' },
  'other-limit': { colour: '#59636e', dash: '10 3 2 3', width: 1.5, words: 'dash-dotted line' },
};

const WIDTH = 430;
const HEIGHT = 220;
const frame = { left: 56, right: 406, top: 28, bottom: 178 } as const;

/** An interval is marked where the marks do not run into one another. */
const MAX_MARKS = 40;

/** A figure with the chart as inline SVG, and its legend in words. */
export function renderSvg(chart: Chart): Markup {
  const [low, high] = range(chart);
  const x = (value: number): number =>
    frame.left + ((frame.right - frame.left) * value) / Math.max(chart.end, 1e-9);
  const y = (value: number): number => {
    const share = (Math.min(high, Math.max(low, value)) - low) / (high - low);
    return frame.bottom - (frame.bottom - frame.top) * share;
  };
  return html`<svg
      xmlns="http://www.w3.org/2000/svg"
      role="img"
      width="${WIDTH}"
      height="${HEIGHT}"
      viewBox="0 0 ${WIDTH} ${HEIGHT}"
      aria-labelledby="${chart.id}-t ${chart.id}-d"
      font-family="sans-serif"
      font-size="12.5"
      fill="#1f2328"
      class="chart"
    >
      <title id="${chart.id}-t">${chart.title}</title>
      <desc id="${chart.id}-d">${chart.description}</desc>
      ${badSide(chart, y)}${warmUp(chart, x)}${yAxis(chart, low, high, y)}${xAxis(chart, x)}
      ${chart.levels.map((level) => line(level.style, `M${n(frame.left)} ${n(y(level.y))}H${n(frame.right)}`))}
      ${chart.lines.map((one) => course(one, x, y))}
    </svg>
    ${legend(chart)}`;
}

function badSide({ levels: [limit], worse }: Chart, y: (value: number) => number): Markup {
  if (limit === undefined) return nothing;
  const at = y(limit.y);
  const [from, to] = worse === 'below' ? [at, frame.bottom] : [frame.top, at];
  return html`<rect
    class="bad-side"
    x="${frame.left}"
    y="${n(from)}"
    width="${frame.right - frame.left}"
    height="${n(to - from)}"
    fill="#c11c26"
    fill-opacity="0.06"
  />`;
}

function warmUp(chart: Chart, x: (value: number) => number): Markup {
  const until = Math.min(chart.warmUp, chart.end);
  if (until <= 0) return nothing;
  const width = x(until) - frame.left;
  const words = width < 60 ? nothing : label('warm-up', frame.left + 5, frame.bottom - 6);
  return html`<rect
      class="warm-up"
      x="${frame.left}"
      y="${frame.top}"
      width="${n(width)}"
      height="${frame.bottom - frame.top}"
      fill="#59636e"
      fill-opacity="0.14"
    />${words}`;
}

function yAxis(chart: Chart, low: number, high: number, y: (value: number) => number): Markup {
  const ticks = chart.ticks?.filter((value) => value >= low && value <= high) ?? round(low, high);
  const words = chart.tick ?? ((value: number): string => formatNumber(value, 4));
  return html`${label(chart.yLabel, frame.left, 16)}${ticks.map(
    (value) =>
      html`<path
          class="grid"
          d="M${frame.left} ${n(y(value))}H${frame.right}"
          stroke="#d1d9e0"
          stroke-width="1"
          fill="none"
        />${label(words(value), frame.left - 6, y(value) + 4, 'end')}`,
  )}`;
}

function xAxis(chart: Chart, x: (value: number) => number): Markup {
  const step = timeStep(chart.end);
  const ticks = Array.from(
    { length: Math.floor(chart.end / step + 1e-9) + 1 },
    (_, index) => index * step,
  );
  return html`<path
      class="axis"
      d="M${frame.left} ${frame.top}V${frame.bottom}H${frame.right}"
      stroke="#818b98"
      stroke-width="1"
      fill="none"
    />${ticks.map((value) =>
      label(clockTime(1000 * value), x(value), frame.bottom + 16, 'middle'),
    )}${label('time since the watch began (mm:ss)', frame.right, frame.bottom + 34, 'end')}`;
}

/** A text beside the drawing. @param anchor which end of it is at `x` */
function label(
  text: string,
  x: number,
  y: number,
  anchor: 'start' | 'middle' | 'end' = 'start',
): Markup {
  return html`<text class="quiet" x="${n(x)}" y="${n(y)}" text-anchor="${anchor}" fill="#59636e"
    >${text}</text
  >`;
}

function course(
  { style, points }: ChartLine,
  x: (value: number) => number,
  y: (value: number) => number,
): Markup {
  const pieces: string[] = [];
  let isOpen = false;
  for (const point of points) {
    if (point.y !== null) pieces.push(`${isOpen ? 'L' : 'M'}${n(x(point.x))} ${n(y(point.y))}`);
    isOpen = point.y !== null;
  }
  const marked = points.length > MAX_MARKS ? lonely(points) : points;
  const marks = marked.map((point): Part => {
    if (point.y === null) return '';
    const [cx, cy] = [x(point.x), y(point.y)];
    // Shapes tell two lines apart as well.
    return style === 'baseline'
      ? html`<rect
          class="m-${style}"
          x="${n(cx - 2.5)}"
          y="${n(cy - 2.5)}"
          width="5"
          height="5"
          fill="${looks[style].colour}"
        />`
      : html`<circle
          class="m-${style}"
          cx="${n(cx)}"
          cy="${n(cy)}"
          r="3"
          fill="${looks[style].colour}"
        />`;
  });
  return html`${pieces.length === 0 ? '' : line(style, pieces.join(''))}${marks}`;
}

/** Points without a neighbour: a line alone would not show them. */
function lonely(points: ChartLine['points']): ChartLine['points'] {
  return points.filter(
    (_, index) =>
      (points[index - 1]?.y ?? null) === null && (points[index + 1]?.y ?? null) === null,
  );
}

function line(style: LineStyle, path: string): Markup {
  const { colour, dash, width } = looks[style];
  return html`<path
    class="l-${style}"
    d="${path}"
    fill="none"
    stroke="${colour}"
    stroke-width="${width}"
    stroke-dasharray="${dash}"
    stroke-linejoin="round"
  />`;
}

function legend({ lines, levels }: Chart): Markup {
  const entries = [...lines, ...levels];
  return html`<ul class="legend">
    ${entries.map(
      ({ style, label }) =>
        html`<li>
          <svg width="34" height="10" viewBox="0 0 34 10" aria-hidden="true">
            ${line(style, 'M1 5H33')}
          </svg>
          ${label} <span class="quiet">(${looks[style].words})</span>
        </li>`,
    )}
  </ul>`;
}

/** Some room around the values, within what is possible. */
function range({ lines, levels, floor, ceiling }: Chart): readonly [number, number] {
  const values = [
    ...lines.flatMap(({ points }) => points.map(({ y }) => y)),
    ...levels.map(({ y }) => y),
  ].filter((value) => value !== null);
  const [min, max] = [Math.min(...values), Math.max(...values)];
  const room = (max - min || Math.abs(max) || 1) * 0.1;
  const low = Math.max(min - room, floor ?? -Infinity);
  const high = Math.min(max + room, ceiling ?? Infinity);
  return high > low ? [low, high] : [low - room, high + room];
}

/** About four round numbers between two. */
function round(low: number, high: number): readonly number[] {
  const rough = (high - low) / 4;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 5, 10].find((factor) => factor * power >= rough) ?? 10) * power;
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: last - first + 1 }, (_, index) => (first + index) * step);
}

const timeSteps = [1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 21600];

/** Seconds from one tick to the next: at most seven ticks. */
function timeStep(end: number): number {
  return timeSteps.find((step) => end / step <= 6) ?? Math.ceil(end / 6 / 3600) * 3600;
}

/** A place in the drawing: a tenth of a pixel is enough. */
function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}
