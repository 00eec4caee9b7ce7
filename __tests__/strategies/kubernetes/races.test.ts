import { beforeEach, describe, expect, it } from '@jest/globals';
import { Cancelled, DeadlineReached } from '../../../src/support/abort.js';
import type { Plan, Strategy } from '../../../src/contract/strategy.js';
import { failing, type Hook } from '../../support/stand-in-cluster.js';
import { never, Scene } from '../../support/kubernetes-strategy.js';

let scene: Scene;
let strategy: Strategy;
let plan: Plan;

beforeEach(async () => {
  scene = new Scene();
  await scene.cluster.create('deployment', 'api', 'shop:v1');
  const recorded = await scene.snapshot();
  await scene.cluster.deploy('api', 'shop:bad');
  strategy = scene.strategy({ recorded });
  await scene.wait(strategy.capture!(never));
  plan = await scene.mustPlan(strategy);
});

/** Before the change, so often. */
function beforePatch(times: number, act: (count: number) => ReturnType<Hook>): void {
  let count = 0;
  scene.cluster.hooks.push(({ args }) =>
    args[0] === 'patch' && count < times ? act(++count) : undefined,
  );
}

function stopAfter(ms: number, reason: Error): AbortSignal {
  const stop = new AbortController();
  void scene.clock.sleep(ms).then(() => {
    stop.abort(reason);
  });
  return stop.signal;
}

describe('a conflicting change that is no deploy', () => {
  it.each([1, 2, 3])('scaled %s times before the patch: retried, and verified', async (times) => {
    beforePatch(times, (count) => {
      scene.cluster.scale('api', 2 + count);
      return undefined;
    });
    expect(await scene.execute(strategy, plan)).toMatchObject({ outcome: 'verified' });
    expect(scene.cluster.image('api')).toBe('shop:v1');
    expect(scene.cluster.workload('api').spec.replicas).toBe(2 + times);
    expect(scene.cluster.count('patch')).toBe(times + 1);
  });

  it('scaled before every patch: the fourth attempt requires only the same version, and is verified', async () => {
    beforePatch(Infinity, (count) => {
      scene.cluster.scale('api', 2 + count);
      return undefined;
    });
    expect(await scene.execute(strategy, plan)).toMatchObject({ outcome: 'verified' });
    expect(scene.cluster.image('api')).toBe('shop:v1');
    expect(scene.cluster.workload('api').spec.replicas).toBe(6);
    const patches = scene.cluster.calls.filter(({ args }) => args[0] === 'patch');
    const tested = patches.map(({ args }) =>
      (JSON.parse(args[args.indexOf('-p') + 1]!) as { op: string; path: string }[])
        .filter(({ op }) => op === 'test')
        .map(({ path }) => path),
    );
    const first = ['/metadata/resourceVersion'];
    expect(tested).toEqual([first, first, first, ['/metadata/uid', '/spec/template']]);
  });

  it('scaled three times and then deployed: withheld, not overwritten', async () => {
    beforePatch(Infinity, (count) => {
      if (count < 4) scene.cluster.scale('api', 2 + count);
      else if (count === 4) scene.cluster.deployNow('api', 'shop:newer');
      return undefined;
    });
    expect(await scene.execute(strategy, plan)).toMatchObject({ kind: 'withheld' });
    expect(scene.cluster.image('api')).toBe('shop:newer');
  });

  it('a conflict in every attempt: failed after ten, nothing was changed', async () => {
    beforePatch(Infinity, (count) => {
      scene.cluster.scale('api', count);
      return failing('Error from server (Conflict): the object has been modified');
    });
    expect(await scene.execute(strategy, plan)).toMatchObject({
      outcome: 'failed',
      versionConfirmed: null,
      detail: expect.stringMatching(/changed by others 10 times in between/),
    });
    expect(scene.cluster.count('patch')).toBe(10);
    expect(scene.cluster.image('api')).toBe('shop:bad');
  });

  it("three conflicts by the server's message: retried, and verified", async () => {
    beforePatch(3, () =>
      failing(
        'Error from server (Conflict): Operation cannot be fulfilled on deployments.apps "api": the object has been modified',
      ),
    );
    expect(await scene.execute(strategy, plan)).toMatchObject({ outcome: 'verified' });
  });

  it('a restart before the patch: verified', async () => {
    beforePatch(1, () => {
      const object = scene.cluster.workload('api');
      const { metadata } = object.spec.template as { metadata: Record<string, unknown> };
      metadata.annotations = { 'kubectl.kubernetes.io/restartedAt': '2026-01-01T00:00:00Z' };
      scene.cluster.touch(object);
      return undefined;
    });
    expect(await scene.execute(strategy, plan)).toMatchObject({ outcome: 'verified' });
    expect(scene.cluster.image('api')).toBe('shop:v1');
  });

  it('paused before the patch: failed, not changed', async () => {
    beforePatch(1, () => {
      const object = scene.cluster.workload('api');
      object.spec.paused = true;
      scene.cluster.touch(object);
      return undefined;
    });
    expect(await scene.execute(strategy, plan)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/was paused in the meantime/),
    });
  });
});

describe("somebody else's deploy", () => {
  it.each([...Array(50).keys()])(
    'before the patch (%s): withheld, never overwritten',
    async (n) => {
      beforePatch(1, async () => {
        for (let before = 0; before < n % 3; before++) scene.cluster.scale('api', 3 + before);
        scene.cluster.deployNow('api', `shop:newer-${String(n)}`);
        if (n % 2 === 0) await scene.cluster.settle(2000);
        return undefined;
      });
      const result = await scene.execute(strategy, plan);
      expect(result).toMatchObject({
        kind: 'withheld',
        reason: expect.stringMatching(/^deployment\/api: .* replaced ours \(2\)/),
      });
      expect(scene.cluster.image('api')).toBe(`shop:newer-${String(n)}`);
      expect(scene.cluster.workload('api').metadata.annotations).not.toHaveProperty([
        'rollgate.dev/rejected',
      ]);
    },
  );

  it('withheld names the revision that replaced ours, and when', async () => {
    await scene.cluster.deploy('api', 'shop:newer');
    expect(await scene.execute(strategy, plan)).toEqual({
      kind: 'withheld',
      reason: expect.stringMatching(
        /^deployment\/api: revision 3 replaced ours \(2\) at 00:00 UTC$/,
      ),
    });
  });

  it('between capture and plan: withheld', async () => {
    scene.cluster.deployNow('api', 'shop:newer');
    expect(await scene.plan(strategy)).toMatchObject({ kind: 'withheld' });
  });

  it('after our change, while it completes: triggered, and left alone', async () => {
    const result = await scene.execute(strategy, plan, {
      progress: (line) => {
        if (line.includes('has the template')) scene.cluster.deployNow('api', 'shop:newer');
      },
    });
    expect(result).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: false,
      detail: expect.stringMatching(/and then changed again by somebody else/),
    });
    expect(scene.cluster.image('api')).toBe('shop:newer');
  });

  it('before the patch, a deletion of the workload: failed', async () => {
    beforePatch(1, () => {
      scene.cluster.remove(scene.cluster.workload('api'));
      return undefined;
    });
    expect(await scene.execute(strategy, plan)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/not found/),
    });
  });

  it('of the second of two workloads: triggered, and the report says what was changed', async () => {
    await scene.cluster.create('deployment', 'web', 'web:v1');
    const workloads = ['deployment/api', 'deployment/web'];
    await scene.cluster.deploy('web', 'web:bad');
    const both = scene.strategy({ workloads });
    const two = await scene.mustPlan(both);
    scene.cluster.deployNow('web', 'web:newer');
    expect(await scene.execute(both, two)).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(
        /deployment\/shop\/api was rolled back .* deployment\/shop\/web was not changed: somebody else has deployed/,
      ),
      notBack: expect.stringMatching(/^deployment\/shop\/web was not changed: .*[^.]$/),
    });
    expect(scene.cluster.image('web')).toBe('web:newer');
  });
});

describe('a patch with an unclear answer', () => {
  const refused = failing(
    'The connection to the server 10.0.0.1:6443 was refused - did you specify the right host or port?',
  );

  it.each([
    ['a timeout', failing('Unable to connect to the server: net/http: TLS handshake timeout')],
    ['an end of the connection', failing('error: unexpected EOF')],
    ['a killed process', { code: null, signal: 'SIGKILL' as const }],
    ['a process that hangs', { code: null, stopped: 'timeout' as const }],
    ['an answer that is cut off', { code: 0, stdout: '{"kind":' }],
    ['a server error', failing('Error from server (InternalError): an error on the server')],
  ])('%s, and it was applied: verified, and not sent again', async (_, answer) => {
    beforePatch(1, () => {
      scene.cluster.answer(scene.cluster.calls.at(-1)!);
      return answer;
    });
    expect(await scene.execute(strategy, plan)).toMatchObject({ outcome: 'verified' });
    expect(scene.cluster.count('patch')).toBe(1);
  });

  it.each([
    ['a timeout', failing('Unable to connect to the server: context deadline exceeded')],
    ['a refused connection', refused],
    ['garbage', { code: 0, stdout: 'x' }],
  ])('%s, and it was not applied: sent again, and verified', async (_, answer) => {
    beforePatch(2, () => answer);
    expect(await scene.execute(strategy, plan)).toMatchObject({ outcome: 'verified' });
    expect(scene.cluster.count('patch')).toBe(3);
    expect(scene.cluster.image('api')).toBe('shop:v1');
  });

  it('an API server that is away for a minute: waited for, and verified', async () => {
    const until = scene.clock.now() + 60_000;
    scene.cluster.hooks.push(() => (scene.clock.now() < until ? refused : undefined));
    expect(await scene.execute(strategy, plan)).toMatchObject({ outcome: 'verified' });
    expect(scene.cluster.image('api')).toBe('shop:v1');
  });

  it('an API server that is away from then on: triggered, version unknown', async () => {
    beforePatch(1, () => {
      scene.cluster.answer(scene.cluster.calls.at(-1)!);
      scene.cluster.hooks.unshift(() => refused);
      return refused;
    });
    const signal = stopAfter(30_000, new DeadlineReached('kubernetes', 30_000));
    expect(await scene.execute(strategy, plan, { signal })).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: null,
      detail: expect.stringMatching(
        /^It is not known whether deployment\/shop\/api was rolled back .*refused/,
      ),
    });
  });

  it('it was applied, and then somebody deployed: triggered', async () => {
    beforePatch(1, () => {
      scene.cluster.answer(scene.cluster.calls.at(-1)!);
      scene.cluster.deployNow('api', 'shop:newer');
      return refused;
    });
    expect(await scene.execute(strategy, plan)).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/and then changed by somebody else/),
    });
    expect(scene.cluster.image('api')).toBe('shop:newer');
  });

  it('an API server that is away while the change completes: waited for', async () => {
    let until = Infinity;
    scene.cluster.hooks.push(() => (scene.clock.now() < until ? refused : undefined));
    const hook = scene.cluster.hooks.pop()!;
    const result = await scene.execute(strategy, plan, {
      progress: (line) => {
        if (!line.includes('has the template')) return;
        until = scene.clock.now() + 60_000;
        scene.cluster.hooks.push(hook);
      },
    });
    expect(result).toMatchObject({ outcome: 'verified' });
  });
});

describe('a patch that the server refuses', () => {
  it.each([
    ['Error from server (Forbidden): deployments.apps "api" is forbidden', /forbidden/],
    ['The Deployment "api" is invalid: spec.template.spec: Required value', /Required value/],
    [
      'Error from server (BadRequest): admission webhook "policy" denied the request: no',
      /denied the request/,
    ],
    ['error: You must be logged in to the server (Unauthorized)', /logged in/],
  ])('%s: failed, nothing was changed', async (stderr, says) => {
    beforePatch(Infinity, () => failing(stderr));
    expect(await scene.execute(strategy, plan)).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(says),
    });
    expect(scene.cluster.count('patch')).toBe(1);
  });

  it('an unknown message: tried ten times, then failed', async () => {
    beforePatch(Infinity, () => failing('error: something'));
    expect(await scene.execute(strategy, plan)).toMatchObject({ outcome: 'failed' });
    expect(scene.cluster.count('patch')).toBe(10);
  });
});

describe('a signal', () => {
  it('before the patch: nothing is changed, failed', async () => {
    const stop = new AbortController();
    stop.abort(new Cancelled('SIGTERM'));
    expect(await scene.execute(strategy, plan, { signal: stop.signal })).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/was not touched \(cancelled by SIGTERM\)/),
    });
    expect(scene.cluster.count('patch')).toBe(0);
    expect(scene.changes).toBe(0);
  });

  it('during the patch: the patch ends first', async () => {
    beforePatch(1, async () => {
      await scene.clock.sleep(1200);
      return undefined;
    });
    const signal = stopAfter(500, new Cancelled('SIGTERM'));
    const began = scene.clock.monotonic();
    expect(await scene.execute(strategy, plan, { signal })).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: null,
      detail: expect.stringMatching(/was rolled back .*, and was not seen to become ready/),
    });
    expect(scene.cluster.image('api')).toBe('shop:v1');
    expect(scene.clock.monotonic() - began).toBeLessThan(2500);
  });

  it('during a patch that hangs: kubectl is ended in time', async () => {
    scene.cluster.hooks.push(({ args }, signal) =>
      args[0] === 'patch'
        ? new Promise((resolve) => {
            signal.addEventListener('abort', () => {
              resolve({ code: null, stopped: 'aborted' });
            });
          })
        : undefined,
    );
    const began = scene.clock.monotonic();
    const signal = stopAfter(500, new Cancelled('SIGTERM'));
    expect(await scene.execute(strategy, plan, { signal })).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(/^It is not known whether/),
    });
    expect(scene.clock.monotonic() - began).toBe(2000);
  });

  it('while the change completes: the template stays, triggered', async () => {
    scene.cluster.asleep = true;
    const signal = stopAfter(5000, new Cancelled('SIGINT'));
    expect(await scene.execute(strategy, plan, { signal })).toMatchObject({
      outcome: 'triggered',
      detail: expect.stringMatching(
        /cancelled by SIGINT.*its controller has not seen the change yet/,
      ),
    });
    expect(scene.cluster.image('api')).toBe('shop:v1');
  });

  it('leaves no timer behind', async () => {
    await scene.execute(strategy, plan);
    expect(scene.clock.sleeping).toBe(0);
  });
});
