import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { setUpHelm } from '../../../src/rollback/helm.js';
import type { Plan, Rung } from '../../../src/rollback/types.js';
import { DeadlineReached } from '../../../src/support/abort.js';
import { systemClock } from '../../../src/support/clock.js';
import { contextWith, dependenciesWith, never, request } from '../../support/rung-dependencies.js';
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

describeWith('the helm rung on a real cluster', lacking('helm', 'helm-3'), () => {
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

    function rungIn(
      namespace: string,
      {
        recorded,
        kubeconfig = plane.kubeconfig,
        ...flags
      }: { recorded?: unknown; kubeconfig?: string; [flag: `${string}-${string}`]: string } = {},
    ): Rung {
      const rung = setUpHelm(
        dependenciesWith(
          { 'helm-release': 'api', 'helm-namespace': namespace, ...flags },
          { env: tools.env(kubeconfig), clock: systemClock, recorded },
        ),
      );
      if (rung.kind !== 'rung') throw new Error(rung.reason);
      return rung;
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

    async function planOf(rung: Rung): Promise<Plan> {
      const plan = await rung.plan(request, never);
      if (plan.kind !== 'plan') throw new Error(plan.reason);
      return plan;
    }

    it('brings the recorded revision back over a failed upgrade in between', async () => {
      const namespace = await plane.namespace();
      await upgrade(namespace, 'v1', '--wait');
      const recorded: unknown = JSON.parse(
        JSON.stringify(await rungIn(namespace).snapshot!(never)),
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

      const rung = rungIn(namespace, { recorded });
      expect(await rung.preflight(never)).toEqual([]);
      expect(await rung.begin!(never)).toEqual({});
      const plan = await planOf(rung);
      expect(plan).toMatchObject({ to: { revision: 1 }, touches: ['deployment/api'] });
      expect(await rung.execute(plan, contextWith())).toEqual({
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
      expect(await rung.guard!(never)).toBeUndefined();

      // The gate comes again.
      const again = rungIn(namespace, { recorded });
      expect(await again.begin!(never)).toEqual({
        alreadyRolledBack: expect.stringMatching(/revision 4 of api took revision 3 back/),
      });
      expect(await again.plan(request, never)).toMatchObject({ kind: 'withheld' });
    });

    it('goes back from an upgrade that helm itself gave up', async () => {
      const namespace = await plane.namespace();
      await upgrade(namespace, 'v1', '--wait');
      const recorded = await rungIn(namespace).snapshot!(never);
      const failed = await tools.try(
        'helm',
        [...upgradeArgs(namespace, 'unready'), '--wait', '--timeout', '5s'],
        plane.kubeconfig,
      );
      expect(failed.code).toBe(1);
      const rung = rungIn(namespace, { recorded });
      expect(await rung.execute(await planOf(rung), contextWith())).toMatchObject({
        outcome: 'verified',
      });
      expect(await liveImage(namespace)).toBe(image('v1'));
    });

    it('keeps off a newer deploy, and off a version that is no other', async () => {
      const namespace = await plane.namespace();
      await upgrade(namespace, 'v1');
      await upgrade(namespace, 'v2');
      const rung = rungIn(namespace);
      await rung.begin!(never);
      await upgrade(namespace, 'v2');
      expect(await rung.guard!(never)).toBeUndefined();
      const plan = await planOf(rung);
      await upgrade(namespace, 'v3');
      expect(await rung.guard!(never)).toMatchObject({ kind: 'withheld' });
      expect(await rung.execute(plan, contextWith())).toEqual({
        kind: 'withheld',
        reason: expect.stringMatching(/^revision 4 of api replaced ours \(3\) at \d\d:\d\d UTC$/),
      });
      expect(await liveImage(namespace)).toBe(image('v3'));
    });

    it('says what is the matter when what it goes back to does not become ready', async () => {
      const namespace = await plane.namespace();
      await upgrade(namespace, 'unready');
      await upgrade(namespace, 'v2', '--wait');
      const rung = rungIn(namespace);
      // helm gets 5 s of them: its own time limit ends it, in order.
      const context = { ...contextWith(), timeLeft: () => 20_000 };
      expect(await rung.execute(await planOf(rung), context)).toMatchObject({
        outcome: 'triggered',
        detail: expect.stringMatching(/It made revision 3, which is failed\.$/),
      });
    });

    it('tells what it leaves when its time is over', async () => {
      const namespace = await plane.namespace();
      await upgrade(namespace, 'unready');
      await upgrade(namespace, 'v2', '--wait');
      const rung = rungIn(namespace);
      const plan = await planOf(rung);
      const stop = new AbortController();
      const result = rung.execute(plan, contextWith(stop.signal));
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
      await expect(rungIn(namespace).plan(request, never)).rejects.toThrow(
        /pending-rollback.*Nothing was changed/,
      );
      await tools.must('helm', ['rollback', 'api', '2', '-n', namespace], plane.kubeconfig);
      expect(await liveImage(namespace)).toBe(image('v2'));
    });

    it('finds the right that lacks before it is needed, and fails without it', async () => {
      const namespace = await plane.namespace();
      await upgrade(namespace, 'v1');
      await upgrade(namespace, 'v2');
      const read: Rule[] = [
        { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list', 'update'] },
        { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'patch'] },
      ];
      const kubeconfig = await plane.kubeconfigFor(namespace, read);
      const rung = rungIn(namespace, { kubeconfig });
      expect(await rung.preflight(never)).toEqual([
        expect.objectContaining({
          message: `helm lacks rights that a rollback needs in the namespace ${namespace}: create secrets`,
        }),
      ]);
      expect(await rung.execute(await planOf(rung), contextWith())).toMatchObject({
        outcome: 'failed',
        detail: expect.stringMatching(/forbidden.*No revision was made: nothing was changed\.$/),
      });

      const blind = rungIn(namespace, { kubeconfig: await plane.kubeconfigFor(namespace, []) });
      expect(await blind.preflight(never)).toEqual([
        expect.objectContaining({ level: 'error', message: expect.stringMatching(/forbidden/) }),
      ]);
    });

    it('knows a release that is not there', async () => {
      const namespace = await plane.namespace();
      const rung = rungIn(namespace);
      expect(await rung.snapshot!(never)).toMatchObject({ revision: null });
      expect(await rung.preflight(never)).toEqual([
        expect.objectContaining({
          message: `there is no release api in the namespace ${namespace}`,
        }),
      ]);
    });
  });
});
