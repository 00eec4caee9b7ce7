import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { never } from '../../support/strategy-dependencies.js';
import { describeWith } from '../components.js';
import { lacking, oldKubectl } from './binaries.js';
import { ControlPlane } from './control-plane.js';
import { daemonSet, deployment, image, statefulSet } from './manifests.js';
import type { Workload } from './objects.js';
import { Undoing, undo, type Version } from './undoing.js';

const kinds = {
  Deployment: deployment,
  StatefulSet: statefulSet,
  DaemonSet: daemonSet,
} as const;
type Kind = keyof typeof kinds;

/** How a deploy job applies its manifests. */
const ways = {
  'on the client': ['apply'],
  'on the server': ['apply', '--server-side'],
  'on the server by a manager of its own': [
    'apply',
    '--server-side',
    '--field-manager=ci-deployer',
  ],
} as const;
type Way = keyof typeof ways;

interface Shown {
  readonly template: Workload['spec']['template'];
  readonly annotations: Readonly<Record<string, string>>;
}

interface ManagedFields {
  readonly manager: string;
  readonly operation: string;
  readonly subresource?: string;
  readonly fieldsV1: object;
}

type Containers = readonly Readonly<Record<string, unknown>>[];

const probe = { httpGet: { path: '/', port: 80 } };
/** v2 renames the container, drops a variable, a volume and an annotation, and brings others. */
const versions: Readonly<
  Record<'v1' | 'v2' | 'v3', { containers: Containers; volumes?: Containers; cause: object }>
> = {
  v1: {
    containers: [
      {
        ...{ name: 'main', image: image('v1'), args: ['--old'] },
        env: [
          { name: 'KEPT', value: '1' },
          { name: 'DROPPED', value: '1' },
        ],
        ports: [{ containerPort: 80 }],
        volumeMounts: [{ name: 'cache', mountPath: '/cache' }],
        resources: { limits: { cpu: '100m' } },
      },
      { name: 'helper', image: image('v1', 'helper'), env: [{ name: 'DROPPED', value: '1' }] },
    ],
    volumes: [{ name: 'cache', emptyDir: {} }],
    cause: { 'kubernetes.io/change-cause': 'v1', 'shop.test/only-v1': 'yes' },
  },
  v2: {
    containers: [
      {
        ...{ name: 'app', image: image('v2'), readinessProbe: probe },
        env: [
          { name: 'KEPT', value: '2' },
          { name: 'NEW', value: '2' },
        ],
      },
      { name: 'helper', image: image('v2', 'helper'), lifecycle: { preStop: probe } },
    ],
    cause: { 'kubernetes.io/change-cause': 'v2', 'shop.test/only-v2': 'yes' },
  },
  v3: {
    containers: [
      { name: 'app', image: image('v3'), env: [{ name: 'KEPT', value: '3' }] },
      { name: 'helper', image: image('v3', 'helper'), ports: [{ containerPort: 81 }] },
    ],
    cause: { 'kubernetes.io/change-cause': 'v3' },
  },
};

function manifest(kind: Kind, version: keyof typeof versions): Workload {
  const { containers, volumes, cause } = versions[version];
  return kinds[kind]('api', version, {
    annotations: cause as Record<string, string>,
    pod: { containers, ...(volumes === undefined ? {} : { volumes }) },
  });
}

describeWith('the next kubectl apply after a rollback', lacking(oldKubectl), () => {
  let plane: ControlPlane;
  let undoing: Undoing;

  beforeAll(async () => {
    plane = await ControlPlane.start();
    undoing = new Undoing(plane);
  });

  afterAll(async () => {
    // They have not been made when the start failed.
    (undoing as Undoing | undefined)?.remove();
    await (plane as ControlPlane | undefined)?.stop();
  });

  async function apply(
    way: Way,
    kind: Kind,
    version: keyof typeof versions,
    ...namespaces: string[]
  ): Promise<void> {
    const input = JSON.stringify(manifest(kind, version));
    for (const namespace of namespaces) {
      await plane.mustKubectl([...ways[way], '-n', namespace, '-f', '-'], { input });
      await plane.rolledOut(kind, 'api', namespace);
    }
  }

  /** What makes the pods, and the annotations that a deploy sets; without our mark and what counts revisions. */
  async function shown(kind: Kind, namespace: string): Promise<Shown> {
    const { metadata, spec } = await plane.get(kind, 'api', namespace);
    const annotations = Object.entries(metadata.annotations ?? {}).filter(
      ([key]) => !/^(rollgate.dev|deployment.kubernetes.io|deprecated.daemonset)/.test(key),
    );
    return {
      template: spec.template,
      annotations: Object.fromEntries(
        annotations.map(([key, value]) => [key, value.replaceAll(namespace, 'NAMESPACE')]),
      ),
    };
  }

  /** Who applies which fields of it: `Apply by kubectl`. */
  async function owners(kind: Kind, namespace: string): Promise<Readonly<Record<string, object>>> {
    const { metadata } = await plane.get(kind, 'api', namespace);
    const { managedFields = [] } = metadata as { managedFields?: readonly ManagedFields[] };
    return Object.fromEntries(
      managedFields
        .filter(({ subresource }) => subresource === undefined)
        .map(({ manager, operation, fieldsV1 }) => [`${operation} by ${manager}`, fieldsV1]),
    );
  }

  const cases = (Object.keys(ways) as Way[]).flatMap((way) =>
    (Object.keys(kinds) as Kind[]).flatMap((kind) =>
      (['with', 'without'] as const).map((record) => [way, kind, record, 'current'] as const),
    ),
  );
  const ofOldKubectl = (Object.keys(ways) as Way[]).map(
    (way) => [way, 'Deployment', 'with', '1.20'] as const,
  );

  it.each<readonly [Way, Kind, 'with' | 'without', Version]>([...cases, ...ofOldKubectl])(
    '%s, of a %s, %s a snapshot (kubectl %s): gives exactly what it says',
    async (way, kind, record, version) => {
      const name = `${kind.toLowerCase()}/api`;
      const [ours, fresh] = [await plane.namespace(), await plane.namespace()];
      await apply(way, kind, 'v1', ours);
      const asDeployed = await shown(kind, ours);
      const recorded = record === 'with' ? await undoing.snapshot(ours, name) : undefined;
      await apply(way, kind, 'v2', ours);
      const strategy = undoing.strategy(
        ours,
        { 'kubernetes-workload': name },
        { recorded, version },
      );
      await strategy.capture!(never);
      expect(await undo(strategy)).toMatchObject({
        outcome: 'verified',
        detail: expect.not.stringMatching(/next kubectl apply/),
      });
      const undone = await shown(kind, ours);
      expect(undone.template).toEqual(asDeployed.template);
      // Of the other kinds an undo leaves the annotations as they are.
      if (kind === 'Deployment' && record === 'with') expect(undone).toEqual(asDeployed);
      const { 'Update by kubectl-patch': byUs, ...others } = await owners(kind, ours);
      expect(byUs).toEqual({
        'f:metadata': { 'f:annotations': { 'f:rollgate.dev/rejected': {} } },
      });
      expect(JSON.stringify(others)).toContain('DROPPED');

      await apply(way, kind, 'v3', ours, fresh);
      expect(await shown(kind, ours)).toEqual(await shown(kind, fresh));
      expect(Object.keys(await owners(kind, ours)).sort()).toEqual(
        ['Update by kubectl-patch', ...Object.keys(await owners(kind, fresh))].sort(),
      );
    },
  );
});
