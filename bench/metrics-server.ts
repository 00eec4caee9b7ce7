/**
 * The program of a child process: the services of many targets, and the Prometheus that scrapes them ten times a second. Every
 * request is answered with 200, but those to a service whose name begins with `down-`; queries are answered with counters of a
 * service without errors that gets ten requests a second.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { FromServer } from './local-server.js';

/** Of the buckets of the histograms. */
const BORDERS = ['0.1', '0.8', '+Inf'];
const SINCE = Date.now() / 1000 - 3600;

const server = createServer((request, response) => {
  if (request.url?.startsWith('/api/v1/query') !== true) {
    request.resume();
    if (request.url?.includes('/down-') === true) response.statusCode = 503;
    response.end('ok');
    return;
  }
  let body = '';
  request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk));
  request.on('end', () => {
    response.setHeader('Content-Type', 'application/json');
    response.end(answer(new URLSearchParams(body).get('query') ?? ''));
  });
});

function answer(query: string): string {
  const now = Date.now() / 1000;
  const scraped = Math.floor(10 * now) / 10;
  const service = /service="([^"]*)"/.exec(query)?.[1] ?? '';
  if (query.startsWith('count by (le)'))
    return vector(BORDERS.map((le) => ({ metric: { le }, value: [now, '3'] })));
  const asked = [...query.matchAll(/"rollgate_part", "([^"]+)"/g)].map(([, part = '']) => part);
  if (asked.includes('metric'))
    return vector(asked.map((part) => ({ metric: { rollgate_part: part }, value: [now, '1'] })));
  if (asked.length === 0) return vector([]);
  const parts = query.includes('_bucket')
    ? ['requests', 'within-above', 'within-below']
    : ['total'];
  const result = ['a', 'b', 'c'].flatMap((pod) => {
    const labels = { job: service, instance: `${pod}:8080`, service, code: '200' };
    const point = (part: string, value: number): unknown => ({
      metric: { ...labels, rollgate_part: part },
      value: [now, String(value)],
    });
    return [
      ...parts.map((part) => point(part, Math.floor(10 * (scraped - SINCE)))),
      point(`${parts[0] ?? ''}-time`, scraped),
      point('started', SINCE),
    ];
  });
  return vector(result);
}

function vector(result: readonly unknown[]): string {
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
}

// A client may reuse a connection at any time while the benchmark runs.
server.keepAliveTimeout = 0;
server.listen(0, '127.0.0.1', () => {
  const told: FromServer = { type: 'listening', port: (server.address() as AddressInfo).port };
  process.send?.(told);
});
process.on('disconnect', () => {
  process.exit();
});
