import { fork, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { basename, join, resolve } from 'node:path';
import { run } from '../../../src/support/exec.js';
import { certificates } from '../../support/servers.js';
import { freePorts } from '../kubernetes/ports.js';
import { until } from '../kubernetes/until.js';
import {
  availableComposes,
  composeBinary,
  librariesOf,
  unpackedFolder,
  type ComposeKind,
} from './components.js';

export interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface EngineOptions {
  /**
   * `containerd`: images are held by containerd, as new installations of Docker 29 have it; the id of an image is then the
   * digest of its manifest, and not of its configuration.
   */
  readonly images?: 'classic' | 'containerd';
  /** Which Compose the clients get; the packaged one, where it is there. */
  readonly compose?: ComposeKind;
}

interface RunOptions {
  readonly cwd?: string;
  /** In addition to {@link Engine.env}. */
  readonly env?: Readonly<Record<string, string>>;
}

const TAIL_LINES = 25;
/** For commands that hang. */
const COMMAND_DEADLINE_MS = 300_000;
const MAX_OUTPUT = 16 * 1024 * 1024;

/**
 * A Docker engine of its own: its own folder, its own socket, and nothing on the machine's firewall. Networks of the `bridge`
 * driver work, with names and published ports; containers reach each other and this machine, and nothing else.
 */
export class Engine {
  /** Holds everything, from {@link start} to {@link stop}. */
  readonly folder: string;
  private readonly images: 'classic' | 'containerd';
  private readonly kind: ComposeKind;
  private warden: ChildProcess | undefined;
  private ended: string | undefined;
  private port = 0;

  constructor(options: EngineOptions = {}) {
    this.images = options.images ?? 'classic';
    this.kind = options.compose ?? availableComposes()[0] ?? 'packaged';
    this.folder = join(tmpdir(), `rollgate-engine-${randomBytes(4).toString('hex')}`);
  }

  get socket(): string {
    return join(this.folder, 'docker.sock');
  }

  /**
   * The whole environment of a client on this machine. `docker compose` and `docker-compose` are there both; with Compose 1
   * only the latter.
   */
  get env(): Record<string, string> {
    return {
      PATH: [join(this.folder, 'bin'), join(this.folder, 'standalone'), '/usr/bin', '/bin'].join(
        ':',
      ),
      HOME: join(this.folder, 'home'),
      DOCKER_CONFIG: join(this.folder, 'home/.docker'),
      DOCKER_HOST: `unix://${this.socket}`,
    };
  }

  /** The whole environment of a client that comes from outside, with a certificate. */
  get tlsEnv(): Record<string, string> {
    return {
      ...this.env,
      DOCKER_HOST: `tcp://127.0.0.1:${String(this.port)}`,
      DOCKER_TLS_VERIFY: '1',
      DOCKER_CERT_PATH: join(this.folder, 'tls'),
    };
  }

  /** The whole environment of a client from outside whose certificate is of another authority. */
  async strangerEnv(): Promise<Record<string, string>> {
    const folder = join(this.folder, 'stranger');
    await writeIdentity(folder);
    // The engine's own authority: the client has nothing against the engine.
    copyFileSync(join(this.folder, 'tls/ca.pem'), join(folder, 'ca.pem'));
    return { ...this.tlsEnv, DOCKER_CERT_PATH: folder };
  }

  /** {@link env} without one of the two ways to call Compose. A machine-wide plugin would still be found. */
  envWithout(lacking: 'plugin' | 'standalone'): Record<string, string> {
    const { PATH = '', ...rest } = this.env;
    return lacking === 'plugin'
      ? { ...rest, PATH, DOCKER_CONFIG: join(this.folder, 'home/bare') }
      : { ...rest, PATH: PATH.replace(`${join(this.folder, 'standalone')}:`, '') };
  }

  /** @throws Error with the engine's last words, when it does not come up. */
  async start(): Promise<void> {
    await this.prepare();
    const warden = fork(
      resolve('__tests__/e2e/compose/warden.mjs'),
      [this.folder, join(unpackedFolder(), 'usr/bin/busybox')],
      { detached: true, execArgv: [], stdio: ['ignore', 'ignore', 'inherit', 'ipc'] },
    );
    warden.on('message', (message: { readonly ended: string }) => {
      this.ended = message.ended;
    });
    this.warden = warden;
    await this.run();
  }

  /**
   * Ends the engine and starts it on the same data. `orderly`, as by an upgrade: containers are stopped, and those with a
   * restart policy are started again. `crash`: nobody had the time to stop anything.
   */
  async restart(how: 'orderly' | 'crash' = 'orderly'): Promise<void> {
    await this.end(how === 'orderly' ? 'TERM' : 'KILL');
    await this.run();
  }

  /** Ends the engine, in an orderly way, and keeps its data; {@link resume} starts it again. */
  async halt(): Promise<void> {
    await this.end('TERM');
  }

  async resume(): Promise<void> {
    await this.run();
  }

  /** Ends the engine and all containers at once, and leaves nothing behind. */
  async stop(): Promise<void> {
    const { warden } = this;
    if (warden?.exitCode !== null || warden.signalCode !== null) return;
    const gone = once(warden, 'exit');
    warden.disconnect();
    await gone;
  }

  /** The process that watches over the engine, and over our own end. */
  get wardenPid(): number | undefined {
    return this.warden?.pid;
  }

  docker(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
    return this.call('docker', args, options);
  }

  /** `docker compose`, or with `standalone` `docker-compose`. */
  compose(
    args: readonly string[],
    { standalone = false, ...options }: RunOptions & { readonly standalone?: boolean } = {},
  ): Promise<Ran> {
    return standalone
      ? this.call('docker-compose', args, options)
      : this.call('docker', ['compose', ...args], options);
  }

  /** Standard output of a `docker` command. @throws Error with what it said, unless it ended with 0. */
  async outputOf(args: readonly string[], options: RunOptions = {}): Promise<string> {
    const { code, stdout, stderr } = await this.docker(args, options);
    if (code !== 0)
      throw new Error(`docker ${args.join(' ')}: exit code ${String(code)}: ${stderr}`);
    return stdout.trim();
  }

  /** What the engine has printed. */
  log(): string {
    try {
      return readFileSync(join(this.folder, 'engine.log'), 'utf8');
    } catch {
      return '';
    }
  }

  /** What of the engine is on this machine, apart from its folder: processes, mounts, control groups. */
  traces(): string[] {
    const name = basename(this.folder);
    const processes = readdirSync('/proc')
      .filter((pid) => /^\d+$/.test(pid))
      .filter((pid) => {
        const of = (what: string): string => contentOf(`/proc/${pid}/${what}`);
        return (of('cmdline') + of('environ')).includes(this.folder) || of('cgroup').includes(name);
      })
      .map((pid) => `process ${pid}`);
    const mounts = contentOf('/proc/self/mounts')
      .split('\n')
      .filter((line) => line.includes(this.folder));
    const cgroups = contentOf('/proc/self/mounts')
      .split('\n')
      .filter((line) => line.startsWith('cgroup'))
      .map((line) => line.split(' ')[1]!)
      .filter((tree) => readdirSync(tree).includes(name))
      .map((tree) => `${tree}/${name}`);
    return [...processes, ...mounts, ...cgroups];
  }

  private async prepare(): Promise<void> {
    const path = (name: string): string => join(this.folder, name);
    for (const name of ['bin', 'standalone', 'home/.docker/cli-plugins', 'home/bare'])
      mkdirSync(path(name), { recursive: true });
    symlinkSync(join(unpackedFolder(), 'usr/bin/docker'), path('bin/docker'));
    symlinkSync(composeBinary(this.kind), path('standalone/docker-compose'));
    if (this.kind !== 'v1')
      symlinkSync(composeBinary(this.kind), path('home/.docker/cli-plugins/docker-compose'));
    await writeIdentity(path('tls'));
    writeFileSync(
      path('daemon.json'),
      JSON.stringify({ features: { 'containerd-snapshotter': this.images === 'containerd' } }),
    );
    this.port = await freePort();
  }

  private async run(): Promise<void> {
    const path = (name: string): string => join(this.folder, name);
    const root = unpackedFolder();
    const libraries = librariesOf(root);
    this.ended = undefined;
    this.warden!.send({
      program: 'dockerd',
      start: [
        ...['--config-file', path('daemon.json'), '--data-root', path('data')],
        // In the /run of its own: what a crash leaves there is not found again, as after a crash of the machine.
        ...['--exec-root', '/run/docker', '--pidfile', '/run/docker.pid'],
        ...['--host', `unix://${this.socket}`, '--host', `tcp://127.0.0.1:${String(this.port)}`],
        ...['--tlsverify', '--tlscacert', path('tls/ca.pem')],
        ...['--tlscert', path('tls/cert.pem'), '--tlskey', path('tls/key.pem')],
        // The machine's network stays as it is: published ports are served by docker-proxy, which needs no firewall.
        ...['--bridge=none', '--iptables=false', '--ip6tables=false', '--ip-forward=false'],
        // There may be no systemd; with it, the engine would ask for groups through a socket that it does not see.
        ...['--exec-opt', 'native.cgroupdriver=cgroupfs'],
        ...['--cgroup-parent', `/${basename(this.folder)}`],
      ],
      env: {
        PATH: [
          join(root, 'usr/bin'),
          join(root, 'usr/sbin'),
          ...['/usr/sbin', '/usr/bin', '/sbin', '/bin'],
        ].join(':'),
        HOME: path('home'),
        LD_LIBRARY_PATH: libraries,
        XTABLES_LIBDIR: libraries.replaceAll(/(?=:|$)/g, '/xtables'),
      },
      log: path('engine.log'),
    });
    try {
      await until('the engine to answer', () => {
        if (this.ended !== undefined) throw new Error(`the engine ended (${this.ended})`);
        return answersPing(this.socket);
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const log = this.log().trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
      await this.stop();
      throw new Error(`${reason}. Its log ends:\n${log}`, { cause: error });
    }
  }

  private async end(signal: 'TERM' | 'KILL'): Promise<void> {
    if (this.ended !== undefined) return;
    this.warden!.send({ end: signal });
    await until('the engine to end', () => this.ended !== undefined);
  }

  private async call(program: string, args: readonly string[], options: RunOptions): Promise<Ran> {
    const { code, stdout, stderr, spawnError, stopped } = await run(
      join(this.folder, program === 'docker' ? 'bin' : 'standalone', program),
      args,
      {
        env: { ...this.env, ...options.env },
        cwd: options.cwd ?? this.folder,
        signal: new AbortController().signal,
        timeoutMs: COMMAND_DEADLINE_MS,
        maxOutput: MAX_OUTPUT,
      },
    );
    if (spawnError !== undefined) throw new Error(spawnError.message);
    if (stopped !== undefined)
      throw new Error(`${program} ${args.join(' ')} did not end: ${stderr}`);
    return { code, stdout, stderr };
  }
}

/** One certificate for both sides: it restricts its use to neither. */
async function writeIdentity(folder: string): Promise<void> {
  mkdirSync(folder, { recursive: true });
  const identity = await certificates();
  for (const name of ['ca', 'cert', 'key'] as const)
    writeFileSync(join(folder, `${name}.pem`), identity[name], { mode: 0o600 });
}

function contentOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function answersPing(socketPath: string): Promise<boolean> {
  return new Promise((done) => {
    const ping = request({ socketPath, path: '/_ping', timeout: 5000 }, (response) => {
      response.resume();
      done(response.statusCode === 200);
    });
    ping.on('timeout', () => ping.destroy());
    ping.on('error', () => {
      done(false);
    });
    ping.end();
  });
}

/** A port of 127.0.0.1 that nobody uses now, and that nobody gets for an outgoing connection while its owner is restarted. */
export async function freePort(): Promise<number> {
  const [port = 0] = await freePorts(1);
  return port;
}
