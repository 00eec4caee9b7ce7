import type { IncomingMessage, ServerResponse } from 'node:http';
import type { GitServer, Misbehaviour } from './git-server.js';

export type PullRequestKind = 'github' | 'gitlab' | 'gitea';

/** What becomes of a request to open one, the last word first: what is done, and what is answered. */
export type OpenFault =
  /** Nothing is opened. */
  | { readonly answers: number; readonly says?: string; readonly headers?: Record<string, string> }
  /** It is opened, and the connection ends. */
  | 'opened, no answer'
  /** Nothing is opened, and the connection ends. */
  | 'lost'
  | 'opened, answered with a page'
  | 'opened, answered with an empty object'
  | 'opened, answered with an error of the server';

interface Shown {
  readonly number: number;
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
  state: 'open' | 'closed';
}

/** Roots of the APIs below the address of the server: Enterprise Server, GitLab, Gitea. */
const roots = { github: '/api/v3', gitlab: '/api/v4', gitea: '/api/v1' } as const;
const TOKEN = 'secret-token-1234';
const authorizations = {
  github: `Bearer ${TOKEN}`,
  gitlab: `Bearer ${TOKEN}`,
  gitea: `token ${TOKEN}`,
} as const;

/**
 * The pull requests of a repository behind the API of GitHub, GitLab or Gitea, at the address of its Git server. It knows the
 * branches that are really there.
 */
export class StandInPullRequests {
  readonly all: Shown[] = [];
  readonly received: { readonly method: string; readonly path: string; readonly body: unknown }[] =
    [];
  /** Faults of the next requests to open one. */
  readonly faults: OpenFault[] = [];
  /** So many lists do not show what was opened. */
  lag = 0;
  /** What every request is answered. */
  refusesAll: number | undefined;
  /** What the API says of the repository besides. */
  repository: Readonly<Record<string, unknown>> = {};

  constructor(
    readonly kind: PullRequestKind,
    private readonly server: GitServer,
    /** The path of the repository: `acme/deploy`. */
    private readonly project: string,
  ) {
    server.misbehave = this.answer;
  }

  /** The inputs that a user gives. */
  get flags(): Readonly<Record<string, string>> {
    const { origin } = new URL(this.server.url);
    const address = {
      github: { 'github-api-url': `${origin}/api/v3` },
      gitlab: { 'gitlab-url': origin },
      gitea: { 'gitea-url': origin },
    }[this.kind];
    return { 'git-mode': 'pull-request', 'git-token': TOKEN, ...address };
  }

  /** Somebody opens one. */
  add(head: string, base = 'main', state: Shown['state'] = 'open'): void {
    const number = this.all.length + 12;
    this.all.push({ number, head, base, state, title: 'by hand', body: '' });
  }

  url(number: number): string {
    return `${new URL(this.server.url).origin}/${this.project}/requests/${String(number)}`;
  }

  private readonly answer: Misbehaviour = (request, response) => {
    const path = (request.url ?? '').split('?')[0] ?? '';
    if (!path.startsWith(roots[this.kind])) return 'answer';
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const body: unknown = text === '' ? undefined : JSON.parse(text);
      this.received.push({ method: request.method ?? '', path, body });
      this.handle(request, response, path, (body ?? {}) as Record<string, string>);
    });
    return 'handled';
  };

  private handle(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    body: Readonly<Record<string, string>>,
  ): void {
    if (request.headers.authorization !== authorizations[this.kind]) {
      json(response, 401, { message: 'Bad credentials' });
      return;
    }
    if (this.refusesAll !== undefined) {
      json(response, this.refusesAll, { message: 'No' });
      return;
    }
    const repository = `${roots[this.kind]}/${
      this.kind === 'gitlab'
        ? `projects/${encodeURIComponent(this.project)}`
        : `repos/${this.project}`
    }`;
    const collection = this.kind === 'gitlab' ? 'merge_requests' : 'pulls';
    if (path === repository) json(response, 200, { id: 1, ...this.repository });
    else if (path !== `${repository}/${collection}`) json(response, 404, { message: 'Not Found' });
    else if (request.method === 'POST') this.open(response, body);
    else this.list(response, new URL(request.url ?? '', 'http://x').searchParams);
  }

  private list(response: ServerResponse, query: URLSearchParams): void {
    const page = Number(query.get('page') ?? '1');
    if (this.lag > 0) {
      this.lag -= 1;
      json(response, 200, []);
      return;
    }
    const open = this.all.filter((one) => one.state === 'open' && this.isAsked(one, query));
    const size = 50;
    json(response, 200, open.slice((page - 1) * size, page * size).map(this.shown));
  }

  private isAsked({ head, base }: Shown, query: URLSearchParams): boolean {
    switch (this.kind) {
      case 'github':
        return (
          query.get('head') === `${this.project.split('/')[0] ?? ''}:${head}` &&
          query.get('base') === base
        );
      case 'gitlab':
        return query.get('source_branch') === head && query.get('target_branch') === base;
      case 'gitea':
        return true;
    }
  }

  private open(response: ServerResponse, body: Readonly<Record<string, string>>): void {
    const fault = this.faults.shift();
    if (fault === 'lost') {
      response.destroy();
      return;
    }
    if (typeof fault === 'object') {
      json(response, fault.answers, { message: fault.says ?? 'No' }, fault.headers);
      return;
    }
    const { head = body.source_branch ?? '', base = body.target_branch ?? '' } = body;
    const { title = '' } = body;
    const isThere = (name: string): boolean => this.server.branches().includes(name);
    if (!isThere(head) || !isThere(base)) {
      json(response, 422, { message: 'Validation Failed' });
      return;
    }
    if (this.all.some((one) => one.state === 'open' && one.head === head && one.base === base)) {
      json(response, this.kind === 'github' ? 422 : 409, { message: 'already exists' });
      return;
    }
    const text = body.body ?? body.description ?? '';
    const number = this.all.length + 12;
    const made: Shown = { number, head, base, state: 'open', title, body: text };
    this.all.push(made);
    switch (fault) {
      case 'opened, no answer':
        response.destroy();
        return;
      case 'opened, answered with a page':
        response.writeHead(200, { 'content-type': 'text/html' }).end('<html>Sign in</html>');
        return;
      case 'opened, answered with an empty object':
        json(response, 201, {});
        return;
      case 'opened, answered with an error of the server':
        json(response, 502, {});
        return;
      case undefined:
        json(response, 201, this.shown(made));
    }
  }

  private readonly shown = ({ number, head, base, title }: Shown): object =>
    this.kind === 'gitlab'
      ? { iid: number, web_url: this.url(number), source_branch: head, target_branch: base, title }
      : { number, html_url: this.url(number), head: { ref: head }, base: { ref: base }, title };
}

function json(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}
