import { beforeEach, describe, expect, it } from '@jest/globals';
import { setUpScaleDown } from '../../../src/strategies/scale-down.js';
import type { StrategyDependencies } from '../../../src/strategies/dependencies.js';
import type { Plan, Strategy, StrategyResult } from '../../../src/contract/strategy.js';
import { Cancelled, DeadlineReached } from '../../../src/support/abort.js';
import {
  StandInKubectl,
  refusal,
  unreachable,
  type StoredObject,
} from '../../support/stand-in-kubectl.js';
import {
  contextWith,
  dependenciesWith,
  never,
  request,
} from '../../support/strategy-dependencies.js';
import { VirtualClock } from '../../support/virtual-clock.js';
import type { StrategySettings } from '../../../src/strategies/registry.js';

function workload(name: string, kind = 'Deployment', replicas = 3): StoredObject {
  return {
    kind,
    metadata: {
      name,
      uid: `uid-${name}`,
      generation: 4,
      annotations: { 'deployment.kubernetes.io/revision': '13' },
    },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: { spec: { containers: [{ name: 'main', image: 'api:v2' }] } },
    },
    status: { observedGeneration: 4, replicas },
  };
}

function pod(of: string, id: string): StoredObject {
  return {
    kind: 'Pod',
    metadata: {
      name: `${of}-5d4f-${id}`,
      labels: { app: of, 'pod-template-hash': '5d4f' },
      ownerReferences: [{ kind: 'ReplicaSet', name: `${of}-5d4f`, uid: 'r', controller: true }],
    },
  };
}

function autoscaler(name: string, of: string, more: Partial<StoredObject> = {}): StoredObject {
  return {
    kind: 'HorizontalPodAutoscaler',
    metadata: { name },
    spec: { scaleTargetRef: { kind: 'Deployment', name: of }, minReplicas: 2 },
    ...more,
  };
}

describe('the scale-down strategy with workloads', () => {
  let clock: VirtualClock;
  let cluster: StandInKubectl;

  beforeEach(() => {
    clock = new VirtualClock();
    cluster = new StandInKubectl().add(workload('canary'));
  });

  async function strategyFor(
    names: string,
    given: Partial<StrategyDependencies<StrategySettings>> = {},
  ): Promise<Strategy> {
    const dependencies = dependenciesWith(
      { 'canary-workload': names, 'kubernetes-namespace': 'shop' },
      { exec: cluster.exec, clock, ...given },
    );
    const strategy = await setUpScaleDown(dependencies);
    if (strategy.kind !== 'strategy') throw new Error(strategy.reason);
    return strategy;
  }

  async function planOf(strategy: Strategy): Promise<Plan> {
    const plan = await strategy.plan(request, never);
    if (plan.kind !== 'plan') throw new Error(plan.reason);
    return plan;
  }

  async function down(strategy: Strategy, signal = never): Promise<unknown> {
    const plan = await planOf(strategy);
    return clock.runUntil(strategy.execute(plan, contextWith(signal)));
  }

  const replicas = (name: string, kind = 'Deployment'): unknown =>
    cluster.find(kind, name).spec?.replicas;

  it('scales a canary to zero replicas, and waits until its pods are gone', async () => {
    // The pod of the stable version has the same label.
    cluster.add(pod('canary', 'a'), {
      ...pod('canary', 'b'),
      metadata: {
        ...pod('canary', 'b').metadata,
        name: 'stable-77aa-b',
        labels: { app: 'canary', 'pod-template-hash': '77aa' },
      },
    });
    const strategy = await strategyFor('deployment/canary');
    const plan = await planOf(strategy);
    expect(plan).toMatchObject({
      steps: ['scale deployment/canary from 3 to 0 replicas, if its version is still revision 13'],
      from: { 'deployment/canary': { replicas: 3, images: ['api:v2'] } },
      to: { 'deployment/canary': { replicas: 0 } },
      touches: ['deployment/canary'],
    });
    const context = contextWith();
    const result = strategy.execute(plan, context);
    await clock.advance(5000);
    expect(replicas('canary')).toBe(0);
    cluster.remove('Pod', 'canary-5d4f-a');
    expect(await clock.runUntil(result)).toEqual({
      outcome: 'verified',
      detail: 'deployment/canary has no pods any more.',
      versionConfirmed: null,
    });
    expect(context.changes()).toBe(1);
    expect(context.lines).toEqual(['deployment/canary: scaled to 0 replicas']);
    const [patch] = cluster.callsOf('patch');
    expect(patch?.slice(0, 3)).toEqual(['patch', 'deployments.apps/canary', '--type=json']);
    expect(JSON.parse(patch![4]!)).toMatchObject([
      { op: 'test', path: '/metadata/resourceVersion', value: '101' },
      { path: '/spec/replicas', value: 0 },
      { path: '/metadata/annotations/rollgate.dev~1scaled-down' },
    ]);
  });

  it('the report says what an autoscaler will do', async () => {
    cluster.add(autoscaler('hpa', 'canary'));
    expect(await down(await strategyFor('deployment/canary'))).toMatchObject({
      outcome: 'verified',
      detail:
        'deployment/canary has no pods any more; the HorizontalPodAutoscaler hpa does nothing while deployment/canary has no replicas, and goes on when somebody gives it some.',
    });
  });

  it('the report and preflight name who may scale it up again', async () => {
    const canary = workload('of-flux');
    const labels = { 'kustomize.toolkit.fluxcd.io/name': 'apps' };
    cluster.add({ ...canary, metadata: { ...canary.metadata, labels } });
    const words =
      'deployment/of-flux belongs to the Flux Kustomization apps, which may scale it up again';
    const strategy = await strategyFor('deployment/of-flux');
    expect(await strategy.preflight(never)).toEqual([
      { level: 'notice', subject: 'scale-down', message: words },
    ]);
    expect(await down(strategy)).toMatchObject({
      outcome: 'verified',
      detail: `deployment/of-flux has no pods any more; ${words}.`,
    });
  });

  it.each<{ name: string; hpa: StoredObject; level: string; says: RegExp }>([
    {
      name: 'one that pauses at zero',
      hpa: autoscaler('hpa', 'canary'),
      level: 'notice',
      says: /hpa does nothing while/,
    },
    {
      name: 'one that scales up from zero',
      hpa: autoscaler('hpa', 'canary', {
        spec: { scaleTargetRef: { kind: 'Deployment', name: 'canary' }, minReplicas: 0 },
      }),
      level: 'warning',
      says: /has minReplicas 0: it may scale it up again/,
    },
    {
      name: 'one of KEDA',
      hpa: autoscaler('keda-hpa-so', 'canary', {
        metadata: {
          name: 'keda-hpa-so',
          ownerReferences: [{ kind: 'ScaledObject', name: 'so', controller: true }],
        },
      }),
      level: 'warning',
      says: /^KEDA \(ScaledObject so\) scales deployment\/canary/,
    },
  ])('preflight reports autoscalers: $name', async ({ hpa, level, says }) => {
    cluster.add(hpa, autoscaler('other', 'stable'));
    expect(await (await strategyFor('deployment/canary')).preflight(never)).toEqual([
      expect.objectContaining({ level, message: expect.stringMatching(says) }),
    ]);
  });

  it('nine conflicts without another version: retried, and verified', async () => {
    let times = 0;
    cluster.instead = (args) => {
      if (args[0] === 'patch' && ++times < 10) cluster.touch(cluster.find('Deployment', 'canary'));
      return undefined;
    };
    expect(await down(await strategyFor('deployment/canary'))).toMatchObject({
      outcome: 'verified',
    });
    expect(times).toBe(10);
  });

  it('a conflict in every attempt: failed after ten, nothing was changed', async () => {
    cluster.instead = (args) => {
      if (args[0] === 'patch') cluster.touch(cluster.find('Deployment', 'canary'));
      return undefined;
    };
    expect(await down(await strategyFor('deployment/canary'))).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/could not be changed in 10 attempts/),
    });
    expect(replicas('canary')).toBe(3);
  });

  it.each([
    ['no answer, and it was applied', true],
    ['no answer, and it was not applied', false],
  ])('%s: verified', async (_, happens) => {
    let times = 0;
    cluster.instead = (args) => {
      if (args[0] !== 'patch' || ++times > 1) return undefined;
      if (happens) cluster.find('Deployment', 'canary').spec!.replicas = 0;
      return unreachable;
    };
    expect(await down(await strategyFor('deployment/canary'))).toMatchObject({
      outcome: 'verified',
    });
    expect(times).toBe(happens ? 1 : 2);
  });

  it('a cluster that stops answering: triggered at the deadline', async () => {
    let isAway = false;
    cluster.instead = (args) => {
      isAway ||= args[0] === 'patch';
      return isAway ? unreachable : undefined;
    };
    const stop = new AbortController();
    const strategy = await strategyFor('deployment/canary');
    const plan = await planOf(strategy);
    const result = strategy.execute(plan, contextWith(stop.signal));
    await clock.advance(60_000);
    stop.abort(new DeadlineReached('scale-down', 60_000));
    expect(await clock.runUntil(result)).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/may have been scaled to 0 replicas: .*refused/),
    });
    expect(clock.sleeping).toBe(0);
  });

  it('no right to patch: failed, and an error in preflight', async () => {
    cluster.denied.add('patch deployments');
    const strategy = await strategyFor('deployment/canary');
    expect(await strategy.preflight(never)).toEqual([
      expect.objectContaining({
        level: 'error',
        message: 'this user may not patch deployments.apps "canary" in the namespace shop',
      }),
    ]);
    expect(await down(strategy)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/cannot patch/),
    });
  });

  it('no right to list pods: the status of the controller counts', async () => {
    cluster.denied.add('list pods');
    const canary = cluster.find('Deployment', 'canary');
    const strategy = await strategyFor('deployment/canary');
    const plan = await planOf(strategy);
    const result = strategy.execute(plan, contextWith());
    await clock.advance(5000);
    canary.status = { observedGeneration: canary.metadata.generation, replicas: 0 };
    expect(await clock.runUntil(result)).toMatchObject({ outcome: 'verified' });
  });

  it('pods that stay: triggered, with their number', async () => {
    cluster.add(pod('canary', 'a'), pod('canary', 'b'));
    const stop = new AbortController();
    const strategy = await strategyFor('deployment/canary');
    const plan = await planOf(strategy);
    const result = strategy.execute(plan, contextWith(stop.signal));
    await clock.advance(60_000);
    stop.abort(new DeadlineReached('scale-down', 60_000));
    expect(await clock.runUntil(result)).toMatchObject({
      outcome: 'triggered',
      detail:
        'deployment/canary was taken to 0 replicas, and 2 pods of it are still there (scale-down took longer than 60 s).',
    });
    expect(clock.sleeping).toBe(0);
  });

  it('scaled up again by somebody: triggered', async () => {
    cluster.add(pod('canary', 'a'));
    const strategy = await strategyFor('deployment/canary');
    const plan = await planOf(strategy);
    const result = strategy.execute(plan, contextWith());
    await clock.advance(3000);
    cluster.find('Deployment', 'canary').spec!.replicas = 5;
    expect(await clock.runUntil(result)).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/somebody scaled it up again to 5/),
    });
  });

  it('cancelled before: failed, and nothing is changed', async () => {
    const stop = new AbortController();
    const strategy = await strategyFor('deployment/canary');
    const plan = await planOf(strategy);
    stop.abort(new Cancelled('SIGTERM'));
    expect(await strategy.execute(plan, contextWith(stop.signal))).toMatchObject({
      outcome: 'failed',
    });
    expect(replicas('canary')).toBe(3);
  });

  describe('a change by somebody else', () => {
    const deploy = (): void => {
      const canary = cluster.find('Deployment', 'canary');
      canary.spec!.template = { spec: { containers: [{ name: 'main', image: 'api:v3' }] } };
      canary.metadata.annotations = { 'deployment.kubernetes.io/revision': '14' };
      cluster.touch(canary);
    };
    const withheld = {
      kind: 'withheld',
      reason: 'deployment/canary: revision 14 replaced ours (revision 13)',
    };

    it('a deploy since the watch began: withheld', async () => {
      const strategy = await strategyFor('deployment/canary');
      expect(await strategy.assertUnchanged!(never)).toBeUndefined();
      expect(await strategy.capture!(never)).toEqual({ findings: [] });
      expect(await strategy.assertUnchanged!(never)).toBeUndefined();
      deploy();
      expect(await strategy.assertUnchanged!(never)).toEqual(withheld);
      expect(await strategy.plan(request, never)).toEqual(withheld);
    });

    it('a deploy between plan and execute: withheld, and nothing is changed', async () => {
      const strategy = await strategyFor('deployment/canary');
      const plan = await planOf(strategy);
      deploy();
      expect(await clock.runUntil(strategy.execute(plan, contextWith()))).toEqual(withheld);
      expect(replicas('canary')).toBe(3);
    });

    it('a restart or a scale: no objection', async () => {
      const strategy = await strategyFor('deployment/canary');
      await strategy.capture!(never);
      const canary = cluster.find('Deployment', 'canary');
      canary.spec!.replicas = 7;
      canary.spec!.template = {
        metadata: { annotations: { 'kubectl.kubernetes.io/restartedAt': 'now' } },
        ...(canary.spec!.template as object),
      };
      expect(await strategy.assertUnchanged!(never)).toBeUndefined();
    });
  });

  it('a second attempt: the canary is down already, skipped', async () => {
    const strategy = await strategyFor('deployment/canary');
    expect(await down(strategy)).toMatchObject({ outcome: 'verified' });
    expect(await strategy.plan(request, never)).toEqual({
      kind: 'skip',
      reason: 'canary-workload: deployment/canary has no replicas already',
    });
    expect(await (await strategyFor('deployment/canary')).capture!(never)).toMatchObject({
      alreadyRolledBack: 'deployment/canary was taken to 0 replicas at 00:00 UTC by this run.',
    });
    const run = { system: 'github', runId: '43', url: null };
    expect(await (await strategyFor('deployment/canary', { run })).capture!(never)).toEqual({
      findings: [
        {
          ...{ level: 'warning', subject: 'scale-down' },
          message: 'deployment/canary has no replicas: there is nothing to take down',
        },
      ],
    });
  });

  it('one canary that cannot be scaled down: the others are, and the report says so', async () => {
    cluster.add(workload('queue', 'StatefulSet', 1));
    cluster.instead = (args) =>
      args[0] === 'patch' && args[1]?.endsWith('/canary') ? refusal('Forbidden', 'no') : undefined;
    const strategy = await strategyFor('deployment/canary, statefulset/queue, daemonset/agent');
    const result = (await down(strategy)) as StrategyResult;
    expect(result.outcome).toBe('triggered');
    expect(result.detail).toMatch(
      /^statefulset\/queue has no pods any more; deployment\/canary was not scaled: .*; daemonset\/agent cannot be scaled/,
    );
    expect(replicas('queue', 'StatefulSet')).toBe(0);
  });

  it.each<{ names: string; reason: RegExp }>([
    { names: 'daemonset/agent', reason: /cannot be scaled.*delete it, or give it a nodeSelector/ },
    {
      names: 'rollout/api',
      reason: /rollout\/api runs the stable version and its canary.*kubernetes-workload/,
    },
    { names: 'deployment/no', reason: /deployment\/no is not there/ },
  ])('$names: skipped, and an error in preflight', async ({ names, reason }) => {
    const strategy = await strategyFor(names);
    expect(await strategy.plan(request, never)).toEqual({
      kind: 'skip',
      reason: expect.stringMatching(reason),
    });
    expect(await strategy.preflight(never)).toEqual([
      expect.objectContaining({ level: 'error', message: expect.stringMatching(reason) }),
    ]);
  });

  it('a canary that is not there before the deploy: a notice', async () => {
    const strategy = await strategyFor('deployment/no');
    expect(await strategy.preflight(never, true)).toEqual([
      {
        ...{ level: 'notice', subject: 'scale-down', message: 'deployment/no is not there yet' },
        fix: 'if the deploy does not make it, correct `canary-workload` or `kubernetes-namespace`',
      },
    ]);
  });

  it('no kubectl: skipped, and an error in preflight', async () => {
    cluster.instead = () => ({
      code: null,
      spawnError: { code: 'ENOENT', message: 'kubectl: ENOENT' },
    });
    const strategy = await strategyFor('deployment/canary');
    expect(await strategy.plan(request, never)).toEqual({
      kind: 'skip',
      reason: 'canary-workload: kubectl is not on the PATH',
    });
    expect(await strategy.preflight(never)).toEqual([
      {
        ...{ level: 'error', subject: 'scale-down' },
        message: 'kubectl is not on the PATH',
        fix: 'install kubectl on the runner',
      },
    ]);
  });
});
