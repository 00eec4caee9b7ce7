import { expect, it } from '@jest/globals';
import { hintsOf } from '../../../src/sources/source.js';
import { byKind } from '../../../src/support/http/problem.js';
import type { SeriesAdapter } from '../../../src/sources/series/adapter.js';
import { createMetricClient } from '../../../src/sources/series/client.js';
import { fields } from '../../../src/support/json.js';
import type { Http } from '../../../src/support/http.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const never = new AbortController().signal;

/** A service that takes one query a call: `/total` answers 1, `/errors` answers 2. */
const onePerCall: SeriesAdapter = {
  address: 'http://metrics.test',
  bucketSeconds: 10,
  errorMapping: {
    hintFor: byKind(hintsOf({ address: 'url', credentials: 'token', path: '/query' })),
  },
  request: (queries) =>
    Object.entries(queries).map(([name, query]) => ({
      queries: [name],
      method: 'GET',
      url: `http://metrics.test/${query}`,
    })),
  read: (document, names) => {
    const { value, bucket } = fields(document) as { value: number; bucket: number };
    const series = [{ name: 's', points: [[0, value] as const] }];
    return {
      ok: true,
      value: {
        found: Object.fromEntries(names.map((name) => [name, series])),
        bucketSeconds: bucket,
      },
    };
  },
};

function ask(answers: Readonly<Record<string, readonly [status: number, body: string]>>) {
  const clock = new VirtualClock();
  const requested: string[] = [];
  const http: Http = {
    request: ({ url }) => {
      requested.push(url);
      const [status, body] = answers[new URL(url).pathname] ?? [404, ''];
      return Promise.resolve({
        status,
        headers: {},
        body: Buffer.from(body),
        url,
        connectMs: 0,
      });
    },
    close: () => undefined,
  };
  const client = createMetricClient(onePerCall, 1000, {
    http: () => http,
    clock,
    redact: (text) => text,
  });
  const range = { from: 0, to: 60 };
  return client
    .ask({ total: 'total', errors: 'errors' }, () => range, never)
    .then((answer) => ({
      answer,
      requested,
    }));
}

it('merges the answers to several requests', async () => {
  const { answer, requested } = await ask({
    '/total': [200, '{"value":1,"bucket":10}'],
    '/errors': [200, '{"value":2,"bucket":10}'],
  });
  expect(requested).toEqual(['http://metrics.test/total', 'http://metrics.test/errors']);
  expect(answer).toEqual({
    ok: true,
    value: {
      found: {
        total: [{ name: 's', points: [[0, 1]] }],
        errors: [{ name: 's', points: [[0, 2]] }],
      },
      bucketSeconds: 10,
    },
  });
});

it('one of several requests fails: all fail', async () => {
  const { answer } = await ask({
    '/total': [200, '{"value":1,"bucket":10}'],
    '/errors': [503, ''],
  });
  expect(answer).toMatchObject({
    ok: false,
    problem: { kind: 'server-error', message: 'it answered 503' },
  });
});

it('answers with different buckets: an error', async () => {
  const { answer } = await ask({
    '/total': [200, '{"value":1,"bucket":10}'],
    '/errors': [200, '{"value":2,"bucket":60}'],
  });
  expect(answer).toMatchObject({
    problem: { message: 'its buckets are 10s long for one query, and 1m for another' },
  });
});

it.each([0, -10, 61])('points that are %d s apart, of 60 s: an error', async (bucket) => {
  const answer = [200, `{"value":1,"bucket":${String(bucket)}}`] as const;
  const asked = await ask({ '/total': answer, '/errors': answer });
  expect(asked.answer).toMatchObject({
    problem: { message: `its points are ${String(bucket)} s apart, in an answer for 60 s` },
  });
});
