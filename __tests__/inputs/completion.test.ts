import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { commandIds, entryWords } from '../../src/inputs/commands.js';
import { answerCompletion } from '../../src/inputs/completion.js';
import { inputsOf } from '../../src/inputs/readers.js';
import { inputOf } from '../../src/inputs/table.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'rollgate-completion-'));
  writeFileSync(join(folder, 'shop limits.yml'), '');
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

function isThere(program: string): boolean {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return process.platform !== 'win32' && folders.some((each) => existsSync(join(each, program)));
}

/** Asks the completion function as the shell does at a press of the tab key; the last word is the one that is completed. */
const askBash = `
. ./rollgate.bash
COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))
_rollgate
[ "\${#COMPREPLY[@]}" = 0 ] || printf '%s\\n' "\${COMPREPLY[@]}"`;

/** The functions of compsys, which work only within a key binding of the line editor, say what they are asked to add. */
const askZsh = `
compdef() { : }
compadd() { shift; print -rl -- \${(M)@:#$PREFIX*} }
_describe() { local all=\${@[-1]}; print -rl -- \${(M)\${\${(P)all}%%:*}:#$PREFIX*} }
_files() { print -rl -- $PREFIX*(N) }
compset() { [[ $PREFIX == --*=* ]] || return 1; IPREFIX=\${PREFIX%%=*}=; PREFIX=\${PREFIX#*=} }
. ./rollgate.zsh
words=("$@") CURRENT=$# PREFIX=\${@[-1]} IPREFIX=
_rollgate || :`;

const askFish = `
source ./rollgate.fish
complete -C (string join -- ' ' $argv) | string replace -r '\\t.*' ''
true`;

const shells = {
  bash: { args: ['--norc', '-c', askBash, 'bash'] },
  zsh: { args: ['-f', '-c', askZsh, 'zsh'] },
  fish: { args: ['--no-config', '-c', askFish] },
} as const;

describe.each(['bash', 'zsh', 'fish'] as const)('rollgate completion %s', (shell) => {
  const inShell = isThere(shell) ? it : it.skip;

  const complete = (...words: string[]): readonly string[] => {
    const { text, exitCode } = answerCompletion([shell]);
    expect(exitCode).toBe(0);
    writeFileSync(join(folder, `rollgate.${shell}`), text);
    const output = execFileSync(shell, [...shells[shell].args, 'rollgate', ...words], {
      cwd: folder,
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: folder },
    });
    return output
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.replace(/^--[a-z-]+=/, '').replaceAll('\\ ', ' '))
      .sort();
  };

  inShell('completes commands, after flags and their values too', () => {
    const all = [...commandIds, ...entryWords.map(({ id }) => id)].sort();
    expect(complete('')).toEqual(all);
    expect(complete('ro')).toEqual(['rollback']);
    expect(complete('--dry-run', 'sna')).toEqual(['snapshot']);
    expect(complete('--duration', '1m', 'sna')).toEqual(['snapshot']);
    expect(complete('run', '')).not.toContain('snapshot');
    expect(complete('help', 'val')).toEqual(['validate']);
    expect(complete('completion', '')).toEqual(['bash', 'fish', 'zsh']);
  });

  inShell('a URL before the command is none', () => {
    // bash hands it over in pieces.
    const url = shell === 'bash' ? ['http', ':', '//shop.test'] : ['http://shop.test'];
    expect(complete('--url', ...url, 'sna')).toEqual(['snapshot']);
    expect(complete('--url', ...url, 'rollback', '--reas')).toEqual(['--reason']);
  });

  inShell.each(commandIds.map((id) => [id] as const))('completes the flags of %s', (command) => {
    const shown = complete(command, '--');
    for (const id of inputsOf(command)) {
      const isOn = inputOf(id).type.shape === 'boolean' && inputOf(id).default === 'true';
      expect(shown).toContain(isOn ? `--no-${id}` : `--${id}`);
    }
    expect(shown).toContain('--help');
    expect(shown.includes('--force')).toBe(command === 'init');
    expect(shown.includes('--reports')).toBe(command === 'combine');
  });

  inShell('completes the flags of the default command', () => {
    expect(complete('--deci')).toEqual(['--decision']);
    expect(complete('--reas')).toEqual([]);
    expect(complete('rollback', '--reas')).toEqual(['--reason']);
  });

  inShell('completes the words of a fixed set, and files', () => {
    expect(complete('run', '--decision', '')).toEqual(['balanced', 'evidence', 'strict']);
    expect(complete('run', '--decision', 'ev')).toEqual(['evidence']);
    expect(complete('--fail-on', 'n')).toEqual(['none']);
    expect(complete('validate', '--config', 'shop')).toEqual(['shop limits.yml']);
    expect(complete('replay', 'shop')).toEqual(['shop limits.yml']);
    expect(complete('run', '--url', '')).toEqual([]);
  });

  inShell('completes a value after an equals sign', () => {
    // bash hands it over in three words.
    const words = shell === 'bash' ? ['--decision', '=', 'ev'] : ['--decision=ev'];
    expect(complete('run', ...words)).toEqual(['evidence']);
  });
});

describe('answerCompletion', () => {
  it.each([
    [[], 'the name of the shell is missing → write `rollgate completion bash|zsh|fish`'],
    [['zhs'], 'there is none for `zhs` → did you mean `zsh`?'],
    [['powershell'], 'there is none for `powershell` → write `rollgate completion bash|zsh|fish`'],
    [['bash', 'zsh'], 'there is none for `bash zsh` → write `rollgate completion bash|zsh|fish`'],
  ])('%j: exit 2', (operands, message) => {
    expect(answerCompletion(operands)).toEqual({ text: `completion: ${message}\n`, exitCode: 2 });
  });
});
