import { beforeEach, describe, expect, it } from '@jest/globals';
import type { StrategyResult } from '../../../src/contract/strategy.js';
import { Scene } from '../../support/kubernetes-strategy.js';
import { failing, type Call } from '../../support/stand-in-cluster.js';
import type { Obj } from '../../support/stand-in-objects.js';

interface Entry {
  readonly manager: string;
  readonly operation: string;
  readonly apiVersion: string;
  readonly fieldsV1: object;
}

const podSpec = (container: string): object => ({
  'f:spec': {
    'f:template': {
      'f:spec': {
        'f:containers': {
          [`k:{"name":"${container}"}`]: { '.': {}, 'f:name': {}, 'f:image': {} },
        },
      },
    },
  },
});
const entry = (manager: string, operation: string, fieldsV1: object): Entry => ({
  ...{ manager, operation, apiVersion: 'apps/v1', fieldsV1 },
});
const byKubectl = entry('kubectl', 'Apply', podSpec('main'));
const mark = { 'f:metadata': { 'f:annotations': { 'f:rollgate.dev/rejected': {} } } };

describe('who applies what, around an undo', () => {
  let scene: Scene;
  let live: Obj;
  let recorded: unknown;

  const managedFields = (): readonly Entry[] =>
    (live.metadata as unknown as { managedFields: readonly Entry[] }).managedFields;
  const set = (...entries: readonly Entry[]): void => {
    Object.assign(live.metadata, { managedFields: entries });
  };
  const isUndo = ({ args }: Call): boolean =>
    args[0] === 'patch' && args.join().includes('/spec/template"');
  const isGift = ({ args }: Call): boolean =>
    args[0] === 'patch' && args.join().includes('managedFields');
  const undo = async (): Promise<StrategyResult> =>
    (await scene.undo(scene.strategy({ recorded }))) as StrategyResult;

  beforeEach(async () => {
    scene = new Scene();
    live = await scene.cluster.create('deployment', 'api', 'shop:v1');
    set(byKubectl);
    recorded = await scene.snapshot();
    await scene.cluster.deploy('api', 'shop:v2');
    // As the API server does it: what a patch changes belongs to whoever sends it.
    scene.cluster.hooks.push((call) => {
      if (!isUndo(call)) return undefined;
      const answer = scene.cluster.answer(call);
      if (answer.code === 0) set(entry('kubectl-patch', 'Update', { ...podSpec('main'), ...mark }));
      return answer;
    });
  });

  it('the snapshot knows the names of the fields that were applied, and no value', async () => {
    const env = [{ name: 'TOKEN', value: 'hunter2' }];
    const containers = [{ name: 'main', image: 'shop:v1', env }];
    const template = { metadata: { labels: { app: 'db' } }, spec: { containers } };
    await scene.cluster.create('deployment', 'db', 'shop:v1', { template });
    scene.cluster.workload('db').metadata.annotations[
      'kubectl.kubernetes.io/last-applied-configuration'
    ] = JSON.stringify({ spec: { template } });
    const text = JSON.stringify(await scene.snapshot({ workloads: ['deployment/db'] }));
    expect(text).toContain('TOKEN');
    expect(text).not.toContain('hunter2');
  });

  it('goes back to those who had applied the recorded version; only the mark is ours', async () => {
    expect(recorded).toMatchObject({
      workloads: [{ details: { managers: [{ manager: 'kubectl', operation: 'Apply' }] } }],
    });
    expect(await undo()).toMatchObject({
      outcome: 'verified',
      detail: expect.not.stringMatching(/next kubectl apply/),
    });
    expect(managedFields()).toEqual([entry('kubectl-patch', 'Update', mark), byKubectl]);
  });

  it('by a kubectl that shows it without being asked, and does not know the question', async () => {
    scene.cluster.hooks.push(({ args }) =>
      args.includes('--show-managed-fields')
        ? failing('Error: unknown flag: --show-managed-fields')
        : undefined,
    );
    await undo();
    expect(managedFields().map(({ manager }) => manager)).toEqual(['kubectl-patch', 'kubectl']);
  });

  it('a change by others in between: it is read again', async () => {
    let tries = 0;
    scene.cluster.hooks.push((call) => {
      if (isGift(call) && ++tries < 3) scene.cluster.scale('api', 2);
      return undefined;
    });
    expect((await undo()).detail).not.toMatch(/next kubectl apply/);
    expect(tries).toBe(3);
    expect(managedFields()).toHaveLength(2);
  });

  it('a deploy in between: it is left as it is', async () => {
    scene.cluster.hooks.push((call) => {
      if (isGift(call) && scene.cluster.image('api') === 'shop:v1')
        scene.cluster.deployNow('api', 'shop:v3');
      return undefined;
    });
    await undo();
    expect(managedFields().map(({ manager }) => manager)).toEqual(['kubectl-patch']);
  });

  it.each<[string, (call: Call) => boolean]>([
    ['it may not be changed', isGift],
    ['it is not to be read', ({ args }) => args.includes('--show-managed-fields')],
  ])(
    '%s: rolled back and verified, and the detail says what the next apply needs',
    async (_, is) => {
      scene.cluster.hooks.push((call) =>
        is(call) ? failing('Error from server (Forbidden): not for you') : undefined,
      );
      expect(await undo()).toMatchObject({
        outcome: 'verified',
        detail: expect.stringMatching(
          /The next kubectl apply --server-side of deployment\/shop\/api will need --force-conflicts, because who had applied what could not be restored: .*not for you\.$/,
        ),
      });
    },
  );

  it('an API server that does not tell: nothing is to be given back', async () => {
    set();
    recorded = undefined;
    expect(await undo()).toMatchObject({ outcome: 'verified' });
    expect(scene.cluster.calls.filter(isGift)).toEqual([]);
  });
});
