import type { OutputDeps } from './system.js';
import type { SystemOutput, SystemId } from '../contract/system.js';

// SGR codes, ECMA-48 8.3.117.
const colours = { notice: 36, warning: 33, error: 31 } as const;

/**
 * Plain lines: a terminal, and the ground of the output of systems whose logs know no more. Masking is the redactor's work
 * here; outputs and the summary are in the report's files.
 */
export function plainOutput(
  system: SystemId,
  deps: Pick<OutputDeps, 'write' | 'colour'>,
): SystemOutput {
  const line = (text: string): void => {
    deps.write(`${text}\n`);
  };
  return {
    system,
    annotates: false,
    line,
    group(title, body) {
      line(title);
      for (const text of body) line(text.replace(/^/gm, '  '));
    },
    annotate(level, title, message) {
      const word = deps.colour ? `\u001b[${String(colours[level])}m${level}\u001b[0m` : level;
      line(`${word}: ${title}: ${message}`);
    },
    mask: () => undefined,
    outputFiles: [],
    setOutputs: () => Promise.resolve(),
    writeSummary: () => Promise.resolve(),
  };
}
