import { describe, expect, it } from '@jest/globals';
import { createServiceJudge } from '../../../src/sources/ecs/service.js';
import type { EcsDeployment, EcsService, TargetHealth } from '../../../src/support/aws/ecs.js';

const GRACE = 30_000;

function deployment(given: Partial<EcsDeployment> = {}): EcsDeployment {
  return {
    ...{ id: 'd1', status: 'PRIMARY', taskDefinition: 'api:8', desired: 10, running: 10 },
    ...{ failedTasks: 0, rolloutState: 'COMPLETED', reason: '', ...given },
  };
}

function service(primary: EcsDeployment, ...others: readonly EcsDeployment[]): EcsService {
  return {
    ...{ controller: 'ECS', place: undefined, desired: primary.desired, running: primary.running },
    ...{ deployments: [primary, ...others], primary, current: undefined, targetGroups: [] },
  };
}

type Look = Partial<EcsDeployment> & { readonly targets?: TargetHealth };

/** What each look says, one every ten seconds. */
function looks(seen: readonly Look[]): readonly (boolean | null)[] {
  const judge = createServiceJudge('shop/api', GRACE);
  return seen.map(
    ({ targets: of, ...given }, index) => judge(service(deployment(given)), of, index * 10_000).ok,
  );
}

const targets = (healthy: number, unhealthy: number): TargetHealth => ({
  ...{ healthy, unhealthy, reasons: ['Target.Timeout'] },
});

describe('ecs-health', () => {
  it.each([
    ['all tasks run', [{}, {}], [true, true]],
    [
      'one task of ten fails once',
      [{}, { failedTasks: 1 }, { failedTasks: 1 }],
      [true, true, true],
    ],
    [
      'one task fails again, of ten: no share of them',
      [{}, { failedTasks: 1 }, {}, { failedTasks: 1 }],
      [true, true, true, false],
    ],
    [
      'many fail at one look, and never again',
      [{}, { failedTasks: 9 }, { failedTasks: 9 }],
      [true, true, true],
    ],
    [
      'a share of them fails at two looks',
      [{}, { failedTasks: 1 }, { failedTasks: 2 }, { failedTasks: 2 }],
      [true, true, false, false],
    ],
    ['what had failed before the watch', [{ failedTasks: 40 }, { failedTasks: 40 }], [true, true]],
    [
      'a share of fifty is more',
      [
        { desired: 50, running: 50 },
        ...[1, 2, 3, 9, 10].map((failedTasks) => ({ desired: 50, running: 50, failedTasks })),
      ],
      [true, true, true, true, true, false],
    ],
    [
      'tasks are still to come',
      [
        { running: 0, rolloutState: 'IN_PROGRESS' },
        { running: 4, rolloutState: 'IN_PROGRESS' },
        {},
      ],
      [null, null, true],
    ],
    [
      'tasks are missing for longer than the warm-up',
      [{}, { running: 9 }, { running: 9 }, { running: 9 }, { running: 9 }, {}],
      [true, null, null, null, false, true],
    ],
    [
      'a tenth of the targets is unhealthy, then a fifth',
      [{ targets: targets(9, 1) }, { targets: targets(8, 2) }, { targets: targets(10, 0) }],
      [true, false, true],
    ],
    ['no task is wanted', [{ desired: 0, running: 0 }], [true]],
  ] as [string, Look[], (boolean | null)[]][])('%s', (_, seen, expected) => {
    expect(looks(seen)).toEqual(expected);
  });

  it('a deployment that ECS has given up: unhealthy, by its reason, also when it has gone back by itself', () => {
    const judge = createServiceJudge('shop/api', GRACE);
    expect(judge(service(deployment()), undefined, 0).ok).toBe(true);
    const given = deployment({
      ...{ status: 'ACTIVE', rolloutState: 'FAILED' },
      reason: 'ECS deployment circuit breaker: tasks failed to start.',
    });
    const now = service(deployment({ id: 'd2', taskDefinition: 'api:7' }), given);
    const failed = {
      ok: false,
      detail:
        'shop/api: deployment d1 has failed: ECS deployment circuit breaker: tasks failed to start.',
      causes: ['deployment failed'],
    };
    expect(judge(now, undefined, 10_000)).toEqual(failed);
    // What it has gone back to is complete, and well; what was judged has failed all the same.
    const after = service(deployment({ id: 'd2', taskDefinition: 'api:7' }));
    expect(judge(after, undefined, 20_000)).toEqual(failed);
  });
});
