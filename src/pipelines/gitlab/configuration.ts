import type { Problem } from '../../contract/result.js';
import { parse, parseAllDocuments } from 'yaml';
import type { StartRequest } from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import { fields } from '../../support/json.js';
import { PermanentError } from '../../support/retry.js';
import { oneLine } from '../../support/text.js';
import { takenNames } from '../settings.js';
import { type GitlabContext, readProject } from './context.js';

/** The result of a read that is useful and not necessary. */
type Read<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'unreadable'; readonly why: string };

/**
 * The inputs that the pipeline declares on a branch or tag.
 *
 * @param path of the configuration; `undefined`: the project is asked.
 * @throws only the signal's reason.
 */
export function declarationAt(
  context: GitlabContext,
  ref: string,
  path: string | undefined,
  signal: AbortSignal,
): Promise<Read<Declaration>> {
  return attempt(signal, async () => {
    const file = path ?? (await readProject(context, signal)).configPath;
    if (/@|^https?:/.test(file)) {
      throw new PermanentError('the configuration is in another project or at another address');
    }
    const answer = await context.api.read(
      `reading ${file} at ${ref}`,
      ({ RepositoryFiles }, options) =>
        new RepositoryFiles(options).show(context.project, file, ref),
      signal,
    );
    const { content, encoding } = fields(answer.data);
    if (typeof content !== 'string' || encoding !== 'base64') {
      throw new PermanentError(`${file} at ${ref} came in a form that is not understood`);
    }
    return readDeclaration(Buffer.from(content, 'base64').toString('utf8'));
  });
}

/** A configuration as GitLab has put it together from all its files. */
interface Merged {
  readonly valid: boolean;
  readonly errors: readonly string[];
  /** Whether anything in it looks at the variable `ROLLBACK`. */
  readonly readsMarker: boolean;
  readonly jobs: ReadonlySet<string>;
  /** Jobs that are never to be interrupted: `interruptible: false`, of their own or by `default:`. */
  readonly uninterruptible: ReadonlySet<string>;
}

/**
 * The configuration at a branch, tag or commit, as the lint API gives it.
 * @throws only the signal's reason.
 */
export function mergedAt(
  context: GitlabContext,
  ref: string,
  signal: AbortSignal,
): Promise<Read<Merged>> {
  return attempt(signal, async () => {
    // The name of `content_ref` before GitLab 16.5, which newer servers still take, and never both at once (lib/api/lint.rb: mutually
    // exclusive). What a server does not know it ignores, and checks the default branch.
    const query = { includeJobs: false, sha: ref };
    const answer = await context.api.read(
      `checking the configuration at ${ref}`,
      ({ Lint }, options) => new Lint(options).check(context.project, query),
      signal,
    );
    const { valid, errors, merged_yaml: text } = fields(answer.data);
    if (typeof valid !== 'boolean') throw new PermanentError('the answer is not a check');
    return mergedFrom(
      valid,
      Array.isArray(errors) ? errors.filter((one) => typeof one === 'string') : [],
      typeof text === 'string' ? text : '',
    );
  });
}

/** Keys of a configuration that are no jobs (documentation, "CI/CD YAML syntax reference", global keywords). */
const keywords = new Set([
  'default',
  'include',
  'stages',
  'variables',
  'workflow',
  'image',
  'services',
  'cache',
  'before_script',
  'after_script',
  'spec',
]);

function mergedFrom(valid: boolean, errors: readonly string[], text: string): Merged {
  const all = fields(parse(text, { logLevel: 'silent' }) as unknown);
  const preset = fields(all.default).interruptible;
  const jobs = Object.entries(all).filter(
    ([name, job]) => !keywords.has(name) && !name.startsWith('.') && typeof job === 'object',
  );
  return {
    valid,
    errors,
    readsMarker: /\$\{?ROLLBACK\b/.test(text),
    jobs: new Set(jobs.map(([name]) => name)),
    uninterruptible: new Set(
      jobs
        .filter(([, job]) => (fields(job).interruptible ?? preset) === false)
        .map(([name]) => name),
    ),
  };
}

async function attempt<T>(signal: AbortSignal, read: () => Promise<T>): Promise<Read<T>> {
  try {
    return { kind: 'read', value: await read() };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { kind: 'unreadable', why: oneLine(messageOf(error)) };
  }
}

/** An input of a pipeline, as `spec: inputs` in the header of its configuration declares it. */
interface DeclaredInput {
  /** `string` unless said otherwise; also `boolean`, `number`, `array`. */
  readonly type: string;
  readonly required: boolean;
}

type Declaration = ReadonlyMap<string, DeclaredInput>;

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

interface ComposedInputs {
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Why this must not be sent. */
  readonly problems: readonly Problem[];
}

/**
 * The inputs to send. GitLab refuses undeclared ones, so of what is optional only the declared ones are sent; when the
 * declaration could not be read, only the marker, as the boolean that it should be.
 */
export function composeInputs(
  request: StartRequest,
  declaration: Declaration | undefined,
): ComposedInputs {
  const problems: Problem[] = [];
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
      message: `rollback-parameters has "${name}", which is not an input of the pipeline`,
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

/** What GitLab's pipeline variables call the marker. Variables need no declaration. */
type Variables = Readonly<Record<string, string>>;

/** The variable that carries the correlation id. */
export const ID_VARIABLE = 'ROLLBACK_ID';

/** The variables to send: the marker in capitals, as GitLab's are, and the parameters as they are given. */
export function variablesOf({ optional, parameters }: StartRequest): Variables {
  const marker = Object.entries(optional).map(([name, value]) => [name.toUpperCase(), value]);
  return { ...(Object.fromEntries(marker) as Variables), ...parameters };
}

/** Parameters that would take the place of what tells a rollback from a deploy, as variable or as input. */
export function overridden({ parameters }: StartRequest): readonly Problem[] {
  const ours = ['ROLLBACK', ID_VARIABLE, 'rollback', 'rollback_id'];
  return takenNames(parameters, (name) => ours.includes(name));
}
