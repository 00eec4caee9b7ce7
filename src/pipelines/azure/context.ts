import { bad, good, type Result } from '../../contract/result.js';
import type { StartedRun } from '../../contract/pipeline.js';
import { fields } from '../../support/json.js';
import type { ClientDependencies } from '../client.js';
import { isLink, timeOf } from '../reading.js';
import { combine, readRef, readToken } from '../settings.js';
import { createApi, type Api } from './api.js';

export interface AzureSettings {
  /** Address of the organization or collection. */
  readonly 'azure-url'?: string | undefined;
  /** Organization of the services, where there is no `azure-url`, or instead of the one in it. */
  readonly 'azure-org'?: string | undefined;
  /** Name or id. */
  readonly 'azure-project'?: string | undefined;
  /** Id, name, or folder and name. */
  readonly 'azure-pipeline'?: string | undefined;
  /** A personal access token, or the token of a job. */
  readonly 'azure-pat'?: string | undefined;
}

/** One pipeline of one project, and how to reach it. */
export interface AzureContext {
  /** Of the organization or collection, without a slash at its end. */
  readonly baseUrl: string;
  readonly project: string;
  readonly pipeline: PipelineName;
  readonly api: Api;
}

export function contextFrom(
  settings: AzureSettings,
  { fetch, clock, random }: Pick<ClientDependencies, 'fetch' | 'clock' | 'random'>,
): Result<AzureContext> {
  const parts = combine({
    baseUrl: parseCollection(settings['azure-url'], settings['azure-org']),
    project: parseProject(settings['azure-project']),
    pipeline: parsePipeline(settings['azure-pipeline']),
    authorization: parseToken(settings['azure-pat']),
  });
  if (!parts.ok) return parts;
  const { baseUrl, project, pipeline, authorization } = parts.value;
  const api = createApi({ baseUrl, project, authorization, fetch, clock, random });
  return good({ baseUrl, project, pipeline, api });
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
export function buildInfoOf(context: AzureContext, data: unknown): BuildInfo | undefined {
  const run = runOf(context, data);
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
export function runOf(context: AzureContext, data: unknown): StartedRun | undefined {
  const { id, _links: links } = fields(data);
  if (typeof id !== 'number' || !Number.isSafeInteger(id) || id <= 0) return undefined;
  const url = fields(fields(links).web).href;
  return {
    id: String(id),
    url: isLink(url) ? url : `${projectUrl(context)}/_build/results?buildId=${String(id)}`,
  };
}

export function projectUrl({ baseUrl, project }: AzureContext): string {
  return `${baseUrl}/${encodeURIComponent(project)}`;
}

/** The pipeline as the user named it. */
export function labelOf({ pipeline }: AzureContext): string {
  return 'id' in pipeline ? pipeline.id : pipeline.name;
}

export const buildPath = (id: string): string => `build/builds/${encodeURIComponent(id)}`;

const SERVICES_HOST = 'dev.azure.com';
const LEGACY_HOST = /^([^.]+)\.visualstudio\.com$/i;

/**
 * The address of the organization or collection, without a slash at its end: `https://dev.azure.com/ORG`,
 * `https://ORG.visualstudio.com`, or `https://HOST[:PORT][/tfs]/COLLECTION` of an Azure DevOps Server.
 *
 * On the two hosts of the services an organization that is named counts more than the one in the address: inside a job the
 * address is that of the job's own organization, and somebody who names another means the other.
 */
export function parseCollection(
  address: string | undefined,
  organization: string | undefined,
): Result<string> {
  if (organization !== undefined && !/^[A-Za-z0-9][\w.-]*$/.test(organization)) {
    return bad(
      'azure-org is not the name of an organization',
      'give the name alone, as in https://dev.azure.com/NAME; an address goes into azure-url',
    );
  }
  if (address === undefined) {
    return organization === undefined
      ? bad(
          'neither azure-url nor azure-org is set',
          'set azure-org to the name of the organization, or azure-url to the address of the collection',
        )
      : good(`https://${SERVICES_HOST}/${organization}`);
  }
  if (!URL.canParse(address)) {
    return bad(
      'azure-url is not a URL',
      'use https://dev.azure.com/ORGANIZATION, or https://HOST/COLLECTION of an Azure DevOps Server',
    );
  }
  // The addresses that Azure shows for `git clone` have the organization as user name, which is no part of this address.
  const { origin, hostname, pathname } = new URL(address);
  const segments = pathname.split('/').filter((segment) => segment !== '');
  if (hostname === SERVICES_HOST) {
    const name = organization ?? segments[0];
    return name === undefined
      ? bad(
          'azure-url names no organization',
          'set azure-org, or use https://dev.azure.com/ORGANIZATION',
        )
      : good(`${origin}/${name}`);
  }
  const legacy = LEGACY_HOST.exec(hostname)?.[1];
  if (legacy !== undefined && organization !== undefined) {
    if (legacy.toLowerCase() !== organization.toLowerCase())
      return good(`https://${SERVICES_HOST}/${organization}`);
  } else if (segments.length === 0 && organization !== undefined) {
    // A server has collections below its address, and none is named in it.
    return good(`${origin}/${organization}`);
  }
  return good([origin, ...segments].join('/'));
}

/** Name or id of a project. */
export function parseProject(text: string | undefined): Result<string> {
  if (text === undefined || text === '')
    return bad('azure-project is not set', 'set it to the name or the id of the project');
  return /[\\/]|^\.{1,2}$/.test(text)
    ? bad(`azure-project is "${text}"`, 'give the name or the id of the project alone')
    : good(text);
}

type PipelineName =
  | { readonly id: string }
  /** `folder`: with backslashes, without one at either end; `undefined`: any. */
  | { readonly name: string; readonly folder: string | undefined };

/** A pipeline by id, by name, or by folder and name (`ops/Rollback`). Names have no slashes in them. */
export function parsePipeline(text: string | undefined): Result<PipelineName> {
  const parts = (text ?? '').split(/[\\/]/).filter((part) => part !== '');
  const name = parts.at(-1);
  if (name === undefined) {
    return bad(
      'azure-pipeline is not set',
      'set it to the id (definitionId in the address of the pipeline) or to the name of the rollback pipeline',
    );
  }
  if (parts.length === 1 && /^\d+$/.test(name)) return good({ id: name });
  const folders = parts.slice(0, -1);
  return good({
    name,
    folder: folders.length === 0 && !/^[\\/]/.test(text ?? '') ? undefined : folders.join('\\'),
  });
}

/** A branch or a tag by its full name; a bare name is a branch. Azure takes only full names (`refName`). */
export function parseRef(text: string): Result<string> {
  const fix =
    'set rollback-ref to a branch, or to a tag as refs/tags/NAME; without it the default branch of the pipeline is used';
  if (text.startsWith('refs/pull/')) {
    return bad(
      `rollback-ref is "${text}": the merge of a pull request is gone when the pull request is, and holds what is not reviewed yet`,
      fix,
    );
  }
  const ref = readRef(text, 'Azure DevOps', fix);
  if (!ref.ok) return ref;
  return good(`refs/${ref.value.kind === 'tag' ? 'tags' : 'heads'}/${ref.value.name}`);
}

/**
 * The header that goes with a token: `System.AccessToken` is a JWT and goes as Bearer, a personal access token as the password
 * of Basic authentication. The token itself is in no message.
 */
export function parseToken(text: string | undefined): Result<string> {
  // What Azure does not know it leaves as it is written.
  if (text !== undefined && /^\$[({].*[)}]$/.test(text)) {
    return bad(
      'azure-pat holds a reference to a variable that has no value',
      'check the name of the variable, and that its variable group is linked to this pipeline',
    );
  }
  const token = readToken(text, 'azure-pat', {
    message: 'there is no token for Azure DevOps',
    fix: 'set azure-pat; in an Azure job map the token of the job: env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)',
  });
  if (!token.ok) return token;
  return good(
    isJwt(token.value)
      ? `Bearer ${token.value}`
      : `Basic ${Buffer.from(`:${token.value}`, 'utf8').toString('base64')}`,
  );
}

function isJwt(token: string): boolean {
  return token.startsWith('eyJ') && token.split('.').length === 3;
}
