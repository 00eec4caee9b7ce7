import type { Counters, Reading } from './description.js';
import type { Part } from './scrape.js';

export const counterNames = {
  total: 'total',
  errors: 'errors',
  baselineTotal: 'baseline-total',
  baselineErrors: 'baseline-errors',
} as const;

/** Both sides in one: they are told from one state of the server. */
export function counterParts(reading: Extract<Reading, { kind: 'counters' }>): readonly Part[] {
  const { baseline } = reading;
  return [
    ...partsOf(reading, counterNames.total, counterNames.errors),
    ...(baseline === undefined
      ? []
      : partsOf(baseline, counterNames.baselineTotal, counterNames.baselineErrors)),
  ];
}

function partsOf({ total, errors }: Counters, totalName: string, errorsName: string): Part[] {
  return [
    { name: totalName, selector: total.selector, timed: true },
    { name: errorsName, selector: errors.selector, timed: true },
  ];
}

/** Whether a part belongs to the baseline, and not to what is judged. */
export function isOfBaseline(part: string): boolean {
  return part.startsWith('baseline-');
}
