import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import * as fs from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  reportFileNames,
  reportPath,
  writeReport,
  type FileWriter,
} from '../../src/report/files.js';
import { renderJson } from '../../src/report/record.js';
import { renderJunit } from '../../src/report/junit.js';
import { renderSummary } from '../../src/report/summary.js';
import { aReport } from '../support/reports.js';

describe('writing the files of a report', () => {
  let root = '';
  beforeEach(async () => {
    root = await fs.mkdtemp(join(tmpdir(), 'rollgate-report-'));
  });
  afterEach(async () => {
    await fs.rm(root, { recursive: true });
  });

  it('writes each file whole, into a directory that it makes', async () => {
    const directory = join(root, 'a', 'b');
    const report = aReport();
    await writeReport(report, directory, fs);
    await writeReport(report, directory, fs);
    expect((await fs.readdir(directory)).sort()).toEqual([
      'junit.xml',
      'report.json',
      'summary.md',
    ]);
    const read = (name: string): Promise<string> => fs.readFile(join(directory, name), 'utf8');
    expect(await read('report.json')).toBe(renderJson(report));
    expect(await read('summary.md')).toBe(renderSummary(report));
    expect(await read('junit.xml')).toBe(renderJunit(report));
    expect(reportPath(directory)).toBe(join(directory, 'report.json'));
    expect(reportFileNames.recording).toBe('recording.ndjson');
  });

  it('renames each file into place when it is complete, report.json last', async () => {
    const done: string[] = [];
    const writer: FileWriter = {
      mkdir: (path) => Promise.resolve(done.push(`mkdir ${path}`)),
      writeFile: (path) => Promise.resolve(void done.push(`write ${path}`)),
      rename: (from, to) => Promise.resolve(void done.push(`rename ${from} ${to}`)),
    };
    await writeReport(aReport(), 'out', writer);
    expect(done).toEqual([
      'mkdir out',
      ...['summary.md', 'junit.xml', 'report.json'].flatMap((name) => [
        `write ${join('out', name)}.tmp`,
        `rename ${join('out', name)}.tmp ${join('out', name)}`,
      ]),
    ]);
  });

  it('one file that cannot be written: an error, and the others are written', async () => {
    await fs.mkdir(join(root, 'summary.md'));
    const written = writeReport(aReport(), root, fs);
    await expect(written).rejects.toThrow(AggregateError);
    await expect(written).rejects.toHaveProperty('errors.length', 1);
    expect(await fs.readFile(join(root, 'report.json'), 'utf8')).toBe(renderJson(aReport()));
  });

  it('a directory that cannot be made: an error', async () => {
    await fs.writeFile(join(root, 'file'), '');
    await expect(writeReport(aReport(), join(root, 'file'), fs)).rejects.toThrow();
  });
});
