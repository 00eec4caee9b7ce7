import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { run } from '../../../src/support/exec.js';
import { type RecipePage, writeScript } from './recipe-page.js';
import { never } from '../../support/strategy-dependencies.js';
import { until } from '../kubernetes/until.js';
import { SshHost } from './ssh.js';

/** What runs is what the link named when the service was started last. */
const SYSTEMCTL = `#!/bin/sh
[ "$*" = 'restart shop' ] || { echo "unknown: $*" >&2; exit 4; }
[ ! -e /srv/shop/broken ] || { echo 'Job for shop.service failed.' >&2; exit 1; }
readlink /srv/shop/current >/srv/shop/running
`;

/** Whoever holds the lock changes nothing while there is a file \`hold\`. */
const LN = `#!/bin/sh
while [ -e /srv/shop/hold ]; do sleep 0.05; done
exec /bin/ln "$@"
`;

/** Nobody gets the lock in time while there is a file `stuck`. */
const FLOCK = `#!/bin/sh
[ ! -e /srv/shop/stuck ] || exit 1
exec /usr/bin/flock "$@"
`;

/** Lets another deploy through first, when it is the rollback that is run and there is a file \`faster\`. */
const racingSsh = (ssh: string, file: string): string => `#!/bin/sh
case "$*" in
  *flock*)
    if [ -e '${file}' ]; then
      rm '${file}'
      '${ssh}' deploy@shop.example.com '/srv/shop/switch-link.sh releases/3' </dev/null || exit 99
    fi
    ;;
esac
exec '${ssh}' "$@"
`;

/** A machine with a link to the release that runs, a job that logs in to it, and others who deploy there. */
export class LinkMachine {
  /** Of the job. */
  readonly folder: string;
  private constructor(
    private readonly base: string,
    private readonly host: SshHost,
  ) {
    this.folder = join(base, 'job');
  }

  static async start(page: RecipePage): Promise<LinkMachine> {
    const base = mkdtempSync(join(tmpdir(), 'rollgate-link-'));
    for (const [name, text] of [
      ['systemctl', SYSTEMCTL],
      ['ln', LN],
      ['flock', FLOCK],
      ['sudo', '#!/bin/sh\nexec "$@"\n'],
    ] as const)
      writeScript(join(base, 'bin', name), text);
    mkdirSync(join(base, 'srv/shop'), { recursive: true });
    mkdirSync(join(base, 'job'));
    page.write(join(base, 'srv/shop'), ['switch-link.sh']);
    page.write(join(base, 'job'), ['rollback-link.sh']);
    const host = await SshHost.start({
      folder: base,
      profile: `export PATH=${join(base, 'bin')}:/usr/bin:/bin`,
      srv: join(base, 'srv'),
      server: 'openssh',
      env: { PATH: '/usr/bin:/bin' },
    });
    const machine = new LinkMachine(base, host);
    writeScript(
      join(base, 'job-bin/ssh'),
      racingSsh(join(base, 'ssh/known/ssh'), machine.path('faster')),
    );
    return machine;
  }

  /** Only the release that is named first runs; the others are there. */
  async reset(...releases: readonly string[]): Promise<void> {
    for (const name of ['releases', 'current', 'running', 'hold', 'faster', 'stuck'])
      rmSync(this.path(name), { recursive: true, force: true });
    for (const release of releases) mkdirSync(this.path(release), { recursive: true });
    symlinkSync('releases/none', this.path('current'));
    await this.deploy(releases[0]!);
  }

  /** As a job of somebody else does. */
  async deploy(release: string): Promise<void> {
    const quoted = `'${release.replaceAll("'", String.raw`'\''`)}'`;
    const { code, stderr } = await run(
      join(this.base, 'ssh/known/ssh'),
      ['deploy@shop.example.com', `/srv/shop/switch-link.sh ${quoted}`],
      { env: { PATH: '/usr/bin:/bin' }, signal: never, maxOutput: 4096 },
    );
    if (code !== 0) throw new Error(`the deploy ended with ${String(code)}: ${stderr}`);
  }

  /** The environment of the job. */
  get env(): Record<string, string> {
    const { PATH = '' } = this.host.env();
    return { PATH: `${join(this.base, 'job-bin')}:${PATH}` };
  }

  get link(): string {
    return readlinkSync(this.path('current'));
  }

  get running(): string {
    return readFileSync(this.path('running'), 'utf8').trim();
  }

  /** A file of /srv/shop. */
  path(name: string): string {
    return join(this.base, 'srv/shop', name);
  }

  /** Resolves when the lock is held, and that many others want it too. */
  async untilLocked(waiting: number): Promise<void> {
    await until(`the lock to be held, with ${String(waiting)} waiting`, () => {
      // proc(5), /proc/locks: those who wait have `->` in front.
      const inode = `:${String(statSync(this.path('deploy.lock')).ino)} `;
      const locks = readFileSync('/proc/locks', 'utf8').split('\n');
      const ours = locks.filter((line) => line.includes('FLOCK') && line.includes(inode));
      const others = ours.filter((line) => line.includes('->')).length;
      return ours.length > others && others === waiting;
    });
  }

  async stop(): Promise<void> {
    await this.host.stop();
    rmSync(this.base, { recursive: true, force: true });
  }
}
