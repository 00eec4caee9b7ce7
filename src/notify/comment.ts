import type { Change } from '../contract/system.js';
import { fetchOf } from '../support/http.js';
import { type ApiRequest, createJsonApi } from '../support/http/api.js';
import { createOctokitApi, githubWebRoot } from '../support/http/octokit.js';
import { type ApiResponse, isPage, isSuccess, serverMessage } from '../support/http/response.js';
import { deliver, type Notification, type NotifyDependencies, TIMEOUT_MS } from './notification.js';

/** Where the API of a system is, and the token for it; both as for the rollback pipeline. */
export interface ApiAccess {
  readonly url: string;
  readonly token: string;
}

/** How the API of a system is reached. */
interface Access extends ApiAccess {
  readonly deps: NotifyDependencies;
  readonly fetch: typeof globalThis.fetch;
  readonly signal: AbortSignal;
}

interface CommentApi {
  /** The request as people of this system write it. */
  readonly name: (change: Change) => string;
  /** What the token needs. */
  readonly needs: string;
  /** Whether this is the server that the token is for. */
  readonly isAt: (change: Change, access: ApiAccess) => boolean;
  readonly create: (change: Change, access: Access, markdown: string) => Promise<ApiResponse>;
}

const apis: Readonly<Record<Change['system'], CommentApi>> = {
  // https://docs.github.com/en/rest/issues/comments#create-an-issue-comment: every pull request is an issue too.
  github: {
    name: ({ project, number }) => `pull request ${project}#${String(number)}`,
    needs: '`pull-requests: write`',
    isAt: ({ server }, { url }) => originOf(githubWebRoot(url)) === originOf(server),
    create: (change, { url, token, fetch, deps, signal }, body) => {
      const [owner = '', repo = ''] = change.project.split('/');
      const { clock } = deps;
      const api = createOctokitApi({ baseUrl: root(url), token, fetch, inJob: true, clock });
      return deliver(
        api,
        apis.github.name(change),
        (octokit, request) =>
          octokit.rest.issues.createComment({
            owner,
            repo,
            issue_number: change.number,
            body,
            request,
          }),
        signal,
      );
    },
  },
  // https://docs.gitlab.com/api/notes/#create-new-merge-request-note; the token of a job may not.
  gitlab: {
    name: ({ project, number }) => `merge request ${project}!${String(number)}`,
    needs: 'the scope `api`',
    isAt: ({ server }, { url }) => originOf(url) === originOf(server),
    create: (change, access, body) =>
      postJson(change, access, `Bearer ${access.token}`, {
        path: `api/v4/projects/${encodeURIComponent(change.project)}/merge_requests/${String(change.number)}/notes`,
        json: { body },
      }),
  },
  // https://docs.gitea.com/api/1.26/#tag/issue/operation/issueCreateComment: every pull request is an issue too.
  gitea: {
    name: ({ project, number }) => `pull request ${project}#${String(number)}`,
    needs: '`pull-requests: write`, as an access token the scope `write:issue`',
    isAt: ({ server }, { url }) => root(url).toLowerCase() === root(server).toLowerCase(),
    create: (change, access, body) =>
      postJson(change, access, `token ${access.token}`, {
        path: `api/v1/repos/${change.project}/issues/${String(change.number)}/comments`,
        json: { body },
      }),
  },
  // https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads/create; 4: closed, as nobody has to answer.
  azure: {
    name: ({ number }) => `pull request ${String(number)}`,
    needs: 'the permission "Contribute to pull requests"',
    isAt: ({ server }, { url }) => root(url).toLowerCase() === server.toLowerCase(),
    create: (change, access, content) => {
      const [team = '', repository = ''] = change.project.split('/');
      const basic = Buffer.from(`:${access.token}`).toString('base64');
      return postJson(change, access, `Basic ${basic}`, {
        path: `${team}/_apis/git/repositories/${repository}/pullRequests/${String(change.number)}/threads?api-version=7.1`,
        json: { comments: [{ parentCommentId: 0, content, commentType: 1 }], status: 4 },
      });
    },
  },
};

/**
 * A comment on the pull or merge request; `undefined` where the token is for another server: it is sent nowhere else.
 */
export function comment(
  deps: NotifyDependencies,
  change: Change,
  access: ApiAccess,
  markdown: string,
): Notification | undefined {
  const api = apis[change.system];
  if (!api.isAt(change, access)) return undefined;
  const to = api.name(change);
  return {
    to,
    async send(signal) {
      const fetch = fetchOf(deps.http(), { timeoutMs: TIMEOUT_MS });
      const answer = await api.create(change, { ...access, deps, fetch, signal }, markdown);
      // Azure DevOps answers bad credentials with a page to sign in at, and status 203 or 302.
      const isElsewhere = isPage(answer) || (answer.status >= 300 && answer.status < 400);
      if (isSuccess(answer) && !isElsewhere) return;
      if ([401, 403, 404].includes(answer.status) || isElsewhere)
        throw new NotAllowed(
          `no comment on ${to}: the token may not write one (status ${String(answer.status)}); it needs ${api.needs}`,
        );
      const said = serverMessage(answer, deps.redact);
      throw new Error(`${to}: answered ${String(answer.status)}${said === '' ? '' : ` (${said})`}`);
    },
  };
}

function postJson(
  change: Change,
  { url, fetch, deps, signal }: Access,
  authorization: string,
  call: Pick<ApiRequest, 'path' | 'json'>,
): Promise<ApiResponse> {
  const api = createJsonApi({ baseUrl: url, headers: { authorization }, fetch, clock: deps.clock });
  return deliver(api, apis[change.system].name(change), { method: 'POST', ...call }, signal);
}

/** The token may not comment. Comments are on by default, so this deserves no warning. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

function originOf(address: string): string {
  return new URL(address).origin;
}

function root(address: string): string {
  return address.replace(/\/+$/, '');
}
