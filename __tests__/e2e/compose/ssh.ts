import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { run } from '../../../src/support/exec.js';
import { furtherFolder, librariesOf, recipeFolder } from './components.js';
import { freePort, type Engine } from './engine.js';
import { Program } from './program.js';

/** A machine that is logged in to. */
export interface Machine {
  /** Holds the server's and the clients' files, in a folder of their own. */
  readonly folder: string;
  /** What the machine has in its environment, as lines of a shell. */
  readonly profile: string;
  /** What it has as its /srv. */
  readonly srv?: string;
  readonly server: 'dropbear' | 'openssh';
  /** The environment of a client, before it is one. */
  readonly env: Readonly<Record<string, string>>;
}

const libraries = { LD_LIBRARY_PATH: librariesOf(furtherFolder()) };

/** Only there. */
const USER = 'deploy';

/**
 * A host that is logged in to by ssh. It is this machine, but the server knows a user only whom this machine has not, and lets
 * them in by one key.
 */
export class SshHost {
  private constructor(
    private readonly machine: Machine,
    private readonly port: number,
    private readonly program: Program,
  ) {}

  /** One on which the engine runs, with its own `docker`. */
  static withEngine({ folder, socket, env }: Engine): Promise<SshHost> {
    const profile = `export PATH=${join(folder, 'bin')}:/usr/bin:/bin DOCKER_HOST=unix://${socket}`;
    return SshHost.start({ folder, profile, env, server: 'dropbear' });
  }

  static async start(machine: Machine): Promise<SshHost> {
    const folder = join(machine.folder, 'ssh');
    const path = (name: string): string => join(folder, name);
    mkdirSync(path('server/.ssh'), { recursive: true, mode: 0o700 });
    mkdirSync(path('bin'));
    const port = await freePort();
    const publicKey = await makeKey(path('key'));
    const hostKey = await makeKey(path('host-key'));
    await makeKey(path('other-key'));

    script(path('remote'), [machine.profile, 'exec sh -c "$SSH_ORIGINAL_COMMAND"']);
    writeFileSync(
      path('server/.ssh/authorized_keys'),
      `command="${path('remote')}" ${publicKey}\n`,
      { mode: 0o600 },
    );
    const program = await startServer(machine, path, port);

    const knownAs = `[127.0.0.1]:${String(port)}`;
    writeFileSync(path('known_hosts'), `${knownAs} ${hostKey}\n`);
    // The client finds its files by the user and not by HOME.
    const client = (name: string, key: string, knownHosts: string): void => {
      mkdirSync(path(name));
      writeFileSync(
        path(`${name}/config`),
        [
          `IdentityFile ${path(key)}`,
          'IdentitiesOnly yes',
          `UserKnownHostsFile ${path(knownHosts)}`,
          'GlobalKnownHostsFile none',
          'Host *.example.com',
          'HostName 127.0.0.1',
          `Port ${String(port)}`,
        ].join('\n'),
        { mode: 0o600 },
      );
      script(path(`${name}/ssh`), [
        `export LD_LIBRARY_PATH=${libraries.LD_LIBRARY_PATH}`,
        `exec ${join(furtherFolder(), 'usr/bin/ssh')} -F ${path(`${name}/config`)} "$@"`,
      ]);
    };
    client('known', 'key', 'known_hosts');
    client('without-right', 'other-key', 'known_hosts');
    client('without-host', 'key', 'none');
    return new SshHost(machine, port, program);
  }

  /**
   * The whole environment of a client. `without-right`: its key is not known there. `without-host`: it does not know the host.
   */
  env(client: 'known' | 'without-right' | 'without-host' = 'known'): Record<string, string> {
    const { PATH = '', ...rest } = this.machine.env;
    return {
      ...rest,
      PATH: `${join(this.machine.folder, 'ssh', client)}:${PATH}`,
      DOCKER_HOST: `ssh://${USER}@127.0.0.1:${String(this.port)}`,
    };
  }

  /** How often somebody was let in. */
  get logins(): number {
    return this.program.log().match(/Pubkey auth succeeded|Accepted publickey/g)?.length ?? 0;
  }

  stop(): Promise<void> {
    return this.program.stop();
  }
}

/** In a place of its own: with users whom this machine has not. */
function startServer(
  { server, srv = '/srv' }: Machine,
  path: (name: string) => string,
  port: number,
): Promise<Program> {
  const users = [
    `${USER}:x:0:0::${path('server')}:/bin/sh`,
    // For what OpenSSH does before it knows who logs in.
    'sshd:x:64000:65534::/run/sshd:/usr/sbin/nologin',
  ];
  writeFileSync(path('passwd'), `${users.join('\n')}\n`);
  const address = `127.0.0.1:${String(port)}`;
  const config = [
    ...[`ListenAddress ${address}`, `HostKey ${path('host-key')}`, 'PidFile none'],
    ...['PasswordAuthentication no', 'KbdInteractiveAuthentication no', 'LogLevel VERBOSE'],
  ];
  writeFileSync(path('sshd_config'), `${config.join('\n')}\n`);
  const root = server === 'openssh' ? recipeFolder() : furtherFolder();
  const command =
    server === 'openssh'
      ? [join(root, 'usr/sbin/sshd'), '-D', '-e', '-f', path('sshd_config')]
      : [
          ...[join(root, 'usr/sbin/dropbear'), '-F', '-E', '-s', '-p', address],
          ...['-P', path('pid'), '-r', path('host-key.dropbear')],
        ];
  return Program.start({
    program: 'sh',
    args: ['-ec', PLACE, 'sh', path('passwd'), srv, ...command],
    env: { LD_LIBRARY_PATH: librariesOf(root) },
    log: path('log'),
    isReady: () => accepts(port),
  });
}

/** Its arguments: the users, what is seen as /srv, and what is run. */
const PLACE = `
mount --bind "$1" /etc/passwd
mount --bind "$2" /srv
mount -t tmpfs tmpfs /run
mkdir /run/sshd
shift 2
exec "$@"`;

/** Makes a pair of keys, for both programs. @returns the public one */
async function makeKey(file: string): Promise<string> {
  const call = async (name: string, args: readonly string[]): Promise<string> => {
    const { code, stdout, stderr } = await run(join(furtherFolder(), name), args, {
      env: { PATH: '/usr/bin:/bin', ...libraries },
      signal: new AbortController().signal,
      maxOutput: 4096,
    });
    if (code !== 0) throw new Error(`${name}: ${stderr}`);
    return stdout;
  };
  const printed = await call('usr/bin/dropbearkey', ['-t', 'ed25519', '-f', `${file}.dropbear`]);
  await call('usr/bin/dropbearconvert', ['dropbear', 'openssh', `${file}.dropbear`, file]);
  chmodSync(file, 0o600);
  return printed.split('\n').find((line) => line.startsWith('ssh-ed25519 '))!;
}

function script(path: string, lines: readonly string[]): void {
  writeFileSync(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  chmodSync(path, 0o755);
}

function accepts(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('connect', () => {
      socket.destroy();
      done(true);
    });
    socket.on('error', () => {
      done(false);
    });
  });
}
