import { afterEach, describe, expect, it } from '@jest/globals';
import { type AzureOptions, StandInAzure, type TimelineRow } from '../../support/stand-in-azure.js';
import { never, openClient, rollWith } from '../../support/stand-in-client.js';

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
const JOB = '12f1170f-54f2-53f3-20dd-22fc7dff55f9';

const row = (
  type: string,
  id: string,
  parentId: string | null,
  more: Partial<TimelineRow> = {},
) => ({
  type,
  id,
  parentId,
  name: id,
  state: 'completed',
  result: 'succeeded',
  ...more,
});

/** Stage, phase and job of the usual pipeline, with a task. */
const rows = (more: Partial<TimelineRow> = {}): readonly TimelineRow[] => [
  row('Stage', 'ops', null, { identifier: 'ops' }),
  row('Phase', 'undo', 'ops', { identifier: 'ops.undo' }),
  row('Job', JOB, 'undo', { name: 'Undo it', identifier: 'ops.undo.__default', ...more }),
  row('Task', 'step', JOB),
];

async function open(timeline: readonly TimelineRow[] | null, options: AzureOptions = {}) {
  const server = await StandInAzure.start({
    run: [{ status: 'completed', result: 'succeeded', timeline }],
    ...options,
  });
  cleanUps.push(() => server.close());
  return openClient(server, request, (deps) => server.client(deps));
}

async function jobsOf(timeline: readonly TimelineRow[]) {
  const { client, run, standIn } = await open(timeline);
  standIn.addBuild({ id: 70, steps: [{ status: 'completed', result: 'succeeded', timeline }] });
  const read = client.jobs?.({ id: '70', url: 'https://az.example/results?buildId=70' }, never);
  return run(read ?? Promise.resolve([]));
}

describe('the jobs of a run of Azure DevOps', () => {
  it.each([
    ['succeeded', 'succeeded'],
    ['succeededWithIssues', 'failed'],
    ['failed', 'failed'],
    ['canceled', 'cancelled'],
    ['abandoned', 'cancelled'],
    ['skipped', 'skipped'],
    ['manuallyQueued', 'waiting'],
    ['dependentOnManualQueue', 'waiting'],
    ['brand_new', 'unknown'],
  ])('the result %s is %s', async (result, phase) => {
    expect(await jobsOf(rows({ result }))).toEqual([
      {
        name: 'Undo it',
        aliases: ['undo', 'ops', 'ops.undo.__default', 'ops.undo'],
        url: `https://az.example/results?buildId=70&view=logs&j=${JOB}`,
        phase,
        word: result,
      },
    ]);
  });

  it.each([
    ['pending', 'running'],
    ['inProgress', 'running'],
  ])('the state %s is %s', async (state, phase) => {
    expect(await jobsOf(rows({ state, result: null }))).toMatchObject([{ phase, word: state }]);
  });

  it('a stage that was skipped has nothing below it: it stands for itself', async () => {
    const jobs = await jobsOf([
      ...rows(),
      row('Stage', 'notify', null, { result: 'skipped' }),
      row('Stage', 'tell', null),
      row('Phase', 'mail', 'tell', { result: 'skipped' }),
    ]);
    expect(jobs.map(({ name, phase, url }) => [name, phase, url !== undefined])).toEqual([
      ['Undo it', 'succeeded', true],
      ['notify', 'skipped', false],
      ['mail', 'skipped', false],
    ]);
  });

  it('a stage whose check is open waits for a person', async () => {
    const jobs = await jobsOf([
      row('Stage', 'ops', null, { state: 'pending', result: null }),
      row('Checkpoint', 'check', 'ops', { state: 'inProgress', result: null }),
      row('Checkpoint.Approval', 'approval', 'check', { state: 'inProgress', result: null }),
    ]);
    expect(jobs).toMatchObject([{ name: 'ops', phase: 'waiting' }]);
  });

  it('records that are above each other in a circle are read all the same', async () => {
    const jobs = await jobsOf([
      row('Stage', 'a', 'b'),
      row('Phase', 'b', 'a'),
      row('Job', 'c', 'b'),
    ]);
    expect(jobs.map(({ name }) => name)).toEqual(['c']);
  });
});

describe('the ci strategy with the jobs of Azure DevOps', () => {
  it('the stage that rolls back was skipped, another succeeded: triggered', async () => {
    const { result } = await rollWith(
      await open([...rows(), row('Stage', 'rollback', null, { result: 'skipped' })]),
    );
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringContaining('its job "rollback" was skipped'),
    });
  });

  it.each([['undo'], ['ops'], ['Undo it'], ['ops.undo']])(
    'named %s, a stage besides was skipped: verified',
    async (name) => {
      const opened = await open([...rows(), row('Stage', 'mail', null, { result: 'skipped' })]);
      expect((await rollWith(opened, { jobs: [name] })).result.outcome).toBe('verified');
    },
  );

  it('without a timeline: triggered, with the reason', async () => {
    const { result } = await rollWith(await open(null));
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/its jobs could not be read: .*there is none/),
    });
  });

  it('a build that the service has abandoned: failed, and asked no further', async () => {
    const { result } = await rollWith(
      await open(null, { run: [{ status: 'abandoned', timeline: [] }] }),
    );
    expect(result).toMatchObject({
      outcome: 'failed',
      detail: 'The rollback run 9001 ended with "abandoned"; nothing of it ran.',
    });
  });
});
