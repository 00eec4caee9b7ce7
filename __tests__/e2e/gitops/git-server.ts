import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { answerByGit, gitEnvironment } from '../../support/git-http.js';

/** What is in a repository: paths and texts. */
export type Tree = Readonly<Record<string, string>>;

/** Git by HTTP on loopback, for anybody to read and to push to: `git http-backend` behind a small server. */
export class GitServer {
  private readonly folder = mkdtempSync(join(tmpdir(), 'rollgate-e2e-git-'));

  private constructor(private readonly server: Server) {
    server.on('request', (request, response) => {
      answerByGit(this.folder, request, response);
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
    const bare = this.bare(name);
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
    await git(work, 'push', '--quiet', 'origin', 'main');
    return (await git(work, 'rev-parse', 'HEAD')).trim();
  }

  /** The newest commit. */
  async head(name: string): Promise<string> {
    return (await git(this.bare(name), 'rev-parse', 'main')).trim();
  }

  /** The files of a commit, as far as they are in this folder. */
  async read(name: string, commit: string, folder: string): Promise<Tree> {
    const bare = this.bare(name);
    const place = folder === '.' ? [] : ['--', `${folder}/`];
    const listed = await git(bare, 'ls-tree', '-r', '--name-only', commit, ...place);
    const paths = listed.split('\n').filter((path) => path !== '');
    const texts = paths.map(
      async (path) => [path, await git(bare, 'show', `${commit}:${path}`)] as const,
    );
    return Object.fromEntries(await Promise.all(texts));
  }

  /** The parents of the newest commit. */
  async parents(name: string): Promise<readonly string[]> {
    return (await git(this.bare(name), 'log', '-1', '--format=%P', 'main')).trim().split(' ');
  }

  /** From now on every push is refused, with this. */
  refuse(name: string, message: string): void {
    const hook = join(this.bare(name), 'hooks', 'pre-receive');
    mkdirSync(dirname(hook), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\necho '${message}' >&2\nexit 1\n`, { mode: 0o755 });
  }

  private bare(name: string): string {
    return join(this.folder, `${name}.git`);
  }

  private work(name: string): string {
    return join(this.folder, `${name}-work`);
  }
}

/** Not in step with us: this process is the server that it talks to. */
async function git(cwd: string, ...args: readonly string[]): Promise<string> {
  const { stdout } = await promisify(execFile)('git', args, { cwd, env: gitEnvironment });
  return stdout;
}
