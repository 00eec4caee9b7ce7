import type { Problem } from '../../contract/result.js';
import type { StartRequest, StartResult } from '../../contract/pipeline.js';
import type { ApiRequest } from '../../support/http/api.js';
import type { ApiResponse } from '../../support/http/response.js';
import { fields } from '../../support/json.js';
import type { RunSearch, SystemCall } from '../client.js';
import { type Before, isNew, type Listing, type Owner } from '../find-run.js';
import { mergeErrors } from '../settings.js';
import { type Refused, START_TIMEOUT_MS, type Unsure } from '../start-once.js';
import { forbidsVariables } from './api.js';
import { composeInputs, declarationAt, ID_VARIABLE, variablesOf } from './configuration.js';
import {
  type GitlabContext,
  numberOf,
  type PipelineInfo,
  pipelineOf,
  pipelinesOf,
} from './context.js';
import { sourceOf } from './settings.js';

type Started = Extract<StartResult, { kind: 'started' }>;

/** What is to be started. */
export interface Prepared {
  readonly ref: string;
  readonly request: StartRequest;
  /** The form in which the marker was sent last. Only what was started with variables shows the id in them. */
  sentAs: 'variables' | 'inputs';
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
  context: GitlabContext,
  prepared: Prepared,
  start: (call: SystemCall<Started>) => Promise<Started | Refused | Unsure>,
  signal: AbortSignal,
): Promise<Started | Refused | Unsure> {
  const { ref, request } = prepared;
  let refusal: ApiResponse | undefined;
  const variables = startCall(context, ref, { variables: variablesOf(request) });
  const first = await start({
    ...variables,
    mend: (answer) => {
      refusal = answer;
      return undefined;
    },
  });
  if (first.kind !== 'refused' || refusal === undefined || !forbidsVariables(refusal)) return first;

  const declared = await declarationAt(context, ref, undefined, signal);
  const { inputs, problems } = composeInputs(
    request,
    declared.kind === 'read' ? declared.value : undefined,
  );
  if (problems.length > 0) return withProblems(first, problems);
  prepared.sentAs = 'inputs';
  return start(startCall(context, ref, { inputs }));
}

function withProblems(first: Refused, problems: readonly Problem[]): Refused {
  const { message, fix } = mergeErrors(problems);
  return {
    kind: 'refused',
    reason: `${first.reason}, and inputs cannot be used instead: ${message}`,
    hint: `${first.hint ?? ''}. For inputs: ${fix ?? ''}`,
  };
}

function startCall(context: GitlabContext, ref: string, payload: Payload): SystemCall<Started> {
  return {
    send: (signal) =>
      context.startApi.send(
        'the call that starts the pipeline',
        callFor(context, ref, payload),
        START_TIMEOUT_MS,
        signal,
      ),
    runIn: ({ data }) => {
      const pipeline = pipelineOf(context, data);
      return pipeline === undefined ? undefined : { kind: 'started', run: pipeline.run };
    },
    noun: 'its pipeline',
  };
}

/**
 * The call itself. An access token creates a pipeline (lib/api/ci/pipelines.rb: a list of variables); the other tokens go to
 * the trigger API (lib/api/ci/triggers.rb: a map of texts), in the body, where no log of a proxy shows them.
 */
export function callFor(context: GitlabContext, ref: string, payload: Payload): ApiRequest {
  const { credentials } = context;
  const project = `projects/${encodeURIComponent(context.project)}`;
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

/**
 * How the pipeline is found. Certain is only one that carries the correlation id: in its variable `ROLLBACK_ID`, or in its
 * name where the token may not read variables.
 */
export function searchFor(context: GitlabContext, prepared: Prepared): RunSearch<PipelineInfo> {
  // The variables of a pipeline do not change.
  const others = new Set<string>();
  return {
    noun: 'pipeline',
    list: (signal, before) => listPipelines(context, prepared.ref, before, signal),
    owner: async (pipeline, before, signal) => {
      if (others.has(pipeline.run.id)) return 'others';
      const owner = await ownerOf(context, pipeline, prepared, before, signal);
      if (owner === 'others') others.add(pipeline.run.id);
      return owner;
    },
    idShown: (pipeline, signal) => idShown(context, pipeline, prepared, signal),
  };
}

async function ownerOf(
  context: GitlabContext,
  pipeline: PipelineInfo,
  { ref, request, sentAs }: Prepared,
  before: Before,
  signal: AbortSignal,
): Promise<Owner> {
  const { run, name, source } = pipeline;
  const { kind } = context.credentials;
  // Old servers do not filter by everything that they are asked for.
  if (before.known?.has(run.id) === true || pipeline.ref !== ref) return 'others';
  if (source !== undefined && source !== sourceOf[kind]) return 'others';
  if (name.includes(request.correlationId)) return 'ours';
  // Only access tokens may read variables (lib/api/ci/pipelines.rb: no `job_token_allowed`).
  if (kind === 'access' && sentAs === 'variables') {
    const id = await idOf(context, pipeline, signal);
    if (id !== undefined) return id === request.correlationId ? 'ours' : 'others';
  }
  return isNew(before, pipeline, pipeline.createdAt) ? 'could be' : 'others';
}

async function idShown(
  context: GitlabContext,
  pipeline: PipelineInfo,
  { request }: Prepared,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (request.scope !== undefined && pipeline.name.includes(request.scope)) return pipeline.name;
  if (context.credentials.kind !== 'access') return undefined;
  const id = await idOf(context, pipeline, signal);
  return id === undefined ? undefined : typeof id === 'string' ? id : '';
}

/** The correlation id that a pipeline was started with; `null`: none; `undefined`: it cannot be seen. */
async function idOf(
  context: GitlabContext,
  { run }: PipelineInfo,
  signal: AbortSignal,
): Promise<unknown> {
  try {
    const { data } = await context.api.request(
      `reading the variables of pipeline ${run.id}`,
      ({ Pipelines }, options) =>
        new Pipelines(options).allVariables(context.project, numberOf(run)),
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
  context: GitlabContext,
  ref: string,
  before: Before | undefined,
  signal: AbortSignal,
): Promise<Listing<PipelineInfo>> {
  const query = {
    source: sourceOf[context.credentials.kind],
    ref,
    orderBy: 'id' as const,
    sort: 'desc' as const,
    perPage: 20,
    page: 1,
    ...(before?.since === undefined ? {} : { createdAfter: new Date(before.since).toISOString() }),
  };
  const what = 'listing the pipelines';
  const answer = await context.api[before === undefined ? 'read' : 'request'](
    what,
    ({ Pipelines }, options) => new Pipelines(options).all(context.project, query),
    signal,
  );
  return { runs: pipelinesOf(context, what, answer), answer };
}
