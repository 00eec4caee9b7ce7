import { readFileSync } from 'node:fs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { pipelineClients } from '../../src/pipelines/registry.js';
import type { StartRequest } from '../../src/contract/pipeline.js';
import { countedFetch, drive } from '../support/drive.js';
import { resolveWith } from '../support/resolve-inputs.js';
import { serve, type HttpTestServer } from '../support/servers.js';
import { VirtualClock } from '../support/virtual-clock.js';
import { noRecords } from '../support/stand-in.js';

const page = readFileSync('docs/strategies/ci-http.md', 'utf8');
const ID = 'rollgate-7f3a';
const request: StartRequest = {
  ref: 'main',
  optional: { rollback: 'true', rollback_id: ID, rollback_target: 'api' },
  parameters: {},
  correlationId: ID,
};
const never = new AbortController().signal;

/** The variables that the page gives for a system. */
function variablesFor(heading: string): Readonly<Record<string, string>> {
  const section = page.split(/^## /m).find((part) => part.startsWith(`${heading}\n`)) ?? '';
  const block = /```yaml\n(env:[\s\S]*?)```/.exec(section)?.[1] ?? '';
  return (parse(block) as { env: Record<string, string> }).env;
}

/** What a system does, by its documentation. */
interface Example {
  readonly heading: string;
  readonly header: string;
  readonly start: {
    readonly url: string;
    readonly body: unknown;
    /** The answer. */
    readonly gives: unknown;
  };
  readonly run: { readonly id: string; readonly url: string };
  readonly stateUrl: string;
  /** An answer to the state, and what it means. */
  readonly states: readonly (readonly [answer: unknown, phase: string])[];
  readonly cancel: { readonly method: string; readonly url: string; readonly body?: unknown };
  /** The list that shows the run; absent: the system has none. */
  readonly find?: { readonly url: string; readonly gives: unknown };
}

const bitbucketState = (name: string, rest: Record<string, unknown> = {}) => ({
  type: 'pipeline',
  uuid: '{c3d4e5f6-a7b8}',
  state: { name, type: `pipeline_state_${name.toLowerCase()}`, ...rest },
});

const examples: readonly Example[] = [
  {
    heading: 'Bitbucket Pipelines',
    header: 'Authorization: Bearer ATCTT-secret',
    start: {
      url: '/2.0/repositories/acme/shop/pipelines',
      body: {
        target: {
          type: 'pipeline_ref_target',
          ref_type: 'branch',
          ref_name: 'main',
          selector: { type: 'custom', pattern: 'rollback' },
        },
        variables: [
          { key: 'ROLLBACK', value: 'true' },
          { key: 'ROLLBACK_ID', value: ID },
        ],
      },
      gives: {
        ...bitbucketState('PENDING'),
        build_number: 156,
        links: { self: { href: 'https://api.bitbucket.org/2.0/repositories/acme/shop/x' } },
      },
    },
    run: { id: '{c3d4e5f6-a7b8}', url: 'https://api.bitbucket.org/2.0/repositories/acme/shop/x' },
    stateUrl: '/2.0/repositories/acme/shop/pipelines/%7Bc3d4e5f6-a7b8%7D',
    states: [
      [bitbucketState('PENDING'), 'queued'],
      [bitbucketState('IN_PROGRESS', { stage: { name: 'RUNNING' } }), 'running'],
      [bitbucketState('IN_PROGRESS', { stage: { name: 'PAUSED' } }), 'waiting'],
      [bitbucketState('COMPLETED', { result: { name: 'SUCCESSFUL' } }), 'succeeded'],
      [bitbucketState('COMPLETED', { result: { name: 'FAILED' } }), 'failed'],
      [bitbucketState('COMPLETED', { result: { name: 'STOPPED' } }), 'cancelled'],
      [bitbucketState('COMPLETED'), 'unknown'],
    ],
    cancel: {
      method: 'POST',
      url: '/2.0/repositories/acme/shop/pipelines/%7Bc3d4e5f6-a7b8%7D/stopPipeline',
    },
  },
  {
    heading: 'Buildkite',
    header: 'Authorization: Bearer bkua_secret',
    start: {
      url: '/v2/organizations/acme/pipelines/shop-rollback/builds',
      body: {
        commit: 'HEAD',
        branch: 'main',
        message: `Rollback ${ID}`,
        env: { ROLLBACK: 'true' },
        meta_data: { rollback_id: ID },
      },
      gives: {
        id: 'f8d2a3c4-1b5e-4d6a',
        number: 42,
        state: 'scheduled',
        web_url: 'https://buildkite.com/acme/shop-rollback/builds/42',
      },
    },
    run: { id: '42', url: 'https://buildkite.com/acme/shop-rollback/builds/42' },
    stateUrl: '/v2/organizations/acme/pipelines/shop-rollback/builds/42',
    states: [
      [{ number: 42, state: 'scheduled', blocked: false }, 'queued'],
      [{ number: 42, state: 'running', blocked: false }, 'running'],
      [{ number: 42, state: 'blocked', blocked: true }, 'waiting'],
      [{ number: 42, state: 'passed', blocked: true }, 'waiting'],
      [{ number: 42, state: 'passed', blocked: false }, 'succeeded'],
      [{ number: 42, state: 'failed', blocked: false }, 'failed'],
      [{ number: 42, state: 'canceled', blocked: false }, 'cancelled'],
      [{ number: 42, state: 'passed' }, 'unknown'],
    ],
    cancel: {
      method: 'PUT',
      url: '/v2/organizations/acme/pipelines/shop-rollback/builds/42/cancel',
    },
    find: {
      url: `/v2/organizations/acme/pipelines/shop-rollback/builds?meta_data[rollback_id]=${ID}`,
      gives: [
        {
          number: 42,
          web_url: 'https://buildkite.com/acme/shop-rollback/builds/42',
          meta_data: { rollback_id: ID },
        },
      ],
    },
  },
  {
    heading: 'TeamCity',
    header: 'Authorization: Bearer eyJ0eXAiOiAiVENWMiJ9.secret',
    start: {
      url: '/app/rest/buildQueue',
      body: {
        buildType: { id: 'Shop_Rollback' },
        branchName: 'main',
        comment: { text: `Rollback ${ID}` },
        properties: {
          property: [
            { name: 'env.ROLLBACK', value: 'true' },
            { name: 'rollback_id', value: ID },
          ],
        },
      },
      gives: { id: 5501, state: 'queued', webUrl: 'https://teamcity.example.com/build/5501' },
    },
    run: { id: '5501', url: 'https://teamcity.example.com/build/5501' },
    stateUrl: '/app/rest/builds/id:5501?fields=id,state,status',
    states: [
      [{ id: 5501, state: 'queued' }, 'queued'],
      [{ id: 5501, state: 'running', status: 'SUCCESS' }, 'running'],
      [{ id: 5501, state: 'finished', status: 'SUCCESS' }, 'succeeded'],
      [{ id: 5501, state: 'finished', status: 'FAILURE' }, 'failed'],
      [{ id: 5501, state: 'finished', status: 'UNKNOWN' }, 'cancelled'],
      [{ id: 5501, state: 'deleted', status: 'SUCCESS' }, 'unknown'],
    ],
    cancel: {
      method: 'POST',
      url: '/app/rest/builds/id:5501',
      body: { comment: 'Given up by Rollgate', readdIntoQueue: false },
    },
    find: {
      url: `/app/rest/builds?locator=defaultFilter:false,state:any,property:(name:rollback_id,value:${ID})&fields=build(id,webUrl,properties(property(name,value)))`,
      gives: {
        build: [
          {
            id: 5501,
            webUrl: 'https://teamcity.example.com/build/5501',
            properties: { property: [{ name: 'rollback_id', value: ID }] },
          },
        ],
      },
    },
  },
  {
    heading: 'Gitea',
    header: 'Authorization: token secret-0123456789abcdef',
    start: {
      url: '/api/v1/repos/acme/shop/actions/workflows/rollback.yml/dispatches?return_run_details=true',
      body: { ref: 'main', inputs: { rollback: 'true', rollback_id: ID } },
      gives: {
        workflow_run_id: 88,
        run_url: 'https://gitea.example.com/api/v1/repos/acme/shop/actions/runs/88',
        html_url: 'https://gitea.example.com/acme/shop/actions/runs/88',
      },
    },
    run: { id: '88', url: 'https://gitea.example.com/acme/shop/actions/runs/88' },
    stateUrl: '/api/v1/repos/acme/shop/actions/runs/88',
    states: [
      [{ id: 88, status: 'queued', conclusion: '' }, 'queued'],
      [{ id: 88, status: 'waiting' }, 'queued'],
      [{ id: 88, status: 'in_progress', conclusion: null }, 'running'],
      [{ id: 88, status: 'completed', conclusion: 'success' }, 'succeeded'],
      [{ id: 88, status: 'completed', conclusion: 'failure' }, 'failed'],
      [{ id: 88, status: 'completed', conclusion: 'cancelled' }, 'cancelled'],
      [{ id: 88, status: 'completed' }, 'unknown'],
    ],
    cancel: { method: 'POST', url: '/api/v1/repos/acme/shop/actions/runs/88/cancel' },
    find: {
      url: '/api/v1/repos/acme/shop/actions/runs?event=workflow_dispatch',
      gives: {
        total_count: 2,
        workflow_runs: [
          { id: 89, display_title: 'Rollback rollgate-other', html_url: 'https://x.example' },
          {
            id: 88,
            display_title: `Rollback ${ID}`,
            html_url: 'https://gitea.example.com/acme/shop/actions/runs/88',
          },
        ],
      },
    },
  },
];

const open: HttpTestServer[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) await server.close();
});

/** The client as the page has it, but for the address; and a server that gives these answers, one after the other. */
async function setUp(example: Example, answers: readonly { status: number; body?: unknown }[]) {
  const left = [...answers];
  const server = await serve((_, response) => {
    const { status, body } = left.shift() ?? { status: 599 };
    response
      .writeHead(status, { 'content-type': 'application/json' })
      .end(body === undefined ? '' : JSON.stringify(body));
  });
  open.push(server);
  const variables = variablesFor(example.heading);
  const address = new URL(variables.ROLLGATE_HTTP_URL ?? '');
  const resolution = resolveWith({
    env: {
      ...variables,
      ROLLGATE_HTTP_URL: `${server.url}${address.pathname}`,
      ROLLGATE_HTTP_HEADERS: example.header,
    },
  });
  expect(resolution.problems).toEqual([]);
  expect(resolution.notices).toEqual([]);
  expect(resolution.settings['rollback-ref']).toBe('main');
  const create = pipelineClients[resolution.settings['ci-system'] ?? ''];
  const clock = new VirtualClock();
  const counted = countedFetch();
  if (create === undefined) throw new Error('there is no client for http');
  const client = await create(resolution.settings, {
    ownRunId: null,
    records: noRecords,
    fetch: counted.fetch,
    clock,
    random: () => 0.5,
  });
  const run = <T>(work: Promise<T>): Promise<T> => drive(clock, work, counted.open, () => 0);
  return { client, run, server };
}

/** A request as the server must have got it. */
function expected(example: Example, method: string, url: string, body?: unknown) {
  const credentials = example.header.slice('Authorization: '.length);
  return {
    method,
    url,
    headers: expect.objectContaining({
      authorization: credentials,
      accept: 'application/json',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    }) as unknown,
    body,
  };
}

function received(server: HttpTestServer) {
  return server.received.map(({ body, ...rest }) => ({
    ...rest,
    body: body === '' ? undefined : (JSON.parse(body) as unknown),
  }));
}

describe.each(examples.map((example) => [example.heading, example] as const))(
  '%s',
  (_, example) => {
    const { start, run: made, stateUrl, states, cancel, find } = example;

    it('starts, follows and cancels with exactly these requests', async () => {
      const { client, run, server } = await setUp(example, [
        { status: 201, body: start.gives },
        ...states.map(([body]) => ({ status: 200, body })),
        { status: 200, body: {} },
      ]);
      expect(await run(client.start(request, never, () => undefined))).toEqual({
        kind: 'started',
        run: made,
      });
      for (const [, phase] of states) {
        expect(await run(client.state(made, never))).toMatchObject({ phase });
      }
      await run(client.cancel(made, never));
      expect(received(server)).toEqual([
        expected(example, 'POST', start.url, start.body),
        ...states.map(() => expected(example, 'GET', stateUrl)),
        expected(example, cancel.method, cancel.url, cancel.body),
      ]);
    });

    it('searches for the run after an unclear start, if the system lists runs', async () => {
      const { client, run, server } = await setUp(example, [
        { status: 502 },
        { status: 200, body: find?.gives },
      ]);
      const result = await run(client.start(request, never, () => undefined));
      expect(result).toMatchObject(
        find === undefined ? { kind: 'unknown' } : { kind: 'started', run: made },
      );
      expect(received(server)).toEqual([
        expected(example, 'POST', start.url, start.body),
        ...(find === undefined ? [] : [expected(example, 'GET', find.url)]),
      ]);
    });

    it('has no error in preflight', async () => {
      const { client, run } = await setUp(example, [{ status: 200, body: find?.gives }]);
      const findings = await run(client.preflight(request, never));
      expect(findings.map(({ level }) => level)).toEqual(find === undefined ? ['notice'] : []);
    });
  },
);
