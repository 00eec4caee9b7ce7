import { execFileSync } from 'node:child_process';
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
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

const drafts = (): string[] => readdirSync(folder).filter((name) => name.endsWith('.tmp'));

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

  it('reads a file, and throws for a directory, by its name', () => {
    expect(systemFiles.read(file)).toBe('text');
    expect(() => systemFiles.read(join(folder, 'directory'))).toThrow(
      /directory is not a file$|EISDIR/,
    );
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

describe('a log', () => {
  const path = join(folder, 'log.ndjson');

  it('replaces what was there, and is added to at once', () => {
    writeFileSync(path, 'of an earlier run');
    const append = systemFiles.replaceLog(path);
    expect(readFileSync(path, 'utf8')).toBe('');
    append('a');
    append('b');
    expect(readFileSync(path, 'utf8')).toBe('ab');
  });

  it('of one run is not written into that of another', () => {
    const first = systemFiles.replaceLog(path);
    first('first');
    const second = systemFiles.replaceLog(path);
    for (const append of [first, second, first]) append('.');
    expect(readFileSync(path, 'utf8')).toBe('.');
  });

  it('cannot be in a folder that is not there, nor in the place of one', () => {
    expect(() => systemFiles.replaceLog(join(folder, 'none', 'log'))).toThrow('ENOENT');
    expect(() => systemFiles.replaceLog(join(folder, 'directory'))).toThrow(/EISDIR/);
    expect(drafts()).toEqual([]);
  });
});

describe('what stands in the place of a file', () => {
  const at = (name: string): string => join(folder, name);
  // Windows has no pipes among its files, and links only for administrators.
  const onUnix = process.platform === 'win32' ? it.skip : it;
  const pipe = (name: string): string => {
    execFileSync('mkfifo', [at(name)]);
    return at(name);
  };

  it('a directory: not replaced, and the message says what it is', async () => {
    mkdirSync(at('report.json'));
    await expect(systemFiles.writeFile(at('report.json'), 'new')).rejects.toThrow(
      /report\.json is a directory$/,
    );
    expect(drafts()).toEqual([]);
  });

  onUnix('a link: replaced, and what it leads to stays as it was', async () => {
    symlinkSync(file, at('junit.xml'));
    await systemFiles.writeFile(at('junit.xml'), 'new');
    expect(readFileSync(file, 'utf8')).toBe('text');
    expect(lstatSync(at('junit.xml')).isFile()).toBe(true);
    expect(readFileSync(at('junit.xml'), 'utf8')).toBe('new');
  });

  onUnix('a pipe: replaced, and nobody is waited for', async () => {
    await systemFiles.writeFile(pipe('piped.json'), 'new');
    expect(readFileSync(at('piped.json'), 'utf8')).toBe('new');
  });

  it('what another run writes at the same moment: one of them, whole, and nothing else is left', async () => {
    const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(100_000));
    for (let times = 0; times < 20; times++)
      await Promise.all(texts.map((text) => systemFiles.writeFile(at('contested.json'), text)));
    expect(texts).toContain(readFileSync(at('contested.json'), 'utf8'));
    expect(drafts()).toEqual([]);
  });

  const onUnixAsRoot = process.getuid?.() === 0 ? onUnix : it.skip;
  onUnixAsRoot('a device: not replaced', async () => {
    execFileSync('mknod', [at('device'), 'c', '1', '3']);
    await expect(systemFiles.writeFile(at('device'), 'new')).rejects.toThrow(
      /device is a device, and not a file$/,
    );
    expect(lstatSync(at('device')).isCharacterDevice()).toBe(true);
    expect(drafts()).toEqual([]);
  });

  onUnix('a link or a pipe in the place of a log: replaced', () => {
    symlinkSync(file, at('linked-log'));
    systemFiles.replaceLog(at('linked-log'))('line');
    systemFiles.replaceLog(pipe('piped-log'))('line');
    expect(['linked-log', 'piped-log'].map((name) => readFileSync(at(name), 'utf8'))).toEqual([
      'line',
      'line',
    ]);
    expect(readFileSync(file, 'utf8')).toBe('text');
  });

  onUnix('a pipe or a device to read: an error at once', () => {
    expect(() => systemFiles.read(pipe('read.yml'))).toThrow(/read\.yml is not a file$/);
    expect(() => systemFiles.read('/dev/zero')).toThrow(/is not a file$/);
  });

  onUnix('a pipe or a link to add to: an error at once, and nothing is written through it', () => {
    const piped = pipe('piped.ndjson');
    expect(() => {
      systemFiles.append(piped, 'line');
    }).toThrow('ENXIO');
    symlinkSync(file, at('linked.ndjson'));
    expect(() => {
      systemFiles.append(at('linked.ndjson'), 'line');
    }).toThrow('ELOOP');
    expect(readFileSync(file, 'utf8')).toBe('text');
  });
});
