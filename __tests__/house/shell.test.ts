import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src', name).replaceAll('\\', '/'));

/** The files in which this stands. */
function filesWith(pattern: RegExp): readonly string[] {
  return files.filter((name) => pattern.test(readFileSync(name, 'utf8'))).sort();
}

describe('programs', () => {
  it('are started in one place', () => {
    expect(filesWith(/child_process/)).toEqual(['src/support/exec.ts']);
  });

  it('are started without a shell', () => {
    expect(filesWith(/\bshell: (true|['"])|\b(exec|spawn|execFile)Sync\(|\bexecFile\(/)).toEqual(
      [],
    );
  });

  it('are a shell for the line of the user alone', () => {
    const shells = /program: '[^']*\b(sh|bash|cmd|powershell|pwsh)\b|\(\s*'(sh|bash|cmd|pwsh)'/;
    expect(filesWith(shells)).toEqual(['src/support/shell.ts']);
  });
});
