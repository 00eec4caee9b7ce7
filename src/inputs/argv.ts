import { parseArgs } from 'node:util';
import type { UsageProblem } from '../support/errors.js';
import {
  commands,
  parseCommand,
  switchesOf,
  switchNames,
  wordsOf,
  type CommandId,
} from './commands.js';
import { didYouMean, quote } from '../support/values/value-type.js';
import { inputIds, inputOf, isInputId, type InputId } from './table.js';
import { parseBoolean } from '../support/values/words.js';

/** What a command line says. */
export interface Argv {
  readonly command?: CommandId;
  /** The words after the command. */
  readonly operands: readonly string[];
  /** The text of every flag that is an input, by id; of a command word, too. */
  readonly flags: ReadonlyMap<string, string>;
  /** The flags that are given and belong to the command alone. */
  readonly switches: ReadonlySet<string>;
  readonly help: boolean;
  readonly version: boolean;
  readonly problems: readonly UsageProblem[];
}

const flagNames = [...inputIds.filter((id) => id !== 'command'), ...switchNames, 'help', 'version'];

function isBoolean(id: InputId): boolean {
  return inputOf(id).type.shape === 'boolean';
}

const options = {
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean', short: 'v' },
  ...Object.fromEntries(switchNames.map((name) => [name, { type: 'boolean' } as const])),
  ...Object.fromEntries(
    inputIds.map((id) => [id, { type: isBoolean(id) ? 'boolean' : 'string' } as const]),
  ),
} as const;

type Token = ReturnType<typeof tokensOf>[number];
type OptionToken = Extract<Token, { kind: 'option' }>;

function tokensOf(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  }).tokens;
}

/**
 * Reads the words after `node index.js`. Everything that is wrong is in `problems`; nothing is thrown.
 * A boolean flag stands alone or has a value (`--dry-run`, `--dry-run=false`, `--no-dry-run`).
 */
export function parseArgv(argv: readonly string[]): Argv {
  const reader = new Reader();
  const tokens = withValues(argv, reader);
  for (let at = 0; at < tokens.length; at += 1) {
    const token = tokens[at];
    if (token?.kind === 'positional') reader.word(token.value);
    if (token?.kind !== 'option') continue;
    const next = tokens[at + 1];
    // parseArgs takes the word after a boolean or an unknown flag for a positional argument.
    const word =
      next?.kind === 'positional' && next.index === token.index + 1 ? next.value : undefined;
    if (reader.option(token, word)) at += 1;
  }
  return reader.end();
}

/** parseArgs takes a flag for the value of the one before; without that one it is read for what it is. */
function withValues(argv: readonly string[], reader: Reader): readonly Token[] {
  const tokens = tokensOf(argv);
  const empty = tokens.find(
    (token) =>
      token.kind === 'option' && token.inlineValue === false && token.value.startsWith('--'),
  );
  if (empty?.kind !== 'option') return tokens;
  reader.missingValue(empty.rawName);
  return withValues(argv.toSpliced(empty.index, 1), reader);
}

class Reader {
  private readonly words: string[] = [];
  private readonly flags = new Map<string, string>();
  private readonly switches = new Set<string>();
  private readonly problems: UsageProblem[] = [];
  private readonly requested = new Set<string>();

  word(value: string): void {
    this.words.push(value);
  }

  missingValue(flag: string): void {
    this.problems.push({
      subject: flag,
      message: 'this flag needs a value',
      fix: `write \`${flag} VALUE\`, or \`${flag}=VALUE\` for a value that begins with --`,
    });
  }

  /** Whether `word`, the one after the flag, belongs to it. */
  option(token: OptionToken, word: string | undefined): boolean {
    const { name } = token;
    if (name === 'help' || name === 'version') {
      this.requested.add(name);
      return false;
    }
    if (isInputId(name)) return this.input(name, token, word);
    if (switchNames.includes(name)) {
      this.switch(name, token);
      return false;
    }
    const negated = name.startsWith('no-') ? name.slice(3) : '';
    if (isInputId(negated) && isBoolean(negated) && token.value === undefined) {
      this.set(negated, 'false');
      return false;
    }
    const fix = didYouMean(name, flagNames, (known) => `--${known}`) ?? '`--help` lists all flags';
    this.problems.push({ subject: token.rawName, message: 'this flag is not known', fix });
    return token.value === undefined && word !== undefined && !parseCommand(word).ok;
  }

  private switch(name: string, { rawName, value }: OptionToken): void {
    this.switches.add(name);
    if (value === undefined) return;
    this.problems.push({
      subject: rawName,
      message: 'this flag takes no value',
      fix: 'give it alone, or leave it out',
    });
  }

  private input(id: InputId, token: OptionToken, word: string | undefined): boolean {
    if (isBoolean(id)) {
      const takesWord = token.value === undefined && word !== undefined && parseBoolean(word).ok;
      this.set(id, token.value ?? (takesWord ? word : 'true'));
      return takesWord;
    }
    if (token.value === undefined) {
      this.missingValue(token.rawName);
      return false;
    }
    this.set(id, token.value);
    return false;
  }

  private set(id: InputId, text: string): void {
    const before = this.flags.get(id);
    const { shape } = inputOf(id).type;
    if (before === undefined) this.flags.set(id, text);
    else if (shape === 'list' || shape === 'pairs') this.flags.set(id, `${before}\n${text}`);
    else {
      this.problems.push({
        subject: `--${id}`,
        message: 'this flag is given twice',
        fix: 'give it once',
      });
    }
  }

  end(): Argv {
    const flag = this.flags.get('command');
    const [word, ...operands] = this.words;
    // `--command replay FILE`: the first word is none that names a command.
    if (word !== undefined && flag !== undefined && takesWords(flag) && !parseCommand(word).ok)
      return this.read(flag, undefined, this.words);
    return this.read(flag, word, operands);
  }

  private read(
    flag: string | undefined,
    word: string | undefined,
    operands: readonly string[],
  ): Argv {
    if (word !== undefined && flag !== undefined) {
      this.problems.push({
        subject: '--command',
        message: `the command is given twice, here and as ${quote(word)}`,
        fix: 'give it once',
      });
    }
    const given = word ?? flag;
    const parsed = given === undefined ? undefined : parseCommand(given);
    if (parsed?.ok === false) {
      this.problems.push({ subject: 'command', ...parsed.problem });
      this.flags.delete('command');
    } else {
      if (parsed !== undefined) this.flags.set('command', parsed.value);
      const unexpected = given !== undefined && takesWords(given) ? [] : operands;
      this.problems.push(
        ...unexpected.map((operand) => ({
          subject: quote(operand),
          message: 'this word is not expected after the command',
          fix: 'values are given to flags: `--url https://app.example.com`',
        })),
      );
    }
    this.problems.push(...foreignSwitches(this.switches, parsed));
    return {
      ...(parsed?.ok === true ? { command: parsed.value } : {}),
      operands,
      flags: this.flags,
      switches: this.switches,
      help: this.requested.has('help'),
      version: this.requested.has('version'),
      problems: this.problems,
    };
  }
}

/** Flags of other commands than the one that is given; of one that is not known, nobody can tell. */
function foreignSwitches(
  given: ReadonlySet<string>,
  command: ReturnType<typeof parseCommand> | undefined,
): readonly UsageProblem[] {
  if (command?.ok === false) return [];
  const own = command === undefined ? {} : switchesOf(command.value);
  return [...given]
    .filter((name) => !Object.hasOwn(own, name))
    .map((name) => ({
      subject: `--${name}`,
      message: 'this command has no such flag',
      fix: `it belongs to ${commands
        .filter(({ id }) => Object.hasOwn(switchesOf(id), name))
        .map(({ id }) => `\`${id}\``)
        .join(', ')}`,
    }));
}

function takesWords(command: string): boolean {
  const parsed = parseCommand(command);
  return parsed.ok && wordsOf(parsed.value) !== undefined;
}
