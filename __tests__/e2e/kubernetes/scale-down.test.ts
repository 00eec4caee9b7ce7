import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setUpScaleDown } from '../../../src/strategies/scale-down.js';
import type { StrategyDependencies } from '../../../src/strategies/dependencies.js';
import type { Plan, Strategy } from '../../../src/contract/strategy.js';
import { systemClock } from '../../../src/support/clock.js';
import { run, type Exec } from '../../../src/support/exec.js';
import {
  contextWith,
  dependenciesWith,
  never,
  request,
} from '../../support/strategy-dependencies.js';
import { describeWith } from '../components.js';
import type { Rule } from './account.js';
import { lacking, oldKubectl } from './binaries.js';
import { ControlPlane } from './control-plane.js';
import { autoscaler, deployment, statefulSet } from './manifests.js';
import type { KubernetesObject } from './objects.js';
import { Tools } from './tools.js';
import type { StrategySettings } from '../../../src/strategies/registry.js';

interface Autoscaler extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly { type: string; reason?: string }[] };
}

describeWith('the scale-down strategy on a real cluster', lacking(oldKubectl), () => {
  let plane: ControlPlane;
  let tools: Tools;
  let oldTools: Tools;

  beforeAll(async () => {
    tools = new Tools({ kubectl: 'kubectl' });
    oldTools = new Tools({ kubectl: oldKubectl });
    plane = await ControlPlane.start();
  });

  afterAll(async () => {
    tools.remove();
    oldTools.remove();
    // It has not been made when its start failed.
    await (plane as ControlPlane | undefined)?.stop();
  });

  async function strategyIn(
    namespace: string,
    names: string,
    given: Partial<StrategyDependencies<StrategySettings>> = {},
  ): Promise<Strategy> {
    const strategy = await setUpScaleDown(
      dependenciesWith(
        { 'canary-workload': names, 'kubernetes-namespace': namespace },
        { env: tools.env(plane.kubeconfig), clock: systemClock, ...given },
      ),
    );
    if (strategy.kind !== 'strategy') throw new Error(strategy.reason);
    return strategy;
  }

  async function planOf(strategy: Strategy): Promise<Plan> {
    const plan = await strategy.plan(request, never);
    if (plan.kind !== 'plan') throw new Error(plan.reason);
    return plan;
  }

  it.each(['current', '1.20'] as const)(
    'scales a canary to zero, and its autoscaler leaves it there (kubectl %s)',
    async (version) => {
      const namespace = await plane.namespace();
      const canary = { kind: 'Deployment', name: 'canary' };
      await plane.apply(namespace, deployment('canary', 'v2'), autoscaler(canary, 3, 6));
      await plane.until(
        'three pods',
        async () => (await plane.pods('canary', namespace)).length === 3,
      );
      const env = (version === '1.20' ? oldTools : tools).env(plane.kubeconfig);
      const strategy = await strategyIn(namespace, 'deployment/canary', { env });
      expect(await strategy.preflight(never)).toEqual([
        expect.objectContaining({
          level: 'notice',
          message: expect.stringMatching(/HorizontalPodAutoscaler canary does nothing while/),
        }),
      ]);
      expect(await strategy.capture!(never)).toEqual({ findings: [] });
      const began = Date.now();
      expect(await strategy.execute(await planOf(strategy), contextWith())).toMatchObject({
        outcome: 'verified',
        detail: expect.stringMatching(/^deployment\/canary has no pods any more; the Horizontal/),
      });
      process.stdout.write(
        `scale-down with kubectl ${version}: ${String(Date.now() - began)} ms\n`,
      );
      expect(await plane.pods('canary', namespace)).toEqual([]);

      await plane.until('the autoscaler to pause', async () => {
        const { status } = await plane.get<Autoscaler>(
          ...(['HorizontalPodAutoscaler', 'canary', namespace] as const),
        );
        return status?.conditions?.some((it) => it.reason === 'ScalingDisabled') === true;
      });
      expect((await plane.get('Deployment', 'canary', namespace)).spec.replicas).toBe(0);
      expect(await strategy.assertUnchanged!(never)).toBeUndefined();
      expect(
        await (
          await strategyIn(namespace, 'deployment/canary')
        ).capture!(never),
      ).toMatchObject({
        alreadyRolledBack: expect.stringMatching(/^deployment\/canary was taken to 0 replicas/),
      });
    },
  );

  it('an autoscaler that scales all the time: verified', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, deployment('canary', 'bad-2'));
    const strategy = await strategyIn(namespace, 'deployment/canary');
    const plan = await planOf(strategy);
    const stop = new AbortController();
    const moving = (async (): Promise<void> => {
      for (let replicas = 3; !stop.signal.aborted; replicas = 3 + (replicas % 3)) {
        const { spec } = await plane.get('Deployment', 'canary', namespace);
        // As an autoscaler: what has no replicas is left alone.
        if (spec.replicas === 0) return;
        await plane.scale('Deployment', 'canary', namespace, replicas);
      }
    })();
    const result = await strategy.execute(plan, contextWith());
    stop.abort();
    await moving;
    // Between its read and its write the simulated autoscaler may undo us once: then that is what is said.
    expect(result).toMatchObject({ outcome: expect.stringMatching(/^(verified|triggered)$/) });
    if ('outcome' in result && result.outcome === 'triggered')
      expect(result.detail).toMatch(/scaled it up again/);
  });

  it('a deploy by somebody else: withheld', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, deployment('canary', 'v2'));
    await plane.rolledOut('Deployment', 'canary', namespace);
    const strategy = await strategyIn(namespace, 'deployment/canary');
    await strategy.capture!(never);
    const plan = await planOf(strategy);
    await plane.apply(namespace, deployment('canary', 'v3'));
    await plane.rolledOut('Deployment', 'canary', namespace);
    const withheld = {
      kind: 'withheld',
      reason: 'deployment/canary: revision 2 replaced ours (revision 1)',
    };
    expect(await strategy.assertUnchanged!(never)).toEqual(withheld);
    expect(await strategy.execute(plan, contextWith())).toEqual(withheld);
    expect((await plane.get('Deployment', 'canary', namespace)).spec.replicas).toBe(2);
  });

  it('scales a stateful set to zero, with only the rights that it names', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, statefulSet('queue', 'v2'));
    await plane.rolledOut('StatefulSet', 'queue', namespace);
    const read: Rule[] = [
      { apiGroups: ['apps'], resources: ['statefulsets'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ];
    const account = await plane.account(namespace, read);
    const env = tools.env(account.kubeconfig);
    const strategy = await strategyIn(namespace, 'statefulset/queue', { env });
    expect(await strategy.preflight(never)).toEqual([
      expect.objectContaining({
        message: `this user may not patch statefulsets.apps "queue" in the namespace ${namespace}`,
      }),
    ]);
    expect(await strategy.execute(await planOf(strategy), contextWith())).toMatchObject({
      outcome: 'failed',
    });
    await account.allow([
      { apiGroups: ['apps'], resources: ['statefulsets'], verbs: ['get', 'patch'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ]);
    expect(await strategy.preflight(never)).toEqual([]);
    expect(await strategy.execute(await planOf(strategy), contextWith())).toMatchObject({
      outcome: 'verified',
    });
    expect(await plane.pods('queue', namespace)).toEqual([]);
  });

  it.each(['before', 'after'] as const)(
    'a restart of the API server %s the change: verified',
    async (when) => {
      const namespace = await plane.namespace();
      await plane.apply(namespace, deployment('canary', 'v2'));
      await plane.rolledOut('Deployment', 'canary', namespace);
      let restarted: Promise<void> | undefined;
      const restart = async (): Promise<void> => {
        await plane.stopApiServer();
        restarted = plane.startApiServer();
      };
      const exec: Exec = async (program, args, options) => {
        const isChange = args[0] === 'patch' && restarted === undefined;
        if (isChange && when === 'before') await restart();
        const result = await run(program, args, options);
        if (isChange && when === 'after') await restart();
        return result;
      };
      const strategy = await strategyIn(namespace, 'deployment/canary', { exec });
      const result = await strategy.execute(await planOf(strategy), contextWith());
      await restarted;
      expect(result).toMatchObject({ outcome: 'verified' });
      expect(await plane.pods('canary', namespace)).toEqual([]);
    },
  );
});
