import type { GitlabSettings } from '../../../src/pipelines/gitlab/settings.js';
import { type ClientOptions } from '../../support/stand-in.js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createCiStrategy } from '../../../src/strategies/ci/strategy.js';
import { followRun } from '../../../src/strategies/ci/follow.js';
import type { PipelineClient, StartRequest } from '../../../src/contract/pipeline.js';
import { Cancelled } from '../../../src/support/abort.js';
import { systemClock } from '../../../src/support/clock.js';
import { createHttp, fetchOf } from '../../../src/support/http.js';
import { isPermanent } from '../../../src/support/retry.js';
import { countedFetch, drive } from '../../support/drive.js';
import { until } from '../../support/servers.js';
import {
  type GitlabOptions,
  StandInGitlab,
  jobOf,
  message,
  ROLLBACK_CI,
  ROLLBACK_CI_WITH_INPUTS,
  ownSettings,
  tokenSettings,
} from '../../support/stand-in-gitlab.js';
import { never, openClient } from '../../support/stand-in-client.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const request: StartRequest = {
  ref: undefined,
  optional: { rollback: 'true', rollback_id: 'rg-1', rollback_target: 'api' },
  parameters: {},
  correlationId: 'rg-1',
};
const ignore = (): void => undefined;

const triggerOnly = { access: undefined, trigger: 'trig-token-1', job: undefined };
const jobOnly = { access: undefined, trigger: undefined, job: 'job-token-1' };

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function setUp(
  gitlab: GitlabOptions = {},
  options: Partial<ClientOptions<GitlabSettings>> = {},
) {
  const server = await StandInGitlab.start({
    triggerToken: 'trig-token-1',
    jobToken: 'job-token-1',
    ...gitlab,
  });
  cleanUps.push(() => server.close());
  const opened = openClient(server, request, (deps) => server.clientWith(deps, options));
  return { ...opened, server };
}

function follow(client: PipelineClient, id: string, clock: VirtualClock, startTimeout = 120_000) {
  return followRun(
    client,
    { id, url: 'https://gitlab.example/1' },
    { clock, signal: never, startTimeout, random: () => 0.5, progress: ignore, ours: true },
  );
}

describe('start in GitLab with an access token', () => {
  it('sends exactly this request, once', async () => {
    const { server, start } = await setUp({ base: '/git' });
    expect(await start({ ref: 'main', parameters: { REGION: 'eu west' } })).toEqual({
      kind: 'started',
      run: { id: '9001', url: 'https://gitlab.example/acme/shop/-/pipelines/9001' },
    });
    expect(server.starts).toHaveLength(1);
    const [sent] = server.starts;
    expect(sent).toMatchObject({
      method: 'POST',
      url: '/git/api/v4/projects/42/pipeline',
      headers: {
        'private-token': server.secret,
        'content-type': 'application/json',
        accept: 'application/json',
        'user-agent': 'rollgate',
      },
    });
    expect(sent?.headers).not.toHaveProperty('job-token');
    expect(JSON.parse(sent?.body ?? '')).toEqual({
      ref: 'main',
      variables: [
        { key: 'ROLLBACK', value: 'true' },
        { key: 'ROLLBACK_ID', value: 'rg-1' },
        { key: 'ROLLBACK_TARGET', value: 'api' },
        { key: 'REGION', value: 'eu west' },
      ],
    });
    expect(server.ours[0]).toMatchObject({ source: 'api', parent: undefined });
  });

  it.each([
    ['acme/shop', '', '/api/v4/projects/acme%2Fshop/pipeline'],
    ['42', '/', '/api/v4/projects/42/pipeline'],
    ['42', '/api/v4/', '/api/v4/projects/42/pipeline'],
  ])('the project %s, with "%s" after the address: started', async (project, after, path) => {
    const { server, start } = await setUp();
    const clock = new VirtualClock();
    const counted = countedFetch();
    const client = server.clientWith(
      { fetch: counted.fetch, clock, random: () => 0.5 },
      { 'gitlab-project': project, 'gitlab-url': `${server.url}${after}` },
    );
    const work = client.start(request, never, ignore);
    const result = await drive(clock, work, counted.open, () => 0);
    expect(result.kind).toBe('started');
    expect(server.starts.map(({ url }) => url)).toEqual([path]);
    expect((await start()).kind).toBe('started');
  });

  it.each([
    [undefined, 'main'],
    ['refs/heads/release/2', 'release/2'],
    ['refs/tags/v1', 'v1'],
  ])('with rollback-ref %s: started on %s', async (ref, sent) => {
    const { server, start } = await setUp({ branches: ['release/2'], tags: ['v1'] });
    expect((await start({ ref })).kind).toBe('started');
    expect(JSON.parse(server.starts[0]?.body ?? '')).toMatchObject({ ref: sent });
  });

  it.each(['refs/merge-requests/3/head', 'a'.repeat(40)])(
    'with rollback-ref %s: refused, and nothing is sent',
    async (ref) => {
      const { server, start } = await setUp();
      expect(await start({ ref })).toMatchObject({
        kind: 'refused',
        hint: expect.stringMatching(/rollback-ref/),
      });
      expect(server.starts).toEqual([]);
    },
  );

  it.each(['ROLLBACK', 'rollback', 'ROLLBACK_ID', 'rollback_id'])(
    'with a parameter %s: refused, and nothing is sent',
    async (name) => {
      const { server, start } = await setUp();
      expect(await start({ parameters: { [name]: 'false' } })).toMatchObject({
        kind: 'refused',
        reason: expect.stringContaining(`"${name}"`),
      });
      expect(server.requests).toEqual([]);
    },
  );

  it("no default branch from the project: takes the job's", async () => {
    const { server, start } = await setUp(
      { overrides: [{ method: 'GET', path: /^projects\/42$/, answer: message(403, 'No') }] },
      { 'gitlab-default-branch': 'main' },
    );
    expect((await start()).kind).toBe('started');
    expect(JSON.parse(server.starts[0]?.body ?? '')).toMatchObject({ ref: 'main' });
  });

  it('no default branch at all: refused, with what to set', async () => {
    const { server, start } = await setUp({ project: { default_branch: null } });
    expect(await start()).toMatchObject({ kind: 'refused', hint: 'set rollback-ref' });
    expect(server.starts).toEqual([]);
  });

  it('a pipeline without an address: its address is built from its id', async () => {
    const { server, start } = await setUp(
      {
        overrides: [
          { method: 'POST', path: /pipeline$/, answer: { status: 201, body: { id: 77 } } },
        ],
      },
      { 'gitlab-project': 'acme/shop' },
    );
    expect(await start()).toEqual({
      kind: 'started',
      run: { id: '77', url: `${server.url}/acme/shop/-/pipelines/77` },
    });
  });
});

describe('start in a project that forbids variables', () => {
  const forbids = { variablesRole: 'no_one_allowed', file: ROLLBACK_CI_WITH_INPUTS };

  it('is sent again with the declared inputs', async () => {
    const { server, start } = await setUp(forbids);
    expect((await start()).kind).toBe('started');
    expect(server.starts.map(({ body }) => JSON.parse(body) as unknown)).toEqual([
      expect.objectContaining({ variables: expect.anything() }),
      { ref: 'main', inputs: { rollback: true, rollback_id: 'rg-1' } },
    ]);
    expect(server.started).toBe(1);
  });

  it('is sent again with the marker alone when the declaration cannot be read', async () => {
    const { server, start } = await setUp({
      ...forbids,
      overrides: [{ method: 'GET', path: /files/, answer: message(403, 'No') }],
    });
    expect((await start()).kind).toBe('started');
    expect(JSON.parse(server.starts[1]?.body ?? '')).toEqual({
      ref: 'main',
      inputs: { rollback: true },
    });
  });

  it.each([
    [{ file: ROLLBACK_CI }, {}, /does not declare the input "rollback"/],
    [{}, { REGION: 'eu' }, /"REGION", which is not an input/],
  ])('is refused before it is sent again (%#)', async (gitlab, parameters, says) => {
    const { server, start } = await setUp({ ...forbids, ...gitlab });
    expect(await start({ parameters })).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(says),
      hint: expect.stringMatching(/For inputs:/),
    });
    expect(server.starts).toHaveLength(1);
    expect(server.started).toBe(0);
  });

  it('with a trigger token is refused after two calls', async () => {
    const { server, start } = await setUp(
      { ...forbids, variablesRole: 'no_one_allowed' },
      tokenSettings(triggerOnly),
    );
    expect(await start({ ref: 'main' })).toMatchObject({
      kind: 'refused',
      hint: expect.stringMatching(/trigger and job tokens start nothing/),
    });
    expect(server.starts.map(({ body }) => [...new URLSearchParams(body)].at(-1))).toEqual([
      ['variables[ROLLBACK_TARGET]', 'api'],
      ['inputs[rollback]', 'true'],
    ]);
    expect(server.started).toBe(0);
  });
});

describe('start in GitLab with a trigger or job token', () => {
  it.each([
    ['a trigger token', triggerOnly, 'trig-token-1', 'trigger', undefined],
    ['a job token', jobOnly, 'job-token-1', 'pipeline', 7],
    [
      'a trigger token before that of the job',
      { ...jobOnly, trigger: 'trig-token-1' },
      'trig-token-1',
      'trigger',
      undefined,
    ],
  ])('%s: sends exactly this form', async (_, tokens, token, source, parent) => {
    const { server, start } = await setUp(
      {},
      { ...tokenSettings(tokens), 'gitlab-default-branch': 'main' },
    );
    expect((await start({ parameters: { REGION: 'eu west' } })).kind).toBe('started');
    expect(server.starts).toHaveLength(1);
    const [sent] = server.starts;
    expect(sent).toMatchObject({
      method: 'POST',
      url: '/api/v4/projects/42/trigger/pipeline',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `token=${token}&ref=main&variables%5BROLLBACK%5D=true&variables%5BROLLBACK_ID%5D=rg-1&variables%5BROLLBACK_TARGET%5D=api&variables%5BREGION%5D=eu+west`,
    });
    expect(sent?.headers).not.toHaveProperty('private-token');
    expect(server.ours[0]).toMatchObject({ source, parent });
    expect(server.requests.filter(({ url }) => url.includes(token))).toEqual([]);
  });

  it.each([
    [
      'a trigger token of another project',
      { ...triggerOnly, trigger: 'other' },
      {},
      /404/,
      /trigger token/,
    ],
    ['the token of a finished job', jobOnly, { jobRuns: false }, /401/, /not running any more/],
  ])('%s: refused', async (_, tokens, gitlab, reason, hint) => {
    const { start } = await setUp(gitlab, {
      ...tokenSettings(tokens),
      'gitlab-default-branch': 'main',
    });
    expect(await start()).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(reason),
      hint: expect.stringMatching(hint),
    });
  });

  it('without a default branch: refused', async () => {
    const { server, start } = await setUp({}, tokenSettings(triggerOnly));
    expect(await start()).toMatchObject({ kind: 'refused', reason: expect.stringMatching(/404/) });
    expect(server.starts).toEqual([]);
  });

  it('with a job token: started, and unreadable where the server forbids it', async () => {
    const { client, start, clock, run } = await setUp(
      {},
      { ...tokenSettings(jobOnly), 'gitlab-default-branch': 'main' },
    );
    expect((await start()).kind).toBe('started');
    expect(await run(follow(client, '9001', clock))).toMatchObject({
      kind: 'unreadable',
      problem: expect.stringMatching(/It was started; the token of a job may not follow it/),
    });
  });

  it.each([
    ['a job token', jobOnly],
    ['a trigger token, by that of the job', { ...jobOnly, trigger: 'trig-token-1' }],
  ])('%s: followed where the server allows it', async (_, tokens) => {
    const { client, start, clock, run, server } = await setUp(
      { jobTokenReads: true },
      { ...tokenSettings(tokens), 'gitlab-default-branch': 'main' },
    );
    expect((await start()).kind).toBe('started');
    expect(await run(follow(client, '9001', clock))).toEqual({
      kind: 'succeeded',
      word: 'success',
    });
    const reads = server.requests.filter(({ method }) => method === 'GET');
    expect(reads.every(({ headers }) => headers['job-token'] === 'job-token-1')).toBe(true);
  });

  it.each([
    ['a job token', jobOnly],
    ['a trigger token', triggerOnly],
  ])('%s: nothing is cancelled', async (_, tokens) => {
    const { client, run, server } = await setUp(
      { pipelines: [{ id: 7 }] },
      { ...tokenSettings(tokens), ...ownSettings({ cancel: 'pipeline', pipeline: 7, job: 70 }) },
    );
    expect(client.endOwnPipeline).toBeUndefined();
    const cancel = client.cancel({ id: '9001', url: 'https://x' }, never);
    await expect(run(cancel)).rejects.toMatchObject({ transient: false });
    expect(server.cancels).toEqual([]);
  });
});

describe('start with a bad answer', () => {
  it.each([
    [400, { message: { base: ['Pipeline filtered out by workflow rules.'] } }, /workflow: rules/],
    [401, { message: '401 Unauthorized' }, /set gitlab-token/],
    [403, { error: 'insufficient_scope' }, /scope api/],
    [404, { message: '404 Project Not Found' }, /gitlab-project/],
    [422, { message: 'no' }, /Build > Pipelines/],
    [302, {}, /sign in/],
  ])('%i %j: refused, sent once', async (status, body, hint) => {
    const { server, start } = await setUp();
    server.fault('start', { status, body: JSON.stringify(body) });
    expect(await start()).toMatchObject({ kind: 'refused', hint: expect.stringMatching(hint) });
    expect(server.starts).toHaveLength(1);
  });

  const page = (status: number) => ({
    status,
    headers: { 'content-type': 'text/html' },
    body: '<html>Please sign in</html>',
  });

  it.each([200, 203])('a page with %i: unknown', async (status) => {
    const { server, start } = await setUp();
    server.fault('start', page(status));
    expect(await start()).toEqual({
      kind: 'unknown',
      reason: expect.stringMatching(/answered with a page .*Please sign in.*was not found/),
    });
    expect(server.starts).toHaveLength(1);
  });

  it('a page for the list before the call: nothing is sent', async () => {
    const { body, ...rest } = page(200);
    const { server, start } = await setUp({
      overrides: [{ method: 'GET', path: /pipelines$/, answer: { ...rest, body } }],
    });
    expect(await start()).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(/^listing the pipelines: .*Please sign in/),
      hint: expect.stringMatching(/A page was sent/),
    });
    expect(server.starts).toEqual([]);
  });

  it('a redirect: refused, and not followed', async () => {
    const { server, start } = await setUp();
    const headers = { location: `${server.url}/users/sign_in` };
    server.fault('start', { status: 302, headers });
    expect((await start()).kind).toBe('refused');
    expect(server.requests.filter(({ url }) => url.includes('sign_in'))).toEqual([]);
  });

  it.each([
    ['a 502 after it was accepted', { status: 502, body: 'Bad Gateway' }],
    ['a reset after it was accepted', 'reset'],
    ['a reset mid answer', 'reset-mid-answer'],
    ['a hang after it was accepted', 'hang'],
    ['an answer that is not JSON', { status: 201, body: '{"id": 90' }],
    ['an answer without an id', { status: 201, body: '{}' }],
    ['a page', page(200)],
    ['a page that a proxy says to be its own', page(203)],
  ] as const)('%s: found by its variable, sent once', async (_, then) => {
    const { server, start } = await setUp({ rival: true, file: 'rollback: {}' });
    server.fault('start', { accepted: true, then });
    expect(await start()).toMatchObject({ kind: 'started', run: { id: '9001' } });
    expect(server.starts).toHaveLength(1);
    expect(server.started).toBe(1);
  });

  it('a list without variables: found by its name', async () => {
    const { server, start } = await setUp({ variablesReadable: false, rival: true });
    server.fault('start', { accepted: true, then: 'reset' });
    expect(await start()).toMatchObject({ kind: 'started', run: { id: '9001' } });
  });

  it('a list without names and variables: the only new one is probable', async () => {
    const { server, start } = await setUp({
      variablesReadable: false,
      file: 'rollback: {}',
      pipelines: [{ id: 50 }],
    });
    server.fault('start', { accepted: true, then: 'reset' });
    expect(await start()).toMatchObject({ kind: 'unknown', probable: { id: '9001' } });
    expect(server.starts).toHaveLength(1);
  });

  it.each([
    ['two new pipelines', { rival: true }, /2 new pipelines could be it/],
    [
      'no list before the call',
      { overrides: [{ method: 'GET', path: /pipelines$/, answer: message(403, 'No') }] },
      /403/,
    ],
  ])('%s: unknown', async (_, gitlab, says) => {
    const { server, start } = await setUp({
      variablesReadable: false,
      file: 'rollback: {}',
      ...gitlab,
    });
    server.fault('start', { accepted: true, then: 'reset' });
    const result = await start();
    expect(result).toMatchObject({ kind: 'unknown', reason: expect.stringMatching(says) });
    expect(result).not.toHaveProperty('probable');
  });

  it('a pipeline of somebody else: unknown, not taken for ours', async () => {
    const { server, start } = await setUp();
    server.fault('start', { status: 500 });
    const [result] = await Promise.all([start(), Promise.resolve(server.add({ id: 60 }))]);
    expect(result.kind).toBe('unknown');
    expect(result).not.toHaveProperty('probable');
    expect(server.starts).toHaveLength(1);
  });

  it('429 with Retry-After: sent again after that time', async () => {
    const { server, clock, client, run } = await setUp();
    server.fault('start', { status: 429, headers: { 'retry-after': '30' } });
    const work = run(client.start(request, never, ignore));
    await until(() => server.starts.length > 0);
    server.fault('start', null);
    expect((await work).kind).toBe('started');
    expect(clock.monotonic()).toBeGreaterThanOrEqual(30_000);
    expect(server.started).toBe(1);
  });

  it('aborted before the call: rejects, and sends nothing', async () => {
    const { client, server } = await setUp();
    let sends = 0;
    const work = client.start(
      { ...request, ref: 'main' },
      AbortSignal.abort(new Cancelled('SIGTERM')),
      () => {
        sends++;
      },
    );
    await expect(work).rejects.toBeInstanceOf(Cancelled);
    expect(sends).toBe(0);
    expect(server.starts).toEqual([]);
  });

  it('no token in the reason', async () => {
    for (const status of [400, 401, 403, 404, 500]) {
      const { server, start } = await setUp();
      server.fault('start', { status });
      expect(JSON.stringify(await start())).not.toContain(server.secret);
    }
  });
});

describe('following a pipeline of GitLab', () => {
  it.each([
    [['created', 'pending', 'running', 'success'], { kind: 'succeeded', word: 'success' }],
    [['running', 'failed'], { kind: 'failed', word: 'failed', mayHaveRun: true }],
    [['created', 'failed'], { kind: 'failed', word: 'failed', mayHaveRun: false }],
    [['skipped'], { kind: 'failed', word: 'skipped', mayHaveRun: false }],
    [['running', 'canceled'], { kind: 'cancelled', word: 'canceled' }],
    [['running', 'tomorrow', 'success'], { kind: 'succeeded', word: 'success' }],
  ])('%j: %j', async (statuses, outcome) => {
    const { client, clock, run } = await setUp({ pipelines: [{ id: 50, statuses }] });
    expect(await run(follow(client, '50', clock))).toEqual(outcome);
  });

  it.each([
    ['waiting_for_resource', /resource_group/],
    ['pending', /single runner/],
  ])('%s for ever: cancelled, with the reason', async (word, hint) => {
    const { client, clock, run, server } = await setUp({
      pipelines: [{ id: 50, statuses: [word] }],
    });
    expect(await run(follow(client, '50', clock, 10_000))).toMatchObject({
      kind: 'never-started',
      word,
      hint: expect.stringMatching(hint),
      cancelled: true,
      mayHaveRun: false,
    });
    expect(server.cancels).toEqual(['/api/v4/projects/42/pipelines/50/cancel']);
  });

  it('a cancel that is answered with 200 and does nothing: not cancelled', async () => {
    const { client, clock, run } = await setUp({
      cancel: 'ignore',
      pipelines: [{ id: 50, statuses: ['pending'] }],
    });
    expect(await run(follow(client, '50', clock, 10_000))).toMatchObject({ cancelled: false });
  });

  it.each([
    ['a job that started', { jobs: [jobOf(1, 'rollback', 'canceled', true)] }, true],
    ['a trigger job that started', { bridges: [jobOf(1, 'x', 'canceled', true)] }, true],
    ['no job that started', { jobs: [jobOf(1, 'rollback', 'canceled')] }, false],
  ])('cancelled with %s', async (_, pipeline, mayHaveRun) => {
    const { client, run } = await setUp({
      pipelines: [{ id: 50, statuses: ['canceled'], ...pipeline }],
    });
    const state = await run(client.state({ id: '50', url: 'https://x' }, never));
    expect(state).toEqual({ phase: 'cancelled', word: 'canceled', mayHaveRun });
  });

  it('cancelled with jobs that cannot be read: may have run', async () => {
    const { client, run } = await setUp({
      pipelines: [{ id: 50, statuses: ['canceled'] }],
      overrides: [{ method: 'GET', path: /jobs$/, answer: message(403, 'No') }],
    });
    const state = await run(client.state({ id: '50', url: 'https://x' }, never));
    expect(state).toMatchObject({ mayHaveRun: true });
  });

  it.each([
    [401, true],
    [403, true],
    [302, true],
    [203, true],
    [404, false],
    [429, false],
    [500, false],
    [200, false],
  ])('a state answered with %i is a permanent error: %s', async (status, forGood) => {
    const { client, run, server } = await setUp({ pipelines: [{ id: 50 }] });
    server.fault('follow', { status, body: '{}' });
    const error: unknown = await run(
      client.state({ id: '50', url: 'https://x' }, never).catch((thrown: unknown) => thrown),
    );
    expect(error).toBeInstanceOf(Error);
    expect(isPermanent(error)).toBe(forGood);
    expect(String(error)).not.toContain(server.secret);
  });

  it('a state is read once, whatever the answer', async () => {
    const { client, run, server } = await setUp({ pipelines: [{ id: 50 }] });
    server.fault('follow', { status: 502 });
    const state = run(client.state({ id: '50', url: 'https://x' }, never));
    await expect(state).rejects.toThrow(/502/);
    expect(server.requests).toHaveLength(1);
  });

  it('sends exactly this request to read a state', async () => {
    const { client, run, server } = await setUp({ base: '/git', pipelines: [{ id: 50 }] });
    await run(client.state({ id: '50', url: 'https://x' }, never));
    expect(server.requests).toEqual([
      expect.objectContaining({
        method: 'GET',
        url: '/git/api/v4/projects/42/pipelines/50',
        headers: expect.objectContaining({
          'private-token': server.secret,
          'user-agent': 'rollgate',
        }),
      }),
    ]);
  });
});

describe('the objection to a started pipeline', () => {
  const of = async (gitlab: GitlabOptions, rollbackJobs: readonly string[]) => {
    const { client, run } = await setUp(gitlab, { 'gitlab-rollback-jobs': rollbackJobs });
    return run(
      client.objection?.({ id: '50', url: 'https://x' }, never) ?? Promise.resolve('none'),
    );
  };

  it.each([
    [['rollback'], [], undefined],
    [['rollback', 'verify 1/2', 'verify 2/2', 'verify: [eu, a]'], [], undefined],
    [['rollback', 'deploy', 'build'], [], /does not name: build, deploy$/],
    [['rollback'], ['downstream'], /downstream/],
  ])('with the jobs %j and %j', async (jobs, bridges, says) => {
    const objection = await of(
      {
        pipelines: [
          {
            id: 50,
            jobs: jobs.map((name, index) => jobOf(index + 1, name)),
            bridges: bridges.map((name, index) => jobOf(index + 900, name)),
          },
        ],
      },
      ['rollback', 'verify'],
    );
    if (says === undefined) expect(objection).toBeUndefined();
    else expect(objection).toMatch(says);
  });

  it('reads every page of jobs', async () => {
    const jobs = Array.from({ length: 250 }, (_, index) => jobOf(index + 1, 'rollback'));
    const pipelines = [{ id: 50, jobs: [...jobs, jobOf(999, 'deploy')] }];
    expect(await of({ pipelines }, ['rollback'])).toMatch(/deploy/);
  });

  it('without gitlab-rollback-jobs: none', async () => {
    const { client } = await setUp();
    expect(client.objection).toBeUndefined();
  });

  it('cancels the pipeline at once: triggered', async () => {
    const { client, clock, run, server } = await setUp(
      { jobs: ['deploy', 'rollback'] },
      { 'gitlab-rollback-jobs': ['rollback'] },
    );
    const strategy = createCiStrategy({
      client,
      ref: 'main',
      parameters: {},
      wait: true,
      startTimeout: 60_000,
      clock,
      random: () => 0.5,
    });
    const requested = {
      target: 'api',
      verdict: 'unhealthy',
      reason: 'bad',
      correlationId: 'rg-1',
    };
    const work = async () => {
      const plan = await strategy.plan(requested, never);
      if (plan.kind !== 'plan') throw new Error('no plan');
      return strategy.execute(plan, {
        request: requested,
        signal: never,
        beforeChange: ignore,
        progress: ignore,
        timeLeft: () => 300_000,
        lastOfAll: ignore,
        started: ignore,
      });
    };
    expect(await run(work())).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/does not name: deploy\. It was cancelled\.$/),
    });
    expect(server.cancels).toEqual(['/api/v4/projects/42/pipelines/9001/cancel']);
  });
});

describe('ending our own pipeline', () => {
  const own = { cancel: 'pipeline', pipeline: 7, job: 70 } as const;
  const running = { id: 7, source: 'push', statuses: ['running'] };
  const end = async (
    gitlab: GitlabOptions,
    options: Partial<ClientOptions<GitlabSettings>> = {},
  ) => {
    const it = await setUp(
      { pipelines: [running], ...gitlab },
      { ...ownSettings(own), ...options },
    );
    const line = await it.run(it.client.endOwnPipeline?.(never) ?? Promise.resolve('absent'));
    return { ...it, line };
  };

  it('cancels it, and reads that it is cancelled', async () => {
    const { line, server } = await end({});
    expect(line).toBe('the running pipeline 7 was cancelled');
    expect(server.cancels).toEqual(['/api/v4/projects/42/pipelines/7/cancel']);
  });

  it('does not cancel the rollback pipeline', async () => {
    const { client, start, run, server } = await setUp({ pipelines: [running] }, ownSettings(own));
    await start();
    await run(client.endOwnPipeline?.(never) ?? Promise.resolve('absent'));
    expect(server.ours[0]?.statuses).toContain('success');
  });

  it.each<[string, GitlabOptions, RegExp]>([
    ['a cancel that does nothing', { cancel: 'ignore' }, /asked to end, and it is still "running"/],
    [
      'a role without the right',
      {
        overrides: [{ method: 'POST', path: /cancel$/, answer: message(403, '403 Forbidden') }],
      },
      /could not be cancelled: status 403.*Settings > CI\/CD/,
    ],
    ['a pipeline of another project', { pipelines: [] }, /could not be cancelled: status 404/],
    [
      'a state that cannot be read',
      { overrides: [{ method: 'GET', path: /pipelines\/7$/, answer: message(403, 'No') }] },
      /its state could not be read/,
    ],
  ])('%s: the report says so', async (_, gitlab, says) => {
    const { line, server } = await end(gitlab);
    expect(line).toMatch(says);
    expect(server.cancels).toHaveLength(1);
  });

  it.each([
    ['gitlab-cancel none', ownSettings({ ...own, cancel: 'none' })],
    ['no pipeline of our own', ownSettings({ ...own, pipeline: undefined })],
    [
      'gitlab-cancel siblings outside of a job',
      ownSettings({ cancel: 'siblings', pipeline: 7, job: undefined }),
    ],
  ])('%s: nothing is cancelled', async (_, options) => {
    const { line, server } = await end({}, options);
    expect(line).toBe('absent');
    expect(server.cancels).toEqual([]);
  });

  describe('with gitlab-cancel siblings', () => {
    const siblings = ownSettings({ ...own, cancel: 'siblings' });
    const jobs = () => [
      jobOf(70, 'gate', 'running', true),
      jobOf(71, 'build', 'success', true),
      jobOf(72, 'smoke', 'running', true),
      jobOf(73, 'migrate 1/2', 'running', true),
      jobOf(74, 'deploy-eu', 'created'),
      jobOf(75, 'approve', 'manual'),
      jobOf(76, 'seal', 'created'),
    ];
    const file = `
build: { script: x }
migrate: { script: x, interruptible: false }
seal: { script: x, interruptible: false }
smoke: { script: x }
`;

    it('cancels the other jobs, except those that are not interruptible', async () => {
      const { line, server } = await end(
        { pipelines: [{ ...running, jobs: jobs() }], file },
        siblings,
      );
      expect(line).toBe(
        'other jobs of the running pipeline 7 were cancelled: smoke, deploy-eu, seal; left running, because they are interruptible: false: migrate 1/2',
      );
      expect(server.cancels).toEqual(
        [72, 74, 76].map((id) => `/api/v4/projects/42/jobs/${String(id)}/cancel`),
      );
    });

    it('respects the default for interruptible', async () => {
      const { line } = await end(
        {
          pipelines: [{ ...running, jobs: jobs() }],
          file: 'default: { interruptible: false }\nsmoke: { script: x, interruptible: true }\nmigrate: {}\n',
        },
        siblings,
      );
      expect(line).toMatch(/cancelled: smoke, deploy-eu, seal; left running.*: migrate 1\/2$/);
    });

    it('leaves running jobs when the configuration cannot be read', async () => {
      const { line, server } = await end(
        {
          pipelines: [{ ...running, jobs: jobs() }],
          overrides: [{ method: 'GET', path: /lint$/, answer: message(403, 'No') }],
        },
        siblings,
      );
      expect(line).toMatch(
        /cancelled: deploy-eu, seal; left running, because it could not be seen.*: smoke, migrate 1\/2$/,
      );
      expect(server.cancels).toHaveLength(2);
    });

    it('names the jobs that could not be cancelled', async () => {
      const { line } = await end(
        {
          pipelines: [{ ...running, jobs: jobs() }],
          file,
          overrides: [{ method: 'POST', path: /74\/cancel$/, answer: message(403, 'No') }],
        },
        siblings,
      );
      expect(line).toMatch(/could not be cancelled: deploy-eu \(status 403/);
    });

    it('without another job: nothing is cancelled', async () => {
      const { line } = await end(
        { pipelines: [{ ...running, jobs: [jobOf(70, 'gate', 'running', true)] }] },
        siblings,
      );
      expect(line).toBe('no other job of the running pipeline 7 was cancelled');
    });
  });
});

describe('preflight with GitLab', () => {
  it('no finding for a working set-up, and only reads', async () => {
    const { client, run, server } = await setUp({}, { 'gitlab-rollback-jobs': ['rollback'] });
    expect(await run(client.preflight(request, never))).toEqual([]);
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  type Row = [
    string,
    GitlabOptions,
    Partial<ClientOptions<GitlabSettings>>,
    Partial<StartRequest>,
    'error' | 'warning' | 'notice',
    RegExp,
  ];
  const noTokens = { access: undefined, trigger: undefined, job: undefined };
  const own = { cancel: 'pipeline', pipeline: 7, job: 70 } as const;
  const rows: Row[] = [
    ['no token', {}, tokenSettings(noTokens), {}, 'error', /no token.*gitlab-token/],
    ['no project', {}, { 'gitlab-project': undefined }, {}, 'error', /no project.*gitlab-project/],
    ['no url', {}, { 'gitlab-url': 'gitlab' }, {}, 'error', /not a URL/],
    ['a wrong token', { accessToken: null }, {}, {}, 'error', /401.*set gitlab-token/],
    ['another project', {}, { 'gitlab-project': 'acme/other' }, {}, 'error', /404.*gitlab-project/],
    [
      'a token with too narrow a scope',
      { scopes: ['read_api'] },
      {},
      {},
      'error',
      /read_api.*scope api/,
    ],
    ['an archived project', { project: { archived: true } }, {}, {}, 'error', /archived/],
    [
      'no CI/CD',
      { project: { builds_access_level: 'disabled' } },
      {},
      {},
      'error',
      /CI\/CD is disabled/,
    ],
    ['a reporter', { accessLevel: 20 }, {}, {}, 'error', /below Developer/],
    [
      'an empty project',
      { project: { default_branch: null } },
      {},
      {},
      'error',
      /no default branch/,
    ],
    ['a missing ref', {}, {}, { ref: 'gone' }, 'error', /"gone" is neither.*main/],
    ['a merge request', {}, {}, { ref: 'refs/merge-requests/1/head' }, 'error', /merge request/],
    ['the marker as parameter', {}, {}, { parameters: { ROLLBACK: 'no' } }, 'error', /"ROLLBACK"/],
    ['a broken configuration', { file: 'x: [' }, {}, {}, 'error', /not valid.*pipeline editor/],
    [
      'a configuration that does not read ROLLBACK',
      { file: 'deploy: { script: x }' },
      {},
      {},
      'warning',
      /uses \$ROLLBACK.*may deploy/,
    ],
    [
      'rollback jobs that do not exist',
      {},
      { 'gitlab-rollback-jobs': ['undo'] },
      {},
      'warning',
      /does not have: undo.*deploy, rollback/,
    ],
    [
      'a configuration that cannot be checked',
      { overrides: [{ method: 'GET', path: /lint$/, answer: message(403, 'No') }] },
      {},
      {},
      'warning',
      /could not be seen.*403/,
    ],
    [
      'forbidden variables, no input',
      { variablesRole: 'no_one_allowed' },
      {},
      {},
      'error',
      /no pipeline variables.*does not declare.*Settings > CI\/CD > Variables/,
    ],
    [
      'forbidden variables, an input',
      { variablesRole: 'owner', file: ROLLBACK_CI_WITH_INPUTS },
      {},
      {},
      'notice',
      /minimum role: owner.*is sent instead/,
    ],
    [
      'forbidden variables, configuration elsewhere',
      { variablesRole: 'owner', project: { ci_config_path: 'ci.yml@acme/ci' } },
      {},
      {},
      'warning',
      /another project/,
    ],
    [
      'an API that is down',
      {
        overrides: [{ method: 'GET', path: /^projects\/42$/, answer: message(503, 'Down') }],
      },
      {},
      {},
      'warning',
      /Down/,
    ],
    [
      'only a job token',
      {},
      { ...tokenSettings(jobOnly), ...ownSettings(own) },
      {},
      'notice',
      /would be cancelled with it/,
    ],
    [
      'only a job token, without an own pipeline',
      {},
      tokenSettings(jobOnly),
      { ref: 'main' },
      'notice',
      /cannot be checked/,
    ],
    [
      'only a trigger token',
      {},
      { ...tokenSettings(triggerOnly), ...ownSettings(own) },
      {},
      'notice',
      /cannot cancel/,
    ],
    [
      'a trigger token, no ref',
      {},
      tokenSettings(triggerOnly),
      {},
      'error',
      /default branch.*rollback-ref/,
    ],
    [
      'siblings of an unknown job',
      {},
      ownSettings({ cancel: 'siblings', pipeline: 7, job: undefined }),
      {},
      'warning',
      /gitlab-job/,
    ],
  ];
  it.each(rows)('%s: reported', async (_, gitlab, options, requested, level, says) => {
    const { client, run, server } = await setUp(gitlab, options);
    const findings = await run(client.preflight({ ...request, ...requested }, never));
    const texts = findings.map((one) => `${one.level}: ${one.message} (${one.fix ?? ''})`);
    expect(texts).toContainEqual(expect.stringMatching(new RegExp(`^${level}: .*${says.source}`)));
    expect(findings.every(({ subject }) => subject === 'ci')).toBe(true);
    expect(server.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(texts.join('\n')).not.toContain(server.secret);
  });

  it.each<[string, GitlabOptions]>([
    ['an access level that is not shown', { accessLevel: null, variablesRole: 'maintainer' }],
    [
      'scopes that cannot be read',
      { overrides: [{ method: 'GET', path: /self$/, answer: message(404, 'No') }] },
    ],
    [
      'no minimum role for variables',
      { project: { ci_pipeline_variables_minimum_override_role: undefined } },
    ],
    ['inputs in place of variables', { file: ROLLBACK_CI_WITH_INPUTS }],
  ])('no finding for what cannot be known: %s', async (_, gitlab) => {
    const { client, run } = await setUp(gitlab);
    expect(await run(client.preflight(request, never))).toEqual([]);
  });

  it('rejects only when aborted', async () => {
    const { client } = await setUp();
    const stop = AbortSignal.abort(new Cancelled('SIGINT'));
    await expect(client.preflight(request, stop)).rejects.toBeInstanceOf(Cancelled);
  });
});

describe('a GitLab client with an invalid setting', () => {
  it('sends nothing, and says what to set', async () => {
    const { client, run, server, start } = await setUp({}, { 'gitlab-project': 'shop' });
    expect(await start()).toMatchObject({
      kind: 'refused',
      hint: expect.stringMatching(/gitlab-project/),
    });
    expect(await run(client.describe(request, never))).toEqual([
      'nothing: gitlab-project is "shop"',
    ]);
    await expect(client.state({ id: '1', url: 'https://x' }, never)).rejects.toThrow(/shop/);
    expect(server.requests).toEqual([]);
  });
});

describe('describe, for a dry run', () => {
  it('prints the exact request, and what happens to our pipeline', async () => {
    const { client, run, server } = await setUp(
      {},
      ownSettings({ cancel: 'pipeline', pipeline: 7, job: 70 }),
    );
    expect(await run(client.describe(request, never))).toEqual([
      `POST ${server.url}/api/v4/projects/42/pipeline, with an access token`,
      'with {"ref":"main","variables":{"ROLLBACK":"true","ROLLBACK_ID":"rg-1","ROLLBACK_TARGET":"api"}}',
      'where the project does not let the token set variables: with the input rollback=true instead',
      'last of all cancel the running pipeline 7 (gitlab-cancel: pipeline)',
    ]);
    expect(server.starts).toEqual([]);
  });

  it.each<[Partial<ClientOptions<GitlabSettings>>, Partial<StartRequest>, RegExp]>([
    [tokenSettings(triggerOnly), { ref: 'main' }, /trigger\/pipeline, with a trigger token/],
    [{}, { ref: 'refs/merge-requests/1/head' }, /would be refused: .*merge request/],
    [{}, { parameters: { ROLLBACK: 'x' } }, /would be refused: .*"ROLLBACK"/],
    [
      ownSettings({ cancel: 'siblings', pipeline: 7, job: 70 }),
      {},
      /the other jobs of the running/,
    ],
  ])('%j %j', async (options, requested, says) => {
    const { client, run } = await setUp({}, options);
    const lines = (await run(client.describe({ ...request, ...requested }, never))).join('\n');
    expect(lines).toMatch(says);
    expect(lines).not.toContain('trig-token-1');
  });
});

it("the GitLab client starts a run over Rollgate's own HTTP client", async () => {
  const server = await StandInGitlab.start();
  const http = createHttp({ clock: systemClock });
  cleanUps.push(
    () => server.close(),
    () => {
      http.close();
    },
  );
  const client = server.client({
    fetch: fetchOf(http, { timeoutMs: 20_000 }),
    clock: systemClock,
    random: Math.random,
  });
  const result = await client.start(request, never, ignore);
  expect(result).toMatchObject({ kind: 'started', run: { id: '9001' } });
  if (result.kind !== 'started') return;
  expect(await client.state(result.run, never)).toMatchObject({ phase: 'queued' });
  await client.cancel(result.run, never);
  expect(await client.state(result.run, never)).toMatchObject({ phase: 'cancelled' });
  expect(server.started).toBe(1);
});
