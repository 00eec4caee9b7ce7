import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Strategy, StrategyResult, Withheld } from '../../../src/contract/strategy.js';
import { setUpGit } from '../../../src/strategies/git/strategy.js';
import { type Clock, systemClock } from '../../../src/support/clock.js';
import { systemFiles } from '../../../src/support/files.js';
import { git, GitServer, hasGit } from '../../support/git-server.js';
import {
  type OpenFault,
  type PullRequestKind,
  StandInPullRequests,
} from '../../support/stand-in-pull-requests.js';
import {
  contextWith,
  dependenciesWith,
  never,
  request,
} from '../../support/strategy-dependencies.js';

const describeWithGit = hasGit ? describe : describe.skip;
if (!hasGit) console.warn('Skipped: pull requests of the strategy git, because there is no git.');

const kinds: readonly PullRequestKind[] = ['github', 'gitlab', 'gitea'];
const noun = { github: 'pull request', gitlab: 'merge request', gitea: 'pull request' } as const;
const mark = { github: '#', gitlab: '!', gitea: '#' } as const;

let server: GitServer;
let host: StandInPullRequests;
let rejected: string;

/** Pauses between two looks are short here; the limits of calls are as they are. */
const clock: Clock = {
  ...systemClock,
  sleep: (ms, signal) => systemClock.sleep(ms > 5000 ? ms : ms / 100, signal),
};

function strategy(flags: Readonly<Record<string, string>> = {}, recorded?: unknown): Strategy {
  const made = setUpGit(
    dependenciesWith(
      { 'git-repository': server.url, 'git-path': 'apps/shop', ...host.flags, ...flags },
      {
        folders: systemFiles,
        recorded,
        clock,
        env: { PATH: process.env.PATH, GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' },
        run: { system: 'gitlab', runId: '77', url: 'https://ci.example.com/77' },
      },
    ),
  );
  if (made.kind === 'skip') throw new Error(made.reason);
  return made;
}

/** Version 2 is deployed after the snapshot, and the watch has begun. */
async function deployed(flags: Readonly<Record<string, string>> = {}): Promise<Strategy> {
  const recorded: unknown = await strategy(flags).snapshot!(never);
  rejected = server.commit('v2, fixes #7', { 'apps/shop/image.yaml': 'image: shop:v2\n' });
  const made = strategy(flags, recorded);
  await made.capture!(never);
  return made;
}

async function undo(made: Strategy, signal = never): Promise<StrategyResult | Withheld> {
  const plan = await made.plan(request, never);
  if (plan.kind !== 'plan') throw new Error(plan.reason);
  return made.execute(plan, contextWith(signal));
}

function sent(method: string): number {
  return host.received.filter((one) => one.method === method).length;
}

function ownBranches(): readonly string[] {
  return server.branches().filter((name) => name.startsWith('rollgate/'));
}

afterEach(() => server.close());

describeWithGit.each(kinds)('git-mode: pull-request, on %s', (kind) => {
  beforeEach(async () => {
    const credentials = 'x-access-token:secret-token-1234';
    const files = { 'apps/shop/image.yaml': 'image: shop:v1\n', 'README.md': 'hello\n' };
    server = await GitServer.start(files, { name: 'acme/deploy.git', credentials });
    host = new StandInPullRequests(kind, server, 'acme/deploy');
  });

  it('proposes the old state of the path on a branch of its own, and waits for somebody to merge it', async () => {
    const made = await deployed();
    const main = server.head();
    const result = await undo(made);
    const [branch = ''] = ownBranches();
    expect(result).toEqual({
      outcome: 'triggered',
      detail: expect.stringMatching(
        new RegExp(
          `^${noun[kind] === 'pull request' ? 'Pull' : 'Merge'} request ${mark[kind]}12 rolls back apps/shop of .* to [0-9a-f]{10} when it is merged\\.$`,
        ),
      ),
      url: host.url(12),
      runId: '12',
      notBack: `nothing is rolled back before ${noun[kind]} ${mark[kind]}12 is merged (${host.url(12)})`,
      versionConfirmed: null,
    });
    expect(branch).toMatch(/^rollgate\/rollback-[0-9a-f]{10}$/);
    expect(server.head()).toBe(main);
    expect(server.head(`${branch}^`)).toBe(main);
    expect(server.show('apps/shop/image.yaml', branch)).toBe('image: shop:v1');
    expect(server.show('README.md', branch)).toBe('hello');
    expect(host.all).toMatchObject([{ head: branch, base: 'main', state: 'open' }]);
  });

  it('one that is open already is taken, and nothing is pushed', async () => {
    const made = await deployed();
    const first = await undo(made);
    const [branch = ''] = ownBranches();
    const head = server.head(branch);
    server.commit('elsewhere', { 'README.md': 'bye\n' });
    const again = await undo(made);
    expect(again).toMatchObject({
      outcome: 'triggered',
      url: (first as StrategyResult).url,
      detail: expect.stringMatching(/ was open already\. It rolls back /),
    });
    expect(sent('POST')).toBe(1);
    expect(ownBranches()).toEqual([branch]);
    expect(server.head(branch)).toBe(head);
  });

  it.each<[string, 'open' | 'closed', string]>([
    ['one that was closed', 'closed', 'main'],
    ['one for another branch', 'open', 'release'],
  ])('%s is not taken; a branch that it has left is left alone', async (_, state, base) => {
    const made = await deployed();
    await undo(made);
    const [branch = ''] = ownBranches();
    host.all.splice(0);
    host.add(branch, base, state);
    // In the same second, on the same commit, ours would be the very commit that is there.
    server.commit('elsewhere', { 'README.md': 'bye\n' });
    const head = server.head(branch);
    expect(await undo(made)).toMatchObject({ outcome: 'triggered', runId: '13' });
    expect(ownBranches()).toEqual([branch, `${branch}-2`]);
    expect(server.head(branch)).toBe(head);
  });

  it.each<OpenFault>([
    'opened, no answer',
    'opened, answered with a page',
    'opened, answered with an empty object',
    'opened, answered with an error of the server',
  ])('%s: found, and not opened twice', async (fault) => {
    const made = await deployed();
    host.faults.push(fault);
    expect(await undo(made)).toMatchObject({ outcome: 'triggered', url: host.url(12) });
    expect(sent('POST')).toBe(1);
    expect(host.all).toHaveLength(1);
  });

  it('too many requests: asked once more, and opened', async () => {
    const made = await deployed();
    host.faults.push({ answers: 429, headers: { 'retry-after': '1' } });
    expect(await undo(made)).toMatchObject({ outcome: 'triggered', url: host.url(12) });
    expect(sent('POST')).toBe(2);
  });

  it('the token may not open one: failed, with what it needs, and the branch is removed', async () => {
    const made = await deployed();
    host.faults.push({ answers: 403, says: 'Resource not accessible' });
    expect(await undo(made)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(
        new RegExp(
          `^no ${noun[kind]} was opened: .*403.*Resource not accessible.*; give the token the right to open a ${noun[kind]}: it needs `,
        ),
      ),
    });
    expect(ownBranches()).toEqual([]);
  });

  it('preflight has nothing to say when all is well', async () => {
    expect(await strategy().preflight(never)).toEqual([]);
    expect(ownBranches()).toEqual([]);
    expect(sent('POST')).toBe(0);
  });

  it.each<[string, () => void, RegExp]>([
    ['an archived repository', () => (host.repository = { archived: true }), /is archived/],
    ['a token without rights', () => (host.refusesAll = 404), /status 404/],
  ])('preflight: %s', async (_, arrange, message) => {
    arrange();
    expect(await strategy().preflight(never)).toMatchObject([
      { level: 'error', subject: 'git', message: expect.stringMatching(message) },
    ]);
  });
});

describeWithGit('git-mode: pull-request', () => {
  beforeEach(async () => {
    server = await GitServer.start(
      { 'apps/shop/image.yaml': 'image: shop:v1\n' },
      { name: 'acme/deploy.git' },
    );
    host = new StandInPullRequests('github', server, 'acme/deploy');
  });

  it('one whose answer is lost, and that lists show later: found', async () => {
    const made = await deployed();
    host.faults.push('opened, no answer');
    // The first look is before the push.
    host.lag = 3;
    expect(await undo(made)).toMatchObject({ outcome: 'triggered', url: host.url(12) });
  });

  it('no answer, and none is found: triggered, and it says what is left', async () => {
    const made = await deployed();
    host.faults.push('lost');
    const result = await undo(made);
    const [branch = ''] = ownBranches();
    expect(result).toMatchObject({
      outcome: 'triggered',
      notBack: expect.any(String),
      detail: expect.stringContaining(
        `The branch ${branch} has the commit: open one, or delete it`,
      ),
    });
    expect(sent('POST')).toBe(1);
  });

  it('the branch that was pushed cannot be removed either: failed, and it says so', async () => {
    git(server.bare, 'config', 'receive.denyDeletes', 'true');
    const made = await deployed();
    host.faults.push({ answers: 403 });
    const result = await undo(made);
    const [branch = ''] = ownBranches();
    expect(result).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining(`The branch ${branch} is left behind`),
    });
  });

  it('the API refuses every call: failed before anything is pushed', async () => {
    const made = await deployed();
    host.refusesAll = 403;
    expect(await undo(made)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/^nothing was pushed: .*status 403/),
    });
    expect(ownBranches()).toEqual([]);
  });

  it('the server takes no branch: failed, and no request is opened', async () => {
    const made = await deployed();
    server.refusePushes('GH013: Repository rule violations found');
    expect(await undo(made)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/^nothing was pushed: .*GH013/),
    });
    expect(sent('POST')).toBe(0);
  });

  it('somebody else pushes the same branch and opens the request: theirs is taken', async () => {
    const made = await deployed();
    await undo(made);
    const [branch = ''] = ownBranches();
    server.commit('elsewhere', { 'README.md': 'bye\n' });
    // What we see of it comes late.
    host.lag = 2;
    expect(await undo(made)).toMatchObject({ outcome: 'triggered', url: host.url(12) });
    expect(ownBranches()).toEqual([branch]);
    expect(sent('POST')).toBe(1);
  });

  it('the push has no answer, and arrived: the request is opened', async () => {
    const made = await deployed();
    const { misbehave } = server;
    let dropped = false;
    server.misbehave = (incoming, response) => {
      const isPush = incoming.method === 'POST' && incoming.url?.includes('git-receive-pack');
      if (!isPush || dropped) return misbehave(incoming, response);
      dropped = true;
      return 'answer-and-drop';
    };
    expect(await undo(made)).toMatchObject({ outcome: 'triggered', url: host.url(12) });
    expect(ownBranches()).toHaveLength(1);
  });

  it('says why, without a word that skips the checks of the request, and names nobody', async () => {
    await undo(await deployed());
    const message = git(server.bare, 'log', '-1', '--format=%B', ownBranches()[0]!);
    expect(message).not.toMatch(/skip ci/i);
    expect(message).toContain(`Rollgate-Rejected: ${rejected}\nRollgate-Run: gitlab 77`);
    const { title, body } = host.all[0]!;
    expect(title).toMatch(/^Roll back apps\/shop to [0-9a-f]{10}$/);
    // In a block, `fixes #7` closes nothing.
    expect(body).toMatch(
      /^Merging this rolls back .*\n\n~~~text\n[^~]*- [0-9a-f]+ v2, fixes #7\n[^~]*~~~\n$/,
    );
  });

  it('on a server that is not known: failed, with what to set', async () => {
    const made = await deployed({ 'github-api-url': 'https://api.github.com' });
    expect(await made.plan(request, never)).toMatchObject({
      kind: 'failed',
      reason: expect.stringMatching(/^whether 127\.0\.0\.1 is .*; set `github-api-url`/),
    });
    expect(await made.preflight(never)).toMatchObject([
      { level: 'error', fix: expect.stringContaining('`gitea-url`') },
    ]);
  });

  it('where GitHub keeps its jobs from opening any: failed, with the setting', async () => {
    const made = await deployed();
    host.faults.push({
      answers: 403,
      says: 'GitHub Actions is not permitted to create or approve pull requests.',
    });
    expect(await undo(made)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('allow GitHub Actions to create pull requests'),
    });
  });

  it('the path is as it was already: nothing is opened', async () => {
    const made = await deployed();
    server.commit('revert', { 'apps/shop/image.yaml': 'image: shop:v1\n' });
    expect(await undo(made)).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringContaining('was as it was before the deploy already'),
    });
    expect(host.received).toEqual([]);
  });

  it.each<[string, () => void]>([
    ['has merge requests switched off', () => (host.repository = { has_pull_requests: false })],
  ])('preflight: a repository of Gitea that %s', async (_, arrange) => {
    host = new StandInPullRequests('gitea', server, 'acme/deploy');
    arrange();
    expect(await strategy().preflight(never)).toMatchObject([
      { level: 'error', message: 'acme/deploy has pull requests switched off' },
    ]);
  });

  it('cancelled while the request is opened: triggered, and it says what is left', async () => {
    const made = await deployed();
    const controller = new AbortController();
    const { misbehave } = server;
    server.misbehave = (incoming, response) => {
      if (incoming.method !== 'POST' || !incoming.url?.startsWith('/api/'))
        return misbehave(incoming, response);
      controller.abort(new Error('cancelled'));
      return 'handled';
    };
    expect(await undo(made, controller.signal)).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/^The branch rollgate\/rollback-[0-9a-f]{10} has the commit/),
    });
  });
});
