import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Observation } from '../../../src/contract/check.js';
import { resolveWith } from '../../support/resolve-inputs.js';
import { rigs } from '../../support/metric-rigs.js';
import { EPOCH_SECONDS, MetricScene, type Fault } from '../../support/metric-scene.js';
import { json } from '../../support/stand-in-source.js';

let scene: MetricScene;
beforeEach(async () => {
  scene = await MetricScene.start(rigs.find(({ source }) => source === 'json')!);
});
afterEach(() => scene.close());

const answer = (body: unknown): Fault => ({ kind: 'answer', answer: json(JSON.stringify(body)) });
const counters = (requests: number, failed: number): Fault =>
  answer({ requests, codes: { failed } });

/** What the check makes of these answers, the first of them before the first window. */
async function countsOf(
  first: Fault,
  ...faults: readonly Fault[]
): Promise<readonly Observation[]> {
  const [check] = await scene.create('counts', ['min-success-rate: 95']);
  scene.fault = first;
  return scene.observe(check!, faults);
}

describe('counters in JSON', () => {
  it('become differences', async () => {
    const found = await countsOf(counters(1000, 10), counters(1100, 15), counters(1180, 16));
    expect(found).toMatchObject([
      { kind: 'counts', samples: 100, failures: 5, seconds: 10 },
      { kind: 'counts', samples: 80, failures: 1, seconds: 10 },
    ]);
  });

  it('that restart count both from 0', async () => {
    const found = await countsOf(counters(1000, 2), counters(90, 5), counters(190, 5));
    expect(found).toMatchObject([
      { samples: 90, failures: 5 },
      { samples: 100, failures: 0 },
    ]);
  });

  it('that lost a part tell nothing, with the reason, and go on from there', async () => {
    const found = await countsOf(
      counters(3800, 38),
      counters(4000, 40),
      counters(3000, 30),
      counters(3200, 32),
    );
    expect(found).toMatchObject([
      { samples: 200, failures: 2 },
      {
        kind: 'none',
        why: 'no-data',
        detail: expect.stringMatching(/^the counters went back although no process restarted: /),
      },
      { samples: 200, failures: 2, seconds: 10 },
    ]);
    expect(found[1]).toMatchObject({
      raw: [{ total: 3000 }, { leftOut: expect.stringMatching(/^the counters went back/) }],
    });
  });

  it('of a crash loop fall to near zero each time, and are counted', async () => {
    const found = await countsOf(counters(4000, 2), counters(40, 40), counters(3, 3));
    expect(found).toMatchObject([
      { samples: 40, failures: 40 },
      { samples: 3, failures: 3 },
    ]);
  });

  it('of workers that answer in turn are no data from then on, with the way out', async () => {
    const turns = [4000, 4020, 700, 4040, 720, 4060, 740, 4080, 760, 4100];
    const [first, ...others] = turns.map((total) => counters(total, 0));
    const found = await countsOf(first!, ...others);
    expect(found.slice(1).map(({ kind }) => kind)).toEqual(others.slice(1).map(() => 'none'));
    expect(found.slice(-3)).toMatchObject(
      Array.from({ length: 3 }, () => ({
        forGood: true,
        detail: expect.stringMatching(/several processes .*: scrape each of them by itself/),
      })),
    );
  });

  it('have at most as many failures as requests', async () => {
    expect(await countsOf(counters(10, 0), counters(12, 9))).toMatchObject([
      { samples: 2, failures: 2 },
    ]);
  });

  it('that stay the same are no news, and after a while a time without requests', async () => {
    const still = counters(1000, 10);
    const found = await countsOf(still, still, still, still, counters(1100, 10));
    expect(found).toMatchObject([
      { kind: 'none', why: 'unchanged' },
      { kind: 'none', why: 'unchanged' },
      { kind: 'counts', samples: 0, failures: 0, seconds: 30 },
      { kind: 'counts', samples: 100, failures: 0, seconds: 10 },
    ]);
  });

  it('below 0 are no data', async () => {
    const found = await countsOf(counters(10, 0), counters(-1, 0));
    expect(found).toMatchObject([{ why: 'no-data', detail: 'at /requests a counter is -1' }]);
  });

  it('of several processes are added up with a reducer', async () => {
    const [check] = await scene.createOf([
      'total: processes[].requests',
      'errors: processes[].failed',
      'reducer: sum',
      'min-success-rate: 95',
    ]);
    const processes = (n: number): Fault =>
      answer({
        processes: [
          { requests: 10 * n, failed: 1 },
          { requests: 20 * n, failed: n },
        ],
      });
    scene.fault = processes(1);
    const found = await scene.observe(check!, [processes(2)]);
    expect(found).toMatchObject([{ samples: 30, failures: 1 }]);
  });

  it.each<[string, readonly number[], readonly number[], object]>([
    ['in another order', [1000, 2000], [2050, 1010], { kind: 'counts', samples: 60 }],
    ['one was replaced, and the others grew over it', [1000, 1000], [5, 2100], { kind: 'none' }],
    ['all restarted', [1000, 2000], [5, 9], { kind: 'counts', samples: 14 }],
    ['one is gone', [1000, 2000], [1100], { kind: 'none' }],
    ['one has come', [1000, 2000], [1100, 2100, 900], { kind: 'none' }],
  ])('of several processes: %s', async (_, before, after, expected) => {
    const [check] = await scene.createOf([
      'total: processes[].requests',
      'errors: /failed',
      'reducer: sum',
      'min-success-rate: 95',
    ]);
    const processes = (all: readonly number[]): Fault =>
      answer({ processes: all.map((requests) => ({ requests })), failed: 0 });
    scene.fault = processes(before);
    expect(await scene.observe(check!, [processes(after)])).toMatchObject([expected]);
  });
});

describe('a value in JSON', () => {
  it('that stays the same counts again only after a while', async () => {
    const [check] = await scene.create('value', ['max: 10']);
    const same = answer({ queue: { length: '7' } });
    const found = await scene.observe(check!, [same, same, same, same]);
    expect(found.map(({ kind }) => kind)).toEqual(['value', 'none', 'none', 'value']);
    expect(found[1]).toMatchObject({ why: 'unchanged' });
  });
});

describe('a value in JSON with its time', () => {
  const options = ['value: n', 'time: /at', 'max: 10'];
  const at = (time: unknown, n = 7): Fault => answer({ n, at: time });

  it('counts when its time changes, and only then', async () => {
    const [check] = await scene.createOf(options);
    const faults = [at('10:00'), at('10:00', 8), at('10:01', 8), at(1002, 8), at(null, 9)];
    const found = await scene.observe(check!, faults);
    expect(found).toMatchObject([
      { kind: 'value', value: 7 },
      { kind: 'none', why: 'unchanged' },
      { kind: 'value', value: 8 },
      { kind: 'value', value: 8 },
      { kind: 'none', why: 'no-data', detail: 'at /at there is no time' },
    ]);
    expect(found[2]!.raw).toMatchObject([{ value: 8, time: '10:01' }]);
  });

  it.each<[Fault, 'error' | 'warning', RegExp]>([
    [answer({ n: 7 }), 'error', /^time: at \/at there is no time$/],
    [at(null), 'warning', /^time: at \/at there is no time now$/],
    [answer({}), 'warning', /^value: at n there is nothing now$/],
  ])('is checked before the watch: %j', async (fault, level, message) => {
    const [check] = await scene.createOf(options);
    scene.fault = fault;
    expect(await scene.preflight(check!)).toMatchObject([
      { level, message: expect.stringMatching(message) },
    ]);
  });

  it.each<[string, (seconds: number) => unknown]>([
    ['seconds', (seconds) => seconds],
    ['milliseconds', (seconds) => 1000 * seconds],
    ['nanoseconds in quotes', (seconds) => `${String(seconds)}000000000`],
    ['a date', (seconds) => new Date(1000 * seconds).toISOString()],
  ])('that is 90 s late is waited for, and none from before is judged: %s', async (_, written) => {
    const checks = await scene.createOf(options);
    // Every 10 s; before the watch, and at its end, the value was bad.
    scene.fault = {
      kind: 'answer',
      answer: (response) => {
        const now = scene.clock.monotonic() / 1000;
        const sampled = Math.floor((now - 90) / 10) * 10;
        const n = sampled <= 30 || sampled > 110 ? 19 : 1;
        json(JSON.stringify({ n, at: written(EPOCH_SECONDS + sampled) }))(response);
      },
    };
    const outcome = await scene.watch(checks, { duration: 120_000 });
    expect(outcome.results[0]).toMatchObject({ samples: 12, shown: '7' });
    expect(outcome.decidedAt).toBeGreaterThanOrEqual(150_000 + 60_000);
  });

  it('needs a value: `time` with counters is a problem', () => {
    const { problems } = resolveWith({
      files: {
        'rollgate.yml':
          'checks:\n  - source: json\n    url: http://a.test\n    total: a\n    errors: b\n    time: c',
      },
    });
    expect(problems).toMatchObject([{ message: expect.stringMatching(/`time`: it belongs to/) }]);
  });
});

describe('the request of the json source', () => {
  it('is a GET with the credentials for its address', async () => {
    const [check] = await scene.create('value', ['max: 10']);
    await scene.observe(check!, [undefined]);
    const { method, headers } = scene.received[0]!;
    expect([method, headers.authorization]).toEqual(['GET', 'Bearer abc.def-1234']);
  });

  it('is a POST of the given body, below the address', async () => {
    const [check] = await scene.createOf(
      [
        'path: /shop/_search?pretty=false',
        `body: '{"size":0}'`,
        'headers: { X-Scope-OrgID: shop }',
        'value: hits.total',
        'max: 10',
      ],
      { ROLLGATE_CHECK_A_SECRET_HEADERS: 'Authorization: ApiKey secret-1234' },
    );
    scene.fault = answer({ hits: { total: 3 } });
    expect(await scene.observe(check!, [scene.fault])).toMatchObject([{ kind: 'value', value: 3 }]);
    const { method, url, headers, body } = scene.received[0]!;
    expect([method, url, body]).toEqual(['POST', '/shop/_search?pretty=false', '{"size":0}']);
    expect(headers).toMatchObject({
      'x-scope-orgid': 'shop',
      authorization: 'ApiKey secret-1234',
      'content-type': 'application/json',
    });
  });

  it('has its parameters encoded, after those of the path', async () => {
    const [check] = await scene.createOf([
      'path: /api?a=1',
      'parameters: { query: "sum({app=~\'x|y\'}) > 0 & b", n: 2 }',
      'value: n',
      'max: 10',
    ]);
    scene.fault = answer({ n: 3 });
    await scene.observe(check!, [scene.fault]);
    const url = new URL(scene.received[0]!.url, 'http://a.test');
    expect([url.pathname, ...url.searchParams]).toEqual([
      '/api',
      ['a', '1'],
      ['query', "sum({app=~'x|y'}) > 0 & b"],
      ['n', '2'],
    ]);
  });

  it('with a secret is not sent to an address of the file', () => {
    const { problems } = resolveWith({
      env: { ROLLGATE_CHECK_JSON_TOKEN: 'secret-1234' },
      files: {
        'rollgate.yml':
          'checks:\n  - source: json\n    url: https://evil.test\n    value: a\n    max: 1',
      },
    });
    expect(problems[0]!.message).toMatch(/`token` would be sent there/);
  });
});

describe('preflight of the json source', () => {
  it.each<[string, Fault, 'error' | 'warning', RegExp]>([
    [
      'a wrong name',
      answer({ codes: { failed: 1 } }),
      'error',
      /^total: at \/requests there is nothing$/,
    ],
    [
      'a number that does not exist yet',
      answer({ requests: null, codes: { failed: 1 } }),
      'warning',
      /nothing now$/,
    ],
    ['NaN', answer({ requests: 'NaN', codes: { failed: 1 } }), 'warning', /not a number now$/],
    [
      'a text',
      answer({ requests: 'many', codes: { failed: 1 } }),
      'error',
      /a text that is not a number$/,
    ],
    [
      'an object',
      answer({ requests: {}, codes: { failed: 1 } }),
      'error',
      /an object, and no number$/,
    ],
    [
      'several numbers',
      answer({ requests: [1, 2], codes: { failed: 1 } }),
      'error',
      /2 numbers, and one is needed/,
    ],
  ])('%s', async (_, fault, level, message) => {
    const [check] = await scene.create('counts', ['min-success-rate: 95']);
    scene.fault = fault;
    expect(await scene.preflight(check!)).toMatchObject([
      { level, subject: 'a', message: expect.stringMatching(message), fix: expect.any(String) },
    ]);
  });

  it('reports the syntax error of an expression', async () => {
    const [check] = await scene.createOf(['value: "a["', 'max: 1']);
    expect(await scene.preflight(check!)).toMatchObject([
      {
        level: 'error',
        message: expect.stringMatching(/^value: Invalid jmespath expression: .*: a\[$/),
      },
    ]);
  });
});
