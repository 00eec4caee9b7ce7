import { printSelector, unquote, type Matcher, type Selector } from '../../support/selector.js';
import type { Client } from './client.js';
import type { Failure } from '../provider/failure.js';

/** Why a selector matches nothing. */
export type Absence =
  /** The server knows the metric and its labels: the values are not there yet. */
  | { readonly kind: 'no-such-value' }
  | { readonly kind: 'no-such-label'; readonly metric: string; readonly label: string }
  | { readonly kind: 'no-such-metric'; readonly metric: string }
  /** A selector without the name of a metric. */
  | { readonly kind: 'unknown' }
  | { readonly kind: 'failed'; readonly failure: Failure };

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
  if (!answer.ok) return { kind: 'failed', failure: answer.failure };
  const found = new Set(answer.samples.map((sample) => sample.labels[PART]));
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
