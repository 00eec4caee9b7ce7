import { parse } from 'yaml';
import { messageOf } from '../../support/errors.js';
import { fields } from '../../support/json.js';
import { encodedSlug, type Ref } from './names.js';
import type { Refusal } from '../refusal.js';
import { MARKER } from './request.js';
import type { Site } from './site.js';

/** The types of the parameters that a configuration declares, by name. */
export type Declaration = ReadonlyMap<string, string>;

/**
 * What the last pipeline on the ref declared. The configuration that the next one will have cannot be asked for; it is the
 * same unless somebody has changed it since.
 */
export type LastDeclaration =
  | { readonly kind: 'read'; readonly number: string; readonly declaration: Declaration }
  | { readonly kind: 'unreadable'; readonly why: string };

/** @throws when the text is not YAML. */
export function readDeclaration(text: string): Declaration {
  // Warnings of the parser would go to the process and from there to standard error.
  const { parameters } = fields(parse(text, { logLevel: 'error' }) as unknown);
  return new Map(
    Object.entries(fields(parameters)).map(([name, about]) => {
      const { type } = fields(about);
      return [name, typeof type === 'string' ? type : 'no type'];
    }),
  );
}

/** What CircleCI would refuse, if the configuration were this one. */
export function mismatches(
  declaration: Declaration,
  parameters: Readonly<Record<string, string>>,
): readonly Refusal[] {
  const problems: Refusal[] = [];
  const marker = declaration.get(MARKER);
  if (marker === undefined) {
    problems.push({
      message: `does not declare the parameter "${MARKER}"`,
      fix: 'declare it under parameters: with type: boolean and default: false',
    });
  } else if (marker !== 'boolean') {
    problems.push({
      message: `declares the parameter "${MARKER}" as ${marker}`,
      fix: 'declare it with type: boolean, because true is sent',
    });
  }
  for (const name of Object.keys(parameters)) {
    const type = declaration.get(name);
    if (type === undefined) {
      problems.push({
        message: `does not declare "${name}" of rollback-parameters`,
        fix: `declare it with type: string; declared are: ${[...declaration.keys()].join(', ') || 'none'}`,
      });
    } else if (type !== 'string' && type !== 'enum') {
      problems.push({
        message: `declares "${name}" of rollback-parameters as ${type}`,
        fix: 'declare it with type: string, because text is sent',
      });
    }
  }
  return problems;
}

/** @throws only the signal's reason. */
export async function lastDeclaration(
  site: Site,
  slug: string,
  ref: Ref,
  signal: AbortSignal,
): Promise<LastDeclaration> {
  if ('tag' in ref) return { kind: 'unreadable', why: 'CircleCI lists no pipelines by tag' };
  if (site.definitionId !== undefined) {
    return { kind: 'unreadable', why: 'CircleCI lists no pipelines by definition' };
  }
  try {
    const list = await site.api.read(
      `listing the pipelines on ${ref.branch}`,
      {
        method: 'GET',
        path: `project/${encodedSlug(slug)}/pipeline`,
        query: { branch: ref.branch },
      },
      signal,
    );
    const { items } = fields(list.data);
    const { id, number } = fields(Array.isArray(items) ? items[0] : undefined);
    if (typeof id !== 'string') {
      return { kind: 'unreadable', why: `there is no pipeline on ${ref.branch} so far` };
    }
    const answer = await site.api.read(
      'reading its configuration',
      { method: 'GET', path: `pipeline/${encodeURIComponent(id)}/config` },
      signal,
    );
    const { source, 'setup-config': setup } = fields(answer.data);
    // With dynamic configuration the setup configuration is the one that takes the parameters.
    const text = typeof setup === 'string' && setup !== '' ? setup : source;
    if (typeof text !== 'string' || text === '') {
      return { kind: 'unreadable', why: 'its last pipeline shows no configuration' };
    }
    return { kind: 'read', number: String(number), declaration: readDeclaration(text) };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { kind: 'unreadable', why: messageOf(error).split('\n', 1)[0] ?? '' };
  }
}
