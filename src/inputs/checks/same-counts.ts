import type { CheckEntry } from '../../contract/check.js';
import { isObject } from '../../support/json.js';
import { type Matcher, type Selector, unquote } from '../../support/selector.js';

type Options = CheckEntry['options'];

export const SAME_COUNTS = [
  'it is the same as `total`: every request would count as failed',
  'select those that failed only, such as those with `code=~"5.."`',
] as const;

/** The sides of which all requests and those that failed are counted by the same query. */
export function sidesOfSameCounts({
  options,
  baseline,
}: Pick<CheckEntry, 'options' | 'baseline'>): readonly (undefined | 'baseline')[] {
  if (isSame(options)) return [undefined];
  return baseline !== undefined && isSame(baseline) ? ['baseline'] : [];
}

function isSame({ total, errors }: Options): boolean {
  return total !== undefined && canonicalQuery(total) === canonicalQuery(errors);
}

/** A query without what makes no difference: the order of labels, the kind of quotes, blanks, and where the name stands. */
export function canonicalQuery(query: unknown): unknown {
  if (typeof query === 'string') return query.replace(/\s+/g, ' ').trim();
  if (!isSelector(query)) return query;
  const matchers = [...query.matchers, ...nameOf(query)].map(({ label, operator, literal }) =>
    JSON.stringify([label, operator, unquote(literal)]),
  );
  return matchers.sort().join();
}

function isSelector(value: unknown): value is Selector {
  return isObject(value) && Array.isArray(value.matchers);
}

function nameOf({ name }: Selector): readonly Matcher[] {
  return name === undefined
    ? []
    : [{ label: '__name__', operator: '=', literal: JSON.stringify(name) }];
}
