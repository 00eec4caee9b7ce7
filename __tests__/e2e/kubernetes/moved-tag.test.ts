import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { never } from '../../support/strategy-dependencies.js';
import { describeWith } from '../components.js';
import { lacking, oldKubectl } from './binaries.js';
import { ControlPlane } from './control-plane.js';
import { daemonSet, deployment, image, statefulSet } from './manifests.js';
import { pathOfKind, type Pod } from './objects.js';
import { Undoing, undo } from './undoing.js';

const kinds = {
  Deployment: deployment,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
} as const;
type Kind = keyof typeof kinds;

/** A tag that is moved. The nodes never make such pods ready by themselves (stages.ts): here that is for {@link Kubelet}. */
const TAG = 'unready';
const OLD = `sha256:${'a'.repeat(64)}`;
const NEW = `sha256:${'b'.repeat(64)}`;

/** Starts the pods of one namespace, with what the registry has under their image's name at that time. */
class Kubelet {
  /** What the tag is now. */
  digest = OLD;
  private isOver = false;
  private readonly work: Promise<void>;

  constructor(
    private readonly plane: ControlPlane,
    private readonly namespace: string,
  ) {
    this.work = plane.until('the end of the kubelet', async () => {
      await this.startPods();
      return this.isOver;
    });
  }

  stop(): Promise<void> {
    this.isOver = true;
    return this.work;
  }

  private async startPods(): Promise<void> {
    for (const { metadata, status } of await this.plane.pods('api', this.namespace)) {
      const [container] = status?.containerStatuses ?? [];
      if (container === undefined || container.ready) continue;
      const imageID = `docker-pullable://${image(TAG).replace(`:${TAG}`, '')}@${this.digest}`;
      const conditions = (status?.conditions ?? []).map((one) =>
        one.type === 'Initialized' ? one : { ...one, status: 'True', reason: '', message: '' },
      );
      await this.plane.api.ask(
        'PATCH',
        `${pathOfKind('Pod', this.namespace, metadata.name)}/status`,
        { status: { conditions, containerStatuses: [{ ...container, ready: true, imageID }] } },
        'application/merge-patch+json',
      );
    }
  }
}

describeWith('a tag that is moved, on a real cluster', lacking(oldKubectl), () => {
  let plane: ControlPlane;
  let undoing: Undoing;
  let kubelet: Kubelet | undefined;

  beforeAll(async () => {
    plane = await ControlPlane.start();
    undoing = new Undoing(plane);
  });

  afterEach(async () => {
    await kubelet?.stop();
    kubelet = undefined;
  });

  afterAll(async () => {
    // They have not been made when the start failed.
    (undoing as Undoing | undefined)?.remove();
    await (plane as ControlPlane | undefined)?.stop();
  });

  /** A workload of the old image, with its record, and somebody who has pushed the new one since. */
  async function pushed(
    kind: Kind,
  ): Promise<{ namespace: string; name: string; recorded: unknown }> {
    const namespace = await plane.namespace();
    const name = `${kind.toLowerCase()}/api`;
    kubelet = new Kubelet(plane, namespace);
    await plane.apply(namespace, kinds[kind]('api', TAG));
    await plane.rolledOut(kind, 'api', namespace);
    const recorded = await undoing.snapshot(namespace, name);
    kubelet.digest = NEW;
    return { namespace, name, recorded };
  }

  async function restart(kind: Kind, namespace: string): Promise<void> {
    await plane.mustKubectl(['rollout', 'restart', `${kind}/api`, '-n', namespace]);
    await plane.rolledOut(kind, 'api', namespace);
  }

  const imageOf = async (kind: Kind, namespace: string): Promise<string> =>
    (await plane.get(kind, 'api', namespace)).spec.template.spec.containers[0]!.image;

  it.each(Object.keys(kinds) as Kind[])(
    'and a %s restarted: rolled back to the same name, and not verified; pinned to the recorded digest, verified',
    async (kind) => {
      const { namespace, name, recorded } = await pushed(kind);
      const flags = { 'kubernetes-workload': name };
      await restart(kind, namespace);
      const byName = undoing.strategy(namespace, flags, { recorded });
      await byName.capture!(never);
      expect((await byName.preflight(never)).map(({ message }) => message)).toEqual([
        expect.stringContaining(`runs ${image(TAG)} as ${NEW}`),
      ]);
      expect(await undo(byName)).toMatchObject({
        ...{ outcome: 'triggered', versionConfirmed: false },
        notBack: expect.stringContaining(`the recorded version ran ${OLD}`),
        detail: expect.stringMatching(new RegExp(`as ${NEW}, and the recorded version ran ${OLD}`)),
      });

      await restart(kind, namespace);
      const pinning = { ...flags, 'kubernetes-pin-image': 'true' };
      const run = { system: 'github', runId: '43', url: null };
      const byDigest = undoing.strategy(namespace, pinning, { recorded, run });
      await byDigest.capture!(never);
      expect(await byDigest.preflight(never)).toEqual([]);
      expect(await undo(byDigest)).toMatchObject({ outcome: 'verified', versionConfirmed: true });
      expect(await imageOf(kind, namespace)).toBe(`registry.test/api@${OLD}`);
    },
  );

  it('and the recorded image pushed again: rolled back to the same name, and verified by the ids', async () => {
    const { namespace, name, recorded } = await pushed('Deployment');
    await restart('Deployment', namespace);
    kubelet!.digest = OLD;
    const strategy = undoing.strategy(namespace, { 'kubernetes-workload': name }, { recorded });
    await strategy.capture!(never);
    expect(await undo(strategy)).toMatchObject({ outcome: 'verified', versionConfirmed: true });
  });

  it('and pods that came anew, with the template as it was: a deploy, which only a digest can take back', async () => {
    const { namespace, name, recorded } = await pushed('Deployment');
    const before = await plane.pods('api', namespace);
    await plane.mustKubectl(['delete', 'pods', '-l', 'app=api', '-n', namespace]);
    const isNew = ({ metadata }: Pod): boolean =>
      before.every((pod) => pod.metadata.name !== metadata.name);
    await plane.until('new pods', async () => {
      const pods = await plane.pods('api', namespace);
      return (
        pods.length === 2 &&
        pods.every((pod) => isNew(pod) && pod.status?.containerStatuses?.[0]?.ready === true)
      );
    });
    const flags = { 'kubernetes-workload': name };
    const byName = undoing.strategy(namespace, flags, { recorded });
    await byName.capture!(never);
    expect(await byName.assertUnchanged!(never)).toBeUndefined();
    await expect(undo(byName)).rejects.toThrow(/the tag was moved.*kubernetes-pin-image: true/);
    const pinning = { ...flags, 'kubernetes-pin-image': 'true' };
    const byDigest = undoing.strategy(namespace, pinning, { recorded });
    await byDigest.capture!(never);
    expect(await undo(byDigest)).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    expect(await imageOf('Deployment', namespace)).toBe(`registry.test/api@${OLD}`);
  });
});
