import { bad, good, type Result } from '../../contract/result.js';
import { refusalIn } from '../../support/http/api.js';
import type { ClientDependencies } from '../client.js';
import { contextOf, type GithubContext, parseRepository } from '../github/context.js';
import type { GithubServer } from '../github/server.js';
import { combine, readRef, readToken } from '../settings.js';
import { shortRef } from './server.js';

export interface GiteaSettings {
  /** Root of the server, with its path where it has one. */
  readonly 'gitea-url'?: string | undefined;
  /** `owner/name`. */
  readonly 'gitea-repository'?: string | undefined;
  /** File name, or its path in the folder of the workflows. */
  readonly 'gitea-workflow': string;
  readonly 'gitea-token'?: string | undefined;
  readonly 'rollback-job'?: readonly string[] | undefined;
}

/** One workflow of one repository of Gitea or Forgejo. */
export function contextFrom(
  settings: GiteaSettings,
  server: GithubServer,
  dependencies: ClientDependencies,
): Result<GithubContext> {
  const { name } = server.system;
  const parts = combine({
    apiUrl: parseUrl(settings['gitea-url'], name),
    repository: parseRepository(settings['gitea-repository'] ?? '', 'gitea-repository', name),
    workflow: parseWorkflow(settings['gitea-workflow']),
    token: readToken(settings['gitea-token'], 'gitea-token', {
      message: `there is no token for ${name}`,
      fix: 'set gitea-token; the action takes the token of the job, if gitea-url is the server of the job',
    }),
  });
  const rollbackJobs = settings['rollback-job'] ?? [];
  return parts.ok ? good(contextOf({ ...parts.value, rollbackJobs }, server, dependencies)) : parts;
}

/** There is no public server to fall back to. */
function parseUrl(text: string | undefined, name: string): Result<string> {
  return text === undefined || !URL.canParse(text)
    ? bad(
        `there is no address of ${name}`,
        'set gitea-url to the root of the server, e.g. https://gitea.example.com; a job knows its own',
      )
    : good(`${text.replace(/\/+$/, '')}/api/v1`);
}

function parseWorkflow(text: string): Result<string> {
  const name = text.replace(/^(\.\/)?\.(gitea|forgejo|github)\/workflows\//, '');
  return /^[^/\\]+\.ya?ml$/i.test(name)
    ? good(name)
    : bad(`gitea-workflow is "${text}"`, 'give the name of its file, e.g. rollback.yml');
}

/**
 * A branch by its name, a tag as `refs/tags/NAME`: a bare name is taken for a branch (Gitea 1.26, services/actions/workflow.go,
 * `DispatchActionWorkflow`). Which of them it is, is asked for where the user does not say it.
 * @throws only the signal's reason.
 */
export async function resolveRef(
  context: GithubContext,
  text: string,
  signal: AbortSignal,
): Promise<Result<string>> {
  const { name: system } = context.server.system;
  const fix = 'set rollback-ref to a branch or a tag; without it the default branch is used';
  const ref = readRef(text, system, fix);
  if (!ref.ok) return ref;
  const { kind, name } = ref.value;
  const tag = `refs/tags/${name}`;
  if (kind !== 'either') return good(kind === 'tag' ? tag : name);
  const isTag =
    (await isThere(context, name, signal)) === false &&
    (await isThere(context, tag, signal)) === true;
  return good(isTag ? tag : name);
}

/**
 * Whether there is this branch or tag, as dispatches name it; `undefined`: it cannot be seen.
 * @throws only the signal's reason.
 */
export async function isThere(
  context: GithubContext,
  ref: string,
  signal: AbortSignal,
): Promise<boolean | undefined> {
  const { owner, repo, api } = context;
  const tag = /^refs\/tags\/(.+)$/s.exec(ref)?.[1];
  const kind = tag === undefined ? 'branches' : 'tags';
  const name = tag ?? shortRef(ref);
  try {
    await api.read(
      `looking for ${kind}/${name}`,
      (octokit, request) =>
        octokit.request(`GET /repos/{owner}/{repo}/${kind}/{+name}`, {
          owner,
          repo,
          name,
          request,
        }),
      signal,
    );
    return true;
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return refusalIn(error)?.status === 404 ? false : undefined;
  }
}
