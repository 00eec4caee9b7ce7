import { clip, neutralise } from '../../support/text.js';
import type { Message } from '../message.js';
import { outputsOf } from '../outputs.js';
import type { RunReport } from '../record.js';

/**
 * The body for any other receiver: what happened as data, and `text` for those that show one. The outputs have the names
 * that they have everywhere else.
 */
export function jsonBody(report: RunReport, message: Message, reportPath: string): string {
  const lines = [
    `${message.mark} ${message.word}${message.subject === '' ? '' : `: ${message.subject}`}`,
    message.reason,
    message.rollback,
    ...message.targets.map(({ mark, name, text }) => `${mark} ${name}: ${text}`),
    ...message.links.map(({ label, url }) => `${label}: ${url}`),
  ];
  return JSON.stringify({
    schema: 1,
    text: lines
      .filter((line) => line !== '')
      .map((line) => clip(neutralise(line), 1000))
      .join('\n'),
    tool: report.tool,
    command: report.command,
    host: report.host,
    exitCode: report.exitCode,
    startedAt: report.startedAt,
    endedAt: report.endedAt,
    outputs: outputsOf(report, reportPath),
    targets: report.targets.map(({ name, verdict, reason, rollback }) => ({
      name,
      verdict,
      reason: clip(reason, 1000),
      rollback: { status: rollback.status, detail: clip(rollback.detail, 1000) },
    })),
  });
}
