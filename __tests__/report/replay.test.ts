import { describe, expect, it } from '@jest/globals';
import type { Judgement } from '../../src/contract/check.js';
import {
  replayLines,
  replayTable,
  type ReplayedRecording,
  type ReplayedTarget,
} from '../../src/report/replay.js';
import { aCheck, healthWithin } from '../support/reports.js';
import type { Replayed } from '../../src/contract/replay.js';

function judgement(verdict: Judgement['verdict'], reason = `why ${verdict}`): Judgement {
  return { verdict, reason, decidedBy: [] };
}

function now(over: Partial<Replayed> = {}): Replayed {
  return {
    judgement: judgement('unhealthy'),
    decidedAt: 80_400,
    endsAt: 330_000,
    results: [aCheck({ limit: '≥ 99 %' }), healthWithin],
    ...over,
  };
}

function target(over: Partial<ReplayedTarget> = {}): ReplayedTarget {
  return {
    name: 'default',
    live: { judgement: judgement('healthy'), decidedAt: 330_000 },
    now: now(),
    changes: [{ what: 'success-rate', from: '≥ 95 %', to: '≥ 99 %' }],
    ...over,
  };
}

function recording(over: Partial<ReplayedRecording> = {}): ReplayedRecording {
  return {
    file: 'a.ndjson',
    startedAt: '2026-11-02T10:00:00.000Z',
    version: '0.1.0',
    truncated: false,
    targets: [target()],
    ...over,
  };
}

const asLive = target({
  now: now({ judgement: judgement('healthy'), decidedAt: 330_000 }),
  changes: [],
});

describe('replayLines', () => {
  it('shows the live and the new verdict, each with its time and reason', () => {
    expect(replayLines(recording())).toEqual([
      'a.ndjson: watched 2026-11-02T10:00:00.000Z by rollgate 0.1.0',
      '  limits: success-rate: ≥ 99 % (was ≥ 95 %)',
      '  live:   healthy at +05:30',
      '          why healthy',
      '  now:    unhealthy at +01:20: would have rolled back at +01:20',
      '          why unhealthy',
      '  success-rate  ≥ 99 %                               86.33 %                 breached  evidence at most 8.4 of 5.3',
      '  health        fewer than 3 failed checks in a row  12 of 12 checks passed  within',
    ]);
  });

  it.each<[string, Partial<ReplayedTarget>, string]>([
    ['no new limits', { changes: [] }, '  limits: as they were'],
    ['no live verdict', { live: null }, '  live:   no verdict by +05:30'],
    [
      'a live verdict without a time',
      { live: { judgement: judgement('healthy'), decidedAt: null } },
      '  live:   healthy',
    ],
    [
      'no new verdict',
      { now: now({ judgement: null, decidedAt: null, endsAt: 61_000 }) },
      '  now:    no verdict: nothing decided when the recording ends at +01:01',
    ],
    [
      'a new verdict of healthy',
      { now: now({ judgement: judgement('healthy'), decidedAt: 330_000 }) },
      '  now:    healthy at +05:30: would have passed',
    ],
    [
      'a new verdict of inconclusive',
      { now: now({ judgement: judgement('inconclusive'), decidedAt: 330_000 }) },
      '  now:    inconclusive at +05:30: would have been inconclusive, without a rollback',
    ],
    [
      'a verdict after more than an hour',
      { now: now({ decidedAt: 3_725_000 }) },
      '  now:    unhealthy at +1:02:05: would have rolled back at +1:02:05',
    ],
  ])('for %s have the right line', (_, over, line) => {
    expect(replayLines(recording({ targets: [target(over)] }))).toContain(line);
  });

  it('name other rules as the reason when the same limits give another verdict', () => {
    const line = /its rules are others/;
    expect(replayLines(recording({ targets: [target({ changes: [] })] })).join('\n')).toMatch(line);
    for (const same of [target(), asLive, target({ changes: [], live: null })])
      expect(replayLines(recording({ targets: [same] })).join('\n')).not.toMatch(line);
  });

  it('show each target apart, and that the last line is incomplete', () => {
    const lines = replayLines(
      recording({ truncated: true, targets: [target({ name: 'shop' }), target({ name: 'cart' })] }),
    );
    expect(lines[1]).toContain('last line is incomplete');
    expect(lines.filter((line) => line.startsWith('target '))).toEqual([
      'target shop',
      'target cart',
    ]);
  });
});

describe('replayTable', () => {
  it('has a line for each recording and target', () => {
    expect(
      replayTable([
        recording(),
        recording({ file: 'long/name.ndjson', targets: [asLive], truncated: true }),
        recording({
          file: 'c',
          targets: [
            target({ name: 'shop' }),
            target({ name: 'cart', now: now({ judgement: null, decidedAt: null }) }),
          ],
        }),
      ]),
    ).toEqual([
      'limits: success-rate: ≥ 99 %',
      'file              live               now',
      'a.ndjson          healthy at +05:30  unhealthy at +01:20  would have rolled back at +01:20',
      'long/name.ndjson  healthy at +05:30  healthy at +05:30    would have passed',
      'c (shop)          healthy at +05:30  unhealthy at +01:20  would have rolled back at +01:20',
      'c (cart)          healthy at +05:30  no verdict           nothing decided when the recording ends at +05:30',
      '2 of 4 would have been rolled back; 3 would have ended otherwise than live',
      'long/name.ndjson: the last line is incomplete, and is left out',
    ]);
  });

  it('says that every verdict is that of the live watch', () => {
    const lines = replayTable([recording({ targets: [asLive] }), recording({ targets: [asLive] })]);
    expect(lines[0]).toBe('limits: as they were');
    expect(lines.at(-1)).toBe(
      '0 of 2 would have been rolled back; every verdict is that of the live watch',
    );
  });
});
