import { describe, expect, it } from '@jest/globals';
import { readSnapshot, type Snapshot } from '../../src/commands/snapshot-file.js';

const snapshot: Snapshot = {
  schema: 1,
  tool: { name: 'rollgate', version: '0.1.0' },
  host: { system: 'github', runId: '77', attempt: 1 },
  takenAt: '2026-11-23T10:00:00.000Z',
  targets: [{ name: 'default', strategies: { kubernetes: { revision: 12 } } }],
};

describe('readSnapshot', () => {
  it('reads the snapshot of this run, from an earlier attempt too', () => {
    const read = readSnapshot(JSON.stringify(snapshot), 'snapshot.json', {
      system: 'github',
      runId: '77',
    });
    expect(read).toEqual({ snapshot });
  });

  it.each([
    [
      'another run',
      { system: 'github', runId: '78' },
      /taken by github run 77 at .*this is github run 78/,
    ],
    ['another system', { system: 'gitlab', runId: '77' }, /taken by github run 77/],
    [
      'a run without an id',
      { system: 'local', runId: null },
      /this is a run without an id \(local\)/,
    ],
  ] as const)('ignores the snapshot of %s, and says so', (_, info, notice) => {
    const read = readSnapshot(JSON.stringify(snapshot), 'snapshot.json', info);
    expect(read.snapshot).toBeUndefined();
    expect(read.notice).toMatch(notice);
  });

  it.each([['not JSON'], ['{}'], ['{"schema":2}'], ['null']])('ignores the content %s', (text) => {
    const read = readSnapshot(text, 'snapshot.json', { system: 'github', runId: '77' });
    expect(read.snapshot).toBeUndefined();
    expect(read.notice).toMatch(/^The snapshot in snapshot\.json is ignored: it cannot be read/);
  });
});
