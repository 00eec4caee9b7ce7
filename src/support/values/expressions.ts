import { parseMatchers, parseSelector, printSelector, type Selector } from '../selector.js';
import { namesIn, parseTemplate, type Template } from '../template.js';
import { list } from './text.js';
import { bad, good, type Result } from '../../contract/result.js';
import { didYouMean, quote, type ValueType } from './value-type.js';
import { isJsonPointer } from '../json.js';

/** Characters; an expression that is longer is rather a mistake, and slow. */
const longest = 1000;

/** A JavaScript regular expression without slashes. */
export function regex(): ValueType<RegExp> {
  return {
    name: 'regular expression',
    shape: 'text',
    parse: (text) => {
      if (text.length > longest) {
        return bad(
          `has ${String(text.length)} characters`,
          `at most ${String(longest)} characters are accepted`,
        );
      }
      try {
        return good(new RegExp(text));
      } catch {
        return bad(
          `${quote(text)} is not a regular expression`,
          'write a JavaScript regular expression without the slashes, such as `"status":\\s*"ok"`',
        );
      }
    },
    print: (value) => value.source,
    schema: { type: 'string', maxLength: longest },
  };
}

/** What may stand between the braces. */
interface Placeholders {
  readonly names: readonly string[];
  /** Whether `{{parameters.NAME}}` may, too. */
  readonly parameters?: boolean;
}

const parameter = /^parameters\.[A-Za-z_][\w.-]*$/;

/** A text with placeholders in double braces. */
export function template(known: Placeholders): ValueType<Template> {
  return {
    name: 'template',
    shape: 'text',
    parse: (text) => parseKnown(text, known),
    print: ({ source }) => source,
    schema: { type: 'string' },
  };
}

/** A path with placeholders, relative to an address that another input gives. */
export function pathTemplate(known: Placeholders): ValueType<Template> {
  return {
    ...template(known),
    name: 'path template',
    parse: (text) => {
      // The text is not shown: a URL may hold a password.
      if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text) || text.startsWith('//')) {
        return bad('is a whole URL', 'write the path after `http-url`, such as `runs/{{run_id}}`');
      }
      const parsed = parseKnown(text, known);
      return parsed.ok &&
        parsed.value.parts.some((part) => part.kind === 'text' && /\s/.test(part.text))
        ? bad(`${quote(text)} has a space in it`, 'write `%20` for a space')
        : parsed;
    },
  };
}

function parseKnown(text: string, { names, parameters = false }: Placeholders): Result<Template> {
  const parsed = parseTemplate(text);
  if (parsed.parts.some((part) => part.kind === 'text' && part.text.includes('{{'))) {
    return bad('has `{{` without a name and `}}` after it', placeholdersInWords(names, parameters));
  }
  const odd = namesIn(parsed).find(
    (name) => !names.includes(name) && !(parameters && parameter.test(name)),
  );
  if (odd === undefined) return good(parsed);
  const meant = didYouMean(odd, names);
  const all = placeholdersInWords(names, parameters);
  return bad(
    `${quote(`{{${odd}}}`)} is not known here`,
    meant === undefined ? all : `${meant} It is ${all}`,
  );
}

function placeholdersInWords(names: readonly string[], parameters: boolean): string {
  const all = [...names, ...(parameters ? ['parameters.NAME'] : [])];
  return `one of ${all.map((name) => `\`{{${name}}}\``).join(', ')}`;
}

/** The selector of a counter or a histogram: `http_requests_total{app="shop"}`. */
export function selector(): ValueType<Selector> {
  return selectorType('selector', parseSelector);
}

/** Labels only: `app="shop", version="v2"`. */
export function labels(): ValueType<Selector> {
  return selectorType('labels', parseMatchers);
}

function selectorType(
  name: string,
  parse: (text: string) => Result<Selector>,
): ValueType<Selector> {
  return {
    name,
    shape: 'text',
    parse,
    print: printSelector,
    schema: { type: 'string' },
  };
}

const pointerLike = 'write a JSON Pointer (RFC 6901), such as `/state/name`';

function checkPointers<T>(texts: readonly string[], value: T): Result<T> {
  const odd = texts.find((text) => !isJsonPointer(text));
  return odd === undefined ? good(value) : bad(`${quote(odd)} is not a JSON Pointer`, pointerLike);
}

/** One JSON Pointer. */
export function pointer(): ValueType<string> {
  return {
    name: 'JSON Pointer',
    shape: 'text',
    parse: (text) => checkPointers([text], text),
    print: String,
    schema: { type: 'string', pattern: '^/' },
  };
}

/** JSON Pointers on lines of their own, or between commas. */
export function pointers(): ValueType<readonly string[]> {
  const texts = list();
  return {
    ...texts,
    name: 'list of JSON Pointers',
    parse: (text) => {
      const parsed = texts.parse(text);
      return parsed.ok ? checkPointers(parsed.value, parsed.value) : parsed;
    },
  };
}
