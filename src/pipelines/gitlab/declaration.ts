import { parseAllDocuments } from 'yaml';
import { fields } from '../../support/json.js';
import type { StartRequest } from '../../contract/pipeline.js';
import type { Refusal } from '../refusal.js';

/** An input of a pipeline, as `spec: inputs` in the header of its configuration declares it. */
export interface DeclaredInput {
  /** `string` unless said otherwise; also `boolean`, `number`, `array`. */
  readonly type: string;
  readonly required: boolean;
}

export type Declaration = ReadonlyMap<string, DeclaredInput>;

/** The input that tells a rollback from a deploy. */
export const MARKER = 'rollback';

/**
 * Reads the header of a configuration: the document before the first `---`.
 * @throws when the text is not YAML.
 */
export function readDeclaration(text: string): Declaration {
  // GitLab's own tags (`!reference`) are none of the header's.
  const documents = parseAllDocuments(text, { logLevel: 'silent' });
  const header = documents.length < 2 ? undefined : documents[0];
  if (header?.errors[0] !== undefined) throw header.errors[0];
  const inputs = fields(fields(fields(header?.toJS()).spec).inputs);
  return new Map(
    Object.entries(inputs).map(([name, about]) => {
      const { type } = fields(about);
      return [
        name,
        {
          type: typeof type === 'string' ? type : 'string',
          required: !('default' in fields(about)),
        },
      ];
    }),
  );
}

export interface ComposedInputs {
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Why this must not be sent. */
  readonly problems: readonly Refusal[];
}

/**
 * The inputs to send. GitLab refuses undeclared ones, so of what is optional only the declared ones are sent; when the
 * declaration could not be read, only the marker, as the boolean that it should be.
 */
export function composeInputs(
  request: StartRequest,
  declaration: Declaration | undefined,
): ComposedInputs {
  const problems: Refusal[] = [];
  if (declaration === undefined) {
    return { inputs: { ...request.parameters, [MARKER]: true }, problems };
  }
  if (!declaration.has(MARKER)) {
    problems.push({
      message: `the configuration does not declare the input "${MARKER}"`,
      fix: `declare it under spec: inputs, with type: boolean and default: false`,
    });
  }
  const declared = [...declaration.keys()];
  for (const name of Object.keys(request.parameters)) {
    if (declaration.has(name)) continue;
    problems.push({
      message: `rollback-parameters has "${name}", which is no input of the pipeline`,
      fix: `it declares: ${declared.join(', ') || 'nothing'}`,
    });
  }
  const texts = { ...request.optional, ...request.parameters };
  for (const [name, { required }] of declaration) {
    if (!required || Object.hasOwn(texts, name)) continue;
    problems.push({
      message: `the pipeline requires the input "${name}", which is not sent`,
      fix: 'give it a default, or set it in rollback-parameters',
    });
  }
  return {
    inputs: Object.fromEntries(
      Object.entries(texts).flatMap(([name, text]) => {
        const input = declaration.get(name);
        return input === undefined ? [] : [[name, valueOf(text, input)]];
      }),
    ),
    problems,
  };
}

/** GitLab takes only a value of the declared type; a text that is none is left to it to refuse. */
function valueOf(text: string, { type }: DeclaredInput): unknown {
  switch (type) {
    case 'boolean':
      return text === 'true' || (text === 'false' ? false : text);
    case 'number':
      return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
    case 'array':
      return listOr(text);
    default:
      return text;
  }
}

function listOr(text: string): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return Array.isArray(value) ? value : text;
  } catch {
    return text;
  }
}
