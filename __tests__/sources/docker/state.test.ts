import { describe, expect, it } from '@jest/globals';
import { assess, startOf } from '../../../src/sources/docker/health.js';
import { containerWith } from '../../support/containers.js';

describe('what a look says of a container', () => {
  it.each<[string, Parameters<typeof containerWith>[0], string | undefined]>([
    ['runs', {}, undefined],
    ['healthy', { health: 'healthy' }, undefined],
    ['unhealthy', { health: 'unhealthy' }, 'is unhealthy'],
    ['started again', { restarts: 3 }, 'ended by itself and was started again'],
    ['as often as before', { restarts: 2 }, undefined],
    [
      'another container, started again',
      { id: 'new', restarts: 1 },
      'ended by itself and was started again',
    ],
    ['restarting', { status: 'restarting', exitCode: 2 }, 'ends again and again (code 2)'],
    [
      'killed for its memory',
      { status: 'exited', exitCode: 137, outOfMemory: true },
      'exited (code 137, out of memory)',
    ],
    ['done', { status: 'exited', exitCode: 0 }, undefined],
    ['stopped', { status: 'exited', exitCode: 0, restartPolicy: 'always' }, 'was stopped'],
    ['failed', { status: 'exited', exitCode: 1 }, 'exited (code 1)'],
    ['never started', { status: 'created' }, 'was made and never started'],
    ['paused', { status: 'paused' }, 'is paused'],
    ['dead', { status: 'dead' }, 'is dead'],
  ])('%s', (_, given, what) => {
    const start = startOf([containerWith({ restarts: 2 })]);
    // Above the number at the start, if the test says so.
    const { complaints } = assess([containerWith({ restarts: 2, ...given })], start, []);
    expect(complaints.map((each) => each.what)).toEqual(what === undefined ? [] : [what]);
  });

  it('a service without a container: named, or there at the start', () => {
    const start = startOf([containerWith(), containerWith({ service: 'db' })]);
    const now = [containerWith()];
    expect(assess(now, start, []).complaints).toMatchObject([
      { service: 'db', what: 'has no container' },
    ]);
    expect(assess(now, start, ['api']).complaints).toEqual([]);
    expect(assess(now, start, ['web']).complaints).toMatchObject([{ service: 'web' }]);
  });

  it('a health check that has not said anything yet', () => {
    const now = [containerWith({ health: 'starting' })];
    expect(assess(now, startOf(now), [])).toEqual({ complaints: [], starting: ['api'] });
  });
});
