import { KubectlError, type Kubectl } from '../../support/kubectl.js';
import { clip, neutralise } from '../../support/text.js';
import type { Trouble } from './trouble.js';

/** Of all lines together so much is shown: they stand in a sentence. */
const LONGEST = 1000;
const LONGEST_LINE = 200;

type Logs = (trouble: Trouble, signal: AbortSignal) => Promise<string>;

/**
 * The last lines of an unwell container, to be added to a detail; empty when they cannot be had. Of each container they
 * are read once: a detail that changes with every look is no kind of failure that can be counted.
 */
export function createLogs(
  kubectl: Kubectl,
  lines: number,
  redact: (text: string) => string,
): Logs {
  const known = new Map<string, string>();
  return async ({ pod, container }, signal) => {
    // What has never run has said nothing.
    if (lines === 0 || (container.restarts === 0 && container.ended === undefined)) return '';
    const seen = known.get(container.name);
    if (seen !== undefined) return seen;
    // Of a container that runs again, the instance before is the one that ended badly.
    const previous = container.running ? ['--previous'] : [];
    try {
      const text = await kubectl.run(
        ['logs', pod.name, '-c', container.name, `--tail=${String(lines)}`, ...previous],
        signal,
      );
      const shown = inWords(redact(text), lines);
      known.set(container.name, shown);
      return shown;
    } catch (error) {
      if (error instanceof KubectlError) return '';
      throw error;
    }
  };
}

function inWords(text: string, lines: number): string {
  const last = neutralise(text)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-lines)
    .map((line) => clip(line, LONGEST_LINE));
  return last.length === 0 ? '' : `; its last lines: ${clip(last.join(' | '), LONGEST)}`;
}
