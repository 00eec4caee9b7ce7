import type { Finding } from '../../contract/result.js';
import { type Matcher, printSelector, type Selector, unquote } from '../../support/selector.js';
import type { ApiProblem } from '../../support/http/problem.js';
import { estimateCounts } from '../series/preflight.js';
import type { Plan } from '../source.js';
import type { Client } from './client.js';
import type { CheckDescription } from './measurements.js';
import { formatDuration } from '../../support/text.js';

/** Why a selector matches nothing. */
type Absence =
  /** The server knows the metric and its labels: the values are not there yet. */
  | { readonly kind: 'no-such-value' }
  | { readonly kind: 'no-such-label'; readonly metric: string; readonly label: string }
  | { readonly kind: 'no-such-metric'; readonly metric: string }
  /** A selector without the name of a metric. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed'; readonly problem: ApiProblem };

const PART = 'rollgate_part';
const METRIC = 'metric';

/** Finds out why a selector matches nothing: a counter that nobody needed yet, or a name that was mistyped. */
export async function absenceOf(
  selector: Selector,
  client: Client,
  signal: AbortSignal,
): Promise<Absence> {
  const { name: metric } = selector;
  if (metric === undefined) return { kind: 'unknown' };
  const labels = [...new Set(selector.matchers.filter(needsLabel).map(({ label }) => label))];
  const answer = await client.query(
    [
      existence({ name: metric, matchers: [] }, METRIC),
      ...labels.map((label) =>
        existence(
          { name: metric, matchers: [{ label, operator: '!=', literal: '""' }] },
          `label ${label}`,
        ),
      ),
    ].join(' or '),
    signal,
  );
  if (!answer.ok) return { kind: 'failed', problem: answer.problem };
  const found = new Set(answer.value.samples.map((sample) => sample.labels[PART]));
  if (!found.has(METRIC)) return { kind: 'no-such-metric', metric };
  const label = labels.find((each) => !found.has(`label ${each}`));
  return label === undefined ? { kind: 'no-such-value' } : { kind: 'no-such-label', metric, label };
}

/** In the last hour: a version that was just replaced takes its series with it. */
function existence(selector: Selector, part: string): string {
  return `label_replace(count(count_over_time(${printSelector(selector)}[1h])), "${PART}", "${part}", "", "")`;
}

/** Whether a series without the label would not match. */
function needsLabel({ operator, literal }: Matcher): boolean {
  const value = unquote(literal);
  if (operator === '=') return value !== '';
  if (operator !== '=~') return false;
  try {
    return !new RegExp(`^(?:${value})$`).test('');
  } catch {
    return false;
  }
}

/** A series that is younger says nothing of the traffic. */
const LEAST_SPAN_SECONDS = 20;

/**
 * What can be said of the limits before the watch, from the traffic of the last minutes. For people only: nothing is judged
 * by it. What cannot be found out is not said.
 */
export async function estimateTraffic(
  total: Selector,
  context: {
    readonly client: Client;
    readonly signal: AbortSignal;
    readonly checks: readonly CheckDescription[];
    readonly plan: Plan;
  },
): Promise<readonly Finding[]> {
  const { client, signal, checks, plan } = context;
  const selector = printSelector(total);
  // rate() takes a series that is younger than its range for a slow one: here its own life is what counts.
  const times = `timestamp(${selector})[5m:5s]`;
  const span = `(max_over_time(${times}) - min_over_time(${times}) > ${String(LEAST_SPAN_SECONDS)})`;
  const growth = `(max_over_time(${selector}[5m]) - min_over_time(${selector}[5m]))`;
  const one = async (promql: string): Promise<number | undefined> => {
    const answer = await client.query(promql, signal);
    const value = answer.ok ? answer.value.samples[0]?.value : undefined;
    return value !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
  };
  const perSecond = await one(`sum(${growth} / ${span})`);
  const scrape = await one(`quantile(0.5, ${span} / (count_over_time(${selector}[5m]) - 1))`);
  return [
    ...(perSecond === undefined ? [] : estimateCounts(perSecond, checks, plan)),
    ...(scrape === undefined ? [] : scrapeWarning(scrape * 1000, checks, plan.duration)),
  ];
}

function scrapeWarning(
  scrapeMs: number,
  checks: readonly CheckDescription[],
  duration: number,
): readonly Finding[] {
  const [first] = checks;
  const needed = 3 * scrapeMs;
  if (first === undefined || duration >= needed) return [];
  return [
    {
      level: 'warning',
      subject: first.id,
      message: `the counters are scraped every ${formatDuration(Math.round(scrapeMs / 1000) * 1000)}: a watch of ${formatDuration(duration)} sees hardly any of it`,
      fix: `set duration to at least ${formatDuration(Math.ceil(needed / 60_000) * 60_000)}`,
    },
  ];
}
