import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setUpScaleDown } from '../../../src/rollback/scale-down.js';
import type { RungDependencies } from '../../../src/rollback/dependencies.js';
import type { Plan, Rung } from '../../../src/rollback/types.js';
import { systemClock } from '../../../src/support/clock.js';
import { run, type Exec } from '../../../src/support/exec.js';
import { contextWith, dependenciesWith, never, request } from '../../support/rung-dependencies.js';
import { describeWith } from '../components.js';
import type { Rule } from './account.js';
import { lacking, oldKubectl } from './binaries.js';
import { ControlPlane } from './control-plane.js';
import { autoscaler, deployment, statefulSet } from './manifests.js';
import type { KubernetesObject } from './objects.js';
import { Tools } from './tools.js';

interface Autoscaler extends KubernetesObject {
  readonly status?: { readonly conditions?: readonly { type: string; reason?: string }[] };
}

describeWith('the scale-down rung on a real cluster', lacking(oldKubectl), () => {
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

  async function rungIn(
    namespace: string,
    names: string,
    given: Partial<RungDependencies> = {},
  ): Promise<Rung> {
    const rung = await setUpScaleDown(
      dependenciesWith(
        { 'canary-workload': names, 'kubernetes-namespace': namespace },
        { env: tools.env(plane.kubeconfig), clock: systemClock, ...given },
      ),
    );
    if (rung.kind !== 'rung') throw new Error(rung.reason);
    return rung;
  }

  async function planOf(rung: Rung): Promise<Plan> {
    const plan = await rung.plan(request, never);
    if (plan.kind !== 'plan') throw new Error(plan.reason);
    return plan;
  }

  it.each(['current', '1.20'] as const)(
    'takes a canary down though an autoscaler wants it up, and the autoscaler lets it be (kubectl %s)',
    async (version) => {
      const namespace = await plane.namespace();
      const canary = { kind: 'Deployment', name: 'canary' };
      await plane.apply(namespace, deployment('canary', 'v2'), autoscaler(canary, 3, 6));
      await plane.until(
        'three pods',
        async () => (await plane.pods('canary', namespace)).length === 3,
      );
      const env = (version === '1.20' ? oldTools : tools).env(plane.kubeconfig);
      const rung = await rungIn(namespace, 'deployment/canary', { env });
      expect(await rung.preflight(never)).toEqual([
        expect.objectContaining({
          level: 'notice',
          message: expect.stringMatching(/HorizontalPodAutoscaler canary does nothing while/),
        }),
      ]);
      expect(await rung.begin!(never)).toEqual({ findings: [] });
      const began = Date.now();
      expect(await rung.execute(await planOf(rung), contextWith())).toMatchObject({
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
      expect(await rung.guard!(never)).toBeUndefined();
      expect(await (await rungIn(namespace, 'deployment/canary')).begin!(never)).toMatchObject({
        alreadyRolledBack: expect.stringMatching(/^deployment\/canary was taken to 0 replicas/),
      });
    },
  );

  it('is not kept from it by an autoscaler that moves all the time', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, deployment('canary', 'bad-2'));
    const rung = await rungIn(namespace, 'deployment/canary');
    const plan = await planOf(rung);
    const stop = new AbortController();
    const moving = (async (): Promise<void> => {
      for (let replicas = 3; !stop.signal.aborted; replicas = 3 + (replicas % 3)) {
        const { spec } = await plane.get('Deployment', 'canary', namespace);
        // As an autoscaler: what has no replicas is left alone.
        if (spec.replicas === 0) return;
        await plane.scale('Deployment', 'canary', namespace, replicas);
      }
    })();
    const result = await rung.execute(plan, contextWith());
    stop.abort();
    await moving;
    // Between its read and its write the simulated autoscaler may undo us once: then that is what is said.
    expect(result).toMatchObject({ outcome: expect.stringMatching(/^(verified|triggered)$/) });
    if ('outcome' in result && result.outcome === 'triggered')
      expect(result.detail).toMatch(/scaled it up again/);
  });

  it('keeps off what somebody else has deployed', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, deployment('canary', 'v2'));
    await plane.rolledOut('Deployment', 'canary', namespace);
    const rung = await rungIn(namespace, 'deployment/canary');
    await rung.begin!(never);
    const plan = await planOf(rung);
    await plane.apply(namespace, deployment('canary', 'v3'));
    await plane.rolledOut('Deployment', 'canary', namespace);
    const withheld = {
      kind: 'withheld',
      reason: 'deployment/canary: revision 2 replaced ours (revision 1)',
    };
    expect(await rung.guard!(never)).toEqual(withheld);
    expect(await rung.execute(plan, contextWith())).toEqual(withheld);
    expect((await plane.get('Deployment', 'canary', namespace)).spec.replicas).toBe(2);
  });

  it('takes a stateful set down, and needs no more rights than it says', async () => {
    const namespace = await plane.namespace();
    await plane.apply(namespace, statefulSet('queue', 'v2'));
    await plane.rolledOut('StatefulSet', 'queue', namespace);
    const read: Rule[] = [
      { apiGroups: ['apps'], resources: ['statefulsets'], verbs: ['get'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ];
    const account = await plane.account(namespace, read);
    const env = tools.env(account.kubeconfig);
    const rung = await rungIn(namespace, 'statefulset/queue', { env });
    expect(await rung.preflight(never)).toEqual([
      expect.objectContaining({
        message: `this user may not patch statefulsets.apps "queue" in the namespace ${namespace}`,
      }),
    ]);
    expect(await rung.execute(await planOf(rung), contextWith())).toMatchObject({
      outcome: 'failed',
    });
    await account.allow([
      { apiGroups: ['apps'], resources: ['statefulsets'], verbs: ['get', 'patch'] },
      { apiGroups: [''], resources: ['pods'], verbs: ['list'] },
    ]);
    expect(await rung.preflight(never)).toEqual([]);
    expect(await rung.execute(await planOf(rung), contextWith())).toMatchObject({
      outcome: 'verified',
    });
    expect(await plane.pods('queue', namespace)).toEqual([]);
  });

  it.each(['before', 'after'] as const)(
    'goes on when the API server goes away %s the change, and comes back',
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
      const rung = await rungIn(namespace, 'deployment/canary', { exec });
      const result = await rung.execute(await planOf(rung), contextWith());
      await restarted;
      expect(result).toMatchObject({ outcome: 'verified' });
      expect(await plane.pods('canary', namespace)).toEqual([]);
    },
  );
});
