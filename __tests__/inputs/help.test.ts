import { describe, expect, it } from '@jest/globals';
import { commandIds, commandOf, commands, entryWords } from '../../src/inputs/commands.js';
import { exitCodes, exitCodeTable } from '../../src/contract/outcome.js';
import { answerHelp, renderCommandHelp, renderHelp } from '../../src/inputs/help.js';
import { parseArgv } from '../../src/inputs/argv.js';
import { inputsOf, readersOf } from '../../src/inputs/readers.js';
import { inputIds, inputOf } from '../../src/inputs/table.js';
import { ownVariable } from '../../src/inputs/variables.js';

const help = renderHelp({ version: '9.8.7' });
const texts = [
  ['--help', help],
  ...commandIds.map((id) => [id, renderCommandHelp(id)]),
  ...entryWords.map(({ id }) => [id, answerHelp(['help', id], '9.8.7').text]),
] as [string, string][];

describe.each(texts)('the help of %s', (_, text) => {
  it('is at most 100 characters wide, without blanks at line ends', () => {
    const lines = text.split('\n');
    expect(lines.filter((line) => line.length > 100 || /\s$/.test(line))).toEqual([]);
    expect(text.endsWith('\n')).toBe(true);
    expect(text).not.toMatch(/\n{3}/);
  });
});

describe('renderHelp', () => {
  it('fits on a screen', () => {
    expect(help.trimEnd().split('\n').length).toBeLessThanOrEqual(40);
  });

  it('names the version, every command and every word that stands for one', () => {
    expect(help.split('\n')[0]).toContain('9.8.7');
    for (const { id, summary } of [...commands, ...entryWords])
      expect(help).toContain(`\n  ${id.padEnd(11)} ${summary}\n`);
  });

  it('explains every exit code, and says where the rest is', () => {
    expect(exitCodeTable.map(({ code }) => code)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(Object.values(exitCodes).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const { code, short } of exitCodeTable)
      expect(help).toContain(`  ${String(code)}  ${short}`);
    expect(help).toContain('rollgate run --help');
    expect(help).toContain('docs/inputs.md');
  });
});

describe('the inputs of a command', () => {
  it.each(inputIds.map((id) => [id] as const))('%s belongs to a command', (id) => {
    const readers = readersOf(id);
    expect(readers.length).toBeGreaterThan(0);
    expect(new Set(readers).size).toBe(readers.length);
    const takers = commandIds.filter((command) => inputsOf(command).includes(id));
    expect(takers.filter((command) => command !== 'init')).toEqual(
      id === 'command'
        ? []
        : commandIds.filter((each) => each !== 'init' && readers.includes(each)),
    );
  });

  it('whatever a run reads, `validate` shows', () => {
    expect(inputsOf('validate')).toEqual(inputsOf('run'));
  });

  it('are those that it can use', () => {
    expect(inputsOf('demo')).toEqual([]);
    expect(inputsOf('combine')).toContain('reports');
    expect(inputsOf('combine')).not.toContain('url');
    expect(inputsOf('replay')).toEqual(expect.arrayContaining(['at', 'sensitivity']));
    expect(inputsOf('replay')).not.toContain('kubernetes-workload');
    expect(inputsOf('init')).toEqual(expect.arrayContaining(['url', 'reason']));
    for (const id of inputsOf('init')) {
      expect(inputOf(id).secret).not.toBe(true);
      expect(inputOf(id).inFile).not.toBe(false);
    }
  });
});

describe.each(commandIds.map((id) => [id] as const))('renderCommandHelp(%s)', (command) => {
  const text = renderCommandHelp(command);
  const lines = text.split('\n');

  it('describes every input that it reads, and no other', () => {
    const shown = lines.flatMap((line) => /^ {2}--([a-z-]+)( |$)/.exec(line)?.[1] ?? []);
    const { writesInputs, switches = {} } = commandOf(command);
    const inputs = writesInputs === true ? [] : inputsOf(command);
    expect(shown.sort()).toEqual([...Object.keys(switches), ...inputs].sort());
    const words = text.replace(/\s+/g, ' ');
    for (const id of inputs) {
      const row = inputOf(id);
      for (const name of [ownVariable(id), ...(row.guide ?? [])]) expect(words).toContain(name);
      if (row.default !== undefined) expect(words).toContain(`Default: ${row.default}.`);
    }
  });

  it('has examples that are read without a problem', () => {
    const { examples } = commandOf(command);
    expect(examples.length).toBeGreaterThan(0);
    for (const example of examples) {
      expect(lines).toContain(`  rollgate ${example}`);
      const words = (example.match(/'[^']*'|\S+/g) ?? []).map((word) => word.replaceAll("'", ''));
      expect(parseArgv(words)).toMatchObject({ command, problems: [] });
    }
  });
});

describe('answerHelp', () => {
  it.each([
    [['--help'], help],
    [['-h'], help],
    [['help'], help],
    [['--url', 'http://a', '--help'], help],
    [['help', 'combine'], renderCommandHelp('combine')],
    [['combine', '--help'], renderCommandHelp('combine')],
    [['--help', 'combine'], renderCommandHelp('combine')],
    [['run', '--url', 'http://a', '-h'], renderCommandHelp('run')],
    [['--url', 'http://a', 'replay', '--help'], renderCommandHelp('replay')],
  ])('%j', (argv, text) => {
    expect(answerHelp(argv, '9.8.7')).toEqual({ text, exitCode: 0 });
  });

  it.each([
    [['help', 'rolback'], '`rolback` is not a command → did you mean `rollback`?\n'],
    [['rolback', '--help'], '`rolback` is not a command → did you mean `rollback`?\n'],
    [['help', 'completions'], '`completions` is not a command → did you mean `completion`?\n'],
    [['help', 'x'], '`x` is not a command → `rollgate --help` lists the commands\n'],
  ])('%j: exit 2', (argv, text) => {
    expect(answerHelp(argv, '9.8.7')).toEqual({ text, exitCode: 2 });
  });
});
