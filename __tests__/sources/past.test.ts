import { afterEach, describe, expect, it } from '@jest/globals';
import type { Block, Past } from '../../src/contract/check.js';
import type { Result } from '../../src/contract/result.js';
import { rigs, type Rig } from '../support/metric-rigs.js';
import { EPOCH_SECONDS, MetricScene, RATE } from '../support/metric-scene.js';
import { endless, json } from '../support/stand-in-source.js';

let scene: MetricScene;
afterEach(() => scene.close());

async function start(rig: Rig): Promise<MetricScene> {
  scene = await MetricScene.start(rig);
  return scene;
}

const services = rigs.filter(({ source }) => !['prometheus', 'json'].includes(source));
const all = services.map((rig) => [rig.source, rig] as const);
const named = (source: Rig['source']): Rig => services.find((rig) => rig.source === source)!;

/** The deploy began five minutes ago. */
const DEPLOY = EPOCH_SECONDS - 300;
const limits = ['min-success-rate: 95'];

function pastOf(
  rig: Rig,
  more: readonly string[] = [],
  until = DEPLOY,
  env: Readonly<Record<string, string | undefined>> = rig.env,
): Promise<Result<Past>> {
  return scene.past([...rig.counts, ...limits, ...more], until * 1000, env);
}

/** Of the hour before the deploy, the oldest first. */
function blocks(make: (n: number) => Block): readonly Block[] {
  return Array.from({ length: 12 }, (_, n) => make(n));
}

const full: Block = { failures: 0, requests: 300 * RATE };

/** Every number of the past, put another way: without an answer, why. */
function problemOf(past: Result<Past>): string {
  return past.ok ? 'it answered' : past.problem.message;
}

/** The stretches of time that were asked for, and the buckets, seconds. */
function askedOf({ url, body }: { readonly url: string; readonly body: string }): {
  readonly from: number;
  readonly to: number;
  readonly width: number | undefined;
} {
  const text = decodeURIComponent(url.replaceAll('+', ' ')) + body;
  const number = (pattern: RegExp): number => Number(pattern.exec(text)?.[1]);
  if (url.startsWith('/render'))
    return {
      from: number(/from=(\d+)/) + 1,
      to: number(/until=(\d+)/),
      width: undefined,
    };
  if (url.startsWith('/query'))
    return {
      from: number(/time >= (\d+)s/),
      to: number(/time < (\d+)s/),
      width: number(/time\((\d+)s\)/),
    };
  if (url === '/graphql')
    return {
      from: number(/SINCE (\d+)/) / 1000,
      to: number(/UNTIL (\d+)/) / 1000,
      width: number(/TIMESERIES (\d+) SECONDS/),
    };
  if (url.startsWith('/api/v2'))
    return {
      from: number(/"from":(\d+)/) / 1000,
      to: number(/"to":(\d+)/) / 1000,
      width: number(/"interval":(\d+)/) / 1000,
    };
  return {
    from: number(/"StartTime":(\d+)/),
    to: number(/"EndTime":(\d+)/),
    width: number(/"Period":(\d+)/),
  };
}

describe.each(all)('the hour before a deploy, by %s', (source, rig) => {
  it('is twelve blocks with what was counted in each', async () => {
    await start(rig);
    scene.failing = (at) => (at >= DEPLOY - 600 && at < DEPLOY - 300 ? 0.1 : 0);
    expect(await pastOf(rig)).toEqual({
      ok: true,
      value: {
        counts: blocks((n) => (n === 10 ? { ...full, failures: 30 * RATE } : full)),
      },
    });
  });

  it('is asked for once, and for nothing but that hour, in buckets of ten seconds', async () => {
    await start(rig);
    await pastOf(rig);
    expect(scene.received).toHaveLength(1);
    expect(askedOf(scene.received[0]!)).toEqual({
      // How long its steps are is not known: what the first of them holds may have begun earlier.
      from: DEPLOY - 3600 - (source === 'graphite' ? 600 : 0),
      to: DEPLOY,
      width: source === 'graphite' ? undefined : 10,
    });
  });

  it('a deploy between two buckets: no request after it is counted', async () => {
    await start(rig);
    scene.failing = (at) => (at >= DEPLOY - 10 ? 1 : 0);
    const past = await pastOf(rig, [], DEPLOY - 3.25);
    expect(past).toEqual({ ok: true, value: { counts: blocks(() => full) } });
  });

  it('a deploy a moment ago: what has not arrived is left out', async () => {
    await start(rig);
    const past = await pastOf(rig, [], EPOCH_SECONDS);
    // The delay of the rigs is 5 s.
    expect(past).toEqual({
      ok: true,
      value: {
        counts: blocks((n) => (n === 11 ? { failures: 0, requests: 290 * RATE } : full)),
      },
    });
  });

  it('with values, their means', async () => {
    await start(rig);
    const past = await scene.past([...rig.value, 'max: 10'], DEPLOY * 1000);
    expect(past).toEqual({
      ok: true,
      value: { value: Array.from({ length: 12 }, () => expect.closeTo(4, 9)) },
    });
  });

  it('a least value has no limit from before, so nothing is asked', async () => {
    await start(rig);
    expect(await scene.past([...rig.value, 'min: 1'], DEPLOY * 1000)).toEqual({
      ok: true,
      value: {},
    });
    expect(scene.received).toHaveLength(0);
  });

  it('only half an hour of it is known', async () => {
    await start(rig);
    scene.since = DEPLOY - 1800;
    expect(await pastOf(rig)).toEqual({
      ok: true,
      value: { counts: blocks((n) => (n < 6 ? { failures: 0, requests: 0 } : full)) },
    });
  });

  it('nothing of it is known', async () => {
    await start(rig);
    scene.since = DEPLOY;
    expect(await pastOf(rig)).toEqual({
      ok: true,
      value: { counts: blocks(() => ({ failures: 0, requests: 0 })) },
    });
  });

  it('a clock of the service that is ahead: the hour is that of the service', async () => {
    await start(rig);
    scene.skew = 900;
    scene.failing = (at) => (at >= DEPLOY + 900 ? 1 : 0);
    scene.since = DEPLOY + 900 - 3600;
    expect(await pastOf(rig)).toEqual({ ok: true, value: { counts: blocks(() => full) } });
  });

  it('a clock of the service that is behind: the hour is that of the service', async () => {
    await start(rig);
    scene.skew = -900;
    scene.failing = (at) => (at >= DEPLOY - 900 ? 1 : 0);
    scene.since = DEPLOY - 900 - 3600;
    expect(await pastOf(rig)).toEqual({ ok: true, value: { counts: blocks(() => full) } });
  });

  it('an odd answer is a problem, and no error', async () => {
    await start(rig);
    const said: string[] = [];
    for (const answer of [
      json('{"message":"broken"}', 500),
      json('{"message":"who are you"}', 401),
      json('[{]'),
      json('<html>log in</html>', 200, { 'Content-Type': 'text/html' }),
      endless(),
    ]) {
      scene.fault = { kind: 'answer', answer };
      const before = scene.clock.monotonic();
      said.push(problemOf(await pastOf(rig)));
      // The watch waits for it.
      expect(scene.clock.monotonic() - before).toBeLessThanOrEqual(30_000);
    }
    expect(said).toEqual([
      expect.stringMatching(/^127\.0\.0\.1:\d+: it answered 500/),
      expect.stringMatching(/^127\.0\.0\.1:\d+: it answered 401/),
      expect.stringMatching(/^127\.0\.0\.1:\d+: it answered application\/json/),
      expect.stringMatching(/^127\.0\.0\.1:\d+: it answered text\/html/),
      expect.stringMatching(/^127\.0\.0\.1:\d+: it did not answer in time$/),
    ]);
  });

  it('numbers that are none are a problem, and no error', async () => {
    await start(rig);
    scene.fault = { kind: 'token', token: '1e999' };
    expect(problemOf(await pastOf(rig))).toMatch(/: a count is Infinity$/);
    scene.fault = { kind: 'token', token: '-3' };
    expect(problemOf(await pastOf(rig))).toMatch(/: a count is -3$/);
  });

  it('several series of what is counted are added up, and of a value are a problem', async () => {
    await start(rig);
    scene.fault = { kind: 'several' };
    expect(await pastOf(rig)).toEqual({
      ok: true,
      value: { counts: blocks(() => ({ failures: 0, requests: 2 * full.requests })) },
    });
    const value = await scene.past([...rig.value, 'max: 10'], DEPLOY * 1000);
    expect(problemOf(value)).toMatch(/: the query gives 2 series, and one is needed/);
  });
});

describe('the hour before a deploy', () => {
  it.each<[Rig['source'], string, string, RegExp]>([
    [
      'cloudwatch',
      'a part of the data',
      '{"MetricDataResults":[{"Id":"total0","Label":"a","Timestamps":[],"Values":[],"StatusCode":"PartialData"}],"Messages":[]}',
      /its answer is partial, so nothing is judged by it: PartialData$/,
    ],
    [
      'cloudwatch',
      'a page of several',
      '{"MetricDataResults":[],"Messages":[],"NextToken":"more"}',
      /its answer is partial, .*there is more on another page$/,
    ],
    [
      'influxdb',
      'rows that were cut short',
      '{"results":[{"statement_id":0,"partial":true,"series":[]},{"statement_id":1}]}',
      /its answer is partial, .*max-row-limit\)$/,
    ],
    [
      'newrelic',
      'an error beside data',
      '{"data":{"actor":{"account":{"total":{"results":[]},"errors":null}}},"errors":[{"message":"NRDB:1109 timed out","extensions":{"errorClass":"TIMEOUT"}}]}',
      /its answer is partial, .*NRDB:1109 timed out$/,
    ],
  ])('%s, %s: nothing is judged by it', async (source, _, body, message) => {
    await start(named(source));
    scene.fault = { kind: 'answer', answer: json(body) };
    expect(problemOf(await pastOf(named(source)))).toMatch(message);
  });

  it.each<[Rig['source'], RegExp]>([
    ['datadog', /there are no credentials for it$/],
    ['cloudwatch', /there are no credentials for it$/],
    ['newrelic', /there are no credentials for it$/],
    ['influxdb', /it answered 401/],
  ])('%s, without credentials: a problem, and no error', async (source, message) => {
    const rig = named(source);
    await start(rig);
    const { AWS_REGION, NEW_RELIC_ACCOUNT_ID } = rig.env;
    const past = pastOf(rig, [], DEPLOY, { AWS_REGION, NEW_RELIC_ACCOUNT_ID });
    expect(problemOf(await past)).toMatch(message);
  });

  /** The last of the same option counts. */
  const withBucket = (rig: Rig, bucket: string): readonly string[] =>
    rig.counts.map((line) => (line.startsWith('bucket: ') ? `bucket: ${bucket}` : line));

  it('buckets of a second are asked for ten at a time: New Relic gives 366 at most', async () => {
    const rig = named('newrelic');
    await start(rig);
    const past = await scene.past([...withBucket(rig, '1s'), ...limits], DEPLOY * 1000);
    expect(askedOf(scene.received[0]!)).toMatchObject({ width: 10 });
    expect(past).toEqual({ ok: true, value: { counts: blocks(() => full) } });
  });

  it('buckets of seven seconds are asked for in multiples', async () => {
    const rig = named('newrelic');
    await start(rig);
    const past = await scene.past([...withBucket(rig, '7s'), ...limits], DEPLOY * 1000);
    expect(askedOf(scene.received[0]!)).toMatchObject({ width: 14 });
    expect(past).toMatchObject({ ok: true });
  });

  it.each<[Rig['source'], string, number, number]>([
    ['cloudwatch', '1m', 12, 300],
    ['cloudwatch', '5m', 12, 300],
    ['cloudwatch', '4m', 15, 240],
    ['cloudwatch', '3m', 10, 360],
    ['cloudwatch', '10m', 6, 600],
    ['datadog', '10m', 6, 600],
    ['newrelic', '10m', 6, 600],
    ['influxdb', '10m', 6, 600],
    ['cloudwatch', '1h', 1, 3600],
  ])('%s, buckets of %s: %i blocks of whole buckets', async (source, bucket, count, seconds) => {
    const rig = named(source);
    await start(rig);
    scene.failing = 0.1;
    const past = await scene.past([...withBucket(rig, bucket), ...limits], DEPLOY * 1000);
    expect(past).toEqual({
      ok: true,
      value: {
        counts: Array.from({ length: count }, () => ({
          failures: expect.closeTo(0.1 * RATE * seconds, 6),
          requests: RATE * seconds,
        })),
        ...(seconds !== 300 && { minutes: seconds / 60 }),
      },
    });
  });

  it.each([
    [60, 12, 300],
    [600, 6, 600],
  ])('graphite, a storage with steps of %i s', async (step, count, seconds) => {
    const rig = named('graphite');
    await start(rig);
    scene.step = step;
    expect(await pastOf(rig)).toEqual({
      ok: true,
      value: {
        counts: Array.from({ length: count }, () => ({ failures: 0, requests: RATE * seconds })),
        ...(seconds !== 300 && { minutes: seconds / 60 }),
      },
    });
  });

  it('a failure in a bucket without a request is none', async () => {
    const rig = named('influxdb');
    await start(rig);
    const rows = (values: string): string =>
      `"series":[{"name":"r","columns":["time","count"],"values":[${values}]}]`;
    const at = String(DEPLOY - 600);
    const body = `{"results":[{"statement_id":0,${rows(`[${at},20]`)}},{"statement_id":1,${rows(`[${at},30],[${String(DEPLOY - 590)},7]`)}}]}`;
    scene.fault = { kind: 'answer', answer: json(body) };
    expect(await pastOf(rig)).toEqual({
      ok: true,
      value: {
        counts: blocks((n) => ({ failures: n === 10 ? 20 : 0, requests: n === 10 ? 20 : 0 })),
      },
    });
  });
});
