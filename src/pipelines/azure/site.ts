import type { Clock } from '../../support/clock.js';
import { fields } from '../../support/json.js';
import { isLink, timeOf } from '../reading.js';
import type { StartedRun } from '../../contract/pipeline.js';
import type { Api } from './api.js';
import type { PipelineName } from './names.js';

/** One pipeline of one project, and how to reach it. */
export interface Site {
  /** Of the organization or collection, without a slash at its end. */
  readonly baseUrl: string;
  readonly project: string;
  readonly pipeline: PipelineName;
  readonly api: Api;
  readonly clock: Clock;
  readonly random: () => number;
}

/** A build: what the Build API calls a run. Their numbers are the same. */
export interface BuildInfo {
  readonly run: StartedRun;
  readonly reason: unknown;
  readonly branch: unknown;
  /** Milliseconds since the epoch. */
  readonly queuedAt: number;
  /** The template parameters by name in lower case, as Azure compares them; `undefined`: it does not show them. */
  readonly parameters: ReadonlyMap<string, string> | undefined;
}

/** `undefined` for something that is no build. */
export function buildInfoOf(site: Site, data: unknown): BuildInfo | undefined {
  const run = runOf(site, data);
  if (run === undefined) return undefined;
  const { reason, sourceBranch, queueTime, templateParameters } = fields(data);
  const shown = Object.entries(fields(templateParameters)).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name.toLowerCase(), value] as const] : [],
  );
  return {
    run,
    reason,
    branch: sourceBranch,
    queuedAt: timeOf(queueTime),
    parameters: shown.length === 0 ? undefined : new Map(shown),
  };
}

/** A run by what either API says of it; `undefined` when it has no number. Its address is built where none is given. */
export function runOf(site: Site, data: unknown): StartedRun | undefined {
  const { id, _links: links } = fields(data);
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id <= 0) return undefined;
  const url = fields(fields(links).web).href;
  return {
    id: String(id),
    url: isLink(url) ? url : `${projectUrl(site)}/_build/results?buildId=${String(id)}`,
  };
}

export function projectUrl({ baseUrl, project }: Site): string {
  return `${baseUrl}/${encodeURIComponent(project)}`;
}

/** The pipeline as the user named it. */
export function labelOf({ pipeline }: Site): string {
  return 'id' in pipeline ? pipeline.id : pipeline.name;
}

export const buildPath = (id: string): string => `build/builds/${encodeURIComponent(id)}`;
