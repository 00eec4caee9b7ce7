import { performance } from 'node:perf_hooks';
import { createEvidence } from '../src/gate/evidence.js';
import { median } from './numbers.js';
import type { Print } from './print.js';
import { randomOf } from './random.js';

const BATCHES = 9;
const UPDATES = 200_000;

/** How many intervals a second the evidence can take in. */
export function evidence(print: Print): boolean {
  const random = randomOf('evidence');
  const ratios = Array.from({ length: UPDATES }, () => 2 * random());
  const perSecond = Array.from({ length: BATCHES }, () => {
    const wealth = createEvidence({ plannedIntervals: UPDATES });
    const begun = performance.now();
    for (const z of ratios) wealth.push(z);
    return (1000 * UPDATES) / (performance.now() - begun);
  });
  print(
    `${Math.round(median(perSecond)).toLocaleString('en-US')} updates/s ` +
      `(median of ${String(BATCHES)} batches of ${UPDATES.toLocaleString('en-US')})`,
  );
  return true;
}
