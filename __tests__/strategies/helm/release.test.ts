import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  inWords,
  lastGood,
  origin,
  readHistory,
  rejected,
  type Revision,
} from '../../../src/strategies/helm/release.js';

function revision(number: number, given: Partial<Revision> = {}): Revision {
  return {
    revision: number,
    updated: 0,
    status: 'superseded',
    chart: 'api-1.0.0',
    appVersion: '1',
    rollbackTo: undefined,
    ...given,
  };
}

describe('the history of a release', () => {
  it('is read from what helm 3 prints', () => {
    const printed = [
      {
        revision: 2,
        updated: '2026-01-01T12:03:04.123456789+01:00',
        status: 'deployed',
        chart: 'api-1.2.0',
        app_version: '7',
        description: 'Rollback to 1',
      },
      {
        revision: 1,
        updated: '0001-01-01T00:00:00Z',
        status: 'superseded',
        chart: 'api-1.2.0',
        app_version: '',
        description: 'Install complete',
      },
    ];
    expect(readHistory(JSON.stringify(printed))).toEqual([
      revision(1, { updated: null, chart: 'api-1.2.0', appVersion: '' }),
      revision(2, {
        updated: Date.UTC(2026, 0, 1, 11, 3, 4, 123),
        status: 'deployed',
        chart: 'api-1.2.0',
        appVersion: '7',
        rollbackTo: 1,
      }),
    ]);
  });

  it('names the revision of a rollback from helm 4, whatever its description', () => {
    const [only] = readHistory(
      '[{"revision":3,"status":"deployed","description":"by hand","rollback_revision":1}]',
    )!;
    expect(only).toMatchObject({ revision: 3, rollbackTo: 1, updated: null });
  });

  it.each([
    ['', '[]', '{}', 'null', '[{"revision":"1"}]', '[{"revision":1}]', '[null]'].map(String),
  ])('is not read from: %s', (...texts) => {
    for (const text of texts) expect(readHistory(text)).toBeUndefined();
  });

  it('is read from any JSON or refused, and never throws', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        const read = readHistory(text);
        expect(read === undefined || read.length > 0).toBe(true);
      }),
    );
  });

  it('runner commands in its texts are disarmed', () => {
    const [only] = readHistory('[{"revision":1,"status":"::error::x","chart":"##vso[x]"}]')!;
    expect(only?.status).toBe('\u2060::error::x');
    expect(inWords(only!)).not.toMatch(/##vso/);
  });

  it.each<{ name: string; history: Revision[]; good: number | undefined }>([
    {
      name: 'the deployed revision below a failed upgrade',
      history: [
        revision(1),
        revision(2, { status: 'deployed' }),
        revision(3, { status: 'failed' }),
      ],
      good: 2,
    },
    {
      name: 'the last revision when a rollback has failed',
      history: [revision(1), revision(2), revision(3, { status: 'failed' })],
      good: 2,
    },
    {
      name: 'nothing when no revision was ever deployed',
      history: [revision(1, { status: 'failed' }), revision(2, { status: 'pending-upgrade' })],
      good: undefined,
    },
  ])('a deploy can be rolled back to $name', ({ history, good }) => {
    expect(lastGood(history)?.revision).toBe(good);
  });

  it('rollbacks of rollbacks lead to the revision of their origin', () => {
    const history = [
      revision(1),
      revision(2),
      revision(3, { rollbackTo: 1 }),
      revision(4, { rollbackTo: 3 }),
      revision(5, { rollbackTo: 2 }),
      revision(6, { rollbackTo: 6 }),
    ];
    expect(history.map((it) => origin(history, it.revision))).toEqual([1, 2, 1, 1, 2, 6]);
  });

  it('a revision that was rolled back is rejected until it is rolled back to', () => {
    const first = [revision(1), revision(2), revision(3, { rollbackTo: 1 })];
    expect([...rejected(first)]).toEqual([2]);
    expect([...rejected([...first, revision(4, { rollbackTo: 2 })])]).toEqual([1]);
  });

  it('the origin is an earlier revision or the revision itself, whatever rollbacks say', () => {
    const histories = fc
      .array(fc.option(fc.integer({ min: 0, max: 30 })), { maxLength: 20 })
      .map((targets) =>
        targets.map((to, index) => revision(index + 1, { rollbackTo: to ?? undefined })),
      );
    fc.assert(
      fc.property(histories, (history) => {
        for (const it of history)
          expect(origin(history, it.revision)).toBeLessThanOrEqual(it.revision);
        rejected(history);
      }),
    );
  });
});
