import type { Change } from '../contract/system.js';
import type { Http, HttpResponse } from '../support/http.js';
import { type Notification, post, type Post, serverMessage } from './notification.js';

/** Where the API of a system is, and the token for it; both as for the rollback pipeline. */
export interface ApiAccess {
  readonly url: string;
  readonly token: string;
}

/** Sends one request to the server that the comment is for. */
type Send = (request: Post) => Promise<HttpResponse>;

interface CommentApi {
  /** The request as people of this system write it. */
  readonly name: (change: Change) => string;
  /** What the token needs. */
  readonly needs: string;
  /** Whether this is the server that the token is for. */
  readonly isAt: (change: Change, access: ApiAccess) => boolean;
  readonly create: (
    change: Change,
    access: ApiAccess,
    markdown: string,
    send: Send,
  ) => Promise<HttpResponse>;
}

const apis: Readonly<Record<Change['system'], CommentApi>> = {
  // https://docs.github.com/en/rest/issues/comments#create-an-issue-comment: every pull request is an issue too.
  github: {
    name: ({ project, number }) => `pull request ${project}#${String(number)}`,
    needs: '`pull-requests: write`',
    isAt: ({ server }, { url }) => githubServer(url) === originOf(server),
    create: commentOnGithub,
  },
  // https://docs.gitlab.com/api/notes/#create-new-merge-request-note; the token of a job may not.
  gitlab: {
    name: ({ project, number }) => `merge request ${project}!${String(number)}`,
    needs: 'the scope `api`',
    isAt: ({ server }, { url }) => originOf(url) === originOf(server),
    create: ({ project, number }, { url, token }, body, send) =>
      send({
        url: `${root(url)}/api/v4/projects/${encodeURIComponent(project)}/merge_requests/${String(number)}/notes`,
        headers: { authorization: `Bearer ${token}` },
        body: JSON.stringify({ body }),
      }),
  },
  // https://learn.microsoft.com/rest/api/azure/devops/git/pull-request-threads/create; 4: closed, as nobody has to answer.
  azure: {
    name: ({ number }) => `pull request ${String(number)}`,
    needs: 'the permission "Contribute to pull requests"',
    isAt: ({ server }, { url }) => root(url).toLowerCase() === server.toLowerCase(),
    create: ({ project, number }, { url, token }, content, send) => {
      const [team = '', repository = ''] = project.split('/');
      return send({
        url: `${root(url)}/${team}/_apis/git/repositories/${repository}/pullRequests/${String(number)}/threads?api-version=7.1`,
        headers: { authorization: `Basic ${Buffer.from(`:${token}`).toString('base64')}` },
        body: JSON.stringify({
          comments: [{ parentCommentId: 0, content, commentType: 1 }],
          status: 4,
        }),
      });
    },
  },
};

/**
 * A comment on the pull or merge request; `undefined` where the token is for another server: it is sent nowhere else.
 */
export function comment(
  http: Http,
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
      const answer = await api.create(change, access, markdown, (request) =>
        post(http, to, request, signal),
      );
      if (answer.status >= 200 && answer.status < 300 && isData(answer.headers)) return;
      if ([401, 403, 404].includes(answer.status) || !isData(answer.headers))
        throw new NotAllowed(
          `no comment on ${to}: the token may not write one (status ${String(answer.status)}); it needs ${api.needs}`,
        );
      throw new Error(`${to}: answered ${String(answer.status)}${serverMessage(answer)}`);
    },
  };
}

/** `send` is the transport of the client, too, so that proxies, certificates and time limits hold for it. */
async function commentOnGithub(
  { project, number }: Change,
  { url, token }: ApiAccess,
  body: string,
  send: Send,
): Promise<HttpResponse> {
  const { getOctokit } = await import('@actions/github');
  const [owner = '', repo = ''] = project.split('/');
  let answer: HttpResponse | undefined;
  const fetch = async (
    address: string,
    init: { readonly headers: Record<string, string>; readonly body: string },
  ): Promise<Response> => {
    answer = await send({ url: address, headers: init.headers, body: init.body });
    return new Response(answer.body.length === 0 ? null : new Uint8Array(answer.body), {
      status: answer.status,
      headers: { 'content-type': answer.headers['content-type'] ?? '' },
    });
  };
  try {
    await getOctokit(token, {
      baseUrl: root(url),
      userAgent: 'rollgate',
      request: { fetch },
    }).rest.issues.createComment({
      owner,
      repo,
      issue_number: number,
      body,
      headers: { 'x-github-api-version': '2022-11-28' },
    });
  } catch (error) {
    // A refusal is an answer; an error of the transport is the cause of the client's.
    if (answer === undefined) throw error instanceof Error ? (error.cause ?? error) : error;
  }
  if (answer === undefined) throw new Error(`${project}: nothing was sent`);
  return answer;
}

/** The token does not allow it, and nobody requested it: not worth a warning. */
export class NotAllowed extends Error {
  override readonly name = 'NotAllowed';
}

/** Azure DevOps answers bad credentials with a page to sign in at, and status 203 or 302. */
function isData(headers: Readonly<Record<string, string>>): boolean {
  return (headers['content-type'] ?? '').includes('json');
}

/** Whose API it is: `api.github.com` is that of `github.com`, and `api.acme.ghe.com` that of `acme.ghe.com`. */
function githubServer(api: string): string {
  const url = new URL(api);
  return `${url.protocol}//${url.host.replace(/^api\.(?=github\.com$|[\w-]+\.ghe\.com$)/, '')}`;
}

function originOf(address: string): string {
  return new URL(address).origin;
}

function root(address: string): string {
  return address.replace(/\/+$/, '');
}
