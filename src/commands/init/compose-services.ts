import { parseDocument } from 'yaml';
import { bad, good, type Result } from '../../contract/result.js';
import { messageOf } from '../../support/errors.js';
import { isObject } from '../../support/json.js';

/** The services of a Compose file, by their names. */
export interface ComposeServices {
  readonly path: string;
  readonly services: readonly string[];
}

/** Reads the services of the text of a Compose file. Other files that it includes are not looked at. */
export function readServices(path: string, text: string): Result<ComposeServices> {
  try {
    const doc = parseDocument(text, { merge: true, logLevel: 'silent' });
    const [error] = doc.errors;
    if (error !== undefined) return unreadable(path, error.message.split('\n')[0] ?? '');
    const file: unknown = doc.toJS() ?? {};
    if (!isMapping(file)) return unreadable(path, 'it is not a mapping');
    const { services = {} } = file;
    return isMapping(services)
      ? good({ path, services: Object.keys(services) })
      : unreadable(path, '`services` is not a mapping');
  } catch (error) {
    return unreadable(path, messageOf(error));
  }
}

function unreadable(path: string, why: string): Result<never> {
  return bad(`${path} cannot be read, so its services are not known: ${why.replace(/:$/, '')}`);
}

function isMapping(value: unknown): value is Readonly<Record<string, unknown>> {
  return isObject(value) && !Array.isArray(value);
}
