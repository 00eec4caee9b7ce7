import { afterEach, describe, expect, it } from '@jest/globals';
import { formatOf, webhook } from '../../src/notify/webhook.js';
import { systemClock } from '../../src/support/clock.js';
import { createHttp } from '../../src/support/http.js';
import { refusing, serve, type Handler, type HttpTestServer } from '../support/servers.js';

const http = createHttp({ clock: systemClock });
const deps = { http: () => http, clock: systemClock, redact: (text: string) => text };
const signal = new AbortController().signal;
const path = '/services/T000/B000/hush-hush';
let server: HttpTestServer | undefined;

afterEach(async () => {
  http.close();
  await server?.close();
  server = undefined;
});

async function notifyBy(
  handler: Handler,
): Promise<{ readonly server: HttpTestServer; readonly error: string }> {
  server = await serve(handler);
  const error = await webhook(deps, `${server.url}${path}`, '{"text":"x"}')
    .send(signal)
    .then(
      () => '',
      (reason: unknown) => (reason as Error).message,
    );
  return { server, error };
}

describe('the format that an address means', () => {
  it.each([
    ['https://hooks.slack.com/services/T/B/x', 'slack'],
    ['https://hooks.slack-gov.com/services/T/B/x', 'slack'],
    ['https://discord.com/api/webhooks/1/x/slack', 'slack'],
    ['https://acme.webhook.office.com/webhookb2/x', 'teams'],
    ['https://prod-1.westeurope.logic.azure.com:443/workflows/x', 'teams'],
    ['https://x.1.environment.api.powerplatform.com/powerautomate/x', 'teams'],
    ['https://chat.example/hooks/x', 'json'],
    ['https://hooks.slack.com.evil.example/services/T', 'json'],
    ['https://notlogic.azure.com.example/', 'json'],
  ])('%s: %s', (url, format) => {
    expect(formatOf(url)).toBe(format);
  });
});

describe('a webhook', () => {
  it.each([200, 202, 204])(
    'that answers %d gets the message once, and no error',
    async (status) => {
      const { server: it, error } = await notifyBy((_, response) => {
        response.writeHead(status).end();
      });
      expect(error).toBe('');
      expect(it.received).toEqual([
        expect.objectContaining({ method: 'POST', url: path, body: '{"text":"x"}' }),
      ]);
      expect(it.received[0]!.headers['content-type']).toBe('application/json');
    },
  );

  it.each([
    [403, 'invalid_token', '(invalid_token)'],
    [404, '<html>not here</html>', ''],
    [302, '', ''],
    [500, '', ''],
  ])('that answers %d %j: one error, without the secret address', async (status, body, logged) => {
    const { server: it, error } = await notifyBy((_, response) => {
      response.writeHead(status, { location: 'https://evil.example/' }).end(body);
    });
    expect(error).toContain(`127.0.0.1:${String(it.port)} answered ${String(status)}`);
    expect(error).toContain(logged);
    expect(error).toContain('notify-url');
    expect(error).not.toContain('hush');
    expect(error).not.toContain('<html>');
    expect(it.received).toHaveLength(1);
  });

  it('that refuses connections: one error, without the secret address', async () => {
    const url = await refusing();
    const sent = webhook(deps, `${url}${path}`, '{}').send(signal);
    await expect(sent).rejects.toThrow(/^127\.0\.0\.1:\d+: connection refused \(ECONNREFUSED\)$/);
  });

  it('that hangs is left when the signal is aborted', async () => {
    const stop = new AbortController();
    server = await serve(() => {
      stop.abort();
    });
    await expect(webhook(deps, `${server.url}${path}`, '{}').send(stop.signal)).rejects.toThrow();
  });
});
