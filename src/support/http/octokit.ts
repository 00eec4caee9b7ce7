import type { Octokit } from '@octokit/rest';
import { fields } from '../json.js';
import { type ApiClient, type ApiOptions, createApiClient } from './api.js';
import type { ApiResponse } from './response.js';

interface OctokitOptions extends ApiOptions {
  readonly baseUrl: string;
  readonly token: string;
  readonly fetch: typeof globalThis.fetch;
  /** Whether we are a job of GitHub Actions. */
  readonly inJob: boolean;
}

/** What every call passes on to Octokit as its `request` option. */
export interface CallOptions {
  readonly signal: AbortSignal;
  readonly redirect?: 'manual';
}

/** The part of Octokit that is used. */
export type Client = Pick<Octokit, 'rest' | 'hook' | 'request'>;

/** A call of the GitHub REST API. */
export type OctokitCall = (octokit: Client, request: CallOptions) => Promise<unknown>;

/** The GitHub REST API through Octokit. */
export function createOctokitApi(options: OctokitOptions): ApiClient<OctokitCall> {
  let octokit: Promise<Client> | undefined;
  return createApiClient(async (call: OctokitCall, signal) => {
    octokit ??= openOctokit(options);
    return answerOf(await call(await octokit, { signal }));
  }, options);
}

/**
 * Octokit on our transport: in a job of GitHub Actions the one of its toolkit, elsewhere the one for everybody. Neither has
 * the retry and throttle plugins, which would repeat a dispatch. It prints nothing: its log would show paths, and deprecation
 * notices would break the lines that a runner reads.
 */
async function openOctokit({ baseUrl, token, fetch, inJob }: OctokitOptions): Promise<Client> {
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const options = { baseUrl, userAgent: 'rollgate', log, request: { fetch, log } };
  const octokit: Client = inJob
    ? (await import('@actions/github')).getOctokit(token, options)
    : new (await import('@octokit/rest')).Octokit({ ...options, auth: token });
  // Octokit sends no version of its own; a server without it answers as its newest default does.
  octokit.hook.before('request', (request) => {
    request.headers['x-github-api-version'] = '2022-11-28';
  });
  // An answer that Octokit does not like is an answer all the same.
  octokit.hook.error('request', (error) => {
    const { response } = fields(error);
    if (response === undefined) throw error;
    return response;
  });
  return octokit;
}

/**
 * The address of a GitHub server for people, from that of its API; without a slash at its end: `api.github.com` belongs to
 * `github.com`, `api.acme.ghe.com` to `acme.ghe.com`, and `/api/v3` is a path of an Enterprise Server.
 */
export function githubWebRoot(apiUrl: string): string {
  const { protocol, host, pathname } = new URL(apiUrl);
  const web = host.replace(/^api\.(?=github\.com$|[\w-]+\.ghe\.com$)/, '');
  return `${protocol}//${web}${pathname.replace(/(\/api\/v3)?\/*$/, '')}`;
}

function quiet(): void {
  // Octokit's log goes nowhere.
}

function answerOf(response: unknown): ApiResponse | undefined {
  const { status, headers, data } = fields(response);
  if (typeof status !== 'number') return undefined;
  const texts = Object.entries(fields(headers)).flatMap(([name, value]) =>
    typeof value === 'string' || typeof value === 'number' ? [[name, String(value)]] : [],
  );
  return { status, data, headers: Object.fromEntries(texts) as ApiResponse['headers'] };
}
