import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { inputIds } from '../../src/inputs/table.js';
import { quick, Workplace } from '../support/bundle.js';
import { proxy, serve, type HttpTestServer, type ProxyServer } from '../support/servers.js';
import { StandInGitea } from '../support/stand-in-gitea.js';

/** Everything that is not on this machine is asked for here, and refused. */
let elsewhere: ProxyServer;
let gitea: StandInGitea;
let service: HttpTestServer;
let place: Workplace;

beforeEach(async () => {
  code = 200;
  elsewhere = await proxy({ refuse: 403 });
  gitea = await StandInGitea.start();
  service = await serve((_, response) => {
    response.writeHead(gitea.runs.some(({ steps }) => steps[0]?.[1] === 'success') ? 200 : code);
    response.end('ok');
  });
  place = new Workplace();
});
afterEach(async () => {
  place.remove();
  await Promise.all([elsewhere.close(), gitea.close(), service.close()]);
});
let code = 200;

interface Done {
  readonly code: number | null;
  readonly output: string;
}

/** A job of Gitea as its runner makes it, whose step calls the action with these inputs. */
async function runStep(inputs: Readonly<Record<string, string>>, env = {}): Promise<Done> {
  const given: Readonly<Record<string, string>> = { 'host-token': gitea.secret, ...inputs };
  return place.run(inputs.command === 'preflight' ? [] : quick, {
    ...Object.fromEntries(inputIds.map((id) => [`INPUT_${id.toUpperCase()}`, given[id] ?? ''])),
    GITHUB_ACTIONS: 'true',
    GITEA_ACTIONS: 'true',
    GITHUB_SERVER_URL: gitea.url,
    GITHUB_API_URL: `${gitea.url}/api/v1`,
    GITHUB_REPOSITORY: 'acme/shop',
    GITHUB_RUN_ID: '31',
    GITHUB_RUN_ATTEMPT: '1',
    GITHUB_EVENT_NAME: 'push',
    GITHUB_TOKEN: gitea.secret,
    HTTPS_PROXY: elsewhere.url,
    HTTP_PROXY: elsewhere.url,
    NO_PROXY: '127.0.0.1',
    ...env,
  });
}

describe('a job of Gitea: no request leaves for any address but its own server', () => {
  it.each(['run', 'preflight', 'snapshot'])('with only `url` set, %s', async (command) => {
    const done = await runStep({ command, url: service.url });
    // There is nothing to roll back with, and a token of the job alone is no sign that somebody wants a pipeline started.
    expect(done).toMatchObject({ code: command === 'snapshot' ? 0 : 2 });
    if (command !== 'snapshot') expect(done.output).toContain('`rollback`');
    expect([elsewhere.requested, gitea.requests]).toEqual([[], []]);
  });

  it('with only `url` set, where it is to report', async () => {
    code = 200;
    const done = await runStep({ url: service.url, 'on-unhealthy': 'report' });
    expect(done).toMatchObject({ code: 0 });
    expect([elsewhere.requested, gitea.requests]).toEqual([[], []]);
  });

  it('with `rollback: ci`: the token of the job starts the workflow there', async () => {
    code = 503;
    const inputs = { 'health-interval': '200ms', 'verify-timeout': '15s' };
    const done = await runStep({ url: service.url, rollback: 'ci', ...inputs });
    expect(done.output).toContain('✅ CI/CD rollback triggered');
    expect(done.code).toBe(1);
    expect(gitea.started).toBe(1);
    expect(elsewhere.requested).toEqual([]);
  });

  it.each(['run', 'preflight'])(
    'with `ci-system: github`, %s: it has no token',
    async (command) => {
      const done = await runStep({ command, url: service.url, 'ci-system': 'github' });
      expect(done.code).toBe(2);
      expect(done.output).toMatch(/no repository to call|no token for GitHub/);
      expect([elsewhere.requested, gitea.requests]).toEqual([[], []]);
    },
  );

  it('with another server: its token has to be given', async () => {
    const inputs = { url: service.url, rollback: 'ci', 'gitea-url': 'https://gitea.other.test' };
    const done = await runStep({ command: 'preflight', ...inputs }, { GITHUB_TOKEN: '' });
    expect(done.code).toBe(2);
    expect(done.output).toContain('there is no token for Gitea');
    expect([elsewhere.requested, gitea.requests]).toEqual([[], []]);
  });
});
