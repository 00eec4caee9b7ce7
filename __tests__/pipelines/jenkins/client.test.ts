import type { JenkinsSettings } from '../../../src/pipelines/jenkins/context.js';
import type { ClientOptions, Fault } from '../../support/stand-in.js';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { StartRequest } from '../../../src/contract/pipeline.js';
import { Cancelled } from '../../../src/support/abort.js';
import { systemClock } from '../../../src/support/clock.js';
import { createHttp, fetchOf } from '../../../src/support/http.js';
import { countedFetch, drive } from '../../support/drive.js';
import { refusing } from '../../support/servers.js';
import {
  type BuildState,
  DECLARED,
  StandInJenkins,
  type StandInJenkinsOptions,
  WITHOUT_ID,
} from '../../support/stand-in-jenkins.js';
import { inWords, never, openClient, rollWith } from '../../support/stand-in-client.js';
import { settle, VirtualClock } from '../../support/virtual-clock.js';

const request: StartRequest = {
  ref: undefined,
  optional: {
    rollback: 'true',
    rollback_id: 'rg-1',
    rollback_target: 'api',
    rollback_image: 'i:1',
  },
  parameters: {},
  correlationId: 'rg-1',
};
const waiting = { why: 'Waiting for next available executor', buildable: true };
const ever = Array.from({ length: 500 }, () => waiting);

const cleanUps: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

async function setUp(
  jenkins: StandInJenkinsOptions = {},
  options: Partial<ClientOptions<JenkinsSettings>> = {},
) {
  const standIn = await StandInJenkins.start(jenkins);
  cleanUps.push(() => standIn.close());
  return openClient(standIn, request, (deps) => standIn.client(deps, options));
}

interface Rolled {
  readonly time?: number;
  readonly startTimeout?: number;
  readonly options?: Partial<ClientOptions<JenkinsSettings>>;
  readonly fault?: readonly ['start' | 'follow', Fault];
}

/** The whole strategy: plan, start, follow. */
async function roll(jenkins: StandInJenkinsOptions, rolled: Rolled = {}) {
  const { options, fault, ...rest } = rolled;
  const opened = await setUp(jenkins, options);
  const { standIn, clock } = opened;
  if (fault !== undefined) standIn.fault(...fault);
  const beforeChange = (): void => {
    expect(standIn.starts).toEqual([]);
  };
  return { ...(await rollWith(opened, { ...rest, beforeChange })), standIn, clock };
}

function text(status: number, body: string, headers: Readonly<Record<string, string>> = {}): Fault {
  return { status, headers: { 'content-type': 'text/html', ...headers }, body };
}

describe('start with Jenkins', () => {
  it('reads the declaration, and then sends exactly this request, once', async () => {
    const { standIn, start } = await setUp();
    expect(await start()).toEqual({
      kind: 'started',
      run: { id: '17', url: `${standIn.url}/job/ops/job/rollback/17/` },
    });
    const authorization = `Basic ${Buffer.from(`deployer:${standIn.secret}`).toString('base64')}`;
    const [first, second, ...rest] = standIn.requests;
    expect([first?.method, decodeURIComponent(first?.url ?? '')]).toEqual([
      'GET',
      '/job/ops/job/rollback/api/json?tree=buildable,concurrentBuild,nextBuildNumber,property[parameterDefinitions[name,type,choices]]',
    ]);
    expect(second).toMatchObject({
      method: 'POST',
      url: '/job/ops/job/rollback/buildWithParameters?delay=0sec',
      headers: {
        accept: 'application/json',
        'accept-language': 'en',
        authorization,
        'content-type': 'application/x-www-form-urlencoded',
        'user-agent': 'rollgate',
      },
      body: 'ROLLBACK=true&ROLLBACK_ID=rg-1&ROLLBACK_TARGET=api',
    });
    expect(second?.headers).not.toHaveProperty('cookie');
    expect(rest.map(({ method }) => method)).toEqual(['GET']);
    expect(standIn.requests.every(({ headers }) => headers.authorization === authorization)).toBe(
      true,
    );
  });

  it("sends the user's parameters unchanged", async () => {
    const { standIn, start } = await setUp();
    await start({ parameters: { VERSION: 'v1.2 & "more"=ü' } });
    expect([...new URLSearchParams(standIn.starts[0]?.body)]).toEqual([
      ['ROLLBACK', 'true'],
      ['ROLLBACK_ID', 'rg-1'],
      ['ROLLBACK_TARGET', 'api'],
      ['VERSION', 'v1.2 & "more"=ü'],
    ]);
    expect(standIn.runs[0]?.parameters).toMatchObject({
      ROLLBACK: true,
      VERSION: 'v1.2 & "more"=ü',
    });
  });

  it.each([
    ['rollback', '', '', '/job/rollback'],
    ['A/B/feature%2Fx', '', '', '/job/A/job/B/job/feature%252Fx'],
    ['A b/ü', '/jenkins', '', '/jenkins/job/A%20b/job/%C3%BC'],
    ['ops/rollback', '/ci/jenkins', '/', '/ci/jenkins/job/ops/job/rollback'],
    ['ops/rollback', '', '//', '/job/ops/job/rollback'],
  ])('the job %s under "%s%s": started', async (job, subPath, end, path) => {
    const standIn = await StandInJenkins.start({ job, subPath });
    cleanUps.push(() => standIn.close());
    const clock = new VirtualClock();
    const counted = countedFetch();
    const deps = { fetch: counted.fetch, clock, random: () => 0.5 };
    const client = standIn.client(deps, { 'jenkins-url': `${standIn.url}${end}` });
    const result = await drive(
      clock,
      client.start(request, never, () => undefined),
      counted.open,
      () => 0,
    );
    expect(result).toEqual({
      kind: 'started',
      run: { id: '17', url: `${standIn.url.replace(subPath, '')}${path}/17/` },
    });
    expect(standIn.starts.map(({ url }) => url)).toEqual([
      `${path}/buildWithParameters?delay=0sec`,
    ]);
  });

  it('takes only the number from Location, whose host may be unreachable', async () => {
    const { standIn, start } = await setUp({ believes: 'http://jenkins.internal:8080' });
    expect(await start()).toMatchObject({
      run: { url: `${standIn.url}/job/ops/job/rollback/17/` },
    });
  });

  it('a build that does not start at once: started, with the queue item', async () => {
    const { standIn, start, clock } = await setUp({ items: ever });
    expect(await start()).toEqual({
      kind: 'started',
      run: { id: 'queue/120', url: `${standIn.url}/job/ops/job/rollback/` },
    });
    expect(clock.monotonic()).toBeLessThanOrEqual(5250);
  });

  describe('refused before anything is sent', () => {
    const cases: [string, StandInJenkinsOptions, Partial<StartRequest>, RegExp][] = [
      [
        'an undeclared marker, which Jenkins would drop to deploy',
        { parameters: DECLARED.filter(({ name }) => name !== 'ROLLBACK') },
        {},
        /does not declare the parameter ROLLBACK \(declared: ROLLBACK_ID, .*would deploy.*boolean/,
      ],
      [
        'a marker in small letters',
        { parameters: [{ name: 'rollback' }] },
        {},
        /does not declare the parameter ROLLBACK \(declared: rollback\)/,
      ],
      ['no parameters', { parameters: null }, {}, /declared: none.*must have run once/],
      [
        'parameters that are not shown',
        { parameters: 'hidden' },
        {},
        /could not be read.*Job\/Read/,
      ],
      ['a disabled job', { buildable: false }, {}, /disabled.*enable it/],
      ['a folder', { kind: 'folder' }, {}, /folder or a multibranch project.*project\/main/],
      [
        'an undeclared parameter',
        {},
        { parameters: { MODE: 'x' } },
        /"MODE".*does not declare.*Jenkins would drop it/,
      ],
      ['an overridden marker', {}, { parameters: { ROLLBACK: 'false' } }, /sets "ROLLBACK"/],
      ['a marker in another case', {}, { parameters: { rollback: 'false' } }, /sets "rollback"/],
      ['an overridden id', {}, { parameters: { ROLLBACK_ID: 'x' } }, /sets "ROLLBACK_ID"/],
      [
        'a choice without true',
        { parameters: [{ name: 'ROLLBACK', choices: ['yes', 'no'] }] },
        {},
        /ROLLBACK of the job ops\/rollback cannot be "true", only yes, no/,
      ],
      [
        'a value that is not among the choices',
        { parameters: [...DECLARED, { name: 'ZONE', choices: ['a', 'b'] }] },
        { parameters: { ZONE: 'c' } },
        /ZONE .*cannot be "c"/,
      ],
      [
        'a job that cannot be read',
        { overrides: [{ method: 'GET', path: /rollback\/api/, fault: text(500, 'Oops') }] },
        {},
        /500.*seen that the job declares ROLLBACK/,
      ],
      [
        'a job whose answer is not JSON',
        {
          overrides: [
            { method: 'GET', path: /rollback\/api/, fault: { status: 200, body: '{"bui' } },
          ],
        },
        {},
        /not understood/,
      ],
      [
        'a page to sign in on',
        {
          overrides: [
            { method: 'GET', path: /rollback\/api/, fault: text(200, '<!DOCTYPE html><p>SSO') },
          ],
        },
        {},
        /wants somebody to sign in/,
      ],
      [
        'a redirect to a foreign sign-in page',
        {
          overrides: [
            {
              method: 'GET',
              path: /rollback\/api/,
              fault: text(302, '', { location: 'https://sso.example.com/login' }),
            },
          ],
        },
        {},
        /wants somebody to sign in/,
      ],
    ];
    it.each(cases)('%s', async (_, jenkins, requested, says) => {
      const { start, standIn } = await setUp(jenkins);
      const result = await start(requested);
      expect(result.kind).toBe('refused');
      expect(inWords(result)).toMatch(says);
      expect(standIn.starts).toEqual([]);
    });

    it.each([
      [{ 'jenkins-url': undefined }, /jenkins-url \(JENKINS_URL\)/],
      [{ 'jenkins-user': undefined }, /jenkins-user \(JENKINS_USER\)/],
      [{ 'jenkins-token': undefined }, /jenkins-token \(JENKINS_TOKEN\)/],
      [{ 'jenkins-job': undefined }, /jenkins-job \(JENKINS_JOB_NAME\)/],
    ])('without %j', async (options, says) => {
      const { start, client, standIn } = await setUp({}, options);
      expect(inWords(await start())).toMatch(says);
      expect(await client.preflight(request, never)).toEqual([
        {
          level: 'error',
          subject: 'ci',
          message: expect.stringMatching(/is not set|no token/),
          fix: expect.stringMatching(says),
        },
      ]);
      expect(await client.describe(request, never)).toEqual([expect.stringMatching(/^nothing: /)]);
      await expect(client.state({ id: '1', url: '' }, never)).rejects.toThrow(
        /is not set|no token/,
      );
      expect(standIn.requests).toEqual([]);
    });

    it.each([
      [
        { 'jenkins-token': 'wrong' },
        /401.*Invalid password\/token.*jenkins-user or jenkins-token is wrong/,
      ],
      [{ 'jenkins-job': 'ops/gone' }, /404.*jenkins-job/],
    ])('%j', async (options, says) => {
      const { start, standIn } = await setUp({}, options);
      expect(inWords(await start())).toMatch(says);
      expect(standIn.starts).toEqual([]);
    });
  });

  describe('refused by Jenkins', () => {
    const cases: [string, Fault, RegExp][] = [
      [
        'not parameterized any more',
        text(500, '<h2>This build is not parameterized!</h2>'),
        /declares no parameters/,
      ],
      ['an illegal choice', text(500, '<p>Illegal choice for parameter Z: x</p>'), /choices/],
      ['starting up', text(503, '<h1>Jenkins is getting ready to work</h1>'), /try again/],
      ['no permission', text(403, '<p>bob is missing the Job/Build permission</p>'), /Job\/Build/],
      ['disabled in the meantime', text(409, '<p>ops/rollback is not buildable!</p>'), /enable it/],
      ['a redirect', text(302, '', { location: 'https://sso.example.com/' }), /sign in/],
    ];
    it.each(cases)('%s', async (_, fault, says) => {
      const { start, standIn } = await setUp();
      standIn.fault('start', fault);
      const result = await start();
      expect(result.kind).toBe('refused');
      expect(inWords(result)).toMatch(says);
      expect(standIn.starts).toHaveLength(1);
      expect(standIn.started).toBe(0);
    });

    it('by the veto of a plugin', async () => {
      const { start, standIn } = await setUp({ vetoed: true });
      expect(inWords(await start())).toMatch(/302.*did not queue it/);
      expect(standIn.started).toBe(0);
    });

    it('by a closed port', async () => {
      const { start, standIn } = await setUp({}, { 'jenkins-url': await refusing() });
      expect(await start()).toMatchObject({ kind: 'refused' });
      expect(standIn.requests).toEqual([]);
    });
  });

  it('aborted before the call: rejects, and sends nothing', async () => {
    const { client, standIn } = await setUp();
    const stop = AbortSignal.abort(new Cancelled('SIGTERM'));
    let sends = 0;
    const work = client.start(request, stop, () => {
      sends++;
    });
    await expect(work).rejects.toBeInstanceOf(Cancelled);
    expect(sends).toBe(0);
    expect(standIn.starts).toEqual([]);
  });

  it("starts a run over Rollgate's own HTTP client, with a password too", async () => {
    const standIn = await StandInJenkins.start({ credentials: 'password', subPath: '/jenkins' });
    const http = createHttp({ clock: systemClock });
    cleanUps.push(
      () => standIn.close(),
      () => {
        http.close();
      },
    );
    const fetch = fetchOf(http, { timeoutMs: 20_000 });
    const client = standIn.client({ fetch, clock: systemClock, random: Math.random });
    const result = await client.start(request, never, () => undefined);
    expect(result).toMatchObject({ kind: 'started', run: { id: '17' } });
    if (result.kind !== 'started') return;
    await client.cancel(result.run, never);
    expect(await client.state(result.run, never)).toMatchObject({ phase: 'cancelled' });
    expect(standIn.started).toBe(1);
  });
});

describe('crumbs of Jenkins', () => {
  it('with a password: crumb and session are fetched when Jenkins asks for one', async () => {
    const { start, standIn } = await setUp({ credentials: 'password' });
    expect(await start()).toMatchObject({ kind: 'started' });
    const requested = standIn.requests.map(
      ({ method, url }) => `${method} ${url.split('?', 1)[0]}`,
    );
    expect(requested.slice(1, 4)).toEqual([
      'POST /job/ops/job/rollback/buildWithParameters',
      'GET /crumbIssuer/api/json',
      'POST /job/ops/job/rollback/buildWithParameters',
    ]);
    expect(standIn.starts[1]?.headers).toMatchObject({
      'jenkins-crumb': 'c0ffee00aa11bb22cc33dd44',
      cookie: 'JSESSIONID.1a2b=node0standin4711.node0',
    });
    expect(standIn.starts[1]?.body).toBe(standIn.starts[0]?.body);
    expect(standIn.started).toBe(1);
  });

  const noCrumb = text(403, '<h2>HTTP ERROR 403 No valid crumb was included in the request</h2>');

  it('a refused crumb: not fetched again, and never shown', async () => {
    const { start, standIn } = await setUp();
    standIn.fault('start', noCrumb);
    const result = await start();
    expect(inWords(result)).toMatch(/403.*No valid crumb.*Use an API token/);
    expect(inWords(result)).not.toMatch(/c0ffee|node0standin/);
    expect(standIn.starts).toHaveLength(2);
  });

  const issuer = (fault: Fault): StandInJenkinsOptions => ({
    credentials: 'password',
    overrides: [{ method: 'GET', path: /crumbIssuer/, fault }],
  });

  it('no crumb issuer: sent again without a crumb', async () => {
    const { start, standIn } = await setUp(issuer(text(404, 'Not Found')));
    expect(await start()).toMatchObject({ kind: 'refused' });
    expect(standIn.starts).toHaveLength(2);
    expect(standIn.starts[1]?.headers).not.toHaveProperty('jenkins-crumb');
  });

  it.each<[string, Fault, RegExp]>([
    ['401', text(401, 'No'), /refused with status 401.*jenkins-token is wrong/],
    ['500', text(500, 'Oops'), /could not be reached: no crumb could be fetched: status 500/],
    ['a reset', 'reset', /no crumb could be fetched/],
    ['a hang', 'hang', /no crumb could be fetched: the call that fetches a crumb took longer/],
    ['no crumb', { status: 200, body: '{}' }, /no crumb could be fetched: the answer is not/],
  ])(
    'a crumb issuer that answers with %s: refused, nothing was started',
    async (_, fault, says) => {
      const { start, standIn } = await setUp(issuer(fault));
      const result = await start();
      expect(result.kind).toBe('refused');
      expect(inWords(result)).toMatch(says);
      // The start was sent once, without a crumb; after that only crumbs were asked for.
      expect(standIn.starts).toHaveLength(1);
      expect(standIn.started).toBe(0);
    },
  );

  it('an API token, or no CSRF protection: no crumb is fetched', async () => {
    for (const jenkins of [{}, { credentials: 'password', csrf: false }] as const) {
      const { start, standIn } = await setUp(jenkins);
      expect(await start()).toMatchObject({ kind: 'started' });
      expect(standIn.requests.filter(({ url }) => url.includes('crumb'))).toEqual([]);
    }
  });
});

describe('start with an unclear answer', () => {
  const lost: [string, Fault][] = [
    ['502', { accepted: true, then: text(502, 'Bad Gateway') }],
    ['a reset', { accepted: true, then: 'reset' }],
    ['a hang', { accepted: true, then: 'hang' }],
    ['200 without Location', { accepted: true, then: text(200, '') }],
    [
      '201 with a Location that is no queue item',
      { accepted: true, then: text(201, '', { location: '/' }) },
    ],
    ['203', { accepted: true, then: text(203, '<html>Hello</html>') }],
    ['a page', { accepted: true, then: text(200, '<html><title>Sign in</title></html>') }],
  ];
  it.each(lost)('%s: the build is found by its id', async (_, fault) => {
    const { start, standIn } = await setUp();
    standIn.fault('start', fault);
    expect(await start()).toEqual({
      kind: 'started',
      run: { id: '17', url: `${standIn.url}/job/ops/job/rollback/17/` },
    });
    expect(standIn.starts).toHaveLength(1);
  });

  it('a queued item: found by its id', async () => {
    const { start, standIn } = await setUp({ items: ever });
    standIn.fault('start', { accepted: true, then: text(502, 'Bad Gateway') });
    expect(await start()).toMatchObject({ kind: 'started', run: { id: 'queue/120' } });
  });

  const broken: Fault = { accepted: true, then: text(502, 'Bad Gateway') };

  it.each<[string, StandInJenkinsOptions, string]>([
    ['waits', { items: ever }, 'queue/120'],
    ['is a build', {}, '17'],
  ])('no id declared: the only new run, which %s, is probable', async (_, jenkins, id) => {
    const { start, standIn } = await setUp({
      parameters: WITHOUT_ID,
      others: [
        { queueId: 90, build: 16, parameters: { ROLLBACK: true, ROLLBACK_TARGET: 'api' } },
        { queueId: 91, parameters: { ROLLBACK: true, ROLLBACK_TARGET: 'other' } },
      ],
      ...jenkins,
    });
    standIn.fault('start', broken);
    expect(await start()).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/502/),
      probable: { id },
    });
    expect(standIn.starts).toHaveLength(1);
  });

  it.each<[string, StandInJenkinsOptions, Fault, RegExp]>([
    [
      'a second new run',
      { parameters: WITHOUT_ID, rivals: [{ queueId: 140, build: 18 }] },
      broken,
      /2 new runs could be it/,
    ],
    [
      'a page',
      {},
      text(200, '<html><h1>Sign in</h1></html>'),
      /with a page in place of its queue item: status 200 \(Sign in\), and its run was not found/,
    ],
    ['no run at all', { parameters: WITHOUT_ID }, 'reset', /no new run could be told/],
    ['a new run without our id', {}, 'reset', /no new run could be told/],
    [
      'a queue that cannot be read',
      { overrides: [{ method: 'GET', path: /^\/queue\/api/, fault: text(403, 'Denied') }] },
      broken,
      /not found: reading the queue: status 403/,
    ],
    [
      'no list of the queue before the call',
      {
        parameters: WITHOUT_ID,
        overrides: [
          { method: 'GET', path: /^\/queue\/api/, fault: { status: 200, body: '{}' }, times: 1 },
        ],
      },
      broken,
      /no new run could be told/,
    ],
  ])('%s: unknown, without a probable run', async (_, jenkins, fault, says) => {
    const { start, standIn, clock } = await setUp(jenkins);
    standIn.fault('start', fault);
    expect(await start()).toEqual({ kind: 'unknown', reason: expect.stringMatching(says) });
    expect(standIn.starts).toHaveLength(1);
    expect(clock.monotonic()).toBeLessThan(60_000);
  });

  it('a new run with other parameters: not ours, unknown', async () => {
    const { start, standIn } = await setUp({
      parameters: WITHOUT_ID,
      overrides: [
        {
          method: 'GET',
          path: /^\/queue\/api/,
          fault: {
            status: 200,
            body: JSON.stringify({
              items: [
                {
                  id: 200,
                  task: { url: 'http://ci/job/ops/job/rollback/' },
                  actions: [{ parameters: [{ name: 'ROLLBACK', value: false }] }],
                },
              ],
            }),
          },
        },
      ],
    });
    standIn.fault('start', 'reset');
    expect(await start()).not.toHaveProperty('probable');
  });

  it('aborted while the call hangs: unknown, at once', async () => {
    const { client, standIn, clock } = await setUp();
    standIn.fault('start', 'hang');
    const stop = new AbortController();
    const work = client.start(request, stop.signal, () => undefined);
    while (standIn.hanging === 0) await settle();
    stop.abort(new Cancelled('SIGTERM'));
    expect(await work).toMatchObject({
      kind: 'unknown',
      reason: expect.stringMatching(/no time left/),
    });
    expect(clock.monotonic()).toBe(0);
  });
});

describe('an equal item that is already queued', () => {
  const queued = {
    items: ever,
    others: [{ queueId: 91, parameters: { ROLLBACK: true, ROLLBACK_TARGET: 'api', VERSION: '' } }],
  };

  it.each([[303], [201]] as const)(
    'is joined by Jenkins (%i): unknown, that item is probable',
    async (joins) => {
      const { start, standIn } = await setUp({ ...queued, joins, parameters: WITHOUT_ID });
      expect(await start()).toEqual({
        kind: 'unknown',
        reason: 'Jenkins joined it with the item 91, which was in the queue before',
        probable: { id: 'queue/91', url: `${standIn.url}/job/ops/job/rollback/` },
      });
      expect(standIn.started).toBe(0);
    },
  );

  it('came between the look at the queue and the call: unknown, that item is probable', async () => {
    const { start } = await setUp({
      ...queued,
      parameters: WITHOUT_ID,
      overrides: [
        {
          method: 'GET',
          path: /^\/queue\/api\/json$/,
          fault: { status: 200, body: '{"items":[]}' },
        },
      ],
    });
    expect(await start()).toMatchObject({
      kind: 'unknown',
      reason: 'Jenkins joined it with the item 91, which had equal parameters',
      probable: { id: 'queue/91' },
    });
  });

  describe('with our own id', () => {
    const parameters = { ROLLBACK: true, ROLLBACK_ID: 'rg-1', ROLLBACK_TARGET: 'api', VERSION: '' };
    const own = { items: ever, others: [{ queueId: 91, parameters }] };

    it.each([[303], [201]] as const)('is ours, and followed (%i)', async (joins) => {
      const { start, standIn } = await setUp({ ...own, joins });
      expect(await start()).toMatchObject({ kind: 'started', run: { id: 'queue/91' } });
      expect(standIn.starts).toHaveLength(1);
    });

    it('whose parameters cannot be read: unknown, that item is probable', async () => {
      const fault = { status: 403, body: 'No' };
      const { start } = await setUp({
        ...own,
        overrides: [{ method: 'GET', path: /^\/queue\/item\/91\//, fault }],
      });
      expect(await start()).toMatchObject({
        kind: 'unknown',
        reason: expect.stringMatching(/^Jenkins joined it with the item 91, .*403/),
        probable: { id: 'queue/91' },
      });
    });
  });

  it.each([
    ['to sign in', '/login?from=/queue/item/91/'],
    ['elsewhere', '/job/ops/job/rollback/'],
  ])('303 that leads %s is no item: refused', async (_, location) => {
    const { start, standIn } = await setUp({
      overrides: [
        {
          method: 'POST',
          path: /buildWithParameters$/,
          fault: { status: 303, headers: { location } },
        },
      ],
    });
    expect(await start()).toMatchObject({ kind: 'refused' });
    expect(standIn.started).toBe(0);
  });

  it('is not joined when the job declares the id: started', async () => {
    const { start } = await setUp(queued);
    expect(await start()).toMatchObject({ kind: 'started', run: { id: 'queue/120' } });
  });

  it('is never cancelled', async () => {
    const { result, standIn } = await roll(
      { ...queued, parameters: WITHOUT_ID },
      { startTimeout: 10_000 },
    );
    expect(result).toMatchObject({ outcome: 'triggered', runId: 'queue/91' });
    expect(standIn.cancels).toEqual([]);
  });
});

describe('following a build of Jenkins', () => {
  const done: BuildState = { building: false, result: 'SUCCESS' };
  const busy: BuildState = { building: true, result: null };

  it('from the queue to success: verified', async () => {
    const { result, lines, standIn } = await roll({
      items: Array.from({ length: 12 }, () => waiting),
      builds: [busy, busy, done],
    });
    expect(result).toEqual({
      outcome: 'verified',
      detail: 'The rollback run queue/120 ended with "SUCCESS".',
      url: `${standIn.url}/job/ops/job/rollback/`,
      runId: 'queue/120',
      versionConfirmed: null,
    });
    expect(lines.join('\n')).toMatch(
      /no executor is free.*second executor\)\n.*building\n.*SUCCESS/s,
    );
  });

  it.each([
    ['UNSTABLE', 'triggered', /ended with "UNSTABLE"/],
    ['FAILURE', 'triggered', /ended with "FAILURE"/],
    ['NOT_BUILT', 'triggered', /ended with "NOT_BUILT"/],
    ['ABORTED', 'triggered', /cancelled by somebody else/],
    ['GREAT', 'triggered', /not done when the time was over: "GREAT"/],
    ['SUCCESS', 'verified', /"SUCCESS"/],
  ])('%s: %s', async (word, outcome, says) => {
    const { result, standIn } = await roll({ builds: [busy, { building: false, result: word }] });
    expect(result).toMatchObject({ outcome, detail: expect.stringMatching(says) });
    expect(standIn.started).toBe(1);
  });

  it('an item that Jenkins has forgotten: found among the builds', async () => {
    const { client, run } = await setUp({
      forgets: true,
      others: [{ queueId: 91, build: 16, running: true }],
    });
    const item = { id: 'queue/91', url: '' };
    expect(await run(client.state(item, never))).toMatchObject({ phase: 'running' });
    await expect(run(client.state({ id: 'queue/92', url: '' }, never))).rejects.toThrow(
      /item 92 is not in the queue any more, and ops\/rollback has no build of it/,
    );
    await expect(run(client.state({ id: 'queue/92', url: '' }, never))).rejects.toMatchObject({
      transient: true,
    });
  });

  it('the build of an item is looked up once', async () => {
    const { client, run, standIn } = await setUp({
      others: [{ queueId: 91, build: 16, running: true }],
    });
    const item = { id: 'queue/91', url: '' };
    await run(client.state(item, never));
    await run(client.state(item, never));
    expect(standIn.requests.filter(({ url }) => url.startsWith('/queue/item/'))).toHaveLength(1);
  });

  const paused = { ...busy, pipeline: 'PAUSED_PENDING_INPUT' };

  it('an input step: waits for a person, and is cancelled when the time is over', async () => {
    const { result, lines, standIn } = await roll({ builds: [paused] }, { time: 60_000 });
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/still waited for a person/),
    });
    expect(lines.join('\n')).toMatch(
      /waits for a person: PAUSED_PENDING_INPUT \(an input step of the build wants an answer\)/,
    );
    expect(standIn.cancels.map(({ url }) => url)).toEqual(['/job/ops/job/rollback/17/stop']);
  });

  it('no Pipeline API: read without it, and tried once', async () => {
    const { result, standIn } = await roll({
      pipelineApi: false,
      builds: [busy, busy, busy, done],
    });
    expect(result.outcome).toBe('verified');
    expect(standIn.requests.filter(({ url }) => url.includes('wfapi'))).toHaveLength(1);
  });

  it('one error of the Pipeline API: tried again', async () => {
    const { client, run } = await setUp({
      others: [{ queueId: 91, build: 16, running: true }],
      overrides: [{ method: 'GET', path: /wfapi/, fault: text(500, 'Oops'), times: 1 }],
    });
    const build = { id: '16', url: '' };
    expect(await run(client.state(build, never))).toMatchObject({ phase: 'running' });
    expect(await run(client.state(build, never))).toMatchObject({ phase: 'running' });
  });

  it.each([401, 403])('a state answered with %i is a permanent error', async (status) => {
    const { client, run, standIn } = await setUp();
    standIn.fault('follow', text(status, 'No'));
    await expect(run(client.state({ id: '16', url: '' }, never))).rejects.toMatchObject({
      transient: false,
    });
  });

  it.each([404, 429, 503])('a state answered with %i is a transient error', async (status) => {
    const { client, run, standIn } = await setUp();
    standIn.fault('follow', text(status, 'No'));
    await expect(run(client.state({ id: '16', url: '' }, never))).rejects.toMatchObject({
      transient: true,
    });
  });
});

describe('cancelling with Jenkins', () => {
  it('an executor deadlock: cancelled in the queue at the start timeout, nothing has run', async () => {
    const { result, standIn } = await roll({ items: ever }, { startTimeout: 30_000 });
    expect(result).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(
        /had not begun after 30s: "Waiting for next available executor" \(no executor is free.*cancelled before anything of it ran/,
      ),
    });
    expect(standIn.cancels.map(({ method, url }) => `${method} ${url}`)).toEqual([
      'POST /queue/cancelItem?id=120',
    ]);
  });

  it('without the permission: says which, and that it may still run', async () => {
    const { result } = await roll({ items: ever, mayCancel: false }, { startTimeout: 30_000 });
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/Job\/Cancel.*422 \(.*is not cancellable.*it may still fire/),
    });
  });

  it('with a password: sends a crumb, too', async () => {
    const { result, standIn } = await roll(
      { items: ever, credentials: 'password' },
      { startTimeout: 30_000 },
    );
    expect(result).toMatchObject({ outcome: 'failed' });
    expect(standIn.cancels).toHaveLength(2);
    expect(standIn.cancels[1]?.headers).toHaveProperty('jenkins-crumb');
  });

  it('a cancel that does nothing: triggered, it may still run', async () => {
    const { result } = await roll({ items: ever, cancel: 'ignore' }, { startTimeout: 30_000 });
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/could not be confirmed: it may still fire/),
    });
  });

  it('a build: stopped, and read as cancelled', async () => {
    const { result, standIn } = await roll(
      { builds: [{ building: true, result: null }] },
      { time: 60_000 },
    );
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/was not done.*It was cancelled; what it changed/),
    });
    expect(standIn.cancels.map(({ url }) => url)).toEqual(['/job/ops/job/rollback/17/stop']);
  });

  it('an item that has become a build: the build is stopped', async () => {
    const { client, run, standIn } = await setUp({
      forgets: true,
      others: [{ queueId: 91, build: 16, running: true }],
    });
    const item = { id: 'queue/91', url: '' };
    await run(client.cancel(item, never));
    expect(standIn.cancels.map(({ url }) => url)).toEqual(['/job/ops/job/rollback/16/stop']);
    expect(await run(client.state(item, never))).toMatchObject({ phase: 'cancelled' });
  });

  it('an item that is already cancelled: nothing is sent', async () => {
    const { client, run, standIn, start } = await setUp({ items: ever });
    const result = await start();
    if (result.kind !== 'started') throw new Error(result.kind);
    await run(client.cancel(result.run, never));
    await run(client.cancel(result.run, never));
    expect(standIn.cancels).toHaveLength(1);
  });

  const cancelItem = (fault: Fault): StandInJenkinsOptions => ({
    others: [{ queueId: 91 }],
    overrides: [{ method: 'POST', path: /cancelItem/, fault }],
  });

  it.each<[string, Fault]>([
    ['200', text(200, '')],
    ['302 to a page of its own', text(302, '', { location: '/queue/' })],
  ])('answered with %s: no error', async (_, fault) => {
    const { client, run } = await setUp(cancelItem(fault));
    await expect(run(client.cancel({ id: 'queue/91', url: '' }, never))).resolves.toBeUndefined();
  });

  it.each<[string, Fault, 'transient' | 'permanent', RegExp]>([
    ['404', text(404, 'Provided id (91) not found'), 'transient', /not found/],
    ['500', text(500, 'Could not cancel run for id 91'), 'transient', /Could not cancel/],
    ['422', text(422, 'Item for id (91) is not cancellable'), 'permanent', /not cancellable/],
    ['403', text(403, 'bob is missing the Job/Cancel permission'), 'permanent', /Give the user/],
    ['a redirect', text(302, '', { location: 'https://sso.example.com/' }), 'permanent', /sign in/],
    ['a reset', 'reset', 'transient', /ECONNRESET|connection|socket/],
  ])('answered with %s: an error', async (_, fault, kind, says) => {
    const { client, run } = await setUp(cancelItem(fault));
    const work = run(client.cancel({ id: 'queue/91', url: '' }, never));
    await expect(work).rejects.toMatchObject({ transient: kind === 'transient' });
    await expect(work).rejects.toThrow(says);
  });
});

describe('preflight with Jenkins', () => {
  /** The stand-in speaks plain HTTP; every finding but that. */
  async function found(
    jenkins: StandInJenkinsOptions,
    options: Partial<ClientOptions<JenkinsSettings>> = {},
    requested: Partial<StartRequest> = {},
  ): Promise<readonly string[]> {
    const { client, run, standIn } = await setUp(jenkins, options);
    const findings = await run(client.preflight({ ...request, ...requested }, never));
    expect(standIn.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(findings.every(({ subject }) => subject === 'ci')).toBe(true);
    expect(JSON.stringify(findings)).not.toContain(standIn.secret);
    const texts = findings.map((one) => `${one.level}: ${one.message} (${one.fix ?? ''})`);
    expect(texts.filter((one) => one.includes('not encrypted'))).toHaveLength(1);
    return texts.filter((one) => !one.includes('not encrypted'));
  }

  it('no finding for a working set-up, but one notice that http is not encrypted', async () => {
    expect(await found({})).toEqual([]);
    expect(await found({}, { ownRunId: 'jenkins-ops-deploy-5' })).toEqual([]);
  });

  const own = {
    concurrent: false,
    others: [{ queueId: 90, build: 16, running: true }],
  };
  const cases: [
    string,
    StandInJenkinsOptions,
    Partial<ClientOptions<JenkinsSettings>>,
    Partial<StartRequest>,
    RegExp,
  ][] = [
    [
      'a wrong token',
      {},
      { 'jenkins-token': 'other' },
      {},
      /^error: .*401.*jenkins-token is wrong/,
    ],
    [
      'a missing job',
      {},
      { 'jenkins-job': 'ops/x' },
      {},
      /^error: reading the job ops\/x: status 404/,
    ],
    [
      'a controller that is down',
      { overrides: [{ method: 'GET', path: /api/, fault: text(503, 'Down') }] },
      {},
      {},
      /^warning: .*503/,
    ],
    ['an undeclared marker', { parameters: [] }, {}, {}, /^error: .*does not declare/],
    ['hidden parameters', { parameters: 'hidden' }, {}, {}, /^error: .*could not be read/],
    ['a disabled job', { buildable: false }, {}, {}, /^error: .*disabled/],
    ['a folder', { kind: 'folder' }, {}, {}, /^error: .*folder/],
    ['an undeclared parameter', {}, {}, { parameters: { X: '1' } }, /^error: .*"X"/],
    ['no id', { parameters: WITHOUT_ID }, {}, {}, /^notice: .*ROLLBACK_ID: Jenkins would join/],
    ['a rollback-ref', {}, {}, { ref: 'main' }, /^warning: rollback-ref "main" is not used/],
    [
      'our own job, which allows no concurrent builds',
      own,
      { ownRunId: 'jenkins-ops-rollback-16' },
      {},
      /^warning: .*the one that Rollgate runs in.*job of its own/,
    ],
    [
      'one executor',
      { executors: 1 },
      { ownRunId: 'jenkins-ops-deploy-5' },
      {},
      /^notice: Jenkins has one executor/,
    ],
  ];
  it.each(cases)('%s: reported', async (_, jenkins, options, requested, says) => {
    expect(await found(jenkins, options, requested)).toEqual([expect.stringMatching(says)]);
  });

  it.each<[string, StandInJenkinsOptions, string | null]>([
    ['concurrent builds', { ...own, concurrent: true }, 'jenkins-ops-rollback-16'],
    ['another job', own, 'jenkins-ops-deploy-16'],
    ['another number', own, 'jenkins-ops-rollback-15'],
    [
      'a build that has ended',
      { concurrent: false, others: [{ queueId: 1, build: 16 }] },
      'jenkins-ops-rollback-16',
    ],
    ['no BUILD_TAG', own, '16'],
    ['another system', { ...own, executors: 1 }, null],
    [
      'an own build and executors that cannot be read',
      { ...own, overrides: [{ method: 'GET', path: /16\/api|computer/, fault: text(403, 'No') }] },
      'jenkins-ops-rollback-16',
    ],
  ])('%s: no warning of a deadlock', async (_, jenkins, ownRunId) => {
    expect(await found(jenkins, { ownRunId })).toEqual([]);
  });

  it('rejects only when aborted', async () => {
    const { client } = await setUp();
    const stop = AbortSignal.abort(new Cancelled('SIGINT'));
    await expect(client.preflight(request, stop)).rejects.toBeInstanceOf(Cancelled);
  });
});

describe('describe, for a dry run', () => {
  it('prints the exact request', async () => {
    const { client, run, standIn } = await setUp({ subPath: '/jenkins' });
    expect(await run(client.describe(request, never))).toEqual([
      `POST ${standIn.url}/job/ops/job/rollback/buildWithParameters?delay=0sec`,
      'with ROLLBACK=true, ROLLBACK_ID=rg-1, ROLLBACK_TARGET=api',
    ]);
  });

  it.each<[StandInJenkinsOptions, Partial<StartRequest>, RegExp]>([
    [{ parameters: WITHOUT_ID }, {}, /equal rollback in the queue would be joined/],
    [{ parameters: [] }, {}, /would be refused: .*does not declare/],
    [{ buildable: false }, {}, /would be refused: .*disabled/],
    [{ job: 'x' }, {}, /^POST .*\nit would be refused: .*404/],
  ])('names what it cannot know (%#)', async (jenkins, requested, says) => {
    const { client, run } = await setUp(jenkins, { 'jenkins-job': 'ops/rollback' });
    const lines = await run(client.describe({ ...request, ...requested }, never));
    expect(lines.join('\n')).toMatch(says);
  });
});
