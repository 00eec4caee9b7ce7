import { expect, it } from '@jest/globals';
import type { WatchEvent } from '../../src/contract/check.js';
import { encodeLine, headerLine } from '../../src/report/recording.js';
import { decodeRecording } from '../../src/report/recording-reader.js';
import { defaultPlan, successRate } from '../support/stand-in-checks.js';

const raw = [
  { answeredAt: 1767225600.123, series: { '1': { part: 'total' } }, samples: [[1, 2.5, 3]] },
];
const window = { from: 0, to: 10_000 };

it('raw answers of a source and the policies of checks read back digit by digit', () => {
  const events: WatchEvent[] = [
    {
      kind: 'counts',
      samples: 3,
      failures: 1,
      seconds: 9.97,
      cadence: 15_000,
      possibleFailures: 2,
      raw,
    } as const,
    { kind: 'none', why: 'unchanged', raw } as const,
    { kind: 'value', value: 1.5, cadence: 30_000, raw } as const,
  ].map((observation) => ({ type: 'observation', check: 'a', window, observation }));
  const plan = { ...defaultPlan, onNoData: 'ignore', onProviderError: 'ignore' } as const;
  const checks = [{ id: 'a', limit: successRate, source: 'prometheus', subject: 'x' }];
  const text = [
    headerLine('1.0.0', '2026-01-01T00:00:00.000Z', [{ name: 'default', plan, checks }]),
    ...events.map((event) => ({ type: 'event', target: 'default', event }) as const),
  ]
    .map(encodeLine)
    .join('');
  const [target] = decodeRecording(text).targets;
  expect(target?.events.map(({ event }) => event)).toEqual(events);
  expect(target?.plan).toEqual({ ...plan, extend: false });
});
