import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { fileProblem, fileTrouble } from '../../src/support/errors.js';

const folder = mkdtempSync(join(tmpdir(), 'rollgate-test-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function thrownBy(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error;
  }
  throw new Error('it was expected to fail');
}

describe('what is wrong with a file', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');

  it.each<[string, () => unknown, string]>([
    [
      'a folder to be made where a file is',
      () => mkdirSync(file, { recursive: true }),
      'a file exists where its folder should be → name another folder',
    ],
    ...(process.platform === 'win32'
      ? []
      : [
          [
            'a file within a file',
            () => {
              writeFileSync(join(file, 'more'), '');
            },
            'a file exists where its folder should be → name another folder',
          ] as [string, () => unknown, string],
        ]),
    [
      'a folder to be read',
      () => readFileSync(folder),
      'it is a folder, and not a file → name a file',
    ],
  ])('%s', (_, work, words) => {
    expect(fileTrouble(thrownBy(work))).toBe(words);
  });

  it.each([
    [
      'EACCES',
      'permission denied',
      'grant the user that runs Rollgate access, or run it as another user',
    ],
    ['EROFS', 'the file system is read-only', 'use a folder that can be written'],
    ['ENOSPC', 'no space is left on the disk', 'free some disk space'],
  ])('%s, with what to change', (code, message, fix) => {
    expect(fileProblem(Object.assign(new Error('raw'), { code }))).toEqual({ message, fix });
  });

  it('of several files the first is told; what is not known is told as it is', () => {
    const full = Object.assign(new Error('raw'), { code: 'ENOSPC' });
    expect(fileTrouble(new AggregateError([full, full]))).toBe(
      'no space is left on the disk → free some disk space',
    );
    expect(fileTrouble(new Error('no room'))).toBe('no room');
  });
});
