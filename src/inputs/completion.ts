import { didYouMean, quote, type JsonSchema } from '../support/values/value-type.js';
import { oneLine } from '../support/text.js';
import {
  commandIds,
  commandOf,
  commands,
  entryWords,
  switchesOf,
  switchNames,
  wordsOf,
  type CommandId,
} from './commands.js';
import type { Answer } from './help.js';
import { inputsOf } from './readers.js';
import { inputIds, inputOf, type InputId } from './table.js';

type Shell = 'bash' | 'zsh' | 'fish';

/** What may follow a flag: nothing, one of some words, a file, or what nobody can guess. */
type FlagValue = { readonly words: readonly string[] } | 'none' | 'file' | 'free';

interface Flag {
  readonly name: string;
  readonly value: FlagValue;
  readonly does: string;
}

/** Answers `rollgate completion SHELL` with a script that is made of the tables. */
export function answerCompletion(operands: readonly string[]): Answer {
  const [shell = '', ...others] = operands;
  if (Object.hasOwn(scripts, shell) && others.length === 0)
    return { text: scripts[shell as Shell](), exitCode: 0 };
  const shells = Object.keys(scripts);
  const fix =
    didYouMean(operands.join(' '), shells) ?? `write \`rollgate completion ${shells.join('|')}\``;
  const problem =
    shell === ''
      ? 'the name of the shell is missing'
      : `there is none for ${quote(operands.join(' '))}`;
  return { text: `completion: ${problem} → ${fix}\n`, exitCode: 2 };
}

const scripts: Readonly<Record<Shell, () => string>> = { bash, zsh, fish };

const firstWords = [
  ...commands.map(({ id, summary }) => ({ id, summary })),
  ...entryWords.map(({ id, summary }) => ({ id, summary })),
];

/** The words of a fixed set that a schema allows. */
function wordsIn(schema: JsonSchema): readonly string[] {
  const {
    enum: all = [],
    const: one,
    anyOf = [],
    items,
  } = schema as {
    readonly enum?: readonly unknown[];
    readonly const?: unknown;
    readonly anyOf?: readonly JsonSchema[];
    readonly items?: JsonSchema;
  };
  const inner = [...anyOf, ...(items === undefined ? [] : [items])].flatMap(wordsIn);
  const words = [one, ...all].filter((word) => typeof word === 'string');
  return [...new Set([...words, ...inner])];
}

function valueOf(id: InputId): FlagValue {
  const { type, schema, isPath } = inputOf(id);
  if (type.shape === 'boolean') return 'none';
  if (type.name === 'path' || isPath === true) return 'file';
  const words = wordsIn(schema);
  return words.length === 0 ? 'free' : { words };
}

function flagsOfInput(id: InputId): readonly Flag[] {
  const { description, default: usual } = inputOf(id);
  const sentence = /^.*?(?=\.( |$))/.exec(description)?.[0] ?? description;
  const does = oneLine(sentence, 80);
  const flag: Flag = { name: `--${id}`, value: valueOf(id), does };
  // What is on can only be switched off.
  return flag.value === 'none' && usual === 'true' ? [{ ...flag, name: `--no-${id}` }] : [flag];
}

const help: Flag = { name: '--help', value: 'none', does: 'shows the usage' };

function flagsOf(command: CommandId): readonly Flag[] {
  return [
    ...Object.entries(switchesOf(command)).map(([name, does]): Flag => ({
      name: `--${name}`,
      value: 'none',
      does,
    })),
    ...inputsOf(command).flatMap(flagsOfInput),
    help,
  ];
}

const allFlags = inputIds.flatMap(flagsOfInput);

const withoutValue = [
  ...allFlags.filter(({ value }) => value === 'none').map(({ name }) => name),
  ...inputIds.filter((id) => valueOf(id) === 'none').map((id) => `--${id}`),
  ...switchNames.map((name) => `--${name}`),
  '--help',
  '--version',
].filter((name, at, all) => all.indexOf(name) === at);

const withFile = allFlags.filter(({ value }) => value === 'file').map(({ name }) => name);

/** The flags that take the same words, by those words. */
function byWords(): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>();
  for (const { name, value } of allFlags) {
    if (typeof value === 'string') continue;
    const words = value.words.join(' ');
    found.set(words, [...(found.get(words) ?? []), name]);
  }
  return found;
}

const takesFiles = commandIds.filter((id) => wordsOf(id)?.startsWith('FILE') === true);
const shellNames = Object.keys(scripts).join(' ');
const names = firstWords.map(({ id }) => id).join(' ');

function bash(): string {
  const words = [...byWords()].map(
    ([all, flags]) => `    ${flags.join(' | ')}) _rollgate_words '${all}'; return ;;`,
  );
  const flags = commandIds.map(
    (id) =>
      `    ${id}) flags='${flagsOf(id)
        .map(({ name }) => name)
        .join(' ')}' ;;`,
  );
  return `# Completion of rollgate in bash: source <(rollgate completion bash)
_rollgate_words() {
  local IFS=$' \\t\\n'
  COMPREPLY=($(compgen -W "$1" -- "$cur"))
}

_rollgate_files() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -f -- "$cur"))
  type compopt > /dev/null 2>&1 && compopt -o filenames 2> /dev/null
}

_rollgate() {
  local cur prev word at command='' flags=''
  COMPREPLY=()
  cur=\${COMP_WORDS[COMP_CWORD]}
  prev=\${COMP_WORDS[COMP_CWORD - 1]}
  # bash splits --flag=value at the sign.
  if [ "$cur" = = ]; then
    cur=''
  elif [ "$prev" = = ]; then
    prev=\${COMP_WORDS[COMP_CWORD - 2]}
  fi
  for ((at = 1; at < COMP_CWORD; at++)); do
    word=\${COMP_WORDS[at]}
    case $word in
      ${withoutValue.join(' | ')}) ;;
      --*=*) ;;
      --*)
        if [ "\${COMP_WORDS[at + 1]}" = = ]; then at=$((at + 1)); fi
        at=$((at + 1))
        ;;
      -*) ;;
      # bash splits a URL at its colon, too: only what is a command counts.
      ${firstWords.map(({ id }) => id).join(' | ')})
        command=$word
        break
        ;;
    esac
  done
  case $prev in
    ${withoutValue.join(' | ')}) ;;
    ${withFile.join(' | ')}) _rollgate_files; return ;;
${words.join('\n')}
    --*) return ;;
  esac
  case $command in
    '') flags='${flagsOf('run')
      .map(({ name }) => name)
      .join(' ')} --version' ;;
${flags.join('\n')}
    help) _rollgate_words '${names}'; return ;;
    completion) _rollgate_words '${shellNames}'; return ;;
  esac
  case $cur in
    -*) _rollgate_words "$flags" ;;
    *)
      case $command in
        '') _rollgate_words '${names}' ;;
        ${takesFiles.join(' | ')}) _rollgate_files ;;
      esac
      ;;
  esac
}

complete -F _rollgate rollgate
`;
}

/** In single quotes, as every one of the shells reads them. */
function quoted(text: string, shell: Shell): string {
  const inner =
    shell === 'fish'
      ? text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")
      : text.replaceAll("'", "'\\''");
  return `'${inner}'`;
}

function zsh(): string {
  const described = (name: string, does: string): string =>
    quoted(`${name.replaceAll(':', '\\:')}:${does}`, 'zsh');
  const words = [...byWords()].map(
    ([all, flags]) => `    (${flags.join('|')}) compadd -- ${all}; return ;;`,
  );
  const flags = commandIds.map((id) => {
    const own = flagsOf(id).map(({ name }) => name);
    return `    (${id === 'run' ? "run|''" : id}) flags=(${own.join(' ')}) ;;`;
  });
  const does = new Map(commandIds.flatMap(flagsOf).map((flag) => [flag.name, flag.does]));
  return `#compdef rollgate
# Completion of rollgate in zsh: source <(rollgate completion zsh)
_rollgate() {
  local command='' word at flag
  local -a flags first shown
  local -A does
  for ((at = 2; at < CURRENT; at++)); do
    word=$words[at]
    case $word in
      (${withoutValue.join('|')}) ;;
      (--*=*) ;;
      (--*) ((at += 1)) ;;
      (-*) ;;
      (${firstWords.map(({ id }) => id).join('|')}) command=$word; break ;;
    esac
  done
  flag=$words[CURRENT-1]
  if compset -P '--*='; then flag=\${IPREFIX%=}; fi
  case $flag in
    (${withoutValue.join('|')}) ;;
    (${withFile.join('|')}) _files; return ;;
${words.join('\n')}
    (--*) return 1 ;;
  esac
  first=(
${firstWords.map(({ id, summary }) => `    ${described(id, summary)}`).join('\n')}
  )
  case $command in
${flags.join('\n')}
    (help) _describe command first; return ;;
    (completion) compadd -- ${shellNames}; return ;;
  esac
  if [[ $PREFIX == -* ]]; then
    does=(
${[...does].map(([name, what]) => `      ${name} ${quoted(what, 'zsh')}`).join('\n')}
    )
    for flag in $flags; do shown+=("$flag:$does[$flag]"); done
    _describe -o flag shown
    return
  fi
  case $command in
    ('') _describe command first ;;
    (${takesFiles.join('|')}) _files ;;
  esac
}

if [[ $funcstack[1] == _rollgate ]]; then _rollgate "$@"; else compdef _rollgate rollgate; fi
`;
}

function fish(): string {
  const line = (forCommands: readonly string[], rest: string): string =>
    `complete -c rollgate -n '__rollgate_is ${forCommands.join(' ')}' ${rest}`;
  const suffix = ({ value }: Flag): string => {
    if (value === 'none') return '';
    if (value === 'file') return ' -r -F';
    return value === 'free' ? ' -x' : ` -x -a '${value.words.join(' ')}'`;
  };
  const flagLine = (forCommands: readonly string[], flag: Flag): string =>
    line(forCommands, `-l ${flag.name.slice(2)}${suffix(flag)} -d ${quoted(flag.does, 'fish')}`);
  const takers = (id: InputId): readonly string[] => {
    const found = commandIds.filter((command) => inputsOf(command).includes(id));
    return found.includes('run') ? ['none', ...found] : found;
  };
  return `# Completion of rollgate in fish: rollgate completion fish | source
function __rollgate_is
  set -l words (commandline -opc)
  set -l command none
  set -l skip 1
  for word in $words
    if test $skip = 1
      set skip 0
      continue
    end
    switch $word
      case ${withoutValue.join(' ')}
      case '--*=*'
      case '--*'
        set skip 1
      case '-*'
      case ${names}
        set command $word
        break
    end
  end
  contains -- $command $argv
end

complete -c rollgate -f
${firstWords
  .map(({ id, summary }) => line(['none', 'help'], `-a ${id} -d ${quoted(summary, 'fish')}`))
  .join('\n')}
${line(['completion'], `-a '${shellNames}'`)}
${line(takesFiles, '-F')}
${line(['none', ...commandIds], `-l help -s h -d ${quoted(help.does, 'fish')}`)}
${line(['none'], `-l version -s v -d 'prints the version'`)}
${commandIds
  .flatMap((id) =>
    Object.entries(commandOf(id).switches ?? {}).map(([name, does]) =>
      flagLine([id], { name: `--${name}`, value: 'none', does }),
    ),
  )
  .join('\n')}
${inputIds
  .filter((id) => id !== 'command')
  .flatMap((id) => flagsOfInput(id).map((flag) => flagLine(takers(id), flag)))
  .join('\n')}
`;
}
