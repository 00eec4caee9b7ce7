import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { asWorkload } from '../../../src/support/kubernetes/workload.js';
import { StandInKubectl } from '../../support/stand-in-kubectl.js';
import { createKubectl } from '../../../src/support/kubernetes/kubectl.js';
import { VirtualClock } from '../../support/virtual-clock.js';
import { never } from '../../support/strategy-dependencies.js';
import {
  canonicalJson,
  getHistory,
  pureTemplate,
  versionOf,
} from '../../../src/strategies/kubernetes/versions.js';

const json = fc.jsonValue({ maxDepth: 4 });
const template = fc.record({
  metadata: fc.record({
    labels: fc.dictionary(fc.string(), fc.string()),
    annotations: fc.dictionary(fc.string(), fc.string(), { minKeys: 1 }),
  }),
  spec: fc.dictionary(fc.string(), json),
});

/** The same value with its fields in another order. */
function turned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(turned);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, field]) => [key, turned(field)] as const)
      .reverse(),
  );
}

describe('canonical JSON', () => {
  it('is the same whatever the order of fields', () => {
    fc.assert(fc.property(json, (value) => canonicalJson(value) === canonicalJson(turned(value))));
  });

  it('has the same value as the JSON, without fields that are null', () => {
    const whole = json.filter((value) => !JSON.stringify(value).includes('null'));
    fc.assert(
      fc.property(whole, (value) => {
        // JSON has no -0.
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it('differs when values differ', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.string(), { minLength: 2, maxLength: 2 }), ([a, b]) => {
        expect(canonicalJson({ x: [a] })).not.toBe(canonicalJson({ x: [b] }));
        expect(canonicalJson({ [a!]: 1 })).not.toBe(canonicalJson({ [b!]: 1 }));
        expect(canonicalJson([a, b])).not.toBe(canonicalJson([b, a]));
      }),
    );
  });

  it.each([
    [{ a: null, b: 1 }, { b: 1 }],
    [{ a: { b: null } }, { a: {} }],
  ])('%j is %j', (a, b) => {
    expect(canonicalJson(a)).toBe(canonicalJson(b));
  });

  it.each([
    [{ a: {} }, {}],
    [{ a: '' }, {}],
    [{ a: 0 }, {}],
    [{ a: false }, {}],
    [{ a: [] }, {}],
    [[null], []],
    [{ a: '1' }, { a: 1 }],
  ])('%j is not %j', (a, b) => {
    expect(canonicalJson(a)).not.toBe(canonicalJson(b));
  });
});

describe('the version of a template', () => {
  it('is the same in a Deployment, a ReplicaSet and a ControllerRevision', () => {
    fc.assert(
      fc.property(template, fc.string(), (it, hash) => {
        const inReplicaSet = structuredClone(it);
        inReplicaSet.metadata.labels['pod-template-hash'] = hash;
        const inRevision = { $patch: 'replace', ...it };
        const old = { ...it, metadata: { ...it.metadata, creationTimestamp: null } };
        const pure = structuredClone(it);
        delete pure.metadata.labels['pod-template-hash'];
        for (const other of [inReplicaSet, inRevision, old])
          expect(versionOf(other)).toEqual(versionOf(pure));
      }),
    );
  });

  it('is another one after any other change', () => {
    fc.assert(
      fc.property(template, fc.string(), (it, text) => {
        const changed = structuredClone(it);
        changed.metadata.annotations.extra = `${changed.metadata.annotations.extra ?? ''}${text}!`;
        expect(versionOf(changed).hash).not.toBe(versionOf(it).hash);
        expect(versionOf(changed).essence).not.toBe(versionOf(it).essence);
      }),
    );
  });

  it('has the same essence after a restart, and another hash', () => {
    const plain = { metadata: { labels: { app: 'api' } }, spec: {} };
    const restarted = {
      ...plain,
      metadata: { ...plain.metadata, annotations: { 'kubectl.kubernetes.io/restartedAt': 'x' } },
    };
    expect(versionOf(restarted).essence).toBe(versionOf(plain).essence);
    expect(versionOf(restarted).hash).not.toBe(versionOf(plain).hash);
  });

  it.each([undefined, null, 1, 'x', [], {}])(
    '%j: a version all the same, and no exception',
    (value) => {
      expect(versionOf(value).hash).toMatch(/^[0-9a-f]{64}$/);
    },
  );

  it('is restored without what the histories added', () => {
    expect(
      pureTemplate({
        $patch: 'replace',
        metadata: { labels: { app: 'a', 'pod-template-hash': 'x' }, annotations: { b: 'c' } },
        spec: { containers: [] },
      }),
    ).toEqual({
      metadata: { labels: { app: 'a' }, annotations: { b: 'c' } },
      spec: { containers: [] },
    });
  });
});

describe('the history of a Rollout', () => {
  const own = { nodeAffinity: { some: 'rule' } };
  const injected = {
    labelSelector: {
      matchExpressions: [{ key: 'rollouts-pod-template-hash', operator: 'In', values: ['aaa'] }],
    },
  };
  const foreign = { labelSelector: { matchLabels: { app: 'db' } } };

  async function templateOf(annotations: Record<string, string>, template: object) {
    const kubectl = new StandInKubectl().add({
      kind: 'ReplicaSet',
      metadata: {
        name: 'api-bbb',
        labels: { app: 'api', 'rollouts-pod-template-hash': 'bbb' },
        annotations: { 'rollout.argoproj.io/revision': '2', ...annotations },
        ownerReferences: [{ kind: 'Rollout', name: 'api', uid: 'u', controller: true }],
      },
      spec: { template },
    });
    const workload = asWorkload({
      kind: 'Rollout',
      metadata: { name: 'api', uid: 'u' },
      spec: {},
    })!;
    const [revision] = await getHistory(
      createKubectl({
        ...{ kubeconfig: undefined, context: undefined, namespace: undefined, env: {} },
        ...{ exec: kubectl.exec, redact: (text: string) => text },
        ...{ clock: new VirtualClock(), random: () => 0.5 },
      }),
      workload,
      never,
    );
    expect(revision).toMatchObject({ number: 2, set: { hash: 'bbb' } });
    return revision?.template;
  }

  const labels = { app: 'api', role: 'canary', 'rollouts-pod-template-hash': 'bbb' };

  it('is without the labels and annotations that only tell a canary from the stable version', async () => {
    const ephemeral = JSON.stringify({ labels: { role: 'canary' }, annotations: { note: 'x' } });
    expect(
      await templateOf(
        { 'rollout.argoproj.io/ephemeral-metadata': ephemeral },
        { metadata: { labels, annotations: { note: 'x' } }, spec: {} },
      ),
    ).toEqual({ metadata: { labels: { app: 'api' } }, spec: {} });
  });

  it.each([
    ['no word of it', {}],
    ['what is not JSON', { 'rollout.argoproj.io/ephemeral-metadata': '{' }],
  ])('keeps labels of its own, with %s', async (_, annotations) => {
    expect(await templateOf(annotations, { metadata: { labels }, spec: {} })).toEqual({
      metadata: { labels: { app: 'api', role: 'canary' } },
      spec: {},
    });
  });

  it.each<[string, object, object]>([
    [
      'alone',
      { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [injected] } },
      {},
    ],
    [
      'as a preference beside rules of its own',
      {
        ...own,
        podAntiAffinity: {
          preferredDuringSchedulingIgnoredDuringExecution: [
            { weight: 1, podAffinityTerm: injected },
            { weight: 2, podAffinityTerm: foreign },
          ],
        },
      },
      {
        affinity: {
          ...own,
          podAntiAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 2, podAffinityTerm: foreign },
            ],
          },
        },
      },
    ],
  ])('is without the anti-affinity to the stable version, %s', async (_, affinity, left) => {
    expect(
      await templateOf({}, { metadata: { labels: { app: 'api' } }, spec: { affinity } }),
    ).toEqual({ metadata: { labels: { app: 'api' } }, spec: left });
  });
});
