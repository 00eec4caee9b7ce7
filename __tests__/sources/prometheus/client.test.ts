import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Result } from '../../../src/contract/result.js';
import { createClient, endpointOf, type Server } from '../../../src/sources/prometheus/client.js';
import { Cancelled } from '../../../src/support/abort.js';
import type { Http } from '../../../src/support/http.js';
import {
  json,
  StandInPrometheus,
  vector,
  type Behaviour,
} from '../../support/stand-in-prometheus.js';
import { serverAt } from '../../support/prometheus-server.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const clock = new VirtualClock();
const never = new AbortController().signal;
let server: StandInPrometheus;
let http: Http;

beforeEach(async () => {
  server = await StandInPrometheus.start();
  http = server.http(clock);
});
afterEach(async () => {
  http.close();
  await server.close();
});

function client(more: Partial<Server> = {}, redact = (text: string): string => text) {
  return createClient(serverAt(server.url, more), { http, clock, redact });
}

const header = (name: string): unknown => server.received.at(-1)?.headers[name];

describe('endpointOf', () => {
  it.each([
    ['http://p:9090', 'http://p:9090/api/v1/query'],
    ['http://p:9090/', 'http://p:9090/api/v1/query'],
    ['http://p:9090/graph', 'http://p:9090/api/v1/query'],
    ['http://p:9090/api/v1', 'http://p:9090/api/v1/query'],
    ['http://p:9090/api/v1/query', 'http://p:9090/api/v1/query'],
    ['https://mimir.example.com/prometheus', 'https://mimir.example.com/prometheus/api/v1/query'],
    ['http://vm:8481/select/0/prometheus/', 'http://vm:8481/select/0/prometheus/api/v1/query'],
    ['https://t.example.com/thanos#x', 'https://t.example.com/thanos/api/v1/query'],
    ['https://p.example.com/p?dedup=true', 'https://p.example.com/p/api/v1/query?dedup=true'],
  ])('%s', (given, expected) => {
    expect(endpointOf(given)).toBe(expected);
  });
});

describe('createClient', () => {
  it('posts the query, with its token, headers and parameters', async () => {
    const it = client({
      url: `${server.url}/prometheus?a=1`,
      token: 'abc.def',
      headers: { 'X-Scope-OrgID': 'shop' },
      parameters: { partial_response: 'false' },
    });
    await it.query('up{job="a&b"}', never);
    const { method, url, body } = server.received[0]!;
    expect([method, url]).toEqual(['POST', '/prometheus/api/v1/query?a=1']);
    expect(Object.fromEntries(new URLSearchParams(body))).toEqual({
      query: 'up{job="a&b"}',
      partial_response: 'false',
    });
    expect(header('authorization')).toBe('Bearer abc.def');
    expect(header('x-scope-orgid')).toBe('shop');
    expect(header('content-type')).toBe('application/x-www-form-urlencoded');
  });

  it('sends user and password as Basic authentication', async () => {
    await client({ token: '1234:a:b' }).query('up', never);
    expect(header('authorization')).toBe(`Basic ${Buffer.from('1234:a:b').toString('base64')}`);
  });

  it.each([403, 405, 501])(
    'queries with GET after a POST is answered with %d, and from then on',
    async (status) => {
      server.behave = (response, query) => {
        const { method } = server.received.at(-1)!;
        json(method === 'POST' ? '' : vector([]), method === 'POST' ? status : 200)(
          response,
          query,
        );
      };
      const it = client({ parameters: { dedup: 'true' } });
      expect(await it.query('up', never)).toMatchObject({ ok: true });
      expect(await it.query('up', never)).toMatchObject({ ok: true });
      expect(server.received.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET']);
      expect(server.received[2]!.url).toBe('/api/v1/query?query=up&dedup=true');
    },
  );

  it('reports the answer to the POST when GET is refused, too', async () => {
    server.behave = json('you may not', 403);
    const answer = await client().query('up', never);
    expect(answer).toMatchObject({
      problem: { kind: 'forbidden', message: 'it answered 403: you may not' },
    });
  });

  it.each<[string, Behaviour, string, RegExp]>([
    ['a missing token', json('', 401), 'unauthorized', /set prometheus-token/],
    ['a missing tenant of Mimir', json('no org id', 401), 'unauthorized', /X-Scope-OrgID/],
    ['a wrong path', json('404 page not found', 404), 'not-found', /in front of \/api\/v1\/query/],
    [
      'a page',
      (response) => response.writeHead(200, { 'Content-Type': 'text/html' }).end('<p>'),
      'page',
      /login page/,
    ],
    [
      'a redirect',
      (response) => response.writeHead(301, { Location: '/x/?t=1' }).end(),
      'redirect',
      /final address/,
    ],
  ])('says how to fix %s', async (_, behave, kind, fix) => {
    server.behave = behave;
    const answer = await client().query('up', never);
    expect(answer).toMatchObject({ problem: { kind, fix: expect.stringMatching(fix) } });
  });

  it.each<[string, object, string | undefined]>([
    [
      'isPartial of VictoriaMetrics',
      { isPartial: true },
      ': some of its storage did not answer (isPartial)',
    ],
    [
      'isPartial, and why',
      { isPartial: true, warnings: ['vmstorage-2 is away'] },
      ': vmstorage-2 is away',
    ],
    [
      'warnings of Thanos',
      { warnings: ['fetch series: store-1: unavailable', 'PromQL info: x'] },
      ': fetch series: store-1: unavailable',
    ],
    ['a whole answer of VictoriaMetrics', { isPartial: false }, undefined],
    ['a warning that is not a list', { warnings: 'store-1 is away' }, ': store-1 is away'],
    ['no warnings', { warnings: [] }, undefined],
    ['null for none', { warnings: null, isPartial: false }, undefined],
    [
      'annotations alone',
      { warnings: ['PromQL warning: x'], infos: ['PromQL info: y'] },
      undefined,
    ],
    ['infos of another kind', { infos: ['served from a cache'] }, undefined],
  ])('an answer with %s: partial only where something is missing', async (_, more, why) => {
    server.behave = json(JSON.stringify({ ...(JSON.parse(vector([])) as object), ...more }));
    const answer = await client().query('up', never);
    if (why === undefined) expect(answer).toMatchObject({ ok: true });
    else
      expect(answer).toMatchObject({
        problem: {
          kind: 'partial',
          transient: true,
          message: `its answer is partial, so nothing is judged by it${why}`,
          fix: 'bring back the stores that it could not read, or narrow the selector down',
        },
      });
  });

  it('gives each annotation of a query once, without a secret', async () => {
    const odd = (place: string): Behaviour =>
      json(
        JSON.stringify({
          ...(JSON.parse(vector([])) as object),
          warnings: [`PromQL warning: t0ken is odd (${place})`],
          infos: ['PromQL info: metric might not be a counter: "x" (1:6)'],
        }),
      );
    const it = client({}, (text) => text.replaceAll('t0ken', '***'));
    server.behave = odd('1:2');
    await it.query('up', never);
    server.behave = odd('3:4');
    await it.query('up', never);
    expect(it.takeAnnotations()).toEqual([
      'PromQL warning: *** is odd',
      'PromQL info: metric might not be a counter: "x"',
    ]);
    expect(it.takeAnnotations()).toEqual([]);
  });

  it('shows no secret and no runner command', async () => {
    server.behave = json(`\n::error::token geheim-geheim is wrong ${'x'.repeat(400)}`, 400);
    const answer = await client({}, (text) => text.replaceAll('geheim-geheim', '***')).query(
      'up',
      never,
    );
    const message = messageOf(answer);
    expect(message).toMatch(/token \*\*\* is wrong/);
    expect(message).not.toMatch(/^::/m);
    expect(message.length).toBeLessThan(340);
  });

  it('sends no token to the target of a redirect', async () => {
    const elsewhere = await StandInPrometheus.start();
    server.behave = (response) => response.writeHead(307, { Location: elsewhere.url }).end();
    await client({ token: 'secret' }).query('up', never);
    expect(elsewhere.received).toEqual([]);
    await elsewhere.close();
  });

  it('rejects only when the signal is aborted', async () => {
    const stop = new AbortController();
    server.behave = () => {
      stop.abort(new Cancelled('a test'));
    };
    await expect(client().query('up', stop.signal)).rejects.toThrow(Cancelled);
  });
});

function messageOf(answer: Result<unknown>): string {
  if (answer.ok) throw new Error('it was answered');
  return answer.problem.message;
}
