import { createGithubClient } from '../../../src/pipelines/github/client.js';
import type { GithubSettings } from '../../../src/pipelines/github/context.js';
import { clientFrom, type ClientOptions } from '../../support/stand-in.js';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { StartRequest } from '../../../src/contract/pipeline.js';
import { Cancelled } from '../../../src/support/abort.js';
import { createHttp, fetchOf } from '../../../src/support/http.js';
import { systemClock } from '../../../src/support/clock.js';
import { countedFetch, drive } from '../../support/drive.js';
import {
  StandInGithub,
  type StandInGithubOptions,
  problem,
  ROLLBACK_WORKFLOW,
  SILENT_WORKFLOW,
} from '../../support/stand-in-github.js';
import { settle, VirtualClock } from '../../support/virtual-clock.js';

const request: StartRequest = {
  ref: undefined,
  optional: { rollback: 'true', rollback_id: 'rg-1', rollback_target: 'api' },
  parameters: {},
  correlationId: 'rg-1',
};

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function setUp(
  github: StandInGithubOptions = {},
  options: Partial<ClientOptions<GithubSettings>> = {},
) {
  const standIn = await StandInGithub.start(github);
  cleanUps.push(() => standIn.close());
  const clock = new VirtualClock();
  const counted = countedFetch();
  const { 'github-api-url': apiUrl = standIn.url } = options;
  const client = clientFrom(createGithubClient, {
    'github-repository': 'acme/shop',
    'github-workflow': 'rollback.yml',
    'github-token': 'ghs_token',
    'github-api-url': apiUrl,
    ownRunId: null,
    // The server stands in for whatever address the client was given.
    fetch: (input, init) => {
      const url = input instanceof Request ? input.url : input.toString();
      return counted.fetch(url.replace(apiUrl, standIn.url), init);
    },
    clock,
    random: () => 0.5,
    ...options,
  });
  const run = <T>(work: Promise<T>): Promise<T> =>
    drive(clock, work, counted.open, () => standIn.hanging);
  return { standIn, clock, client, run };
}

const never = new AbortController().signal;
const done = { runs: [{ id: 50 }] };

describe('with Octokit', () => {
  it.each([
    ['a job of GitHub Actions', '77'],
    ['another place', null],
  ])('from %s the same requests are sent, and the dispatch once', async (_, ownRunId) => {
    const { client, run, standIn } = await setUp({}, { ownRunId });
    const started = await run(client.start(request, never, () => undefined));
    expect(started.kind).toBe('started');
    expect(standIn.requests.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /repos/acme/shop',
      'GET /repos/acme/shop/contents/.github/workflows/rollback.yml',
      'GET /repos/acme/shop/actions/workflows/rollback.yml/runs',
      'POST /repos/acme/shop/actions/workflows/rollback.yml/dispatches',
    ]);
    for (const { headers } of standIn.requests)
      expect(headers).toMatchObject({
        authorization: 'token ghs_token',
        'user-agent': expect.stringMatching(/^rollgate /),
        'x-github-api-version': '2022-11-28',
      });
  });

  it('a job of GitHub Actions does not repeat a dispatch that failed: unknown', async () => {
    const { client, run, standIn } = await setUp({}, { ownRunId: '77' });
    standIn.faults.start = { status: 502, body: '{}' };
    expect((await run(client.start(request, never, () => undefined))).kind).toBe('unknown');
    expect(standIn.requests.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });
});

describe('preflight with GitHub', () => {
  it('no finding for a working set-up, and nothing is started', async () => {
    const { client, run, standIn } = await setUp(done);
    expect(await run(client.preflight(request, never))).toEqual([]);
    expect(standIn.dispatches).toEqual([]);
    // The one call that is no read asks to cancel a run that is completed.
    expect(standIn.requests.filter(({ method }) => method !== 'GET')).toEqual([
      expect.objectContaining({ method: 'POST', path: '/repos/acme/shop/actions/runs/50/cancel' }),
    ]);
  });

  const cases: [
    string,
    StandInGithubOptions,
    Partial<ClientOptions<GithubSettings>>,
    Partial<StartRequest>,
    'error' | 'warning' | 'notice',
    RegExp,
  ][] = [
    [
      'no token',
      {},
      { 'github-token': undefined },
      {},
      'error',
      /no token.*permissions: actions: write/,
    ],
    ['a wrong token', { token: 'other' }, {}, {}, 'error', /Bad credentials.*set github-token/],
    [
      'another repository that the token cannot see',
      { repository: 'acme/x' },
      {},
      {},
      'error',
      /404.*github-repository.*own repository only/,
    ],
    [
      'a page in place of the API',
      { overrides: [{ method: 'GET', path: /shop$/, answer: { status: 200, body: '<html>' } }] },
      {},
      {},
      'error',
      /not understood; check github-api-url/,
    ],
    ['an archived repository', { archived: true }, {}, {}, 'error', /archived/],
    ['a missing workflow', { file: null }, {}, {}, 'error', /404.*github-workflow/],
    [
      'a workflow disabled by hand',
      { workflowState: 'disabled_manually' },
      {},
      {},
      'error',
      /gh workflow enable/,
    ],
    [
      'a workflow disabled for inactivity',
      { workflowState: 'disabled_inactivity' },
      {},
      {},
      'error',
      /60 days/,
    ],
    [
      'an unknown state of the workflow',
      { workflowState: 'paused' },
      {},
      {},
      'error',
      /not active \(paused\)/,
    ],
    ['no trigger', { file: 'on: push' }, {}, {}, 'error', /on: workflow_dispatch/],
    ['no marker', { file: 'on: workflow_dispatch' }, {}, {}, 'error', /could not tell a rollback/],
    [
      'a required input',
      { file: ROLLBACK_WORKFLOW.replace('rollback_image: {', 'zone: { required: true,') },
      {},
      {},
      'error',
      /requires the input "zone"/,
    ],
    [
      'an undeclared parameter',
      {},
      {},
      { parameters: { x: '1' } },
      'error',
      /"x".*does not declare/,
    ],
    [
      'a missing ref',
      {},
      {},
      { ref: 'gone' },
      'error',
      /"gone" is neither.*default branch is main/,
    ],
    ['a commit', {}, {}, { ref: 'b'.repeat(40) }, 'error', /is a commit/],
    [
      'a workflow file that is missing on the ref',
      { overrides: [{ method: 'GET', path: /contents/, answer: problem(404, 'Not Found') }] },
      {},
      {},
      'warning',
      /could not be seen.*contents: read/,
    ],
    ['no contents permission', { mayReadContents: false }, {}, {}, 'warning', /contents: read/],
    ['a workflow file that is not YAML', { file: 'on: [' }, {}, {}, 'warning', /could not be seen/],
    [
      'no id in run-name',
      { file: SILENT_WORKFLOW },
      {},
      {},
      'warning',
      /on this server cannot be proven.*run-name/,
    ],
    [
      'a token that may not write',
      { mayWrite: false },
      {},
      {},
      'error',
      /not start workflows.*actions: write.*own repository only/,
    ],
    [
      'a classic token',
      { scopes: 'read:org, gist' },
      {},
      {},
      'error',
      /read:org, gist.*scope repo/,
    ],
    ['a classic token without scopes', { scopes: '' }, {}, {}, 'error', /\(none\)/],
    ['public_repo, private', { scopes: 'public_repo' }, {}, {}, 'error', /scope repo/],
    ['no completed run', { runs: [] }, {}, {}, 'notice', /could not check whether/],
    [
      'only our own run',
      { runs: [{ id: 50 }] },
      { ownRunId: '50' },
      {},
      'notice',
      /no completed run/,
    ],
    [
      'a run that was started again',
      {
        runs: [{ id: 50, steps: [['completed', 'failure'], ['queued']] }],
        overrides: [
          {
            method: 'GET',
            path: /runs\/50$/,
            answer: { status: 200, body: { id: 50, status: 'queued' } },
          },
        ],
      },
      {},
      {},
      'notice',
      /no completed run/,
    ],
    [
      'an API that is down',
      { overrides: [{ method: 'GET', path: /shop$/, times: 9, answer: problem(503, 'Down') }] },
      {},
      {},
      'warning',
      /Down/,
    ],
  ];
  it.each(cases)('%s: reported', async (_, github, options, requested, level, says) => {
    const { client, run, standIn } = await setUp({ ...done, ...github }, options);
    const findings = await run(client.preflight({ ...request, ...requested }, never));
    const texts = findings.map((one) => `${one.level}: ${one.message} (${one.fix ?? ''})`);
    expect(texts).toContainEqual(expect.stringMatching(new RegExp(`^${level}: .*${says.source}`)));
    expect(standIn.dispatches).toEqual([]);
    expect(findings.every(({ subject }) => subject === 'ci')).toBe(true);
  });

  it.each([
    ['repo', true],
    ['repo, workflow', true],
    ['public_repo', false],
  ])(
    'the scopes %s are enough (private: %s), without a further request',
    async (scopes, isPrivate) => {
      const { client, run, standIn } = await setUp({ ...done, scopes, private: isPrivate });
      expect(await run(client.preflight(request, never))).toEqual([]);
      expect(standIn.cancels).toEqual([]);
    },
  );

  it.each([
    ['release/2', 'heads/release/2'],
    ['refs/heads/release/2', 'heads/release/2'],
    ['v1.2', 'tags/v1.2'],
    ['refs/tags/v1.2', 'tags/v1.2'],
  ])('no finding for %s', async (ref, endpoint) => {
    const { client, run, standIn } = await setUp({
      ...done,
      branches: ['release/2'],
      tags: ['v1.2'],
    });
    expect(await run(client.preflight({ ...request, ref }, never))).toEqual([]);
    expect(standIn.requests.map(({ path }) => path)).toContain(
      `/repos/acme/shop/git/ref/${endpoint}`,
    );
  });

  it('rejects only when aborted', async () => {
    const { client } = await setUp();
    const stop = AbortSignal.abort(new Cancelled('SIGINT'));
    await expect(client.preflight(request, stop)).rejects.toBeInstanceOf(Cancelled);
  });
});

const TWELVE_INPUTS = ROLLBACK_WORKFLOW.replace(
  'rollback: {',
  `${'abcdef'.replace(/./g, '$&: {}\n      ')}rollback: {`,
);

describe.each([
  ['github.com', 'https://api.github.com', 'https://github.com', false],
  ['data residency', 'https://api.acme.ghe.com', 'https://acme.ghe.com', false],
  ['Enterprise Server', 'https://git.corp.example/api/v3', 'https://git.corp.example', true],
])('%s', (_, apiUrl, web, isServer) => {
  const at = (github: StandInGithubOptions, options: Partial<ClientOptions<GithubSettings>> = {}) =>
    setUp(
      { ...done, ...(isServer ? { prefix: '/api/v3' } : {}), ...github },
      { 'github-api-url': apiUrl, ...options },
    );

  it('is called at its own API address', async () => {
    const { client, run, standIn } = await at({});
    expect(await run(client.preflight(request, never))).toEqual([]);
    expect(await run(client.describe(request, never))).toContain(
      `POST ${apiUrl}/repos/acme/shop/actions/workflows/rollback.yml/dispatches`,
    );
    expect(await run(client.start(request, never, () => undefined))).toMatchObject({
      kind: 'started',
    });
    expect(standIn.dispatches.map(({ path }) => path)).toEqual([
      `${isServer ? '/api/v3' : ''}/repos/acme/shop/actions/workflows/rollback.yml/dispatches`,
    ]);
  });

  it('has the run at its web address', async () => {
    const { client, run } = await at({
      dispatches: [{ accept: true, then: { status: 200, body: { workflow_run_id: 9001 } } }],
    });
    expect(await run(client.start(request, never, () => undefined))).toEqual({
      kind: 'started',
      run: { id: '9001', url: `${web}/acme/shop/actions/runs/9001` },
    });
  });

  it.each([['accept-204'], ['no-details']] as const)(
    'names no run (%s): it is found by its id',
    async (behaviour) => {
      const { client, run, standIn } = await at({ dispatches: [behaviour], rival: true });
      expect(await run(client.start(request, never, () => undefined))).toMatchObject({
        kind: 'started',
        run: { id: '9001' },
      });
      expect(standIn.started).toHaveLength(1);
    },
  );

  it(`a workflow whose runs do not show the id: a ${isServer ? 'warning' : 'notice'}`, async () => {
    const { client, run } = await at({ file: SILENT_WORKFLOW });
    const findings = await run(client.preflight(request, never));
    expect(findings.map(({ level }) => level)).toEqual([isServer ? 'warning' : 'notice']);
  });

  it(`takes ${isServer ? 'no more than 10' : '12'} inputs`, async () => {
    const { client, run } = await at({ file: TWELVE_INPUTS });
    const findings = await run(client.preflight(request, never));
    expect(findings.map(({ level, message }) => `${level}: ${message}`)).toEqual(
      isServer ? [expect.stringMatching(/^error: .*declares 12 inputs.*takes 10/)] : [],
    );
  });
});

it('a run that waits in its concurrency group: queued, with what to change', async () => {
  const { client, run } = await setUp({ runs: [{ id: 50, steps: [['pending']] }] });
  expect(await run(client.state({ id: '50', url: 'https://github.example/50' }, never))).toEqual({
    phase: 'queued',
    word: 'pending',
    hint: expect.stringMatching(/concurrency group.*a group of its own/),
  });
});

describe('describe, for a dry run', () => {
  it('prints the exact request', async () => {
    const { client, run, standIn } = await setUp();
    expect(await run(client.describe(request, never))).toEqual([
      `POST ${standIn.url}/repos/acme/shop/actions/workflows/rollback.yml/dispatches`,
      'with {"ref":"main","inputs":{"rollback":"true","rollback_id":"rg-1","rollback_target":"api"},"return_run_details":true}',
    ]);
  });

  it.each([
    [{ mayReadContents: false }, {}, /could not be read.*not accessible/],
    [{}, { ref: 'refs/pull/1/merge' }, /neither a branch nor a tag/],
    [{}, { parameters: { x: '1' } }, /would be refused: .*"x"/],
  ])('names what it cannot know (%#)', async (github, requested, says) => {
    const { client, run } = await setUp(github);
    const lines = await run(client.describe({ ...request, ...requested }, never));
    expect(lines.join('\n')).toMatch(says);
  });
});

describe('start with GitHub', () => {
  it.each([
    ['rollback.yml', 'rollback.yml'],
    ['.github/workflows/rollback.yml', 'rollback.yml'],
    ['2nd-deploy.yml', '2nd-deploy.yml'],
    ['77', '77'],
  ])('the workflow %s is found', async (workflow, inPath) => {
    const file = workflow === '2nd-deploy.yml' ? workflow : 'rollback.yml';
    const { client, run, standIn } = await setUp(
      { workflow: file },
      { 'github-workflow': workflow },
    );
    const result = await run(client.start(request, never, () => undefined));
    expect(result.kind).toBe('started');
    expect(standIn.dispatches.map(({ path }) => path)).toEqual([
      `/repos/acme/shop/actions/workflows/${inPath}/dispatches`,
    ]);
    expect(standIn.started[0]?.inputs).toMatchObject({ rollback_id: 'rg-1' });
  });

  it.each([
    ['refs/heads/release/2', 'release/2'],
    ['release/2', 'release/2'],
    ['refs/tags/v1.2', 'v1.2'],
  ])('with rollback-ref %s: dispatched on that branch or tag', async (ref, sent) => {
    const { client, run, standIn } = await setUp({ branches: ['release/2'], tags: ['v1.2'] });
    const result = await run(client.start({ ...request, ref }, never, () => undefined));
    expect(result.kind).toBe('started');
    expect(standIn.dispatches[0]?.body).toMatchObject({ ref: sent });
  });

  it('aborted before the call: rejects, and sends nothing', async () => {
    const { client, standIn } = await setUp();
    let sends = 0;
    const stop = AbortSignal.abort(new Cancelled('SIGTERM'));
    const work = client.start({ ...request, ref: 'main' }, stop, () => {
      sends++;
    });
    await expect(work).rejects.toBeInstanceOf(Cancelled);
    expect(sends).toBe(0);
    expect(standIn.dispatches).toEqual([]);
  });

  it('aborted while the call hangs: unknown, at once', async () => {
    const { client, run, standIn, clock } = await setUp({ dispatches: ['hang'] });
    const stop = new AbortController();
    const work = client.start(request, stop.signal, () => undefined);
    while (standIn.hanging === 0) await settle();
    stop.abort(new Cancelled('SIGTERM'));
    const result = await run(work);
    expect(result).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/no time left/),
    });
    expect(clock.monotonic()).toBeLessThan(15_000);
  });

  it("a run of before by the server's clock is no new run", async () => {
    const { client, run, standIn } = await setUp({
      file: SILENT_WORKFLOW,
      dispatches: ['accept-204'],
      runs: [{ createdAt: '2020-01-01T00:00:00Z' }],
    });
    const result = await run(client.start(request, never, () => undefined));
    expect(result).toMatchObject({ kind: 'unknown', probable: { id: '9001' } });
    const listed = standIn.requests.filter(({ query }) => query.created !== undefined);
    expect(listed.length).toBeGreaterThan(0);
    for (const { query } of listed) {
      const since = Date.parse((query.created ?? '').replace('>=', ''));
      // The virtual clock stands at the beginning of 2026.
      expect(Math.abs(Date.parse(standIn.started[0]?.createdAt ?? '') - since)).toBeLessThan(
        60_000,
      );
    }
  });

  it('a page in place of an answer: the run is found by its id', async () => {
    const page = { status: 200, body: '<html>Unicorn</html>' };
    const found = await setUp({ dispatches: [{ accept: true, then: page }] });
    expect(await found.run(found.client.start(request, never, () => undefined))).toMatchObject({
      kind: 'started',
      run: { id: '9001' },
    });
    const lost = await setUp({ dispatches: [page] });
    expect(await lost.run(lost.client.start(request, never, () => undefined))).toEqual({
      kind: 'unknown',
      reason: expect.stringMatching(/answered with a page .*Unicorn.*was not found/),
    });
    expect(lost.standIn.dispatches).toHaveLength(1);
  });

  it('no list before the call: a new run is not told from an old one, unknown', async () => {
    const { client, run } = await setUp({
      file: SILENT_WORKFLOW,
      dispatches: ['accept-204'],
      overrides: [{ method: 'GET', path: /\/runs$/, answer: problem(403, 'No') }],
    });
    const result = await run(client.start(request, never, () => undefined));
    expect(result).toEqual({ kind: 'unknown', reason: expect.stringMatching(/no new run/) });
  });

  it('a run without an address: its address is built from its id', async () => {
    const { client, run, standIn } = await setUp({
      dispatches: [
        {
          accept: true,
          then: { status: 200, body: { workflow_run_id: 9001, html_url: 'javascript:x' } },
        },
      ],
    });
    const result = await run(client.start(request, never, () => undefined));
    expect(result).toEqual({
      kind: 'started',
      run: { id: '9001', url: `${standIn.url}/acme/shop/actions/runs/9001` },
    });
  });

  it("starts a run over Rollgate's own HTTP client", async () => {
    const standIn = await StandInGithub.start();
    const http = createHttp({ clock: systemClock });
    cleanUps.push(
      () => standIn.close(),
      () => {
        http.close();
      },
    );
    const client = clientFrom(createGithubClient, {
      'github-repository': 'acme/shop',
      'github-workflow': 'rollback.yml',
      'github-token': 'ghs_token',
      'github-api-url': `${standIn.url}/`,
      ownRunId: null,
      fetch: fetchOf(http, { timeoutMs: 20_000 }),
      clock: systemClock,
      random: Math.random,
    });
    const result = await client.start(request, never, () => undefined);
    expect(result).toMatchObject({ kind: 'started', run: { id: '9001' } });
    if (result.kind !== 'started') return;
    expect(await client.state(result.run, never)).toMatchObject({ phase: 'queued' });
    await client.cancel(result.run, never);
    expect(await client.state(result.run, never)).toMatchObject({ phase: 'cancelled' });
    expect(standIn.dispatches).toHaveLength(1);
  });
});

describe('state and cancel with GitHub', () => {
  const run50 = { id: '50', url: 'https://github.example/50' };

  it.each([401, 403, 410])('a state answered with %i is a permanent error', async (status) => {
    const { client, run } = await setUp({
      overrides: [{ method: 'GET', path: /runs\/50$/, answer: problem(status, 'No') }],
    });
    await expect(run(client.state(run50, never))).rejects.toMatchObject({ transient: false });
  });

  it.each([404, 429, 500])('a state answered with %i is no permanent error', async (status) => {
    const { client, run } = await setUp({
      overrides: [{ method: 'GET', path: /runs\/50$/, answer: problem(status, 'No') }],
    });
    await expect(run(client.state(run50, never))).rejects.not.toMatchObject({ transient: false });
  });

  it('cancelled, with jobs that cannot be read: may have run', async () => {
    const { client, run } = await setUp({
      runs: [{ id: 50, steps: [['completed', 'cancelled']], ran: false }],
      overrides: [{ method: 'GET', path: /jobs$/, answer: problem(500, 'No') }],
    });
    expect(await run(client.state(run50, never))).toMatchObject({ mayHaveRun: true });
    expect(await run(client.state(run50, never))).toMatchObject({ mayHaveRun: false });
  });

  it.each([
    ['startup_failure', false, false],
    ['skipped', false, false],
    ['failure', true, true],
  ])('%s, with jobs that started: %s', async (conclusion, ran, mayHaveRun) => {
    const { client, run } = await setUp({
      runs: [{ id: 50, steps: [['completed', conclusion]], ran }],
    });
    expect(await run(client.state(run50, never))).toEqual({
      phase: 'failed',
      word: conclusion,
      mayHaveRun,
    });
  });

  it('cancelled, with more jobs than one page: may have run', async () => {
    const { client, run } = await setUp({
      runs: [{ id: 50, steps: [['completed', 'cancelled']], ran: false }],
      overrides: [
        {
          method: 'GET',
          path: /jobs$/,
          answer: { status: 200, body: { total_count: 101, jobs: [{ steps: [] }] } },
        },
      ],
    });
    expect(await run(client.state(run50, never))).toMatchObject({ mayHaveRun: true });
  });

  it('a cancel of a completed run: no error', async () => {
    const { client, run, standIn } = await setUp(done);
    await expect(run(client.cancel(run50, never))).resolves.toBeUndefined();
    expect(standIn.cancels).toHaveLength(1);
  });
});
