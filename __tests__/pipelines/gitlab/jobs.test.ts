import { afterEach, describe, expect, it } from '@jest/globals';
import { never, openClient, rollWith } from '../../support/stand-in-client.js';
import {
  type GitlabOptions,
  jobOf,
  message,
  StandInGitlab,
  type StandInJob,
} from '../../support/stand-in-gitlab.js';

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

async function open(options: GitlabOptions) {
  const server = await StandInGitlab.start({ statuses: ['success'], ...options });
  cleanUps.push(() => server.close());
  return openClient(server, request, (deps) => server.client(deps));
}

const below = (id: number): Pick<StandInJob, 'downstream'> => ({
  downstream: { id, project_id: 42 },
});

async function jobsOf(options: GitlabOptions) {
  const { client, run } = await open(options);
  const read = client.jobs?.({ id: '70', url: '' }, never) ?? Promise.resolve([]);
  return (await run(read)).map(({ name, phase, word }) => `${name}: ${phase} (${word})`);
}

describe('the jobs of a pipeline of GitLab', () => {
  it.each([
    ['success', 'succeeded'],
    ['skipped', 'skipped'],
    ['manual', 'waiting'],
    ['failed', 'failed'],
    ['canceled', 'cancelled'],
    ['canceling', 'running'],
    ['created', 'running'],
    ['pending', 'running'],
    ['scheduled', 'running'],
    ['waiting_for_resource', 'running'],
    ['brand_new', 'unknown'],
  ])('the status %s is %s', async (status, phase) => {
    const { client, run } = await open({
      pipelines: [{ id: 70, jobs: [jobOf(1, 'undo', status)] }],
    });
    const read = client.jobs?.({ id: '70', url: '' }, never) ?? Promise.resolve([]);
    expect(await run(read)).toEqual([
      {
        name: 'undo',
        aliases: ['undo'],
        url: 'https://gitlab.example/acme/shop/-/jobs/1',
        phase,
        word: status,
      },
    ]);
  });

  it('more than a page of them: all are read', async () => {
    const many = Array.from({ length: 230 }, (_, index) =>
      jobOf(index, `job ${String(index)}`, 'success'),
    );
    expect(await jobsOf({ pipelines: [{ id: 70, jobs: many }] })).toHaveLength(230);
  });

  it('in the place of a job that started a pipeline stand the jobs of that, and of those below it', async () => {
    const jobs = await jobsOf({
      pipelines: [
        {
          id: 70,
          jobs: [jobOf(1, 'check', 'success')],
          bridges: [{ ...jobOf(2, 'undo', 'success'), ...below(71) }],
        },
        {
          id: 71,
          jobs: [jobOf(3, 'eu', 'success')],
          bridges: [{ ...jobOf(4, 'inner', 'success'), ...below(72) }],
        },
        { id: 72, jobs: [jobOf(5, 'us', 'manual')] },
      ],
    });
    expect(jobs).toEqual([
      'check: succeeded (success)',
      'eu: succeeded (success)',
      'us: waiting (manual)',
    ]);
  });

  it.each<[string, GitlabOptions, string]>([
    [
      'started no pipeline so far',
      { pipelines: [{ id: 70, bridges: [jobOf(2, 'undo', 'success')] }] },
      'undo: unknown (success, the pipeline that it started is not shown)',
    ],
    [
      'started a pipeline without a job',
      {
        pipelines: [
          { id: 70, bridges: [{ ...jobOf(2, 'undo', 'success'), ...below(71) }] },
          { id: 71 },
        ],
      },
      'undo: unknown (success, the pipeline that it started has no job)',
    ],
    [
      'started one that may not be read',
      { pipelines: [{ id: 70, bridges: [{ ...jobOf(2, 'undo', 'success'), ...below(71) }] }] },
      'undo: unknown (success, the jobs of its pipeline could not be read: reading the jobs of pipeline 71: status 404 (404 Not found))',
    ],
    [
      'is not done itself',
      { pipelines: [{ id: 70, bridges: [jobOf(2, 'undo', 'manual')] }] },
      'undo: waiting (manual)',
    ],
    [
      'starts pipelines without end',
      {
        pipelines: [{ id: 70, bridges: [{ ...jobOf(2, 'undo', 'success'), ...below(70) }] }],
      },
      'undo: unknown (success, the pipelines below it are not looked at)',
    ],
  ])('a job that %s', async (_, options, shown) => {
    expect(await jobsOf(options)).toEqual([shown]);
  });

  it('the names of parallel jobs, and of the job that started theirs, are theirs too', async () => {
    const { client, run } = await open({
      pipelines: [
        {
          id: 70,
          jobs: [jobOf(1, 'undo 1/2', 'success')],
          bridges: [{ ...jobOf(2, 'call: [eu]', 'success'), ...below(71) }],
        },
        { id: 71, jobs: [jobOf(3, 'undo: [a, b]', 'success')] },
      ],
    });
    const read = client.jobs?.({ id: '70', url: '' }, never) ?? Promise.resolve([]);
    expect((await run(read)).map(({ aliases }) => aliases)).toEqual([
      ['undo'],
      ['undo', 'call: [eu]', 'call'],
    ]);
  });
});

describe('the ci strategy with the jobs of GitLab', () => {
  const link = 'https://gitlab.example/acme/shop/-/jobs/1';

  it.each<[string, string, string]>([
    ['an optional manual job', 'manual', 'waits for a person to start or approve it'],
    ['a job that may fail, and did', 'failed', 'failed ("failed")'],
    ['a skipped job', 'skipped', 'was skipped'],
  ])(
    '%s, and the pipeline is a success: triggered, named with its link',
    async (_, status, says) => {
      const { result } = await rollWith(await open({ jobs: [jobOf(1, 'rollback', status)] }));
      expect(result).toMatchObject({
        outcome: 'triggered',
        detail: `The rollback run 9001 ended with "success", which does not prove the rollback: its job "rollback" (${link}) ${says}.`,
      });
    },
  );

  it('the named job succeeded, an optional manual one waits: verified', async () => {
    const opened = await open({ jobs: ['rollback', jobOf(1, 'notify', 'manual')] });
    expect((await rollWith(opened, { jobs: ['rollback'] })).result.outcome).toBe('verified');
  });

  it('the trigger jobs may not be read: triggered, with the reason', async () => {
    const overrides = [
      { method: 'GET', path: /\/bridges$/, answer: message(403, '403 Forbidden') },
    ];
    const { result } = await rollWith(await open({ overrides }));
    expect(result.outcome).toBe('triggered');
    expect(result.detail).toContain('reading the trigger jobs of pipeline 9001: status 403');
  });
});
