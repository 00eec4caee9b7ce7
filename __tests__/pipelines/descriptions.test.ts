import { afterEach, describe, expect, it } from '@jest/globals';
import type { PipelineClient, StartRequest } from '../../src/contract/pipeline.js';
import { describedApis, misfits } from '../support/api-description.js';
import type { StandIn, StandInRequest } from '../support/stand-in.js';
import { StandInAzure } from '../support/stand-in-azure.js';
import { OWN_WORKFLOW, StandInCircleci } from '../support/stand-in-circleci.js';
import { never, openClient } from '../support/stand-in-client.js';
import {
  jobOf,
  ownSettings,
  ROLLBACK_CI,
  ROLLBACK_CI_WITH_INPUTS,
  StandInGitlab,
  tokenSettings,
} from '../support/stand-in-gitlab.js';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const request: StartRequest = {
  ref: 'main',
  optional: { rollback: 'true', rollback_id: 'rg-1', rollback_target: 'api' },
  parameters: { version: 'v1.4' },
  correlationId: 'rg-1',
};

type Create = (deps: Parameters<StandIn['client']>[0]) => PipelineClient;

/** Everything that a client does, once: preflight, start, follow, jobs, cancel, and the end of our own pipeline. */
async function exercised(
  standIn: StandIn,
  create: Create,
  requested: StartRequest = request,
): Promise<readonly StandInRequest[]> {
  cleanUps.push(() => standIn.close());
  const { client, run } = openClient(standIn, requested, create);
  await run(client.preflight(requested, never));
  const result = await run(client.start(requested, never, () => undefined));
  if (result.kind === 'refused') throw new Error(result.reason);
  const started = result.kind === 'started' ? result.run : result.probable;
  if (started === undefined) throw new Error('the run was not found');
  await run(client.state(started, never));
  // It has not ended, and may have no job to show.
  await run(client.jobs?.(started, never).catch(() => []) ?? Promise.resolve([]));
  await run(client.cancel(started, never).catch(() => undefined));
  if (client.endOwnPipeline !== undefined) await run(client.endOwnPipeline(never));
  return standIn.requests;
}

const ours = {
  pipelines: [
    { id: 7, jobs: [jobOf(70, 'gate', 'running', true), jobOf(71, 'deploy', 'running', true)] },
  ],
};
/** A pipeline without a name shows the id in its variables alone. */
const NAMELESS = ROLLBACK_CI.replace(/^workflow:\n.*\n/m, '');
const lost = { accepted: true, then: { status: 502, body: '{}' } } as const;

/** Ways to call a system that together make every call that its client has. */
const flows: Readonly<Record<string, readonly (() => Promise<readonly StandInRequest[]>)[]>> = {
  gitlab: [
    async () => {
      const server = await StandInGitlab.start(ours);
      const own = ownSettings({ cancel: 'siblings', pipeline: 7, job: 70 });
      return exercised(server, (deps) => server.clientWith(deps, own));
    },
    async () => {
      const server = await StandInGitlab.start({ ...ours, tags: ['v1.2'], file: NAMELESS });
      const own = ownSettings({ cancel: 'pipeline', pipeline: 7, job: 70 });
      server.fault('start', lost);
      return exercised(server, (deps) => server.clientWith(deps, own), { ...request, ref: 'v1.2' });
    },
    async () => {
      const server = await StandInGitlab.start({
        variablesRole: 'no_one_allowed',
        file: ROLLBACK_CI_WITH_INPUTS,
      });
      return exercised(server, (deps) => server.clientWith(deps), { ...request, parameters: {} });
    },
    async () => {
      const server = await StandInGitlab.start({
        accessToken: null,
        triggerToken: 'trig-1',
        jobToken: 'job-1',
        jobTokenReads: true,
      });
      const tokens = tokenSettings({ access: undefined, trigger: 'trig-1', job: 'job-1' });
      return exercised(server, (deps) =>
        server.clientWith(deps, { ...tokens, 'gitlab-default-branch': 'main' }),
      );
    },
  ],
  circleci: [
    async () => {
      const server = await StandInCircleci.start();
      return exercised(server, (deps) => server.client(deps), { ...request, ref: undefined });
    },
    async () => {
      const id = '2338d0ae-5541-4bbf-88a2-55e9f7281f80';
      const server = await StandInCircleci.start({ definitions: [{ id, name: 'ops' }] });
      server.fault('start', lost);
      return exercised(server, (deps) =>
        server.client(deps, {
          'circleci-definition-id': id,
          'circleci-project': undefined,
          ownRunId: OWN_WORKFLOW,
        }),
      );
    },
    async () => {
      const job = { type: 'build', status: 'running', started_at: null };
      const server = await StandInCircleci.start({
        pageSize: 1,
        states: [
          {
            state: 'created',
            workflows: [{ status: 'running', jobs: [job, job] }, { status: 'running' }],
          },
        ],
      });
      return exercised(server, (deps) => server.client(deps));
    },
  ],
  azure: [
    async () => {
      const server = await StandInAzure.start();
      return exercised(server, (deps) => server.client(deps));
    },
    async () => {
      const pipelines = [
        { id: 11, name: 'Deploy' },
        { id: 12, name: 'Rollback' },
      ];
      const server = await StandInAzure.start({ pipelines, pageSize: 1, shows: 'build' });
      server.fault('start', lost);
      return exercised(server, (deps) => server.client(deps, { 'azure-pipeline': 'Rollback' }));
    },
  ],
};

describe.each(Object.entries(flows))("the description of %s's API", (system, ways) => {
  it('is met by every request, and has no operation that the client does not call', async () => {
    const api = describedApis[system]!;
    const called = new Set<string | undefined>();
    for (const way of ways) {
      const requests = await way();
      expect(misfits(system, requests)).toEqual([]);
      for (const { method, url } of requests)
        called.add(api.operationOf({ method, url: new URL(url, 'http://stand-in') })?.name);
    }
    expect([...called].sort()).toEqual(api.operations.map(({ name }) => name).sort());
  });
});

describe('a request that does not fit its description', () => {
  const json = { 'content-type': 'application/json' };
  it.each<[string, string, StandInRequest, RegExp]>([
    [
      'gitlab',
      'with two parameters that exclude each other',
      {
        method: 'GET',
        url: '/api/v4/projects/42/ci/lint?sha=main&content_ref=main',
        headers: {},
        body: '',
      },
      /sha, content_ref: exclude each other/,
    ],
    [
      'gitlab',
      'with a source that there is not',
      { method: 'GET', url: '/api/v4/projects/42/pipelines?source=us', headers: {}, body: '' },
      /source: .*allowed values/,
    ],
    [
      'gitlab',
      'whose variables are a map',
      {
        method: 'POST',
        url: '/api/v4/projects/a%2Fb/pipeline',
        headers: json,
        body: '{"ref":"x","variables":{"A":"1"}}',
      },
      /body: .*variables must be array/,
    ],
    [
      'gitlab',
      'without the token of a trigger',
      {
        method: 'POST',
        url: '/api/v4/projects/42/trigger/pipeline',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: 'ref=main&variables%5BA%5D=1',
      },
      /body: .*'token'/,
    ],
    [
      'circleci',
      'whose workflow is no id',
      { method: 'POST', url: '/api/v2/workflow/w.0/cancel', headers: {}, body: '' },
      /id: .*uuid/,
    ],
    [
      'circleci',
      'with a field that there is not',
      {
        method: 'POST',
        url: '/api/v2/project/gh/a/b/pipeline',
        headers: json,
        body: '{"ref":"main"}',
      },
      /body, ref: is not known/,
    ],
    [
      'azure',
      'without a version',
      { method: 'GET', url: '/acme/shop/_apis/build/builds/7', headers: {}, body: '' },
      /api-version: is required/,
    ],
    [
      'azure',
      'with a parameter that is no text',
      {
        method: 'POST',
        url: '/acme/shop/_apis/pipelines/12/runs?api-version=7.1',
        headers: json,
        body: '{"templateParameters":{"rollback":true}}',
      },
      /templateParameters\/rollback must be string/,
    ],
    [
      'azure',
      'with a status that no build has',
      {
        method: 'PATCH',
        url: '/acme/shop/_apis/build/builds/7?api-version=7.1',
        headers: json,
        body: '{"status":"stop"}',
      },
      /status must be equal to one of/,
    ],
    [
      'datadog',
      'without an end',
      {
        method: 'POST',
        url: '/api/v2/query/timeseries',
        headers: json,
        body: '{"data":{"type":"timeseries_request","attributes":{"from":1,"queries":[]}}}',
      },
      /'to'/,
    ],
    [
      'datadog',
      'to another address',
      { method: 'POST', url: '/api/v1/query', headers: json, body: '{}' },
      /is no operation of Datadog/,
    ],
  ])('%s: %s', (system, _, sent, says) => {
    expect(misfits(system, [sent]).join('\n')).toMatch(says);
  });
});
