import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Ended, leaveFile, quick, Workplace } from '../support/bundle.js';
import { refusing, serve, type HttpTestServer } from '../support/servers.js';

let place: Workplace;
let server: HttpTestServer;
/** What the service answers. */
let status: number;

beforeEach(async () => {
  place = new Workplace();
  status = 200;
  server = await serve((_, response) => {
    response.statusCode = status;
    response.end('ok');
  });
});

afterEach(async () => {
  await server.close();
  place.remove();
});

const inARun = { ROLLGATE_RUN_ID: 'build-42' };
const config = (url: string): readonly string[] => [
  ...['--url', url, '--health-failures', '2', '--min-requests', '1', '--rollback', 'command'],
  ...['--rollback-command', leaveFile('rolled-back')],
];

function snapshot(url: string): Promise<Ended> {
  return place.start(['snapshot', ...config(url)], inARun).ended;
}

function watch(url: string, ...more: readonly string[]): Promise<Ended> {
  return place.start(['run', ...config(url), ...quick, ...more], inARun).ended;
}

function expectUntouched(): void {
  expect(place.read('rolled-back')).toBeUndefined();
}

describe('a service that fails in the watch', () => {
  it('and passed before the deploy is rolled back', async () => {
    expect((await snapshot(server.url)).code).toBe(0);
    status = 401;
    expect((await watch(server.url)).code).not.toBe(4);
    expect(place.read('rolled-back')).toBeDefined();
    expect(place.report().verdict).toBe('unhealthy');
  });

  it('and failed before the deploy too is inconclusive, whatever that leads to', async () => {
    status = 500;
    await snapshot(server.url);
    expect((await watch(server.url, '--on-inconclusive', 'rollback')).code).toBe(4);
    expectUntouched();
    expect(place.report().reason).toContain(
      'it failed before the deploy too (500): check the URL, or roll back by hand; if it exists only after the deploy, set `url-before: absent`',
    );
  });

  it('and failed before the deploy, and is new, is rolled back', async () => {
    status = 500;
    await snapshot(server.url);
    await watch(server.url, '--url-before', 'absent');
    expect(place.read('rolled-back')).toBeDefined();
  });

  it('and is new, and wants credentials, is inconclusive', async () => {
    status = 401;
    await snapshot(server.url);
    expect((await watch(server.url, '--url-before', 'absent')).code).toBe(4);
    expectUntouched();
  });

  it('and was not asked before, and wants credentials, is inconclusive, and says what to set', async () => {
    status = 401;
    expect((await watch(server.url)).code).toBe(4);
    expectUntouched();
    expect(place.report().reason).toContain('it wants credentials: set `headers`');
  });

  it('and was not asked before, is rolled back, and may never have worked', async () => {
    status = 500;
    await watch(server.url);
    expect(place.read('rolled-back')).toBeDefined();
    expect(place.report().reason).toContain('It may never have worked');
  });
});

describe('a wrong address', () => {
  it('with a dead port, asked before, starts no rollback', async () => {
    const url = await refusing();
    expect((await snapshot(url)).code).toBe(0);
    expect((await watch(url)).code).toBe(4);
    expectUntouched();
  });
});

it('a service that failed before the deploy and passes is healthy, and told', async () => {
  status = 500;
  await snapshot(server.url);
  status = 200;
  expect((await watch(server.url)).code).toBe(0);
  expect(place.report().reason).toContain('failed before the deploy (500).');
});
