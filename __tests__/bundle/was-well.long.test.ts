import { chmodSync } from 'node:fs';
import { delimiter } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { type Ended, leaveFile, node, quick, Workplace } from '../support/bundle.js';
import { refusing, serve, type HttpTestServer } from '../support/servers.js';

let place: Workplace;
let server: HttpTestServer;
/** What the service answers, by path where that matters. */
let status: number;
let statusOf: Readonly<Record<string, number>>;
/** It answers well so many times more, whatever its status is. */
let wellFor: number;

beforeEach(async () => {
  place = new Workplace();
  status = 200;
  statusOf = {};
  wellFor = 0;
  server = await serve(({ url }, response) => {
    response.statusCode = wellFor > 0 ? 200 : (statusOf[url] ?? status);
    wellFor -= 1;
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

  it('and failed before the deploy, and passed meanwhile, is rolled back', async () => {
    status = 500;
    await snapshot(server.url);
    wellFor = 40;
    await watch(server.url);
    expect(place.read('rolled-back')).toBeDefined();
    expect(place.report().verdict).toBe('unhealthy');
  });

  it.each([
    ['500', () => Promise.resolve(server.url)],
    ['a refused connection', refusing],
  ])(
    'by %s, and was not asked before, is rolled back, and may never have worked',
    async (_, at) => {
      status = 500;
      await watch(await at());
      expect(place.read('rolled-back')).toBeDefined();
      expect(place.report().reason).toContain('It may never have worked');
    },
  );

  it('by TLS that is not spoken there, and was not asked before, is inconclusive', async () => {
    const { code } = await watch(server.url.replace('http:', 'https:'));
    expect(code).toBe(4);
    expectUntouched();
    expect(place.report().reason).toContain(
      'plain HTTP is spoken there, not TLS: check scheme and port of the URL',
    );
  });

  it('by a name that no name server answers for, and was not asked before, is inconclusive', async () => {
    place.write(
      'silent.mjs',
      "import dns from 'node:dns';\ndns.promises.lookup = () => new Promise(() => undefined);\n",
    );
    const silent = pathToFileURL(place.path('silent.mjs')).href;
    const { code } = await place.run(['run', ...config('http://shop.test/'), ...quick], {
      ...inARun,
      NODE_OPTIONS: `--import ${silent}`,
    });
    expect(code).toBe(4);
    expectUntouched();
    expect(place.report().reason).toContain('its name cannot be resolved: correct the URL');
  });
});

describe('two health URLs, one of which failed before the deploy', () => {
  const both = (): readonly string[] => [
    ...['--url', server.url, '--health-url', `${server.url}/one,${server.url}/other`],
    ...['--health-failures', '2', '--min-requests', '1', '--rollback', 'command'],
    ...['--rollback-command', leaveFile('rolled-back')],
  ];

  beforeEach(async () => {
    statusOf = { '/other': 404 };
    const { code, output } = await place.run(['snapshot', ...both()], inARun);
    expect(code).toBe(0);
    // Nobody must find out after the deploy that it cannot be judged by it.
    expect(output).toMatch(
      /warning: Rollgate snapshot: health: .*\/other answers 404: check the URL/,
    );
    expect(output).not.toMatch(/\/one answers/);
  });

  it('are inconclusive when that one fails still', async () => {
    expect((await place.run(['run', ...both(), ...quick], inARun)).code).toBe(4);
    expectUntouched();
    expect(place.report().reason).toContain('it failed before the deploy too (404)');
  });

  it('are rolled back when the one that passed fails', async () => {
    statusOf = { '/one': 503, '/other': 404 };
    await place.run(['run', ...both(), ...quick], inARun);
    expect(place.read('rolled-back')).toBeDefined();
    expect(place.report().verdict).toBe('unhealthy');
  });
});

describe('what init writes, with something wrong from the start', () => {
  /** The commands of the pipeline, in its order. */
  function commandsOf(workflow: string): readonly string[] {
    const { jobs } = parse(workflow) as {
      jobs: { deploy: { steps: { uses?: string; with?: { command?: string } }[] } };
    };
    return jobs.deploy.steps
      .filter(({ uses }) => uses?.includes('/rollgate@'))
      .map((step) => step.with?.command ?? 'run');
  }

  it.each<[string, () => Promise<string> | string, RegExp, RegExp]>([
    [
      'a missing header',
      () => `${server.url}/private`,
      /private answers 401: set `headers`/,
      /failed before the deploy too \(401\): check the URL.* It wants credentials: set `headers`\./,
    ],
    [
      'a wrong path',
      () => `${server.url}/wrong`,
      /wrong answers 404: check the URL/,
      /failed before the deploy too \(404\): check the URL/,
    ],
    [
      'a dead port',
      refusing,
      /connection refused: check the URL/,
      /failed before the deploy too \(connection refused\): check the URL/,
    ],
    [
      'a name that does not exist',
      () => 'http://shop.invalid/',
      /the name cannot be resolved: correct the URL/,
      /failed before the deploy too \(dns failure\): check the URL.* cannot be resolved: correct the URL/,
    ],
    [
      'https at a port for http',
      () => server.url.replace('http:', 'https:'),
      /TLS failure: check scheme and port of the URL/,
      /failed before the deploy too \(TLS failure\): check the URL/,
    ],
  ])('%s: preflight says so, and nothing is rolled back', async (_, at, warned, said) => {
    statusOf = { '/private': 401, '/wrong': 404 };
    const argv = ['init', '--yes', '--ci-system', 'github', ...config(await at()), ...quick];
    const written = await place.run(argv);
    expect({ code: written.code, output: written.output }).toMatchObject({ code: 0 });
    expect(written.output).toMatch(warned);
    const commands = commandsOf(place.read('.github/workflows/deploy-gate.yml') ?? '');
    expect(commands).toEqual(['snapshot', 'preflight', 'run']);
    const ended: Ended[] = [];
    for (const command of commands) ended.push(await place.run([command], inARun));
    expect(ended.map(({ code }) => code)).toEqual([0, 0, 4]);
    expect(ended[1]?.output).toMatch(warned);
    expect(place.report().reason).toMatch(said);
    expectUntouched();
  });

  it('a service that is well is said to be', async () => {
    const said = /note: \S+: http:\/\/127\.0\.0\.1:\d+ answered 200 in \d+ ms/;
    const argv = ['init', '--yes', '--ci-system', 'github', ...config(server.url)];
    expect((await place.run(argv)).output).toMatch(said);
    const { code, output } = await place.run(['preflight'], inARun);
    expect(code).toBe(0);
    expect(output).toMatch(said);
    expect(output).toMatch(/preflight passed \(checks: .*; rollback: command\)/);
  });

  it('a cache that answers in place of the service is named by preflight', async () => {
    const cached = await serve((_, response) => {
      response.setHeader('X-Cache', 'HIT').end('ok');
    });
    try {
      const { code, output } = await place.run(['preflight', ...config(cached.url)], inARun);
      expect(code).toBe(0);
      expect(output).toMatch(/came from a cache: the service behind it was not asked/);
    } finally {
      await cached.close();
    }
  });
});

describe('a workload that is to be recorded', () => {
  const workload: readonly string[] = [
    ...['--kubernetes-workload', 'deployment/api', '--kubernetes-namespace', 'shop'],
    ...['--kubernetes-health', 'true', '--rollback', 'kubernetes'],
  ];

  /** A cluster without this workload. @param namespaces those that are there */
  function kubectlWith(...namespaces: readonly string[]): Record<string, string> {
    place.write(
      'bin/kubectl',
      `#!${node}
const args = process.argv.slice(2);
const print = (value) => console.log(JSON.stringify(value));
const name = /^namespaces\\/(.*)/.exec(args[1])?.[1];
if (name !== undefined && ${JSON.stringify(namespaces)}.includes(name))
  print({ kind: 'Namespace', metadata: { name } });
else if (args[0] === 'create') {
  let text = '';
  process.stdin.on('data', (chunk) => (text += chunk)).on('end', () => {
    for (const _ of JSON.parse(text).items) print({ status: { allowed: true } });
  });
} else if (!args.includes('--ignore-not-found')) {
  console.error('Error from server (NotFound): deployments.apps "api" not found');
  process.exitCode = 1;
}
`,
    );
    chmodSync(place.path('bin/kubectl'), 0o755);
    return { ...inARun, PATH: `${place.path('bin')}${delimiter}${process.env.PATH ?? ''}` };
  }

  it('and does not exist yet: recorded as absent, and preflight passes with a note', async () => {
    const env = kubectlWith('shop');
    const taken = await place.run(['snapshot', ...workload], env);
    expect(taken).toMatchObject({ code: 0 });
    expect(JSON.parse(place.read('rollgate-report/snapshot.json') ?? '{}')).toMatchObject({
      targets: [
        {
          strategies: { kubernetes: { workloads: [], missing: ['deployment/api'] } },
          asked: [{ subject: 'deployment/api', passed: false, absent: true }],
        },
      ],
    });
    const { code, output } = await place.run(['preflight', ...workload], env);
    expect({ code, output }).toMatchObject({ code: 0 });
    expect(output).toContain(
      'note: kubernetes: deployment/api does not exist in namespace shop yet: its first deploy has nothing to go back to',
    );
  });

  it.each<[string, () => Record<string, string>, readonly string[], RegExp]>([
    [
      'a namespace that does not exist',
      () => kubectlWith('another'),
      workload,
      /kubernetes: namespace shop does not exist → create it/,
    ],
    [
      'no kubectl',
      () => ({ ...inARun, PATH: place.path('nowhere') }),
      workload,
      /kubernetes: kubectl is not on the PATH → install kubectl/,
    ],
    [
      'no docker',
      () => ({ ...inARun, PATH: place.path('nowhere') }),
      ['--url', 'http://127.0.0.1:9', '--compose-project', 'shop', '--rollback', 'compose'],
      /compose: .*docker.* PATH/,
    ],
  ])('with %s: exit code 2, and nothing is written', async (_, env, flags, says) => {
    const { code, output } = await place.run(['snapshot', ...flags], env());
    expect({ code, output }).toMatchObject({ code: 2 });
    expect(output).toMatch(says);
    expect(output).toContain('snapshot failed: what runs now could not be recorded');
    expect(place.read('rollgate-report/snapshot.json')).toBeUndefined();
  });
});

it('a service that failed before the deploy and passes is healthy, and told', async () => {
  status = 500;
  await snapshot(server.url);
  status = 200;
  expect((await watch(server.url)).code).toBe(0);
  expect(place.report().reason).toContain('failed before the deploy (500).');
});
