import { parseArgs } from 'node:util';
import type { UsageProblem } from '../support/errors.js';
import {
  commandIds,
  parseCommand,
  switchesOf,
  switchNames,
  wordsOf,
  type CommandId,
} from './commands.js';
import { quote, suggest } from '../support/values/value-type.js';
import { inputsOf, otherReaders, readersOf } from './readers.js';
import { inputIds, inputOf, isInputId, type InputId } from './table.js';
import { parseBoolean } from '../support/values/words.js';

/** What a command line says. */
export interface Argv {
  readonly command?: CommandId;
  /** The words after the command. */
  readonly operands: readonly string[];
  /** The text of every flag that is an input, by id; of a command word, too. */
  readonly flags: ReadonlyMap<InputId, string>;
  /** The flags that are given and belong to the command alone. */
  readonly switches: ReadonlySet<string>;
  readonly help: boolean;
  readonly version: boolean;
  readonly problems: readonly UsageProblem[];
}

const flagNames = [...inputIds.filter((id) => id !== 'command'), ...switchNames, 'help', 'version'];

/** Which flags there are depends on the command, and that may come after them. */
type LateProblem = (command: CommandId) => UsageProblem;

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
  private readonly flags = new Map<InputId, string>();
  private readonly switches = new Set<string>();
  private readonly problems: (UsageProblem | LateProblem)[] = [];
  private readonly requested = new Set<string>();
  /** Words that stand right after a flag that takes true or false, and are neither. */
  private readonly afterBoolean = new Map<string, string>();

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
    this.problems.push((command) => unknownFlag(token.rawName, name, command));
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
      if (token.value === undefined && word !== undefined && !takesWord)
        this.afterBoolean.set(word, token.rawName);
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

  private notBoolean(word: string): UsageProblem | undefined {
    const flag = this.afterBoolean.get(word);
    if (flag === undefined) return undefined;
    return {
      subject: flag,
      message: `takes true or false, and ${quote(word)} is neither`,
      fix: `write \`${flag}\` or \`${flag}=false\``,
    };
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
      const asValue = this.notBoolean(given ?? '');
      this.problems.push({
        subject: 'command',
        ...parsed.problem,
        ...(asValue === undefined
          ? {}
          : {
              message: `${quote(given ?? '')} is not a command, and \`${asValue.subject}\` takes true or false`,
              fix: asValue.fix,
            }),
      });
      this.flags.delete('command');
    } else {
      if (parsed !== undefined) this.flags.set('command', parsed.value);
      const unexpected = given !== undefined && takesWords(given) ? [] : operands;
      this.problems.push(
        ...unexpected.map(
          (operand) =>
            this.notBoolean(operand) ?? {
              subject: quote(operand),
              message: 'this word is not expected after the command',
              fix: 'values are given to flags: `--url https://app.example.com`',
            },
        ),
      );
    }
    this.problems.push(...foreignSwitches(this.switches, parsed));
    const command = parsed?.ok === true ? parsed.value : undefined;
    return {
      ...(command === undefined ? {} : { command }),
      operands,
      flags: this.flags,
      switches: this.switches,
      help: this.requested.has('help'),
      version: this.requested.has('version'),
      problems: this.problems.map((problem) =>
        typeof problem === 'function' ? problem(command ?? 'run') : problem,
      ),
    };
  }
}

/** Of flags that are equally near, one that the command has is meant. */
function unknownFlag(written: string, name: string, command: CommandId): UsageProblem {
  const own = [...inputsOf(command), ...Object.keys(switchesOf(command)), 'help', 'version'];
  const meant = suggest(name, [...own, ...flagNames]);
  const owner = meant === undefined || own.includes(meant) ? '' : commandsWith(meant);
  return {
    subject: written,
    message: 'this flag is not known',
    fix:
      meant === undefined
        ? `\`rollgate ${command} --help\` lists all flags`
        : `did you mean \`--${meant}\`?${owner === '' ? '' : ` It belongs to ${owner}`}`,
  };
}

/** The commands that have this flag. */
function commandsWith(flag: string): string {
  return inWords(
    isInputId(flag)
      ? readersOf(flag)
      : commandIds.filter((id) => Object.hasOwn(switchesOf(id), flag)),
  );
}

function inWords(ids: readonly CommandId[]): string {
  return ids.map((id) => `\`${id}\``).join(', ');
}

/**
 * What is to be said of inputs that only other commands read: their flags are well-formed, and do nothing.
 * @param problems of these inputs more is said already
 */
export function uselessFlags(
  { flags }: Argv,
  command: CommandId,
  problems: readonly UsageProblem[],
): readonly string[] {
  return [...flags.keys()].flatMap((id) => {
    const readers = otherReaders(id, command);
    return readers.length === 0 || problems.some(({ subject }) => subject === id)
      ? []
      : [
          `\`--${id}\` does nothing here: it belongs to ${inWords(readers)}, and this is \`${command}\``,
        ];
  });
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
      fix: `it belongs to ${commandsWith(name)}`,
    }));
}

function takesWords(command: string): boolean {
  const parsed = parseCommand(command);
  return parsed.ok && wordsOf(parsed.value) !== undefined;
}
