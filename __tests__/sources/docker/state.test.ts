import { describe, expect, it } from '@jest/globals';
import { assess, startOf } from '../../../src/sources/docker/health.js';
import { containerWith } from '../../support/containers.js';

describe('the state of a container in the health check', () => {
  it.each<[string, Parameters<typeof containerWith>[0], string | undefined]>([
    ['running: good', {}, undefined],
    ['running and healthy: good', { health: 'healthy' }, undefined],
    ['unhealthy: bad', { health: 'unhealthy' }, 'is unhealthy'],
    ['restarted since the start: bad', { restarts: 3 }, 'ended by itself and was started again'],
    ['as many restarts as at the start: good', { restarts: 2 }, undefined],
    [
      'a new container that restarted: bad',
      { id: 'new', restarts: 1 },
      'ended by itself and was started again',
    ],
    ['restarting: bad', { status: 'restarting', exitCode: 2 }, 'ends again and again (code 2)'],
    [
      'killed for its memory: bad',
      { status: 'exited', exitCode: 137, outOfMemory: true },
      'exited (code 137, out of memory)',
    ],
    ['exited with 0: good', { status: 'exited', exitCode: 0 }, undefined],
    [
      'exited with 0, with restart policy always: bad',
      { status: 'exited', exitCode: 0, restartPolicy: 'always' },
      'was stopped',
    ],
    ['exited with 1: bad', { status: 'exited', exitCode: 1 }, 'exited (code 1)'],
    ['created and never started: bad', { status: 'created' }, 'was made and never started'],
    ['paused: bad', { status: 'paused' }, 'is paused'],
    ['dead: bad', { status: 'dead' }, 'is dead'],
  ])('%s', (_, given, what) => {
    const start = startOf([containerWith({ restarts: 2 })]);
    // Above the number at the start, if the test says so.
    const { complaints } = assess([containerWith({ restarts: 2, ...given })], start, []);
    expect(complaints.map((each) => each.what)).toEqual(what === undefined ? [] : [what]);
  });

  it('a service without a container: named if it had one at the start or is configured', () => {
    const start = startOf([containerWith(), containerWith({ service: 'db' })]);
    const now = [containerWith()];
    expect(assess(now, start, []).complaints).toMatchObject([
      { service: 'db', what: 'has no container' },
    ]);
    expect(assess(now, start, ['api']).complaints).toEqual([]);
    expect(assess(now, start, ['web']).complaints).toMatchObject([{ service: 'web' }]);
  });

  it('a container health check without a result yet: starting', () => {
    const now = [containerWith({ health: 'starting' })];
    expect(assess(now, startOf(now), [])).toEqual({ complaints: [], starting: ['api'] });
  });
});
