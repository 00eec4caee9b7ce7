import { describe, expect, it } from '@jest/globals';
import { ActionJob } from '../support/action.js';
import { Addresses } from '../support/addresses.js';
import { ailingService, watching } from '../support/ailing-service.js';
import { leaveFile, node, type Workplace } from '../support/bundle.js';
import { commandsIn } from '../support/runner-grammar.js';
import { serve, type HttpTestServer } from '../support/servers.js';
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

/** A command line that heals the service and says this on its standard output. */
function saying(text: string): string {
  place.write('say.cjs', `process.stdout.write(${JSON.stringify(text)});`);
  return `${leaveFile('healed')} && "${node}" say.cjs`;
}

describe('what the rollback command says', () => {
  it('is no command for the runner of GitHub, and no line of its own', async () => {
    const { url } = await opened(ailingService(place, 0.3));
    const text =
      '\u0085::error::forged-1\n\u2028::add-mask::forged-2\nx\u2029✅ healthy\u0085y\n##[error]forged-3';
    const { code, output } = await place.run(watching(url, saying(text)), {
      GITHUB_ACTIONS: 'true',
    });
    expect(code).toBe(1);
    expect(output).toContain('forged-1');
    expect(commandsIn(output).filter((line) => line.includes('forged'))).toEqual([]);
    expect(output.split(/[\n\r\v\f\u0085\u2028\u2029]/)).not.toContain('✅ healthy');
  });

  it.each([
    ['the end of what a line shows', (token: string) => `${'x'.repeat(285)}${token}`],
    ['the start of what is kept', (token: string) => `${token}${'y'.repeat(8176)}`],
  ])('shows nothing of a secret that is cut at %s', async (_name, text) => {
    const token = 'Zq81Wv55Lm20Xk79Rb';
    const { url } = await opened(ailingService(place, 0.3));
    const { code, output } = await place.run(watching(url, saying(text(token))), {
      ROLLGATE_HEADERS: `X-Token: ${token}`,
    });
    expect(code).toBe(1);
    const files = Object.entries(place.files()).filter(([name]) => name !== 'say.cjs');
    for (const shown of [output, ...files.flat()]) expect(shown).not.toMatch(/Zq81|Wv55|Lm20|Xk79/);
  });
});

describe('headers whose values are words of ours', () => {
  const ours = ['health', 'verified', 'rollgate', '4711', 'default', 'success-rate', 'unhealthy'];
  it('rolled back and verified, with a report, a snapshot and a recording that can be read', async () => {
    const { url } = await opened(ailingService(place, 0.3));
    const env = {
      ...{ GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '4711', GITHUB_RUN_ATTEMPT: '1' },
      ...{ GITHUB_REPOSITORY: 'acme/shop', GITHUB_SERVER_URL: 'https://github.test' },
      ROLLGATE_HEADERS: ours.map((word, n) => `X-${String(n)}: ${word}`).join('\n'),
    };
    const snapshot = await place.run(['snapshot', ...watching(url).slice(1)], env);
    expect(snapshot.code).toBe(0);
    const { code, output } = await place.run(watching(url), env);
    expect(code).toBe(1);
    expect(output).not.toContain('is ignored');
    expect(output).toContain('↩️ Rolled back and verified');
    expect(output).toContain('Rolled back and verified');
    expect(place.report()).toMatchObject({
      verdict: 'unhealthy',
      host: { runId: '4711' },
      tool: { name: 'rollgate' },
      targets: [{ name: 'default', rollback: { status: 'verified' } }],
    });
    const replayed = await place.run(['replay', 'rollgate-report/recording.ndjson']);
    expect(replayed.code).toBe(0);
    expect(replayed.output).toContain('unhealthy');
  });
});

describe('what the application says', () => {
  it('is printed and written nowhere: no body, no header, no reason phrase', async () => {
    let requests = 0;
    const { url } = await opened(
      serve((request, response) => {
        if (request.url === '/health') {
          response.end('fine');
          return;
        }
        requests++;
        const moves = request.url === '/' && requests % 2 === 0;
        response.writeHead(moves ? 302 : 503, 'forged-phrase', {
          'x-app': 'forged ::error::forged',
          'content-type': 'text/forged',
          ...(moves ? { location: '/forged-place' } : {}),
        });
        response.end(`forged body\n::error::forged\n{"error":"forged"}`);
      }),
    );
    const { code, output } = await place.run([
      ...watching(url, 'exit 0'),
      ...['--expect-body', 'fine', '--follow-redirects', '2'],
    ]);
    expect(code).toBe(3);
    expect(output).toContain('requests failed');
    for (const [name, text] of [['the log', output], ...Object.entries(place.files())])
      expect([name, text?.includes('forged')]).toEqual([name, false]);
  });
});

describe('the addresses that a run talks to', () => {
  it('are those that are configured, and no others', async () => {
    const hook = await opened(serve((_, response) => response.end('ok')));
    const job = await ActionJob.prepare({
      inputs: { 'notify-url': `${hook.url}/hook`, 'notify-format': 'json' },
    });
    try {
      const addresses = new Addresses(job.place);
      const { code } = await job.start(addresses.env).ended;
      expect(code).toBe(1);
      expect(addresses.seen()).toEqual(
        [job.service, job.github, hook].map(({ url }) => new URL(url).host).sort(),
      );
    } finally {
      await job.close();
    }
  });
});

describe('a job of a CI system that has no pipelines to start', () => {
  it('does not send the token of another to its public server, when a variable names a server', async () => {
    const gitlab = await opened(serve((_, response) => response.writeHead(401).end('{}')));
    const addresses = new Addresses(place);
    const { code } = await place.run(['preflight', '--rollback', 'ci', '--url', gitlab.url], {
      ...addresses.env,
      ...{ BUILDKITE: 'true', BUILDKITE_BUILD_ID: 'b' },
      ...{ GITLAB_TOKEN: 'glpat-0123456789', CI_PROJECT_ID: '7', CI_SERVER_URL: gitlab.url },
    });
    expect(code).toBe(2);
    expect(addresses.seen()).toEqual([new URL(gitlab.url).host]);
  });
});

describe('a webhook that refuses', () => {
  it('does not get its token printed, when it is named without the address', async () => {
    const token = 'xoxhookTq81Wv55Lm20Xk79';
    const hook = await opened(
      serve((_, response) => response.writeHead(403).end(`no_team ${token}`)),
    );
    const { url } = await opened(ailingService(place, 0.3));
    const { output } = await place.run(watching(url), {
      ROLLGATE_NOTIFY_URL: `${hook.url}/services/T0/B0/${token}`,
    });
    expect(output).toContain('no_team ***');
    expect(output).not.toMatch(/xoxh|Tq81/);
  });
});
