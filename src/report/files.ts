import { join } from 'node:path';
import { renderJson, type RunReport } from './record.js';
import { renderJunit } from './junit.js';
import { renderSummary } from './summary.js';

/** The file system as the report needs it; `node:fs/promises` fits. */
export interface FileWriter {
  mkdir(path: string, options: { readonly recursive: true }): Promise<unknown>;
  writeFile(path: string, text: string): Promise<void>;
  rename(from: string, to: string): Promise<void>;
}

/** The files of a report, by what they hold. */
export const reportFileNames = {
  report: 'report.json',
  summary: 'summary.md',
  junit: 'junit.xml',
  recording: 'recording.ndjson',
} as const;

/** The path of `report.json` in this directory. */
export function reportPath(directory: string): string {
  return join(directory, reportFileNames.report);
}

/**
 * Writes `summary.md`, `junit.xml` and, last, `report.json`: where that is, the others are too. A file is there
 * whole or not at all. A file that cannot be written does not keep the next from being written.
 *
 * @param report already redacted
 * @throws AggregateError with the reason of every file that could not be written
 */
export async function writeReport(
  report: RunReport,
  directory: string,
  files: FileWriter,
): Promise<void> {
  await files.mkdir(directory, { recursive: true });
  const errors: unknown[] = [];
  for (const [name, render] of renderings) {
    try {
      await writeWhole(join(directory, name), render(report), files);
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0)
    throw new AggregateError(errors, `the report in ${directory} is incomplete`);
}

const renderings = [
  [reportFileNames.summary, renderSummary],
  [reportFileNames.junit, renderJunit],
  [reportFileNames.report, renderJson],
] as const;

/** Under a temporary name first: a process that is killed while writing leaves no half file under the real one. */
async function writeWhole(path: string, text: string, files: FileWriter): Promise<void> {
  const temporary = `${path}.tmp`;
  await files.writeFile(temporary, text);
  await files.rename(temporary, path);
}
