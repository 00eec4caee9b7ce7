import {
  isAlias,
  isMap,
  isScalar,
  isSeq,
  LineCounter,
  parseDocument,
  type Document,
  type YAMLError,
} from 'yaml';
import { messageOf, type Problem } from '../support/errors.js';
import { quote } from './parsed.js';
import { didYouMean } from './suggest.js';
import { inputIds, inputOf, isInputId, type InputId } from './table.js';

/** What a configuration file gives: the text of each input, as if it had come from a variable. */
export interface ConfigFile {
  readonly texts: ReadonlyMap<InputId, string>;
  readonly problems: readonly Problem[];
  /** Secrets that should not be in the file; known so that they can be hidden. */
  readonly secrets: readonly string[];
}

const planned: readonly string[] = ['checks', 'targets'];

/**
 * Reads a configuration file. Everything that is wrong is in `problems`, with line numbers; nothing is thrown.
 * @param name as messages show it
 */
export function readConfigFile(name: string, content: string): ConfigFile {
  const texts = new Map<InputId, string>();
  const problems: Problem[] = [];
  const secrets: string[] = [];
  const file = { texts, problems, secrets };
  const problem = (message: string, fix?: string): void => {
    problems.push({ subject: name, message, ...(fix === undefined ? {} : { fix }) });
  };

  const lines = new LineCounter();
  let doc: Document.Parsed;
  try {
    doc = parseDocument(content, { lineCounter: lines, prettyErrors: false });
  } catch (thrown) {
    problem(`cannot be read as YAML: ${messageOf(thrown)}`);
    return file;
  }
  const at = (offset: number | undefined): string =>
    offset === undefined ? '' : `line ${String(lines.linePos(offset).line)}: `;
  if (doc.errors.length > 0) {
    for (const error of doc.errors) problem(`${at(error.pos[0])}${syntaxMessage(error)}`);
    return file;
  }
  if (doc.contents === null || (isScalar(doc.contents) && doc.contents.value === null)) return file;
  if (!isMap(doc.contents)) {
    problem('is not a map of inputs', 'write lines like `duration: 5m`');
    return file;
  }

  for (const { key, value } of doc.contents.items) {
    const id = isScalar(key) ? String(key.value) : '';
    const where = at(key.range[0]);
    if (planned.includes(id)) {
      problem(
        `${where}\`${id}\` is not available in this version`,
        'describe one target with the inputs',
      );
    } else if (!isInputId(id)) {
      problem(`${where}${quote(id)} is not an input`, didYouMean(id, inputIds));
    } else if (inputOf(id).inFile === false) {
      problem(`${where}\`${id}\` has no meaning in the file`, 'take it out');
    } else {
      const text = textOf(doc, id, value);
      if (text === undefined) {
        problem(`${where}the value of \`${id}\` is neither a text nor ${shapeInWords(id)}`);
      } else if (text !== '') {
        const hidden = refusedSecrets(id, text);
        if (hidden.length === 0) texts.set(id, text);
        else {
          secrets.push(...hidden);
          problem(
            `${where}\`${id}\` holds a secret, and secrets do not belong in a file`,
            'give it by a secret variable of the CI system',
          );
        }
      }
    }
  }
  return file;
}

function refusedSecrets(id: InputId, text: string): readonly string[] {
  const { secret, type } = inputOf(id);
  return secret === true
    ? [text, ...(type.secretParts?.(text) ?? [])]
    : (type.secretParts?.(text) ?? []);
}

/** The parser's own words, without the piece of the file that follows a colon: it may be a secret. */
function syntaxMessage(error: YAMLError): string {
  if (error.code === 'DUPLICATE_KEY') return 'a key stands here for the second time';
  return error.message.split(': ')[0] ?? error.message;
}

function shapeInWords(id: InputId): string {
  const { shape } = inputOf(id).type;
  if (shape === 'list') return 'a list of texts';
  return shape === 'pairs' ? 'a map of texts' : 'a number';
}

/**
 * The value as text; `''` when there is none, `undefined` when it has the wrong shape. Nothing is looked at below the
 * second level and aliases are followed one by one, so that no file can unfold into something huge.
 */
function textOf(doc: Document.Parsed, id: InputId, node: unknown): string | undefined {
  const { shape, separator } = inputOf(id).type;
  const target = followed(doc, node);
  if (isSeq(target) && (shape === 'list' || shape === 'pairs')) {
    return joined(target.items.map((item) => scalarText(doc, item)));
  }
  if (isMap(target) && shape === 'pairs') {
    return joined(
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

function joined(parts: readonly (string | undefined)[]): string | undefined {
  return parts.includes(undefined) ? undefined : parts.join('\n');
}

/** Numbers keep the spelling of the file: the branch `1.10` is not the number 1.1. */
function scalarText(doc: Document.Parsed, node: unknown): string | undefined {
  const target = followed(doc, node);
  if (target === null || target === undefined) return '';
  if (!isScalar(target)) return undefined;
  if (target.value === null) return '';
  return (typeof target.value === 'string' ? target.value : (target.source ?? '')).trim();
}

/** An alias without an anchor stays what it is, which is no value. */
function followed(doc: Document.Parsed, node: unknown): unknown {
  return isAlias(node) ? (node.resolve(doc) ?? node) : node;
}
