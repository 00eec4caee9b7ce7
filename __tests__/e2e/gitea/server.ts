import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Process } from '../metrics/process.js';
import { freePorts } from '../kubernetes/ports.js';
import { giteaBinary, giteaFolder } from './components.js';

/** What is in a repository of the server: paths and texts. */
export type Tree = Readonly<Record<string, string>>;

const USER = 'acme';
/** Needed where the tests run as root, as in a container. */
const asAnyone = { GITEA_I_AM_BEING_UNSAFE_RUNNING_AS_ROOT: 'true' };

/** A real Gitea on loopback, with SQLite, one user and an access token of that user. */
export class Gitea {
  /** Of the user, who may do everything. */
  readonly token: string;

  private constructor(
    private readonly folder: string,
    private readonly server: Process,
    /** Where it listens, without a slash at the end. */
    readonly listens: string,
    /** How it calls itself. */
    readonly url: string,
  ) {
    this.token = this.admin(
      ...['admin', 'user', 'create', '--admin', '--username', USER, '--email', 'a@b.test'],
      ...['--password', 'not-used-by-anybody-1', '--must-change-password=false', '--access-token'],
    ).replace(/^[^]*successfully created\.\.\. ([0-9a-f]{40})[^]*$/, '$1');
  }

  /** @param front the port of a proxy in front of it, by which it is to call itself */
  static async start(front?: number): Promise<Gitea> {
    const folder = mkdtempSync(join(tmpdir(), 'rollgate-gitea-'));
    const [port = 0] = await freePorts(1);
    const listens = `http://127.0.0.1:${String(port)}`;
    const url = `http://127.0.0.1:${String(front ?? port)}`;
    mkdirSync(join(folder, 'home'));
    writeFileSync(join(folder, 'app.ini'), configuration(folder, port, url));
    const args = ['web', '--config', join(folder, 'app.ini')];
    const env = { ...asAnyone, HOME: join(folder, 'home') };
    const server = new Process(folder, giteaBinary(), args, env);
    await server.start(async () => {
      const response = await fetch(`${listens}/api/v1/version`).catch(() => undefined);
      return response?.ok === true;
    });
    return new Gitea(folder, server, listens, url);
  }

  /** With a token by which runners register. */
  runnerToken(): string {
    return this.admin('actions', 'generate-runner-token').trim().split('\n').at(-1) ?? '';
  }

  /** The API, as the user. @throws Error for an answer that is not 2xx */
  async api(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.listens}/api/v1/${path}`, {
      method,
      headers: { authorization: `token ${this.token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${String(response.status)} ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  }

  /** A repository with one commit on `main`, by which the workflows for a push start. */
  async repository(name: string, tree: Tree): Promise<string> {
    await this.api('POST', 'user/repos', {
      name,
      private: true,
      auto_init: true,
      default_branch: 'main',
    });
    await this.commit(`${USER}/${name}`, tree);
    return `${USER}/${name}`;
  }

  /** Adds files in one commit. */
  async commit(repository: string, tree: Tree): Promise<void> {
    await this.api('POST', `repos/${repository}/contents`, {
      branch: 'main',
      message: 'Deploy',
      files: Object.entries(tree).map(([path, text]) => ({
        operation: 'create',
        path,
        content: Buffer.from(text).toString('base64'),
      })),
    });
  }

  /** Gives a file another text, in one commit on `main`. */
  async change(repository: string, path: string, text: string): Promise<void> {
    const address = `repos/${repository}/contents/${path}`;
    const { sha } = (await this.api('GET', address)) as { readonly sha: string };
    const content = Buffer.from(text).toString('base64');
    await this.api('PUT', address, { branch: 'main', message: 'Deploy', content, sha });
  }

  /** One more token of the user, with just these scopes. */
  accessToken(name: string, scopes: string): string {
    const args = ['--username', USER, '--token-name', name, '--scopes', scopes, '--raw'];
    const printed = this.admin('admin', 'user', 'generate-access-token', ...args);
    return /[0-9a-f]{40}/.exec(printed)?.[0] ?? '';
  }

  async stop(): Promise<void> {
    await this.server.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }

  private admin(...args: readonly string[]): string {
    return execFileSync(giteaBinary(), [...args, '--config', join(this.folder, 'app.ini')], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: join(this.folder, 'home'), ...asAnyone },
      stdio: ['ignore', 'pipe', 'ignore'],
    });
  }
}

function configuration(folder: string, port: number, url: string): string {
  return `
APP_NAME = Test
RUN_USER = ${execFileSync('id', ['-un'], { encoding: 'utf8' }).trim()}
WORK_PATH = ${folder}
[database]
DB_TYPE = sqlite3
PATH = ${join(folder, 'gitea.db')}
[server]
STATIC_ROOT_PATH = ${giteaFolder()}
HTTP_ADDR = 127.0.0.1
HTTP_PORT = ${String(port)}
ROOT_URL = ${url}/
DISABLE_SSH = true
OFFLINE_MODE = true
[security]
INSTALL_LOCK = true
[actions]
ENABLED = true
[repository]
ROOT = ${join(folder, 'repositories')}
[log]
LEVEL = Warn
`;
}
