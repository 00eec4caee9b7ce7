import { describe, expect, it } from '@jest/globals';
import { commands } from '../../src/inputs/commands.js';
import { exitCodes, exitCodeTable } from '../../src/contract/outcome.js';
import { renderHelp } from '../../src/inputs/help.js';
import { inputIds, inputOf } from '../../src/inputs/table.js';
import { ownVariable } from '../../src/inputs/variables.js';

const help = renderHelp({ version: '9.8.7' });
const lines = help.split('\n');

describe('renderHelp', () => {
  it('is at most 100 characters wide, without blanks at line ends', () => {
    expect(lines.filter((line) => line.length > 100 || /\s$/.test(line))).toEqual([]);
    expect(help.endsWith('\n')).toBe(true);
  });

  it('names the version and every command', () => {
    expect(lines[0]).toContain('9.8.7');
    for (const { id } of commands) expect(help).toMatch(new RegExp(`^  ${id} +[A-Z]`, 'm'));
  });

  it('shows the operands of a command', () => {
    expect(help).toMatch(/^ {2}replay FILE \.\.\. {2}Judges /m);
    expect(help).toMatch(/^ {2}run {14}Watches /m);
  });

  it('shows the flags of a command below it', () => {
    expect(help).toMatch(
      /^ {2}init [^]*?\n {4}--yes +asks nothing[^]*?\n {4}--force +replaces[^]*?\n {2}demo /m,
    );
  });

  it.each(inputIds.map((id) => [id] as const))('describes --%s', (id) => {
    const row = inputOf(id);
    expect(lines.filter((line) => new RegExp(`^  --${id}( |$)`).test(line))).toHaveLength(1);
    for (const name of [ownVariable(id), ...(row.guide ?? [])]) expect(help).toContain(name);
    if (row.default !== undefined) {
      expect(help.replace(/\s+/g, ' ')).toContain(`Default: ${row.default}.`);
    }
  });

  it('explains every exit code once', () => {
    expect(exitCodeTable.map(({ code }) => code)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    expect(Object.values(exitCodes).sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
    for (const { code } of exitCodeTable) {
      expect(help).toMatch(new RegExp(`^  ${String(code)}  [a-z]`, 'm'));
    }
  });
});
