import type { Problem } from '../../contract/result.js';
import { parse } from 'yaml';
import type { StartRequest } from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import type { ApiRequest } from '../../support/http/api.js';
import { fields } from '../../support/json.js';
import { printableUrl } from '../../support/text.js';
import { takenNames } from '../settings.js';
import { type CircleciContext, encodedSlug, parseRef, type Ref } from './context.js';

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
): readonly Problem[] {
  const problems: Problem[] = [];
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
  context: CircleciContext,
  slug: string,
  ref: Ref,
  signal: AbortSignal,
): Promise<LastDeclaration> {
  if ('tag' in ref) return { kind: 'unreadable', why: 'CircleCI lists no pipelines by tag' };
  if (context.definitionId !== undefined) {
    return { kind: 'unreadable', why: 'CircleCI lists no pipelines by definition' };
  }
  try {
    const list = await context.api.read(
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
    const answer = await context.api.read(
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

/** The parameter that tells a rollback from a deploy. */
export const MARKER = 'rollback';

/** Why the request must not be sent, as far as that is known beforehand. */
export function problemsOf(
  request: StartRequest,
  slug: string,
  definitionId: string | undefined,
): readonly Problem[] {
  const problems: Problem[] = [];
  const ref = request.ref === undefined ? undefined : parseRef(request.ref);
  if (ref !== undefined && !ref.ok) problems.push(ref.problem);
  problems.push(...takenNames(request.parameters, (name) => name === MARKER));
  // "Trigger options", API: without a definition only GitHub OAuth and Bitbucket Cloud projects can be started.
  if (slug.startsWith('circleci/') && definitionId === undefined) {
    problems.push({
      message: `the project ${slug} cannot be started without the id of a pipeline definition`,
      fix: 'set circleci-definition-id: Project Settings, Pipelines shows it',
    });
  }
  return problems;
}

/**
 * The call that starts a pipeline. Its parameters must be declared, and which are cannot be read before: so only the marker is
 * sent besides what the user wants sent. The marker is a boolean, as `when: << pipeline.parameters.rollback >>` needs it.
 */
export function startCall(
  slug: string,
  definitionId: string | undefined,
  ref: Ref,
  parameters: Readonly<Record<string, string>>,
): ApiRequest & { readonly json: Readonly<Record<string, unknown>> } {
  const path = `project/${encodedSlug(slug)}/pipeline`;
  const sent = { [MARKER]: true, ...parameters };
  return definitionId === undefined
    ? { method: 'POST', path, json: { ...ref, parameters: sent } }
    : {
        method: 'POST',
        path: `${path}/run`,
        json: { definition_id: definitionId, config: ref, checkout: ref, parameters: sent },
      };
}

/** The call in words. */
export function callInWords(
  context: CircleciContext,
  { method, path, json }: ApiRequest,
): readonly string[] {
  return [`${method} ${printableUrl(context.root)}/api/v2/${path}`, `with ${JSON.stringify(json)}`];
}
