import { afterEach, describe, expect, it } from '@jest/globals';
import { followRun } from '../../../src/strategies/ci/follow.js';
import type { StartRequest } from '../../../src/contract/pipeline.js';
import { Cancelled, deadline } from '../../../src/support/abort.js';
import { systemClock } from '../../../src/support/clock.js';
import { createHttp, fetchOf } from '../../../src/support/http.js';
import { refusing } from '../../support/servers.js';
import {
  StandInHttp,
  type HttpStandInOptions,
  type RunStep,
  webOf,
} from '../../support/stand-in-http.js';
import type { Fault } from '../../support/stand-in.js';
import { never, openClient } from '../../support/stand-in-client.js';

const request: StartRequest = {
  ref: undefined,
  optional: { rollback: 'true', rollback_id: 'rollgate-1', rollback_target: 'api' },
  parameters: {},
  correlationId: 'rollgate-1',
};
const RUN = { id: '{r-9000}', url: webOf('{r-9000}') };

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function setUp(
  options: HttpStandInOptions = {},
  variables:
    Readonly<Record<string, string>> | ((root: string) => Readonly<Record<string, string>>) = {},
) {
  const standIn = await StandInHttp.start(options);
  cleanUps.push(() => standIn.close());
  const given = typeof variables === 'function' ? variables(standIn.url) : variables;
  return openClient(standIn, request, (deps) => standIn.client(deps, given));
}

const LOGIN = '<!DOCTYPE html><html><head><title>x</title></head><body>Sign in</body></html>';
const html = { 'content-type': 'text/html; charset=utf-8' };

it('the http client has a name that fits into a sentence', async () => {
  const { client } = await setUp();
  expect(client.name).toBe('the CI system');
});

describe('start with the http client', () => {
  it('sends exactly the described call, and knows its run', async () => {
    const { standIn, start } = await setUp();
    expect(await start()).toEqual({ kind: 'started', run: RUN });
    expect(standIn.requests).toEqual([
      {
        method: 'POST',
        url: '/ci/api/runs',
        headers: expect.objectContaining({
          accept: 'application/json',
          'content-type': 'application/json',
          'user-agent': 'rollgate',
          'x-api-key': standIn.secret,
        }),
        body: '{"pipeline": "rollback", "variables": {"ROLLBACK": "true", "ID": "rollgate-1", "TARGET": "api"}}',
      },
    ]);
  });

  it('reports the call right before it is sent', async () => {
    const { client, run, standIn } = await setUp();
    const seen: number[] = [];
    await run(client.start(request, never, () => seen.push(standIn.requests.length)));
    expect(seen).toEqual([0]);
  });

  it('aborted before the call: rejects, and sends nothing', async () => {
    const { client, standIn } = await setUp();
    let sends = 0;
    const work = client.start(request, AbortSignal.abort(new Cancelled('SIGTERM')), () => sends++);
    await expect(work).rejects.toBeInstanceOf(Cancelled);
    expect([sends, standIn.requests.length]).toEqual([0, 0]);
  });

  it.each<[string, (root: string) => Record<string, string>, Partial<StartRequest>, string]>([
    [
      'a root and a path with a slash',
      (root) => ({ ROLLGATE_HTTP_URL: `${root}/`, ROLLGATE_HTTP_START_PATH: '/runs' }),
      {},
      '/ci/api/runs',
    ],
    [
      'values in a path and in a query',
      () => ({ ROLLGATE_HTTP_START_PATH: 'p/{{parameters.a}}/{{ref}}?t={{target}}&i={{image}}' }),
      { ref: 'feature/a', parameters: { a: 'x /?#' } },
      '/ci/api/p/x%20%2F%3F%23/feature%2Fa?t=api&i=',
    ],
    ['a path like a scheme', () => ({ ROLLGATE_HTTP_START_PATH: 'id:5' }), {}, '/ci/api/id:5'],
    [
      'a path like another host',
      () => ({ ROLLGATE_HTTP_START_PATH: '/{{target}}//x' }),
      {},
      '/ci/api/api//x',
    ],
  ])('%s', async (_, variables, requested, url) => {
    const { standIn, start } = await setUp({}, variables);
    await start(requested);
    expect(standIn.requests[0]).toMatchObject({ method: 'POST', url });
  });

  it('values are escaped for JSON', async () => {
    const nasty = 'a"b\\c\u2028\n{{x}}é';
    const { standIn, start } = await setUp(
      {},
      {
        ROLLGATE_HTTP_START_BODY:
          '{"pipeline":"rollback","variables":{"ID":"{{rollback_id}}","X":"{{parameters.x}}","REF":"{{ref}}","REV":"{{revision}}","IMG":"{{image}}"}}',
      },
    );
    const result = await start({
      ref: 'main',
      parameters: { x: nasty },
      optional: { ...request.optional, rollback_revision: '13', rollback_image: 'api:1' },
    });
    expect(result.kind).toBe('started');
    expect(standIn.runs[0]?.variables).toEqual({
      ID: 'rollgate-1',
      X: nasty,
      REF: 'main',
      REV: '13',
      IMG: 'api:1',
    });
  });

  it('values are encoded for a form, with the described method and type', async () => {
    const { standIn, start } = await setUp(
      {},
      {
        ROLLGATE_HTTP_HEADERS:
          'X-Api-Key: http-token-1c9a77e04b3f4d21\nContent-Type: application/x-www-form-urlencoded; charset=utf-8\nAccept: application/vnd.ci+json',
        ROLLGATE_HTTP_START_METHOD: 'PUT',
        ROLLGATE_HTTP_START_BODY: 'ROLLBACK=true&id={{rollback_id}}&x={{parameters.x}}',
      },
    );
    await start({ parameters: { x: 'a b&c=d' } });
    expect(standIn.requests[0]).toMatchObject({
      method: 'PUT',
      headers: {
        accept: 'application/vnd.ci+json',
        'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
      },
      body: 'ROLLBACK=true&id=rollgate-1&x=a+b%26c%3Dd',
    });
  });

  it('a call without a body has no content type', async () => {
    const { standIn, start } = await setUp({}, { ROLLGATE_HTTP_START_BODY: '' });
    await start();
    expect(standIn.requests[0]?.headers).not.toHaveProperty('content-type');
    expect(standIn.requests[0]?.body).toBe('');
  });

  const wrong: [string, Record<string, string>, Partial<StartRequest>, RegExp][] = [
    ['a parameter that no template uses', {}, { parameters: { x: '1' } }, /"x".*neither/],
    [
      'a template with a parameter that is not given',
      { ROLLGATE_HTTP_START_PATH: 'runs?v={{parameters.v}}' },
      {},
      /\{\{parameters\.v\}\}.*no "v"/,
    ],
    ['a rollback-ref that no template uses', {}, { ref: 'main' }, /rollback-ref is set/],
    [
      'a template with a ref, and no rollback-ref',
      { ROLLGATE_HTTP_START_PATH: 'runs/{{ref}}' },
      {},
      /rollback-ref is not set/,
    ],
    [
      'a body that is not JSON',
      { ROLLGATE_HTTP_START_BODY: '{"id": {{rollback_id}}}' },
      {},
      /is not JSON/,
    ],
    [
      'a body of type XML',
      { ROLLGATE_HTTP_HEADERS: 'Content-Type: text/xml' },
      {},
      /neither JSON nor a form.*text\/xml/,
    ],
  ];
  it.each(wrong)('%s: refused before anything is sent', async (_, variables, requested, says) => {
    const { standIn, client, run, start } = await setUp({}, variables);
    expect(await start(requested)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(says),
      hint: expect.stringMatching(/./),
    });
    expect(standIn.requests).toEqual([]);
    const findings = await run(client.preflight({ ...request, ...requested }, never));
    expect(findings).toContainEqual({
      level: 'error',
      subject: 'ci',
      message: expect.stringMatching(says),
      fix: expect.stringMatching(/./),
    });
    const lines = await client.describe({ ...request, ...requested }, never);
    expect(lines.join('\n')).toMatch(new RegExp(`would be refused: .*${says.source}`));
  });

  it.each([
    [400, 'http-start-body'],
    [401, 'http-headers'],
    [403, 'right to start'],
    [404, 'http-url'],
    [405, 'http-start-method'],
    [409, 'disabled or busy'],
    [415, 'Content-Type'],
    [418, undefined],
    [422, 'names and values'],
    [302, 'sign in on'],
  ])('status %i: refused, with what to do', async (status, hint) => {
    const { standIn, start } = await setUp();
    standIn.fault('start', {
      status,
      headers: { location: '/login' },
      body: JSON.stringify({ message: '::error::Nope' }),
    });
    const result = await start();
    expect(result).toEqual({
      kind: 'refused',
      reason: expect.stringMatching(
        new RegExp(`^127\\.0\\.0\\.1:\\d+ refused with status ${String(status)} \\(.*Nope\\)$`),
      ),
      ...(hint === undefined ? {} : { hint: expect.stringContaining(hint) }),
    });
    expect(JSON.stringify(result)).not.toContain(standIn.secret);
    expect(standIn.requests).toHaveLength(1);
  });

  it("a wrong token: refused with the system's message", async () => {
    const { start } = await setUp({}, { ROLLGATE_HTTP_HEADERS: 'X-Api-Key: other' });
    expect(await start()).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('The API key is not valid'),
      hint: expect.stringContaining('http-headers'),
    });
  });

  it('an answer with 203 that names the run: started', async () => {
    const { standIn, start } = await setUp();
    standIn.fault('start', { status: 203, body: '{"id":"7"}' });
    expect(await start()).toMatchObject({ kind: 'started', run: { id: '7' } });
  });

  it('429 with Retry-After: sent again once after that time', async () => {
    const { standIn, client, run, clock } = await setUp();
    standIn.fault('start', { status: 429, headers: { 'retry-after': '7' } });
    const work = client.start(request, never, () => undefined);
    void clock.sleep(5000).then(() => {
      standIn.fault('start', null);
    });
    expect(await run(work)).toMatchObject({ kind: 'started' });
    expect(standIn.starts).toHaveLength(2);
    expect(standIn.started).toBe(1);
  });

  it('connection refused: refused', async () => {
    const { start } = await setUp({}, { ROLLGATE_HTTP_URL: await refusing() });
    expect(await start()).toMatchObject({
      kind: 'refused',
      reason: expect.stringContaining('could not be reached'),
      hint: expect.stringContaining('http-url'),
    });
  });

  const unclear: [string, Fault][] = [
    ['500', { status: 500 }],
    ['502', { status: 502, headers: html, body: '<html>Bad gateway</html>' }],
    ['408', { status: 408 }],
    ['a reset', 'reset'],
    ['a reset in the answer', 'reset-mid-answer'],
    ['a hang', 'hang'],
    ['an answer that is not JSON', { status: 200, body: '{"id": ' }],
    ['an answer without an id', { status: 204 }],
    ['a page', { status: 200, headers: html, body: LOGIN }],
    [
      'a page with the content type of JSON',
      { status: 200, headers: { 'content-type': 'application/json' }, body: LOGIN },
    ],
    ['203', { status: 203, body: LOGIN }],
    ['an id that is a path', { status: 201, body: '{"id": ".."}' }],
    ['an id that has lost digits', { status: 201, body: '{"id": 9007199254740993}' }],
  ];
  it.each(unclear)('%s after it was accepted: found by its id, sent once', async (_, then) => {
    const { standIn, start } = await setUp({ rival: { ID: 'rollgate-2' } });
    standIn.fault('start', { accepted: true, then });
    expect(await start()).toEqual({ kind: 'started', run: RUN });
    expect(standIn.starts).toHaveLength(1);
    expect(standIn.requests.at(-1)).toMatchObject({
      method: 'GET',
      url: '/ci/api/runs?variable=rollgate-1',
    });
  });

  it.each(unclear)('%s, and nothing was started: unknown, sent once', async (_, fault) => {
    const { standIn, start } = await setUp({ rival: { ID: 'rollgate-2' } });
    standIn.fault('start', fault);
    expect(await start()).toEqual({
      kind: 'unknown',
      reason: expect.stringMatching(/its run was not found: no new run could be told to be it/),
    });
    expect(standIn.starts).toHaveLength(1);
  });

  it('an answer without a run and no http-find-path: unknown', async () => {
    const { standIn, start } = await setUp({ namesRun: false }, { ROLLGATE_HTTP_FIND_PATH: '' });
    expect(await start()).toEqual({
      kind: 'unknown',
      reason: expect.stringMatching(
        /without naming its run at \/id: status 202, and without http-find-path/,
      ),
    });
    expect(standIn.started).toBe(1);
  });

  it('a run that does not show our id: unknown', async () => {
    const { start } = await setUp({ namesRun: false, listsVariables: false });
    expect(await start()).toMatchObject({ kind: 'unknown' });
  });

  it('two runs that show our id: unknown', async () => {
    const { start } = await setUp({ namesRun: false, rival: { ID: 'rollgate-1' } });
    expect(await start()).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('2 runs show the id'),
    });
  });

  it('two runs that have our id as text: unknown', async () => {
    const list = { status: 200, body: '["rollgate-1 a", "rollgate-1 b"]' };
    const { standIn, start } = await setUp(
      { list },
      { ROLLGATE_HTTP_RUN_ID: '', ROLLGATE_HTTP_FIND_RUNS: '' },
    );
    standIn.fault('start', { accepted: true, then: 'reset' });
    expect(await start()).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('2 runs show the id'),
    });
  });

  it.each<[string, HttpStandInOptions, Record<string, string>, RegExp]>([
    ['refused', { list: { status: 403 } }, {}, /listing the runs: status 403/],
    ['missing at its pointer', {}, { ROLLGATE_HTTP_FIND_RUNS: '/values' }, /no list at \/values/],
    ['not a list', {}, { ROLLGATE_HTTP_FIND_RUNS: '' }, /answer is not a list.*http-find-runs/],
  ])('a list that is %s is read once', async (_, options, variables, says) => {
    const { start, standIn } = await setUp({ namesRun: false, ...options }, variables);
    expect(await start()).toMatchObject({ kind: 'unknown', reason: expect.stringMatching(says) });
    expect(standIn.requests).toHaveLength(2);
  });

  it('a list as the whole answer: the run is found', async () => {
    const { start } = await setUp(
      { namesRun: false, list: { status: 200, body: '[{"id": 7, "note": "for rollgate-1"}]' } },
      { ROLLGATE_HTTP_FIND_RUNS: '' },
    );
    expect(await start()).toMatchObject({ kind: 'started', run: { id: '7' } });
  });

  it('aborted while it searches: unknown, at once', async () => {
    const { client, run, standIn, clock } = await setUp({ namesRun: false, list: 'hang' });
    const stop = new AbortController();
    const work = client.start(request, stop.signal, () => {
      void clock.sleep(3000).then(() => {
        stop.abort(new Cancelled('SIGTERM'));
      });
    });
    expect(await run(work)).toMatchObject({
      kind: 'unknown',
      reason: expect.stringContaining('no time left'),
    });
    expect(standIn.starts).toHaveLength(1);
  });

  describe('a system that names no run', () => {
    const webhook = {
      ROLLGATE_HTTP_RUN_ID: '',
      ROLLGATE_HTTP_STATE_PATH: '',
      ROLLGATE_HTTP_FIND_PATH: '',
      ROLLGATE_ROLLBACK_WAIT: 'false',
    };
    it('started, with the id that was sent', async () => {
      const { start, standIn, client, run } = await setUp({ namesRun: false }, webhook);
      const result = await start();
      expect(result).toEqual({ kind: 'started', run: { id: 'rollgate-1', url: standIn.url } });
      await expect(run(client.state(RUN, never))).rejects.toThrow(/http-state-path/);
    });

    it('unknown after a page', async () => {
      const { start, standIn } = await setUp({}, webhook);
      standIn.fault('start', { status: 200, headers: html, body: LOGIN });
      expect(await start()).toMatchObject({
        kind: 'unknown',
        reason: expect.stringContaining('answered with a page'),
      });
    });
  });

  it('a run link that is missing in the answer: the address of the state', async () => {
    const { start, standIn } = await setUp({}, { ROLLGATE_HTTP_RUN_LINK: '/links/api, /id' });
    expect(await start()).toEqual({
      kind: 'started',
      run: { id: RUN.id, url: `${standIn.url}/runs/%7Br-9000%7D` },
    });
  });

  it("starts a run over Rollgate's own HTTP client", async () => {
    const standIn = await StandInHttp.start();
    const http = createHttp({ clock: systemClock });
    cleanUps.push(
      () => standIn.close(),
      () => {
        http.close();
      },
    );
    const client = standIn.client({
      fetch: fetchOf(http, { timeoutMs: 20_000 }),
      clock: systemClock,
      random: Math.random,
    });
    const result = await client.start(request, never, () => undefined);
    expect(result).toEqual({ kind: 'started', run: RUN });
    await client.cancel(RUN, never);
    expect(await client.state(RUN, never)).toMatchObject({ phase: 'cancelled' });
    expect(standIn.starts).toHaveLength(1);
  });
});

describe('following a run of the http client', () => {
  async function follow(
    options: HttpStandInOptions,
    limits: { startTimeout?: number; timeMs?: number } = {},
    variables: Record<string, string> = {},
  ) {
    const all = await setUp(options, variables);
    expect((await all.start()).kind).toBe('started');
    const lines: string[] = [];
    const time = deadline(all.clock, limits.timeMs ?? 600_000, 'the strategy');
    const outcome = await all.run(
      followRun(all.client, RUN, {
        clock: all.clock,
        random: () => 0.5,
        signal: time.signal,
        startTimeout: limits.startTimeout ?? 120_000,
        progress: (line) => lines.push(line),
        ours: true,
      }),
    );
    time.clear();
    return { ...all, outcome, lines };
  }

  it.each<[string, RunStep[], string]>([
    ['done/ok', [['pending'], ['active'], ['done', 'ok']], 'succeeded'],
    ['done/broken', [['done', 'broken']], 'failed'],
    ['done/stopped', [['active'], ['done', 'stopped']], 'cancelled'],
  ])('reads its state to the end %s', async (word, run, kind) => {
    const { outcome } = await follow({ run });
    expect(outcome).toMatchObject({ kind, word });
  });

  it.each<[string, RunStep]>([
    ['a result of tomorrow', ['done', 'splendid']],
    ['no result', ['done']],
    ['a phase of tomorrow', ['archived', 'ok']],
    ['the same word in other letters', ['done', 'OK']],
  ])('%s is never success', async (_, step) => {
    const { outcome, lines, standIn } = await follow({ run: [step] }, { timeMs: 60_000 });
    expect(outcome.kind).toBe('given-up');
    expect(lines).toContain(`rollback run: ${step.filter((one) => one !== undefined).join('/')}`);
    expect(standIn.requests.some(({ url }) => url.endsWith('/stop'))).toBe(true);
  });

  it('a state that is missing at its pointer: given up, and the log names the pointer', async () => {
    const { outcome, lines } = await follow(
      {},
      { timeMs: 30_000 },
      { ROLLGATE_HTTP_STATE: '/state' },
    );
    expect(outcome.kind).toBe('given-up');
    expect(lines[0]).toBe('rollback run: no state at /state');
  });

  it('queued for too long: cancelled, with a hint at the deadlock', async () => {
    const { outcome, lines } = await follow({ run: [['pending']] }, { startTimeout: 20_000 });
    expect(outcome).toEqual({
      kind: 'never-started',
      word: 'pending',
      hint: expect.stringContaining('this job holds'),
      cancelled: true,
      mayHaveRun: false,
    });
    expect(lines[0]).toMatch(/pending \(it waits for a free runner/);
  });

  it('an approval: waits for a person, with the address', async () => {
    const { outcome, lines } = await follow({ run: [['gated']] }, { timeMs: 60_000 });
    expect(lines[0]).toBe(`rollback run waits for a person: gated; approve it at ${RUN.url}`);
    expect(outcome).toMatchObject({ kind: 'waiting-for-person', cancelled: true });
  });

  it.each<[string, HttpStandInOptions, Record<string, string>, RegExp | undefined]>([
    ['is ignored', { cancel: 'ignore' }, {}, undefined],
    ['is refused', { cancel: 'refuse' }, {}, /You may not stop runs.*token/],
    ['is not described', {}, { ROLLGATE_HTTP_CANCEL_PATH: '' }, /http-cancel-path/],
    [
      'is described wrongly',
      {},
      { ROLLGATE_HTTP_CANCEL_BODY: '{"id": {{run_id}}' },
      /http-cancel-body is not JSON/,
    ],
  ])('a cancel that %s: not cancelled', async (_, options, variables, problem) => {
    const { outcome } = await follow(
      { run: [['active']], ...options },
      { timeMs: 60_000 },
      variables,
    );
    expect(outcome).toMatchObject({
      kind: 'given-up',
      cancelled: false,
      mayHaveRun: true,
      ...(problem === undefined ? {} : { problem: expect.stringMatching(problem) }),
    });
  });

  it('a cancel is sent as described', async () => {
    const { client, run, start, standIn } = await setUp(
      {},
      {
        ROLLGATE_HTTP_CANCEL_METHOD: 'delete',
        ROLLGATE_HTTP_CANCEL_BODY: '{"run": "{{run_id}}"}',
      },
    );
    await start();
    await expect(run(client.cancel(RUN, never))).rejects.toThrow(/405/);
    expect(standIn.requests.at(-1)).toMatchObject({
      method: 'DELETE',
      url: '/ci/api/runs/%7Br-9000%7D/stop',
      headers: { 'content-type': 'application/json', 'x-api-key': standIn.secret },
      body: '{"run": "{r-9000}"}',
    });
  });

  it('a cancel of a run that has ended: no error', async () => {
    const { client, run, start } = await setUp({ run: [['done', 'ok']] });
    await start();
    await expect(run(client.cancel(RUN, never))).resolves.toBeUndefined();
  });

  it.each<[string, Fault, RegExp]>([
    ['401', { status: 401, body: '{"message":"expired"}' }, /expired.*http-headers/],
    ['403', { status: 403 }, /403.*read/],
    ['a redirect', { status: 302, headers: { location: 'https://sso.example/' } }, /302/],
    ['203', { status: 203, body: LOGIN, headers: html }, /page to sign in on/],
    ['a page', { status: 200, body: LOGIN, headers: html }, /page to sign in on/],
  ])('a state answered with %s is a permanent error', async (_, fault, says) => {
    const { client, run, start, standIn } = await setUp();
    await start();
    standIn.fault('follow', fault);
    const reading = run(client.state(RUN, never));
    await expect(reading).rejects.toMatchObject({ transient: false });
    await expect(reading).rejects.toThrow(says);
    // The port may have been that of a server which another process still asks.
    const own = standIn.requests.filter(({ url }) => url.startsWith('/ci/api/'));
    expect(own).toHaveLength(2);
  });

  it.each<[string, Fault]>([
    ['404', { status: 404 }],
    ['429', { status: 429 }],
    ['500', { status: 500 }],
    ['no JSON', { status: 200, body: '{"status":' }],
    ['a reset', 'reset'],
    ['a reset in the answer', 'reset-mid-answer'],
    ['a hang', 'hang'],
  ])('a state that fails with %s is a transient error', async (_, fault) => {
    const { client, run, start, standIn } = await setUp();
    await start();
    standIn.fault('follow', fault);
    await expect(run(client.state(RUN, never))).rejects.not.toMatchObject({ transient: false });
    standIn.fault('follow', null);
    expect(await run(client.state(RUN, never))).toMatchObject({ phase: 'queued' });
  });
});

describe('preflight of the http client', () => {
  it('no finding for a working set-up, and nothing is changed', async () => {
    const { client, run, standIn } = await setUp();
    expect(await run(client.preflight(request, never))).toEqual([]);
    expect(standIn.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /ci/api/runs?variable=rollgate-1',
    ]);
  });

  it.each<[string, HttpStandInOptions, Record<string, string>, string, RegExp]>([
    [
      'a wrong token',
      {},
      { ROLLGATE_HTTP_HEADERS: 'X-Api-Key: other' },
      'error',
      /API key is not valid.*http-headers/,
    ],
    [
      'a page to sign in on',
      { list: { status: 200, headers: html, body: LOGIN } },
      {},
      'error',
      /Sign in.*http-headers/,
    ],
    ['a wrong path', {}, { ROLLGATE_HTTP_FIND_PATH: 'builds' }, 'error', /404.*http-url/],
    ['no list at its pointer', {}, { ROLLGATE_HTTP_FIND_RUNS: '/values' }, 'error', /\/values/],
    ['a system that is down', { list: { status: 503 } }, {}, 'warning', /503/],
    ['no call for the state', {}, { ROLLGATE_HTTP_FIND_PATH: '' }, 'notice', /http-find-path/],
    ['nothing to cancel with', {}, { ROLLGATE_HTTP_CANCEL_PATH: '' }, 'notice', /http-cancel-path/],
    [
      'no word for cancelled',
      {},
      { ROLLGATE_HTTP_STATES: 'done/ok=succeeded\ndone/broken=failed' },
      'notice',
      /cancelled.*http-states/,
    ],
    [
      'a cancel that is not JSON',
      {},
      { ROLLGATE_HTTP_CANCEL_BODY: '{' },
      'error',
      /http-cancel-body is not JSON/,
    ],
    [
      'an id that is not sent',
      {},
      { ROLLGATE_HTTP_START_BODY: '{"pipeline":"rollback"}' },
      'warning',
      /sends \{\{rollback_id\}\}/,
    ],
    [
      'no marker',
      {},
      { ROLLGATE_HTTP_START_BODY: '{"note":"{{rollback_id}}"}' },
      'warning',
      /says that the run is a rollback/,
    ],
  ])('%s: reported', async (_, options, variables, level, says) => {
    const { client, run, standIn } = await setUp(options, variables);
    const findings = await run(client.preflight(request, never));
    const texts = findings.map((one) => `${one.level}: ${one.message} (${one.fix ?? ''})`);
    expect(texts).toContainEqual(expect.stringMatching(new RegExp(`^${level}: .*${says.source}`)));
    expect(texts.join()).not.toContain(standIn.secret);
    expect(findings.every(({ subject }) => subject === 'ci')).toBe(true);
    expect(standIn.starts).toEqual([]);
  });

  it('rejects only when aborted', async () => {
    const { client } = await setUp();
    const stop = AbortSignal.abort(new Cancelled('SIGINT'));
    await expect(client.preflight(request, stop)).rejects.toBeInstanceOf(Cancelled);
  });
});

describe('describe, for a dry run', () => {
  it('prints the exact request, without values of the query', async () => {
    const { client, standIn } = await setUp(
      {},
      { ROLLGATE_HTTP_START_PATH: 'runs?tag={{target}}' },
    );
    expect(await client.describe(request, never)).toEqual([
      `POST ${standIn.url}/runs?tag=***`,
      'with {"pipeline": "rollback", "variables": {"ROLLBACK": "true", "ID": "rollgate-1", "TARGET": "api"}}',
    ]);
    expect(standIn.requests).toEqual([]);
  });
});

describe('an http client without an address', () => {
  it('says so in preflight, start and describe, and sends nothing', async () => {
    const { client, standIn } = await setUp(
      {},
      { ROLLGATE_HTTP_URL: '', ROLLGATE_HTTP_START_PATH: '' },
    );
    const says = /http-url and http-start-path are not set/;
    expect(await client.preflight(request, never)).toMatchObject([
      { level: 'error', message: expect.stringMatching(says) },
    ]);
    expect((await client.describe(request, never)).join()).toMatch(says);
    expect(await client.start(request, never, () => undefined)).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(says),
    });
    await expect(client.state(RUN, never)).rejects.toThrow(says);
    await expect(client.cancel(RUN, never)).rejects.toThrow(says);
    expect(standIn.requests).toEqual([]);
  });
});
