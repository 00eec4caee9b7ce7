import type { StartRequest, StartResult } from '../../contract/pipeline.js';
import type { ApiRequest } from '../../support/http/api.js';
import type { ApiResponse } from '../../support/http/response.js';
import { fields } from '../../support/json.js';
import {
  type Before,
  findRun,
  isNew,
  type Listing,
  listRunsBefore as look,
  type Owner,
} from '../find-run.js';
import { mergeErrors, type Refusal } from '../settings.js';
import { type Refused, type Sent, START_TIMEOUT_MS, startOnce } from '../start-once.js';
import { forbidsVariables, hintFor } from './api.js';
import { composeInputs, declarationAt, ID_VARIABLE, variablesOf } from './configuration.js';
import {
  type GitlabContext,
  numberOf,
  type PipelineInfo,
  pipelineOf,
  pipelinesOf,
} from './context.js';
import { sourceOf } from './settings.js';

/** What became of the call that starts a pipeline, and in what form the marker was sent. */
export interface Attempt {
  readonly created: Sent;
  readonly sentAs: 'variables' | 'inputs';
}

/** What tells the pipeline that it is a rollback. */
type Payload =
  | { readonly variables: Readonly<Record<string, string>> }
  | { readonly inputs: Readonly<Record<string, unknown>> };

/**
 * Creates the pipeline, with variables. Where the project does not let the token set any, nothing was created, and it is
 * asked once more with inputs: new groups of gitlab.com allow variables to nobody (since 17.7).
 */
export async function startPipeline(
  site: GitlabContext,
  ref: string,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Attempt> {
  let forbidden = false;
  const first = await create(site, ref, { variables: variablesOf(request) }, signal, (answer) => {
    forbidden = forbidsVariables(answer);
  });
  // Set from elsewhere, which the compiler cannot see.
  // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
  if (first.kind !== 'refused' || !forbidden) return { created: first, sentAs: 'variables' };

  const declared = await declarationAt(site, ref, undefined, signal);
  const { inputs, problems } = composeInputs(
    request,
    declared.kind === 'read' ? declared.value : undefined,
  );
  if (problems.length > 0) return { created: withProblems(first, problems), sentAs: 'variables' };
  return { created: await create(site, ref, { inputs }, signal), sentAs: 'inputs' };
}

function withProblems(first: Refused, problems: readonly Refusal[]): Refused {
  const { message, fix } = mergeErrors(problems);
  return {
    kind: 'refused',
    reason: `${first.reason}, and inputs cannot be used instead: ${message}`,
    hint: `${first.hint ?? ''}. For inputs: ${fix}`,
  };
}

function create(
  site: GitlabContext,
  ref: string,
  payload: Payload,
  signal: AbortSignal,
  onRefusal: (answer: ApiResponse) => void = () => undefined,
): Promise<Sent> {
  return startOnce<Sent>(
    {
      system: 'GitLab',
      addressInput: 'gitlab-url',
      send: (within) =>
        site.startApi.send(
          'the call that starts the pipeline',
          callFor(site, ref, payload),
          START_TIMEOUT_MS,
          within,
        ),
      named: ({ data }) => {
        const pipeline = pipelineOf(site, data);
        return pipeline === undefined ? undefined : { kind: 'started', run: pipeline.run };
      },
      noun: 'its pipeline',
      mend: (answer) => {
        onRefusal(answer);
        return undefined;
      },
      hint: hintFor,
      clock: site.clock,
      random: site.random,
    },
    signal,
  );
}

/**
 * The call itself. An access token creates a pipeline (lib/api/ci/pipelines.rb: a list of variables); the other tokens go to
 * the trigger API (lib/api/ci/triggers.rb: a map of texts), in the body, where no log of a proxy shows them.
 */
export function callFor(site: GitlabContext, ref: string, payload: Payload): ApiRequest {
  const { credentials } = site;
  const project = `projects/${encodeURIComponent(site.project)}`;
  if (credentials.kind === 'access') {
    return {
      method: 'POST',
      path: `${project}/pipeline`,
      json: {
        ref,
        ...('inputs' in payload
          ? payload
          : {
              variables: Object.entries(payload.variables).map(([key, value]) => ({ key, value })),
            }),
      },
    };
  }
  const [kind, values] =
    'inputs' in payload ? ['inputs', payload.inputs] : ['variables', payload.variables];
  return {
    method: 'POST',
    path: `${project}/trigger/pipeline`,
    form: {
      token: credentials.token,
      ref,
      ...Object.fromEntries(
        Object.entries(values).map(([name, value]) => [
          `${kind}[${name}]`,
          typeof value === 'string' ? value : JSON.stringify(value),
        ]),
      ),
    },
  };
}

/** The pipelines of the same source and ref that are there already. @throws only the signal's reason. */
export function listRunsBefore(
  site: GitlabContext,
  ref: string,
  signal: AbortSignal,
): Promise<Before | Refused> {
  return look((stop) => listPipelines(site, 'read', ref, undefined, stop), hintFor, signal);
}

export interface WantedRun {
  readonly ref: string;
  readonly correlationId: string;
  /** Only one that was started with variables shows the id in them. */
  readonly sentAs: 'variables' | 'inputs';
  readonly before: Before;
  /** Why the pipeline has to be looked for. */
  readonly why: string;
}

/**
 * Looks for the pipeline that a call may have started. Certain is only one that carries the correlation id: in its variable
 * `ROLLBACK_ID`, or in its name where the token may not read variables.
 */
export function searchFor(
  site: GitlabContext,
  wanted: WantedRun,
  signal: AbortSignal,
): Promise<Exclude<StartResult, { kind: 'refused' }>> {
  const { ref, before, why } = wanted;
  // The variables of a pipeline do not change.
  const others = new Set<string>();
  return findRun<PipelineInfo>(
    {
      noun: 'pipeline',
      list: (stop) => listPipelines(site, 'request', ref, before.since, stop),
      whose: async (pipeline, stop) => {
        if (others.has(pipeline.run.id)) return 'others';
        const whose = await whoseIs(site, pipeline, wanted, stop);
        if (whose === 'others') others.add(pipeline.run.id);
        return whose;
      },
      why,
      clock: site.clock,
    },
    signal,
  );
}

async function whoseIs(
  site: GitlabContext,
  pipeline: PipelineInfo,
  { ref, correlationId, sentAs, before }: WantedRun,
  signal: AbortSignal,
): Promise<Owner> {
  const { run, name, source } = pipeline;
  const { kind } = site.credentials;
  // Old servers do not filter by everything that they are asked for.
  if (before.known?.has(run.id) === true || pipeline.ref !== ref) return 'others';
  if (source !== undefined && source !== sourceOf[kind]) return 'others';
  if (name.includes(correlationId)) return 'ours';
  // Only access tokens may read variables (lib/api/ci/pipelines.rb: no `job_token_allowed`).
  if (kind === 'access' && sentAs === 'variables') {
    const id = await idOf(site, pipeline, signal);
    if (id !== undefined) return id === correlationId ? 'ours' : 'others';
  }
  return isNew(before, pipeline, pipeline.createdAt) ? 'could be' : 'others';
}

/** The correlation id that a pipeline was started with; `null`: none; `undefined`: it cannot be seen. */
async function idOf(
  site: GitlabContext,
  { run }: PipelineInfo,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    const { data } = await site.api.request(
      `reading the variables of pipeline ${run.id}`,
      ({ Pipelines }, options) => new Pipelines(options).allVariables(site.project, numberOf(run)),
      signal,
    );
    if (!Array.isArray(data)) return undefined;
    return data.map(fields).find(({ key }) => key === ID_VARIABLE)?.value ?? null;
  } catch {
    if (signal.aborted) throw signal.reason;
    return undefined;
  }
}

async function listPipelines(
  site: GitlabContext,
  how: 'read' | 'request',
  ref: string,
  since: number | undefined,
  signal: AbortSignal,
): Promise<Listing<PipelineInfo>> {
  const query = {
    source: sourceOf[site.credentials.kind],
    ref,
    orderBy: 'id' as const,
    sort: 'desc' as const,
    perPage: 20,
    page: 1,
    ...(since === undefined ? {} : { createdAfter: new Date(since).toISOString() }),
  };
  const what = 'listing the pipelines';
  const answer = await site.api[how](
    what,
    ({ Pipelines }, options) => new Pipelines(options).all(site.project, query),
    signal,
  );
  return { runs: pipelinesOf(site, what, answer), answer };
}
