import { describe, expect, it } from '@jest/globals';
import { ailingService, watching } from '../support/ailing-service.js';
import type { Workplace } from '../support/bundle.js';
import { serve, type Handler, type HttpTestServer } from '../support/servers.js';
import { withWorkplace } from '../support/with-workplace.js';

let place: Workplace;
const servers = withWorkplace((fresh) => {
  place = fresh;
});

async function opened(server: Promise<HttpTestServer>): Promise<HttpTestServer> {
  const started = await server;
  servers.push(started);
  return started;
}

const created: Handler = (_, response) => {
  response.writeHead(201, { 'content-type': 'application/json' }).end('{"id":1}');
};
const path = '/services/T0/B0/hush-hush-hush';

describe('a notification', () => {
  it('says what was rolled back and why, and the address of the webhook is never shown', async () => {
    const hook = await opened(serve(created));
    const { url } = await opened(ailingService(place, 0.3));
    const { code, output } = await place.run(watching(url), {
      ROLLGATE_NOTIFY_URL: `${hook.url}${path}`,
      ROLLGATE_NOTIFY_FORMAT: 'slack',
    });
    expect(code).toBe(1);
    expect(hook.received).toHaveLength(1);
    const { text } = JSON.parse(hook.received[0]!.body) as { text: string };
    expect(text).toContain('↩️ *Rolled back and verified*');
    expect(text).toContain(place.report().reason.split(';')[0]);
    expect(text).toContain('Rolled back and verified');
    expect(output).toContain(`Told 127.0.0.1:${String(hook.port)}.`);
    for (const shown of [output, ...Object.values(place.files())])
      expect(shown).not.toContain('hush-hush');
  });

  it.each<[string, Handler]>([
    ['refuses', (_, response) => response.writeHead(410).end('no_service')],
    ['breaks off', (_, response) => response.destroy()],
  ])('a webhook that %s changes neither exit code nor report', async (_name, handler) => {
    const hook = await opened(serve(handler));
    const { url } = await opened(ailingService(place, 0.3));
    const { code, output } = await place.run(watching(url), {
      ROLLGATE_NOTIFY_URL: `${hook.url}${path}`,
    });
    expect(hook.received).toHaveLength(1);
    expect(code).toBe(1);
    expect(place.report()).toMatchObject({ verdict: 'unhealthy', exitCode: 1 });
    expect(output).toContain('notification not sent: 127.0.0.1');
    expect(output).not.toContain('hush-hush');
  });

  it('is sent for a healthy run only when notify-on says so', async () => {
    const hook = await opened(serve(created));
    const { url } = await opened(ailingService(place, 0));
    const env = { ROLLGATE_NOTIFY_URL: `${hook.url}${path}` };
    expect((await place.run(watching(url), env)).code).toBe(0);
    expect(hook.received).toEqual([]);
    await place.run([...watching(url), '--notify-on', 'healthy'], env);
    expect(hook.received).toHaveLength(1);
    expect(JSON.parse(hook.received[0]!.body)).toMatchObject({
      exitCode: 0,
      outputs: { verdict: 'healthy', 'rolled-back': 'false' },
    });
  });

  it('becomes a comment on the pull request', async () => {
    const github = await opened(serve(created));
    const { url } = await opened(ailingService(place, 0.3));
    place.write('event.json', JSON.stringify({ pull_request: { number: 7 } }));
    const { output } = await place.run(watching(url), {
      GITHUB_ACTIONS: 'true',
      GITHUB_EVENT_NAME: 'pull_request',
      GITHUB_EVENT_PATH: place.path('event.json'),
      GITHUB_SERVER_URL: github.url,
      GITHUB_API_URL: `${github.url}/api/v3`,
      GITHUB_REPOSITORY: 'acme/shop',
      'INPUT_HOST-TOKEN': 'ghs_0123456789',
    });
    expect(github.received.map((request) => request.url)).toEqual([
      '/api/v3/repos/acme/shop/issues/7/comments',
    ]);
    expect(github.received[0]!.headers.authorization).toBe('token ghs_0123456789');
    expect(github.received[0]!.body).toContain('### ↩️ Rolled back and verified: acme/shop');
    expect(output).toContain('Told pull request acme/shop#7.');
  });

  it('a token without the right to comment causes no warning', async () => {
    const github = await opened(
      serve((_, response) => {
        response.writeHead(403, { 'content-type': 'application/json' }).end('{}');
      }),
    );
    const { url } = await opened(ailingService(place, 0.3));
    const { code, output } = await place.run(watching(url), {
      GITHUB_ACTIONS: 'true',
      GITHUB_REF: 'refs/pull/7/merge',
      GITHUB_SERVER_URL: github.url,
      GITHUB_API_URL: `${github.url}/api/v3`,
      GITHUB_REPOSITORY: 'acme/shop',
      'INPUT_HOST-TOKEN': 'ghs_0123456789',
    });
    expect(code).toBe(1);
    expect(output).toContain(
      'No comment on pull request acme/shop#7: the token may not write one (status 403); it needs `pull-requests: write`.',
    );
    expect(output).not.toMatch(/::warning.*comment/);
  });
});
