import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setUpHelm } from '../../../src/strategies/helm/strategy.js';
import type { Plan, Strategy } from '../../../src/contract/strategy.js';
import { DeadlineReached } from '../../../src/support/abort.js';
import { systemClock } from '../../../src/support/clock.js';
import {
  contextWith,
  dependenciesWith,
  never,
  request,
} from '../../support/strategy-dependencies.js';
import { describeWith } from '../components.js';
import type { Rule } from './account.js';
import { lacking } from './binaries.js';
import { Chart } from './chart.js';
import { ControlPlane } from './control-plane.js';
import { image } from './manifests.js';
import { Tools } from './tools.js';

interface Listed {
  readonly revision: number;
  readonly status: string;
  readonly description: string;
}

describeWith('the helm strategy on a real cluster', lacking('helm', 'helm-3'), () => {
  let plane: ControlPlane;
  let chart: Chart;

  beforeAll(async () => {
    chart = new Chart();
    plane = await ControlPlane.start();
  });

  afterAll(async () => {
    chart.remove();
    // It has not been made when its start failed.
    await (plane as ControlPlane | undefined)?.stop();
  });

  describe.each(['helm', 'helm-3'] as const)('%s', (binary) => {
    let tools: Tools;

    beforeAll(() => {
      tools = new Tools({ helm: binary, kubectl: 'kubectl' });
    });
    afterAll(() => {
      tools.remove();
    });

    function strategyIn(
      namespace: string,
      {
        recorded,
        kubeconfig = plane.kubeconfig,
        ...flags
      }: { recorded?: unknown; kubeconfig?: string; [flag: `${string}-${string}`]: string } = {},
    ): Strategy {
      const strategy = setUpHelm(
        dependenciesWith(
          { 'helm-release': 'api', 'helm-namespace': namespace, ...flags },
          { env: tools.env(kubeconfig), clock: systemClock, recorded },
        ),
      );
      if (strategy.kind !== 'strategy') throw new Error(strategy.reason);
      return strategy;
    }

    const upgradeArgs = (namespace: string, tag: string): readonly string[] => [
      ...['upgrade', '--install', 'api', chart.folder, '--namespace', namespace],
      ...['--set', `tag=${tag}`],
    ];
    const upgrade = (namespace: string, tag: string, ...more: string[]): Promise<string> =>
      tools.must('helm', [...upgradeArgs(namespace, tag), ...more], plane.kubeconfig);

    const history = async (namespace: string): Promise<readonly Listed[]> =>
      JSON.parse(
        await tools.must(
          'helm',
          ['history', 'api', '--namespace', namespace, '-o', 'json'],
          plane.kubeconfig,
        ),
      ) as Listed[];

    const liveImage = async (namespace: string): Promise<string | undefined> =>
      (await plane.rolledOut('Deployment', 'api', namespace)).spec.template.spec.containers[0]
        ?.image;

    async function planOf(strategy: Strategy): Promise<Plan> {
      const plan = await strategy.plan(request, never);
      if (plan.kind !== 'plan') throw new Error(plan.reason);
      return plan;
    }

    it('rolls back to the recorded revision over a failed upgrade', async () => {
      const namespace = await plane.namespace();
      await upgrade(namespace, 'v1', '--wait');
      const recorded: unknown = JSON.parse(
        JSON.stringify(await strategyIn(namespace).snapshot!(never)),
      );
      expect(recorded).toMatchObject({ revision: 1, images: [image('v1')] });

      const failed = await tools.try(
        'helm',
        [...upgradeArgs(namespace, 'unready'), '--wait', '--timeout', '5s'],
        plane.kubeconfig,
      );
      expect(failed.code).toBe(1);
      await upgrade(namespace, 'broken-3');
      expect((await history(namespace)).map(({ status }) => status)).toEqual([
        ...['superseded', 'failed', 'deployed'],
      ]);

      const strategy = strategyIn(namespace, { recorded });
      expect(await strategy.preflight(never)).toEqual([]);
      expect(await strategy.capture!(never)).toEqual({});
      const plan = await planOf(strategy);
      expect(plan).toMatchObject({ to: { revision: 1 }, touches: ['deployment/api'] });
      expect(await strategy.execute(plan, contextWith())).toEqual({
        outcome: 'verified',
        detail:
          'api is back at revision 1 (api-1.0.0, app 1), as revision 4; helm waited for its resources.',
        versionConfirmed: true,
      });
      expect(await liveImage(namespace)).toBe(image('v1'));
      expect(await history(namespace)).toMatchObject([
        ...[{ status: 'superseded' }, { status: 'failed' }, { status: 'superseded' }],
        { revision: 4, status: 'deployed', description: 'Rollback to 1' },
      ]);
      expect(await strategy.assertUnchanged!(never)).toBeUndefined();

      // The gate comes again.
      const again = strategyIn(namespace, { recorded });
      expect(await again.capture!(never)).toEqual({
        alreadyRolledBack: expect.stringMatching(/revision 4 of api took revision 3 back/),
      });
      expect(await again.plan(request, never)).toMatchObject({ kind: 'withheld' });
    });

    it('rolls back an upgrade that helm has given up', async () => {
      const namespace = await plane.namespace();
      await upgrade(namespace, 'v1', '--wait');
      const recorded = await strategyIn(namespace).snapshot!(never);
      const failed = await tools.try(
        'helm',
        [...upgradeArgs(namespace, 'unready'), '--wait', '--timeout', '5s'],
        plane.kubeconfig,
      );
      expect(failed.code).toBe(1);
      const strategy = strategyIn(namespace, { recorded });
      expect(await strategy.execute(await planOf(strategy), contextWith())).toMatchObject({
        outcome: 'verified',
      });
      expect(await liveImage(namespace)).toBe(image('v1'));
    });

    it('withholds after a newer deploy, but not after one of the same version', async () => {
      const namespace = await plane.namespace();
      await upgrade(namespace, 'v1');
      await upgrade(namespace, 'v2');
      const strategy = strategyIn(namespace);
      await strategy.capture!(never);
      await upgrade(namespace, 'v2');
      expect(await strategy.assertUnchanged!(never)).toBeUndefined();
      const plan = await planOf(strategy);
      await upgrade(namespace, 'v3');
      expect(await strategy.assertUnchanged!(never)).toMatchObject({ kind: 'withheld' });
      expect(await strategy.execute(plan, contextWith())).toEqual({
        kind: 'withheld',
        reason: expect.stringMatching(/^revision 4 of api replaced ours \(3\) at \d\d:\d\d UTC$/),
      });
      expect(await liveImage(namespace)).toBe(image('v3'));
    });

    it('the old revision does not become ready: the report says why', async () => {
      const namespace = await plane.namespace();
      await upgrade(namespace, 'unready');
      await upgrade(namespace, 'v2', '--wait');
      const strategy = strategyIn(namespace);
      // helm gets 5 s of them: its own time limit ends it, in order.
      const context = { ...contextWith(), timeLeft: () => 20_000 };
      expect(await strategy.execute(await planOf(strategy), context)).toMatchObject({
        outcome: 'triggered',
        detail: expect.stringMatching(/It made revision 3, which is failed\.$/),
      });
    });

    it('out of time: the report says what is left', async () => {
      const namespace = await plane.namespace();
      await upgrade(namespace, 'unready');
      await upgrade(namespace, 'v2', '--wait');
      const strategy = strategyIn(namespace);
      const plan = await planOf(strategy);
      const stop = new AbortController();
      const result = strategy.execute(plan, contextWith(stop.signal));
      await plane.until(
        'the rollback to begin',
        async () => (await history(namespace)).length === 3,
      );
      stop.abort(new DeadlineReached('helm', 1000));
      expect(await result).toMatchObject({
        outcome: 'triggered',
        detail: expect.stringMatching(
          /revision 3, which is pending-rollback: .*helm rollback api 1/,
        ),
      });
      // What it says is what helps.
      await expect(strategyIn(namespace).plan(request, never)).rejects.toThrow(
        /pending-rollback.*Nothing was changed/,
      );
      await tools.must('helm', ['rollback', 'api', '2', '-n', namespace], plane.kubeconfig);
      expect(await liveImage(namespace)).toBe(image('v2'));
    });

    it('a missing right: an error in preflight, and failed', async () => {
      const namespace = await plane.namespace();
      await upgrade(namespace, 'v1');
      await upgrade(namespace, 'v2');
      const read: Rule[] = [
        { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'update'] },
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'patch'] },
      ];
      const kubeconfig = await plane.kubeconfigFor(namespace, read);
      const strategy = strategyIn(namespace, { kubeconfig });
      expect(await strategy.preflight(never)).toEqual([
        expect.objectContaining({
          message: `helm lacks rights that a rollback needs in the namespace ${namespace}: create secrets`,
        }),
      ]);
      expect(await strategy.execute(await planOf(strategy), contextWith())).toMatchObject({
        outcome: 'failed',
        detail: expect.stringMatching(/forbidden.*No revision was made: nothing was changed\.$/),
      });

      const blind = strategyIn(namespace, { kubeconfig: await plane.kubeconfigFor(namespace, []) });
      expect(await blind.preflight(never)).toEqual([
        expect.objectContaining({ level: 'error', message: expect.stringMatching(/forbidden/) }),
      ]);
    });

    it('a release that does not exist: an error in preflight', async () => {
      const namespace = await plane.namespace();
      const strategy = strategyIn(namespace);
      expect(await strategy.snapshot!(never)).toMatchObject({ revision: null });
      expect(await strategy.preflight(never)).toEqual([
        expect.objectContaining({
          message: `there is no release api in the namespace ${namespace}`,
        }),
      ]);
    });
  });
});
