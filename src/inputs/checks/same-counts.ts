import type { CheckEntry } from '../../contract/check.js';
import { isObject } from '../../support/json.js';
import { printSelector, type Selector, unquote } from '../../support/selector.js';

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

/** The order of labels, the kind of quotes and blanks make no difference. What is no query stays as it is. */
export function canonicalQuery(query: unknown): unknown {
  if (typeof query === 'string') return query.replace(/\s+/g, ' ').trim();
  if (!isObject(query) || !('matchers' in query)) return query;
  const { name, matchers } = query as unknown as Selector;
  return [
    printSelector({ name, matchers: [] }),
    ...matchers
      .map(({ label, operator, literal }) => JSON.stringify([label, operator, unquote(literal)]))
      .sort(),
  ].join();
}
