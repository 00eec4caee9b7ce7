import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { PipelineClient, RunJob } from '../../../src/contract/pipeline.js';
import { proofIn, proofOf } from '../../../src/strategies/ci/jobs.js';
import { Cancelled, DeadlineReached } from '../../../src/support/abort.js';
import { PermanentError, TransientError } from '../../../src/support/retry.js';
import { drive } from '../../support/drive.js';
import { never } from '../../support/stand-in-client.js';
import { VirtualClock } from '../../support/virtual-clock.js';

type Phase = RunJob['phase'];
const phases = [
  'succeeded',
  'skipped',
  'waiting',
  'running',
  'failed',
  'cancelled',
  'unknown',
] as const satisfies readonly Phase[];

const job = (name: string, phase: Phase = 'succeeded', more: Partial<RunJob> = {}): RunJob => ({
  name,
  phase,
  word: `word of ${phase}`,
  ...more,
});

const proven = { proven: true };

describe('proofIn', () => {
  it.each<[string, readonly RunJob[], readonly string[]]>([
    ['one job that succeeded', [job('undo')], []],
    ['several that succeeded', [job('undo'), job('check')], []],
    ['the named one succeeded, others did not', [job('undo'), job('page', 'skipped')], ['undo']],
    ['named with the values of its matrix', [job('undo (eu, 1)')], ['undo (eu, 1)']],
    ['all of a named matrix', [job('undo (eu)'), job('undo (us)'), job('x', 'failed')], ['undo']],
    [
      'named by another of its names',
      [job('Undo it', 'succeeded', { aliases: ['undo'] })],
      ['undo'],
    ],
  ])('%s: proven', (_, jobs, counting) => {
    expect(proofIn(jobs, counting)).toEqual(proven);
  });

  it.each<[string, readonly RunJob[], readonly string[], string]>([
    ['no job', [], [], 'none of its jobs ran'],
    ['a skipped one', [job('undo', 'skipped')], [], 'its job "undo" was skipped'],
    [
      'a skipped one beside one that succeeded',
      [job('notify'), job('undo', 'skipped', { url: 'https://ci.example/1' })],
      [],
      'its job "undo" (https://ci.example/1) was skipped; if it is not part of the rollback, name the jobs that are in rollback-job',
    ],
    [
      'one that waits for a hand',
      [job('undo', 'waiting')],
      [],
      'its job "undo" waits for a person to start or approve it',
    ],
    ['one that failed', [job('undo', 'failed')], [], 'its job "undo" failed ("word of failed")'],
    ['one that was cancelled', [job('undo', 'cancelled')], [], 'its job "undo" was cancelled'],
    [
      'one that is not done',
      [job('undo', 'running')],
      [],
      'its job "undo" is not done ("word of running")',
    ],
    [
      'one in a state that nobody knows',
      [job('undo', 'unknown')],
      [],
      'what became of its job "undo" is not known ("word of unknown")',
    ],
    [
      'what failed before what was skipped because of it',
      [job('after', 'skipped'), job('undo', 'failed')],
      [],
      'its job "undo" failed ("word of failed")',
    ],
    [
      'a named one that is not there',
      [job('build'), job('undo')],
      ['rollback'],
      'it has no job "rollback", which rollback-job names; it has: build, undo',
    ],
    [
      'a named one, and no job at all',
      [],
      ['undo'],
      'it has no job "undo", which rollback-job names; it has: none',
    ],
    [
      'one of several named ones was skipped',
      [job('undo'), job('check', 'skipped')],
      ['undo', 'check'],
      'its job "check" was skipped',
    ],
    [
      'one of a named matrix was skipped',
      [job('undo (eu)'), job('undo (us)', 'skipped')],
      ['undo'],
      'its job "undo (us)" was skipped',
    ],
    [
      'a name that only begins alike',
      [job('undoing')],
      ['undo'],
      'it has no job "undo", which rollback-job names; it has: undoing',
    ],
  ])('%s: not proven', (_, jobs, counting, why) => {
    expect(proofIn(jobs, counting)).toEqual({ proven: false, why });
  });

  it('is proven only when every job that counts succeeded, and one does', () => {
    const jobs = fc.array(
      fc.record({ name: fc.constantFrom('a', 'b', 'c'), phase: fc.constantFrom(...phases) }),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(jobs, fc.subarray(['a', 'b', 'c']), (list, counting) => {
        const counted = list.filter(({ name }) => counting.length === 0 || counting.includes(name));
        const expected =
          counted.length > 0 &&
          counted.every(({ phase }) => phase === 'succeeded') &&
          counting.every((name) => counted.some((one) => one.name === name));
        const found = proofIn(
          list.map(({ name, phase }) => job(name, phase)),
          counting,
        );
        expect(found.proven).toBe(expected);
      }),
    );
  });
});

describe('proofOf', () => {
  const run = { id: '7', url: 'https://ci.example/7' };
  type Read = readonly RunJob[] | Error;

  /** Asks a client whose reads give these, the last one again and again. */
  async function ask(reads: readonly Read[], signal: AbortSignal = never) {
    const clock = new VirtualClock();
    let asked = 0;
    const jobs = (_: unknown, stop: AbortSignal): Promise<readonly RunJob[]> => {
      if (stop.aborted) return Promise.reject(stop.reason as Error);
      const read = reads[Math.min(asked++, reads.length - 1)] ?? [];
      return read instanceof Error ? Promise.reject(read) : Promise.resolve(read);
    };
    const client = { jobs } as unknown as PipelineClient;
    const proof = await drive(
      clock,
      proofOf(client, run, [], { clock, signal }),
      () => 0,
      () => 0,
    );
    return { proof, asked, clock };
  }

  it('a client without jobs: its word for the run is all there is', async () => {
    const clock = new VirtualClock();
    const client = {} as PipelineClient;
    expect(await proofOf(client, run, ['undo'], { clock, signal: never })).toEqual(proven);
  });

  it.each<[string, readonly Read[]]>([
    ['no job', [[], [job('undo')]]],
    ['a job that is not done', [[job('undo', 'running')], [job('undo')]]],
    ['an error that may pass', [new TransientError('502'), [job('undo')]]],
  ])('a list that is behind the run and shows %s: read again', async (_, reads) => {
    expect(await ask(reads)).toMatchObject({ proof: proven, asked: 2 });
  });

  it('a job that stays as it is: read four times, and not proven', async () => {
    const { proof, asked } = await ask([[job('undo', 'running')]]);
    expect(asked).toBe(4);
    expect(proof).toEqual({ proven: false, why: 'its job "undo" is not done ("word of running")' });
  });

  it('a job that was skipped: read once', async () => {
    expect(await ask([[job('undo', 'skipped')]])).toMatchObject({ asked: 1 });
  });

  it('jobs that may not be read: says why, and does not ask again', async () => {
    const { proof, asked } = await ask([new PermanentError('status 403')]);
    expect(asked).toBe(1);
    expect(proof).toEqual({ proven: false, why: 'its jobs could not be read: status 403' });
  });

  it('waits as long as the server asks it to', async () => {
    const { clock } = await ask([new TransientError('429', 20_000), [job('undo')]]);
    expect(clock.monotonic()).toBeGreaterThanOrEqual(20_000);
  });

  it('waits no longer than half a minute for each, whatever the server asks for', async () => {
    const { clock, proof } = await ask([new TransientError('429', 3_600_000)]);
    expect(clock.monotonic()).toBeLessThanOrEqual(3 * 30_000);
    expect(proof.proven).toBe(false);
  });

  it.each([
    ['the time is over', new DeadlineReached('the strategy', 1)],
    ['somebody asked us to leave', new Cancelled('SIGTERM')],
  ])('%s, and the run has just ended: its jobs are read all the same', async (_, reason) => {
    const { proof } = await ask([[job('undo')]], AbortSignal.abort(reason));
    expect(proof).toEqual(proven);
  });

  it('the time is over, and the jobs cannot be read: ends within seconds', async () => {
    const signal = AbortSignal.abort(new DeadlineReached('the strategy', 1));
    const { proof, clock } = await ask([new TransientError('502')], signal);
    expect(proof).toMatchObject({
      proven: false,
      why: expect.stringContaining('could not be read'),
    });
    expect(clock.monotonic()).toBeLessThanOrEqual(5000);
  });
});
