import type { Problem } from '../../contract/result.js';
import type { StartRequest } from '../../contract/pipeline.js';
import { fields, isObject } from '../../support/json.js';
import { TransientError } from '../../support/retry.js';
import { takenNames } from '../settings.js';
import type { JenkinsContext } from './context.js';

/** One parameter of a job, as the job declares it. */
interface Parameter {
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
export async function readJob(context: JenkinsContext, signal: AbortSignal): Promise<Job> {
  const what = `reading the job ${context.job.full}`;
  const answer = await context.api.read(
    what,
    { method: 'GET', path: `${context.job.path}/api/json`, query: { tree: TREE } },
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

/** The parameter that tells a rollback from a deploy. */
export const MARKER = 'ROLLBACK';
/** The parameter that carries the correlation id. */
export const ID_PARAMETER = 'ROLLBACK_ID';

interface Composed {
  readonly parameters: Readonly<Record<string, string>>;
  /** Why this must not be sent. */
  readonly problems: readonly Problem[];
}

/**
 * The parameters to send. Jenkins drops undeclared ones without a word (ParametersDefinitionProperty.buildWithParameters):
 * a start without the marker would deploy, so nothing is sent before the declaration has been read.
 */
export function composeParameters(request: StartRequest, job: Job, name: string): Composed {
  const isOurs = (each: string): boolean => [MARKER, ID_PARAMETER].includes(each.toUpperCase());
  const problems = [...takenNames(request.parameters, isOurs)];

  if (job.buildable === undefined) {
    problems.push({
      message: `${name} is not a job that can be started, but a folder or a multibranch project`,
      fix: 'name a job in it as jenkins-job, such as folder/job or project/main',
    });
    return { parameters: {}, problems };
  }
  if (!job.buildable) {
    problems.push({ message: `the job ${name} is disabled`, fix: 'enable it' });
  }
  const { parameters: declared } = job;
  if (declared === undefined) {
    problems.push({
      message: `the parameters of the job ${name} could not be read`,
      fix: `without them nothing is started, because Jenkins would drop an undeclared ${MARKER} and deploy: give the user the permission Job/Read`,
    });
    return { parameters: {}, problems };
  }

  const choicesOf = new Map(declared.map((one) => [one.name, one.choices]));
  const names = declared.map((one) => one.name).join(', ') || 'none';
  const optional = Object.fromEntries(
    Object.entries(request.optional)
      .map(([key, value]) => [key.toUpperCase(), value] as const)
      .filter(([key]) => choicesOf.has(key)),
  );
  const parameters = { ...optional, ...request.parameters };
  if (!choicesOf.has(MARKER)) {
    problems.push({
      message: `the job ${name} does not declare the parameter ${MARKER} (declared: ${names}): it could not tell a rollback from a deploy, and would deploy`,
      fix: `declare ${MARKER} as a boolean parameter; a Pipeline that declares its parameters in the Jenkinsfile must have run once since`,
    });
  }
  for (const each of Object.keys(request.parameters)) {
    if (!choicesOf.has(each) && !isOurs(each)) {
      problems.push({
        message: `rollback-parameters has "${each}", which the job ${name} does not declare (declared: ${names})`,
        fix: 'declare it in the job, or take it out: Jenkins would drop it',
      });
    }
  }
  for (const [each, value] of Object.entries(parameters)) {
    const choices = choicesOf.get(each);
    if (choices !== undefined && !choices.includes(value)) {
      problems.push({
        message: `the parameter ${each} of the job ${name} cannot be "${value}", only ${choices.join(', ')}`,
        fix: `add "${value}" to its choices`,
      });
    }
  }
  return { parameters, problems };
}
