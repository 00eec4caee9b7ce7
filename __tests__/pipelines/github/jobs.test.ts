import { afterEach, describe, expect, it } from '@jest/globals';
import { createGithubClient } from '../../../src/pipelines/github/client.js';
import { clientFrom } from '../../support/stand-in.js';
import { never, openClient, rollWith } from '../../support/stand-in-client.js';
import {
  problem,
  StandInGithub,
  type StandInGithubJob,
  type StandInGithubOptions,
} from '../../support/stand-in-github.js';

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

async function open(options: StandInGithubOptions) {
  const server = await StandInGithub.start({ run: [['completed', 'success']], ...options });
  cleanUps.push(() => server.close());
  const standIn = Object.assign(server, { secret: 'ghs_secret' });
  return openClient(standIn, request, (deps) =>
    clientFrom(createGithubClient, {
      'github-repository': 'acme/shop',
      'github-workflow': 'rollback.yml',
      'github-token': standIn.secret,
      'github-api-url': standIn.url,
      ...deps,
    }),
  );
}

async function jobsOf(jobs: readonly StandInGithubJob[]) {
  const opened = await open({ runs: [{ id: 9500, jobs }] });
  const read = opened.client.jobs?.({ id: '9500', url: '' }, never);
  return opened.run(read ?? Promise.resolve([]));
}

describe('the jobs of a run of GitHub', () => {
  it.each([
    ['success', 'succeeded'],
    ['skipped', 'skipped'],
    ['cancelled', 'cancelled'],
    ['failure', 'failed'],
    ['timed_out', 'failed'],
    ['neutral', 'failed'],
    ['stale', 'failed'],
    ['action_required', 'waiting'],
    ['brand_new', 'unknown'],
  ])('the conclusion %s is %s', async (conclusion, phase) => {
    expect(await jobsOf([{ name: 'undo', conclusion }])).toEqual([
      {
        name: 'undo',
        aliases: ['undo'],
        url: 'https://github.example/acme/shop/actions/runs/9500/job/700',
        phase,
        word: conclusion,
      },
    ]);
  });

  it.each([
    ['queued', 'running'],
    ['in_progress', 'running'],
    ['pending', 'running'],
    ['waiting', 'waiting'],
    ['brand_new', 'unknown'],
  ])('the status %s without a conclusion is %s', async (status, phase) => {
    const jobs = await jobsOf([{ name: 'undo', status, conclusion: null }]);
    expect(jobs).toEqual([expect.objectContaining({ phase, word: status })]);
  });

  it('more than a page of them: all are read', async () => {
    const many = Array.from({ length: 257 }, (_, index) => ({ name: `undo (${String(index)})` }));
    expect(await jobsOf(many)).toHaveLength(257);
  });

  it('a job that was tried again counts by its last attempt; two of one name in it both count', async () => {
    const jobs = await jobsOf([
      { name: 'undo', conclusion: 'failure', run_attempt: 1 },
      { name: 'undo', run_attempt: 2 },
      { name: 'undo', conclusion: 'skipped', run_attempt: 2 },
      { name: 'check', run_attempt: 1 },
    ]);
    expect(jobs.map(({ name, phase }) => `${name} ${phase}`)).toEqual([
      'undo succeeded',
      'undo skipped',
      'check succeeded',
    ]);
  });

  it('a job of another run: not believed', async () => {
    await expect(jobsOf([{ name: 'undo', run_id: 9501 }])).rejects.toThrow(
      'reading the jobs of run 9500: the answer is about another one, 9501',
    );
  });

  it('a list that ends before its count is reached: not believed', async () => {
    const opened = await open({
      runs: [{ id: 9500 }],
      overrides: [
        {
          method: 'GET',
          path: /\/jobs$/,
          answer: { status: 200, body: { total_count: 3, jobs: [] } },
          times: 9,
        },
      ],
    });
    const read = opened.client.jobs?.({ id: '9500', url: '' }, never) ?? Promise.resolve([]);
    await expect(opened.run(read)).rejects.toThrow('the list is not complete');
  });

  it.each([
    ['Undo (eu, 1)', ['Undo']],
    ['rollback / undo', ['rollback', 'rollback / undo']],
    [
      'rollback (eu) / inner / undo (1)',
      ['rollback', 'rollback / inner', 'rollback / inner / undo'],
    ],
  ])('%s may be called %j', async (name, aliases) => {
    expect((await jobsOf([{ name }]))[0]?.aliases).toEqual(aliases);
  });
});

describe('the ci strategy with the jobs of GitHub', () => {
  const notify = { name: 'notify' };
  const undo = { name: 'rollback', conclusion: 'skipped' };
  const link = 'https://github.example/acme/shop/actions/runs/9001/job/701';

  it('the rollback job was skipped by its if, another is green: triggered, named with its link', async () => {
    const { result } = await rollWith(await open({ jobs: [notify, undo] }));
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: `The rollback run 9001 ended with "success", which does not prove the rollback: its job "rollback" (${link}) was skipped; if it is not part of the rollback, name the jobs that are in rollback-job.`,
    });
  });

  it.each<[string, readonly StandInGithubJob[], string, string]>([
    [
      'the named job succeeded',
      [{ name: 'rollback' }, { ...undo, name: 'x' }],
      'rollback',
      'verified',
    ],
    ['a named matrix succeeded', [{ name: 'rollback (eu)' }, undo], 'rollback (eu)', 'verified'],
    ['a job below the named one', [{ name: 'rollback / undo' }], 'rollback', 'verified'],
    [
      'one of two below it was skipped',
      [{ name: 'rollback / a' }, { ...undo, name: 'rollback / b' }],
      'rollback',
      'triggered',
    ],
    ['the named job was skipped', [notify, undo], 'rollback', 'triggered'],
    ['the named job is not there', [notify], 'rollback', 'triggered'],
  ])('%s: %s', async (_, jobs, named, outcome) => {
    const { result } = await rollWith(await open({ jobs }), { jobs: [named] });
    expect(result.outcome).toBe(outcome);
  });

  it('the jobs may not be read: triggered, with the reason', async () => {
    const answer = problem(403, 'Resource not accessible by integration');
    const { result } = await rollWith(
      await open({ overrides: [{ method: 'GET', path: /\/jobs$/, answer, times: 99 }] }),
    );
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail:
        'The rollback run 9001 ended with "success", which does not prove the rollback: its jobs could not be read: reading the jobs of run 9001: status 403 (Resource not accessible by integration).',
    });
  });
});
