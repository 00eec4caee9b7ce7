import { describe, expect, it } from '@jest/globals';
import { assess, startOf } from '../../../src/sources/docker/health.js';
import { containerWith } from '../../support/containers.js';

describe('the state of a container in the health check', () => {
  it.each<[string, Parameters<typeof containerWith>[0], string | undefined]>([
    ['running: good', {}, undefined],
    ['running and healthy: good', { health: 'healthy' }, undefined],
    ['unhealthy: bad', { health: 'unhealthy' }, 'is unhealthy'],
    ['restarted once since the start: good', { restarts: 3 }, undefined],
    [
      'restarted twice since the start: bad',
      { restarts: 4 },
      'ended by itself and was started again',
    ],
    [
      'restarted once, and its health check fails: bad',
      { restarts: 3, health: 'unhealthy' },
      'is unhealthy',
    ],
    ['as many restarts as at the start: good', { restarts: 2 }, undefined],
    ['a new container that restarted once: good', { id: 'new', restarts: 1 }, undefined],
    [
      'a new container that restarted twice: bad',
      { id: 'new', restarts: 2 },
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
    expect(assess(now, startOf(now), [])).toEqual({ complaints: [], starting: ['api'], noted: [] });
  });

  it.each<[string, readonly number[], number, number]>([
    ['the only container: noted', [1], 0, 1],
    ['one of two: noted', [1, 0], 0, 1],
    ['both of two: bad', [1, 1], 2, 0],
    ['two of five: noted', [1, 1, 0, 0, 0], 0, 2],
    ['three of five: bad', [1, 1, 1, 0, 0], 3, 0],
    ['one once and one twice, of five: one noted, one bad', [1, 2, 0, 0, 0], 1, 1],
  ])('one restart each, %s', (_, restarts, bad, noted) => {
    const start = startOf(restarts.map((_each, n) => containerWith({ id: String(n) })));
    const now = restarts.map((count, n) => containerWith({ id: String(n), restarts: count }));
    const assessed = assess(now, start, []);
    expect(assessed.complaints).toHaveLength(bad);
    expect(assessed.noted).toHaveLength(noted);
  });
});
