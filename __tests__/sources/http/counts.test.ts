import { describe, expect, it } from '@jest/globals';
import { countFailures, countSlow } from '../../../src/sources/http/checks.js';
import type { ProbeResult } from '../../../src/sources/http/prober.js';

const answered = (latencyMs: number, kind = '', stalledMs = 0): ProbeResult => ({
  sent: true,
  ok: kind === '',
  kind,
  latencyMs,
  ...(stalledMs > 0 ? { stalledMs } : {}),
});
const timeout: ProbeResult = { sent: true, ok: false, kind: 'timeout', latencyMs: Infinity };
const refused: ProbeResult = {
  sent: true,
  ok: false,
  kind: 'connection refused',
  latencyMs: null,
};
const unsent: ProbeResult = { sent: false, why: 'shortage on this machine (EMFILE)' };
const window = { from: 30_000, to: 40_000 };

describe('countFailures', () => {
  it('counts failures by kind', () => {
    const results = [answered(1), answered(2, 'status 503'), timeout, timeout, refused, unsent];
    expect(countFailures(results, window)).toEqual({
      kind: 'counts',
      samples: 5,
      failures: 4,
      seconds: 10,
      kinds: { 'status 503': 1, timeout: 2, 'connection refused': 1 },
    });
  });
});

describe('countSlow', () => {
  it('counts answers of any status and timeouts, and no other failure', () => {
    const results = [
      answered(800),
      answered(800.1),
      answered(900, 'status 503'),
      timeout,
      refused,
      unsent,
    ];
    expect(countSlow(results, window, 800)).toEqual({
      kind: 'counts',
      samples: 4,
      failures: 3,
      seconds: 10,
      kinds: { slow: 2, timeout: 1 },
    });
  });

  it('leaves out what may be slow only because this process was stalled', () => {
    const stalled = (latencyMs: number, stalledMs: number): ProbeResult =>
      answered(latencyMs, '', stalledMs);
    const results = [answered(10), stalled(900, 100), stalled(900, 99), stalled(300, 250)];
    expect(countSlow(results, window, 800)).toMatchObject({ samples: 3, failures: 1 });
    expect(countFailures(results, window)).toMatchObject({ samples: 4, failures: 0 });
    expect(countSlow([stalled(5000, 4900)], window, 800)).toEqual({
      kind: 'none',
      why: 'provider-error',
      detail: '1 of 1 probes gave no result: this machine was too busy to see the answer in time',
    });
  });

  it('is an empty count when no request could be timed', () => {
    expect(countSlow([refused, refused], window, 800)).toMatchObject({ samples: 0, failures: 0 });
  });
});

describe('a window without a probe that was sent', () => {
  it('is an empty count when none was due', () => {
    expect(countFailures([], window)).toMatchObject({ kind: 'counts', samples: 0, failures: 0 });
  });

  it('is an error of the source, with its reason, when this machine could not send', () => {
    expect(countFailures([unsent, unsent], window)).toEqual({
      kind: 'none',
      why: 'provider-error',
      detail: '2 of 2 probes gave no result: shortage on this machine (EMFILE)',
    });
  });
});
