import { fields, isObject } from '../../support/json.js';
import { TransientError } from '../../support/retry.js';
import type { Site } from './site.js';

/** One parameter of a job, as the job declares it. */
export interface Parameter {
  readonly name: string;
  /** The values it may have; `undefined`: any. */
  readonly choices: readonly string[] | undefined;
}

export interface Job {
  /** `undefined`: it is none, but a folder or a multibranch project. */
  readonly buildable: boolean | undefined;
  /** `undefined`: they could not be read out of the answer. An empty list: it declares none. */
  readonly parameters: readonly Parameter[] | undefined;
  readonly concurrent: boolean | undefined;
  /** The number of the build that comes next. */
  readonly next: number | undefined;
}

const TREE =
  'buildable,concurrentBuild,nextBuildNumber,property[parameterDefinitions[name,type,choices]]';

/** @throws as `ApiClient.read` does, and TransientError for an answer that is no job. */
export async function readJob(site: Site, signal: AbortSignal): Promise<Job> {
  const what = `reading the job ${site.job.full}`;
  const answer = await site.api.read(
    what,
    { method: 'GET', path: `${site.job.path}/api/json`, query: { tree: TREE } },
    signal,
  );
  if (!isObject(answer.data)) throw new TransientError(`${what}: the answer is not understood`);
  const { buildable, concurrentBuild, nextBuildNumber, property } = answer.data;
  return {
    buildable: typeof buildable === 'boolean' ? buildable : undefined,
    parameters: Array.isArray(property) ? property.flatMap(parametersIn) : undefined,
    concurrent: typeof concurrentBuild === 'boolean' ? concurrentBuild : undefined,
    next: typeof nextBuildNumber === 'number' ? nextBuildNumber : undefined,
  };
}

function parametersIn(property: unknown): readonly Parameter[] {
  const { parameterDefinitions } = fields(property);
  if (!Array.isArray(parameterDefinitions)) return [];
  return parameterDefinitions
    .map(fields)
    .flatMap(({ name, choices }) =>
      typeof name === 'string'
        ? [{ name, choices: Array.isArray(choices) ? choices.map(String) : undefined }]
        : [],
    );
}
