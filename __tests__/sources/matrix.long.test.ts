import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { misfits } from '../support/api-description.js';
import { httpRig, rigs, type Rig } from '../support/metric-rigs.js';
import { MetricScene, RATE, type Fault } from '../support/metric-scene.js';
import { endless, huge, json } from '../support/stand-in-source.js';

/** What is made of an answer: numbers, or none of them and why. */
type Outcome = 'numbers' | readonly ['no-data' | 'provider-error', RegExp];

interface Row {
  readonly name: string;
  readonly fault: Fault;
  /** Of every source; those that take it otherwise are named. */
  readonly outcome: Outcome;
  readonly but?: Readonly<Partial<Record<Rig['source'], Outcome>>>;
}

const token = (text: string): Fault => ({ kind: 'token', token: text });
const answer = (how: (response: ServerResponse) => void): Fault => ({
  kind: 'answer',
  answer: how,
});
const counter = { sent: 0 };
const strange = ['provider-error', /its answer is not one to a query$/] as const;
const late = ['no-data', /^nothing for the last 10s that should be complete$/] as const;

/** What may come instead of numbers. */
const rows: readonly Row[] = [
  {
    name: 'nothing',
    fault: { kind: 'nothing' },
    outcome: late,
    but: {
      prometheus: ['no-data', /^(no series matches http_requests_total|the query gives nothing)$/],
      json: ['no-data', /^at (\/requests|queue\.length) there is nothing$/],
    },
  },
  {
    name: 'null',
    fault: token('null'),
    outcome: late,
    but: {
      prometheus: strange,
      json: ['no-data', /there is nothing$/],
      // It has no null: what is not there has no timestamp either.
      cloudwatch: strange,
    },
  },
  {
    name: 'NaN',
    fault: token('NaN'),
    outcome: ['provider-error', /it answered application\/json: /],
    but: { prometheus: ['no-data', /NaN$/] },
  },
  {
    name: 'NaN in quotes',
    fault: token('"NaN"'),
    outcome: strange,
    but: {
      prometheus: ['no-data', /NaN$/],
      json: ['no-data', /there is a text that is not a number$/],
    },
  },
  {
    name: 'infinity',
    fault: token('1e999'),
    outcome: ['no-data', /(a count is|the query gives|there is|the value) Infinity$/],
  },
  {
    name: 'a number in quotes',
    fault: token('"12"'),
    outcome: strange,
    // Many endpoints write numbers so; Prometheus writes all of them so, and this is the same counter twice.
    but: { json: 'numbers', prometheus: 'numbers' },
  },
  {
    name: 'a word',
    fault: token('"many"'),
    outcome: strange,
    but: { json: ['no-data', /there is a text that is not a number$/] },
  },
  {
    name: 'an object',
    fault: token('{}'),
    outcome: strange,
    but: { json: ['no-data', /there is an object, and no number$/] },
  },
  {
    name: '429 with Retry-After',
    fault: answer(json('{}', 429, { 'Retry-After': '5' })),
    outcome: ['provider-error', /it answered 429$/],
  },
  {
    name: '500',
    fault: answer(json('{}', 500)),
    outcome: ['provider-error', /it answered 500$/],
  },
  {
    name: '503 without a body',
    fault: answer(json('', 503)),
    outcome: ['provider-error', /it answered 503$/],
  },
  {
    name: '401',
    fault: answer(json('{}', 401)),
    outcome: ['provider-error', /it answered 401$/],
  },
  {
    name: '403',
    fault: answer(json('{}', 403)),
    outcome: ['provider-error', /it answered 403$/],
  },
  {
    name: '404',
    fault: answer((response) => response.writeHead(404).end('404 page not found')),
    outcome: ['provider-error', /it answered 404: 404 page not found$/],
  },
  {
    name: 'a login page',
    fault: answer((response) => {
      response.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
      response.end('<!doctype html><html><head><title>Sign in</title></head><body>x</body></html>');
    }),
    outcome: [
      'provider-error',
      /it answered text\/html; charset=utf-8, a page with the title "Sign in"$/,
    ],
  },
  {
    name: 'a redirect to a login',
    fault: answer((response) =>
      response.writeHead(302, { Location: 'https://login.example.com/?next=secret' }).end(),
    ),
    outcome: [
      'provider-error',
      /it answered 302, which leads to https:\/\/login\.example\.com\?next=\*\*\*$/,
    ],
  },
  {
    name: 'JSON of another kind',
    fault: answer(json('{"hello":"world"}')),
    outcome: ['provider-error', /its answer is not one to a query/],
    but: { json: ['no-data', /there is nothing$/] },
  },
  {
    name: 'half a body',
    fault: answer(json('{"data":{"result')),
    outcome: ['provider-error', /it answered application\/json: \{"data"/],
  },
  {
    name: 'no answer',
    fault: answer(endless()),
    outcome: ['provider-error', /it did not answer in time$/],
  },
  {
    name: 'a body that never ends',
    fault: answer(endless('{"data":')),
    outcome: ['provider-error', /it did not answer in time$/],
  },
  {
    name: '50 MB',
    fault: answer((response) => {
      counter.sent = 0;
      huge(50 * 1024 * 1024, counter)(response);
    }),
    outcome: ['provider-error', /its answer is larger than 16 MiB$/],
  },
  {
    name: 'a closed connection',
    fault: answer((response) => response.destroy()),
    outcome: ['provider-error', /connection reset/],
  },
];

const cases = rigs.flatMap((rig) =>
  rows.map(
    ({ name, fault, outcome, but }) =>
      [rig.source, name, rig, fault, but?.[rig.source] ?? outcome] as const,
  ),
);

let scene: MetricScene;
let source = '';
const start = async (rig: Rig): Promise<void> => {
  ({ source } = rig);
  scene = await MetricScene.start(rig);
};
afterEach(async () => {
  await scene.close();
  expect(misfits(source, scene.received)).toEqual([]);
});

describe.each([
  ['counts', ['min-success-rate: 95']],
  ['value', ['max: 10']],
] as const)('%s', (kind, limits) => {
  it.each(cases)('%s: %s', async (_source, _name, rig, fault, outcome) => {
    await start(rig);
    const [check] = await scene.create(kind, limits);
    const observations = await scene.observe(check!, [
      undefined,
      undefined,
      undefined,
      fault,
      undefined,
      undefined,
    ]);
    const [, , before, at, after, last] = observations;
    expect(before).toMatchObject({ kind });
    if (outcome === 'numbers') {
      expect(at).not.toMatchObject({ why: 'provider-error' });
      return;
    }
    const [why, detail] = outcome;
    expect(at).toMatchObject({ kind: 'none', why, detail: expect.stringMatching(detail) });
    // A slow answer, and a wait that was asked for, may last into the next window.
    const next = after?.kind === kind ? after : last;
    expect(next).toMatchObject({ kind });
    if (next?.kind !== 'counts') return;
    expect(next.seconds).toBeGreaterThanOrEqual(20);
    expect(next.samples).toBe(RATE * next.seconds);
    expect(next.failures).toBe(0);
  });

  it.each(rigs.map((rig) => [rig.source, rig] as const))(
    '%s: errors never end a watch early, and never make it unhealthy',
    async (_, rig) => {
      // Of each kind of trouble one: that all others are the same to the judge is shown above.
      const kinds = ['nothing', 'infinity', '500', 'a login page', 'no answer'];
      for (const { fault, name } of rows.filter((row) => kinds.includes(row.name))) {
        await start(rig);
        const checks = await scene.create(kind, limits);
        void scene.clock.sleep(45_000).then(() => {
          scene.fault = fault;
        });
        const found = await scene.watch(checks, { duration: 150_000 });
        expect([name, found.verdict]).toEqual([name, 'inconclusive']);
        expect(found.decidedAt).toBeGreaterThanOrEqual(180_000);
        await scene.close();
      }
      await start(rig);
    },
  );

  it.each(rigs.map((rig) => [rig.source, rig] as const))(
    '%s: no request until Retry-After has passed',
    async (_, rig) => {
      await start(rig);
      const [check] = await scene.create(kind, limits);
      const busy = answer(json('{}', 429, { 'Retry-After': '25' }));
      const faults = [undefined, undefined, undefined, busy, undefined, undefined, undefined];
      const observations = await scene.observe(check!, faults);
      expect(observations.slice(3, 6)).toMatchObject(
        Array.from({ length: 3 }, () => ({ kind: 'none', why: 'provider-error' })),
      );
      expect(observations[4]).toMatchObject({
        detail: expect.stringMatching(/it asked for no queries in the next 15s$/),
      });
      expect(observations[6]).toMatchObject({ kind });
    },
  );

  it.each(rigs.flatMap((rig) => [603, -603].map((skew) => [rig.source, skew, rig] as const)))(
    '%s: a clock of the service that is %d s off changes nothing',
    async (_, skew, rig) => {
      await start(rig);
      scene.skew = skew;
      scene.failing = 0.2;
      const checks = await scene.create(kind, kind === 'counts' ? limits : ['max: 2']);
      const outcome = await scene.watch(checks, { duration: 120_000 });
      expect(outcome).toMatchObject({ verdict: 'unhealthy' });
      if (kind === 'counts') expect(outcome.results[0]).toMatchObject({ value: 0.8 });
    },
  );
});

describe('http: answers of the application itself', () => {
  it('429 with Retry-After: no data at first', async () => {
    const { fault } = rows.find((row) => row.name === '429 with Retry-After')!;
    await start(httpRig);
    const [check] = await scene.create('counts', ['min-success-rate: 95']);
    scene.fault = fault;
    const [first] = await scene.observe(check!, [fault]);
    expect(first).toMatchObject({ kind: 'none' });
  });

  /** What they are to a probe: a service that fails is no trouble of a provider. */
  const answers: readonly (readonly [string, Record<string, number>])[] = [
    ['500', { 'status 500': 20 }],
    ['503 without a body', { 'status 503': 20 }],
    ['401', { 'status 401': 20 }],
    ['404', { 'status 404': 20 }],
    ['a login page', {}],
    ['a redirect to a login', {}],
    ['half a body', {}],
    ['no answer', { timeout: 20 }],
    ['a body that never ends', { timeout: 20 }],
    ['50 MB', {}],
    ['a closed connection', { 'connection reset': 20 }],
  ];

  it.each(answers)('%s: %j', async (name, kinds) => {
    const { fault } = rows.find((row) => row.name === name)!;
    await start(httpRig);
    const [check] = await scene.create('counts', ['min-success-rate: 95']);
    scene.fault = fault;
    const [first] = await scene.observe(check!, [fault]);
    const failures = Object.values(kinds).reduce((sum, count) => sum + count, 0);
    expect(first).toMatchObject({ kind: 'counts', samples: 20, failures, kinds });
  });

  it.each([603, -603])('a clock that is %d s off changes nothing', async (skew) => {
    await start(httpRig);
    scene.skew = skew;
    const outcome = await scene.watch(await scene.create('counts', ['min-success-rate: 95']));
    expect(outcome).toMatchObject({ verdict: 'healthy' });
  });
});

describe('an answer with several series', () => {
  const several: Fault = { kind: 'several' };

  it.each(rigs.map((rig) => [rig.source, rig] as const))(
    '%s: a value needs one series, or a reducer',
    async (_, rig) => {
      await start(rig);
      const [check] = await scene.create('value', ['max: 10']);
      const [, , , at] = await scene.observe(check!, [undefined, undefined, undefined, several]);
      expect(at).toMatchObject({
        kind: 'none',
        why: 'no-data',
        detail: expect.stringMatching(/2 (series|numbers), and one (number )?is needed/),
      });
      await scene.close();
      await start(rig);
      const [reduced] = await scene.create('value', ['max: 10', 'reducer: sum']);
      const found = await scene.observe(reduced!, [undefined, undefined, undefined, several]);
      const [, , one, two] = found;
      if (one?.kind !== 'value' || two?.kind !== 'value') throw new Error('no value');
      expect(two.value).toBeGreaterThanOrEqual(6);
      expect(two.value % 2).toBe(0);
    },
  );

  it.each(rigs.filter(({ width }) => width !== undefined).map((rig) => [rig.source, rig] as const))(
    '%s: counts are added up',
    async (_, rig) => {
      await start(rig);
      scene.failing = 0.1;
      const [check] = await scene.create('counts', ['min-success-rate: 95']);
      const [, , , at] = await scene.observe(check!, [undefined, undefined, undefined, several]);
      expect(at).toMatchObject({ kind: 'counts', samples: 200, failures: 20, seconds: 10 });
    },
  );
});

describe('preflight of every source', () => {
  it.each(rigs.map((rig) => [rig.source, rig] as const))(
    '%s: no error for a working set-up',
    async (_, rig) => {
      for (const kind of ['counts', 'value'] as const) {
        await start(rig);
        scene.failing = 0.1;
        const limits = kind === 'counts' ? ['min-success-rate: 95'] : ['max: 10'];
        const [check] = await scene.create(kind, limits);
        await scene.driven(scene.clock.sleep(3_600_000));
        expect(await scene.preflight(check!)).toEqual([]);
        await scene.close();
      }
      await start(rig);
    },
  );

  it.each(
    rigs.flatMap((rig) =>
      rows
        .filter(({ but, outcome }) => (but?.[rig.source] ?? outcome)[0] === 'provider-error')
        .map(({ name, fault }) => [rig.source, name, rig, fault] as const),
    ),
  )('%s: %s is an error with a reason', async (_source, _name, rig, fault) => {
    await start(rig);
    const [check] = await scene.create('counts', ['min-success-rate: 95']);
    scene.fault = fault;
    const findings = await scene.preflight(check!);
    expect(findings).toMatchObject([{ level: 'error', subject: 'a' }]);
    expect(findings[0]!.message).not.toMatch(/undefined|secret|\[object/);
  });
});
