import type { ApiRequest } from '../../support/http/api.js';
import type { ApiResponse } from '../../support/http/response.js';
import { type Refused, type Sent, START_TIMEOUT_MS, startOnce } from '../start-once.js';
import type { StartRequest } from '../../contract/pipeline.js';
import { declarationAt } from './configuration.js';
import { composeInputs } from './declaration.js';
import { forbidsVariables, hintFor } from './hints.js';
import { joined, type Refusal } from '../refusal.js';
import { pipelineOf, type Site } from './site.js';
import { variablesOf } from './variables.js';

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
  site: Site,
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
  const { message, fix } = joined(problems);
  return {
    kind: 'refused',
    reason: `${first.reason}, and inputs cannot be used instead: ${message}`,
    hint: `${first.hint ?? ''}. For inputs: ${fix}`,
  };
}

function create(
  site: Site,
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
export function callFor(site: Site, ref: string, payload: Payload): ApiRequest {
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
