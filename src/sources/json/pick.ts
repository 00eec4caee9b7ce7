import { search } from '@aws-lambda-powertools/jmespath';
import { isJsonPointer, valueAt } from '../../support/json-pointer.js';
import type { Place } from './description.js';

/** The place that was written. A JSON Pointer (RFC 6901) begins with `/`, and no JMESPath (https://jmespath.org/specification.html) does. */
export function placeAt(text: string): Place {
  if (text.startsWith('/'))
    return {
      text,
      pick: (document) => valueAt(document, text),
      problem: isJsonPointer(text) ? undefined : `${text} is no JSON Pointer`,
    };
  return {
    text,
    pick: (document) => search(text, document as Parameters<typeof search>[1]),
    problem: syntaxProblem(text),
  };
}

/** Only looking shows whether an expression can be read; what is wrong with the document is another matter. */
function syntaxProblem(text: string): string | undefined {
  try {
    search(text, {});
    return undefined;
  } catch (error) {
    const { name, message } = error as Error;
    return /^(Lexer|Parse|IncompleteExpression|EmptyExpression|UnknownFunction|Arity|VariadicArity)/.test(
      name,
    )
      ? message
      : undefined;
  }
}

/**
 * Whether a JSON Pointer names something that the document has no place for. Lists may be longer another time, and what is null
 * may be there then; of a JMESPath nobody can say.
 */
export function leadsNowhere(document: unknown, text: string): boolean {
  if (!text.startsWith('/')) return false;
  const tokens = text.split('/').slice(1);
  const whole = tokens.findIndex((_, n) => {
    const found = valueAt(document, pointerOf(tokens.slice(0, n + 1)));
    return found === undefined || found === null;
  });
  if (whole === -1) return false;
  const parent = whole === 0 ? document : valueAt(document, pointerOf(tokens.slice(0, whole)));
  const isNull = valueAt(document, pointerOf(tokens.slice(0, whole + 1))) === null;
  return !isNull && !Array.isArray(parent);
}

function pointerOf(tokens: readonly string[]): string {
  return tokens.map((token) => `/${token}`).join('');
}
