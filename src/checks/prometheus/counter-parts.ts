import type { Reading } from './description.js';
import type { Part } from './scrape.js';

export const counterNames = { total: 'total', errors: 'errors' } as const;

export function counterParts({
  total,
  errors,
}: Extract<Reading, { kind: 'counters' }>): readonly Part[] {
  return [
    { name: counterNames.total, selector: total.selector, timed: true },
    { name: counterNames.errors, selector: errors.selector, timed: true },
  ];
}
