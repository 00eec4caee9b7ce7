import { join } from 'node:path';
import type { Files } from '../support/files.js';
import { renderJson, type RunReport } from './record.js';
import { renderJunit } from './junit.js';
import { renderSummary } from './summary.js';

/** The file system as the report needs it. */
export type FileWriter = Pick<Files, 'mkdir' | 'writeFile'>;

/** The files of a report, by what they hold. */
export const reportFileNames = {
  report: 'report.json',
  html: 'report.html',
  summary: 'summary.md',
  junit: 'junit.xml',
  recording: 'recording.ndjson',
} as const;

/** The path of `report.json` in this directory. */
export function reportPath(directory: string): string {
  return join(directory, reportFileNames.report);
}

/**
 * Writes `report.html`, `summary.md`, `junit.xml` and, last, `report.json`: where that is, the others are too. A file is there
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
      await files.writeFile(join(directory, name), await render(report));
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0)
    throw new AggregateError(errors, `the report in ${directory} is incomplete`);
}

type Rendering = (report: RunReport) => string | Promise<string>;

/** The page is loaded when it is written: a watch begins without it. */
const renderings: readonly (readonly [string, Rendering])[] = [
  [reportFileNames.html, async (report) => (await import('./html.js')).renderHtml(report)],
  [reportFileNames.summary, renderSummary],
  [reportFileNames.junit, renderJunit],
  [reportFileNames.report, renderJson],
];
