import { beforeEach, describe, expect, it } from '@jest/globals';
import { deadline } from '../../../src/support/abort.js';
import { runChain } from '../../../src/strategies/chain.js';
import type {
  Confirmation,
  RollbackReport,
  Strategy,
  StrategyResult,
} from '../../../src/contract/strategy.js';
import {
  type KubernetesStrategyOptions,
  never,
  requestOf,
  Scene,
} from '../../support/kubernetes-strategy.js';
import { failing } from '../../support/stand-in-cluster.js';
import type { Obj } from '../../support/stand-in-objects.js';

let scene: Scene;
beforeEach(() => {
  scene = new Scene();
});

const right: Confirmation = {
  confirmed: true,
  healthConfirmed: true,
  detail: 'all recovered',
};
const wrong: Confirmation = {
  confirmed: false,
  healthConfirmed: false,
  detail: 'still 503',
};

const flux = {
  'kustomize.toolkit.fluxcd.io/name': 'web',
  'kustomize.toolkit.fluxcd.io/namespace': 'keepers',
};
const argo = { 'argocd.argoproj.io/instance': 'web' };
const healing = { syncPolicy: { automated: { selfHeal: true, prune: true } } };
const applied = (revision: string): Record<string, unknown> => ({
  lastAppliedRevision: `main@sha1:${revision}`,
  observedGeneration: 1,
  conditions: [{ type: 'Ready', status: 'True' }],
});

/** Version 2 is deployed over version 1, of a workload with these labels. */
async function deployed(labels: Readonly<Record<string, string>>): Promise<unknown> {
  await scene.cluster.create('deployment', 'api', 'shop:v1');
  Object.assign(scene.cluster.workload('api').metadata.labels, labels);
  const recorded = await scene.snapshot();
  await scene.cluster.deploy('api', 'shop:v2');
  return recorded;
}

interface Story {
  readonly options?: KubernetesStrategyOptions;
  /** Another strategy, in front of or behind that of Kubernetes. */
  readonly others?: readonly Strategy[];
  /** Whether the others stand in front. */
  readonly isFirst?: boolean;
  readonly confirm?: () => Confirmation | Promise<Confirmation>;
}

async function rollBack(
  recorded: unknown,
  { options = {}, others = [], isFirst = false, confirm = () => right }: Story = {},
): Promise<RollbackReport> {
  const strategy = scene.strategy({ ...options, recorded });
  await scene.wait(strategy.capture!(never));
  return scene.wait(
    runChain({
      links: (isFirst ? [...others, strategy] : [strategy, ...others]).map((one) => ({
        id: one.id,
        strategy: one,
      })),
      request: requestOf('unhealthy'),
      timeout: 600_000,
      dryRun: false,
      clock: scene.clock,
      signal: never,
      isRecovery: true,
      confirm: async () => confirm(),
      progress: (line) =>
        scene.lines.push(typeof line === 'string' ? line : line.render((text) => text)),
      lastOfAll: () => undefined,
    }),
  );
}

/** A strategy that does something, and says that it is verified. */
function other(act: () => void, over: Partial<Strategy> = {}): Strategy {
  const done: StrategyResult = {
    outcome: 'verified',
    detail: 'the pipeline succeeded.',
    versionConfirmed: null,
  };
  return {
    kind: 'strategy',
    id: 'ci',
    preflight: () => Promise.resolve([]),
    plan: () => Promise.resolve({ kind: 'plan', steps: ['start a pipeline'] }),
    execute: () => {
      act();
      return Promise.resolve(done);
    },
    ...over,
  };
}

describe('an undo of a workload that is kept as its source says', () => {
  it('is never verified by Flux that reconciles', async () => {
    const recorded = await deployed(flux);
    scene.cluster.keeper('Kustomization', 'web', { interval: '10m0s' }, applied('aaa'));
    const report = await rollBack(recorded);
    expect(scene.cluster.image('api')).toBe('shop:v1');
    expect(report).toMatchObject({
      status: 'unverified',
      detail: 'all recovered, but Flux will put shop:v2 back at its next reconcile (within 10m)',
      versionConfirmed: false,
      attempts: [{ id: 'kubernetes', outcome: 'triggered' }],
    });
  });

  it('that Argo CD puts back meanwhile is not blamed on the old version', async () => {
    const recorded = await deployed(argo);
    scene.cluster.keeper('Application', 'web', healing);
    const report = await rollBack(recorded, {
      confirm: async () => {
        await scene.cluster.deploy('api', 'shop:v2');
        return wrong;
      },
    });
    expect(report).toMatchObject({
      status: 'unverified',
      detail: 'Argo CD has put shop:v2 back; still 503',
    });
  });

  it('is verified while Flux is suspended', async () => {
    const recorded = await deployed(flux);
    scene.cluster.keeper('Kustomization', 'web', { suspend: true }, applied('aaa'));
    expect(await rollBack(recorded)).toMatchObject({ status: 'verified', versionConfirmed: true });
  });

  it('is verified beside an Argo CD that does not heal', async () => {
    const recorded = await deployed(argo);
    scene.cluster.keeper('Application', 'web', { syncPolicy: { automated: {} } });
    expect(await rollBack(recorded)).toMatchObject({ status: 'verified' });
  });

  it('of an owner that may not be read counts as one that is taken back', async () => {
    const recorded = await deployed(argo);
    scene.cluster.denied.add('list applications');
    const report = await rollBack(recorded);
    expect(report.status).toBe('unverified');
    expect(report.detail).toMatch(/Argo CD will put shop:v2 back .*could not be read: .*Forbidden/);
  });

  it('of nobody’s workload asks for no owner', async () => {
    await rollBack(await deployed({}));
    const resources = scene.cluster.calls.flatMap(({ args }) =>
      args[0] === 'get' ? [args[1]] : [],
    );
    const ofOwners = /^(applications|kustomizations|helmreleases)\./;
    expect(resources.filter((resource = '') => ofOwners.test(resource))).toEqual([]);
    expect(resources.length).toBeGreaterThan(0);
  });
});

describe('with gitops-pause', () => {
  it('Flux is suspended first, the undo is verified, and how to resume is said', async () => {
    const recorded = await deployed(flux);
    const keeper = scene.cluster.keeper('Kustomization', 'web', {}, applied('aaa'));
    const report = await rollBack(recorded, { options: { pauses: true } });
    expect(keeper.spec.suspend).toBe(true);
    expect(scene.cluster.image('api')).toBe('shop:v1');
    expect(report).toMatchObject({ status: 'verified' });
    expect(report.attempts[0]?.detail).toContain(
      'The Flux Kustomization web is paused; let it act again when Git is right: flux resume kustomization web -n keepers.',
    );
  });

  it('what makes Argo CD act is put down in an annotation', async () => {
    const recorded = await deployed(argo);
    const keeper = scene.cluster.keeper('Application', 'web', healing);
    expect(await rollBack(recorded, { options: { pauses: true } })).toMatchObject({
      status: 'verified',
    });
    expect(keeper.spec).toEqual({ syncPolicy: {} });
    expect(keeper.metadata.annotations).toEqual({
      'rollgate.dev/automated-before': '{"selfHeal":true,"prune":true}',
    });
  });

  it.each<[string, (keeper: Obj) => void]>([
    [
      'may not be changed',
      () => {
        scene.cluster.denied.add('patch kustomizations');
      },
    ],
    [
      'was changed by somebody else meanwhile',
      (keeper) => {
        scene.cluster.hooks.push(({ args }) => {
          if (args[0] === 'patch' && args[1]?.startsWith('kustomizations'))
            scene.cluster.touch(keeper);
          return undefined;
        });
      },
    ],
    [
      'cannot be read',
      () => {
        scene.cluster.hooks.push(({ args }) =>
          args[0] === 'get' && args[1]?.startsWith('kustomizations') === true
            ? failing('Error from server (Forbidden): no')
            : undefined,
        );
      },
    ],
  ])(
    'an owner that %s: the workload is not touched, and the next strategy acts',
    async (_, make) => {
      const recorded = await deployed(flux);
      make(scene.cluster.keeper('Kustomization', 'web', {}, applied('aaa')));
      let acted = false;
      const report = await rollBack(recorded, {
        options: { pauses: true },
        others: [other(() => (acted = true))],
      });
      expect(scene.cluster.image('api')).toBe('shop:v2');
      expect(acted).toBe(true);
      expect(report.attempts).toMatchObject([
        { id: 'kubernetes', outcome: 'failed' },
        { id: 'ci', outcome: 'triggered' },
      ]);
    },
  );
});

describe('with gitops-pause, several owners', () => {
  const workloads = ['deployment/api', 'deployment/web'];

  async function both(): Promise<{ readonly recorded: unknown; readonly keepers: readonly Obj[] }> {
    for (const name of ['api', 'web']) {
      await scene.cluster.create('deployment', name, 'shop:v1');
      Object.assign(scene.cluster.workload(name).metadata.labels, {
        ...flux,
        'kustomize.toolkit.fluxcd.io/name': `keeps-${name}`,
      });
    }
    const recorded = await scene.snapshot({ workloads });
    for (const name of ['api', 'web']) await scene.cluster.deploy(name, 'shop:v2');
    const keepers = ['api', 'web'].map((name) =>
      scene.cluster.keeper('Kustomization', `keeps-${name}`, {}, applied('aaa')),
    );
    return { recorded, keepers };
  }

  it('one that cannot be paused: nothing is rolled back, and how the first resumes is said', async () => {
    const { recorded, keepers } = await both();
    scene.cluster.hooks.push(({ args }) =>
      args[0] === 'patch' && args[1]?.endsWith('keeps-web') === true
        ? failing('Error from server (Forbidden): no')
        : undefined,
    );
    const report = await rollBack(recorded, { options: { workloads, pauses: true } });
    expect(keepers.map(({ spec }) => spec.suspend)).toEqual([true, undefined]);
    expect(['api', 'web'].map((name) => scene.cluster.image(name))).toEqual(['shop:v2', 'shop:v2']);
    expect(report.attempts[0]).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(
        /not touched: .*Forbidden.*keeps-api is paused; .*flux resume kustomization keeps-api -n keepers/,
      ),
    });
  });

  it('one that cannot be read: none is paused', async () => {
    const { recorded, keepers } = await both();
    scene.cluster.hooks.push(({ args }) =>
      args[0] === 'get' && args[1]?.endsWith('keeps-web') === true
        ? failing('Error from server (Forbidden): no')
        : undefined,
    );
    const report = await rollBack(recorded, { options: { workloads, pauses: true } });
    expect(keepers.map(({ spec }) => spec.suspend)).toEqual([undefined, undefined]);
    expect(report.attempts[0]?.outcome).toBe('failed');
  });
});

describe('another strategy on a workload that is kept as its source says', () => {
  it('is not verified either, as long as it does not change the source', async () => {
    await deployed(flux);
    scene.cluster.keeper('Kustomization', 'web', {}, applied('aaa'));
    await scene.cluster.settle(7_200_000);
    const report = await rollBack(undefined, {
      others: [other(() => undefined)],
    });
    expect(report).toMatchObject({
      status: 'unverified',
      attempts: [
        { id: 'kubernetes', outcome: 'skipped' },
        { id: 'ci', outcome: 'triggered' },
      ],
    });
  });

  it('that changes the source goes first, and is verified when another revision is applied', async () => {
    const recorded = await deployed(flux);
    const keeper = scene.cluster.keeper('Kustomization', 'web', {}, applied('aaa'));
    const revert = other(
      () => {
        void scene.clock.sleep(30_000, never).then(() => {
          Object.assign(keeper.status, applied('bbb'));
          scene.cluster.deployNow('api', 'shop:v1');
        });
      },
      { changesSource: true },
    );
    const report = await rollBack(recorded, { others: [revert] });
    expect(scene.lines).toContain(
      'deployment/api belongs to the Flux Kustomization web, so ci goes first',
    );
    expect(report).toMatchObject({
      status: 'verified',
      attempts: [{ id: 'ci', outcome: 'verified' }],
    });
  });

  it('that changes the source, which something writes images to: verified, and it is named', async () => {
    const recorded = await deployed(flux);
    const sourceRef = { kind: 'GitRepository', name: 'fleet' };
    const keeper = scene.cluster.keeper('Kustomization', 'web', { sourceRef }, applied('aaa'));
    scene.cluster.keeper('ImageUpdateAutomation', 'tags', { sourceRef });
    const revert = other(
      () => {
        Object.assign(keeper.status, applied('bbb'));
        scene.cluster.deployNow('api', 'shop:v1');
      },
      { changesSource: true },
    );
    expect(await rollBack(recorded, { others: [revert] })).toMatchObject({
      status: 'verified',
      attempts: [
        {
          detail: expect.stringContaining(
            'the Flux ImageUpdateAutomation tags may write the rejected image again: suspend it (flux suspend image update tags -n keepers)',
          ),
        },
      ],
    });
  });

  it.each<[string, (keeper: Obj) => void, RegExp]>([
    ['does not apply it', () => undefined, /web has not applied another revision yet/],
    [
      'applies it, and it does not become healthy',
      (keeper) => Object.assign(keeper.status, applied('bbb'), { conditions: [] }),
      /web has not applied bbb in full/,
    ],
    [
      'applies something with the same version',
      (keeper) => Object.assign(keeper.status, applied('bbb')),
      /deployment\/api still has the version that was judged/,
    ],
  ])('that changes the source, and the owner %s: unverified', async (_, make, why) => {
    const recorded = await deployed(flux);
    const keeper = scene.cluster.keeper('Kustomization', 'web', {}, applied('aaa'));
    const revert = other(
      () => {
        make(keeper);
      },
      { changesSource: true },
    );
    const report = await rollBack(recorded, { others: [revert] });
    expect(report.status).toBe('unverified');
    expect(report.detail).toMatch(why);
    expect(scene.cluster.image('api')).toBe('shop:v2');
  });

  it('that changes the source, and the workload goes with it: unverified', async () => {
    const recorded = await deployed(flux);
    const keeper = scene.cluster.keeper('Kustomization', 'web', {}, applied('aaa'));
    const revert = other(
      () => {
        Object.assign(keeper.status, applied('bbb'));
        scene.cluster.remove(scene.cluster.workload('api'));
      },
      { changesSource: true },
    );
    const report = await rollBack(recorded, { others: [revert] });
    expect(report).toMatchObject({
      status: 'unverified',
      detail: expect.stringContaining('deployment/api is gone'),
    });
  });

  it.each<[string, Readonly<Record<string, string>>, () => Obj, RegExp]>([
    [
      'Flux is suspended',
      flux,
      () => scene.cluster.keeper('Kustomization', 'web', { suspend: true }, applied('aaa')),
      /web is suspended and applies nothing/,
    ],
    [
      'Argo CD is synced by hand',
      argo,
      () => scene.cluster.keeper('Application', 'web', {}),
      /web is synced by hand: sync it/,
    ],
  ])('that changes the source, while %s: unverified at once', async (_, labels, keep, why) => {
    const recorded = await deployed(labels);
    keep();
    const began = scene.clock.monotonic();
    const report = await rollBack(recorded, {
      others: [other(() => undefined, { changesSource: true })],
      isFirst: true,
    });
    expect(report).toMatchObject({ status: 'unverified', attempts: [{ id: 'ci' }] });
    expect(report.detail).toMatch(why);
    expect(scene.clock.monotonic() - began).toBeLessThan(5000);
  });

  it('that only proposes a change of the source: unverified at once, even when the service recovers', async () => {
    const recorded = await deployed(flux);
    scene.cluster.keeper('Kustomization', 'web', {}, applied('aaa'));
    const began = scene.clock.monotonic();
    const report = await rollBack(recorded, {
      others: [
        other(() => undefined, {
          changesSource: true,
          execute: () =>
            Promise.resolve({
              outcome: 'triggered',
              detail: 'Pull request #12 is open. Nothing is rolled back before it is merged.',
              notBack: 'nothing is rolled back before it is merged',
              versionConfirmed: null,
            }),
        }),
      ],
      isFirst: true,
    });
    expect(report).toMatchObject({
      status: 'unverified',
      detail: 'all recovered, but nothing is rolled back before it is merged',
      attempts: [
        {
          id: 'ci',
          outcome: 'triggered',
          detail: 'Pull request #12 is open. Nothing is rolled back before it is merged.',
        },
      ],
    });
    expect(scene.clock.monotonic() - began).toBeLessThan(5000);
  });

  it('that changes the source late: the owner is waited for within the time of the whole chain', async () => {
    const recorded = await deployed(flux);
    scene.cluster.keeper('Kustomization', 'web', {}, applied('aaa'));
    const began = scene.clock.monotonic();
    const slow = other(() => undefined, {
      changesSource: true,
      execute: async () => {
        await scene.clock.sleep(200_000, never);
        return { outcome: 'verified', detail: 'done.', versionConfirmed: null };
      },
    });
    expect(await rollBack(recorded, { others: [slow] })).toMatchObject({ status: 'unverified' });
    // `rollback-timeout` is ten minutes here.
    expect(scene.clock.monotonic() - began).toBeLessThan(605_000);
  });

  it('that changes the source, where nothing keeps the workloads: the order stays', async () => {
    const recorded = await deployed({});
    const report = await rollBack(recorded, {
      others: [other(() => undefined, { changesSource: true })],
    });
    expect(report.attempts.map(({ id }) => id)).toEqual(['kubernetes']);
  });

  it('that changes the source and fails: the undo follows, and is not verified', async () => {
    const recorded = await deployed(flux);
    scene.cluster.keeper('Kustomization', 'web', {}, applied('aaa'));
    const failed = { outcome: 'failed', detail: 'no token.', versionConfirmed: null } as const;
    const report = await rollBack(recorded, {
      others: [
        other(() => undefined, { changesSource: true, execute: () => Promise.resolve(failed) }),
      ],
    });
    expect(report).toMatchObject({
      status: 'unverified',
      attempts: [
        { id: 'ci', outcome: 'failed' },
        { id: 'kubernetes', outcome: 'triggered' },
      ],
    });
  });
});

describe('the wait for what was deployed', () => {
  /** What is waited for, and what there is to say of it; `later` happens after 40 s. */
  async function waited(
    labels: Readonly<Record<string, string>>,
    keeper: Obj | undefined,
    later: () => void = () => undefined,
  ): Promise<{
    readonly why: string | undefined;
    readonly seconds: number;
    readonly lines: string[];
  }> {
    await scene.cluster.create('deployment', 'api', 'shop:v1');
    Object.assign(scene.cluster.workload('api').metadata.labels, labels);
    if (keeper !== undefined) scene.cluster.touch(keeper);
    const strategy = scene.strategy({ recorded: await scene.snapshot() });
    const began = scene.clock.monotonic();
    const lines: string[] = [];
    void scene.clock.sleep(40_000, never).then(later);
    const limited = deadline(scene.clock, 600_000, 'the wait', never);
    const why = await scene.wait(strategy.awaitDeploy!((line) => lines.push(line), limited.signal));
    limited.clear();
    return { why, seconds: (scene.clock.monotonic() - began) / 1000, lines };
  }

  it('ends when a newer revision is applied, and says once what it waits for', async () => {
    const keeper = scene.cluster.keeper('Kustomization', 'web', {}, applied('aaa'));
    const { why, seconds, lines } = await waited(flux, keeper, () => {
      Object.assign(keeper.status, applied('bbb'));
    });
    expect(why).toBeUndefined();
    expect(seconds).toBeGreaterThanOrEqual(40);
    expect(seconds).toBeLessThan(45);
    expect(lines).toEqual([
      'the Flux Kustomization web has applied nothing newer than aaa yet: waiting for it',
    ]);
  });

  it('ends when a newer revision is tried, and the workload has another version: it may never become ready', async () => {
    const keeper = scene.cluster.keeper('Kustomization', 'web', {}, applied('aaa'));
    const { why, seconds } = await waited(flux, keeper, () => {
      Object.assign(keeper.status, { lastAttemptedRevision: 'main@sha1:bbb' });
      scene.cluster.deployNow('api', 'shop:bad');
    });
    expect(why).toBeUndefined();
    expect(seconds).toBeLessThan(45);
  });

  it('gives up, and says what did not come', async () => {
    const keeper = scene.cluster.keeper('Kustomization', 'web', {}, applied('aaa'));
    const { why, seconds } = await waited(flux, keeper);
    expect(why).toBe('the Flux Kustomization web has applied nothing newer than aaa');
    expect(seconds).toBeCloseTo(600, 0);
  });

  it.each<[string, Readonly<Record<string, string>>, () => Obj | undefined]>([
    ['nothing keeps the workload', {}, () => undefined],
    [
      'the owner is suspended',
      flux,
      () => scene.cluster.keeper('Kustomization', 'web', { suspend: true }, applied('aaa')),
    ],
    ['the owner cannot be read', flux, () => undefined],
  ])('is none where %s', async (_, labels, keep) => {
    expect(await waited(labels, keep())).toMatchObject({ why: undefined, seconds: 0, lines: [] });
  });
});

describe('preflight of a workload that is kept as its source says', () => {
  it.each<[string, KubernetesStrategyOptions, Record<string, unknown>, RegExp]>([
    [
      'warns that a rollback would be taken back',
      {},
      { interval: '10m' },
      /^warning: deployment\/api belongs to the Flux Kustomization web: after a rollback, Flux will put shop:v2 back .*unverified/,
    ],
    [
      'says that it would be paused',
      { pauses: true },
      {},
      /^notice: .*flux resume kustomization web/,
    ],
    [
      'says that the source is changed first',
      { hasSourceStrategy: true },
      {},
      /^notice: .*its source is changed first/,
    ],
    ['says that it is suspended', {}, { suspend: true }, /^notice: .*suspended/],
  ])('%s', async (_, options, spec, words) => {
    const recorded = await deployed(flux);
    scene.cluster.keeper('Kustomization', 'web', spec, applied('aaa'));
    const found = await scene.wait(scene.strategy({ ...options, recorded }).preflight(never));
    expect(found.map(({ level, message }) => `${level}: ${message}`)).toContainEqual(
      expect.stringMatching(words),
    );
  });
});
