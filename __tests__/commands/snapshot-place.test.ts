import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { main } from '../../src/commands/main.js';
import { entryWith } from '../support/entry.js';
import { VirtualClock } from '../support/virtual-clock.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollgate-test-'));
  mkdirSync(join(folder, 'snapshot.json'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

async function ran(command: string): Promise<{ readonly code: number; readonly output: string }> {
  const clock = new VirtualClock();
  let output = '';
  const argv = [
    ...[command, '--rollback', 'command', '--rollback-command', 'exit 0'],
    ...['--report-dir', join(folder, 'report'), '--snapshot-file', join(folder, 'snapshot.json')],
  ];
  const work = main(
    entryWith({
      argv,
      clock,
      env: { PATH: process.env.PATH },
      write: (part) => {
        output += part;
      },
    }),
  );
  return { code: await clock.runUntil(work), output };
}

describe('a snapshot file that is a directory', () => {
  it('cannot be written: exit 2, and the message says what is there', async () => {
    const { code, output } = await ran('snapshot');
    expect(output).toMatch(/the snapshot could not be written: .*snapshot\.json is a directory/);
    expect(code).toBe(2);
  });

  it('is ignored by a rollback, loudly', async () => {
    const { code, output } = await ran('rollback');
    expect(output).toMatch(/snapshot\.json is ignored: it cannot be read \(.*(not a file|EISDIR)/);
    expect(code).toBe(0);
  });
});
