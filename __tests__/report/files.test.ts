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
import { renderHtml } from '../../src/report/html.js';
import { systemFiles } from '../../src/support/files.js';
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
    await writeReport(report, directory, systemFiles);
    await writeReport(report, directory, systemFiles);
    expect((await fs.readdir(directory)).sort()).toEqual([
      'junit.xml',
      'report.html',
      'report.json',
      'summary.md',
    ]);
    const read = (name: string): Promise<string> => fs.readFile(join(directory, name), 'utf8');
    expect(await read('report.json')).toBe(renderJson(report));
    expect(await read('report.html')).toBe(renderHtml(report));
    expect(await read('summary.md')).toBe(renderSummary(report));
    expect(await read('junit.xml')).toBe(renderJunit(report));
    expect(reportPath(directory)).toBe(join(directory, 'report.json'));
    expect(reportFileNames.recording).toBe('recording.ndjson');
  });

  it('writes report.json last: where that is, the others are too', async () => {
    const done: string[] = [];
    const writer: FileWriter = {
      mkdir: (path) => Promise.resolve(done.push(`mkdir ${path}`)),
      writeFile: (path) => Promise.resolve(void done.push(`write ${path}`)),
    };
    await writeReport(aReport(), 'out', writer);
    expect(done).toEqual([
      'mkdir out',
      ...['report.html', 'summary.md', 'junit.xml', 'report.json'].map(
        (name) => `write ${join('out', name)}`,
      ),
    ]);
  });

  it('one file that cannot be written: an error, and the others are written', async () => {
    await fs.mkdir(join(root, 'summary.md'));
    const written = writeReport(aReport(), root, systemFiles);
    await expect(written).rejects.toThrow(AggregateError);
    await expect(written).rejects.toHaveProperty('errors.length', 1);
    expect(await fs.readFile(join(root, 'report.json'), 'utf8')).toBe(renderJson(aReport()));
  });

  it('a directory that cannot be made: an error', async () => {
    await fs.writeFile(join(root, 'file'), '');
    await expect(writeReport(aReport(), join(root, 'file'), systemFiles)).rejects.toThrow();
  });
});
