import { parse } from 'yaml';
import { messageOf } from '../../support/errors.js';
import { PermanentError } from '../../support/retry.js';
import { clip, neutralise } from '../../support/text.js';
import { fields } from '../../support/json.js';
import { type Declaration, readDeclaration } from './declaration.js';
import { readProject, type Site } from './site.js';

/** What a read of something gave that one can do without. */
export type Read<T> =
  | { readonly kind: 'read'; readonly value: T }
  | { readonly kind: 'unreadable'; readonly why: string };

/**
 * The inputs that the pipeline declares on a branch or tag.
 *
 * @param path of the configuration; `undefined`: the project is asked.
 * @throws only the signal's reason.
 */
export function declarationAt(
  site: Site,
  ref: string,
  path: string | undefined,
  signal: AbortSignal,
): Promise<Read<Declaration>> {
  return attempt(signal, async () => {
    const file = path ?? (await readProject(site, signal)).configPath;
    if (/@|^https?:/.test(file)) {
      throw new PermanentError('the configuration stands in another project or at another address');
    }
    const answer = await site.api.read(
      `reading ${file} at ${ref}`,
      ({ RepositoryFiles }, options) => new RepositoryFiles(options).show(site.project, file, ref),
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
export interface Merged {
  readonly valid: boolean;
  readonly errors: readonly string[];
  /** Whether anything in it looks at the variable `ROLLBACK`. */
  readonly looksAtMarker: boolean;
  readonly jobs: ReadonlySet<string>;
  /** Jobs that are never to be interrupted: `interruptible: false`, of their own or by `default:`. */
  readonly uninterruptible: ReadonlySet<string>;
}

/**
 * The configuration at a branch, tag or commit, as the lint API gives it.
 * @throws only the signal's reason.
 */
export function mergedAt(site: Site, ref: string, signal: AbortSignal): Promise<Read<Merged>> {
  return attempt(signal, async () => {
    // `sha` is the name of `content_ref` before GitLab 16.5 (documentation, "CI Lint API").
    const query = { includeJobs: false, contentRef: ref, sha: ref };
    const answer = await site.api.read(
      `checking the configuration at ${ref}`,
      ({ Lint }, options) => new Lint(options).check(site.project, query),
      signal,
    );
    const { valid, errors, merged_yaml: text } = fields(answer.data);
    if (typeof valid !== 'boolean') throw new PermanentError('the answer is no check');
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
    looksAtMarker: /\$\{?ROLLBACK\b/.test(text),
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
    return { kind: 'unreadable', why: clip(neutralise(messageOf(error))) };
  }
}
