import type { Change } from '../contract/system.js';
import type { Http } from '../support/http.js';
import { post, saidBy, type Post } from './post.js';
import type { Notification } from './types.js';

/** Where the API of a system is, and who we are there; both as for the rollback pipeline. */
export interface Access {
  readonly url: string;
  readonly token: string;
}

interface Place {
  /** As people of this system write it. */
  readonly name: (change: Change) => string;
  /** What the token needs. */
  readonly needs: string;
  /** Whether this is the server that the token is for. */
  readonly isAt: (change: Change, access: Access) => boolean;
  readonly call: (change: Change, access: Access, markdown: string) => Post;
}

const places: Readonly<Record<Change['system'], Place>> = {
  // https://docs.github.com/en/rest/issues/comments#create-an-issue-comment: every pull request is an issue too.
  github: {
    name: ({ project, number }) => `pull request ${project}#${String(number)}`,
    needs: '`pull-requests: write`',
    isAt: ({ server }, { url }) => githubServer(url) === originOf(server),
    call: ({ project, number }, { url, token }, body) => ({
      url: `${root(url)}/repos/${project}/issues/${String(number)}/comments`,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'x-github-api-version': '2022-11-28',
      },
      body: JSON.stringify({ body }),
    }),
  },
  // https://docs.gitlab.com/api/notes/#create-new-merge-request-note; the token of a job may not.
  gitlab: {
    name: ({ project, number }) => `merge request ${project}!${String(number)}`,
    needs: 'the scope `api`',
    isAt: ({ server }, { url }) => originOf(url) === originOf(server),
    call: ({ project, number }, { url, token }, body) => ({
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
    call: ({ project, number }, { url, token }, content) => {
      const [team = '', repository = ''] = project.split('/');
      return {
        url: `${root(url)}/${team}/_apis/git/repositories/${repository}/pullRequests/${String(number)}/threads?api-version=7.1`,
        headers: { authorization: `Basic ${Buffer.from(`:${token}`).toString('base64')}` },
        body: JSON.stringify({
          comments: [{ parentCommentId: 0, content, commentType: 1 }],
          status: 4,
        }),
      };
    },
  },
};

/**
 * A comment on the pull or merge request; `undefined` where the token is for another server: it is sent nowhere else.
 */
export function comment(
  http: Http,
  change: Change,
  access: Access,
  markdown: string,
): Notification | undefined {
  const place = places[change.system];
  if (!place.isAt(change, access)) return undefined;
  const to = place.name(change);
  return {
    to,
    async send(signal) {
      const answer = await post(http, to, place.call(change, access, markdown), signal);
      if (answer.status >= 200 && answer.status < 300 && isData(answer.headers)) return;
      if ([401, 403, 404].includes(answer.status) || !isData(answer.headers))
        throw new NotAllowed(
          `no comment on ${to}: the token may not write one (status ${String(answer.status)}); it needs ${place.needs}`,
        );
      throw new Error(`${to}: answered ${String(answer.status)}${saidBy(answer)}`);
    },
  };
}

/** The token does not allow it, and nobody asked for it: not worth a warning. */
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
