import type { ApiResponse } from '../../support/http/response.js';
import { fields } from '../../support/json.js';
import { PermanentError } from '../../support/retry.js';
import { clip, neutralise } from '../../support/text.js';
import { notUnderstood } from '../reading.js';
import type { Site } from './site.js';

/** A pipeline as lists and single reads show it. */
export interface PipelineInfo {
  readonly id: string;
  readonly name: string;
  /** Without backslashes at either end. */
  readonly folder: string;
  /** `yaml`, or the kind of a classic pipeline; `undefined`: not shown. */
  readonly kind: string | undefined;
}

const MAX_PAGES = 20;
/** So many names are told to somebody who misspelt one. */
const MAX_NAMES = 10;

/**
 * The id of the pipeline; a name is looked up, without distinguishing case.
 *
 * @throws as `ApiClient.read` does, and PermanentError when there is none or more than one of that name.
 */
export async function pipelineIdOf(site: Site, signal: AbortSignal): Promise<string> {
  const { pipeline } = site;
  if ('id' in pipeline) return pipeline.id;
  const all = await listPipelines(site, signal);
  const same = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
  const found = all.filter(
    ({ name, folder }) =>
      same(name, pipeline.name) && (pipeline.folder === undefined || same(folder, pipeline.folder)),
  );
  const [only] = found;
  if (only === undefined) {
    const names = all.slice(0, MAX_NAMES).map(fullName).join(', ');
    throw new PermanentError(
      `the project ${site.project} has no pipeline "${pipeline.name}" that the token can see; it sees: ${clip(neutralise(names)) || 'none'}`,
    );
  }
  if (found.length > 1) {
    throw new PermanentError(
      `the project ${site.project} has ${String(found.length)} pipelines "${pipeline.name}": ${clip(neutralise(found.map(fullName).join(', ')))}; give the id, or folder and name`,
    );
  }
  return only.id;
}

/** @throws as `ApiClient.read` does, and PermanentError for an answer that is no pipeline. */
export async function readPipeline(
  site: Site,
  id: string,
  signal: AbortSignal,
): Promise<PipelineInfo> {
  const answer = await site.api.read(
    `reading the pipeline ${id}`,
    { method: 'GET', room: 'pipelines', path: `pipelines/${id}` },
    signal,
  );
  const info = infoOf(answer.data);
  if (info === undefined) throw notUnderstood(site.baseUrl, 'azure-url');
  return info;
}

/**
 * Whether a pipeline takes runs: `enabled`, `paused` or `disabled` (`DefinitionQueueStatus`); `undefined`: not shown.
 *
 * @throws as `ApiClient.read` does.
 */
export async function readQueueStatus(
  site: Site,
  id: string,
  signal: AbortSignal,
): Promise<string | undefined> {
  const answer = await site.api.read(
    `reading the settings of the pipeline ${id}`,
    { method: 'GET', room: 'build', path: `build/definitions/${id}` },
    signal,
  );
  const { queueStatus } = fields(answer.data);
  return typeof queueStatus === 'string' ? queueStatus : undefined;
}

async function listPipelines(site: Site, signal: AbortSignal): Promise<readonly PipelineInfo[]> {
  const found: PipelineInfo[] = [];
  let continuationToken: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const answer: ApiResponse = await site.api.read(
      'listing the pipelines of the project',
      { method: 'GET', room: 'pipelines', path: 'pipelines', query: { continuationToken } },
      signal,
    );
    const { value } = fields(answer.data);
    if (!Array.isArray(value)) throw notUnderstood(site.baseUrl, 'azure-url');
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
