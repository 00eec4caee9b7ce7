import { bad, good } from '../parsed.js';
import type { InputType } from './type.js';

/**
 * A bearer token, or `user:password` for Basic authentication. There is no doubt which: a bearer token has no colon
 * (RFC 6750, 2.1). The value is a secret, so that no message shows it.
 */
export function credentials(): InputType<string> {
  return {
    name: 'token or user:password',
    shape: 'text',
    parse: (text) => {
      if (/^(bearer|basic)\s/i.test(text))
        return bad(
          'begins with the name of a scheme',
          'give the token alone, or `user:password`; a whole `Authorization` header belongs into `prometheus-headers`',
        );
      // What may stand in a header (RFC 9110, 5.5); Basic authentication encodes it.
      return /^[\x21-\x7e]+$/.test(text) || /^[^:\r\n]+:[^\r\n]*$/.test(text)
        ? good(text)
        : bad('has characters that no token has', 'give it on one line, without blanks');
    },
    print: () => '***',
    secretParts: (text) => {
      const colon = text.indexOf(':');
      return colon === -1 ? [text] : [text, text.slice(colon + 1)];
    },
    schema: { type: 'string' },
  };
}
