import { Buffer } from 'node:buffer';
import { bad, good, type Result } from '../../contract/result.js';
import { githubWebRoot } from '../../support/http/octokit.js';
import { printableUrl } from '../../support/text.js';

/** The inputs that tell which server a repository is on. */
export interface GitHostSettings {
  readonly 'git-token': string | undefined;
  readonly 'github-api-url': string;
  readonly 'github-token': string | undefined;
  readonly 'gitlab-url': string;
  readonly 'gitlab-token': string | undefined;
  readonly 'gitea-url': string | undefined;
  readonly 'gitea-token': string | undefined;
}

/** The server of a repository, and how its API is reached. */
export interface GitHost {
  /** Gitea stands for Forgejo too. */
  readonly kind: 'github' | 'gitlab' | 'gitea';
  /** Root of the API, without a slash at its end. */
  readonly api: string;
  /** The repository for people. */
  readonly web: string;
  /** `acme/deploy`; on GitLab it may have more parts. */
  readonly project: string;
  /** The value of the header. */
  readonly authorization: string;
}

/** A server by its addresses, and the token that is meant for it. */
interface Candidate {
  readonly kind: GitHost['kind'];
  readonly web: string;
  readonly api: string;
  readonly token: string | undefined;
}

/**
 * The server that `git-repository` is on: one whose address is known by an input or by the CI system, else the one that its name
 * tells. Only the first has a token of its own.
 */
export function gitHostOf(repository: string, settings: GitHostSettings): Result<GitHost> {
  const { origin, hostname, path } = addressOf(repository);
  const found =
    candidatesIn(settings).find((one) => isAt(one, repository, hostname)) ??
    guessed(origin, hostname);
  if (found === undefined)
    return bad(
      `whether ${hostname} is a GitHub, GitLab, Gitea or Forgejo server is not known`,
      'set `github-api-url`, `gitlab-url` or `gitea-url` to the address of that server, or set `git-mode: push`',
    );
  const prefix = /^https?:/i.test(repository) ? new URL(found.web).pathname.length : 1;
  const project = path.slice(prefix).replace(/^\/+|(\.git)?\/*$/g, '');
  const isProject = found.kind === 'gitlab' ? /^[^/]+(\/[^/]+)+$/ : /^[^/]+\/[^/]+$/;
  if (!isProject.test(project))
    return bad(
      `${printableUrl(repository)} names no repository of ${hostname}`,
      'correct `git-repository`',
    );
  const token = settings['git-token'] ?? found.token;
  if (token === undefined)
    return bad(`there is no token for the API of ${hostname}`, 'set `git-token`');
  const { kind, api, web } = found;
  return good({
    ...{ kind, api, project, web: `${web}/${project}` },
    authorization: authorizationFor(kind, token),
  });
}

function candidatesIn(settings: GitHostSettings): readonly Candidate[] {
  const github = bare(settings['github-api-url']);
  const gitlab = bare(settings['gitlab-url']).replace(/\/api\/v4$/, '');
  const gitea = settings['gitea-url'] && bare(settings['gitea-url']).replace(/\/api\/v1$/, '');
  return [
    {
      ...{ kind: 'github', web: githubWebRoot(github), api: github },
      token: settings['github-token'],
    },
    {
      ...{ kind: 'gitlab', web: gitlab, api: `${gitlab}/api/v4` },
      token: settings['gitlab-token'],
    },
    ...(gitea === undefined || gitea === ''
      ? []
      : [
          {
            ...({ kind: 'gitea', web: gitea, api: `${gitea}/api/v1` } as const),
            token: settings['gitea-token'],
          },
        ]),
  ];
}

function bare(address: string): string {
  return address.replace(/\/+$/, '');
}

/** By ssh only the name of the machine can be compared: port and path are others than by https. */
function isAt({ web }: Candidate, repository: string, hostname: string): boolean {
  if (!/^https?:/i.test(repository)) return new URL(web).hostname === hostname;
  return repository.toLowerCase().startsWith(`${web.toLowerCase()}/`);
}

/** As Renovate tells servers by their names (lib/util/common.ts, `detectPlatform`). */
function guessed(origin: string, hostname: string): Candidate | undefined {
  const of = (kind: GitHost['kind'], api: string): Candidate => ({
    ...{ kind, web: origin, api: `${origin}${api}`, token: undefined },
  });
  if (hostname === 'codeberg.org' || /gitea|forgejo/.test(hostname)) return of('gitea', '/api/v1');
  if (hostname.includes('gitlab')) return of('gitlab', '/api/v4');
  if (hostname === 'github.com') return { ...of('github', ''), api: 'https://api.github.com' };
  if (/^[\w-]+\.ghe\.com$/.test(hostname))
    return { ...of('github', ''), api: `https://api.${hostname}` };
  return hostname.includes('github') ? of('github', '/api/v3') : undefined;
}

/** `git@host:acme/deploy.git` is an address too. `ssh.github.com` and `altssh.gitlab.com` answer ssh on port 443. */
function addressOf(repository: string): {
  readonly origin: string;
  readonly hostname: string;
  readonly path: string;
} {
  const short = /^[^@/]+@([^:/]+):(.*)$/.exec(repository);
  const url = new URL(
    short === null ? repository : `ssh://${short[1] ?? ''}/${(short[2] ?? '').replace(/^\/+/, '')}`,
  );
  const hostname = url.hostname
    .toLowerCase()
    .replace(/^(ssh\.(?=github\.com$)|altssh\.(?=gitlab\.com$))/, '');
  const origin = url.protocol === 'ssh:' ? `https://${hostname}` : url.origin;
  return { origin, hostname, path: url.pathname };
}

/** A token; of `user:password` the second part is one, and Gitea takes a true password as well. */
function authorizationFor(kind: GitHost['kind'], token: string): string {
  const colon = token.indexOf(':');
  if (kind === 'gitea')
    return colon < 0 ? `token ${token}` : `Basic ${Buffer.from(token, 'utf8').toString('base64')}`;
  return `Bearer ${token.slice(colon + 1)}`;
}
