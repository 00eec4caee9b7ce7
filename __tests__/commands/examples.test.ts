import { describe, expect, it } from '@jest/globals';
import { main } from '../../src/commands/main.js';
import { parseArgv } from '../../src/inputs/argv.js';
import { commands } from '../../src/inputs/commands.js';
import { exitCodes } from '../../src/contract/outcome.js';
import { entryWith } from '../support/entry.js';
import { systemFiles } from '../../src/support/files.js';

/** What the examples without flags presume: the file that `init` writes. */
const written = [
  'url: https://shop.example.com/',
  'kubernetes-workload: deployment/shop',
  'prometheus-url: https://prometheus.example.com',
  'prometheus-preset: istio',
  'prometheus-selector: app="shop"',
].join('\n');

const examples = commands.flatMap(({ id, examples: all }) =>
  all.map((example) => [id, example] as const),
);

/** The words of a command line as a shell hands them over. */
function wordsOf(line: string): readonly string[] {
  return [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
}

describe('the examples of help', () => {
  it.each(examples)('%s: `rollgate %s` is a command line without a mistake', (id, example) => {
    const { command, problems } = parseArgv(wordsOf(example));
    expect({ command, problems }).toEqual({ command: id, problems: [] });
  });

  const configured = examples.filter(([id]) => !['replay', 'demo', 'combine'].includes(id));

  it.each(configured)('%s: `rollgate %s` says all that is needed', async (id, example) => {
    let said = '';
    const flags = wordsOf(example)
      .slice(1)
      .filter((word) => word !== '--yes' && word !== '--force');
    const code = await main(
      entryWith({
        argv: ['validate', ...flags],
        write: (text) => {
          said += text;
        },
        files: {
          ...systemFiles,
          // One with a URL is complete by itself; it is tried in an empty folder.
          read: (path) =>
            path.endsWith('rollgate.yml') && !flags.includes('--url') ? written : undefined,
        },
      }),
    );
    expect(said).toContain('the configuration is valid');
    expect({ id, code }).toEqual({ id, code: exitCodes.healthy });
  });
});
