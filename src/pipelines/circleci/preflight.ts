import type { Finding } from '../../contract/result.js';
import type { StartRequest } from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import { type Add, collectFindings } from '../findings.js';
import { lastDeclaration, MARKER, mismatches, problemsOf } from './configuration.js';
import {
  type CircleciContext,
  missingProject,
  parseRef,
  type Project,
  readAll,
  readProject,
  type Ref,
  slugOf,
} from './context.js';

/** Proves, as far as it can be proven, that `start` would work. Changes nothing. @throws only the signal's reason. */
export async function preflight(
  context: CircleciContext,
  request: StartRequest,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { all, add, addProblems, addFailure } = collectFindings(signal);

  if (context.slug === undefined && context.ownWorkflowId === null) {
    addProblems([missingProject]);
    return all;
  }
  let project: Project;
  try {
    // A wrong token is answered as a missing project by the calls after this one.
    await context.api.read('asking owner token it is', { method: 'GET', path: 'me' }, signal);
    const slug = await slugOf(context, signal);
    addProblems(problemsOf(request, slug, context.definitionId));
    project = await readProject(context, slug, signal);
  } catch (error) {
    addFailure(error);
    return all;
  }

  if (context.definitionId !== undefined) {
    await checkDefinition(context, project, context.definitionId, signal, add);
  }
  const ref = refOf(request, project);
  if (ref === undefined) {
    if (request.ref === undefined) {
      add(
        'error',
        `the default branch of ${project.slug} cannot be seen`,
        'set rollback-ref to the branch that the rollback pipeline is to run on',
      );
    }
    return all;
  }
  await checkParameters(context, project, ref, request, signal, add);
  return all;
}

/** The branch or tag that a pipeline would run on; `undefined` when that is not known. */
function refOf(request: StartRequest, { defaultBranch }: Project): Ref | undefined {
  if (request.ref !== undefined) {
    const parsed = parseRef(request.ref);
    return parsed.ok ? parsed.value : undefined;
  }
  return defaultBranch === undefined ? undefined : { branch: defaultBranch };
}

async function checkDefinition(
  context: CircleciContext,
  project: Project,
  definitionId: string,
  signal: AbortSignal,
  add: Add,
): Promise<void> {
  let definitions;
  try {
    if (project.id === undefined) throw new Error(`${project.slug} shows no id`);
    definitions = await readAll(
      context,
      'listing the pipeline definitions',
      `projects/${encodeURIComponent(project.id)}/pipeline-definitions`,
      signal,
    );
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    add(
      'warning',
      `whether there is a pipeline definition ${definitionId} could not be seen: ${messageOf(error)}`,
      'compare circleci-definition-id with Project Settings, Pipelines; CircleCI Server has no definitions, leave it out there',
    );
    return;
  }
  if (definitions.some(({ id }) => id === definitionId)) return;
  const named = definitions.map(({ id, name }) => `${String(id)} (${String(name)})`).join(', ');
  add(
    'error',
    `the project ${project.slug} has no pipeline definition ${definitionId}`,
    `set circleci-definition-id to one of: ${named || 'none'}`,
  );
}

/** A configuration is only seen in a pipeline that has run: what it says is a warning, what it does not say is unknown. */
async function checkParameters(
  context: CircleciContext,
  { slug }: Project,
  ref: Ref,
  { parameters }: StartRequest,
  signal: AbortSignal,
  add: Add,
): Promise<void> {
  const last = await lastDeclaration(context, slug, ref, signal);
  if (last.kind === 'unreadable') {
    add(
      'notice',
      `whether the configuration declares the parameter "${MARKER}" could not be seen: ${last.why}`,
      'if it does not, CircleCI refuses to start the pipeline: try it once by hand',
    );
    return;
  }
  for (const { message, fix } of mismatches(last.declaration, parameters)) {
    add('warning', `the configuration of pipeline ${last.number}, the last one, ${message}`, fix);
  }
}
