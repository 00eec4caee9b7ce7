import type { CircleciSettings } from '../../../src/pipelines/circleci/context.js';
import type { ClientOptions, Fault } from '../../support/stand-in.js';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { StartedRun, StartRequest } from '../../../src/contract/pipeline.js';
import { Cancelled } from '../../../src/support/abort.js';
import { systemClock } from '../../../src/support/clock.js';
import { createHttp, fetchOf } from '../../../src/support/http.js';
import { countedFetch, drive } from '../../support/drive.js';
import { refusing } from '../../support/servers.js';
import {
  type PipelineState,
  LAST,
  OWN_WORKFLOW,
  StandInCircleci,
  type StandInCircleciOptions,
  workflowId,
} from '../../support/stand-in-circleci.js';
import { inWords, never, openClient, rollWith } from '../../support/stand-in-client.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const request: StartRequest = {
  ref: undefined,
  optional: { rollback: 'true', rollback_id: 'rg-1', rollback_target: 'api' },
  parameters: {},
  correlationId: 'rg-1',
};
const FIRST = '5b0a0000-0000-4000-8000-000000000042';
const first: StartedRun = { id: FIRST, url: 'https://app.circleci.com/pipelines/gh/acme/shop/42' };
const DEFINITION = 'd5e6f7a8-0000-4000-8000-000000000001';
const withDefinition = { definitions: [{ id: DEFINITION, name: 'deploy' }] };

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function setUp(
  circleci: StandInCircleciOptions = {},
  options: Partial<ClientOptions<CircleciSettings>> = {},
) {
  const standIn = await StandInCircleci.start(circleci);
  cleanUps.push(() => standIn.close());
  return openClient(standIn, request, (deps) => standIn.client(deps, options));
}

/** The whole strategy: plan, start, follow. */
async function roll(
  circleci: StandInCircleciOptions,
  {
    time = 600_000,
    options = {},
    parameters = {},
    fault,
  }: {
    readonly time?: number;
    readonly options?: Partial<ClientOptions<CircleciSettings>>;
    readonly parameters?: Readonly<Record<string, string>>;
    readonly fault?: readonly ['start' | 'follow', Fault];
  } = {},
) {
  const opened = await setUp(circleci, options);
  const { standIn, clock } = opened;
  if (fault !== undefined) standIn.fault(...fault);
  const beforeChange = (): void => {
    expect(standIn.starts).toEqual([]);
  };
  return { ...(await rollWith(opened, { time, parameters, beforeChange })), standIn, clock };
}

describe('start with CircleCI', () => {
  it('sends exactly this request, once', async () => {
    const { standIn, start } = await setUp();
    const result = await start({ parameters: { version: 'v41' } });
    expect(result).toEqual({
      kind: 'started',
      run: { id: FIRST, url: `${standIn.url}/pipelines/gh/acme/shop/42` },
    });
    expect(standIn.starts).toHaveLength(1);
    const [sent] = standIn.starts;
    expect(sent).toMatchObject({ method: 'POST', url: '/api/v2/project/gh/acme/shop/pipeline' });
    expect(sent?.headers).toMatchObject({
      'circle-token': standIn.secret,
      'content-type': 'application/json',
      accept: 'application/json',
    });
    expect(sent?.headers).not.toHaveProperty('authorization');
    expect(sent?.body).toBe('{"branch":"main","parameters":{"rollback":true,"version":"v41"}}');
    expect(standIn.pipelines[0]?.parameters).toEqual({ rollback: true, version: 'v41' });
  });

  it('with a pipeline definition sends exactly this request', async () => {
    const { standIn, start } = await setUp(withDefinition, {
      'circleci-definition-id': DEFINITION,
    });
    expect(await start()).toMatchObject({ kind: 'started', run: { id: FIRST } });
    expect(standIn.starts.map(({ url, body }) => [url, body])).toEqual([
      [
        '/api/v2/project/gh/acme/shop/pipeline/run',
        `{"definition_id":"${DEFINITION}","config":{"branch":"main"},"checkout":{"branch":"main"},"parameters":{"rollback":true}}`,
      ],
    ]);
  });

  it.each([
    ['release/2', { branch: 'release/2' }],
    ['refs/heads/release/2', { branch: 'release/2' }],
    ['refs/tags/v1.2', { tag: 'v1.2' }],
  ])('on %s: started without a look-up of the default branch', async (ref, sent) => {
    const refs = { branches: ['release/2'], tags: ['v1.2'] };
    const old = await setUp(refs);
    expect((await old.start({ ref })).kind).toBe('started');
    expect(JSON.parse(old.standIn.starts[0]?.body ?? '')).toEqual({
      ...sent,
      parameters: { rollback: true },
    });
    expect(old.standIn.requests.some(({ url }) => url.endsWith('/shop'))).toBe(false);

    const run = await setUp(
      { ...refs, ...withDefinition },
      { 'circleci-definition-id': DEFINITION },
    );
    expect((await run.start({ ref })).kind).toBe('started');
    expect(JSON.parse(run.standIn.starts[0]?.body ?? '')).toMatchObject({
      config: sent,
      checkout: sent,
    });
  });

  it.each([
    ['github/acme/shop', {}],
    ['bitbucket/acme/shop', {}],
    ['circleci/9YytKzouJxzu4/44n9wujWcTnVZ', { 'circleci-definition-id': DEFINITION }],
  ])('with the slug %s: started', async (slug, options) => {
    const { start } = await setUp({ slug, ...withDefinition }, options);
    expect((await start()).kind).toBe('started');
  });

  it.each(['', '/', '/api/v2', '/api/v2/'])(
    'a server below a path, with "%s" at its end: started',
    async (end) => {
      const { standIn } = await setUp({ subPath: '/circle' });
      const { fetch, open } = countedFetch();
      const clock = new VirtualClock();
      const client = standIn.client(
        { fetch, clock, random: () => 0.5 },
        { 'circleci-url': `${standIn.url}${end}` },
      );
      const work = client.start(request, never, () => undefined);
      const result = await drive(clock, work, open, () => 0);
      expect(result).toMatchObject({
        kind: 'started',
        run: { url: `${standIn.url}/pipelines/gh/acme/shop/42` },
      });
      expect(standIn.starts[0]?.url).toBe('/circle/api/v2/project/gh/acme/shop/pipeline');
    },
  );

  it('no circleci-project: takes the project of our own workflow', async () => {
    const { standIn, start } = await setUp(
      { slug: 'circleci/org1/project1', ...withDefinition },
      {
        'circleci-project': undefined,
        ownRunId: OWN_WORKFLOW,
        'circleci-definition-id': DEFINITION,
      },
    );
    expect((await start()).kind).toBe('started');
    expect(standIn.starts[0]?.url).toBe('/api/v2/project/circleci/org1/project1/pipeline/run');
  });

  const refusals: [
    string,
    StandInCircleciOptions,
    Partial<ClientOptions<CircleciSettings>>,
    Partial<StartRequest>,
    RegExp,
  ][] = [
    [
      'no token',
      {},
      { 'circleci-token': undefined },
      {},
      /no token.*circleci-token, or CIRCLE_TOKEN/,
    ],
    [
      'no project',
      {},
      { 'circleci-project': undefined },
      {},
      /no project.*circleci-project, or CIRCLE_PROJECT_SLUG/,
    ],
    ['no project slug', {}, { 'circleci-project': 'shop' }, {}, /not a project slug/],
    ['no URL', {}, { 'circleci-url': 'circleci' }, {}, /circleci-url is not a URL/],
    ['a commit', {}, {}, { ref: 'b'.repeat(40) }, /is a commit/],
    [
      'no default branch',
      { defaultBranch: null },
      {},
      {},
      /default branch of gh\/acme\/shop.*rollback-ref/,
    ],
    ['the marker as parameter', {}, {}, { parameters: { rollback: 'no' } }, /sets "rollback"/],
    ['no definition', { slug: 'circleci/o/p' }, {}, {}, /without the id of a pipeline definition/],
    [
      'a project that does not exist',
      {},
      { 'circleci-project': 'gh/acme/gone' },
      {},
      /404 \(Project not found\).*circleci-project/,
    ],
  ];
  it.each(refusals)(
    '%s: refused, and nothing is sent',
    async (_, circleci, options, requested, says) => {
      const { standIn, start } = await setUp(circleci, options);
      const result = await start(requested);
      expect(result.kind).toBe('refused');
      expect(inWords(result)).toMatch(says);
      expect(standIn.starts).toEqual([]);
    },
  );

  it.each([
    [
      'an undeclared parameter',
      { parameters: {} },
      {},
      /400 \(Unexpected argument\(s\): rollback\).*under parameters:/,
    ],
    [
      'a parameter of another type',
      { parameters: { rollback: 'string' } },
      {},
      /expected type: string.*type: boolean/,
    ],
    ['a missing branch', {}, { ref: 'gone' }, /Branch or tag not found.*rollback-ref/],
    ['another token', { token: 'other' }, { ref: 'main' }, /401.*personal API token/],
  ])('%s: refused by CircleCI, with what to change', async (_, circleci, requested, says) => {
    const { standIn, start } = await setUp(circleci);
    const result = await start(requested);
    expect(result.kind).toBe('refused');
    expect(inWords(result)).toMatch(says);
    expect(standIn.starts).toHaveLength(1);
    expect(standIn.started).toBe(0);
  });

  const html = '<html><body>Sign in</body></html>';
  it.each<[string, Fault, 'refused' | 'unknown', RegExp]>([
    ['403', { status: 403, body: '{"message":"Permission denied"}' }, 'refused', /write access/],
    ['302', { status: 302, headers: { location: '/login' } }, 'refused', /circleci-url/],
    ['203', { status: 203, body: html }, 'unknown', /with a page .*Sign in.*not found/],
    [
      'a page',
      { status: 200, headers: { 'content-type': 'text/html' }, body: html },
      'unknown',
      /with a page in place of its pipeline.*not found/,
    ],
    ['500', { status: 500, body: '{"message":"Boom"}' }, 'unknown', /500 \(Boom\)/],
    ['nonsense', { status: 201, body: '{"id":' }, 'unknown', /without naming its pipeline/],
    [
      '200 with a message',
      { status: 200, body: '{"message":"Nothing to do"}' },
      'unknown',
      /naming its pipeline: status 200 \(Nothing to do\)/,
    ],
    [
      'an id that is not a UUID',
      { status: 201, body: '{"id":"../me"}' },
      'unknown',
      /naming its pipeline/,
    ],
    ['reset', 'reset', 'unknown', /not found/],
    ['reset in the answer', 'reset-mid-answer', 'unknown', /not found/],
    ['hang', 'hang', 'unknown', /took longer than 15 s/],
  ])('%s: %s', async (_, fault, kind, says) => {
    const { standIn, start } = await setUp();
    standIn.fault('start', fault);
    const result = await start();
    expect(result.kind).toBe(kind);
    expect(inWords(result)).toMatch(says);
    expect(result).not.toHaveProperty('probable');
    expect(standIn.starts).toHaveLength(1);
  });

  it.each([
    [{ 'retry-after': '7' }, 7000],
    [{}, 250],
  ])('429 with %j: sent again after the pause, and then refused', async (headers, atLeast) => {
    const { standIn, start, clock } = await setUp();
    standIn.fault('start', { status: 429, headers, body: '{"message":"Rate Limit Exceeded"}' });
    const result = await start();
    expect(result).toMatchObject({
      kind: 'refused',
      hint: expect.stringMatching(/rate limit/),
    });
    expect(standIn.starts).toHaveLength(4);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(atLeast);
    expect(standIn.started).toBe(0);
  });

  it('connection refused: refused', async () => {
    const { start } = await setUp({}, { 'circleci-url': await refusing() });
    expect(await start({ ref: 'main' })).toMatchObject({
      kind: 'refused',
      reason: expect.stringMatching(/could not be reached/),
      hint: expect.stringMatching(/circleci-url/),
    });
  });

  describe('accepted, and no answer', () => {
    const lost: Fault = { accepted: true, then: { status: 502, body: '<html>Bad gateway</html>' } };

    it.each<[string, Fault]>([
      ['502', lost],
      ['reset', { accepted: true, then: 'reset' }],
      ['hang', { accepted: true, then: 'hang' }],
      ['a page', { accepted: true, then: { status: 200, body: html } }],
    ])('%s: the only new pipeline is probable, and no second is started', async (_, fault) => {
      const { standIn, start } = await setUp({
        earlier: [
          { id: '5b0a0000-0000-4000-8000-000000000007', created_at: '2020-01-01T00:00:00Z' },
        ],
      });
      standIn.fault('start', fault);
      expect(await start()).toMatchObject({ kind: 'unknown', probable: { id: FIRST } });
      expect(standIn.starts).toHaveLength(1);
      expect(standIn.started).toBe(1);
    });

    const other = { id: '5b0a0000-0000-4000-8000-000000000099', number: 99 };
    it.each([
      ['another one', [{ ...other, trigger: { type: 'api' } }], false],
      ['one without a trigger', [other], false],
      ['a push of the same user', [{ ...other, trigger: { type: 'webhook' } }], true],
      ['one of a schedule', [{ ...other, trigger: { type: 'scheduled_pipeline' } }], true],
      ['one on another branch', [{ ...other, vcs: { branch: 'feature' } }], true],
      ['one on a tag', [{ ...other, vcs: { tag: 'main' } }], true],
      ['an old one', [{ ...other, created_at: '2020-01-01T00:00:00Z' }], true],
    ])('next to %s: unknown', async (_, rivals, explained) => {
      const { standIn, start } = await setUp({ rivals });
      standIn.fault('start', lost);
      const result = await start();
      expect(result).toMatchObject(
        explained
          ? { kind: 'unknown', probable: { id: FIRST } }
          : { kind: 'unknown', reason: expect.stringMatching(/2 new pipelines could be it/) },
      );
      expect('probable' in result).toBe(explained);
    });

    it('a page for the list before the call: nothing is sent', async () => {
      const { standIn, start } = await setUp({
        overrides: [{ method: 'GET', path: /\/mine$/, fault: { status: 200, body: html } }],
      });
      expect(inWords(await start())).toMatch(/^listing the pipelines .*Sign in.*page for people/);
      expect(standIn.starts).toEqual([]);
    });

    it.each<[string, Fault]>([
      ['cannot be read', { status: 403, body: '{}' }],
      ['is not a list', { status: 200, body: '{}' }],
    ])('a list of pipelines that %s: unknown, without a probable one', async (_, fault) => {
      const { standIn, start } = await setUp({
        overrides: [{ method: 'GET', path: /\/mine$/, fault }],
      });
      standIn.fault('start', lost);
      const result = await start();
      expect(result.kind).toBe('unknown');
      expect(result).not.toHaveProperty('probable');
    });
  });

  it('aborted before the call: rejects, and sends nothing', async () => {
    const { client, standIn } = await setUp();
    let sends = 0;
    const stop = AbortSignal.abort(new Cancelled('SIGTERM'));
    const work = client.start(request, stop, () => {
      sends++;
    });
    await expect(work).rejects.toBeInstanceOf(Cancelled);
    expect([sends, standIn.starts]).toEqual([0, []]);
  });

  it("starts a run over Rollgate's own HTTP client", async () => {
    const standIn = await StandInCircleci.start();
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
    expect(result).toMatchObject({ kind: 'started', run: { id: FIRST } });
    expect(await client.state(first, never)).toMatchObject({ phase: 'queued' });
    await client.cancel(first, never);
    expect(await client.state(first, never)).toMatchObject({ phase: 'cancelled' });
    expect(standIn.starts).toHaveLength(1);
  });
});

describe('the web address of a pipeline', () => {
  it.each([
    ['https://circleci.com', first.url],
    ['https://ci.acme.example/circle', 'https://ci.acme.example/circle/pipelines/gh/acme/shop/42'],
  ])('is on the app of %s', async (url, expected) => {
    const { standIn } = await setUp();
    // The addresses are made from what is configured; the requests go to the stand-in.
    const client = standIn.client(
      {
        fetch: (input, init) => {
          const requested = new URL(input instanceof Request ? input.url : input);
          return fetch(
            `${standIn.url}${requested.pathname.replace('/circle', '')}${requested.search}`,
            init,
          );
        },
        clock: systemClock,
        random: () => 0.5,
      },
      { 'circleci-url': url },
    );
    const result = await client.start({ ...request, ref: 'main' }, never, () => undefined);
    expect(result).toMatchObject({ run: { url: expected } });
  });
});

const at = (
  status: string,
  more: Partial<NonNullable<PipelineState['workflows']>[number]> = {},
): PipelineState => ({
  state: 'created',
  workflows: [{ name: 'rollback', status, ...more }],
});

describe('the ci strategy with CircleCI', () => {
  it('a successful run: verified', async () => {
    const { result, lines, standIn } = await roll({});
    expect(result).toMatchObject({ outcome: 'verified', runId: FIRST });
    expect(lines).toContain('✅ CI/CD rollback triggered');
    expect(lines).toContain('rollback run: success');
    expect(standIn.started).toBe(1);
  });

  it.each([
    ['failed', at('failed'), 'triggered', /ended with "failed"/],
    ['error', at('error'), 'triggered', /"error"/],
    ['unauthorized', at('unauthorized'), 'triggered', /context/],
    ['not run', at('not_run'), 'triggered', /not_run/],
    ['cancelled', at('canceled'), 'triggered', /cancelled by somebody else/],
    [
      'one of two failed',
      {
        state: 'created',
        workflows: [
          { name: 'a', status: 'success' },
          { name: 'b', status: 'failed' },
        ],
      },
      'triggered',
      /"a: success, b: failed"/,
    ],
    ['a word of tomorrow', at('paused'), 'triggered', /was not done.*"paused"/],
    ['a state of tomorrow', { state: 'paused' }, 'triggered', /was not done.*"paused"/],
    ['no workflow', { state: 'created' }, 'triggered', /no workflow matched/],
    [
      'errored',
      { state: 'errored', errors: ['No such orb'] },
      'failed',
      /"errored: No such orb"; nothing of it ran/,
    ],
    [
      'errored after its setup',
      { state: 'errored', errors: ['x'], workflows: [{ status: 'success', tag: 'setup' }] },
      'triggered',
      /"errored: x"/,
    ],
  ] as const)('%s', async (_, shown, outcome, says) => {
    const { result } = await roll({ states: [{ state: 'pending' }, shown] });
    expect(result.outcome).toBe(outcome);
    expect(result.detail).toMatch(says);
  });

  it('an undeclared parameter that CircleCI finds after the start: failed, nothing has run', async () => {
    const { result, standIn } = await roll(
      { undeclared: 'errored' },
      { parameters: { versoin: 'v41' } },
    );
    expect(standIn.started).toBe(1);
    expect(result).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/Unexpected argument\(s\): versoin \(Declare these under/),
    });
  });

  it('a pipeline without a workflow: failed after a minute', async () => {
    const { clock } = await roll({ states: [{ state: 'created' }] });
    expect(clock.monotonic()).toBeGreaterThanOrEqual(60_000);
    expect(clock.monotonic()).toBeLessThan(90_000);
  });

  it.each(['setup', undefined])('a setup workflow is not the rollback (tag %s)', async (tag) => {
    const setup = { name: 'setup', status: 'success', ...(tag === undefined ? {} : { tag }) };
    const { result, lines } = await roll({
      states: [
        { state: 'setup-pending' },
        { state: 'setup', workflows: [{ ...setup, status: 'running' }] },
        { state: 'setup', workflows: [setup] },
        { state: 'created', workflows: [setup] },
        { state: 'created', workflows: [setup, { name: 'rollback', status: 'running' }] },
        { state: 'created', workflows: [setup, { name: 'rollback', status: 'success' }] },
      ],
    });
    expect(result).toMatchObject({
      outcome: 'verified',
      detail: expect.stringMatching(/"setup: success, rollback: success"/),
    });
    expect(lines).toContain('rollback run: created, after its setup workflow');
  });

  it('a failed workflow on the last page: not verified', async () => {
    const success = { name: 'ok', status: 'success' };
    const { result, standIn } = await roll({
      pageSize: 2,
      states: [
        {
          state: 'created',
          workflows: [success, success, success, success, { name: 'z', status: 'failed' }],
        },
      ],
    });
    expect(result.detail).toMatch(/z: failed/);
    expect(standIn.requests.map(({ url }) => url)).toContain(
      `/api/v2/pipeline/${FIRST}/workflow?page-token=4`,
    );
  });

  it('an approval: waits for a person, and is cancelled when the time is over', async () => {
    const hold = [{ id: 'j', type: 'approval', status: 'on_hold', started_at: null }];
    const { result, lines, standIn } = await roll({ states: [at('on_hold', { jobs: hold })] });
    expect(lines).toContainEqual(
      expect.stringMatching(/waits for a person: on_hold \(a job of type approval/),
    );
    expect(result).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/person to approve.*cancelled before anything of it ran/),
    });
    expect(standIn.cancels.map(({ url }) => url)).toEqual([
      `/api/v2/workflow/${workflowId(FIRST, 0)}/cancel`,
    ]);
  });

  const blocked = [
    { id: 'j', type: 'build', status: 'queued', started_at: null },
    { id: 'k', type: 'build', status: 'blocked', started_at: null },
  ];
  it.each([
    ['queued', at('queued', { jobs: blocked }), /"queued"/],
    [
      'running without a started job',
      at('running', { jobs: blocked }),
      /"running, none of its jobs/,
    ],
  ])('%s for ever: cancelled, failed, nothing has run', async (_, shown, says) => {
    const { result, lines, clock } = await roll({ states: [shown] });
    expect(result).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(says),
    });
    expect(result.detail).toMatch(
      /had not begun after 2m.*serial-group.*before anything of it ran/,
    );
    expect(lines.join('\n')).toMatch(/serial-group/);
    expect(clock.monotonic()).toBeLessThan(140_000);
  });

  it('pending for ever: cannot be cancelled, triggered', async () => {
    const { result, standIn } = await roll({ states: [{ state: 'pending' }] });
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(
        /could not be confirmed \(CircleCI cannot cancel a pipeline.*may still fire/,
      ),
    });
    expect(standIn.cancels).toEqual([]);
  });

  it.each([
    ['ignored', 'ignore', /could not be confirmed.*may still fire/],
    [
      'refused',
      { status: 403, body: '{"message":"Permission denied"}' },
      /Permission denied.*may still fire/,
    ],
    ['obeyed', 'obey', /It was cancelled; what it changed/],
  ] as const)('a cancel that is %s, when the time is over: triggered', async (_, cancel, says) => {
    const { result } = await roll({ states: [at('running')], cancel });
    expect(result).toMatchObject({ outcome: 'triggered', detail: expect.stringMatching(says) });
  });

  it('cancels every workflow that has not ended, and no other', async () => {
    const { standIn } = await roll({
      states: [
        {
          state: 'created',
          workflows: [{ status: 'success' }, { status: 'running' }, { status: 'queued' }],
        },
      ],
    });
    expect(standIn.cancels.map(({ url }) => url)).toEqual([
      `/api/v2/workflow/${workflowId(FIRST, 1)}/cancel`,
      `/api/v2/workflow/${workflowId(FIRST, 2)}/cancel`,
    ]);
  });

  it.each<[string, Fault]>([
    ['401', { status: 401, body: '{"message":"You must log in first."}' }],
    ['403', { status: 403, body: '{"message":"Permission denied"}' }],
    ['404', { status: 404, body: '{"message":"Pipeline not found"}' }],
    ['500', { status: 500, body: '{}' }],
    ['429', { status: 429, headers: { 'retry-after': '3' }, body: '{}' }],
    ['302', { status: 302, headers: { location: '/login' } }],
    ['203', { status: 203, body: '<html>' }],
    ['a page', { status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }],
    ['malformed JSON', { status: 200, body: '{"items":' }],
    ['another type', { status: 200, headers: { 'content-type': 'text/plain' }, body: 'hello' }],
    ['hang', 'hang'],
    ['reset', 'reset'],
    ['reset in the answer', 'reset-mid-answer'],
  ])('%s for every state: not verified', async (_, fault) => {
    const { result, standIn, clock } = await roll({}, { fault: ['follow', fault] });
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/state cannot be read/),
    });
    expect(standIn.starts).toHaveLength(1);
    expect(clock.monotonic()).toBeLessThan(300_000);
  });

  it('a probable pipeline is followed, never cancelled, and not verified', async () => {
    const { result, standIn } = await roll(
      { states: [at('success')] },
      { fault: ['start', { accepted: true, then: { status: 502, body: '' } }] },
    );
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/probably ours.*its result proves nothing/),
    });
    expect(standIn.cancels).toEqual([]);
  });
});

describe('state and cancel with CircleCI', () => {
  it.each([
    [401, true],
    [403, true],
    [404, false],
    [500, false],
  ])('a state answered with %i is a permanent error: %s', async (status, forGood) => {
    const { client, run, standIn } = await setUp();
    standIn.fault('follow', { status, body: '{"message":"No"}' });
    const error = await run(client.state(first, never)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ transient: !forGood });
  });

  it('a list of workflows without an end: an error', async () => {
    const endless = { status: 200, body: '{"items":[],"next_page_token":"again"}' };
    const { client, run } = await setUp({
      overrides: [{ method: 'GET', path: /\/workflow$/, fault: endless }],
    });
    await expect(run(client.state(first, never))).rejects.toThrow(/has no end/);
  });

  it('cancelled, with jobs that cannot be read: may have run', async () => {
    const { client, run, start } = await setUp({
      states: [at('canceled', { jobs: [{ status: 'canceled', started_at: null }] })],
      overrides: [{ method: 'GET', path: /\/job$/, fault: { status: 403, body: '{}' } }],
    });
    await start();
    expect(await run(client.state(first, never))).toMatchObject({ mayHaveRun: true });
  });

  it('running, with jobs that cannot be read: running', async () => {
    const { client, run, start } = await setUp({
      states: [at('running')],
      overrides: [{ method: 'GET', path: /\/job$/, fault: { status: 403, body: '{}' } }],
    });
    await start();
    expect(await run(client.state(first, never))).toEqual({ phase: 'running', word: 'running' });
  });

  it('a cancel of a run that has ended: nothing is sent', async () => {
    const { client, run, start, standIn } = await setUp({ states: [at('success')] });
    await start();
    await expect(run(client.cancel(first, never))).resolves.toBeUndefined();
    expect(standIn.cancels).toEqual([]);
  });

  it.each<[Fault, boolean]>([
    [{ status: 500, body: '{}' }, false],
    [{ status: 429, body: '{}' }, false],
    ['reset', false],
    [{ status: 403, body: '{}' }, true],
    [{ status: 200, headers: { 'content-type': 'text/html' }, body: '<html>' }, true],
  ])('a cancel answered with %j is a permanent error: %s', async (fault, forGood) => {
    const { client, run, start } = await setUp({
      states: [at('running')],
      overrides: [{ method: 'POST', path: /\/cancel$/, fault }],
    });
    await start();
    const error = await run(client.cancel(first, never)).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ transient: !forGood });
  });
});

describe('describe, for a dry run', () => {
  it('prints the exact request', async () => {
    const { client, run, standIn } = await setUp();
    expect(
      await run(client.describe({ ...request, parameters: { version: 'v41' } }, never)),
    ).toEqual([
      `POST ${standIn.url}/api/v2/project/gh/acme/shop/pipeline`,
      'with {"branch":"main","parameters":{"rollback":true,"version":"v41"}}',
    ]);
    expect(standIn.starts).toEqual([]);
  });

  it('prints why it would be refused', async () => {
    const { client, run } = await setUp();
    const lines = await run(client.describe({ ...request, ref: 'refs/pull/1/merge' }, never));
    expect(lines).toEqual([
      expect.stringMatching(/^it would be refused: .*neither a branch nor a tag.*\(set/),
    ]);
  });

  it('without a token prints that nothing can be sent', async () => {
    const { client, run } = await setUp({}, { 'circleci-token': undefined });
    expect(await run(client.describe(request, never))).toEqual([
      'nothing: there is no token for CircleCI',
    ]);
  });
});

describe('preflight with CircleCI', () => {
  it('no finding for a working set-up, and only reads', async () => {
    const { client, run, standIn } = await setUp();
    expect(
      await run(client.preflight({ ...request, parameters: { version: 'v41' } }, never)),
    ).toEqual([]);
    expect(standIn.requests.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'GET /api/v2/me',
      'GET /api/v2/project/gh/acme/shop',
      'GET /api/v2/project/gh/acme/shop/pipeline?branch=main',
      `GET /api/v2/pipeline/${LAST}/config`,
    ]);
  });

  const down: Fault = { status: 503, body: '{"message":"Down"}' };
  const cases: [
    string,
    StandInCircleciOptions,
    Partial<ClientOptions<CircleciSettings>>,
    Partial<StartRequest>,
    'error' | 'warning' | 'notice',
    RegExp,
  ][] = [
    ['no token', {}, { 'circleci-token': undefined }, {}, 'error', /no token.*circleci-token/],
    ['a token with a space', {}, { 'circleci-token': 'a b' }, {}, 'error', /holds a space/],
    [
      'no project',
      {},
      { 'circleci-project': undefined },
      {},
      'error',
      /no project.*CIRCLE_PROJECT_SLUG/,
    ],
    [
      'a wrong token',
      { token: 'other' },
      {},
      {},
      'error',
      /401 \(You must log in first\.\).*personal/,
    ],
    [
      'another project',
      {},
      { 'circleci-project': 'gh/acme/gone' },
      {},
      'error',
      /404 \(Project not found\).*circleci-project/,
    ],
    ['a commit', {}, {}, { ref: 'b'.repeat(40) }, 'error', /is a commit/],
    [
      'the marker as parameter',
      {},
      {},
      { parameters: { rollback: 'x' } },
      'error',
      /sets "rollback".*take it out/,
    ],
    ['no default branch', { defaultBranch: null }, {}, {}, 'error', /default branch.*rollback-ref/],
    [
      'a missing definition id',
      { slug: 'circleci/o/p' },
      {},
      {},
      'error',
      /circleci-definition-id/,
    ],
    [
      'another definition',
      withDefinition,
      { 'circleci-definition-id': 'x' },
      {},
      'error',
      new RegExp(`no pipeline definition x.*${DEFINITION} \\(deploy\\)`),
    ],
    [
      'no definition at all',
      {},
      { 'circleci-definition-id': 'x' },
      {},
      'error',
      /set circleci-definition-id to one of: none/,
    ],
    [
      'definitions that cannot be read',
      { definitions: null },
      { 'circleci-definition-id': 'x' },
      {},
      'warning',
      /could not be seen: .*404.*Server/,
    ],
    [
      'no marker',
      { config: { source: 'version: 2.1' } },
      {},
      {},
      'warning',
      /pipeline 41, the last one, does not declare the parameter "rollback".*type: boolean/,
    ],
    [
      'a marker of another type',
      { config: { source: 'parameters: { rollback: { type: string } }' } },
      {},
      {},
      'warning',
      /"rollback" as string.*type: boolean/,
    ],
    [
      'an undeclared parameter',
      {},
      {},
      { parameters: { x: '1' } },
      'warning',
      /does not declare "x".*declared are: rollback, version/,
    ],
    [
      'a parameter that is not text',
      { config: { source: 'parameters: { rollback: { type: boolean }, x: { type: integer } }' } },
      {},
      { parameters: { x: '1' } },
      'warning',
      /declares "x".*as integer.*type: string/,
    ],
    [
      'a setup configuration',
      {
        config: {
          source: 'parameters: { rollback: { type: boolean } }',
          'setup-config': 'setup: true',
        },
      },
      {},
      {},
      'warning',
      /does not declare the parameter "rollback"/,
    ],
    [
      'no pipeline so far',
      { config: null },
      {},
      {},
      'notice',
      /could not be seen: there is no pipeline on main/,
    ],
    ['no configuration', { config: {} }, {}, {}, 'notice', /shows no configuration/],
    [
      'a configuration that is not YAML',
      { config: { source: 'a: [' } },
      {},
      {},
      'notice',
      /could not be seen/,
    ],
    ['a tag', { tags: ['v1'] }, {}, { ref: 'refs/tags/v1' }, 'notice', /no pipelines by tag/],
    [
      'a definition',
      withDefinition,
      { 'circleci-definition-id': DEFINITION },
      {},
      'notice',
      /no pipelines by definition/,
    ],
    [
      'an API that is down',
      { overrides: [{ method: 'GET', path: /\/me$/, fault: down }] },
      {},
      {},
      'warning',
      /503 \(Down\)/,
    ],
    [
      'a page to sign in on',
      { overrides: [{ method: 'GET', path: /\/me$/, fault: { status: 200, body: '<html>' } }] },
      {},
      {},
      'error',
      /page for people/,
    ],
    [
      'JSON of another kind',
      { overrides: [{ method: 'GET', path: /shop$/, fault: { status: 200, body: '{}' } }] },
      {},
      {},
      'error',
      /not understood; check circleci-url/,
    ],
  ];
  it.each(cases)('%s: reported', async (_, circleci, options, requested, level, says) => {
    const { client, run, standIn } = await setUp(circleci, options);
    const findings = await run(client.preflight({ ...request, ...requested }, never));
    const texts = findings.map((one) => `${one.level}: ${one.message} (${one.fix ?? ''})`);
    expect(texts).toContainEqual(expect.stringMatching(new RegExp(`^${level}: .*${says.source}`)));
    expect(findings.every(({ subject }) => subject === 'ci')).toBe(true);
    expect(standIn.requests.every(({ method }) => method === 'GET')).toBe(true);
    expect(JSON.stringify(findings)).not.toContain(standIn.secret);
  });

  it('rejects only when aborted', async () => {
    const { client } = await setUp();
    const stop = AbortSignal.abort(new Cancelled('SIGINT'));
    await expect(client.preflight(request, stop)).rejects.toBeInstanceOf(Cancelled);
  });
});
