import { createGithubClient } from '../../../src/pipelines/github/client.js';
import type { GithubSettings } from '../../../src/pipelines/github/context.js';
import { clientFrom, type ClientOptions } from '../../support/stand-in.js';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { PipelineClient, StartedRun, StartRequest } from '../../../src/contract/pipeline.js';
import { countedFetch, drive } from '../../support/drive.js';
import {
  StandInGithub,
  type StandInGithubOptions,
  SILENT_WORKFLOW,
} from '../../support/stand-in-github.js';
import { describedApis, type Exchange as GivenExchange } from '../../support/api-description.js';
import { VirtualClock } from '../../support/virtual-clock.js';

type Exchange = Required<GivenExchange>;

const { operations, check, operationOf } = describedApis.github!;

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const never = new AbortController().signal;
const request: StartRequest = {
  ref: undefined,
  optional: { rollback: 'true', rollback_id: 'rg-1', rollback_target: 'api' },
  parameters: { rollback_image: 'shop:1.3' },
  correlationId: 'rg-1',
};

interface Flow {
  readonly github?: StandInGithubOptions;
  readonly client?: Partial<ClientOptions<GithubSettings>>;
  readonly request?: Partial<StartRequest>;
  readonly end?: 'follow' | 'cancel';
}

/** A rollback from the preflight to its end, with every exchange. */
async function exchangesOf(flow: Flow): Promise<readonly Exchange[]> {
  const standIn = await StandInGithub.start({ runs: [{ id: 50 }], ...flow.github });
  cleanUps.push(() => standIn.close());
  const clock = new VirtualClock();
  const counted = countedFetch();
  const exchanges: Exchange[] = [];
  const client = clientFrom(createGithubClient, {
    'github-repository': 'acme/shop',
    'github-workflow': 'rollback.yml',
    'github-token': 'ghs_token',
    'github-api-url': standIn.url,
    ownRunId: null,
    fetch: async (input, init) => {
      const requested = new Request(input, init);
      const sent = await requested.clone().text();
      const response = await counted.fetch(input, init);
      exchanges.push({
        method: requested.method,
        url: new URL(requested.url),
        contentType: requested.headers.get('content-type'),
        sent,
        status: response.status,
        received: await response.clone().text(),
      });
      return response;
    },
    clock,
    random: () => 0.5,
    ...flow.client,
  });
  await drive(clock, rollBack(client, flow), counted.open, () => standIn.hanging);
  return exchanges;
}

async function rollBack(client: PipelineClient, flow: Flow): Promise<void> {
  const requested = { ...request, ...flow.request };
  await client.preflight(requested, never);
  const result = await client.start(requested, never, () => undefined);
  if (result.kind === 'refused') throw new Error(result.reason);
  const run = result.kind === 'started' ? result.run : result.probable;
  if (run === undefined) throw new Error('the run was not found');
  if (flow.end === 'cancel') await client.cancel(run, never);
  for (let phase = ''; phase !== 'succeeded' && phase !== 'cancelled';) {
    phase = (await client.state(run satisfies StartedRun, never)).phase;
  }
}

const flows: [string, Flow][] = [
  ['a rollback that succeeds', {}],
  ['a rollback that is cancelled', { end: 'cancel' }],
  ['a run found by its name', { github: { dispatches: ['accept-204'] } }],
  [
    'a run found as the only new one',
    { github: { dispatches: ['accept-204'], file: SILENT_WORKFLOW } },
  ],
  ['an old server', { github: { dispatches: ['no-details'] } }],
  ['a workflow by its number', { client: { 'github-workflow': '77' } }],
  ['a branch', { github: { branches: ['release/2'] }, request: { ref: 'release/2' } }],
  ['a tag', { github: { tags: ['v1.2'] }, request: { ref: 'v1.2' } }],
  ['a run of which nothing has run', { github: { ran: false }, end: 'cancel' }],
];

describe("GitHub's own description of its API", () => {
  it.each(flows)('%s: every request and every good answer conform', async (_, flow) => {
    const exchanges = await exchangesOf(flow);
    expect(exchanges.length).toBeGreaterThan(5);
    expect(exchanges.flatMap(check)).toEqual([]);
  });

  it('has no operation that the client does not call', async () => {
    const called = new Set<string | undefined>();
    for (const [, flow] of flows) {
      for (const exchange of await exchangesOf(flow)) called.add(operationOf(exchange)?.name);
    }
    expect([...called].sort()).toEqual(operations.map(({ name }) => name).sort());
  });

  const base = 'http://github.example/repos/acme/shop';
  const good: Exchange = {
    method: 'POST',
    url: new URL(`${base}/actions/workflows/rollback.yml/dispatches`),
    contentType: 'application/json; charset=utf-8',
    sent: '{"ref":"main"}',
    status: 204,
    received: '',
  };
  const bad: [string, Partial<Exchange>, RegExp][] = [
    ['an unknown path', { url: new URL(`${base}/actions/dispatch`) }, /no operation/],
    ['a body without a ref', { sent: '{}' }, /body: .*'ref'/],
    ['a ref that is not text', { sent: '{"ref":1}' }, /must be string/],
    ['a field that GitHub does not know', { sent: '{"ref":"main","x":1}' }, /x: is not known/],
    ['a form', { contentType: 'application/x-www-form-urlencoded' }, /is not JSON/],
    ['an unknown query', { url: new URL(`${good.url.href}?x=1`) }, /x: is not known/],
    ['an answer that GitHub never gives', { status: 201 }, /201 is not known/],
    ['a body where GitHub sends none', { received: '{}' }, /has a body/],
    ['a run with missing fields', { status: 200, received: '{"workflow_run_id":1}' }, /'run_url'/],
    [
      'a run number that is no number',
      { method: 'GET', sent: '', status: 404, url: new URL(`${base}/actions/runs/x`) },
      /run_id: .*integer/,
    ],
    [
      'an object with missing fields',
      {
        method: 'GET',
        sent: '',
        status: 200,
        received: '{}',
        url: new URL(`${base}/actions/runs/1`),
      },
      /required property/,
    ],
  ];
  it.each(bad)('does not accept %s', (_, change, says) => {
    expect(check(good)).toEqual([]);
    expect(check({ ...good, ...change }).join('\n')).toMatch(says);
  });
});
