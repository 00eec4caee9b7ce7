import type { Finding } from '../../contract/result.js';
import type { StartRequest } from '../../contract/pipeline.js';
import { messageOf } from '../../support/errors.js';
import { refusalIn } from '../../support/http/api.js';
import { fields } from '../../support/json.js';
import { oneLine } from '../../support/text.js';
import { collectFindings, type Add } from '../findings.js';
import { composeInputs, declarationAt, MARKER, mergedAt, overridden } from './configuration.js';
import { configuredName, readProject, type GitlabContext, type Project } from './context.js';
import { parseRef, wordFor, type OwnPipeline } from './settings.js';

/** Access levels of GitLab's roles (documentation, "Access levels"). */
const DEVELOPER = 30;

/** The least role that may set variables, by the words of `ci_pipeline_variables_minimum_override_role`. */
const variableLevels: Readonly<Record<string, number>> = {
  developer: DEVELOPER,
  maintainer: 40,
  owner: 50,
  no_one_allowed: Number.POSITIVE_INFINITY,
};

/** Names of jobs, by the input that names them. */
type NamedJobs = Readonly<Record<'gitlab-rollback-jobs' | 'rollback-job', readonly string[]>>;

/** Proves, as far as it can be proven, that `start` would work. Changes nothing. @throws only the signal's reason. */
export async function preflight(
  context: GitlabContext,
  request: StartRequest,
  own: OwnPipeline,
  named: NamedJobs,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const { all, add, addProblems, addFailure } = collectFindings(signal);
  addProblems(overridden(request));
  let ref: string | undefined;
  if (request.ref !== undefined) {
    const parsed = parseRef(request.ref);
    if (!parsed.ok) {
      addProblems([parsed.problem]);
      return all;
    }
    ref = parsed.value;
  }
  checkOwnPipeline(context, own, add);

  if (context.credentials.kind !== 'access') {
    add(
      'notice',
      `that ${wordFor[context.credentials.kind]} may start and follow a pipeline of ${context.project} cannot be checked before it is done`,
      'set gitlab-token, which can be checked',
    );
    if (ref === undefined && context.defaultBranch === undefined) {
      await checkDefaultBranch(context, signal, add);
    }
    return all;
  }

  await checkScopes(context, signal, add);
  let project;
  try {
    project = await readProject(context, signal);
  } catch (error) {
    addFailure(error);
    return all;
  }
  checkProject(context, project, add);
  ref = await checkRef(context, project, ref, signal, add);
  if (ref === undefined) return all;
  await checkConfiguration(context, request, { project, ref, named }, signal, add);
  return all;
}

function checkOwnPipeline(context: GitlabContext, own: OwnPipeline, add: Add): void {
  const { kind } = context.credentials;
  if (own.cancel === 'none' || own.pipeline === undefined) return;
  if (kind === 'job') {
    // CancelPipelineService cascades to what a job token has started in the same project.
    add(
      'notice',
      'with only the token of the job the running pipeline is not cancelled after a rollback: the rollback would be cancelled with it',
      'let the jobs that deploy further need this one, or set gitlab-token',
    );
  } else if (kind === 'trigger') {
    add(
      'notice',
      'a trigger token cannot cancel the running pipeline after a rollback',
      'let the jobs that deploy further need this one, or set gitlab-token',
    );
  } else if (own.cancel === 'siblings' && own.job === undefined) {
    add(
      'warning',
      'gitlab-cancel is "siblings", and which job this is is not known: no other job will be cancelled',
      'set gitlab-job to the number of this job (CI_JOB_ID)',
    );
  }
}

async function checkDefaultBranch(
  context: GitlabContext,
  signal: AbortSignal,
  add: Add,
): Promise<void> {
  try {
    await readProject(context, signal);
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    add(
      'error',
      `the default branch of ${context.project} is not known: ${oneLine(messageOf(error))}`,
      'set rollback-ref',
    );
  }
}

/** Access tokens of every kind can read what they may do ("Personal access tokens API", self-information). */
async function checkScopes(context: GitlabContext, signal: AbortSignal, add: Add): Promise<void> {
  try {
    const { data } = await context.api.read(
      'reading the scopes of the token',
      ({ PersonalAccessTokens }, options) => new PersonalAccessTokens(options).show(),
      signal,
    );
    const { scopes } = fields(data);
    if (!Array.isArray(scopes) || scopes.includes('api')) return;
    const given = scopes.filter((scope) => typeof scope === 'string').join(', ');
    add(
      'error',
      `the token has the scopes ${given === '' ? '(none)' : given}, which are not enough to start a pipeline`,
      'give it the scope api',
    );
  } catch {
    // Reading the project says more about a token that does not work.
    if (signal.aborted) throw signal.reason;
  }
}

function checkProject({ project: name }: GitlabContext, project: Project, add: Add): void {
  if (project.archived)
    add('error', `the project ${name} is archived: nothing runs in it`, 'unarchive it');
  if (project.ciDisabled) {
    add(
      'error',
      `CI/CD is disabled in the project ${name}`,
      'enable it under Settings > General > Visibility, project features, permissions',
    );
  }
  if (project.accessLevel !== undefined && project.accessLevel < DEVELOPER) {
    add(
      'error',
      `the token may not start pipelines in ${name}: its role is below Developer`,
      'give it the role Developer or higher',
    );
  }
}

/** The branch or tag that it would run on; `undefined`: there is none. */
async function checkRef(
  context: GitlabContext,
  project: Project,
  ref: string | undefined,
  signal: AbortSignal,
  add: Add,
): Promise<string | undefined> {
  if (ref === undefined) {
    if (project.defaultBranch !== '') return project.defaultBranch;
    add('error', `the project ${context.project} has no default branch`, 'set rollback-ref');
    return undefined;
  }
  if (!(await isMissing(context, ref, signal))) return ref;
  add(
    'error',
    `rollback-ref "${ref}" is neither a branch nor a tag of ${context.project}`,
    `create it, or leave rollback-ref out: the default branch is ${project.defaultBranch}`,
  );
  return undefined;
}

/** Whether it is certain that there is no such branch or tag. */
async function isMissing(
  context: GitlabContext,
  ref: string,
  signal: AbortSignal,
): Promise<boolean> {
  const { api, project } = context;
  const reads = [
    () =>
      api.read(
        `looking for the branch ${ref}`,
        ({ Branches }, options) => new Branches(options).show(project, ref),
        signal,
      ),
    () =>
      api.read(
        `looking for the tag ${ref}`,
        ({ Tags }, options) => new Tags(options).show(project, ref),
        signal,
      ),
  ];
  for (const read of reads) {
    try {
      await read();
      return false;
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      // Everything but a 404 leaves it open; the configuration at this ref will say more.
      if (refusalIn(error)?.status !== 404) return false;
    }
  }
  return true;
}

async function checkConfiguration(
  context: GitlabContext,
  request: StartRequest,
  { project, ref, named }: { project: Project; ref: string; named: NamedJobs },
  signal: AbortSignal,
  add: Add,
): Promise<void> {
  const merged = await mergedAt(context, ref, signal);
  const declared = await declarationAt(context, ref, project.configPath, signal);
  const hasInput = declared.kind === 'read' && declared.value.has(MARKER);

  if (merged.kind === 'unreadable') {
    add(
      'warning',
      `whether the configuration on ${ref} has a rollback job could not be seen: ${merged.why}`,
    );
  } else {
    const { valid, errors, readsMarker, jobs } = merged.value;
    if (!valid) {
      add(
        'error',
        `the configuration on ${ref} is not valid: ${oneLine(errors.join('; '))}`,
        'correct it in the pipeline editor',
      );
    } else if (!readsMarker && !hasInput) {
      add(
        'warning',
        `nothing in the configuration on ${ref} uses $ROLLBACK: the pipeline may deploy instead of rolling back`,
        'give the rollback job `rules: - if: $ROLLBACK == "true"`, and keep build and deploy from running then; name its jobs in gitlab-rollback-jobs',
      );
    }
    for (const [input, names] of Object.entries(named)) {
      const missing = names.filter((name) => !jobs.has(name) && !jobs.has(configuredName(name)));
      if (!valid || missing.length === 0) continue;
      add(
        'warning',
        `${input} names jobs that the configuration on ${ref} does not have: ${missing.join(', ')}`,
        `it has: ${oneLine([...jobs].join(', '))}`,
      );
    }
  }

  const { accessLevel, variablesRole } = project;
  const needed = variablesRole === undefined ? undefined : variableLevels[variablesRole];
  if (needed === undefined || (accessLevel ?? 0) >= needed) return;
  if (accessLevel === undefined && Number.isFinite(needed)) return;
  const why = `the project ${context.project} lets the token set no pipeline variables (minimum role: ${variablesRole ?? ''})`;
  if (declared.kind === 'unreadable') {
    add(
      'warning',
      `${why}, and whether the input "${MARKER}" is declared instead could not be seen: ${declared.why}`,
      'declare it under spec: inputs, or allow the role under Settings > CI/CD > Variables',
    );
    return;
  }
  const { problems } = composeInputs(request, declared.value);
  if (problems.length === 0) {
    add('notice', `${why}: the input "${MARKER}" is sent instead`);
  }
  for (const { message, fix } of problems) {
    add(
      'error',
      `${why}, and ${message}`,
      `${fix}, or allow the role under Settings > CI/CD > Variables`,
    );
  }
}
