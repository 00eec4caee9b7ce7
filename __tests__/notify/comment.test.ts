import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Change } from '../../src/contract/system.js';
import { comment, NotAllowed } from '../../src/notify/comment.js';
import { systemClock } from '../../src/support/clock.js';
import { createHttp } from '../../src/support/http.js';
import { serve, type HttpTestServer } from '../support/servers.js';

const http = createHttp({ clock: systemClock });
const deps = { http: () => http, clock: systemClock, redact: (text: string) => text };
const signal = new AbortController().signal;
let server: HttpTestServer;
let answer: { status: number; type: string; body: string };

beforeAll(async () => {
  server = await serve((_, response) => {
    response.writeHead(answer.status, { 'content-type': answer.type }).end(answer.body);
  });
});

afterAll(async () => {
  http.close();
  await server.close();
});

interface Case {
  readonly change: (server: string) => Change;
  readonly api: (server: string) => string;
  readonly path: string;
  readonly authorization: string;
  readonly body: unknown;
  readonly to: string;
  readonly needs: string;
}

const cases: Readonly<Record<Change['system'], Case>> = {
  github: {
    change: (at) => ({ system: 'github', server: at, project: 'acme/shop', number: 7 }),
    api: (at) => `${at}/api/v3`,
    path: '/api/v3/repos/acme/shop/issues/7/comments',
    authorization: 'token t0ken',
    body: { body: '### Unhealthy' },
    to: 'pull request acme/shop#7',
    needs: 'pull-requests: write',
  },
  gitlab: {
    change: (at) => ({
      system: 'gitlab',
      server: `${at}/sub`,
      project: 'acme/tools/shop',
      number: 7,
    }),
    api: (at) => `${at}/sub/`,
    path: '/sub/api/v4/projects/acme%2Ftools%2Fshop/merge_requests/7/notes',
    authorization: 'Bearer t0ken',
    body: { body: '### Unhealthy' },
    to: 'merge request acme/tools/shop!7',
    needs: 'scope `api`',
  },
  gitea: {
    change: (at) => ({ system: 'gitea', server: `${at}/git`, project: 'acme/shop', number: 7 }),
    api: (at) => `${at}/git/`,
    path: '/git/api/v1/repos/acme/shop/issues/7/comments',
    authorization: 'token t0ken',
    body: { body: '### Unhealthy' },
    to: 'pull request acme/shop#7',
    needs: 'write:issue',
  },
  azure: {
    change: (at) => ({
      system: 'azure',
      server: `${at}/acme`,
      project: 'My%20Shop/0a1b',
      number: 7,
    }),
    api: (at) => `${at}/acme/`,
    path: '/acme/My%20Shop/_apis/git/repositories/0a1b/pullRequests/7/threads?api-version=7.1',
    authorization: `Basic ${Buffer.from(':t0ken').toString('base64')}`,
    body: {
      comments: [{ parentCommentId: 0, content: '### Unhealthy', commentType: 1 }],
      status: 4,
    },
    to: 'pull request 7',
    needs: 'Contribute to pull requests',
  },
};

describe.each(Object.entries(cases))('a comment on %s', (_system, its) => {
  const posted = (): ReturnType<typeof comment> =>
    comment(
      deps,
      its.change(server.url),
      { url: its.api(server.url), token: 't0ken' },
      '### Unhealthy',
    );

  it('is one call to its API', async () => {
    answer = { status: 201, type: 'application/json; charset=utf-8', body: '{"id":1}' };
    server.received.length = 0;
    const notification = posted();
    expect(notification?.to).toBe(its.to);
    await notification?.send(signal);
    expect(server.received).toHaveLength(1);
    const [request] = server.received;
    expect(request).toMatchObject({ method: 'POST', url: its.path });
    expect(request?.headers.authorization).toBe(its.authorization);
    expect(JSON.parse(request?.body ?? '')).toEqual(its.body);
  });

  it.each([
    [401, 'application/json', '{}'],
    [403, 'application/json', '{"message":"Resource not accessible by integration"}'],
    [404, 'application/json', '{}'],
    [203, 'text/html', '<html>Sign in</html>'],
  ])(
    'answered with %d %s: the token may not, and the error says what it needs',
    async (status, type, body) => {
      answer = { status, type, body };
      const failed = posted()?.send(signal);
      await expect(failed).rejects.toThrow(NotAllowed);
      await expect(failed).rejects.toThrow(its.needs);
      await expect(failed).rejects.not.toThrow('t0ken');
    },
  );

  it('answered with 500: an error with the answer, not about rights', async () => {
    answer = { status: 500, type: 'application/json', body: '{"message":"oops"}' };
    const failed = posted()?.send(signal);
    await expect(failed).rejects.toThrow('answered 500 (oops)');
    await expect(failed).rejects.not.toThrow(NotAllowed);
  });
});

describe('the token of a comment goes only to the server of the change', () => {
  const github = (at: string): Change => ({
    system: 'github',
    server: at,
    project: 'acme/shop',
    number: 7,
  });
  it.each([
    ['https://github.com', 'https://api.github.com', true],
    ['https://acme.ghe.com', 'https://api.acme.ghe.com', true],
    ['https://ghe.example', 'https://ghe.example/api/v3', true],
    ['https://ghe.example', 'https://api.github.com', false],
    ['https://github.com', 'https://ghe.example/api/v3', false],
    ['https://api.example', 'https://api.api.example', false],
  ])('a pull request of %s, the API %s: a comment is possible: %s', (at, url, isThere) => {
    expect(comment(deps, github(at), { url, token: 't' }, 'x') !== undefined).toBe(isThere);
  });

  it.each([
    ['gitlab', 'https://gitlab.example', 'https://gitlab.com', false],
    ['gitlab', 'https://gitlab.example', 'https://gitlab.example/', true],
    ['azure', 'https://dev.azure.com/acme', 'https://dev.azure.com/other', false],
    ['azure', 'https://dev.azure.com/Acme', 'https://dev.azure.com/acme/', true],
  ] as const)(
    '%s at %s, the token for %s: a comment is possible: %s',
    (system, at, url, isThere) => {
      const change: Change = { system, server: at, project: 'a/b', number: 7 };
      expect(comment(deps, change, { url, token: 't' }, 'x') !== undefined).toBe(isThere);
    },
  );
});
