import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

/** What is in a repository: paths and texts. */
export type Tree = Readonly<Record<string, string>>;

/** Nothing of the machine's own configuration. */
const environment = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'acme',
  GIT_AUTHOR_EMAIL: 'a@b.test',
  GIT_COMMITTER_NAME: 'acme',
  GIT_COMMITTER_EMAIL: 'a@b.test',
};

/** Git by HTTP on loopback, for anybody to read and to push to: `git http-backend` behind a small server. */
export class GitServer {
  private readonly folder = mkdtempSync(join(tmpdir(), 'rollgate-e2e-git-'));

  private constructor(private readonly server: Server) {
    server.on('request', (request: IncomingMessage, response: ServerResponse) => {
      answer(this.folder, request, response);
    });
  }

  static async start(): Promise<GitServer> {
    const server = createServer();
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new GitServer(server);
  }

  async stop(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    this.server.closeAllConnections();
    await closed;
    rmSync(this.folder, { recursive: true, force: true });
  }

  url(repository: string): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://127.0.0.1:${String(port)}/${repository}.git`;
  }

  /** A repository with one commit on `main`. */
  async repository(name: string, tree: Tree): Promise<void> {
    const bare = join(this.folder, `${name}.git`);
    await git(this.folder, 'init', '--quiet', '--bare', '--initial-branch=main', bare);
    await git(bare, 'config', 'http.receivepack', 'true');
    await git(this.folder, 'clone', '--quiet', this.url(name), this.work(name));
    await git(this.work(name), 'checkout', '--quiet', '-B', 'main');
    await this.commit(name, tree);
  }

  /** Files that are added or changed, pushed as one commit. Gives the commit. */
  async commit(name: string, tree: Tree): Promise<string> {
    const work = this.work(name);
    for (const [path, text] of Object.entries(tree)) {
      mkdirSync(dirname(join(work, path)), { recursive: true });
      writeFileSync(join(work, path), text);
    }
    await git(work, 'add', '--all');
    await git(work, 'commit', '--quiet', '--message', 'Deploy');
    return this.push(name);
  }

  /** Takes the newest commit back, by a commit that is pushed. Gives that one. */
  async revert(name: string): Promise<string> {
    await git(this.work(name), 'revert', '--no-edit', 'HEAD');
    return this.push(name);
  }

  /** The parents of the newest commit. */
  async parents(name: string): Promise<readonly string[]> {
    const bare = join(this.folder, `${name}.git`);
    return (await git(bare, 'log', '-1', '--format=%P', 'main')).trim().split(' ');
  }

  /** From now on every push is refused, with this. */
  refuse(name: string, message: string): void {
    const hook = join(this.folder, `${name}.git`, 'hooks', 'pre-receive');
    mkdirSync(dirname(hook), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\necho '${message}' >&2\nexit 1\n`, { mode: 0o755 });
  }

  private async push(name: string): Promise<string> {
    await git(this.work(name), 'push', '--quiet', 'origin', 'main');
    return (await git(this.work(name), 'rev-parse', 'HEAD')).trim();
  }

  private work(name: string): string {
    return join(this.folder, `${name}-work`);
  }
}

/** Not in step with us: this process is the server that it talks to. */
async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd, env: environment });
  return stdout;
}

/** One request by CGI: https://git-scm.com/docs/git-http-backend#_environment */
function answer(folder: string, request: IncomingMessage, response: ServerResponse): void {
  const url = new URL(request.url ?? '/', 'http://git.test');
  const { headers } = request;
  const encoding = headers['content-encoding'];
  const protocol = headers['git-protocol'];
  const child = spawn('git', ['http-backend'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    env: {
      ...environment,
      GIT_PROJECT_ROOT: folder,
      GIT_HTTP_EXPORT_ALL: '1',
      REQUEST_METHOD: request.method,
      PATH_INFO: url.pathname,
      QUERY_STRING: url.search.slice(1),
      CONTENT_TYPE: headers['content-type'],
      CONTENT_LENGTH: headers['content-length'],
      ...(encoding === undefined ? {} : { HTTP_CONTENT_ENCODING: encoding }),
      ...(typeof protocol === 'string' ? { GIT_PROTOCOL: protocol } : {}),
    },
  });
  request.pipe(child.stdin);
  // It may end before it has read everything.
  child.stdin.on('error', () => undefined);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  child.on('error', () => response.writeHead(500).end());
  child.on('close', () => {
    const output = Buffer.concat(chunks);
    const end = output.indexOf('\r\n\r\n');
    let status = 200;
    for (const line of output.subarray(0, end).toString('latin1').split('\r\n')) {
      const [name = '', value = ''] = line.split(/: (.*)/s);
      if (name === 'Status') status = Number.parseInt(value, 10);
      else if (name !== '') response.setHeader(name, value);
    }
    response.writeHead(status).end(output.subarray(end + 4));
  });
}
