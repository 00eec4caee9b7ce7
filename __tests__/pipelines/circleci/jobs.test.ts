import { afterEach, describe, expect, it } from '@jest/globals';
import { never, openClient, rollWith } from '../../support/stand-in-client.js';
import {
  type PipelineState,
  type ShownWorkflow,
  StandInCircleci,
  type StandInCircleciOptions,
} from '../../support/stand-in-circleci.js';

const cleanUps: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0)) await cleanUp();
});

const request = {
  ref: undefined,
  optional: { rollback: 'true' },
  parameters: {},
  correlationId: 'rg-1',
};

type Job = Readonly<Record<string, unknown>>;
const job = (name: string, status: string, more: Job = {}): Job => ({
  name,
  status,
  type: 'build',
  job_number: 91,
  started_at: '2026-01-01T00:00:00Z',
  ...more,
});
const done = (jobs: readonly Job[], more: Partial<ShownWorkflow> = {}): ShownWorkflow => ({
  name: 'ops',
  status: 'success',
  jobs,
  ...more,
});

async function open(states: readonly PipelineState[], options: StandInCircleciOptions = {}) {
  const server = await StandInCircleci.start({ states, ...options });
  cleanUps.push(() => server.close());
  return openClient(server, request, (deps) => server.client(deps));
}

/** The jobs of the pipeline that is started. */
async function jobsOf(workflows: readonly ShownWorkflow[], options: StandInCircleciOptions = {}) {
  const { client, run, start } = await open([{ state: 'created', workflows }], options);
  const started = await start();
  if (started.kind !== 'started') throw new Error('it was not started');
  return run(client.jobs?.(started.run, never) ?? Promise.resolve([]));
}

describe('the jobs of a pipeline of CircleCI', () => {
  it.each([
    ['success', 'succeeded'],
    ['not_run', 'skipped'],
    ['on_hold', 'waiting'],
    ['blocked', 'running'],
    ['running', 'running'],
    ['queued', 'running'],
    ['failed', 'failed'],
    ['timedout', 'failed'],
    ['infrastructure_fail', 'failed'],
    ['terminated-unknown', 'failed'],
    ['unauthorized', 'failed'],
    ['canceled', 'cancelled'],
    ['brand_new', 'unknown'],
  ])('the status %s is %s', async (status, phase) => {
    const jobs = await jobsOf([done([job('undo', status)])]);
    expect(jobs).toEqual([
      {
        name: 'undo',
        aliases: ['ops'],
        url: expect.stringMatching(
          /^http:.*\/pipelines\/gh\/acme\/shop\/42\/workflows\/.*\.0\/jobs\/91$/,
        ) as unknown,
        phase,
        word: status,
      },
    ]);
  });

  it('an approval that was given is no work, one that is not waits for a person', async () => {
    const jobs = await jobsOf([
      done([
        job('hold', 'success', { type: 'approval', job_number: undefined }),
        job('hold again', 'on_hold', { type: 'approval', job_number: undefined }),
        job('gather', 'success', { type: 'no-op' }),
      ]),
    ]);
    expect(jobs.map(({ name, phase }) => `${name} ${phase}`)).toEqual(['hold again waiting']);
  });

  it('a job that was tried again counts by the one that took its place', async () => {
    const jobs = await jobsOf([
      done([job('undo', 'retried'), job('undo', 'success'), job('x', 'retried')]),
    ]);
    expect(jobs.map(({ name, phase }) => `${name} ${phase}`)).toEqual([
      'undo succeeded',
      'x unknown',
    ]);
  });

  it('workflows and jobs on several pages: all are read', async () => {
    const three = [job('a', 'success'), job('b', 'success'), job('c', 'not_run')];
    const jobs = await jobsOf([done(three), done(three), done(three)], { pageSize: 2 });
    expect(jobs).toHaveLength(9);
  });

  it('the jobs of a workflow that makes the configuration are none of the rollback', async () => {
    const setup = done([job('setup', 'success')], { name: 'setup', tag: 'setup' });
    expect(await jobsOf([setup])).toEqual([]);
  });
});

describe('the ci strategy with the jobs of CircleCI', () => {
  it('a job that was not run in a workflow that is a success: triggered, named', async () => {
    const workflows = [done([job('notify', 'success'), job('rollback', 'not_run')])];
    const { result } = await rollWith(await open([{ state: 'created', workflows }]));
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/its job "rollback" \(http\S+\) was skipped/),
    });
  });

  it('nothing but an approval: triggered', async () => {
    const workflows = [done([job('hold', 'success', { type: 'approval' })])];
    const { result } = await rollWith(await open([{ state: 'created', workflows }]));
    expect(result.detail).toContain('none of its jobs ran');
    expect(result.outcome).toBe('triggered');
  });

  it.each([['rollback'], ['ops']])('named %s, another was not run: verified', async (name) => {
    const workflows = [
      done([job('rollback', 'success')]),
      done([job('notify', 'not_run')], { name: 'tell' }),
    ];
    const opened = await open([{ state: 'created', workflows }]);
    expect((await rollWith(opened, { jobs: [name] })).result.outcome).toBe('verified');
  });

  it('a setup workflow of an old server, which does not mark it, proves nothing', async () => {
    const setup = { name: 'setup', status: 'success', jobs: [job('setup', 'success')] };
    const { result } = await rollWith(
      await open([
        { state: 'setup', workflows: [setup] },
        { state: 'created', workflows: [setup, done([job('rollback', 'not_run')])] },
      ]),
    );
    expect(result.outcome).toBe('triggered');
    expect(result.detail).not.toContain('rollback-job');
  });

  it('the jobs may not be read: triggered, with the reason', async () => {
    const fault = { status: 403, body: '{"message":"Permission denied"}' };
    const { result } = await rollWith(
      await open([{ state: 'created', workflows: [done([])] }], {
        overrides: [{ method: 'GET', path: /\/job$/, fault }],
      }),
    );
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(
        /its jobs could not be read: .*status 403 \(Permission denied\)/,
      ),
    });
  });
});
