import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { never } from '../../support/strategy-dependencies.js';
import { describeWith } from '../components.js';
import type { Account, Rule } from './account.js';
import { lacking, oldKubectl } from './binaries.js';
import { ControlPlane } from './control-plane.js';
import { daemonSet, deployment, image, statefulSet } from './manifests.js';
import { Undoing, undo } from './undoing.js';

const { rules: least } = parse(readFileSync('docs/strategies/kubernetes-role.yaml', 'utf8')) as {
  rules: readonly Rule[];
};
const workloads = 'deployment/api,statefulset/db,daemonset/agent';

/** Without one verb on one resource. */
const without = (verb: string, resource: string): readonly Rule[] =>
  least
    .flatMap((rule) =>
      rule.resources.map((one) => ({
        ...rule,
        resources: [one],
        verbs: rule.verbs.filter((it) => one !== resource || it !== verb),
      })),
    )
    // A rule that allows nothing is no rule.
    .filter(({ verbs }) => verbs.length > 0);

describeWith('the rights of the kubernetes strategy', lacking(oldKubectl), () => {
  let plane: ControlPlane;
  let undoing: Undoing;
  let namespace: string;
  let account: Account;
  let recorded: unknown;

  beforeAll(async () => {
    plane = await ControlPlane.start();
    undoing = new Undoing(plane);
    namespace = await plane.namespace();
    account = await plane.account(namespace, []);
    const version = (tag: string) =>
      [deployment('api', tag), statefulSet('db', tag), daemonSet('agent', tag)] as const;
    await plane.apply(namespace, ...version('v1'));
    for (const { kind, metadata } of version('v1'))
      await plane.rolledOut(kind, metadata.name, namespace);
    recorded = await undoing.snapshot(namespace, workloads);
    await plane.apply(namespace, ...version('bad'));
    await plane.until('a pod that crashes', async () =>
      (await plane.pods('db', namespace)).some(
        ({ status }) => status?.containerStatuses?.[0]?.ready === false,
      ),
    );
  });

  afterAll(async () => {
    // They have not been made when the start failed.
    (undoing as Undoing | undefined)?.remove();
    await (plane as ControlPlane | undefined)?.stop();
  });

  /** The namespace is that of the kubeconfig, as most users have it. */
  const strategy = (version: 'current' | '1.20', logs = '2') =>
    undoing.strategy(
      '',
      { 'kubernetes-workload': workloads, 'report-logs': logs },
      { version, recorded, kubeconfig: account.kubeconfig },
    );

  it.each([
    ['patch', 'deployments', 'error', 'patch deployments.apps "api"'],
    ['get', 'statefulsets', 'error', 'get statefulsets.apps "db"'],
    ['patch', 'daemonsets', 'error', 'patch daemonsets.apps "agent"'],
    ['list', 'replicasets', 'error', 'list replicasets.apps'],
    ['list', 'controllerrevisions', 'error', 'list controllerrevisions.apps'],
    ['list', 'pods', 'warning', 'list pods'],
    ['get', 'pods/log', 'warning', 'get pods/log'],
    ['delete', 'pods', 'warning', 'delete pods'],
  ])('no right to %s %s: reported by preflight', async (verb, resource, level, words) => {
    await account.allow(without(verb, resource));
    for (const version of ['current', '1.20'] as const)
      expect(await strategy(version).preflight(never)).toEqual([
        expect.objectContaining({
          level,
          message: expect.stringContaining(`no right to ${words} in namespace ${namespace}`),
        }),
      ]);
  });

  it('no right at all: every verb is reported, by both versions of kubectl', async () => {
    await account.allow([]);
    const [current, old] = [
      await strategy('current').preflight(never),
      await strategy('1.20').preflight(never),
    ];
    expect(current).toEqual(old);
    expect(current.filter(({ level }) => level === 'error')).toHaveLength(8);
  });

  it('the Role of the documentation is enough for the strategy', async () => {
    await account.allow(least);
    const one = strategy('current');
    expect(await one.preflight(never)).toEqual([]);
    await one.capture!(never);
    expect(await undo(one)).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    for (const [kind, name] of [
      ['Deployment', 'api'],
      ['StatefulSet', 'db'],
      ['DaemonSet', 'agent'],
    ] as const) {
      const live = await plane.rolledOut(kind, name, namespace);
      expect(live.spec.template.spec.containers[0]!.image).toBe(image('v1', name));
    }
  });
});
