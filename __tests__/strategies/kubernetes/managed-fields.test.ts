import { describe, expect, it } from '@jest/globals';
import { asSet, fieldsOf, type FieldTree } from '../../../src/strategies/kubernetes/field-sets.js';
import {
  appliedFields,
  asManagedFields,
  lastAppliedAfter,
  managersOf,
  recordManagers,
  restoredManagers,
} from '../../../src/strategies/kubernetes/managed-fields.js';
import type { Revision } from '../../../src/strategies/kubernetes/versions.js';
import { asWorkload, type Workload } from '../../../src/support/kubernetes/workload.js';

const LAST = 'kubectl.kubernetes.io/last-applied-configuration';
type Annotations = Readonly<Record<string, string>>;

const template = (container: object): Record<string, unknown> => ({
  spec: { containers: [container] },
});
const v1 = { name: 'main', image: 'shop:v1', env: [{ name: 'OLD', value: '1' }] };
const v2 = { name: 'app', image: 'shop:v2' };
const filledIn = { imagePullPolicy: 'Always' };

function workload(container: object, annotations: Annotations = {}, kind = 'Deployment'): Workload {
  return asWorkload({
    kind,
    metadata: { name: 'api', namespace: 'shop', annotations },
    spec: { template: template({ ...container, ...filledIn }) },
  })!;
}

function revision(container: object, annotations: Annotations = {}): Revision {
  return {
    ...{ number: 1, name: 'api-1', uid: 'u', images: [], createdAt: undefined, returned: false },
    ...{ hash: 'h', essence: 'e', annotations },
    template: template({ ...container, ...filledIn }),
  };
}

const applied = (container: object, more: object = {}): string =>
  JSON.stringify({
    kind: 'Deployment',
    metadata: { name: 'api', annotations: { cause: 'v2' } },
    spec: { replicas: 2, minReadySeconds: 5, template: template(container) },
    ...more,
  });

describe('what kubectl apply takes for its last one after an undo', () => {
  const after = (
    live: Workload,
    recorded?: ReturnType<typeof fieldsOf>,
    annotations: Annotations = { cause: 'v1' },
  ): unknown => {
    const text = lastAppliedAfter(live, revision(v1, annotations), recorded);
    return text === undefined ? undefined : (JSON.parse(text) as unknown);
  };
  const expected = (container: object, annotations: Annotations): unknown => ({
    kind: 'Deployment',
    metadata: { name: 'api', annotations },
    spec: { replicas: 2, minReadySeconds: 5, template: template(container) },
  });

  it('is the earlier template, of the fields that had been applied; what the undo leaves is as it is', () => {
    const live = workload(v2, { [LAST]: applied(v2), cause: 'v2' });
    const recorded = appliedFields(
      workload(v1, {
        [LAST]: applied(v1, { metadata: { annotations: { cause: 'v1' } } }),
      }),
    );
    expect(after(live, recorded)).toEqual(expected(v1, { cause: 'v1' }));
  });

  it('without a record: all of the earlier template but what was filled in for the later one too', () => {
    const same = { ...v2, name: 'main' };
    const live = workload(same, { [LAST]: applied(same), cause: 'v2' });
    expect(after(live)).toEqual(expected(v1, { cause: 'v1' }));
  });

  it('of a StatefulSet: the annotations stay', () => {
    const live = workload(v2, { [LAST]: applied(v2), cause: 'v2' }, 'StatefulSet');
    expect(after(live, fieldsOf({ spec: { template: template(v1) } }), {})).toEqual(
      expected(v1, { cause: 'v2' }),
    );
  });

  it.each<[string, Annotations]>([
    ['nothing was applied by kubectl', {}],
    ['it cannot be read', { [LAST]: '{' }],
    ['it is empty', { [LAST]: '[]' }],
  ])('%s: none', (_, annotations) => {
    expect(after(workload(v2, annotations))).toBeUndefined();
    expect(appliedFields(workload(v2, annotations))).toBeUndefined();
  });
});

describe('who owns what after an undo', () => {
  const key = (name: string): string => `k:{"name":"${name}"}`;
  const leaves = (names: readonly string[]): FieldTree =>
    Object.fromEntries(names.map((name): [string, FieldTree] => [`f:${name}`, {}]));
  const container = (name: string, ...names: readonly string[]): FieldTree => ({
    'f:containers': {
      [key(name)]: { '.': {}, ...leaves(names) },
    },
  });
  const entry = (
    manager: string,
    operation: string,
    podSpec: FieldTree,
    annotations: FieldTree = {},
    more: object = {},
  ): object => ({
    ...{ manager, operation, apiVersion: 'apps/v1', time: '2026-01-01T00:00:00Z' },
    fieldsType: 'FieldsV1',
    fieldsV1: {
      ...(Object.keys(annotations).length === 0
        ? {}
        : { 'f:metadata': { 'f:annotations': annotations } }),
      ...(Object.keys(podSpec).length === 0
        ? {}
        : { 'f:spec': { 'f:template': { 'f:spec': podSpec } } }),
    },
    ...more,
  });
  const managers = (...managedFields: readonly object[]): ReturnType<typeof managersOf> =>
    managersOf({ metadata: { managedFields } });
  const controller = entry(
    'kube-controller-manager',
    'Update',
    {},
    { 'f:deployment.kubernetes.io/revision': {} },
    { subresource: 'status' },
  );
  const ours = (...annotations: readonly string[]): object =>
    entry('kubectl-patch', 'Update', container('main', 'name', 'image', 'env', 'imagePullPolicy'), {
      ...leaves(annotations),
      'f:rollgate.dev/rejected': {},
    });
  const oursAfter = entry('kubectl-patch', 'Update', {}, { 'f:rollgate.dev/rejected': {} });

  const live = workload(v2, { cause: 'v2' });
  const target = revision(v1, { cause: 'v1' });
  const before = managers(
    entry('kubectl', 'Apply', container('app', 'name', 'image'), { 'f:cause': {} }),
    controller,
  );

  it('those who had applied the recorded version; ours is the mark only', () => {
    const recorded = recordManagers(
      workload(v1),
      managers(
        entry('kubectl', 'Apply', container('main', 'name', 'image'), { 'f:cause': {} }),
        entry('tuner', 'Update', container('main', 'env'), { 'f:rollgate.dev/rejected': {} }),
        controller,
      ),
    );
    expect(recorded.map(({ manager }) => manager)).toEqual(['kubectl', 'tuner']);
    const now = managers(ours('cause'), controller);
    const restored = restoredManagers({ workload: live, before, target, recorded, now });
    expect(asManagedFields(restored)).toEqual([
      oursAfter,
      controller,
      entry('kubectl', 'Apply', container('main', 'name', 'image'), { 'f:cause': {} }),
      // It has no time of its own any more, and its mark is not of the template.
      expect.objectContaining({
        manager: 'tuner',
        fieldsV1: { 'f:spec': { 'f:template': { 'f:spec': container('main', 'env') } } },
      }),
    ]);
  });

  it('without a record: whoever applied most of what ran', () => {
    const now = managers(ours('cause'), controller);
    const restored = restoredManagers({ workload: live, before, target, recorded: undefined, now });
    expect(asManagedFields(restored)).toEqual([
      oursAfter,
      controller,
      expect.objectContaining({
        manager: 'kubectl',
        fieldsV1: {
          'f:metadata': { 'f:annotations': { 'f:cause': {} } },
          'f:spec': {
            'f:template': {
              'f:spec': {
                'f:containers': {
                  [key('main')]: {
                    '.': {},
                    'f:name': {},
                    'f:image': {},
                    'f:env': { 'k:{"name":"OLD"}': { '.': {}, 'f:name': {}, 'f:value': {} } },
                    'f:imagePullPolicy': {},
                  },
                },
              },
            },
          },
        },
      }),
    ]);
  });

  it('the annotation of kubectl apply stays with those who had it', () => {
    const client = (podSpec: FieldTree): object =>
      entry('kubectl-client-side-apply', 'Update', podSpec, { [`f:${LAST}`]: {} });
    const restored = restoredManagers({
      ...{ workload: live, target, recorded: undefined },
      before: managers(client(container('app', 'name', 'image'))),
      now: managers(ours(LAST)),
    });
    const [mine, theirs] = asManagedFields(restored);
    expect(mine).toEqual(oursAfter);
    expect(theirs).toHaveProperty(['fieldsV1', 'f:metadata', 'f:annotations', `f:${LAST}`], {});
  });

  it('fields of the record that the version has not got any more are nobody’s', () => {
    const recorded = recordManagers(
      workload(v1),
      managers(entry('kubectl', 'Apply', container('main', 'image', 'command'))),
    );
    const restored = restoredManagers({
      workload: live,
      before,
      target,
      recorded,
      now: managers(),
    });
    expect(restored[0]?.fields).toEqual(
      asSet({ 'f:spec': { 'f:template': { 'f:spec': container('main', 'image') } } }),
    );
  });
});
