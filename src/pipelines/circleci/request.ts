import type { ApiRequest } from '../../support/http/api.js';
import type { StartRequest } from '../../contract/pipeline.js';
import { encodedSlug, parseRef, type Ref } from './names.js';
import { type Refusal, takenNames } from '../refusal.js';
import type { Site } from './site.js';
import { printableUrl } from '../../support/text.js';

/** The parameter that tells a rollback from a deploy. */
export const MARKER = 'rollback';

/** Why the request must not be sent, as far as that can be told before it is. */
export function problemsOf(
  request: StartRequest,
  slug: string,
  definitionId: string | undefined,
): readonly Refusal[] {
  const problems: Refusal[] = [];
  const ref = request.ref === undefined ? undefined : parseRef(request.ref);
  if (ref !== undefined && 'problem' in ref) problems.push(ref.problem);
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
export function callInWords(site: Site, { method, path, json }: ApiRequest): readonly string[] {
  return [`${method} ${printableUrl(site.root)}/api/v2/${path}`, `with ${JSON.stringify(json)}`];
}
