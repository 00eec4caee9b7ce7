import { createEvidence } from '../../src/gate/evidence.js';
import { likelihoodRatioOf } from '../../src/gate/likelihood-ratio.js';
import type { Limit } from '../../src/contract/check.js';

const limit: Limit = { metric: 'success-rate', minPercent: 95 };
const intervals = 12;
/** Of so many requests an interval ... */
const requests = 100;
/** ... these fail, in one line of the chart each. */
const failing = [100, 20, 10, 0];
/** What is above it is cut off, so that the slow lines can be told apart. */
const top = 11;

/** The course of the evidence for steady services, as a chart that GitHub renders; computed by the gate itself. */
export function generateEvidenceChart(): string {
  const labels = Array.from({ length: intervals }, (_, i) => String(i + 1));
  const line = (values: readonly number[]): string =>
    `    line [${values.map((value) => Math.min(top, value).toFixed(2)).join(', ')}]`;
  return [
    '```mermaid',
    'xychart-beta',
    '    title "Evidence against a version (limit 95 %); the level line is 1 in 100"',
    `    x-axis "intervals of 10 s" [${labels.join(', ')}]`,
    `    y-axis "log evidence" -2 --> ${String(top)}`,
    ...failing.map((failures) => line(courseOf(failures))),
    line(labels.map(() => Math.log(100))),
    '```',
  ].join('\n');
}

function courseOf(failures: number): readonly number[] {
  // As in a watch of five minutes.
  const evidence = createEvidence({ plannedIntervals: 30 });
  return Array.from({ length: intervals }, () => {
    const odds = likelihoodRatioOf(limit, {
      kind: 'counts',
      samples: requests,
      failures,
      seconds: 10,
    });
    if (odds !== undefined) evidence.push(odds);
    return evidence.logE;
  });
}
