import { parseDocument } from 'yaml';
import { bad, good, type Result } from '../../contract/result.js';
import { messageOf } from '../../support/errors.js';
import { fields, isObject, textOf } from '../../support/json.js';

/** Where a service takes its image from, as far as the Compose file says. */
export interface ComposeService {
  readonly name: string;
  /** The variable of the whole image, as in `image: ${API_IMAGE}`. */
  readonly imageVariable?: string;
  /** The variable of the tag alone, as in `image: shop/api:${TAG}`. */
  readonly tagVariable?: string;
  /** The image without its tag. */
  readonly imageName?: string;
}

/** The services of a Compose file. */
export interface ComposeServices {
  readonly path: string;
  readonly services: readonly ComposeService[];
}

/** `$TAG`, `${TAG}`, `${TAG:-1.0}`. https://docs.docker.com/reference/compose-file/interpolation/ */
const VARIABLE = String.raw`\$(?:\{(\w+)(?::?(?:-(.*)|[?+].*))?\}|(\w+))`;
const WHOLE = new RegExp(`^${VARIABLE}$`);
const TAG = new RegExp(`^([^$]+):${VARIABLE}$`);

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
      ? good({
          path,
          services: Object.entries(services).map(([name, service]) => serviceOf(name, service)),
        })
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

function serviceOf(name: string, service: unknown): ComposeService {
  const image = textOf(fields(service).image);
  if (image === undefined) return { name };
  const whole = WHOLE.exec(image);
  if (whole !== null) {
    const [, variable, usual = '', bare] = whole;
    const imageVariable = variable ?? bare;
    return { name, ...(imageVariable === undefined ? {} : { imageVariable }), ...named(usual) };
  }
  const [, repository = '', variable, , bare] = TAG.exec(image) ?? [];
  const tagVariable = variable ?? bare;
  return tagVariable === undefined
    ? { name, ...named(image) }
    : { name, tagVariable, ...named(`${repository}:`) };
}

/** Without tag and digest; the colon of a port is before a slash. */
function named(image: string): Pick<ComposeService, 'imageName'> {
  const imageName = image.replace(/@.*$/, '').replace(/:[^/:]*$/, '');
  return imageName === '' || image.includes('$') ? {} : { imageName };
}
