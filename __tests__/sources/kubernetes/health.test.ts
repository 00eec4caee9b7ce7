import { beforeEach, describe, expect, it } from '@jest/globals';
import { setUpKubernetesChecks } from '../../../src/sources/kubernetes/health.js';
import { createChecks, type CheckDependencies } from '../../../src/sources/registry.js';
import type { Asked, HealthCheck, HealthResult } from '../../../src/contract/check.js';
import { confirm } from '../../../src/gate/confirm.js';
import { watch, type WatchOutcome } from '../../../src/gate/watch.js';
import {
  StandInKubectl,
  refusal,
  unreachable,
  type StoredObject,
} from '../../support/stand-in-kubectl.js';
import { resolveWith } from '../../support/resolve-inputs.js';
import { never } from '../../support/strategy-dependencies.js';
import { VirtualClock } from '../../support/virtual-clock.js';

interface Status {
  readonly restarts?: number;
  readonly ready?: boolean;
  readonly waiting?: string;
  readonly message?: string;
  readonly exitCode?: number;
  readonly reason?: string;
  readonly createdAt?: string;
}

function pod(id: string, given: Status = {}): StoredObject {
  const { restarts = 0, ready = true, waiting, message, exitCode, reason = 'Error' } = given;
  return {
    kind: 'Pod',
    metadata: {
      name: `api-5d4f-${id}`,
      creationTimestamp: given.createdAt ?? '2026-01-01T00:00:00Z',
      labels: { app: 'api', 'pod-template-hash': '5d4f' },
    },
    status: {
      phase: 'Running',
      containerStatuses: [
        {
          name: 'main',
          ready,
          restartCount: restarts,
          state:
            waiting === undefined
              ? { running: {} }
              : { waiting: { reason: waiting, message: message ?? '' } },
          ...(exitCode === undefined ? {} : { lastState: { terminated: { exitCode, reason } } }),
        },
      ],
    },
  };
}

function deployment(name = 'api', available = 2): StoredObject {
  return {
    kind: 'Deployment',
    metadata: { name, uid: `uid-${name}`, generation: 1 },
    spec: { replicas: 2, selector: { matchLabels: { app: name } }, template: {} },
    status: {
      observedGeneration: 1,
      replicas: 2,
      updatedReplicas: 2,
      availableReplicas: available,
    },
  };
}

describe('the kubernetes source', () => {
  let clock: VirtualClock;
  let cluster: StandInKubectl;

  beforeEach(() => {
    clock = new VirtualClock();
    cluster = new StandInKubectl().add(deployment(), pod('a'), pod('b'));
  });

  function dependencies(flags: Readonly<Record<string, string>> = {}): CheckDependencies {
    const { settings } = resolveWith({
      flags: { 'kubernetes-health': 'true', 'kubernetes-workload': 'deployment/api', ...flags },
    });
    return {
      settings,
      entries: [],
      clock,
      http: () => {
        throw new Error('no HTTP here');
      },
      exec: cluster.exec,
      env: {},
      redact: (text) => text.replaceAll('hunter2', '***'),
      random: () => 0.5,
      leastRate: 0,
      commandEnv: {},
      platform: process.platform,
      logLines: 0,
    };
  }

  function checkWith(flags: Readonly<Record<string, string>> = {}): HealthCheck {
    const [check] = setUpKubernetesChecks(dependencies(flags));
    if (check?.kind !== 'health') throw new Error('no health check');
    return check;
  }

  /** Two probes: the second one after this has happened. */
  async function after(
    change: () => unknown,
    flags: Readonly<Record<string, string>> = {},
  ): Promise<HealthResult> {
    const check = checkWith(flags);
    expect(await check.probe(never)).toEqual({ ok: true, detail: '' });
    change();
    return check.probe(never);
  }

  const replace = (id: string, status: Status): void => {
    cluster.remove('Pod', `api-5d4f-${id}`);
    cluster.add(pod(id, status));
  };
  const available = (count: number): void => {
    cluster.find('Deployment', 'api').status!.availableReplicas = count;
  };

  it('kubernetes-health false: no check', async () => {
    const deps = dependencies({ 'kubernetes-health': 'false' });
    expect(await createChecks(deps)).toEqual([]);
  });

  it('is one health check for all workloads, each once', async () => {
    const flags = {
      'kubernetes-workload': 'deployment/api, statefulset/db',
      'canary-workload': 'deployment/canary, deployment/api',
      ...{ 'health-failures': '4', 'health-successes': '3', 'health-interval': '7s' },
    };
    const [check, ...others] = await createChecks(dependencies(flags));
    expect(others).toEqual([]);
    expect(check).toMatchObject({
      ...{ id: 'kubernetes-health', kind: 'health', source: 'kubernetes', every: 7000 },
      subject: 'deployment/api, statefulset/db, deployment/canary',
      limit: { metric: 'health', failures: 4, successes: 3 },
    });
  });

  describe('a container', () => {
    it('that restarts since the watch started: failed', async () => {
      const result = await after(() => {
        replace('a', { restarts: 1, exitCode: 1 });
      });
      expect(result).toEqual({
        ok: false,
        detail: 'deployment/api: 1 of 2 pods: container main restarts (exit code 1)',
        changed: true,
      });
    });

    const tenPods = (others: readonly string[] = 'c d e f g h i j'.split(' ')): void => {
      cluster.add(...others.map((id) => pod(id)));
    };

    it('one of one pod in ten that restarts once: good, and noted', async () => {
      tenPods();
      const check = checkWith();
      await check.probe(never);
      replace('a', { restarts: 1, exitCode: 137, reason: 'OOMKilled' });
      expect(await check.probe(never)).toEqual({ ok: true, detail: '' });
      expect(check.findings!()).toEqual([
        {
          ...{ level: 'notice', subject: 'kubernetes-health' },
          message:
            'deployment/api: 1 of 10 pods: container main restarted once (exit code 137, OOMKilled), and is ready again; that alone is not a failure',
        },
      ]);
    });

    it.each<[string, Status]>([
      ['restarts again', { restarts: 2, exitCode: 1 }],
      ['is not ready', { restarts: 1, exitCode: 1, ready: false }],
      ['waits for a restart', { restarts: 1, ready: false, waiting: 'CrashLoopBackOff' }],
    ])('one of one pod in ten that %s: failed, and no longer noted', async (_, status) => {
      tenPods();
      const check = checkWith();
      await check.probe(never);
      replace('a', { restarts: 1, exitCode: 1 });
      expect(await check.probe(never)).toMatchObject({ ok: true });
      replace('a', status);
      expect(await check.probe(never)).toMatchObject({ ok: false, changed: true });
      expect(check.findings!()).toEqual([]);
    });

    it('one of one pod in fifty that restarts once: good; of ten pods in fifty: failed', async () => {
      const others = [...Array(48).keys()].map((n) => `x${String(n)}`);
      tenPods(others);
      const check = checkWith();
      await check.probe(never);
      for (const [count, ok] of [
        [1, true],
        [9, true],
        [10, false],
      ] as const) {
        for (const id of others.slice(0, count)) replace(id, { restarts: 1, exitCode: 1 });
        expect(await check.probe(never)).toMatchObject({ ok });
      }
    });

    it('that restarted only before: good', async () => {
      replace('a', { restarts: 7, exitCode: 1 });
      expect(await after(() => undefined)).toEqual({ ok: true, detail: '' });
    });

    it('that restarts in a newer pod: failed', async () => {
      const result = await after(() =>
        cluster.add(pod('c', { restarts: 2, exitCode: 137, reason: 'OOMKilled' })),
      );
      expect(result.detail).toBe(
        'deployment/api: 1 of 3 pods: container main restarts (exit code 137, OOMKilled)',
      );
    });

    it('of a new pod with an old name: its restarts count', async () => {
      replace('a', { restarts: 7 });
      const result = await after(() => {
        replace('a', { restarts: 7, createdAt: '2026-01-01T00:01:00Z' });
      });
      expect(result.ok).toBe(false);
    });

    it('in a crash loop: failed at the first probe', async () => {
      replace('a', { restarts: 7, ready: false, waiting: 'CrashLoopBackOff', exitCode: 1 });
      replace('b', { restarts: 3, ready: false, waiting: 'CrashLoopBackOff', exitCode: 1 });
      expect(await checkWith().probe(never)).toEqual({
        ok: false,
        detail:
          'deployment/api: 2 of 2 pods: container main restarts (exit code 1, CrashLoopBackOff)',
      });
    });

    it.each(['ImagePullBackOff', 'ErrImagePull', 'CreateContainerConfigError'])(
      'that cannot start: %s: failed',
      async (waiting) => {
        const message = '::error::no hunter2 here';
        const result = await after(() => {
          replace('a', { ready: false, waiting, message });
        });
        expect(result).toEqual({
          ok: false,
          detail: `deployment/api: 1 of 2 pods: container main does not start (${waiting}: ::error::no *** here)`,
          changed: true,
        });
      },
    );

    it.each([
      ['of a pod that is being deleted', { deletionTimestamp: 'now' }, {}],
      ['of a pod that has ended', {}, { phase: 'Failed' }],
      [
        'of another workload with the same label',
        { name: 'canary-77aa-x', labels: { app: 'api', 'pod-template-hash': '77aa' } },
        {},
      ],
    ])('%s is ignored', async (_, metadata, status) => {
      const bad = pod('x', { restarts: 3, waiting: 'CrashLoopBackOff' });
      Object.assign(bad.metadata, metadata);
      Object.assign(bad.status!, status);
      expect(await after(() => cluster.add(bad))).toEqual({ ok: true, detail: '' });
    });
  });

  describe('replicas that are not available', () => {
    it('are waited for during the warm-up only', async () => {
      available(1);
      replace('a', { ready: false, waiting: 'ContainerCreating' });
      const check = checkWith({ 'warm-up': '30s' });
      const detail =
        'deployment/api: 1 of 2 replicas are not available (container main waits (ContainerCreating))';
      expect(await check.probe(never)).toEqual({ ok: null, detail: `${detail} so far` });
      await clock.advance(29_000);
      expect(await check.probe(never)).toMatchObject({ ok: null });
      await clock.advance(1000);
      expect(await check.probe(never)).toEqual({ ok: false, detail });
      available(2);
      expect(await check.probe(never)).toEqual({ ok: true, detail: '' });
    });

    it('because no node accepts the pod: failed, with the reason', async () => {
      available(1);
      const pending = pod('a', { ready: false });
      pending.status = {
        phase: 'Pending',
        conditions: [{ type: 'PodScheduled', status: 'False', message: '0/2 nodes are available' }],
      };
      cluster.remove('Pod', 'api-5d4f-a');
      cluster.add(pending);
      expect(await checkWith({ 'warm-up': '0s' }).probe(never)).toEqual({
        ok: false,
        detail:
          'deployment/api: 1 of 2 replicas are not available (no node takes a pod: 0/2 nodes are available)',
      });
    });
  });

  describe('the last lines of a container', () => {
    beforeEach(() => {
      cluster.logs = 'one\n\n::error::two hunter2\n##vso[x]\n';
    });

    it('are shown once, as many as report-logs says, without secrets and commands', async () => {
      const check = checkWith({ 'report-logs': '2' });
      replace('a', { restarts: 2, ready: false, waiting: 'CrashLoopBackOff', exitCode: 1 });
      const { detail } = await check.probe(never);
      expect(detail).toMatch(
        / CrashLoopBackOff\); its last lines: \u2060::error::two \*\*\* \| #\u2060#vso\[x\]$/,
      );
      cluster.logs = 'others';
      expect((await check.probe(never)).detail).toBe(detail);
      expect(cluster.callsOf('logs')).toMatchObject([
        ['logs', 'api-5d4f-a', '-c', 'main', '--tail=2', '--request-timeout=10s'],
      ]);
    });

    it('are those of the previous instance after a restart', async () => {
      await after(
        () => {
          replace('a', { restarts: 1, exitCode: 1 });
        },
        { 'report-logs': '2' },
      );
      expect(cluster.callsOf('logs')[0]).toContain('--previous');
    });

    it('are not read without report-logs, nor for a container that never ran', async () => {
      replace('a', { restarts: 2, waiting: 'CrashLoopBackOff' });
      await checkWith().probe(never);
      replace('a', { ready: false, waiting: 'ImagePullBackOff' });
      await checkWith({ 'report-logs': '5' }).probe(never);
      expect(cluster.callsOf('logs')).toEqual([]);
    });

    it('are left out when they cannot be read or are empty', async () => {
      replace('a', { restarts: 2, waiting: 'CrashLoopBackOff' });
      cluster.logs = '\n\n';
      expect((await checkWith({ 'report-logs': '5' }).probe(never)).detail).toMatch(/Off\)$/);
      cluster.instead = (args) => (args[0] === 'logs' ? refusal('Forbidden', 'no') : undefined);
      expect((await checkWith({ 'report-logs': '5' }).probe(never)).detail).toMatch(/Off\)$/);
    });

    it('are cut', async () => {
      cluster.logs = `${'x'.repeat(5000)}\n`.repeat(50);
      replace('a', { restarts: 2, waiting: 'CrashLoopBackOff' });
      const { detail } = await checkWith({ 'report-logs': '50' }).probe(never);
      expect(detail.length).toBeLessThan(1600);
    });
  });

  describe('an error of the cluster', () => {
    it.each([
      ['no answer', unreachable, /refused/],
      ['no right', refusal('Forbidden', 'pods is forbidden'), /pods is forbidden/],
      ['garbage as output', { stdout: 'I am fine' }, /not JSON/],
      ['an exit without a reason', { code: 3 }, /ended with code 3/],
      [
        'no kubectl',
        { code: null, spawnError: { code: 'ENOENT', message: 'kubectl: ENOENT' } },
        /not on the PATH/,
      ],
    ])('%s: nothing known', async (_, answer, says) => {
      const result = await after(() => {
        cluster.instead = () => answer;
      });
      expect(result).toEqual({ ok: null, detail: expect.stringMatching(says) });
    });

    it('a workload that was deleted: failed', async () => {
      const result = await after(() => {
        cluster.remove('Deployment', 'api');
      });
      expect(result).toEqual({
        ok: false,
        detail: 'deployment/api: it is not there any more',
        changed: true,
      });
    });

    it('one bad workload and one that cannot be read: failed', async () => {
      cluster.add(deployment('other'));
      const names = 'deployment/api, deployment/other';
      replace('a', { restarts: 3, waiting: 'CrashLoopBackOff' });
      cluster.instead = (args) =>
        args[1]?.endsWith('/other') ? refusal('InternalError', 'x') : undefined;
      expect((await checkWith({ 'kubernetes-workload': names }).probe(never)).ok).toBe(false);
    });

    it('a kubectl that hangs: no second one is started', async () => {
      const check = checkWith();
      let letGo: () => void = () => undefined;
      cluster.instead = () =>
        new Promise((resolve) => {
          letGo = () => {
            resolve(unreachable);
          };
        });
      const first = check.probe(never);
      await clock.advance(0);
      expect(await check.probe(never)).toEqual({
        ok: null,
        detail: 'the last probe is not done yet',
      });
      letGo();
      await first;
      cluster.instead = () => undefined;
      expect(await check.probe(never)).toEqual({ ok: true, detail: '' });
      expect(cluster.calls).toHaveLength(3);
    });
  });

  describe('preflight', () => {
    it('no finding for a working set-up', async () => {
      expect(await checkWith().preflight(never)).toEqual([]);
    });

    it.each<{ name: string; flags: Record<string, string>; says: RegExp }>([
      {
        name: 'no workload is named',
        flags: { 'kubernetes-workload': '' },
        says: /there is no workload to observe/,
      },
      {
        name: 'a workload does not exist',
        flags: { 'canary-workload': 'statefulset/no' },
        says: /^statefulset\/no is not there$/,
      },
    ])('an error when $name', async ({ flags, says }) => {
      expect(await checkWith(flags).preflight(never)).toEqual([
        {
          ...{ level: 'error', subject: 'kubernetes-health' },
          message: expect.stringMatching(says),
          fix: expect.any(String),
        },
      ]);
    });

    it('a notice for a workload that is not there before the deploy', async () => {
      const check = checkWith({ 'canary-workload': 'statefulset/no' });
      expect(await check.preflight(never, true)).toEqual([
        {
          ...{ level: 'notice', subject: 'kubernetes-health' },
          message: 'statefulset/no is not there yet',
          fix: expect.stringMatching(/^if the deploy does not make it, correct/),
        },
      ]);
    });

    it.each([['pods may not be listed', 'list pods', /list pods/]])(
      'an error when %s',
      async (_, right, fix) => {
        cluster.denied.add(right);
        expect(await checkWith().preflight(never)).toEqual([
          expect.objectContaining({ level: 'error', fix: expect.stringMatching(fix) }),
        ]);
      },
    );

    it('an error without kubectl', async () => {
      cluster.instead = () => ({
        code: null,
        spawnError: { code: 'ENOENT', message: 'kubectl: ENOENT' },
      });
      expect(await checkWith().preflight(never)).toMatchObject([
        { message: 'kubectl is not on the PATH', fix: expect.stringMatching(/install kubectl/) },
      ]);
    });

    it('no workload to observe: the health check knows nothing', async () => {
      expect(await checkWith({ 'kubernetes-workload': '' }).probe(never)).toMatchObject({
        ok: null,
      });
    });
  });

  describe('asked before the deploy', () => {
    const crashing: Status = {
      ...{ restarts: 7, ready: false, waiting: 'CrashLoopBackOff', exitCode: 1 },
    };
    const ask = async (check: HealthCheck, at = 0): Promise<Asked | undefined> =>
      check.askables?.[at]?.ask(never);
    const recalled = (asked: Asked | undefined): HealthCheck => {
      const check = checkWith({ 'warm-up': '0s' });
      if (asked !== undefined) check.askables?.[0]?.recall(asked);
      return check;
    };

    it('each workload is asked by itself', async () => {
      cluster.add(deployment('other', 1));
      const check = checkWith({ 'kubernetes-workload': 'deployment/api, deployment/other' });
      expect(check.askables?.map(({ subject }) => subject)).toEqual([
        'deployment/api',
        'deployment/other',
      ]);
      expect(await ask(check)).toEqual({ passed: true, detail: '', ms: 0 });
      expect(await ask(check, 1)).toMatchObject({
        passed: false,
        detail: 'deployment/other: 1 of 2 replicas are not available',
      });
    });

    it('a workload that is not there is absent; a cluster that does not answer tells nothing', async () => {
      expect(await ask(checkWith({ 'kubernetes-workload': 'deployment/no' }))).toMatchObject({
        passed: false,
        absent: true,
      });
      cluster.instead = () => unreachable;
      expect(await ask(checkWith())).toBeUndefined();
    });

    it('what is unready by the same cause is no change, whatever its numbers and back-offs', async () => {
      replace('a', crashing);
      const before = await ask(checkWith());
      expect(before).toMatchObject({ passed: false, causes: ['main restarts: 1 Error'] });
      replace('a', { ...crashing, restarts: 8 });
      replace('b', crashing);
      expect(await recalled(before).probe(never)).toEqual({
        ok: false,
        detail: expect.stringMatching(/2 of 2 pods: container main restarts/),
      });
    });

    it.each<[string, Status]>([
      ['another exit', { ...crashing, exitCode: 137, reason: 'OOMKilled' }],
      ['another trouble', { ready: false, waiting: 'ImagePullBackOff' }],
    ])('%s is a change', async (_, status) => {
      replace('a', crashing);
      const before = await ask(checkWith());
      replace('a', status);
      expect(await recalled(before).probe(never)).toMatchObject({ ok: false, changed: true });
    });

    it('what was available, or is so in the watch, has changed when it is not', async () => {
      const before = await ask(checkWith());
      available(1);
      expect(await recalled(before).probe(never)).toMatchObject({ ok: false, changed: true });
      const unavailable = await ask(checkWith());
      const check = recalled(unavailable);
      expect(await check.probe(never)).not.toHaveProperty('changed');
      available(2);
      expect(await check.probe(never)).toEqual({ ok: true, detail: '' });
      available(1);
      expect(await check.probe(never)).toMatchObject({ ok: false, changed: true });
    });
  });

  describe('in a watch', () => {
    function watched(change: () => unknown, at: number): Promise<WatchOutcome> {
      const outcome = watch({
        plan: {
          ...{ warmUp: 30_000, duration: 120_000, interval: 10_000 },
          ...{ sensitivity: 'normal', decision: 'balanced', minRequests: 20, earlyPass: false },
        },
        checks: [checkWith({ 'warm-up': '30s' })],
        clock,
        signal: never,
        observer: { event: () => undefined, tick: () => undefined },
        tickEvery: 60_000,
      });
      void clock.sleep(at).then(change);
      return clock.runUntil(outcome);
    }

    it('every replica available: healthy', async () => {
      expect(await watched(() => undefined, 0)).toMatchObject({ verdict: 'healthy' });
    });

    it('a crash loop in the middle: unhealthy after three probes', async () => {
      const outcome = await watched(() => {
        replace('a', { restarts: 1, ready: false, waiting: 'CrashLoopBackOff', exitCode: 1 });
      }, 60_001);
      expect(outcome).toMatchObject({
        verdict: 'unhealthy',
        decidedBy: ['kubernetes-health'],
        decidedAt: 75_000,
      });
      expect(outcome.reason).toContain(
        'deployment/api: 1 of 2 pods: container main restarts (exit code 1, CrashLoopBackOff)',
      );
    });

    it('more replicas that take 25 s to start: healthy', async () => {
      const { spec, status } = cluster.find('Deployment', 'api');
      expect(
        await watched(() => {
          spec!.replicas = 3;
          status!.replicas = 3;
          void clock.sleep(25_000).then(() => {
            status!.updatedReplicas = 3;
            status!.availableReplicas = 3;
          });
        }, 60_001),
      ).toMatchObject({ verdict: 'healthy' });
    });

    it('never ready: unhealthy soon after the warm-up', async () => {
      available(0);
      expect(await watched(() => undefined, 0)).toMatchObject({
        verdict: 'unhealthy',
        decidedAt: 40_000,
      });
    });

    it('a cluster that does not answer at the end: inconclusive', async () => {
      expect(
        await watched(() => {
          cluster.instead = () => unreachable;
        }, 100_000),
      ).toMatchObject({
        verdict: 'inconclusive',
        reason: expect.stringMatching(/kubernetes-health.*refused/),
      });
    });

    it('a confirmation waits until every replica is available', async () => {
      available(1);
      const work = confirm({
        checks: [checkWith()],
        isRecovery: true,
        clock,
        signal: never,
        timeout: 120_000,
        minRequests: 20,
        requestsPerSecond: 10,
      });
      await clock.advance(20_000);
      available(2);
      expect(await clock.runUntil(work)).toMatchObject({ confirmed: true });
      expect(clock.monotonic()).toBeGreaterThanOrEqual(20_000);
    });
  });
});
