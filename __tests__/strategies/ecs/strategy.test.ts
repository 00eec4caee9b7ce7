import { describe, expect, it } from '@jest/globals';
import type { Strategy } from '../../../src/contract/strategy.js';
import { setUpEcs } from '../../../src/strategies/ecs/strategy.js';
import { OwnRollbacks } from '../../../src/strategies/own-rollbacks.js';
import { Cancelled } from '../../../src/support/abort.js';
import { refused, StandInAws, taskDefinition } from '../../support/stand-in-aws.js';
import {
  contextWith,
  dependenciesWith,
  never,
  request,
} from '../../support/strategy-dependencies.js';
import { VirtualClock } from '../../support/virtual-clock.js';
import { rollBack, strategyOf } from '../../support/aws-strategy.js';

interface Scene {
  readonly aws: StandInAws;
  readonly service: ReturnType<StandInAws['addService']>;
  readonly strategy: Strategy;
  readonly clock: VirtualClock;
}

/** A service `shop/api` that runs `api:7`, as its snapshot saw it. */
async function scene(services = 'shop/api'): Promise<Scene> {
  const aws = new StandInAws();
  const clock = new VirtualClock();
  const service = aws.addService('shop/api', 'api:7');
  if (services.includes('worker')) aws.addService('shop/worker', 'worker:3');
  const recorded: unknown = await made(aws, clock, services).snapshot?.(never);
  return { aws, clock, service, strategy: made(aws, clock, services, recorded) };
}

function made(
  aws: StandInAws,
  clock: VirtualClock,
  services: string,
  recorded?: unknown,
): Strategy {
  return strategyOf(setUpEcs, { 'ecs-service': services }, { aws, clock }, recorded);
}

async function captured(strategy: Strategy): Promise<unknown> {
  return strategy.capture?.(never);
}

/** Aborted when so much time has gone by. */
function overIn(clock: VirtualClock, ms: number): AbortSignal {
  const stop = new AbortController();
  clock.sleep(ms, never).then(
    () => {
      stop.abort(new Cancelled('SIGTERM'));
    },
    () => undefined,
  );
  return stop.signal;
}

describe('ecs', () => {
  it('without a service it is not configured', () => {
    expect(setUpEcs(dependenciesWith({}))).toEqual({
      kind: 'skip',
      reason: 'not configured: `ecs-service` is not set',
    });
  });

  it('a completed deploy is replaced by a deployment of the recorded task definition, and proven by its id', async () => {
    const { aws, service, strategy, clock } = await scene();
    const bad = service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    const { result, changes, steps } = await rollBack({ strategy, clock });
    expect(steps).toEqual(['aws ecs update-service shop/api: from api:8 to api:7']);
    expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    expect(result).toHaveProperty(
      'detail',
      expect.stringMatching(
        /^Deployed api:7 to shop\/api again\. shop\/api: deployment ecs-svc\/\d+ of api:7 is complete, 2 of 2 tasks run\.$/,
      ),
    );
    expect(changes).toBe(1);
    expect(aws.callsOf('update-service')).toEqual([
      { cluster: 'shop', service: 'api', taskDefinition: taskDefinition('api:7') },
    ]);
    expect(service.primary.id).not.toBe(bad);
    expect(await strategy.assertUnchanged?.(never)).toBeUndefined();
  });

  it('the program sends a change once, and reads as often as it likes', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    await rollBack({ strategy, clock });
    const attempts = aws.calls.map(({ operation, env }) => [
      operation,
      (env as Record<string, string>).AWS_MAX_ATTEMPTS,
    ]);
    expect(new Map(attempts as [string, unknown][])).toEqual(
      new Map<string, unknown>([
        ['describe-services', undefined],
        ['update-service', '1'],
      ]),
    );
  });

  it('a deployment that is going on is stopped with ROLLBACK, and followed to its end', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    await clock.runUntil(captured(strategy));
    const { result, steps } = await rollBack({ strategy, clock });
    expect(steps).toEqual([
      'aws ecs stop-service-deployment of shop/api with ROLLBACK: from api:8 to api:7',
    ]);
    expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    expect(aws.callsOf('stop-service-deployment')).toHaveLength(1);
    expect(aws.callsOf('update-service')).toEqual([]);
    expect(service.primary.taskDefinition).toBe(taskDefinition('api:7'));
  });

  it.each([
    ['ConflictException', 'update-service'],
    ['UnsupportedFeatureException', 'update-service'],
    ['ServiceDeploymentNotFoundException', 'update-service'],
  ])('a stop that is refused with %s: the other way', async (code, way) => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    await clock.runUntil(captured(strategy));
    aws.instead = (operation) => {
      if (operation !== 'stop-service-deployment') return undefined;
      // It has come to its end in the same moment.
      for (const one of service.serviceDeployments.values())
        if (one.status === 'IN_PROGRESS') one.status = 'SUCCESSFUL';
      return refused(operation, code);
    };
    expect((await rollBack({ strategy, clock })).result).toMatchObject({ outcome: 'verified' });
    expect(aws.callsOf(way)).toHaveLength(1);
  });

  it.each([
    ['ROLLBACK_FAILED', 'triggered', 'and that failed: no capacity'],
    ['IN_PROGRESS', 'triggered', 'but the deployment is still IN_PROGRESS'],
    ['SOMETHING_NEW', 'triggered', 'but the deployment is still SOMETHING_NEW'],
  ])('a stopped deployment that is %s afterwards: %s', async (status, outcome, says) => {
    const { aws, service, strategy, clock } = await scene();
    aws.isNewer = true;
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    await clock.runUntil(captured(strategy));
    aws.instead = (operation) => {
      if (operation !== 'stop-service-deployment') return undefined;
      for (const one of service.serviceDeployments.values())
        if (one.status === 'IN_PROGRESS')
          Object.assign(one, { status, statusReason: 'no capacity' });
      return { stdout: '{}' };
    };
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ outcome, versionConfirmed: false });
    expect(result).toHaveProperty('detail', expect.stringContaining(says));
    // It may have happened: the confirmation decides.
    expect(result).not.toHaveProperty('notBack');
  });

  it('a deploy that begins while the deployment is stopped: withheld, and left alone', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    await clock.runUntil(captured(strategy));
    aws.before = (operation) => {
      if (operation === 'stop-service-deployment') service.deploy('api:9');
    };
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ kind: 'withheld' });
    expect(service.primary.taskDefinition).toBe(taskDefinition('api:9'));
  });

  it('somebody has deployed since the watch began: withheld, by every way of asking', async () => {
    const { service, strategy, clock } = await scene();
    const ours = service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    const theirs = service.deploy('api:9');
    const reason = `shop/api: deployment ${theirs} (api:9) replaced ours (${ours}, api:8)`;
    expect(await strategy.assertUnchanged?.(never)).toEqual({ kind: 'withheld', reason });
    expect(await strategy.plan(request, never)).toEqual({ kind: 'withheld', reason });
  });

  it('the same task definition by another deployment is another deploy: withheld', async () => {
    const { service, strategy, clock } = await scene();
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    service.deploy('api:8');
    expect(await strategy.plan(request, never)).toMatchObject({ kind: 'withheld' });
  });

  it('somebody deploys between plan and change: withheld', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    const { result, changes } = await rollBack(
      { strategy, clock },
      {
        between: () => {
          service.deploy('api:9');
        },
      },
    );
    expect(result).toMatchObject({ kind: 'withheld' });
    expect([changes, aws.callsOf('update-service')]).toEqual([0, []]);
  });

  it('somebody deploys between the last look and the change: overwritten, and told', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    let theirs = '';
    aws.before = (operation) => {
      if (operation === 'update-service') theirs = service.deploy('api:9');
    };
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ outcome: 'triggered', versionConfirmed: true });
    expect(result).toHaveProperty(
      'detail',
      expect.stringContaining(
        `Deployment ${theirs} (api:9) was begun by somebody else in the same moment, and the rollback has replaced it: deploy it again.`,
      ),
    );
  });

  it('fifty deploys that race the rollback: none is overwritten without being told', async () => {
    const told = { withheld: 0, overwritten: 0, later: 0 };
    for (let race = 0; race < 50; race++) {
      const { aws, service, strategy, clock } = await scene();
      service.deploy('api:8');
      await clock.runUntil(captured(strategy));
      let calls = 0;
      let theirs = '';
      // It comes at another call each time, from the first look of the plan on.
      aws.before = () => {
        if (++calls === 1 + (race % 5)) theirs = service.deploy('api:9');
      };
      const plan = await clock.runUntil(strategy.plan(request, never));
      const result =
        plan.kind === 'plan' ? await clock.runUntil(strategy.execute(plan, contextWith())) : plan;
      const isTheirs = service.primary.taskDefinition === taskDefinition('api:9');
      if ('kind' in result) {
        told.withheld += 1;
        expect(isTheirs).toBe(true);
      } else if (isTheirs) {
        // Ours was there, and theirs came after it.
        told.later += 1;
        expect(result).toMatchObject({ outcome: 'triggered', versionConfirmed: false });
      } else {
        told.overwritten += 1;
        expect(result).toMatchObject({ outcome: 'triggered' });
        expect(result).toHaveProperty(
          'detail',
          expect.stringContaining(`Deployment ${theirs} (api:9)`),
        );
      }
    }
    expect(told).toEqual({ withheld: 20, overwritten: 10, later: 20 });
  });

  it('a circuit breaker was faster: nothing is started, and what is there is confirmed', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8', { looks: 3, end: 'circuit breaker' });
    await clock.runUntil(captured(strategy));
    while (service.primary.taskDefinition !== taskDefinition('api:7')) service.look();
    expect(await strategy.assertUnchanged?.(never)).toBeUndefined();
    const { result, changes } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    expect(result).toHaveProperty(
      'detail',
      expect.stringContaining(
        'went back to api:7 without this run (ECS deployment circuit breaker: tasks failed to start)',
      ),
    );
    expect([changes, aws.callsOf('update-service')]).toEqual([0, []]);
  });

  it('a circuit breaker acts while the deployment is stopped: nothing else is started', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    await clock.runUntil(captured(strategy));
    aws.instead = (operation) => {
      if (operation !== 'stop-service-deployment') return undefined;
      service.trip();
      return refused(operation, 'ConflictException');
    };
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    expect(result).toHaveProperty(
      'detail',
      expect.stringMatching(/^shop\/api went back to api:7 without this run\./),
    );
    expect(aws.callsOf('update-service')).toEqual([]);
  });

  it('a circuit breaker acts in the moment of the change: it goes the same way, and nobody is told to deploy again', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    aws.before = (operation) => {
      if (operation === 'update-service') service.goBack('api:7');
    };
    expect((await rollBack({ strategy, clock })).result).toMatchObject({ outcome: 'verified' });
  });

  it('a circuit breaker was there before the watch began: it is not begun', async () => {
    const { service, strategy } = await scene();
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    service.trip();
    expect((await strategy.capture?.(never))?.alreadyRolledBack).toBe(
      'shop/api went back to api:7 without this run (ECS deployment circuit breaker: tasks failed to start): api:8 was deployed and given up before the watch began.',
    );
  });

  it('one of two services was given up before the watch began: the other is watched, and the deploy is told as gone back', async () => {
    const { aws, service, strategy, clock } = await scene('shop/api,shop/worker');
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    aws.services.get('shop/worker')?.deploy('worker:4');
    service.trip();
    expect(await clock.runUntil(captured(strategy))).not.toHaveProperty('alreadyRolledBack');
    expect(await strategy.goneBack?.(never)).toContain('shop/api went back to api:7');
  });

  it('the recorded task definition is deployed again beside one that had failed before the snapshot: nothing has gone back', async () => {
    const { aws, service, clock } = await scene();
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    service.trip();
    service.deployments.find(({ status }) => status === 'PRIMARY')!.rolloutState = 'COMPLETED';
    const recorded: unknown = await made(aws, clock, 'shop/api').snapshot?.(never);
    const strategy = made(aws, clock, 'shop/api', recorded);
    service.deploy('api:7', { looks: 99, end: 'hangs' });
    expect(await clock.runUntil(captured(strategy))).not.toHaveProperty('alreadyRolledBack');
    expect(await strategy.goneBack?.(never)).toBeUndefined();
  });

  it('what has gone back is told, and what was not is not', async () => {
    const { service, strategy, clock } = await scene('shop/api,shop/worker');
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    await clock.runUntil(captured(strategy));
    expect(await strategy.goneBack?.(never)).toBeUndefined();
    service.trip();
    expect(await strategy.goneBack?.(never)).toBe(
      'shop/api went back to api:7 without this run (ECS deployment circuit breaker: tasks failed to start)',
    );
    service.deploy('api:9');
    expect(await strategy.goneBack?.(never)).toBeUndefined();
  });

  it('one of two deployed services has gone back: the deploy has, and the other one follows it', async () => {
    const { aws, service, strategy, clock } = await scene('shop/api,shop/worker');
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    aws.services.get('shop/worker')?.deploy('worker:4');
    await clock.runUntil(captured(strategy));
    service.trip();
    expect(await strategy.goneBack?.(never)).toMatch(/^shop\/api went back to api:7/);
    expect((await rollBack({ strategy, clock })).result).toMatchObject({ outcome: 'verified' });
    expect(aws.callsOf('update-service')).toMatchObject([{ service: 'worker' }]);
  });

  it('nothing was deployed after a deployment that had failed before the snapshot: nothing has gone back', async () => {
    const { aws, service, clock } = await scene();
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    service.trip();
    service.deployments.find(({ status }) => status === 'PRIMARY')!.rolloutState = 'COMPLETED';
    const recorded: unknown = await made(aws, clock, 'shop/api').snapshot?.(never);
    const strategy = made(aws, clock, 'shop/api', recorded);
    const found = await clock.runUntil(captured(strategy));
    expect(found).not.toHaveProperty('alreadyRolledBack');
    expect(found).toMatchObject({
      findings: [{ message: expect.stringMatching(/^nothing was deployed to shop\/api/) }],
    });
  });

  it('by hand, after a circuit breaker: nothing is started, and what is there is confirmed', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    service.trip();
    const { result, changes } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({
      outcome: 'verified',
      detail: expect.stringContaining(
        'went back to api:7 without this run (ECS deployment circuit',
      ),
    });
    expect([changes, aws.callsOf('update-service')]).toEqual([0, []]);
  });

  it('a service that is named twice is changed once', async () => {
    const arn = 'arn:aws:ecs:eu-west-1:123456789012:service/shop/api';
    const { aws, service, strategy, clock } = await scene(`shop/api,${arn},shop/api`);
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    expect((await rollBack({ strategy, clock })).result).toMatchObject({ outcome: 'verified' });
    expect(aws.callsOf('update-service')).toHaveLength(1);
  });

  it('a snapshot of another account: an error in preflight, and the service of that name here is left alone', async () => {
    const { aws, clock, service } = await scene();
    const recorded = JSON.parse(
      JSON.stringify(await made(aws, clock, 'shop/api').snapshot?.(never)).replaceAll(
        '123456789012',
        '999999999999',
      ),
    ) as unknown;
    const strategy = made(aws, clock, 'shop/api', recorded);
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    const message =
      'the snapshot knows shop/api of eu-west-1:999999999999, and this job asks eu-west-1:123456789012';
    expect(await strategy.preflight(never)).toContainEqual(
      expect.objectContaining({ level: 'error', message }),
    );
    expect(await strategy.plan(request, never)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining(message),
    });
  });

  it('a service that is being deleted is none any more', async () => {
    const { aws, clock, service, strategy } = await scene();
    service.status = 'DRAINING';
    expect(await strategy.preflight(never)).toContainEqual(
      expect.objectContaining({ level: 'error', message: 'there is no service shop/api' }),
    );
    expect(await made(aws, clock, 'shop/api').snapshot?.(never)).toMatchObject({
      services: [{ taskDefinition: null }],
    });
  });

  it.each(['{}', '{"services":null}', '[]', 'null', '"x"', ''])(
    'an answer that is none (%j) is not taken for a service that is not there',
    async (stdout) => {
      const { aws, clock } = await scene();
      aws.instead = () => ({ stdout });
      await expect(made(aws, clock, 'shop/api').snapshot?.(never)).rejects.toThrow(
        'aws ecs describe-services printed something',
      );
    },
  );

  it('an ARN of another region: the service of that name here is left alone', async () => {
    const arn = 'arn:aws:ecs:eu-central-1:123456789012:service/shop/api';
    const { aws, clock, service } = await scene();
    const recorded: unknown = await made(aws, clock, 'shop/api').snapshot?.(never);
    service.deploy('api:8');
    const strategy = made(aws, clock, arn, recorded);
    await expect(strategy.plan(request, never)).rejects.toThrow(
      'shop/api is named by an ARN of eu-central-1:123456789012, and this job asks eu-west-1:123456789012',
    );
    expect(await strategy.preflight(never)).toContainEqual(
      expect.objectContaining({ level: 'error', message: expect.stringContaining('eu-central-1') }),
    );
  });

  describe('two targets with one service', () => {
    /** Both of one run, with the deploy of `api:8` judged by them where `isJudged`. */
    async function two(
      deploy: (service: Scene['service']) => void,
      isJudged = true,
    ): Promise<Scene & { readonly other: Strategy }> {
      const aws = new StandInAws();
      const clock = new VirtualClock();
      const service = aws.addService('shop/api', 'api:7');
      const recorded: unknown = await made(aws, clock, 'shop/api').snapshot?.(never);
      const rollbacks = new OwnRollbacks();
      const target = (): Strategy =>
        strategyOf(setUpEcs, { 'ecs-service': 'shop/api' }, { aws, clock, rollbacks }, recorded);
      const [strategy, other] = [target(), target()];
      deploy(service);
      if (isJudged) for (const each of [strategy, other]) await clock.runUntil(captured(each));
      return { aws, clock, service, strategy, other };
    }
    const byThisRun = {
      outcome: 'verified',
      detail: expect.stringMatching(
        /^shop\/api was rolled back by this run already\. .* is complete/,
      ),
      versionConfirmed: true,
    };

    it.each([
      ['that is complete', { looks: 1, end: 'completes' } as const],
      ['that is going on', { looks: 99, end: 'hangs' } as const],
    ])('a deploy %s: the second one finds that this run has rolled it back', async (_, fate) => {
      const { clock, strategy, other, aws } = await two((service) => {
        service.deploy('api:8', fate);
      });
      expect((await rollBack({ strategy, clock })).result).toMatchObject({ outcome: 'verified' });
      expect(await other.goneBack?.(never)).toBe('shop/api was rolled back by this run already');
      const { result, changes } = await rollBack({ strategy: other, clock });
      expect(result).toMatchObject(byThisRun);
      expect(changes).toBe(0);
      expect(aws.calls.filter(({ operation }) => /^(update|stop)/.test(operation))).toHaveLength(1);
    });

    it.each([
      ['by a watch', true, { looks: 1, end: 'completes' } as const],
      ['by a watch, while it is going on', true, { looks: 99, end: 'hangs' } as const],
      ['by hand', false, { looks: 1, end: 'completes' } as const],
      ['by hand, while it is going on', false, { looks: 99, end: 'hangs' } as const],
    ])(
      'both roll back at once, %s: one changes it, and both are proven',
      async (_, isJudged, fate) => {
        const { aws, clock, strategy, other } = await two((service) => {
          service.deploy('api:8', fate);
        }, isJudged);
        const [first, second] = await Promise.all(
          [strategy, other].map(async (each) => rollBack({ strategy: each, clock })),
        );
        expect(first?.result).toMatchObject({ outcome: 'verified' });
        expect(second?.result).toMatchObject(byThisRun);
        expect(aws.calls.filter(({ operation }) => /^(update|stop)/.test(operation))).toHaveLength(
          1,
        );
      },
    );

    it('by hand, when the other one was faster: nothing is changed', async () => {
      const { clock, strategy, other } = await two((service) => {
        service.deploy('api:8');
      }, false);
      await rollBack({ strategy, clock });
      expect((await rollBack({ strategy: other, clock })).result).toMatchObject(byThisRun);
    });

    it('what the first is refused, the second tries', async () => {
      const { aws, clock, strategy, other } = await two((service) => {
        service.deploy('api:8');
      });
      let left = 1;
      aws.instead = (operation) =>
        operation === 'update-service' && left-- > 0
          ? refused(operation, 'AccessDenied')
          : undefined;
      const [first, second] = await Promise.all(
        [strategy, other].map(async (each) => rollBack({ strategy: each, clock })),
      );
      expect(first?.result).toMatchObject({ outcome: 'failed' });
      expect(second?.result).toMatchObject({
        outcome: 'verified',
        detail: expect.stringContaining('Deployed api:7 to shop/api again'),
      });
    });

    it('somebody deploys while the second one waits: withheld, and left alone', async () => {
      const { aws, clock, service, strategy, other } = await two((deployed) => {
        deployed.deploy('api:8');
      });
      let isFirst = true;
      aws.instead = (operation) => {
        if (operation !== 'update-service' || !isFirst) return undefined;
        isFirst = false;
        service.deploy('api:9');
        return refused(operation, 'AccessDenied');
      };
      const [, second] = await Promise.all(
        [strategy, other].map(async (each) => rollBack({ strategy: each, clock })),
      );
      expect(second?.result).toMatchObject({ kind: 'withheld' });
      expect(service.primary.taskDefinition).toBe(taskDefinition('api:9'));
    });
  });

  it.each([
    ['no task is wanted', 0],
    ['one task on each machine', 3],
  ])('%s: as many as ECS says must run', async (_, desired) => {
    const { service, strategy, clock } = await scene();
    service.desired = desired;
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    expect((await rollBack({ strategy, clock })).result).toMatchObject({
      outcome: 'verified',
      detail: expect.stringContaining(`${String(desired)} of ${String(desired)} tasks run`),
    });
  });

  it('a change without an answer is looked for, and not sent again', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    aws.instead = (operation) => (operation === 'update-service' ? 'lost' : undefined);
    expect((await rollBack({ strategy, clock })).result).toMatchObject({ outcome: 'verified' });
    expect(aws.callsOf('update-service')).toHaveLength(1);
  });

  it('a change that nobody hears of: triggered', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    aws.instead = (operation) =>
      operation === 'update-service'
        ? { code: 255, stderr: 'Could not connect to the endpoint URL: "https://ecs.test/"' }
        : undefined;
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ outcome: 'triggered', versionConfirmed: false });
    expect(result).toHaveProperty(
      'detail',
      expect.stringContaining('what became of it is not known'),
    );
    expect(aws.callsOf('update-service')).toHaveLength(1);
  });

  it.each([
    ['AccessDeniedException', 'User is not authorized', 'AccessDeniedException: User is not'],
    [
      'ClientException',
      'Unable to describe task definition.',
      'Unable to describe task definition',
    ],
    ['ServiceNotActiveException', 'Service was not ACTIVE.', 'Service was not ACTIVE'],
  ])('%s: failed, nothing was changed', async (code, message, says) => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    aws.instead = (operation) =>
      operation === 'update-service' ? refused(operation, code, message) : undefined;
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ outcome: 'failed', versionConfirmed: null });
    expect(result).toHaveProperty('detail', expect.stringContaining(says));
  });

  it('too many requests: what was refused is sent again, after a wait', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    let left = 3;
    aws.instead = (operation) =>
      operation === 'update-service' && left-- > 0
        ? refused(operation, 'ThrottlingException', 'Rate exceeded')
        : undefined;
    expect((await rollBack({ strategy, clock })).result).toMatchObject({ outcome: 'verified' });
    expect(aws.callsOf('update-service')).toHaveLength(4);
  });

  it('too many requests while reading: asked again', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8');
    let count = 0;
    aws.instead = (operation) =>
      operation === 'describe-services' && count++ % 2 === 0
        ? refused(operation, 'ThrottlingException', 'Rate exceeded')
        : undefined;
    await clock.runUntil(captured(strategy));
    expect((await rollBack({ strategy, clock })).result).toMatchObject({ outcome: 'verified' });
  });

  describe.each([
    ['throttled in every call', refused('any', 'ThrottlingException', 'Rate exceeded')],
    ['unreachable', { code: 255, stderr: 'Could not connect to the endpoint URL: "https://x/"' }],
    ['slower than the program is given time', { code: null, stopped: 'timeout' as const }],
    ['garbled', { stdout: '{"services":[' }],
  ])('once the change is made, ECS is %s for a while', (_, answer) => {
    it.each([
      ['a new deployment', { looks: 1, end: 'completes' } as const, 'update-service'],
      ['a stop', { looks: 99, end: 'hangs' } as const, 'stop-service-deployment'],
    ])('%s is followed to its end all the same', async (_name, fate, way) => {
      const { aws, service, strategy, clock } = await scene();
      service.deploy('api:8', fate);
      await clock.runUntil(captured(strategy));
      let left = 0;
      aws.instead = (operation) => {
        if (operation === way) {
          left = 10;
          return undefined;
        }
        return left-- > 0 ? answer : undefined;
      };
      expect((await rollBack({ strategy, clock })).result).toMatchObject({ outcome: 'verified' });
      expect(aws.callsOf(way)).toHaveLength(1);
    });

    it('for ever, of one service of two: until time is over, and both are told', async () => {
      const { aws, service, strategy, clock } = await scene('shop/api,shop/worker');
      service.deploy('api:8');
      aws.services.get('shop/worker')?.deploy('worker:4');
      await clock.runUntil(captured(strategy));
      let changes = 0;
      aws.instead = (operation) => {
        if (operation === 'update-service') changes += 1;
        return changes === 2 && operation === 'describe-services' ? answer : undefined;
      };
      const { result } = await rollBack({ strategy, clock }, { signal: overIn(clock, 600_000) });
      expect(result).toMatchObject({ outcome: 'triggered', versionConfirmed: false });
      expect(result).toHaveProperty(
        'detail',
        expect.stringMatching(/Deployed api:7 to shop\/api again\. Deployed worker:3/),
      );
    });
  });

  it('a stop that may be made, and not be followed: told, and the other service is told too', async () => {
    const { aws, service, strategy, clock } = await scene('shop/api,shop/worker');
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    aws.services.get('shop/worker')?.deploy('worker:4');
    await clock.runUntil(captured(strategy));
    let isStopped = false;
    aws.instead = (operation) => {
      if (operation === 'stop-service-deployment') isStopped = true;
      return isStopped && operation === 'describe-service-deployments'
        ? refused(operation, 'AccessDeniedException')
        : undefined;
    };
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ outcome: 'triggered', versionConfirmed: false });
    expect(result).toHaveProperty(
      'detail',
      expect.stringMatching(/^Stopped the deployment of shop\/api with ROLLBACK.*AccessDenied/),
    );
  });

  it('a service that never settles: triggered, with how far it is', async () => {
    const { aws, clock, service, strategy } = await scene();
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    aws.fate = { looks: 1, end: 'hangs' };
    const { result } = await rollBack({ strategy, clock }, { signal: overIn(clock, 600_000) });
    expect(result).toMatchObject({ outcome: 'triggered', versionConfirmed: false });
    expect(result).toHaveProperty(
      'detail',
      expect.stringMatching(/of api:7 is not complete, 0 of 2 tasks run\.$/),
    );
  });

  it.each([
    [
      { looks: 1, end: 'fails' } as const,
      /failed: ECS deployment failed: tasks failed to start\.$/,
    ],
    [{ looks: 1, end: 'circuit breaker' } as const, /has replaced ours\.$/],
  ])('the rollback itself %j: triggered', async (fate, says) => {
    const { aws, service, strategy, clock } = await scene();
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    aws.fate = fate;
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ outcome: 'triggered', versionConfirmed: false });
    expect(result).toHaveProperty('detail', expect.stringMatching(says));
    expect(result).toHaveProperty('notBack', expect.stringMatching(/^shop\/api: deployment /));
  });

  it('targets that become healthy later are waited for', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.targetGroups = ['tg'];
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    let asked = 0;
    aws.before = (operation) => {
      if (operation !== 'describe-target-health') return;
      asked += 1;
      aws.targets.set(
        'tg',
        asked < 3
          ? [{ State: 'healthy' }, { State: 'unhealthy', Reason: 'Target.Timeout' }]
          : [{ State: 'healthy' }, { State: 'draining' }],
      );
    };
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ outcome: 'verified' });
    expect(result).toHaveProperty('detail', expect.stringMatching(/, 1 target is healthy\.$/));
    expect(asked).toBe(3);
  });

  it.each([
    ['tg', 'the first'],
    ['tg-2', 'the alternate'],
  ])(
    'blue/green: the tasks are in %s (%s target group) after every second deploy',
    async (used) => {
      const { aws, service, strategy, clock } = await scene();
      service.targetGroups = ['tg'];
      service.alternate = 'tg-2';
      aws.targets.set(used, [{ State: 'healthy' }, { State: 'draining' }]);
      service.deploy('api:8');
      await clock.runUntil(captured(strategy));
      const { result } = await rollBack({ strategy, clock });
      expect(result).toMatchObject({
        outcome: 'verified',
        detail: expect.stringMatching(/, 1 target is healthy\.$/),
      });
    },
  );

  it('without the right to read targets the deployment decides, and that is said', async () => {
    const { aws, service, strategy, clock } = await scene();
    service.targetGroups = ['tg'];
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    aws.instead = (operation) =>
      operation === 'describe-target-health' ? refused(operation, 'AccessDenied') : undefined;
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ outcome: 'verified' });
    expect(result).toHaveProperty(
      'detail',
      expect.stringContaining('whether its targets are healthy could not be read'),
    );
  });

  it('nothing was deployed: said when the watch begins, and withheld', async () => {
    const { strategy } = await scene();
    expect((await strategy.capture?.(never))?.findings).toMatchObject([
      { level: 'notice', subject: 'ecs' },
    ]);
    expect(await strategy.plan(request, never)).toMatchObject({
      kind: 'withheld',
      reason: expect.stringContaining(
        'nothing was deployed to shop/api since the snapshot (api:7)',
      ),
    });
  });

  it('the same task definition deployed again: failed, with what to change', async () => {
    const { service, strategy, clock } = await scene();
    service.deploy('api:7');
    await clock.runUntil(captured(strategy));
    expect(await strategy.plan(request, never)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('register another one for each deploy'),
    });
  });

  it('no snapshot: skipped; not there before: skipped, and said', async () => {
    const { aws, clock } = await scene();
    const strategy = made(aws, clock, 'shop/api');
    expect(await strategy.plan(request, never)).toMatchObject({ kind: 'skip' });
    const first = made(aws, clock, 'shop/new');
    const recorded: unknown = await first.snapshot?.(never);
    aws.addService('shop/new', 'new:1');
    const after = made(aws, clock, 'shop/new', recorded);
    expect(after.sawNothing?.()).toBe(true);
    expect(await after.plan(request, never)).toMatchObject({
      kind: 'skip',
      reason: 'shop/new was not there before this deploy: there is nothing to go back to',
    });
  });

  it('several services: each goes back, and those that were not deployed stay', async () => {
    const { aws, service, strategy, clock } = await scene('shop/api,shop/worker');
    service.deploy('api:8');
    await clock.runUntil(captured(strategy));
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ outcome: 'verified' });
    expect(aws.callsOf('update-service')).toHaveLength(1);
  });

  it('several services that are being deployed: none waits until another one has gone back', async () => {
    const { aws, service, strategy, clock } = await scene('shop/api,shop/worker');
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    aws.services.get('shop/worker')?.deploy('worker:4', { looks: 99, end: 'hangs' });
    await clock.runUntil(captured(strategy));
    const stops: number[] = [];
    aws.before = (operation) => {
      if (operation === 'stop-service-deployment') stops.push(clock.monotonic());
    };
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    expect(stops).toHaveLength(2);
    expect(stops[1]).toBe(stops[0]);
  });

  it.each([
    ['that are complete', { looks: 1, end: 'completes' } as const],
    ['that are being deployed', { looks: 99, end: 'hangs' } as const],
  ])(
    'several services %s: a deploy of the second, while the first is changed, is left alone',
    async (_, fate) => {
      const { aws, service, strategy, clock } = await scene('shop/api,shop/worker');
      const worker = aws.services.get('shop/worker');
      service.deploy('api:8', fate);
      worker?.deploy('worker:4', fate);
      await clock.runUntil(captured(strategy));
      let left = 1;
      aws.before = (operation) => {
        if (/^(update|stop)/.test(operation) && left-- > 0) worker?.deploy('worker:5');
      };
      const { result } = await rollBack({ strategy, clock });
      expect(result).toMatchObject({
        outcome: 'triggered',
        detail: expect.stringContaining('shop/worker was deployed again by somebody else'),
        notBack: 'shop/worker was deployed again by somebody else',
      });
      expect(worker?.primary.taskDefinition).toBe(taskDefinition('worker:5'));
    },
  );

  it('several services, and it is stopped before the second one: what was begun is left running, and nothing else is begun', async () => {
    const { aws, service, strategy, clock } = await scene('shop/api,shop/worker');
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    aws.services.get('shop/worker')?.deploy('worker:4');
    await clock.runUntil(captured(strategy));
    const plan = await clock.runUntil(strategy.plan(request, never));
    if (plan.kind !== 'plan') throw new Error(plan.reason);
    const stop = new AbortController();
    const context = contextWith(stop.signal);
    const work = strategy.execute(plan, {
      ...context,
      beforeChange: () => {
        stop.signal.throwIfAborted();
        context.beforeChange();
        stop.abort(new Cancelled('SIGTERM'));
      },
    });
    await expect(clock.runUntil(work)).rejects.toBeInstanceOf(Cancelled);
    expect(context.changes()).toBe(1);
    expect(aws.callsOf('update-service')).toEqual([]);
  });

  it('several services, and the first is deployed again while it goes back: the others are told', async () => {
    const { aws, service, strategy, clock } = await scene('shop/api,shop/worker');
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    aws.services.get('shop/worker')?.deploy('worker:4');
    await clock.runUntil(captured(strategy));
    aws.before = (operation) => {
      if (operation !== 'update-service') return;
      for (const one of service.serviceDeployments.values())
        if (one.status === 'ROLLBACK_IN_PROGRESS') one.status = 'STOPPED';
    };
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(
        /^shop\/api was deployed again by somebody else\. Deployed worker:3 to shop\/worker again\./,
      ),
    });
  });

  it('several services, and the second is refused: triggered, with what was done', async () => {
    const { aws, service, strategy, clock } = await scene('shop/api,shop/worker');
    service.deploy('api:8');
    aws.services.get('shop/worker')?.deploy('worker:4');
    await clock.runUntil(captured(strategy));
    let count = 0;
    aws.instead = (operation) =>
      operation === 'update-service' && ++count === 2
        ? refused(operation, 'AccessDenied')
        : undefined;
    const { result } = await rollBack({ strategy, clock });
    expect(result).toMatchObject({ outcome: 'triggered', versionConfirmed: false });
    expect(result).toHaveProperty('detail', expect.stringMatching(/^Deployed api:7.*AccessDenied/));
  });

  it('a snapshot in the middle of a deploy records what is complete', async () => {
    const { aws, clock, service } = await scene();
    service.deploy('api:8', { looks: 99, end: 'hangs' });
    expect(await made(aws, clock, 'shop/api').snapshot?.(never)).toMatchObject({
      services: [{ service: 'shop/api', taskDefinition: taskDefinition('api:7') }],
    });
  });

  it('by hand, with nothing judged, what runs is what goes', async () => {
    const { service, strategy, clock } = await scene();
    service.deploy('api:8');
    expect((await rollBack({ strategy, clock })).result).toMatchObject({ outcome: 'verified' });
  });

  it.each([
    ['CODE_DEPLOY', 'CodeDeploy', 'aws deploy stop-deployment'],
    ['EXTERNAL', 'an external controller', 'by the strategy `command`'],
  ])('%s: refused with the way out', async (controller, who, fix) => {
    const { aws, clock, service } = await scene();
    service.controller = controller;
    const strategy = made(aws, clock, 'shop/api');
    await expect(strategy.snapshot?.(never)).rejects.toThrow(controller);
    const [, finding] = await strategy.preflight(never, true);
    expect(finding).toMatchObject({
      level: 'error',
      message: expect.stringContaining(who),
      fix: expect.stringContaining(fix),
    });
  });

  it.each([
    [{ code: 253, stderr: 'aws: [ERROR]: Unable to locate credentials.' }, 'credentials of AWS'],
    [{ code: 253, stderr: 'You must specify a region.' }, 'AWS_REGION'],
    [refused('describe-services', 'ExpiredTokenException'), 'have not expired'],
    [refused('describe-services', 'AccessDeniedException'), 'docs/strategies/ecs.md'],
    [{ code: 255, stderr: 'Could not connect to the endpoint URL' }, 'reaches AWS'],
    [{ code: 255, stderr: 'What is this?' }, 'docs/strategies/ecs.md'],
    [{ code: 0, stdout: 'no JSON' }, 'docs/strategies/ecs.md'],
    [
      { code: null, spawnError: { code: 'ENOENT', message: 'spawn aws ENOENT' } },
      'install the AWS CLI',
    ],
  ])('%j: an error in preflight that says what to change', async (answer, fix) => {
    const { aws, strategy, clock } = await scene();
    aws.instead = () => answer;
    expect((await clock.runUntil(strategy.preflight(never))).at(-1)).toMatchObject({
      level: 'error',
      fix: expect.stringContaining(fix),
    });
  });

  it('preflight names the program, and a service that is not there', async () => {
    const { aws, clock, strategy } = await scene();
    expect(await strategy.preflight(never)).toEqual([
      { level: 'notice', subject: 'ecs', message: 'it uses aws-cli/2.31.0' },
    ]);
    const missing = made(aws, clock, 'shop/nothing');
    expect((await missing.preflight(never, true))[1]).toMatchObject({ level: 'notice' });
    expect((await missing.preflight(never))[1]).toMatchObject({ level: 'error' });
    expect((await made(aws, clock, 'shop/api').preflight(never))[1]).toMatchObject({
      level: 'error',
      message: 'no snapshot tells what ran in shop/api before the deploy',
    });
  });
});
