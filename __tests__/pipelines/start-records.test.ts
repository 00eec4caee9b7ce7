import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createStartRecords, type StartRecords } from '../../src/pipelines/start-records.js';
import { systemFiles } from '../../src/support/files.js';

const NOW = Date.parse('2026-11-29T03:00:00.000Z');
const id = 'rollgate-0123456789abcdef-fedcba9876543210';
const run = { id: '9001', url: 'https://ci.test/runs/9001' };
const file = `rollback-${id}.json`;

let folder: string;
let records: StartRecords;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'records-'));
  records = createStartRecords(systemFiles, join(folder, 'rollgate-report'), () => NOW);
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

function written(): unknown {
  return JSON.parse(readFileSync(join(folder, 'rollgate-report', file), 'utf8'));
}

describe('records of calls that start a rollback run', () => {
  it('a call that is about to be made is written down once, and its run when it is known', async () => {
    expect(records.read(id)).toBeUndefined();
    expect(await records.claim(id)).toBe(true);
    expect(written()).toEqual({ id, at: '2026-11-29T03:00:00.000Z' });
    expect(await records.claim(id)).toBe(false);
    expect(records.read(id)).toEqual({ id, at: NOW });

    await records.note(id, run);
    expect(written()).toEqual({ id, at: '2026-11-29T03:00:00.000Z', run });
    expect(records.read(id)).toEqual({ id, at: NOW, run });
    expect(readdirSync(join(folder, 'rollgate-report'))).toEqual([file]);
  });

  it('two gates claim the same call at once: one of them may make it', async () => {
    const claims = await Promise.all(Array.from({ length: 20 }, () => records.claim(id)));
    expect(claims.filter((claimed) => claimed)).toHaveLength(1);
  });

  it('a call that was refused leaves nothing behind', async () => {
    await records.claim(id);
    records.drop(id);
    expect(records.read(id)).toBeUndefined();
    expect(await records.claim(id)).toBe(true);
  });

  it('the calls of one scope are found among those of others, and among other files', async () => {
    const later = 'rollgate-0123456789abcdef-0000000000000000';
    for (const one of [id, later, 'rollgate-ffffffffffffffff-0000000000000000'])
      await records.claim(one);
    writeFileSync(join(folder, 'rollgate-report', 'report.json'), '{}');
    const found = await records.ofScope('rollgate-0123456789abcdef-');
    expect(found.map((one) => one.id).sort()).toEqual([later, id].sort());
  });

  it.each([
    ['is being written', ''],
    ['was cut off', '{"id": "rollgate-0123'],
    ['is no record', '[1, 2]'],
    ['is of another call', JSON.stringify({ id: 'rollgate-1-1', at: '2026-11-29T02:00:00.000Z' })],
    ['has no time', JSON.stringify({ id, at: 'yesterday', run })],
    [
      'has a link that is none',
      JSON.stringify({ id, at: '2026-11-29T02:00:00.000Z', run: { id: '1', url: 'javascript:x' } }),
    ],
    [
      'has an id that no path can hold',
      JSON.stringify({ id, at: '2026-11-29T02:00:00.000Z', run: { ...run, id: '1\n2' } }),
    ],
  ])('a record that %s: a call was made just now, and its run is not known', async (_, text) => {
    await records.claim(id);
    writeFileSync(join(folder, 'rollgate-report', file), text);
    expect(records.read(id)).toEqual({ id, at: NOW });
  });

  it('a folder that cannot be written: the call may be made', async () => {
    writeFileSync(join(folder, 'rollgate-report'), 'a file');
    expect(await records.claim(id)).toBe(true);
    await records.note(id, run);
    records.drop(id);
    expect(records.read(id)).toBeUndefined();
    expect(await records.ofScope('rollgate-')).toEqual([]);
  });
});
