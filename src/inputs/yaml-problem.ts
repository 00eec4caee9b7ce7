import type { YAMLError } from 'yaml';
import type { Problem } from '../contract/result.js';

/** What is wrong with the syntax of a file, in words for somebody who knows no parser, and where. */
export interface YamlProblem extends Problem {
  /** From 0, of the file. */
  readonly offset: number;
}

/** By the codes of the parser (https://eemeli.org/yaml/#errors). */
const byCode: Readonly<Partial<Record<YAMLError['code'], Required<Problem>>>> = {
  TAB_AS_INDENT: { message: 'this line is indented with a tab', fix: 'indent it with spaces' },
  BLOCK_AS_IMPLICIT_KEY: {
    message: 'this value has a `:` and a space in it, as if it were a key',
    fix: 'put the value between quotes',
  },
  MULTILINE_IMPLICIT_KEY: {
    message: 'this line has no `:` and a space after its key',
    fix: 'write it like `duration: 5m`',
  },
  BAD_SCALAR_START: {
    message: 'this value begins with a character that YAML reserves',
    fix: 'put the value between quotes',
  },
  BAD_DQ_ESCAPE: {
    message: 'between double quotes a `\\` begins an escape, and this one is not known',
    fix: 'use single quotes, or write `\\\\`',
  },
  UNEXPECTED_TOKEN: {
    message: 'this cannot stand here',
    fix: 'begin keys that belong together in the same column, and put a value with special characters between quotes',
  },
};

const deeper: Required<Problem> = {
  message: 'this line is indented further than the one that it belongs to',
  fix: 'begin it in the same column as the key above it',
};

/**
 * The first mistakes of a file. What follows a mistake of syntax is read wrongly, so that only the first one counts. No
 * text of the file is shown but the name of a key: it may be a secret.
 */
export function yamlProblems(
  errors: readonly YAMLError[],
  content: string,
): readonly YamlProblem[] {
  const syntax = errors.find(({ code }) => code !== 'DUPLICATE_KEY');
  if (syntax === undefined)
    return errors.map(({ pos: [offset] }) => ({ offset, ...duplicateKey(content.slice(offset)) }));
  const [offset] = syntax.pos;
  const isDeeper =
    syntax.code === 'BLOCK_AS_IMPLICIT_KEY' &&
    errors.some(({ code, pos }) => code === 'MULTILINE_IMPLICIT_KEY' && pos[0] === offset);
  // The parser points to the value that the deeper line would go on with.
  if (isDeeper) return [{ offset: nextLine(content, offset), ...deeper }];
  return [{ offset, ...(byCode[syntax.code] ?? byMessage(syntax)) }];
}

function duplicateKey(rest: string): Problem {
  const name = /^[a-z][a-z-]{0,40}(?=\s*:)/i.exec(rest)?.[0];
  return {
    message: `${name === undefined ? 'this key' : `\`${name}\``} is here a second time`,
    fix: 'keep one of them',
  };
}

/** The first character of the next line that is not empty. */
function nextLine(content: string, offset: number): number {
  const found = /\n[\t ]*(?=[^\s#])/.exec(content.slice(offset));
  return found === null ? offset : offset + found.index + found[0].length;
}

function byMessage({ code, message }: YAMLError): Problem {
  if (code === 'MISSING_CHAR' && message.includes('quote'))
    return { message: 'a quote that was opened before is not closed', fix: 'close it' };
  if (code === 'MISSING_CHAR' && message.startsWith('Sequence item'))
    return {
      message: 'this line begins in a column of its own',
      fix: 'begin it below the first key of its item, or with `- ` if it is a new item',
    };
  const bracket = /\b(?:end|close) with an? ([\]}])/.exec(message)?.[1];
  if (bracket !== undefined)
    return {
      message: `a \`${bracket === ']' ? '[' : '{'}\` that was opened before is not closed`,
      fix: `close it with \`${bracket}\``,
    };
  // Without the piece of the file that follows a colon.
  return {
    message: `is not YAML (${message.split(': ')[0] ?? ''})`,
    fix: 'check the indentation and the quotes of this line',
  };
}
