import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { systemFiles } from '../../src/support/files.js';

const folder = mkdtempSync(join(tmpdir(), 'rollgate-test-'));
const file = join(folder, 'file');
writeFileSync(file, 'text');
mkdirSync(join(folder, 'directory'));

afterAll(() => {
  rmSync(folder, { recursive: true });
});

describe('systemFiles', () => {
  it.each([
    ['a file that does not exist', join(folder, 'none')],
    ['a file in a folder that does not exist', join(folder, 'none', 'none')],
    ['a file below another file', join(file, 'none')],
  ])('%s: nothing to read and nothing to remove', (_, path) => {
    expect(systemFiles.read(path)).toBeUndefined();
    expect(() => {
      systemFiles.remove(path);
    }).not.toThrow();
  });

  it('reads a file, and throws for a directory', () => {
    expect(systemFiles.read(file)).toBe('text');
    expect(() => systemFiles.read(join(folder, 'directory'))).toThrow('EISDIR');
  });

  it('follows links, and tells a broken link from a missing file', () => {
    symlinkSync(file, join(folder, 'link'));
    symlinkSync(join(folder, 'gone'), join(folder, 'broken'));
    const path = realpathSync(file);
    expect(systemFiles.real(file)).toEqual({ path });
    expect(systemFiles.real(join(folder, 'link'))).toEqual({ path });
    expect(systemFiles.real(join(folder, 'broken'))).toBe('broken');
    expect(systemFiles.real(join(folder, 'none', 'none'))).toBe('absent');
    expect(systemFiles.real(join(file, 'none'))).toBe('absent');
  });
});
