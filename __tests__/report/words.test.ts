import { describe, expect, it } from '@jest/globals';
import { annotationOf, checkSentence, headlineOf, subjectInWords } from '../../src/report/words.js';
import { renderSummary } from '../../src/report/summary.js';
import { aCheck, aReport, aRollback, aTarget, reports } from '../support/reports.js';

const excused = aCheck({
  id: 'orders',
  outcome: 'breached',
  excused: true,
  shown: '70 %',
  limit: '≥ 95 %',
  samples: 100,
  failures: 30,
  kinds: {},
  baseline: { samples: 100, failures: 31 },
});

describe('the sentence about a compared check', () => {
  it('over the limit like its baseline says so, and is not called breached', () => {
    expect(checkSentence(excused)).toBe(
      'orders: 70 % is over the limit, and the baseline does no better (≥ 95 %); 30 of 100 failed.',
    );
    const summary = renderSummary(aReport({ targets: [aTarget({ checks: [excused] })] }));
    expect(summary).toContain('❔ baseline too');
    expect(summary).not.toContain('❌ breached');
  });

  it('by latency counts the requests slower than the decisive border', () => {
    const slow = aCheck({
      id: 'speed',
      metric: 'relative',
      limit: 'no slower than the baseline',
      outcome: 'within',
      shown: '98 % within 500ms (baseline 97 %)',
      samples: 100,
      failures: 2,
      slowerThan: 500,
      kinds: {},
    });
    expect(checkSentence(slow)).toContain('; 2 of 100 slower than 500ms.');
  });
});

describe('the heading', () => {
  it.each([
    ['rolled back', '↩️ Rolled back and verified'],
    ['still unhealthy', '🚨 Rolled back, still unhealthy'],
    ['rollback failed', '🚨 ROLLBACK FAILED: nothing was rolled back'],
    ['unverified', '🚨 ROLLBACK NOT CONFIRMED: look now'],
    ['withheld', '✋ Not rolled back: dry-run is set'],
  ])('of the command rollback, which judges nothing: %s', (name, heading) => {
    const { mark, title } = headlineOf({ ...reports[name]!, command: 'rollback' });
    expect(`${mark} ${title}`).toBe(heading);
  });

  it.each([
    [
      ['verified', 'failed', 'verified'],
      '🚨 ROLLBACK FAILED: nothing was rolled back, the bad version is live (1 of 3 targets)',
    ],
    [
      ['still-unhealthy', 'unverified', 'unverified'],
      '🚨 ROLLBACK NOT CONFIRMED: look now (2 of 3 targets)',
    ],
    [['not-needed', 'verified'], '↩️ Rolled back and verified (1 of 2 targets)'],
  ] as const)(
    'of several targets is that of the one that needs a person most: %j',
    (statuses, heading) => {
      const targets = statuses.map((status) => aTarget({ rollback: aRollback({ status }) }));
      const { mark, title } = headlineOf(aReport({ targets }));
      expect(`${mark} ${title}`).toBe(heading);
    },
  );

  it('of shards says how many are missing', () => {
    const shards = { count: 5, command: 'run', reports: [], missing: [2, 4] };
    expect(headlineOf({ ...reports['rolled back']!, command: 'combine', shards }).title).toBe(
      'Rolled back and verified; 2 of 5 shards missing',
    );
    const byHandToo = {
      ...reports.withheld!,
      command: 'combine',
      shards: { ...shards, command: 'rollback' },
    };
    expect(headlineOf(byHandToo).title).toContain('Not rolled back: ');
  });

  it.each([
    ['`on-unhealthy` is `report`', ': `on-unhealthy` is `report`'],
    ['dry run: it would have been rolled back', ': dry run'],
    [`deployment/api runs ${'x'.repeat(80)}`, ''],
  ])(
    'names a short reason not to roll back, and leaves a long one to the text: %s',
    (detail, end) => {
      const rollback = aRollback({ status: 'withheld', detail });
      const { title } = headlineOf(aReport({ targets: [aTarget({ rollback })] }));
      expect(title).toBe(`Unhealthy, not rolled back${end}`);
    },
  );

  it('of the one line of a CI system comes before the reason, and what to keep in mind after it', () => {
    expect(annotationOf(reports.unverified!)).toEqual({
      title: 'Rollgate: ROLLBACK NOT CONFIRMED: look now',
      text: `${reports.unverified!.reason} The bad version may still be live. Look before you roll back again: a second rollback may undo the right version.`,
    });
    expect(annotationOf(reports.inconclusive!).title).toBe('Rollgate: Inconclusive');
  });
});

describe('what was deployed', () => {
  const attempt = aRollback().attempts[0]!;
  const rollback = (from: object, to: object) =>
    aRollback({
      attempts: [{ ...attempt, outcome: 'verified', from: { ...from }, to: { ...to } }],
    });

  it.each([
    [
      { 'kubernetes-workload': 'deployment/api', 'health-url': 'https://a.example/z' },
      rollback({ revision: 8, images: ['shop:2'] }, { revision: 7, images: ['shop:1'] }),
      'https://a.example/z: revision 8 → 7, images shop:2 → shop:1',
    ],
    [
      { 'kubernetes-workload': 'deployment/api' },
      rollback(
        { workload: 'deployment/api', revision: 8 },
        { workload: 'deployment/api', revision: 7 },
      ),
      'deployment/api: revision 8 → 7',
    ],
    [{ 'ecs-service': 'main/shop\nmain/api' }, rollback({}, {}), 'main/shop, main/api'],
    [{}, rollback({ api: { commit: 'a' } }, { api: { commit: 'b' } }), 'api commit a → b'],
    [{}, rollback({}, { id: 4 }), ''],
  ])(
    'is named by what the user configured, with the versions that differ: %j',
    (config, of, words) => {
      const target = aTarget({ rollback: of });
      expect(subjectInWords(aReport({ config, targets: [target] }), target)).toBe(words);
    },
  );

  it('of one of several targets is named by its own inputs', () => {
    const target = aTarget({ name: 'api', rollback: rollback({}, {}) });
    const config = { url: 'https://all.example', targets: { api: { url: 'https://api.example' } } };
    expect(subjectInWords(aReport({ config, targets: [target] }), target)).toBe(
      'https://api.example',
    );
  });
});
