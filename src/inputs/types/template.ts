import { namesIn, parseTemplate, type Template } from '../../support/template.js';
import { bad, good, quote, type Parsed } from '../parsed.js';
import { didYouMean } from '../suggest.js';
import type { InputType } from './type.js';

/** What may stand between the braces. */
interface Placeholders {
  readonly names: readonly string[];
  /** Whether `{{parameters.NAME}}` may, too. */
  readonly parameters?: boolean;
}

const parameter = /^parameters\.[A-Za-z_][\w.-]*$/;

/** A text with placeholders in double braces. */
export function template(known: Placeholders): InputType<Template> {
  return {
    name: 'template',
    shape: 'text',
    parse: (text) => parseKnown(text, known),
    print: ({ source }) => source,
    schema: { type: 'string' },
  };
}

/** A path with placeholders, relative to an address that another input gives. */
export function pathTemplate(known: Placeholders): InputType<Template> {
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
        ? bad(`${quote(text)} has a blank in it`, 'write `%20` for a blank')
        : parsed;
    },
  };
}

function parseKnown(text: string, { names, parameters = false }: Placeholders): Parsed<Template> {
  const parsed = parseTemplate(text);
  if (parsed.parts.some((part) => part.kind === 'text' && part.text.includes('{{'))) {
    return bad('has `{{` without a name and `}}` after it', inWords(names, parameters));
  }
  const odd = namesIn(parsed).find(
    (name) => !names.includes(name) && !(parameters && parameter.test(name)),
  );
  if (odd === undefined) return good(parsed);
  const meant = didYouMean(odd, names);
  const all = inWords(names, parameters);
  return bad(
    `${quote(`{{${odd}}}`)} is not known here`,
    meant === undefined ? all : `${meant} It is ${all}`,
  );
}

function inWords(names: readonly string[], parameters: boolean): string {
  const all = [...names, ...(parameters ? ['parameters.NAME'] : [])];
  return `one of ${all.map((name) => `\`{{${name}}}\``).join(', ')}`;
}
