import { describe, expect, it } from '@jest/globals';
import {
  readSnapshot,
  type Snapshot,
  type SnapshotReader,
} from '../../src/commands/snapshot-file.js';

const snapshot: Snapshot = {
  schema: 1,
  tool: { name: 'rollgate', version: '0.1.0' },
  host: { system: 'github', runId: '77', attempt: 1 },
  takenAt: '2026-11-23T10:00:00.000Z',
  targets: [{ name: 'default', strategies: { kubernetes: { revision: 12 } } }],
};

const reader = (given: Partial<SnapshotReader> = {}): SnapshotReader => ({
  ...{ system: 'github', runId: '77', machine: 'runner-1' },
  ...{ now: Date.parse('2026-11-23T10:30:00.000Z'), deployedWithin: 3_600_000 },
  ...given,
});

describe('readSnapshot', () => {
  it('reads the snapshot of this run, from an earlier attempt too', () => {
    const read = readSnapshot(JSON.stringify(snapshot), 'snapshot.json', reader());
    expect(read).toEqual({ snapshot });
  });

  it('reads an old one of this run, as after an approval, and says what that means', () => {
    const late = reader({ now: Date.parse('2026-11-24T10:00:00.000Z') });
    const read = readSnapshot(JSON.stringify(snapshot), 'snapshot.json', late);
    expect(read.snapshot).toEqual(snapshot);
    expect(read.notice).toMatch(
      /was taken 24h ago: whatever has changed since then counts as this/,
    );
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
    const read = readSnapshot(JSON.stringify(snapshot), 'snapshot.json', reader(info));
    expect(read.snapshot).toBeUndefined();
    expect(read.notice).toMatch(notice);
  });

  it.each([['not JSON'], ['{}'], ['{"schema":2}'], ['null']])('ignores the content %s', (text) => {
    const read = readSnapshot(text, 'snapshot.json', reader());
    expect(read.snapshot).toBeUndefined();
    expect(read.notice).toMatch(/^The snapshot in snapshot\.json is ignored: it cannot be read/);
  });
});

describe('a snapshot of a run without an id, read by one', () => {
  const without: Snapshot = {
    ...snapshot,
    host: { system: 'local', runId: null, attempt: null, machine: 'runner-1' },
  };
  const read = (given: Partial<SnapshotReader>, taken = without): ReturnType<typeof readSnapshot> =>
    readSnapshot(
      JSON.stringify(taken),
      'snapshot.json',
      reader({ system: 'local', runId: null, ...given }),
    );

  it('on the same machine, not older than deployed-within: read', () => {
    expect(read({})).toEqual({ snapshot: without });
    expect(read({ now: Date.parse('2026-11-23T11:00:00.000Z') })).toEqual({ snapshot: without });
  });

  it('of an older version, which names no machine: read', () => {
    const host = { ...without.host, machine: undefined };
    expect(read({}, { ...without, host }).notice).toBeUndefined();
  });

  it.each<[string, Partial<SnapshotReader>, RegExp]>([
    ['on another machine', { machine: 'runner-2' }, /taken on another machine \(runner-1\); set/],
    [
      'older than deployed-within',
      { now: Date.parse('2026-11-23T11:00:00.001Z') },
      /taken at 2026-11-23T10:00:00\.000Z, longer ago than `deployed-within` \(1h\); set `run-id`/,
    ],
    ['from the future', { now: Date.parse('2026-11-23T09:59:59.000Z') }, /set `run-id`/],
    ['by a run with an id', { runId: '1' }, /a run without an id \(local\) .*this is local run 1/],
    ['in another system', { system: 'cloudbuild' }, /this is a run without an id \(cloudbuild\)/],
  ])('%s: ignored, and says so', (_name, given, notice) => {
    expect(read(given).snapshot).toBeUndefined();
    expect(read(given).notice).toMatch(notice);
  });
});
