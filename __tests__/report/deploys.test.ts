import { describe, expect, it } from '@jest/globals';
import type { Judgement } from '../../src/contract/check.js';
import { deployLines, deployTable, type JudgedDeploy } from '../../src/report/deploys.js';
import { aCheck, healthWithin } from '../support/reports.js';

function deploy(
  verdict: Judgement['verdict'],
  over: Partial<JudgedDeploy> & { rollsBackDoubt?: boolean; decidedBy?: readonly string[] } = {},
): JudgedDeploy {
  const { rollsBackDoubt = false, decidedBy = ['success-rate'], ...others } = over;
  return {
    at: '2026-11-24T09:12:00Z',
    outcome: {
      kind: 'judged',
      rollsBackDoubt,
      replayed: {
        judgement: { verdict, reason: `Why it is ${verdict}.`, decidedBy },
        decidedAt: 130_400,
        endsAt: 330_000,
        results: [aCheck({ kinds: { 'status 503': 41 } }), healthWithin],
      },
    },
    ...others,
  };
}

const failed: JudgedDeploy['outcome'] = { kind: 'not-judged', why: 'status 500', failed: true };

describe('deployTable', () => {
  it('has a line for each deploy, and their count', () => {
    expect(
      deployTable([
        deploy('unhealthy'),
        deploy('healthy', { target: 'shop' }),
        deploy('inconclusive'),
        deploy('inconclusive', { rollsBackDoubt: true }),
        deploy('healthy', {
          outcome: { kind: 'not-over', until: 60_000, endsAt: '2026-11-24T09:17:30Z' },
        }),
        deploy('healthy', { outcome: failed }),
      ]),
    ).toEqual([
      '2026-11-24T09:12:00Z         would have rolled back at +02:10 (success-rate 86.33 %, limit ≥ 95 %: 41 of 300 failed: 41 × status 503)',
      '2026-11-24T09:12:00Z (shop)  would have passed',
      '2026-11-24T09:12:00Z         inconclusive: Why it is inconclusive',
      '2026-11-24T09:12:00Z         would have rolled back at +02:10 (inconclusive: Why it is inconclusive)',
      '2026-11-24T09:12:00Z         not over: nothing decided by +01:00; the watch ends at 2026-11-24T09:17:30Z',
      '2026-11-24T09:12:00Z         not judged: status 500',
      '2 of 6 would have been rolled back, 1 would have passed, 1 inconclusive, 2 not judged',
    ]);
  });

  it('names every check that decided', () => {
    const [line] = deployTable([deploy('unhealthy', { decidedBy: ['success-rate', 'health'] })]);
    expect(line).toContain('41 × status 503; health 12 of 12 checks passed, limit fewer than 3');
  });
});

describe('deployLines', () => {
  it('show the reason and the checks', () => {
    expect(deployLines(deploy('unhealthy')).slice(1)).toEqual([
      '  Why it is unhealthy.',
      '  success-rate  ≥ 95 %                               86.33 %                 breached  evidence at most 8.4 of 5.3',
      '  health        fewer than 3 failed checks in a row  12 of 12 checks passed  within',
    ]);
  });

  it('show a reason once, and only one line for a deploy that was not judged', () => {
    expect(deployLines(deploy('inconclusive')).join('\n').split('Why it is')).toHaveLength(2);
    expect(deployLines(deploy('healthy', { outcome: failed }))).toHaveLength(1);
  });
});
