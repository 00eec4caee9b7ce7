import { existsSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, describe, expect, it } from '@jest/globals';
import { leaveFile, Workplace, type Ended } from '../support/bundle.js';
import type { RunReport } from '../../src/report/record.js';

/**
 * The main job in real time: the bundle at default settings against real services, all scenarios side by side, about
 * seven minutes in all. What it measures is printed; only what was decided is asserted.
 */

interface Story {
  readonly name: string;
  /** Whether a request is answered well; `hang`: not at all. Counts requests of traffic from 1. */
  readonly answers: (request: {
    readonly at: number;
    readonly traffic: number;
  }) => boolean | 'hang';
  /** Seconds after the start at which the service begins to listen; `null`: never. */
  readonly listensAt?: number | null;
  /** Seconds after the start at which the service is closed. */
  readonly closesAt?: number;
  readonly flags?: readonly string[];
  readonly command?: string;
  readonly code: number;
  readonly reason: RegExp;
}

const halfWay = 40 + Math.random() * 200;
const late = 300 + Math.random() * 28;

const stories: readonly Story[] = [
  {
    name: 'answers 100 % well',
    answers: () => true,
    code: 0,
    reason: /^100 % of 600 requests succeeded \(limit 95 %\)/,
  },
  {
    name: 'fails 30 %',
    answers: ({ traffic }) => traffic % 10 >= 3,
    code: 1,
    reason: /^\d+ of \d+ requests failed \((69|7[01])(\.\d)? % success, limit 95 %\)/,
  },
  {
    name: `goes down after ${halfWay.toFixed(1)} s`,
    answers: () => true,
    closesAt: halfWay,
    code: 3,
    reason: /^The health check failed 3 times in a row \(connection refused\)/,
  },
  {
    name: `goes down after ${late.toFixed(1)} s`,
    answers: () => true,
    closesAt: late,
    code: 3,
    reason: /^The health check failed 3 times in a row \(connection refused\)/,
  },
  {
    name: 'hangs after 100 s',
    answers: ({ at }) => (at < 100 ? true : 'hang'),
    code: 1,
    reason: /^The health check failed 3 times in a row \(timeout\)/,
  },
  {
    name: 'never answers',
    answers: () => true,
    listensAt: null,
    code: 3,
    reason: /it has not passed once since the watch started/,
  },
  {
    name: 'needs 20 s to listen',
    answers: () => true,
    listensAt: 20,
    code: 0,
    reason: /^100 % of 600 requests succeeded/,
  },
  {
    name: 'gets too few requests',
    answers: () => true,
    flags: ['--requests-per-second', '0.1', '--duration', '1m'],
    code: 4,
    reason: /^Only 6 requests in 1m \(20 needed\)/,
  },
  {
    name: 'is 70 % good, and the rollback changes nothing',
    answers: ({ traffic }) => traffic % 10 >= 3,
    command: 'exit 0',
    code: 3,
    reason: /requests failed/,
  },
];

const servers: Server[] = [];
const places: Workplace[] = [];

afterAll(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
  for (const place of places) place.remove();
});

interface Result {
  readonly story: Story;
  readonly ended: Ended;
  readonly report: RunReport;
}

async function tell(story: Story): Promise<Result> {
  const place = new Workplace();
  places.push(place);
  const began = Date.now();
  let traffic = 0;
  const server = createServer((request, response) => {
    if (request.url !== '/health') traffic += 1;
    const healed = existsSync(place.path('healed'));
    const good = healed || story.answers({ at: (Date.now() - began) / 1000, traffic });
    if (good === 'hang') return;
    response.statusCode = good || request.url === '/health' ? 200 : 503;
    response.end('ok');
  });
  servers.push(server);
  // The port is taken at once and given back, so that nobody listens there until the service does.
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  if (story.listensAt !== undefined) {
    await new Promise((resolve) => server.close(resolve));
    if (story.listensAt !== null)
      setTimeout(() => server.listen(port, '127.0.0.1'), story.listensAt * 1000);
  }
  if (story.closesAt !== undefined)
    setTimeout(() => {
      server.close();
      server.closeAllConnections();
    }, story.closesAt * 1000);
  const url = `http://127.0.0.1:${String(port)}`;
  const ended = await place.run([
    ...['run', '--url', url, '--health-url', `${url}/health`, '--rollback', 'command'],
    ...['--rollback-command', story.command ?? leaveFile('healed'), ...(story.flags ?? [])],
  ]);
  return { story, ended, report: place.report() };
}

describe('the main job at default settings', () => {
  it('gives every service its verdict, code and reason', async () => {
    const results = await Promise.all(stories.map(tell));
    for (const { story, ended, report } of results) {
      const seconds = report.detectionSeconds;
      const after =
        story.closesAt === undefined || seconds === null
          ? ''
          : `, ${(seconds - story.closesAt).toFixed(1)} s after it went down`;
      process.stdout.write(
        `a service that ${story.name}: exit ${String(ended.code)}, verdict after ${seconds?.toFixed(1) ?? '-'} s${after}\n`,
      );
    }
    for (const { story, ended, report } of results) {
      expect({ story: story.name, code: ended.code }).toEqual({
        story: story.name,
        code: story.code,
      });
      expect(report.reason).toMatch(story.reason);
      expect(report.exitCode).toBe(story.code);
      if (story.code === 1) expect(report.targets[0]?.rollback.status).toBe('verified');
      if (story.command === 'exit 0')
        expect(report.targets[0]?.rollback.status).toBe('still-unhealthy');
    }
  });
});
