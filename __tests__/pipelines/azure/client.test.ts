import type { AzureSettings } from '../../../src/pipelines/azure/context.js';
import {
  type ClientOptions,
  type Fault,
  noRecords,
  type StandInRequest,
} from '../../support/stand-in.js';
import { afterEach, describe, expect, it } from '@jest/globals';
import { followRun } from '../../../src/strategies/ci/follow.js';
import { pipelineClients } from '../../../src/pipelines/registry.js';
import type { StartRequest } from '../../../src/contract/pipeline.js';
import { Cancelled, deadline } from '../../../src/support/abort.js';
import { systemClock } from '../../../src/support/clock.js';
import { createHttp, fetchOf } from '../../../src/support/http.js';
import { isPermanent } from '../../../src/support/retry.js';
import { countedFetch, drive } from '../../support/drive.js';
import { resolveWith } from '../../support/resolve-inputs.js';
import { refusing } from '../../support/servers.js';
import { type AzureOptions, StandInAzure, DECLARED } from '../../support/stand-in-azure.js';
import { never, openClient } from '../../support/stand-in-client.js';
import { settle } from '../../support/virtual-clock.js';

const request: StartRequest = {
  ref: 'main',
  optional: { rollback: 'true', rollback_id: 'rg-1', rollback_target: 'api' },
  parameters: {},
  correlationId: 'rg-1',
};

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function setUp(
  azure: AzureOptions = {},
  options: Partial<ClientOptions<AzureSettings>> = {},
) {
  const server = await StandInAzure.start(azure);
  cleanUps.push(() => server.close());
  const opened = openClient(server, request, (deps) => server.client(deps, options));
  return { ...opened, server };
}

/** Method, path and version of each call, in short. */
function calls(requests: readonly StandInRequest[]): string[] {
  return requests.map(({ method, url, body }) => {
    const { pathname, searchParams } = new URL(url, 'http://x');
    const preview = body.includes('"previewRun":true') ? ' preview' : '';
    return `${method} ${pathname} ${String(searchParams.get('api-version'))}${preview}`;
  });
}

function bodies(requests: readonly StandInRequest[]): unknown[] {
  return requests.map(({ body }) => JSON.parse(body) as unknown);
}

describe('start with Azure', () => {
  it('sends exactly this request, once', async () => {
    const { server, client, run } = await setUp();
    let sends = 0;
    const result = await run(
      client.start({ ...request, parameters: { rollback_image: 'a:1' } }, never, () => {
        expect(server.starts).toEqual([]);
        sends++;
      }),
    );
    expect(sends).toBe(1);
    expect(result).toEqual({
      kind: 'started',
      run: { id: '9001', url: `${server.url}/shop/_build/results?buildId=9001` },
    });
    expect(server.starts).toHaveLength(1);
    const sent = server.starts[0]!;
    expect(sent.url).toBe('/acme/shop/_apis/pipelines/12/runs?api-version=7.1');
    expect(sent.headers).toMatchObject({
      authorization: `Basic ${Buffer.from(`:${server.secret}`).toString('base64')}`,
      'content-type': 'application/json',
      accept: 'application/json',
    });
    expect(sent.body).toBe(
      JSON.stringify({
        resources: { repositories: { self: { refName: 'refs/heads/main' } } },
        templateParameters: {
          rollback: 'true',
          rollback_id: 'rg-1',
          rollback_target: 'api',
          rollback_image: 'a:1',
        },
      }),
    );
    expect(calls(server.requests)).toEqual([
      'POST /acme/shop/_apis/pipelines/12/runs 7.1 preview',
      'GET /acme/shop/_apis/build/builds 7.1',
      'POST /acme/shop/_apis/pipelines/12/runs 7.1',
    ]);
  });

  it('no rollback-ref: names no branch, and Azure takes the default one', async () => {
    const { server, start } = await setUp();
    expect(await start({ ref: undefined })).toMatchObject({ kind: 'started' });
    expect(Object.keys(bodies(server.starts)[0] as object)).toEqual(['templateParameters']);
  });

  it.each([
    ['/tfs/Main Collection', 'Shop Front', '/tfs/Main%20Collection/Shop%20Front/_apis/'],
    ['/DefaultCollection', 'shop', '/DefaultCollection/shop/_apis/'],
  ])('below %s, with the project %s: started', async (base, project, path) => {
    const { server, start } = await setUp({
      base: base.replaceAll(' ', '%20'),
      project,
    });
    expect(await start()).toMatchObject({ kind: 'started' });
    expect(server.starts[0]?.url.startsWith(path)).toBe(true);
  });

  it("a job's token is sent as Bearer", async () => {
    const { server, start } = await setUp({ secret: 'eyJ0eXAi.eyJuYW1l.c2lnbg' });
    expect(await start()).toMatchObject({ kind: 'started' });
    expect(server.starts[0]?.headers.authorization).toBe(`Bearer ${server.secret}`);
  });

  it.each([
    ['7.0', '7.0', '7.0', 1],
    ['6.0', '6.0-preview.1', '6.0', 2],
  ] as const)(
    'a server of version %s: retried with older API versions, and then stays with the one that works',
    async (version, pipelines, build, steps) => {
      const { server, client, run, start } = await setUp({ version });
      const result = await start();
      expect(result).toMatchObject({ kind: 'started', run: { id: '9001' } });
      if (result.kind !== 'started') return;
      await run(client.state(result.run, never));
      await run(client.cancel(result.run, never));
      expect(calls(server.requests).slice(steps)).toEqual([
        `POST /acme/shop/_apis/pipelines/12/runs ${pipelines} preview`,
        `GET /acme/shop/_apis/build/builds ${build}`,
        `POST /acme/shop/_apis/pipelines/12/runs ${pipelines}`,
        `GET /acme/shop/_apis/build/builds/9001 ${build}`,
        `GET /acme/shop/_apis/build/builds/9001/timeline ${build}`,
        `PATCH /acme/shop/_apis/build/builds/9001 ${build}`,
      ]);
      expect(server.started).toBe(1);
    },
  );

  it('a server that knows none of the API versions: refused after three calls', async () => {
    const fault = {
      status: 400,
      body: JSON.stringify({ typeKey: 'VssVersionOutOfRangeException', message: 'out of range' }),
    };
    const { server, start } = await setUp({
      overrides: [{ method: 'POST', path: /./, fault, times: 99 }],
    });
    expect(await start()).toMatchObject({
      kind: 'refused',
      hint: expect.stringMatching(/Server 2020 is the oldest/),
    });
    expect(server.started).toBe(0);
    expect(server.starts.length).toBeLessThanOrEqual(3);
  });

  it.each([
    ['Rollback', 12],
    ['rollback', 12],
    ['ops/Rollback', 31],
    ['\\ops\\Rollback', 31],
    ['Other', 77],
  ])('the pipeline %s is found by its name, on any page', async (pipeline, id) => {
    const { server, start } = await setUp(
      {
        pipelines: [
          { id: 5, name: 'Deploy' },
          ...(pipeline.includes('ops') ? [{ id: 31, name: 'Rollback', folder: '\\ops' }] : []),
          { id: 12, name: 'Rollback' },
          { id: 77, name: 'Other' },
        ],
        pageSize: 1,
      },
      { 'azure-pipeline': pipeline },
    );
    expect(await start()).toMatchObject({ kind: 'started' });
    expect(server.ours[0]?.definition).toBe(id);
  });

  it.each([
    ['Nope', /has no pipeline "Nope".*it sees: Rollback, ops\\Rollback/],
    ['Rollback', /has 2 pipelines "Rollback".*give the id, or folder and name/],
  ])('the pipeline name %s: refused, none or several match', async (pipeline, reason) => {
    const { server, start } = await setUp(
      {
        pipelines: [
          { id: 12, name: 'Rollback' },
          { id: 31, name: 'Rollback', folder: '\\ops' },
        ],
      },
      { 'azure-pipeline': pipeline },
    );
    expect(await start()).toMatchObject({ kind: 'refused', reason: expect.stringMatching(reason) });
    expect(server.starts).toEqual([]);
  });

  it('sends only those optional parameters that are declared', async () => {
    const { server, start } = await setUp({ declared: ['Rollback', 'version'] });
    const result = await start({ parameters: { version: '1.2' } });
    expect(result).toMatchObject({ kind: 'started' });
    expect(server.ours[0]?.templateParameters).toEqual({ rollback: 'true', version: '1.2' });
  });

  it('a refusal that names no parameter: sent without any optional one', async () => {
    const { server, start } = await setUp({ declared: ['rollback'], vague: true });
    expect(await start()).toMatchObject({ kind: 'started' });
    expect(server.ours[0]?.templateParameters).toEqual({ rollback: 'true' });
  });

  it('a dry run that fails: started all the same, by the answers to the call', async () => {
    const { server, start } = await setUp({
      declared: ['rollback'],
      overrides: [{ method: 'POST', path: /runs$/, fault: { status: 405, body: '{}' } }],
    });
    expect(await start()).toMatchObject({ kind: 'started' });
    expect(server.ours[0]?.templateParameters).toEqual({ rollback: 'true' });
  });

  it('a parameter of the user replaces an optional one of the same name in any case', async () => {
    const { server, start } = await setUp();
    await start({ parameters: { Rollback_Target: 'mine' } });
    expect(server.ours[0]?.templateParameters).toEqual({
      rollback: 'true',
      rollback_id: 'rg-1',
      Rollback_Target: 'mine',
    });
  });

  it.each<
    [string, AzureOptions, Partial<ClientOptions<AzureSettings>>, Partial<StartRequest>, RegExp]
  >([
    ['no token', {}, { 'azure-pat': undefined }, {}, /no token for Azure DevOps/],
    ['no project', {}, { 'azure-project': undefined }, {}, /azure-project is not set/],
    ['no pipeline', {}, { 'azure-pipeline': undefined }, {}, /azure-pipeline is not set/],
    ['no address', {}, { 'azure-url': undefined }, {}, /neither azure-url nor azure-org/],
    ['a pull request', {}, {}, { ref: 'refs/pull/7/merge' }, /merge of a pull request/],
    ['the marker overridden', {}, {}, { parameters: { ROLLBACK: 'false' } }, /sets "ROLLBACK"/],
    ['the id overridden', {}, {}, { parameters: { Rollback_Id: 'x' } }, /sets "Rollback_Id"/],
    ['an undeclared marker', { declared: ['rollback_id'] }, {}, {}, /could not tell a rollback/],
    [
      'an undeclared parameter',
      {},
      {},
      { parameters: { zone: 'a' } },
      /has "zone", which the pipeline 12 does not declare/,
    ],
  ])('%s: refused before anything is sent', async (_, azure, options, requested, reason) => {
    const { server, start } = await setUp(azure, options);
    expect(await start(requested)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(reason),
      hint: expect.stringMatching(/./),
    });
    expect(server.starts).toEqual([]);
  });

  const page = { 'content-type': 'text/html' };
  const json = { 'content-type': 'application/json' };
  it.each<[string, Fault, RegExp]>([
    [
      '203 and a page',
      { status: 203, headers: page, body: '<html>Sign In</html>' },
      /did not accept the token/,
    ],
    ['203 and JSON', { status: 203, headers: json, body: '{}' }, /did not accept the token/],
    ['a redirect', { status: 302, headers: { location: '/_signin' } }, /did not accept the token/],
    ['401', { status: 401, headers: json, body: '{"message":"TF400813: no"}' }, /set azure-pat/],
    ['403', { status: 403, headers: json, body: '{"message":"no"}' }, /read and execute/],
    ['404', { status: 404, headers: json, body: '{"message":"no"}' }, /check azure-url/],
    ['409', { status: 409, headers: json, body: '{"message":"conflict"}' }, /^$/],
    ['400', { status: 400, headers: json, body: '{"message":"no"}' }, /compare it/],
  ])('%s: refused, and nothing is started', async (_, fault, hint) => {
    const { server, start } = await setUp();
    server.fault('start', fault);
    const result = await start();
    expect(result).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/^Azure DevOps refused with status \d+/),
    });
    expect('hint' in result ? result.hint : '').toMatch(hint);
    expect(server.starts).toHaveLength(1);
    expect(server.started).toBe(0);
    expect(JSON.stringify(result)).not.toContain(server.secret);
  });

  it("no permission to queue: refused with Azure's message and what to change", async () => {
    const { start } = await setUp({ mayQueue: false });
    expect(await start()).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/TF215106.*needs Queue builds permissions/),
      hint: expect.stringMatching(/Manage security/),
    });
  });

  it('429 with Retry-After: sent again after that time', async () => {
    const { server, clock, start } = await setUp();
    server.fault('start', { status: 429, headers: { 'retry-after': '7' } });
    // After the second call, and before the third one.
    void clock.sleep(10_500).then(() => {
      server.fault('start', null);
    });
    expect(await start()).toMatchObject({ kind: 'started' });
    expect(clock.monotonic()).toBeGreaterThanOrEqual(14_000);
    expect(server.starts).toHaveLength(3);
    expect(server.started).toBe(1);
  });

  it('429 every time: refused', async () => {
    const { server, start } = await setUp();
    server.fault('start', { status: 429 });
    expect(await start()).toMatchObject({
      kind: 'refused',
      hint: expect.stringMatching(/holds this identity back/),
    });
    expect(server.started).toBe(0);
  });

  it('connection refused: refused', async () => {
    const { server, start } = await setUp({}, { 'azure-url': await refusing() });
    expect(await start()).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/could not be reached.*ECONNREFUSED/),
      hint: expect.stringMatching(/azure-url/),
    });
    expect(server.requests).toEqual([]);
  });

  it('aborted before the call: rejects, and sends nothing', async () => {
    const { client, server } = await setUp();
    const stop = AbortSignal.abort(new Cancelled('SIGTERM'));
    const work = client.start(request, stop, () => {
      throw new Error('it would be sent');
    });
    await expect(work).rejects.toBeInstanceOf(Cancelled);
    expect(server.starts).toEqual([]);
  });
});

describe('start with an unclear answer', () => {
  const ok = { status: 200, headers: { 'content-type': 'application/json' } };
  const page = {
    status: 200,
    headers: { 'content-type': 'text/html' },
    body: '<html>Sign In</html>',
  };
  const faults: [string, Fault][] = [
    ['502', { status: 502, body: 'Bad Gateway' }],
    ['500 with a page', { status: 500, headers: { 'content-type': 'text/html' }, body: '<p>' }],
    ['reset', 'reset'],
    ['reset in the middle', 'reset-mid-answer'],
    ['hang', 'hang'],
    ['no run in the answer', { ...ok, body: '{}' }],
    ['a run without a number', { ...ok, body: '{"id":-1}' }],
    ['malformed JSON', { ...ok, body: '{"id": 90' }],
    ['a page', page],
  ];

  it.each(faults)('%s after it was accepted: found by its id', async (_, then) => {
    const { server, start } = await setUp({ rival: { templateParameters: { rollback: 'true' } } });
    server.fault('start', { accepted: true, then });
    expect(await start()).toEqual({
      kind: 'started',
      run: { id: '9001', url: `${server.url}/shop/_build/results?buildId=9001` },
    });
    expect(server.starts).toHaveLength(1);
    expect(server.started).toBe(1);
  });

  it('a page, and nothing was started: unknown', async () => {
    const { server, start } = await setUp();
    server.fault('start', page);
    expect(await start()).toEqual({
      kind: 'unknown',
      reason: expect.stringMatching(/answered with a page in place of its run.*was not found/),
    });
    expect(server.starts).toHaveLength(1);
  });

  it.each([200, 203])(
    'a page with %i for the list before the call: nothing is sent',
    async (status) => {
      const { server, start } = await setUp({
        overrides: [{ method: 'GET', path: /builds$/, fault: { ...page, status } }],
      });
      expect(await start()).toEqual({
        kind: 'refused',
        reason: expect.stringMatching(/^listing the builds of the pipeline: .*Sign In/),
        hint: expect.stringMatching(/did not accept the token/),
      });
      expect(server.starts).toEqual([]);
    },
  );

  it.each(faults.slice(0, 5))('%s, and nothing was started: unknown', async (_, fault) => {
    const { server, start } = await setUp({ builds: [{ id: 50 }] });
    server.fault('start', fault);
    const result = await start();
    expect(result).toEqual({ kind: 'unknown', reason: expect.stringMatching(/was not found/) });
    expect(server.starts).toHaveLength(1);
    expect(server.started).toBe(0);
  });

  const lost: Fault = { accepted: true, then: { status: 502 } };

  it('a list without parameters: each build is read', async () => {
    const { server, start } = await setUp({ shows: 'build' });
    server.fault('start', lost);
    expect(await start()).toMatchObject({ kind: 'started', run: { id: '9001' } });
  });

  it("lists only builds of the pipeline since the call, by the server's clock", async () => {
    const { server, start } = await setUp({ builds: [{ id: 50 }] });
    server.fault('start', lost);
    await start();
    const lists = server.requests.filter(({ url }) => url.includes('build/builds?'));
    const query = (one: StandInRequest) =>
      Object.fromEntries(new URL(one.url, 'http://x').searchParams);
    expect(lists.map(query)).toEqual([
      {
        definitions: '12',
        queryOrder: 'queueTimeDescending',
        $top: '100',
        'api-version': '7.1',
      },
      expect.objectContaining({ minTime: expect.stringMatching(/Z$/) }),
    ]);
    // The virtual clock stands at the beginning of 2026.
    const since = Date.parse(query(lists[1]!).minTime ?? '');
    expect(Math.abs(Date.parse(server.ours[0]!.queueTime) - since)).toBeLessThan(60_000);
  });

  it.each<[string, AzureOptions, object]>([
    ['the only new build, without parameters', { shows: 'nowhere' }, { probable: { id: '9001' } }],
    [
      'the only new build with the marker, without the id',
      { declared: ['rollback'], rival: { templateParameters: { rollback: 'false' } } },
      { probable: { id: '9001' } },
    ],
    [
      'two new builds',
      { shows: 'nowhere', rival: {} },
      { reason: expect.stringMatching(/2 new runs could be it/) },
    ],
    [
      'a build for another reason',
      { shows: 'nowhere', rival: { reason: 'schedule' } },
      { probable: { id: '9001' } },
    ],
    [
      'a build of another branch',
      { shows: 'nowhere', rival: { sourceBranch: 'refs/heads/x' } },
      { probable: { id: '9001' } },
    ],
    [
      'a build of another pipeline',
      { shows: 'nowhere', rival: { definition: 13 } },
      { probable: { id: '9001' } },
    ],
  ])('%s: unknown, at most probable', async (_, azure, expected) => {
    const { server, start } = await setUp(azure);
    server.fault('start', lost);
    expect(await start()).toMatchObject({ kind: 'unknown', ...expected });
    expect(server.starts).toHaveLength(1);
  });

  it.each([
    ['another id', { rollback: 'true', rollback_id: 'rg-2' }, {}],
    ['another marker', { rollback: 'false' }, { declared: ['rollback'] }],
  ])('the only new build has %s: unknown, not ours', async (_, templateParameters, azure) => {
    const { server, client, run } = await setUp(azure);
    server.fault('start', { status: 502 });
    const result = await run(
      client.start(request, never, () => {
        server.addBuild({ templateParameters });
      }),
    );
    expect(result).toEqual({ kind: 'unknown', reason: expect.stringMatching(/no new run/) });
  });

  it('no list before the call: a new build is not told from an old one, unknown', async () => {
    const { server, start } = await setUp({
      shows: 'nowhere',
      overrides: [{ method: 'GET', path: /builds$/, fault: { status: 403, body: '{}' } }],
    });
    server.fault('start', lost);
    expect(await start()).toEqual({ kind: 'unknown', reason: expect.stringMatching(/no new run/) });
  });

  it('aborted while the call hangs: unknown, at once', async () => {
    const { client, run, server, clock } = await setUp();
    server.fault('start', 'hang');
    const stop = new AbortController();
    const work = client.start(request, stop.signal, () => undefined);
    while (server.hanging === 0) await settle();
    stop.abort(new Cancelled('SIGTERM'));
    expect(await run(work)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/no time left/),
    });
    expect(clock.monotonic()).toBeLessThan(15_000);
  });
});

describe('following a build of Azure', () => {
  const approval = {
    status: 'inProgress',
    timeline: [
      { type: 'Stage', state: 'pending' },
      { type: 'Checkpoint.Approval', state: 'inProgress' },
    ],
  };
  const running = { status: 'inProgress', timeline: [{ type: 'Job', state: 'inProgress' }] };

  async function follow(azure: AzureOptions, fault: Fault | null = null, seconds = 600) {
    const deps = await setUp(azure);
    const { client, clock, run, start, server } = deps;
    const result = await start();
    if (result.kind !== 'started') throw new Error(`it is ${result.kind}`);
    server.fault('follow', fault);
    const lines: string[] = [];
    const time = deadline(clock, seconds * 1000, 'the rollback');
    const outcome = await run(
      followRun(client, result.run, {
        clock,
        random: () => 0.5,
        signal: time.signal,
        startTimeout: 120_000,
        progress: (line) => lines.push(line),
        ours: true,
      }),
    );
    time.clear();
    return { outcome, lines, server };
  }

  it('reads its state to the end: succeeded', async () => {
    const { outcome, lines } = await follow({
      run: [
        { status: 'notStarted', timeline: null },
        running,
        { status: 'completed', result: 'succeeded' },
      ],
    });
    expect(outcome).toEqual({ kind: 'succeeded', word: 'succeeded' });
    expect(lines).toEqual([
      expect.stringMatching(/^rollback run: notStarted \(it waits for an agent/),
      'rollback run: inProgress',
      'rollback run: succeeded',
    ]);
  });

  it.each([
    ['partiallySucceeded', 'failed'],
    ['failed', 'failed'],
    ['canceled', 'cancelled'],
  ])('%s is %s', async (result, kind) => {
    const { outcome } = await follow({ run: [running, { status: 'completed', result }] });
    expect(outcome).toMatchObject({ kind, word: result });
  });

  it('a refused approval: failed, nothing has run', async () => {
    const timeline = [
      { type: 'Stage', state: 'completed', result: 'failed' },
      { type: 'Checkpoint.Approval', state: 'completed', result: 'failed' },
      { type: 'Job', state: 'completed', result: 'skipped' },
    ];
    const { outcome } = await follow({
      run: [{ status: 'completed', result: 'failed', timeline }],
    });
    expect(outcome).toEqual({ kind: 'failed', word: 'failed', mayHaveRun: false });
  });

  it('an approval: waits for a person, and is cancelled when the time is over', async () => {
    const { outcome, lines, server } = await follow({ run: [approval] });
    expect(outcome).toEqual({
      kind: 'waiting-for-person',
      word: 'inProgress',
      cancelled: true,
      mayHaveRun: false,
    });
    expect(lines[0]).toMatch(/waits for a person.*a stage of it wants an approval.*approve it at/);
    const cancels = server.requests.filter(({ method }) => method === 'PATCH');
    expect(cancels.map(({ url, body }) => `${url} ${body}`)).toEqual([
      '/acme/shop/_apis/build/builds/9001?api-version=7.1 {"status":"cancelling"}',
    ]);
  });

  it.each([
    ['obey', true, undefined],
    ['ignore', false, undefined],
    ['refuse', false, /Stop builds/],
  ] as const)(
    'queued for ever, with a server that would %s a cancel: cancelled %s',
    async (cancel, cancelled, problem) => {
      const { outcome } = await follow({ cancel, run: [{ status: 'notStarted', timeline: null }] });
      expect(outcome).toMatchObject({
        kind: 'never-started',
        cancelled,
        mayHaveRun: !cancelled,
        hint: expect.stringMatching(/agent or a parallel job/),
      });
      expect('problem' in outcome ? outcome.problem : '').toMatch(problem ?? /^$/);
    },
  );

  it('running when it is cancelled: may have run', async () => {
    const { outcome } = await follow({ run: [running] });
    expect(outcome).toMatchObject({ kind: 'given-up', cancelled: true, mayHaveRun: true });
  });

  const html = { 'content-type': 'text/html' };
  it.each<[string, Fault, RegExp]>([
    ['401', { status: 401, body: '{}' }, /status 401/],
    ['a page', { status: 203, headers: html, body: '<b>Sign In</b>' }, /status 203 \(Sign In\)/],
    ['a redirect', { status: 302, headers: { location: '/x' } }, /status 302/],
    ['500', { status: 500, body: '{}' }, /status 500/],
    ['404', { status: 404, body: '{}' }, /status 404/],
    ['reset', 'reset', /./],
    ['reset in the middle', 'reset-mid-answer', /./],
    ['hang', 'hang', /took longer than 10 s/],
    ['malformed JSON', { status: 200, body: '{"status":"compl' }, /is not a build/],
  ])('%s for every read: unreadable, not a success', async (_, fault, problem) => {
    const { outcome, server } = await follow({ run: [running] }, fault);
    expect(outcome).toEqual({ kind: 'unreadable', problem: expect.stringMatching(problem) });
    expect(JSON.stringify(outcome)).not.toContain(server.secret);
    expect(server.started).toBe(1);
  });

  it('a timeline that cannot be read: the result of the build decides', async () => {
    const { outcome } = await follow({
      run: [approval, { status: 'completed', result: 'succeeded' }],
      overrides: [
        { method: 'GET', path: /timeline$/, fault: { status: 403, body: '{}' }, times: 9 },
      ],
    });
    expect(outcome).toMatchObject({ kind: 'succeeded' });
  });

  it.each([
    [401, true],
    [429, false],
    [500, false],
  ])('a cancel answered with %i is a permanent error: %s', async (status, forGood) => {
    const { client, run } = await setUp({
      overrides: [{ method: 'PATCH', path: /./, fault: { status, body: '{}' } }],
    });
    const error: unknown = await run(
      client.cancel({ id: '9001', url: 'x' }, never).catch((thrown: unknown) => thrown),
    );
    expect(error).toBeInstanceOf(Error);
    expect(isPermanent(error)).toBe(forGood);
  });

  it('a cancel with a wrong token: an error', async () => {
    const { client, run } = await setUp({}, { 'azure-pat': 'other' });
    await expect(run(client.cancel({ id: '9001', url: 'x' }, never))).rejects.toThrow(/TF400813/);
  });
});

describe('preflight with Azure', () => {
  it('no finding for a working set-up, and nothing is started', async () => {
    const { client, run, server } = await setUp();
    expect(await run(client.preflight(request, never))).toEqual([]);
    expect(server.started).toBe(0);
    expect(calls(server.requests)).toEqual([
      'GET /acme/shop/_apis/pipelines/12 7.1',
      'GET /acme/shop/_apis/build/definitions/12 7.1',
      'POST /acme/shop/_apis/pipelines/12/runs 7.1 preview',
    ]);
    expect(bodies(server.requests.slice(-1))).toEqual([
      {
        resources: { repositories: { self: { refName: 'refs/heads/main' } } },
        templateParameters: { rollback: 'true', rollback_id: 'rg-1', rollback_target: 'api' },
        previewRun: true,
      },
    ]);
  });

  const down: Fault = { status: 503, body: '{"message":"Down"}' };
  const cases: [
    string,
    AzureOptions,
    Partial<ClientOptions<AzureSettings>>,
    Partial<StartRequest>,
    'error' | 'warning' | 'notice',
    RegExp,
  ][] = [
    ['no token', {}, { 'azure-pat': undefined }, {}, 'error', /no token.*SYSTEM_ACCESSTOKEN/],
    [
      'a variable without a value',
      {},
      { 'azure-pat': '$(PAT)' },
      {},
      'error',
      /no value.*variable group/,
    ],
    [
      'a wrong token',
      {},
      { 'azure-pat': 'other' },
      {},
      'error',
      /Sign In.*did not accept the token/,
    ],
    [
      'a wrong token, redirected',
      { signIn: 'redirect' },
      { 'azure-pat': 'other' },
      {},
      'error',
      /status 302.*did not accept the token/,
    ],
    [
      'another project',
      {},
      { 'azure-project': 'shoe' },
      {},
      'error',
      /TF200016.*Check azure-project/,
    ],
    [
      'another pipeline',
      {},
      { 'azure-pipeline': '13' },
      {},
      'error',
      /id 13 not found.*azure-pipeline/,
    ],
    [
      'a name that does not exist',
      {},
      { 'azure-pipeline': 'X' },
      {},
      'error',
      /no pipeline "X".*Rollback/,
    ],
    ['a classic pipeline', { type: 'designerJson' }, {}, {}, 'error', /classic pipeline.*YAML/],
    [
      'a paused pipeline',
      { queueStatus: 'paused' },
      {},
      {},
      'error',
      /is paused.*Processing of new run/,
    ],
    [
      'a disabled pipeline',
      { queueStatus: 'disabled' },
      {},
      {},
      'error',
      /is disabled.*Processing of new/,
    ],
    ['no marker', { declared: [] }, {}, {}, 'error', /could not tell a rollback.*parameters:/],
    [
      'an undeclared parameter',
      {},
      {},
      { parameters: { zone: 'a' } },
      'error',
      /has "zone".*take it out/,
    ],
    [
      'a required parameter',
      { declared: [...DECLARED, 'zone'], required: ['zone'] },
      {},
      {},
      'error',
      /'zone' parameter must be provided.*default/,
    ],
    ['a missing branch', {}, {}, { ref: 'gone' }, 'error', /refs\/heads\/gone.*check rollback-ref/],
    ['a pull request', {}, {}, { ref: 'refs/pull/1/merge' }, 'error', /merge of a pull request/],
    ['no permission', { mayQueue: false }, {}, {}, 'error', /TF215106.*permission Queue builds/],
    [
      'no id',
      { declared: ['rollback'] },
      {},
      {},
      'notice',
      /does not declare the parameter "rollback_id"/,
    ],
    [
      'no dry runs on the server',
      { overrides: [{ method: 'POST', path: /runs$/, fault: { status: 404, body: '{}' } }] },
      {},
      {},
      'warning',
      /whether the pipeline 12 would run could not be seen/,
    ],
    [
      'a dry run that fails',
      { overrides: [{ method: 'POST', path: /runs$/, fault: down, times: 9 }] },
      {},
      {},
      'warning',
      /could not be seen.*Down/,
    ],
    [
      'settings that cannot be read',
      {
        overrides: [{ method: 'GET', path: /definitions/, fault: { status: 403, body: '{}' } }],
      },
      {},
      {},
      'notice',
      /is enabled could not be seen/,
    ],
    [
      'an API that is down',
      { overrides: [{ method: 'GET', path: /pipelines/, fault: down, times: 9 }] },
      {},
      {},
      'warning',
      /Down/,
    ],
  ];
  it.each(cases)('%s: reported', async (_, azure, options, requested, level, says) => {
    const { client, run, server } = await setUp(azure, options);
    const findings = await run(client.preflight({ ...request, ...requested }, never));
    const texts = findings.map((one) => `${one.level}: ${one.message} (${one.fix ?? ''})`);
    expect(texts).toContainEqual(expect.stringMatching(new RegExp(`^${level}: .*${says.source}`)));
    expect(server.starts).toEqual([]);
    expect(findings.every(({ subject }) => subject === 'ci')).toBe(true);
    if (level !== 'error') expect(findings).toHaveLength(1);
    expect(JSON.stringify(findings)).not.toContain(server.secret);
  });

  it('rejects only when aborted', async () => {
    const { client } = await setUp();
    const stop = AbortSignal.abort(new Cancelled('SIGINT'));
    await expect(client.preflight(request, stop)).rejects.toBeInstanceOf(Cancelled);
  });
});

describe('describe, for a dry run', () => {
  it('prints the exact request, and starts nothing', async () => {
    const { client, run, server } = await setUp();
    expect(await run(client.describe(request, never))).toEqual([
      `POST ${server.url}/shop/_apis/pipelines/12/runs`,
      'with {"resources":{"repositories":{"self":{"refName":"refs/heads/main"}}},"templateParameters":{"rollback":"true","rollback_id":"rg-1","rollback_target":"api"}}',
    ]);
    expect(server.started).toBe(0);
  });

  it.each<[AzureOptions, Partial<ClientOptions<AzureSettings>>, Partial<StartRequest>, RegExp]>([
    [{}, { 'azure-pat': undefined }, {}, /^nothing: there is no token/],
    [{}, { 'azure-pipeline': 'X' }, {}, /^nothing: .*no pipeline "X"/],
    [{}, {}, { ref: 'refs/pull/1/merge' }, /^nothing: .*pull request/],
    [{ mayQueue: false }, {}, {}, /could not be checked.*TF215106/],
    [{}, {}, { parameters: { x: '1' } }, /would be refused: .*"x"/],
  ])('names what it cannot know (%#)', async (azure, options, requested, says) => {
    const { client, run } = await setUp(azure, options);
    const lines = await run(client.describe({ ...request, ...requested }, never));
    expect(lines.join('\n')).toMatch(says);
  });
});

describe('the variables of the CI integration guide for Azure', () => {
  async function fromGuide(change: Readonly<Record<string, string>>) {
    const { server, clock } = await setUp();
    const { settings, problems } = resolveWith({
      system: 'azure',
      env: { ...server.guideVariables(), ...change },
    });
    expect(problems).toEqual([]);
    const counted = countedFetch();
    const client = await pipelineClients.azure?.(settings, {
      ownRunId: null,
      records: noRecords,
      fetch: counted.fetch,
      clock,
      random: () => 0.5,
    });
    if (client === undefined) throw new Error('there is no client for azure');
    return {
      server,
      client,
      run: <T>(work: Promise<T>) => drive(clock, work, counted.open, () => 0),
    };
  }

  it('are enough to start a run', async () => {
    const { server, client, run } = await fromGuide({});
    const result = await run(client.start(request, never, () => undefined));
    expect(result).toMatchObject({ kind: 'started', run: { id: '9001' } });
    expect(server.ours[0]?.definition).toBe(12);
  });

  it.each([
    ['AZURE_DEVOPS_PROJECT', /azure-project/],
    ['AZURE_DEVOPS_PAT', /azure-pat/],
    ['AZURE_PIPELINE_ID', /azure-pipeline/],
  ])('without %s: refused, and the reason names what is missing', async (name, says) => {
    const { server, client, run } = await fromGuide({ [name]: '' });
    const findings = await run(client.preflight(request, never));
    expect(JSON.stringify(findings)).toMatch(says);
    expect(server.requests).toEqual([]);
  });
});

it("the Azure client starts a run over Rollgate's own HTTP client", async () => {
  const server = await StandInAzure.start({ run: [{ status: 'notStarted', timeline: null }] });
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
  const result = await client.start(request, never, () => undefined);
  expect(result).toMatchObject({ kind: 'started', run: { id: '9001' } });
  if (result.kind !== 'started') return;
  expect(await client.state(result.run, never)).toMatchObject({ phase: 'queued' });
  await client.cancel(result.run, never);
  expect(await client.state(result.run, never)).toMatchObject({
    phase: 'cancelled',
    mayHaveRun: false,
  });
  expect(server.started).toBe(1);
});
