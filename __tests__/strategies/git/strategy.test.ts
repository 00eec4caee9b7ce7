import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Strategy, StrategyResult, Withheld } from '../../../src/contract/strategy.js';
import { run, type Exec } from '../../../src/support/exec.js';
import { systemClock } from '../../../src/support/clock.js';
import { systemFiles, type TemporaryFolders } from '../../../src/support/files.js';
import { setUpGit } from '../../../src/strategies/git/strategy.js';
import { git, GitServer, hasGit } from '../../support/git-server.js';
import {
  contextWith,
  dependenciesWith,
  never,
  request,
} from '../../support/strategy-dependencies.js';

const describeWithGit = hasGit ? describe : describe.skip;
if (!hasGit) console.warn('Skipped: the strategy git, because git is not on this machine.');

let server: GitServer;
let calls: {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
}[];
let rejected: string;
/** The temporary folders that are there. */
const open = new Set<string>();

const folders: TemporaryFolders = {
  async makeTemporary(prefix) {
    const path = await systemFiles.makeTemporary(prefix);
    open.add(path);
    return path;
  },
  async removeTree(path) {
    await systemFiles.removeTree(path);
    open.delete(path);
  },
};

/** A command of git that somebody kills when its work is done, once. */
let killed: string | undefined;

const exec: Exec = async (program, args, options) => {
  calls.push({ args, env: options.env });
  const result = await run(program, args, options);
  if (killed === undefined || args[0] !== killed) return result;
  killed = undefined;
  return { ...result, code: null, signal: 'SIGKILL', stdout: '', stderr: '' };
};

const apps = {
  'apps/shop/image.yaml': 'image: shop:v1\n',
  'apps/shop/deep/values.yaml': 'replicas: 2\n',
  'apps/cart/image.yaml': 'image: cart:v7\n',
  'README.md': 'hello\n',
};

beforeEach(() => {
  calls = [];
  killed = undefined;
});

afterEach(async () => {
  await server.close();
  // Nothing of ours stays on the machine.
  expect([...open]).toEqual([]);
});

interface Given {
  readonly flags?: Readonly<Record<string, string>>;
  readonly recorded?: unknown;
  readonly gitConfig?: string;
  readonly run?: {
    readonly system: string;
    readonly runId: string | null;
    readonly url: string | null;
  };
}

function strategy({
  flags = {},
  recorded,
  run: identity,
  gitConfig = '/dev/null',
}: Given = {}): Strategy {
  const made = setUpGit(
    dependenciesWith(
      { 'git-repository': server.url, 'git-path': 'apps/shop', ...flags },
      {
        exec,
        folders,
        recorded,
        clock: systemClock,
        env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: gitConfig, GIT_CONFIG_NOSYSTEM: '1' },
        ...(identity && { run: identity }),
      },
    ),
  );
  if (made.kind === 'skip') throw new Error(made.reason);
  return made;
}

async function snapshot(given: Given = {}): Promise<unknown> {
  return JSON.parse(JSON.stringify(await strategy(given).snapshot!(never)));
}

/** Version 2 is deployed after the snapshot, and the watch has begun. */
async function deployed(given: Given = {}): Promise<Strategy> {
  const recorded = await snapshot(given);
  rejected = server.commit('deploy v2', {
    'apps/shop/image.yaml': 'image: shop:v2\n',
    'apps/shop/deep/extra.yaml': 'new: true\n',
  });
  const made = strategy({ ...given, recorded });
  await made.capture!(never);
  return made;
}

async function undo(made: Strategy): Promise<StrategyResult | Withheld> {
  const plan = await made.plan(request, never);
  if (plan.kind !== 'plan') return plan as Withheld;
  return made.execute(plan, contextWith());
}

describeWithGit('the strategy git', () => {
  beforeEach(async () => {
    server = await GitServer.start(apps);
  });

  it('gives the path what it was before the deploy, by one commit on the tip, and leaves all else', async () => {
    const made = await deployed();
    const elsewhere = server.commit('cart v8', { 'apps/cart/image.yaml': 'image: cart:v8\n' });
    expect(await undo(made)).toMatchObject({ outcome: 'triggered', runId: server.head() });
    expect(server.show('apps/shop/image.yaml')).toBe('image: shop:v1');
    expect(() => server.show('apps/shop/deep/extra.yaml')).toThrow();
    expect(server.show('apps/shop/deep/values.yaml')).toBe('replicas: 2');
    expect(server.show('apps/cart/image.yaml')).toBe('image: cart:v8');
    expect(server.show('README.md')).toBe('hello');
    expect(server.log('%H')[1]).toBe(elsewhere);
    expect(git(server.bare, 'fsck', '--no-dangling')).toBe('');
  });

  it('says in the commit what it takes back, and why, and that no pipeline is to start', async () => {
    const made = await deployed({
      run: { system: 'gitlab', runId: '77', url: 'https://ci.example.com/77' },
    });
    await undo(made);
    const message = server.log('%B').join('\n');
    expect(message).toMatch(
      /^Roll back apps\/shop to [0-9a-f]{10} \[skip ci\]\n\nunhealthy: it is bad\n\nhttps:\/\/ci\.example\.com\/77\n\nReverts:\n- [0-9a-f]+ deploy v2\n/,
    );
    expect(git(server.bare, 'log', '-1', '--format=%(trailers:only)')).toBe(
      `Rollgate-Rejected: ${rejected}\nRollgate-Run: gitlab 77`,
    );
    expect(git(server.bare, 'log', '-1', '--format=%an <%ae>')).toBe(
      'Rollgate <rollgate@localhost>',
    );
  });

  it.each<[string, string, string]>([
    ['a file', 'apps/shop/image.yaml', 'image: shop:v1'],
    ['a path with a slash at its end', 'apps/shop/', 'image: shop:v1'],
    ['the whole repository', '.', 'image: shop:v1'],
  ])('puts %s back', async (_, path, text) => {
    const made = await deployed({ flags: { 'git-path': path } });
    expect(await undo(made)).toMatchObject({ outcome: 'triggered' });
    expect(server.show('apps/shop/image.yaml')).toBe(text);
    expect(server.show('README.md')).toBe('hello');
  });

  it('makes folders anew that are gone by now', async () => {
    const recorded = await snapshot();
    server.commit('take away', {
      'apps/shop/image.yaml': '',
      'apps/shop/deep/values.yaml': '',
      'apps/cart/image.yaml': '',
    });
    const made = strategy({ recorded });
    await made.capture!(never);
    expect(await undo(made)).toMatchObject({ outcome: 'triggered' });
    expect(git(server.bare, 'ls-tree', '-r', '--name-only', 'HEAD').split('\n')).toEqual([
      'README.md',
      'apps/shop/deep/values.yaml',
      'apps/shop/image.yaml',
    ]);
  });

  it('commits as whom git is configured for, and signs where it is told to', async () => {
    writeFileSync(
      join(server.root, 'gitconfig'),
      '[user]\n\tname = Deploy Bot\n\temail = bot@example.com\n[commit]\n\tgpgsign = true\n[gpg]\n\tprogram = /bin/sh\n',
    );
    const signer = join(server.root, 'signer');
    // What gpg answers: https://git-scm.com/docs/git-config#Documentation/git-config.txt-gpgprogram
    writeFileSync(
      signer,
      '#!/bin/sh\ncat > /dev/null\necho "[GNUPG:] SIG_CREATED " >&2\necho "-----BEGIN PGP SIGNATURE-----"\n',
      { mode: 0o755 },
    );
    const config = join(server.root, 'gitconfig');
    git(server.root, 'config', '--file', config, 'gpg.program', signer);
    const made = await deployed({ gitConfig: config });
    expect(await undo(made)).toMatchObject({ outcome: 'triggered' });
    expect(git(server.bare, 'log', '-1', '--format=%an <%ae>')).toBe(
      'Deploy Bot <bot@example.com>',
    );
    expect(git(server.bare, 'cat-file', 'commit', 'HEAD')).toContain('BEGIN PGP SIGNATURE');
  });

  it('of a server that knows no partial clones and gives no commit by its id, works too', async () => {
    await server.close();
    server = await GitServer.start(apps, { partial: false });
    expect(await undo(await deployed())).toMatchObject({ outcome: 'triggered' });
    expect(server.show('apps/shop/image.yaml')).toBe('image: shop:v1');
  });

  it('keeps credentials out of arguments and addresses, and sends them to this server', async () => {
    await server.close();
    server = await GitServer.start(apps, { credentials: 'x-access-token:secret-token-1234' });
    const made = await deployed({ flags: { 'git-token': 'secret-token-1234' } });
    expect(await undo(made)).toMatchObject({ outcome: 'triggered' });
    const encoded = Buffer.from('x-access-token:secret-token-1234').toString('base64');
    for (const { args } of calls) {
      expect(args.join(' ')).not.toContain('secret-token');
      expect(args.join(' ')).not.toContain(encoded);
    }
  });
});

describeWithGit('the strategy git does not touch what was not judged', () => {
  beforeEach(async () => {
    server = await GitServer.start(apps);
  });

  it('a commit on the path since the watch began: withheld', async () => {
    const made = await deployed();
    server.commit('hotfix', { 'apps/shop/image.yaml': 'image: shop:v3\n' });
    const head = server.head();
    expect(await made.assertUnchanged!(never)).toMatchObject({
      kind: 'withheld',
      reason: expect.stringMatching(
        /^apps\/shop of http.* was changed up to [0-9a-f]{10}, which is not what this run judged/,
      ),
    });
    expect(await undo(made)).toMatchObject({ kind: 'withheld' });
    expect(server.head()).toBe(head);
  });

  it('a commit on the path between plan and push: withheld', async () => {
    const made = await deployed();
    let done = false;
    server.beforePush = () => {
      if (!done) {
        done = true;
        server.commit('hotfix', { 'apps/shop/image.yaml': 'image: shop:v3\n' });
      }
    };
    expect(await undo(made)).toMatchObject({ kind: 'withheld' });
    expect(server.show('apps/shop/image.yaml')).toBe('image: shop:v3');
  });

  it('nothing was deployed since the snapshot: withheld', async () => {
    const made = strategy({ recorded: await snapshot() });
    await made.capture!(never);
    expect(await undo(made)).toMatchObject({
      kind: 'withheld',
      reason: expect.stringContaining('nothing of ours to roll back'),
    });
  });

  it('no snapshot: skipped', async () => {
    expect(await strategy().plan(request, never)).toMatchObject({ kind: 'skip' });
  });

  it.each<[string, (recorded: Record<string, unknown>) => unknown]>([
    ['of another repository', (recorded) => ({ ...recorded, repository: 'http://other' })],
    ['of another branch', (recorded) => ({ ...recorded, branch: 'release' })],
    ['of another path', (recorded) => ({ ...recorded, path: 'apps/cart' })],
    ['with a commit that is none', (recorded) => ({ ...recorded, commit: '--upload-pack=x' })],
    ['with an entry that is none', (recorded) => ({ ...recorded, entry: '100644 blob ../x' })],
  ])('a snapshot %s: skipped', async (_, change) => {
    const recorded = change((await snapshot()) as Record<string, unknown>);
    const flags = { 'git-branch': 'main' };
    expect(await strategy({ recorded, flags }).plan(request, never)).toMatchObject({
      kind: 'skip',
    });
  });

  it('a path that the first deploy makes: a note before it, and nothing to go back to after it', async () => {
    const given = { flags: { 'git-path': 'apps/new' } };
    expect(await strategy(given).preflight(never, true)).toEqual([
      {
        level: 'notice',
        subject: 'git',
        message: expect.stringMatching(
          /^apps\/new of .* is not on the branch main: the first deploy has nothing to go back to$/,
        ),
        fix: 'if this is not the first deploy, correct `git-path` or `git-branch`',
      },
    ]);
    const recorded = await snapshot(given);
    server.commit('deploy', { 'apps/new/image.yaml': 'image: new:v1\n' });
    const made = strategy({ ...given, recorded });
    await made.capture!(never);
    expect(made.sawNothing?.()).toBe(true);
    expect(await made.plan(request, never)).toMatchObject({
      kind: 'skip',
      reason: expect.stringContaining('there is nothing to go back to'),
    });
    expect(server.show('apps/new/image.yaml')).toBe('image: new:v1');
  });

  it('somebody has put it back already: no commit, and it goes on', async () => {
    const made = await deployed();
    server.commit('revert', {
      'apps/shop/image.yaml': 'image: shop:v1\n',
      'apps/shop/deep/extra.yaml': '',
    });
    const head = server.head();
    expect(await undo(made)).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringContaining('was as it was before the deploy already'),
      // This is what is to be applied.
      revision: head,
    });
    expect(server.head()).toBe(head);
  });

  it('a run that comes again after its own rollback finds it', async () => {
    const identity = { system: 'github', runId: '42', url: null };
    const recorded = await snapshot();
    server.commit('deploy v2', { 'apps/shop/image.yaml': 'image: shop:v2\n' });
    const first = strategy({ recorded, run: identity });
    await first.capture!(never);
    await undo(first);
    expect(await strategy({ recorded, run: identity }).capture!(never)).toMatchObject({
      alreadyRolledBack: expect.stringMatching(
        /^this run has rolled back [0-9a-f]{10} of apps\/shop/,
      ),
    });
    const other = { ...identity, runId: '43' };
    expect(await strategy({ recorded, run: other }).capture!(never)).toEqual({});
  });
});

describeWithGit('the strategy git, and a server that is busy or difficult', () => {
  beforeEach(async () => {
    server = await GitServer.start(apps);
  });

  it('a race of three commits elsewhere: it is built anew on each tip, and pushed', async () => {
    const made = await deployed();
    let races = 0;
    server.beforePush = () => {
      if (races >= 3) return;
      races += 1;
      server.commit(`cart ${String(races)}`, {
        'apps/cart/image.yaml': `image: cart:v${String(10 + races)}\n`,
      });
    };
    expect(await undo(made)).toMatchObject({ outcome: 'triggered' });
    expect(races).toBe(3);
    expect(server.show('apps/cart/image.yaml')).toBe('image: cart:v13');
    expect(server.show('apps/shop/image.yaml')).toBe('image: shop:v1');
  });

  it('a branch that is protected: failed, with what the server says', async () => {
    const made = await deployed();
    server.refusePushes('GH006: Protected branch update failed');
    const head = server.head();
    expect(await undo(made)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(
        /^nothing was pushed: git push: .*(Protected branch|hook declined)/,
      ),
    });
    expect(server.head()).toBe(head);
  });

  it('an answer to the push that is lost: it is found on the branch', async () => {
    const made = await deployed();
    let lost = false;
    server.misbehave = ({ method, url = '' }) => {
      if (lost || method !== 'POST' || !url.includes('receive-pack')) return 'answer';
      lost = true;
      return 'answer-and-drop';
    };
    expect(await undo(made)).toMatchObject({ outcome: 'triggered', runId: server.head() });
    expect(server.log()).toHaveLength(3);
  });

  it('a push that is killed after it has arrived: found on the branch, and not said to be refused', async () => {
    const made = await deployed();
    killed = 'push';
    expect(await undo(made)).toMatchObject({ outcome: 'triggered', revision: server.head() });
    expect(server.log()).toHaveLength(3);
  });

  it.each<[string, () => void, Readonly<Record<string, string>>, RegExp]>([
    [
      'no such path',
      () => undefined,
      { 'git-path': 'apps/nowhere' },
      /apps\/nowhere of .* is not on the branch main → correct `git-path`/,
    ],
    [
      'no such branch',
      () => undefined,
      { 'git-branch': 'nowhere' },
      /couldn't find remote ref.* → correct `git-repository` or `git-branch`/,
    ],
    [
      'a server that wants a login',
      () => {
        server.misbehave = (_, response) => {
          response.writeHead(401, { 'WWW-Authenticate': 'Basic' }).end();
          return 'handled';
        };
      },
      {},
      /→ set `git-token`/,
    ],
    [
      'a token that may only read',
      () => {
        server.misbehave = ({ url = '' }, response) => {
          if (!url.includes('receive-pack')) return 'answer';
          response.writeHead(403).end();
          return 'handled';
        };
      },
      {},
      /it could not push to the branch: .*403.* → give `git-token` the right/,
    ],
  ])('preflight says of %s what to do', async (_, make, flags, words) => {
    make();
    const found = await strategy({ flags }).preflight(never);
    const told = found.map(({ message, fix }) => `${message} → ${fix ?? ''}`);
    expect(told).toContainEqual(expect.stringMatching(words));
  });

  it('preflight of what works says nothing, and changes nothing', async () => {
    const head = server.head();
    expect(await strategy().preflight(never)).toEqual([]);
    expect(server.head()).toBe(head);
  });
});
