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
      'a file is in the place of its folder → name another folder',
    ],
    [
      'a file within a file',
      () => {
        writeFileSync(join(file, 'more'), '');
      },
      'a file is in the place of its folder → name another folder',
    ],
    [
      'a folder to be read',
      () => readFileSync(folder),
      'it is a folder, and not a file → name a file',
    ],
  ])('%s', (_, work, words) => {
    expect(fileTrouble(thrownBy(work))).toBe(words);
  });

  it.each([
    ['EACCES', /^this user has no right to it$/],
    ['EROFS', /^the file system is read-only$/],
    ['ENOSPC', /^no space is left on the disk$/],
  ])('%s, with what to change', (code, message) => {
    const problem = fileProblem(Object.assign(new Error('raw'), { code }));
    expect(problem.message).toMatch(message);
    expect(problem.fix).not.toBe('');
  });

  it('of several files the first is told; what is not known is told as it is', () => {
    const full = Object.assign(new Error('raw'), { code: 'ENOSPC' });
    expect(fileTrouble(new AggregateError([full, full]))).toBe(
      'no space is left on the disk → make room',
    );
    expect(fileTrouble(new Error('no room'))).toBe('no room');
  });
});
