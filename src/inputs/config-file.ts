import {
  isMap,
  isNode,
  isScalar,
  isSeq,
  Lexer,
  LineCounter,
  parseDocument,
  type Document,
  type YAMLMap,
} from 'yaml';
import { messageOf, type UsageProblem } from '../support/errors.js';
import {
  type FileReader,
  followAlias,
  joinedLines,
  readEntries,
  scalarText,
  type WrittenEntry,
} from './config-entries.js';
import { formatNumber } from '../support/text.js';
import { didYouMean, quote } from '../support/values/value-type.js';
import { ownVariable } from './variables.js';
import { yamlProblems } from './yaml-problem.js';
import { inputIds, inputOf, isInputId, targetInputIds, type InputId } from './table.js';

/** What a part of the file says: the text of each input, as if it had come from a variable, and its checks. */
export interface Scope {
  readonly texts: ReadonlyMap<InputId, string>;
  readonly checks: readonly WrittenEntry[];
}

/** One target of the file. The inputs outside of it are its defaults. */
export interface TargetScope extends Scope {
  readonly name: string;
  /** `line 12`. */
  readonly where: string;
}

/** What a configuration file gives. */
export interface ConfigFile extends Scope {
  /** Empty: the file describes one target by its inputs. */
  readonly targets: readonly TargetScope[];
  readonly problems: readonly UsageProblem[];
  /** Secrets that should not be in the file; known so that they can be hidden. */
  readonly secrets: readonly string[];
  /** What it says is not known: that it names this or that is no mistake of its own. */
  readonly isUnreadable: boolean;
}

/** The names of targets stand in files, in logs and in the parameters of rollback pipelines. */
export const TARGET_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;

/**
 * Reads a configuration file. Everything that is wrong is in `problems`, with line numbers; nothing is thrown.
 * @param name as messages show it
 */
export function readConfigFile(name: string, content: string): ConfigFile {
  const problems: UsageProblem[] = [];
  const secrets: string[] = [];
  const empty = { texts: new Map(), checks: [], targets: [], problems, secrets };
  const unreadable: ConfigFile = { ...empty, isUnreadable: true };
  const problem = (where: string, message: string, fix?: string): void => {
    problems.push({
      subject: name,
      message: where === '' ? message : `${where}: ${message}`,
      ...(fix === undefined ? {} : { fix }),
    });
  };

  const tooLarge = sizeProblem(content);
  if (tooLarge !== undefined) {
    problem('', tooLarge, 'remove what does not belong there');
    return unreadable;
  }
  const lines = new LineCounter();
  let doc: Document.Parsed;
  try {
    doc = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  } catch (thrown) {
    const isTooDeep = thrown instanceof RangeError;
    problem('', isTooDeep ? TOO_DEEP : `cannot be read as YAML: ${messageOf(thrown)}`);
    return unreadable;
  }
  const at = (offset: number | undefined): string =>
    offset === undefined ? '' : `line ${String(lines.linePos(offset).line)}`;
  // The parser lists its own exhaustion among the errors, wherever it met it.
  if (doc.errors.some(({ message }) => message.includes('call stack'))) {
    problem('', TOO_DEEP);
    return unreadable;
  }
  if (doc.errors.length > 0) {
    for (const { offset, message, fix } of yamlProblems(doc.errors, content)) {
      const { line, col } = lines.linePos(offset);
      problem(`line ${String(line)}, column ${String(col)}`, message, fix);
    }
    return unreadable;
  }
  if (doc.contents === null || (isScalar(doc.contents) && doc.contents.value === null))
    return { ...empty, isUnreadable: false };
  if (!isMap(doc.contents)) {
    problem('', 'is not a map of inputs', 'write lines like `duration: 5m`');
    return unreadable;
  }
  const reader: FileReader = {
    doc,
    where: (node) => at(isNode(node) ? node.range?.[0] : undefined),
    problem,
    secret: (text) => secrets.push(text),
  };
  let targets: readonly TargetScope[] = [];
  const scope = readScope(reader, doc.contents, inputIds, {
    targets: (value, where) => {
      targets = readTargets(reader, value, where);
    },
  });
  return { ...scope, targets, problems, secrets, isUnreadable: false };
}

/** Enough for 1,000 targets with fifteen lines each; what takes the parser longer than a moment is over it. */
const MOST_BYTES = 1_000_000;
const MOST_SCALARS = 30_000;
const MOST_DEPTH = 100;
const TOO_DEEP = 'is nested too deep, and is not read';
/** The lexer's mark in front of every scalar (https://eemeli.org/yaml/#lexer). */
const SCALAR = '\u001f';

function sizeProblem(content: string): string | undefined {
  if (Buffer.byteLength(content) > MOST_BYTES)
    return `is larger than ${formatNumber(MOST_BYTES / 1e6)} MB, and is not read`;
  let scalars = 0;
  let depth = 0;
  for (const lexeme of new Lexer().lex(content)) {
    if (lexeme === SCALAR) scalars += 1;
    else if (lexeme === '[' || lexeme === '{') depth += 1;
    else if (lexeme === ']' || lexeme === '}') depth -= 1;
    if (scalars > MOST_SCALARS)
      return `has more than ${formatNumber(MOST_SCALARS)} keys and values, and is not read`;
    if (depth > MOST_DEPTH) return TOO_DEEP;
  }
  return undefined;
}

/**
 * The inputs and checks of one part of the file.
 * @param known the inputs that have a meaning there
 * @param others what else may stand there, and how it is read
 */
function readScope(
  reader: FileReader,
  map: YAMLMap,
  known: readonly InputId[],
  others: Readonly<Record<string, (value: unknown, where: string) => void>>,
): Scope {
  const texts = new Map<InputId, string>();
  let checks: readonly WrittenEntry[] = [];
  const keys = ['checks', ...Object.keys(others)];
  for (const { key, value } of map.items) {
    const id = isScalar(key) ? String(key.value) : '';
    const where = reader.where(key);
    const other = Object.hasOwn(others, id) ? others[id] : undefined;
    if (id === 'checks') checks = readEntries(reader, value, where);
    else if (other !== undefined) other(value, where);
    else if (!isInputId(id))
      reader.problem(where, `${quote(id)} is not an input`, didYouMean(id, [...known, ...keys]));
    else if (inputOf(id).inFile === false)
      reader.problem(where, `\`${id}\` has no meaning in the file`, 'take it out');
    else if (!known.includes(id))
      reader.problem(where, `\`${id}\` holds for all targets`, 'write it outside of `targets`');
    else readInput(reader, texts, id, value, where);
  }
  return { texts, checks };
}

function readInput(
  reader: FileReader,
  texts: Map<InputId, string>,
  id: InputId,
  value: unknown,
  where: string,
): void {
  const text = textOf(reader.doc, id, value);
  if (text === undefined) {
    reader.problem(
      where,
      `the value of \`${id}\` is neither a text nor ${shapeInWords(id)}`,
      `write it ${exampleOf(id)}`,
    );
    return;
  }
  if (text === '') return;
  const hidden = refusedSecrets(id, text);
  if (hidden.length === 0) {
    texts.set(id, text);
    return;
  }
  for (const secret of hidden) reader.secret(secret);
  reader.problem(
    where,
    `\`${id}\` holds a secret, and secrets do not belong in a file`,
    `set the variable \`${ownVariable(id)}\` from a secret of the CI system`,
  );
}

function readTargets(reader: FileReader, value: unknown, where: string): readonly TargetScope[] {
  const list = followAlias(reader.doc, value);
  if (!isSeq(list)) {
    reader.problem(where, '`targets` is not a list', 'write items like `- name: api`');
    return [];
  }
  if (list.items.length === 0)
    reader.problem(where, '`targets` is empty', 'write items like `- name: api`, or take it out');
  const names = new Set<string>();
  return list.items.flatMap((item): TargetScope[] => {
    const map = followAlias(reader.doc, item);
    const place = reader.where(item);
    if (!isMap(map)) {
      reader.problem(place, 'a target is a map', 'write it like `- name: api`');
      return [];
    }
    let name = '';
    const scope = readScope(reader, map, targetInputIds, {
      name: (given) => {
        name = scalarText(reader.doc, given) ?? '';
      },
    });
    if (!TARGET_NAME.test(name)) {
      reader.problem(
        place,
        name === '' ? 'a target has no name' : `${quote(name)} is not a name for a target`,
        'give it a `name` of up to 63 letters, digits, `.`, `_` and `-`',
      );
      return [];
    }
    if (names.has(name)) {
      reader.problem(place, `a second target is called ${quote(name)}`, 'give it another `name`');
      return [];
    }
    names.add(name);
    return [{ ...scope, name, where: place }];
  });
}

function refusedSecrets(id: InputId, text: string): readonly string[] {
  const { secret, type } = inputOf(id);
  return secret === true
    ? [text, ...(type.secretParts?.(text) ?? [])]
    : (type.secretParts?.(text) ?? []);
}

function shapeInWords(id: InputId): string {
  const { shape } = inputOf(id).type;
  if (shape === 'list') return 'a list of texts';
  return shape === 'pairs' ? 'a map of texts' : 'a number';
}

function exampleOf(id: InputId): string {
  const { shape, separator = '' } = inputOf(id).type;
  if (shape === 'list') return `as \`${id}: VALUE\`, or as items, \`- VALUE\` each`;
  return shape === 'pairs'
    ? `as lines \`name: value\` below it, or as items, \`- name${separator}value\` each`
    : `on the line of its key: \`${id}: VALUE\``;
}

/**
 * The value as text; `''` when there is none, `undefined` when it has the wrong shape. Nothing is looked at below the
 * second level and aliases are followed one by one, so that no file can unfold into something huge.
 */
function textOf(doc: Document.Parsed, id: InputId, node: unknown): string | undefined {
  const { shape, separator } = inputOf(id).type;
  const target = followAlias(doc, node);
  if (isSeq(target) && (shape === 'list' || shape === 'pairs')) {
    return joinedLines(target.items.map((item) => scalarText(doc, item)));
  }
  if (isMap(target) && shape === 'pairs') {
    return joinedLines(
      target.items.map(({ key, value }) => {
        const name = scalarText(doc, key);
        const text = scalarText(doc, value);
        // A line break in a value would begin a pair of its own.
        return name === undefined || text === undefined || text.includes('\n')
          ? undefined
          : `${name}${separator ?? ''}${text}`;
      }),
    );
  }
  return scalarText(doc, target);
}
