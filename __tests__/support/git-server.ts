import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { answerByGit, gitEnvironment } from './git-http.js';

/** Whether git, and its part for servers, are on this machine. */
export const hasGit = ((): boolean => {
  const path = spawnSync('git', ['--exec-path'], { encoding: 'utf8' });
  return (
    path.status === 0 && spawnSync(join(path.stdout.trim(), 'git-http-backend')).error === undefined
  );
})();

export function git(folder: string, ...args: readonly string[]): string {
  return execFileSync('git', args, { cwd: folder, env: gitEnvironment, encoding: 'utf8' }).trim();
}

/** What a server does instead of answering. */
export type Misbehaviour = (
  request: IncomingMessage,
  response: ServerResponse,
) => 'answer' | 'handled' | 'answer-and-drop';

/** A repository behind smart HTTP (https://git-scm.com/docs/git-http-backend) on loopback, to which somebody else pushes too. */
export class GitServer {
  misbehave: Misbehaviour = () => 'answer';
  /** Runs before a push is looked at. */
  beforePush: () => void = () => undefined;
  private isEmpty = true;

  private constructor(
    private readonly folder: string,
    private readonly server: Server,
    private readonly name: string,
    readonly url: string,
  ) {}

  static async start(
    files: Readonly<Record<string, string>>,
    options: {
      readonly credentials?: string;
      readonly partial?: boolean;
      readonly name?: string;
    } = {},
  ): Promise<GitServer> {
    const folder = mkdtempSync(join(tmpdir(), 'rollgate-test-git-'));
    const { credentials, partial = true, name = 'deploy.git' } = options;
    const bare = join(folder, name);
    git(folder, 'init', '-q', '--bare', '--template=', '-b', 'main', name);
    const filters = '[uploadpack]\nallowFilter = true\nallowAnySHA1InWant = true\n';
    const pushes = '[http]\nreceivepack = true\n';
    appendFileSync(join(bare, 'config'), `${pushes}${partial ? filters : ''}`);
    const server = createServer((request, response) => {
      handle(started, credentials, request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const url = `http://127.0.0.1:${String(port)}/${name}`;
    const started = new GitServer(folder, server, name, url);
    started.commit('first', files);
    return started;
  }

  get root(): string {
    return this.folder;
  }

  get bare(): string {
    return join(this.folder, this.name);
  }

  /**
   * Somebody pushes a commit with these files; an empty text removes one. Gives the commit. It takes one process: a clone, commit and push
   * take ten (https://git-scm.com/docs/git-fast-import).
   */
  commit(message: string, files: Readonly<Record<string, string>>): string {
    const data = (text: string): string => `data ${String(Buffer.byteLength(text))}\n${text}\n`;
    const changes = Object.entries(files).map(([name, text]) =>
      text === '' ? `D ${name}\n` : `M 100644 inline ${name}\n${data(text)}`,
    );
    const { GIT_AUTHOR_NAME: name, GIT_AUTHOR_EMAIL: email } = gitEnvironment;
    const input = [
      'commit refs/heads/main\nmark :1\n',
      `committer ${name} <${email}> now\n`,
      data(message),
      ...(this.isEmpty ? [] : ['from refs/heads/main^0\n']),
      ...changes,
      'get-mark :1\n',
    ].join('');
    this.isEmpty = false;
    return execFileSync('git', ['fast-import', '--quiet', '--date-format=now'], {
      cwd: this.bare,
      env: gitEnvironment,
      input,
      encoding: 'utf8',
    }).trim();
  }

  /** What the branch has. */
  show(path: string, ref = 'HEAD'): string {
    return git(this.bare, 'show', `${ref}:${path}`);
  }

  log(format = '%s'): readonly string[] {
    return git(this.bare, 'log', `--format=${format}`).split('\n');
  }

  head(ref = 'HEAD'): string {
    return git(this.bare, 'rev-parse', ref);
  }

  branches(): readonly string[] {
    return git(this.bare, 'branch', '--format=%(refname:short)').split('\n');
  }

  /** The server refuses every push with this. */
  refusePushes(message: string): void {
    const hook = join(this.bare, 'hooks', 'pre-receive');
    mkdirSync(dirname(hook), { recursive: true });
    writeFileSync(hook, `#!/bin/sh\necho '${message}' >&2\nexit 1\n`);
    chmodSync(hook, 0o755);
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
    rmSync(this.folder, { recursive: true, force: true });
  }
}

function handle(
  server: GitServer,
  credentials: string | undefined,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const { method = 'GET', url = '/', headers } = request;
  const isPush = url.includes('git-receive-pack') && method === 'POST';
  if (isPush) server.beforePush();
  const how = server.misbehave(request, response);
  if (how === 'handled') return;
  const expected =
    credentials === undefined ? undefined : `Basic ${Buffer.from(credentials).toString('base64')}`;
  if (expected !== undefined && headers.authorization !== expected) {
    response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="git"' }).end();
    return;
  }
  answerByGit(server.root, request, response, how === 'answer-and-drop');
}
