import type { Problem } from '../../contract/result.js';
import type { StartRequest } from '../../contract/pipeline.js';
import { refusalIn } from '../../support/http/api.js';
import type { ApiResponse } from '../../support/http/response.js';
import { fields } from '../../support/json.js';
import { PermanentError } from '../../support/retry.js';
import { oneLine } from '../../support/text.js';
import { pickBy } from '../../support/objects.js';
import { notUnderstood } from '../reading.js';
import { takenNames } from '../settings.js';
import type { Call } from './api.js';
import { type AzureContext, labelOf } from './context.js';

/** A pipeline as lists and single reads show it. */
interface PipelineInfo {
  readonly id: string;
  readonly name: string;
  /** Without backslashes at either end. */
  readonly folder: string;
  /** `yaml`, or the kind of a classic pipeline; `undefined`: not shown. */
  readonly kind: string | undefined;
}

const MAX_PAGES = 20;
/** How many names are suggested for one that is misspelt. */
const MAX_NAMES = 10;

/**
 * The id of the pipeline; a name is looked up, without distinguishing case.
 *
 * @throws as `ApiClient.read` does, and PermanentError when there is none or more than one of that name.
 */
export async function pipelineIdOf(context: AzureContext, signal: AbortSignal): Promise<string> {
  const { pipeline } = context;
  if ('id' in pipeline) return pipeline.id;
  const all = await listPipelines(context, signal);
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const found = all.filter(
    ({ name, folder }) =>
      same(name, pipeline.name) && (pipeline.folder === undefined || same(folder, pipeline.folder)),
  );
  const [only] = found;
  if (only === undefined) {
    const names = all.slice(0, MAX_NAMES).map(fullName).join(', ');
    throw new PermanentError(
      `the project ${context.project} has no pipeline "${pipeline.name}" that the token can see; it sees: ${oneLine(names) || 'none'}`,
    );
  }
  if (found.length > 1) {
    throw new PermanentError(
      `the project ${context.project} has ${String(found.length)} pipelines "${pipeline.name}": ${oneLine(found.map(fullName).join(', '))}; give the id, or folder and name`,
    );
  }
  return only.id;
}

/** @throws as `ApiClient.read` does, and PermanentError for an answer that is no pipeline. */
export async function readPipeline(
  context: AzureContext,
  id: string,
  signal: AbortSignal,
): Promise<PipelineInfo> {
  const answer = await context.api.read(
    `reading the pipeline ${id}`,
    { method: 'GET', area: 'pipelines', path: `pipelines/${id}` },
    signal,
  );
  const info = infoOf(answer.data);
  if (info === undefined) throw notUnderstood(context.baseUrl, 'azure-url');
  return info;
}

/**
 * Whether a pipeline takes runs: `enabled`, `paused` or `disabled` (`DefinitionQueueStatus`); `undefined`: not shown.
 *
 * @throws as `ApiClient.read` does.
 */
export async function readQueueStatus(
  context: AzureContext,
  id: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await context.api.read(
    `reading the settings of the pipeline ${id}`,
    { method: 'GET', area: 'build', path: `build/definitions/${id}` },
    signal,
  );
  const { queueStatus } = fields(answer.data);
  return typeof queueStatus === 'string' ? queueStatus : undefined;
}

async function listPipelines(
  context: AzureContext,
  signal: AbortSignal,
): Promise<readonly PipelineInfo[]> {
  const found: PipelineInfo[] = [];
  let continuationToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer: ApiResponse = await context.api.read(
      'listing the pipelines of the project',
      { method: 'GET', area: 'pipelines', path: 'pipelines', query: { continuationToken } },
      signal,
    );
    const { value } = fields(answer.data);
    if (!Array.isArray(value)) throw notUnderstood(context.baseUrl, 'azure-url');
    found.push(...value.map(infoOf).filter((one) => one !== undefined));
    continuationToken = answer.headers['x-ms-continuationtoken'];
    if (continuationToken === undefined || continuationToken === '') break;
  }
  return found;
}

function infoOf(data: unknown): PipelineInfo | undefined {
  const { id, name, folder, configuration } = fields(data);
  if (typeof id !== 'number' || typeof name !== 'string') return undefined;
  const kind = fields(configuration).type;
  return {
    id: String(id),
    name,
    folder: typeof folder === 'string' ? folder.replace(/^\\+|\\+$/g, '') : '',
    kind: typeof kind === 'string' ? kind : undefined,
  };
}

function fullName({ folder, name }: PipelineInfo): string {
  return folder === '' ? name : `${folder}\\${name}`;
}

/** The template parameter that tells a rollback from a deploy. */
export const MARKER = 'rollback';
/** The template parameter that carries the correlation id. */
export const ID_PARAMETER = 'rollback_id';

/** Values are texts, also of boolean parameters (`templateParameters` of `RunPipelineParameters`). */
export type Parameters = Readonly<Record<string, string>>;

interface Offer {
  readonly marker: Parameters;
  /** Sent where the pipeline declares it. */
  readonly optional: Parameters;
  /** The user's own. */
  readonly given: Parameters;
}

/** What could be sent. A parameter of the user's replaces what is optional; Azure does not distinguish case in names. */
function offerOf(request: StartRequest): Offer {
  const given = new Set(Object.keys(request.parameters).map(lower));
  const entries = Object.entries(request.optional);
  return {
    marker: Object.fromEntries(entries.filter(([name]) => name === MARKER)),
    optional: Object.fromEntries(
      entries.filter(([name]) => name !== MARKER && !given.has(lower(name))),
    ),
    given: request.parameters,
  };
}

function allOf({ marker, optional, given }: Offer): Parameters {
  return { ...marker, ...optional, ...given };
}

/** What must not be set by the user. */
function overridden(request: StartRequest): readonly Problem[] {
  return takenNames(request.parameters, (name) => [MARKER, ID_PARAMETER].includes(lower(name)));
}

/**
 * Which of the parameters a refusal calls undeclared: `/rollback.yml: Unexpected parameter 'rollback_image'`, a line for each.
 * Names stand behind these words; before them is the path of a file, which may be called as a parameter is.
 */
function undeclaredIn(answer: ApiResponse, sent: Parameters): readonly string[] {
  const { message } = fields(answer.data);
  if (answer.status !== 400 || typeof message !== 'string') return [];
  const named = new Set(
    [...message.matchAll(/\b(?:unexpected|unknown|undeclared) parameters?\b(.*)/gi)].flatMap(
      ([, rest = '']) => [...rest.matchAll(/[A-Za-z_][\w.-]*/g)].map(([name]) => lower(name)),
    ),
  );
  return Object.keys(sent).filter((name) => named.has(lower(name)));
}

/** Why a pipeline that does not declare these must not be started. */
function undeclared(names: readonly string[], pipeline: string): readonly Problem[] {
  return names.map((name) =>
    name === MARKER
      ? {
          message: `the pipeline ${pipeline} does not declare the parameter "${MARKER}", so it could not tell a rollback from a deploy`,
          fix: 'declare it under parameters:, on the branch or tag that it runs on',
        }
      : {
          message: `rollback-parameters has "${name}", which the pipeline ${pipeline} does not declare`,
          fix: 'declare it under parameters:, or take it out',
        },
  );
}

/** The offer without these optional parameters. */
function without(offer: Offer, names: readonly string[]): Offer {
  return {
    ...offer,
    optional: pickBy(offer.optional, (_, name) => !names.includes(name)),
  };
}

function lower(name: string): string {
  return name.toLowerCase();
}

/** What may be sent, as far as a dry run tells. */
export type Agreement =
  /** Azure accepts these. `omitted`: what the pipeline does not declare. */
  | {
      readonly kind: 'accepted';
      readonly parameters: Parameters;
      readonly omitted: readonly string[];
    }
  /** Certain: it must not be sent. */
  | {
      readonly kind: 'refused';
      readonly parameters: Parameters;
      readonly problems: readonly Problem[];
    }
  /** The dry run was turned away, or did not get through. Only what must be sent is. */
  | { readonly kind: 'unchecked'; readonly parameters: Parameters; readonly error: unknown };

/** The call that runs a pipeline. */
export function runCall(
  pipelineId: string,
  ref: string | undefined,
  parameters: Parameters,
): Call & { readonly method: 'POST'; readonly json: object } {
  return {
    method: 'POST',
    area: 'pipelines',
    path: `pipelines/${pipelineId}/runs`,
    json: {
      ...(ref === undefined ? {} : { resources: { repositories: { self: { refName: ref } } } }),
      templateParameters: parameters,
    },
  };
}

/**
 * Finds out what the pipeline takes, by dry runs (`previewRun`: "If true, don't actually create a new run", REST reference of
 * Run Pipeline since 6.0): no read tells which parameters it declares. Those that Azure calls unexpected are left out when they are
 * optional; a refusal in words that name none is tried once more without any of them.
 *
 * @throws only the signal's reason.
 */
export async function agree(
  context: AzureContext,
  pipelineId: string,
  ref: string | undefined,
  request: StartRequest,
  signal: AbortSignal,
): Promise<Agreement> {
  let offer = offerOf(request);
  const requested = Object.keys(offer.optional);
  const own = overridden(request);
  if (own.length > 0) return { kind: 'refused', parameters: allOf(offer), problems: own };

  for (;;) {
    const parameters = allOf(offer);
    try {
      const { json, ...call } = runCall(pipelineId, ref, parameters);
      await context.api.read(
        'the dry run of the rollback pipeline',
        { ...call, json: { ...json, previewRun: true } },
        signal,
      );
      return {
        kind: 'accepted',
        parameters,
        omitted: requested.filter((name) => !(name in parameters)),
      };
    } catch (error) {
      if (signal.aborted) throw signal.reason;
      const left = Object.keys(offer.optional);
      const refusal = refusalIn(error);
      const named = refusal === undefined ? [] : undeclaredIn(refusal, parameters);
      const needed = named.filter((name) => !left.includes(name));
      if (needed.length > 0) {
        return { kind: 'refused', parameters, problems: undeclared(needed, labelOf(context)) };
      }
      if (refusal?.status !== 400 || left.length === 0) {
        return { kind: 'unchecked', parameters: allOf(without(offer, left)), error };
      }
      offer = without(offer, named.length > 0 ? named : left);
    }
  }
}
