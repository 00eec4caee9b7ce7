import { describe, expect, it } from '@jest/globals';
import type { Asked } from '../../../src/contract/check.js';
import { watch, type WatchOutcome } from '../../../src/gate/watch.js';
import { confirm } from '../../../src/gate/confirm.js';
import { Limits } from '../../../src/sources/http/limits.js';
import type { HttpRequest } from '../../../src/support/http.js';
import { config, createHttpChecks, type HttpConfig } from '../../support/http-source-config.js';
import { randomOf } from '../../../bench/random.js';
import { defaultPlan } from '../../support/stand-in-checks.js';
import { StandInTransport, type Reply } from '../../support/stand-in-transport.js';
import { VirtualClock } from '../../support/virtual-clock.js';

type Service = (request: HttpRequest, now: number) => Reply;

/** A watch at default settings. */
async function watched(
  service: Service,
  changes: Partial<HttpConfig> = {},
  limits = new Limits(),
  before?: Asked,
): Promise<WatchOutcome & { clock: VirtualClock }> {
  const clock = new VirtualClock();
  const http = new StandInTransport(clock, (request) => service(request, clock.monotonic()));
  const checks = createHttpChecks(config(changes), { http, clock, limits });
  if (before !== undefined)
    for (const { askables = [] } of checks) for (const one of askables) one.recall(before);
  const outcome = await clock.runUntil(
    watch({
      plan: defaultPlan,
      checks,
      clock,
      signal: new AbortController().signal,
      observer: { event: () => undefined, tick: () => undefined },
      tickEvery: 10_000,
    }),
  );
  return { ...outcome, clock };
}

/** Pods behind a balancer that chooses one for each connection, as the transport opens them. */
function balanced(pods: readonly (() => Reply)[], next: () => number): Service {
  const open = new Map<unknown, { pod: () => Reply; left: number }>();
  return ({ connections }) => {
    let connection = open.get(connections);
    if (connection === undefined || connection.left === 0) {
      const pod = pods[Math.floor(next() * pods.length)] ?? (() => ({}));
      // Without connections of its own a request shares one that lasts for ever.
      connection = { pod, left: connections?.requestsEach ?? Infinity };
      open.set(connections, connection);
    }
    connection.left -= 1;
    return { after: 5, ...connection.pod() };
  };
}

const good = (): Reply => ({});

describe('four pods behind a balancer for each connection, one of them bad', () => {
  it('are unhealthy in each of 100 watches', async () => {
    const verdicts: string[] = [];
    for (let seed = 1; seed <= 100; seed++) {
      const pods = [good, good, good, (): Reply => ({ status: 500 })];
      const { verdict } = await watched(balanced(pods, randomOf(`pods ${String(seed)}`)));
      verdicts.push(verdict);
    }
    expect(verdicts.filter((verdict) => verdict === 'unhealthy')).toHaveLength(100);
  });

  it('are healthy when all four are good', async () => {
    const { verdict } = await watched(balanced([good, good, good, good], randomOf('pods')));
    expect(verdict).toBe('healthy');
  });
});

/** Lets so many a minute through, and says for how long the others are to wait. */
function limiter(perMinute: number, behind: Service = good): Service {
  let minute = 0;
  let count = 0;
  return (request, now) => {
    if (Math.floor(now / 60_000) !== minute) [minute, count] = [Math.floor(now / 60_000), 0];
    count += 1;
    if (count <= perMinute) return behind(request, now);
    const wait = Math.ceil((60_000 - (now % 60_000)) / 1000);
    return { status: 429, headers: { 'retry-after': String(wait) } };
  };
}

describe('a rate limit', () => {
  it('of 60 a minute: healthy, with a hint that names the input', async () => {
    const { verdict, results, findings } = await watched(limiter(60));
    expect(verdict).toBe('healthy');
    expect(results.map(({ failures }) => failures)).toEqual([0, 0, 0]);
    const hint = findings.find(({ subject }) => subject === 'success-rate');
    expect(hint?.message).toMatch(
      /^http:\/\/app\.example: \d+ answers? said that it is asked too often \(status 429\), so probes were slowed down to one in \d+s$/,
    );
    expect(hint?.fix).toMatch(
      /^set requests-per-second to 0\.\d or less, or exempt these requests/,
    );
  });

  it('of 60 a minute and a bad version: unhealthy', async () => {
    const next = randomOf('a bad version');
    const bad: Service = () => (next() < 0.3 ? { status: 500 } : {});
    expect((await watched(limiter(60, bad))).verdict).toBe('unhealthy');
  });

  it('that blocks over a third of the probes: inconclusive', async () => {
    // It lets nobody in for the last two minutes and a half of the watch, and says so each time.
    const { verdict, reason } = await watched(
      (_, now) => (now < 180_000 ? {} : { status: 429, headers: { 'retry-after': '60' } }),
      { requestsPerSecond: 2, healthUrls: 'off' },
    );
    expect(verdict).toBe('inconclusive');
    expect(reason).toMatch(
      /\d+ of \d+ requests told nothing, because the service is asked too often for its rate limit: not enough to judge success-rate\. Set `requests-per-second` lower\./,
    );
  });

  it.each([
    ['without', {}],
    ['with', { 'retry-after': '1' }],
  ])('by the new version for half of its users: unhealthy, %s Retry-After', async (_, headers) => {
    const next = randomOf('half of the users');
    const { verdict, reason } = await watched(() => (next() < 0.5 ? { status: 429, headers } : {}));
    expect(verdict).toBe('unhealthy');
    expect(reason).toMatch(/failed/);
  });

  it('503 with Retry-After, without other signs, is unhealthy', async () => {
    const { verdict } = await watched(() => ({ status: 503, headers: { 'retry-after': '5' } }));
    expect(verdict).toBe('unhealthy');
  });

  it('of the watch also slows the confirmation', async () => {
    const limits = new Limits();
    const before = await watched(limiter(60), {}, limits);
    const { clock } = before;
    const http = new StandInTransport(clock);
    const checks = createHttpChecks(config({ requestsPerSecond: 10, healthUrls: 'off' }), {
      http,
      clock,
      limits,
    });
    const outcome = await clock.runUntil(
      confirm({
        checks,
        isRecovery: true,
        clock,
        signal: new AbortController().signal,
        timeout: 120_000,
        minRequests: 20,
        requestsPerSecond: limits.allowed(10),
      }),
    );
    expect(outcome.confirmed).toBe(true);
    const times = http.sent.map(({ at }) => at);
    const gaps = times.slice(1).map((at, index) => at - (times[index] ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(1000 / limits.allowed(10) - 1);
  });
});

describe('a bot guard that answers in place of the service', () => {
  const challenge: Reply = { status: 202, headers: { 'x-amzn-waf-action': 'challenge' } };

  it('for a while, with a status that looks good: not counted, with a hint', async () => {
    const { verdict, results, findings } = await watched(
      (_, now) => (now > 100_000 && now < 110_000 ? challenge : {}),
      { healthUrls: 'off' },
    );
    expect(verdict).toBe('healthy');
    expect(results[0]?.failures).toBe(0);
    expect(findings[0]).toMatchObject({
      message: expect.stringMatching(
        /^http:\/\/app\.example: \d+ answers? came from a bot guard and not from the service \(bot challenge, status 202\), so probes were slowed down to one in \d+s$/,
      ),
      fix: expect.stringMatching(/^let these requests past the guard, or set requests-per-second/),
    });
  });

  it('to the end, with a status that looks good: not healthy', async () => {
    const { verdict } = await watched((_, now) => (now < 60_000 ? {} : challenge));
    expect(verdict).toBe('unhealthy');
  });
});

describe('a cache in front of the service', () => {
  it('is reported with its numbers, and how to bypass it', async () => {
    const { verdict, findings } = await watched(() => ({ headers: { age: '3600' } }), {
      healthUrls: 'off',
    });
    expect(verdict).toBe('healthy');
    expect(findings).toEqual([
      {
        level: 'warning',
        subject: 'success-rate',
        message:
          'http://app.example: 660 of 660 answers came from a cache: the service behind it was not asked',
        fix: 'probe an address that is not cached, or set a header that goes past the cache (`headers: "Cache-Control: no-cache"` where it is honoured)',
      },
    ]);
  });
});

describe('answers that are not valid HTTP', () => {
  const unreadable: Reply = { fails: 'unreadable', summary: 'answer is not HTTP' };

  it('from the start: inconclusive, with a hint', async () => {
    const { verdict, reason, findings } = await watched(() => unreadable);
    expect(verdict).toBe('inconclusive');
    expect(reason).toMatch(/answer is not HTTP|No usable answer/);
    expect(findings).toContainEqual({
      level: 'warning',
      subject: 'success-rate',
      message: 'http://app.example: no answer could be read (answer is not HTTP)',
      fix: 'check scheme and port of the URL: `curl -v` shows what is answered',
    });
  });

  it.each<[string, Asked, string]>([
    ['passed', { passed: true, detail: '', status: 200, ms: 1 }, 'unhealthy'],
    ['could be read', { passed: false, detail: 'status 500', status: 500, ms: 1 }, 'unhealthy'],
    [
      'could not be read either',
      { passed: false, detail: 'answer is not HTTP', ms: 1 },
      'inconclusive',
    ],
  ])('of a service whose answer before the deploy %s', async (_, before, expected) => {
    const { verdict } = await watched(() => unreadable, {}, new Limits(), before);
    expect(verdict).toBe(expected);
  });

  it('after some valid ones: unhealthy', async () => {
    const { verdict, reason } = await watched((_, now) => (now < 60_000 ? {} : unreadable));
    expect(verdict).toBe('unhealthy');
    expect(reason).toMatch(/answer is not HTTP|failed/);
  });
});

describe('a limit on latency with slow connections', () => {
  const slowToConnect: Service = () => ({ after: 900, connectMs: 850 });
  const maxLatency = { percentile: 95, maxMs: 800 };

  it.each([
    [false, 'healthy'],
    [true, 'unhealthy'],
  ])('latency-includes-connect %s: %s', async (latencyIncludesConnect, expected) => {
    const { verdict } = await watched(slowToConnect, { maxLatency, latencyIncludesConnect });
    expect(verdict).toBe(expected);
  });
});

describe('canary and baseline at one address', () => {
  it('are told apart by their own headers', async () => {
    const { verdict } = await watched(
      ({ headers }) => (headers?.['X-Canary'] === 'always' ? { status: 500 } : {}),
      {
        headers: { 'X-Canary': 'always' },
        baselineUrls: ['http://app.example/'],
        baselineHeaders: { 'X-Canary': 'never' },
        healthUrls: 'off',
      },
    );
    expect(verdict).toBe('unhealthy');
  });
});

describe('the report of a watch', () => {
  it('has the number of connections and addresses', async () => {
    const { results } = await watched(({ connections }) => {
      connections?.noteOpened('app.example', `10.0.0.${String((connections.opened % 3) + 1)}`);
      return {};
    });
    expect(
      results.map(({ connections, remoteAddresses }) => [connections, remoteAddresses]),
    ).toEqual([
      [67, 3],
      [660, 3],
      [660, 3],
    ]);
  });

  it('names an address that cannot be reached from here, once', async () => {
    const failed = new Map([['2001:db8::1', 'EHOSTUNREACH']]);
    const { findings } = await watched(
      ({ connections }) => {
        connections?.noteOpened('app.example', '10.0.0.1', failed);
        return {};
      },
      { healthUrls: 'off' },
    );
    expect(findings.map(({ level, message }) => [level, message])).toEqual([
      [
        'notice',
        'app.example: 2001:db8::1 cannot be reached from here (EHOSTUNREACH) and was passed over; other addresses of the name can',
      ],
    ]);
  });

  it('warns when all requests used one connection', async () => {
    const { findings } = await watched(
      ({ connections }) => {
        if (connections?.opened === 0) connections.noteOpened('app.example', '10.0.0.1');
        return {};
      },
      { healthUrls: 'off' },
    );
    expect(findings.map(({ message }) => message)).toEqual([
      'http://app.example: all 660 requests went over one connection, so a balancer may have led all of them to the same process',
    ]);
  });
});
