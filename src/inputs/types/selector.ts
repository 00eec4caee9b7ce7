import {
  parseMatchers,
  parseSelector,
  printSelector,
  type ParsedSelector,
  type Selector,
} from '../../support/selector.js';
import { bad, good, type Parsed } from '../parsed.js';
import type { InputType } from './type.js';

/** The selector of a counter or a histogram: `http_requests_total{app="shop"}`. */
export function selector(): InputType<Selector> {
  return typeOf('selector', parseSelector);
}

/** Labels only: `app="shop", version="v2"`. */
export function labels(): InputType<Selector> {
  return typeOf('labels', parseMatchers);
}

function typeOf(name: string, parse: (text: string) => ParsedSelector): InputType<Selector> {
  return {
    name,
    shape: 'text',
    parse: (text) => parsed(parse(text)),
    print: printSelector,
    schema: { type: 'string' },
  };
}

function parsed(result: ParsedSelector): Parsed<Selector> {
  return result.ok ? good(result.selector) : bad(result.message, result.fix);
}
