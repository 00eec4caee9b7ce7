import { describe, expect, it } from '@jest/globals';
import { setUpCompose } from '../../../src/strategies/compose/strategy.js';
import type { Captured } from '../../../src/contract/strategy.js';
import { Cancelled } from '../../../src/support/abort.js';
import {
  ComposeScene,
  never,
  type ComposeStrategyOptions,
} from '../../support/compose-strategy.js';
import { away, failing, type StandInContainer } from '../../support/stand-in-docker.js';
import { contextWith } from '../../support/strategy-dependencies.js';

/** v1 is recorded by a snapshot, and v2 is deployed. */
async function deployed(given: ComposeStrategyOptions = {}) {
  const scene = new ComposeScene();
  scene.deploy('api', { image: 'app:v1', environment: ['A=$1', 'B='] });
  scene.deploy('db', { image: 'app:v1', restart: 'always' });
  const recorded = await scene.snapshot(given);
  await scene.clock.advance(60_000);
  scene.deploy('api', { image: 'app:v2', environment: ['A=other'] });
  return { scene, recorded, strategy: await scene.strategy({ ...given, recorded }) };
}

describe('the compose strategy', () => {
  it('rolls back to the version before the deploy, by image id and recorded configuration', async () => {
    const { scene, strategy } = await deployed();
    const db = scene.docker.of('shop', 'db')[0]!.Id;
    const plan = await scene.mustPlan(strategy);
    expect(plan).toMatchObject({
      steps: [
        expect.stringMatching(
          /^take service api of project shop back from app:v2 \(sha256:.{12}\) to app:v1 \(/,
        ),
      ],
      from: { api: expect.stringMatching(/^app:v2 /) },
      to: { api: expect.stringMatching(/^app:v1 /) },
      touches: ['service/api'],
    });
    const context = contextWith();
    expect(await scene.execute(strategy, plan, context)).toMatchObject({
      outcome: 'verified',
      versionConfirmed: true,
      detail: expect.stringMatching(/^Service api runs app:v1 \(sha256:.{12}\) as recorded\.$/),
    });
    expect(context.changes()).toBe(1);
    expect(scene.docker.calls.filter((call) => call.includes(' up '))).toEqual([
      'docker compose --project-name shop --project-directory /srv/shop --file - up --detach --no-deps --no-build --pull never api',
    ]);
    expect(JSON.parse(scene.docker.file)).toEqual({
      services: {
        api: {
          image: scene.docker.of('shop', 'api')[0]!.Image,
          pull_policy: 'never',
          environment: ['A=$$1', 'B='],
          networks: { shop_default: {} },
        },
      },
      networks: { shop_default: { external: true, name: 'shop_default' } },
    });
    expect(scene.docker.of('shop', 'db')[0]!.Id).toBe(db);
    expect(scene.docker.notes('lock')).toEqual([]);
    expect(scene.docker.notes('rejected')).toHaveLength(1);
    expect(scene.clock.sleeping).toBe(0);
  });

  it.each<[string, Parameters<ComposeScene['deploy']>[1]]>([
    ['environment', { image: 'app:v1', environment: ['A=1'] }],
    ['command', { image: 'app:v1', environment: ['A=$1', 'B='], command: ['other'] }],
    ['restart policy', { image: 'app:v1', environment: ['A=$1', 'B='], restart: 'always' }],
  ])('a changed %s alone counts as a deploy', async (_, bad) => {
    const { scene, strategy } = await deployed();
    scene.deploy('api', bad);
    expect((await scene.mustPlan(strategy)).steps[0]).toMatch(
      /^take service api of project shop back to its recorded configuration/,
    );
    expect((await scene.undo(strategy)).result).toMatchObject({ outcome: 'verified' });
  });

  it('the values of the environment are in no snapshot file and no command line', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1', environment: ['KEY=hunter2'] });
    const recorded = await scene.snapshot();
    expect(JSON.stringify(recorded)).not.toContain('hunter2');
    expect(scene.docker.calls.join('\n')).not.toContain('hunter2');
    const [note] = scene.docker.notes('before');
    expect(JSON.stringify(note!.Config.Labels)).not.toContain('hunter2');
    expect(note!.Config.Env.join('')).toContain('hunter2');
  });

  it('without a snapshot rolls back to the last version found healthy', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1' });
    await scene.recordGood();
    scene.deploy('api', { image: 'app:v2' });
    const strategy = await scene.strategy();
    expect((await scene.undo(strategy)).result).toMatchObject({ outcome: 'verified' });
    expect(scene.docker.of('shop', 'api')[0]!.Config.Env).toEqual(['PATH=/bin']);
  });

  it('without a snapshot, and where nothing was found healthy yet, rolls back to what ran before the last deploy', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1' });
    await scene.snapshot();
    scene.deploy('api', { image: 'app:v2' });
    const strategy = await scene.strategy();
    expect((await scene.undo(strategy)).result).toMatchObject({ outcome: 'verified' });
    const again = await scene.plan(await scene.strategy());
    expect(again).toEqual({
      kind: 'skip',
      reason: 'nothing of this deploy to undo: service api runs the recorded version',
    });
  });

  it('without a snapshot skips a version older than deployed-within', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1' });
    await scene.recordGood();
    scene.deploy('api', { image: 'app:v2' });
    await scene.clock.advance(2 * 3_600_000);
    expect(await scene.plan(await scene.strategy())).toEqual({
      kind: 'skip',
      reason:
        'api: what runs is 2h old; this pipeline did not deploy it (`deployed-within` is 1h, and there is no snapshot of this run)',
    });
  });

  it('nothing recorded: skipped, and preflight warns', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1' });
    const strategy = await scene.strategy();
    expect(await scene.plan(strategy)).toEqual({
      kind: 'skip',
      reason: 'api: nothing recorded to return to',
    });
    expect(await scene.wait(strategy.preflight(never))).toMatchObject([
      { level: 'warning', message: expect.stringMatching(/^nothing recorded to return to/) },
    ]);
  });

  it('nothing deployed since the snapshot: withheld', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1' });
    const strategy = await scene.strategy({ recorded: await scene.snapshot() });
    expect(await scene.plan(strategy)).toEqual({
      kind: 'withheld',
      reason:
        'nothing was deployed: service api of project shop runs what ran when the snapshot was taken',
    });
  });

  it('without a snapshot, live version is the recorded one: skipped', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1' });
    await scene.recordGood();
    expect(await scene.plan(await scene.strategy())).toEqual({
      kind: 'skip',
      reason: 'nothing of this deploy to undo: service api runs the recorded version',
    });
  });

  it('the record was pruned: image from the snapshot file, configuration from the live service', async () => {
    const { scene, recorded, strategy } = await deployed();
    scene.deploy('api', { image: 'app:v2', environment: ['A=$1', 'B='] });
    for (const { Id } of scene.docker.notes('before')) scene.docker.containers.delete(Id);
    expect((await scene.undo(strategy)).result).toMatchObject({ outcome: 'verified' });
    scene.deploy('api', { image: 'app:v2', environment: ['A=unknown'] });
    expect(await scene.plan(await scene.strategy({ recorded }))).toMatchObject({
      kind: 'skip',
      reason: expect.stringContaining('is gone from the engine (was it pruned?)'),
    });
  });

  it('a missing image is pulled by its digest: verified with the recorded image, failed with another or none', async () => {
    const scene = new ComposeScene();
    const image = scene.docker.image('r.example/app:v1', {}, 'r.example/app@sha256:11');
    scene.deploy('api', { image: 'r.example/app:v1' });
    const recorded = await scene.snapshot();
    scene.deploy('api', { image: 'app:v2' });
    scene.docker.images.delete(image.Id);
    const strategy = await scene.strategy({ recorded });
    const nowhere = await scene.undo(strategy);
    expect(nowhere.result).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(
        /is gone from the engine and cannot be pulled: .*manifest unknown/,
      ),
    });
    expect(nowhere.context.changes()).toBe(0);
    scene.docker.registry.set('r.example/app@sha256:11', { ...image, Id: 'sha256:other' });
    expect((await scene.undo(strategy)).result).toMatchObject({
      detail: expect.stringContaining('is not the recorded image'),
    });
    scene.docker.registry.set('r.example/app@sha256:11', image);
    const there = await scene.undo(strategy);
    expect(there.result).toMatchObject({ outcome: 'verified' });
    expect(there.context.lines).toEqual([
      'pulling r.example/app@sha256:11, which is gone from the engine',
    ]);
  });

  it('a missing image that came from no registry: failed', async () => {
    const { scene, strategy } = await deployed();
    scene.docker.images.delete(scene.docker.of('shop', 'db')[0]!.Image);
    expect((await scene.undo(strategy)).result).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('came from no registry'),
    });
  });

  it.each<[string, string, RegExp]>([
    ['refused', 'no configuration file provided', /nothing was changed: .*no configuration file/],
    ['with a secret in its message', 'Error: bad hunter2', /\*\*\*/],
  ])('Compose fails (%s): failed, nothing was changed', async (_, stderr, says) => {
    const redact = (text: string): string => text.replaceAll('hunter2', '***');
    const { scene, strategy } = await deployed({ redact });
    scene.docker.hook = (args) => (args.includes('up') ? failing(stderr) : undefined);
    const { result } = await scene.undo(strategy);
    expect(result).toMatchObject({ outcome: 'failed', detail: expect.stringMatching(says) });
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(scene.docker.notes('lock')).toEqual([]);
  });

  it('Compose fails after it removed containers: triggered', async () => {
    const { scene, strategy } = await deployed();
    scene.docker.hook = (args) => {
      if (!args.includes('up')) return undefined;
      for (const { Id } of scene.docker.of('shop', 'api')) scene.docker.containers.delete(Id);
      return failing('Error response from daemon: driver failed programming external connectivity');
    };
    expect((await scene.undo(strategy)).result).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: false,
      detail: expect.stringMatching(/external connectivity\. Service api has no container\.$/),
      notBack: 'service api has no container',
    });
  });

  it('a live configuration that differs from the record afterwards: triggered', async () => {
    const { scene, strategy } = await deployed();
    scene.docker.onStart = (container) => {
      container.Config.Env.push('FROM=elsewhere');
    };
    expect((await scene.undo(strategy)).result).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: false,
      detail: expect.stringContaining('its configuration differs from the record'),
    });
  });

  it.each<[string, (c: StandInContainer) => void, RegExp]>([
    ['unhealthy', (c) => (c.State.Health = { Status: 'unhealthy' }), /its health check fails/],
    [
      'ended',
      (c) => Object.assign(c.State, { Status: 'exited', ExitCode: 3 }),
      /it exited with code 3/,
    ],
    ['paused', (c) => (c.State.Status = 'paused'), /it is paused/],
  ])(
    'the old version is %s too: triggered, although the version is back',
    async (_, become, says) => {
      const { scene, strategy } = await deployed();
      scene.docker.onStart = become;
      expect((await scene.undo(strategy)).result).toMatchObject({
        outcome: 'triggered',
        versionConfirmed: true,
        detail: expect.stringMatching(says),
      });
    },
  );

  it('waits for the health check of the old version', async () => {
    const { scene, strategy } = await deployed();
    scene.docker.onStart = (container) => {
      container.State.Health = { Status: 'starting' };
      void scene.clock.sleep(40_000).then(() => {
        container.State.Health = { Status: 'healthy' };
      });
    };
    expect((await scene.undo(strategy)).result).toMatchObject({ outcome: 'verified' });
    expect(scene.clock.monotonic()).toBeGreaterThanOrEqual(100_000);
  });

  it('a signal while it waits: triggered, and the report says what runs', async () => {
    const { scene, strategy } = await deployed();
    scene.docker.onStart = (container) => {
      container.State.Health = { Status: 'starting' };
    };
    const stop = new AbortController();
    void scene.clock.sleep(30_000).then(() => {
      stop.abort(new Cancelled('SIGTERM'));
    });
    expect((await scene.undo(strategy, stop.signal)).result).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: true,
      detail: expect.stringMatching(/has not passed yet \(cancelled by SIGTERM\)/),
    });
    expect(scene.docker.notes('lock')).toEqual([]);
    expect(scene.clock.sleeping).toBe(0);
  });

  it('an engine that does not answer: retried for a minute, then an error', async () => {
    const { scene, strategy } = await deployed();
    scene.docker.hook = () => away;
    await expect(scene.plan(strategy)).rejects.toThrow(
      'docker ps: Cannot connect to the Docker daemon',
    );
    expect(scene.clock.monotonic()).toBeGreaterThan(65_000);
    expect(await scene.wait(strategy.preflight(never))).toMatchObject([
      { level: 'error', subject: 'compose', fix: expect.stringContaining('DOCKER_HOST') },
    ]);
  });
});

describe('assertUnchanged of the compose strategy', () => {
  it('a new container of the same version, or a stopped one: no objection', async () => {
    const { scene, strategy } = await deployed();
    await scene.wait(strategy.capture!(never));
    scene.deploy('api', { image: 'app:v2', environment: ['A=other'] });
    scene.docker.of('shop', 'db')[0]!.State.Status = 'exited';
    expect(await scene.wait(strategy.assertUnchanged!(never))).toBeUndefined();
  });

  it.each<[string, (scene: ComposeScene) => void, RegExp]>([
    [
      'another image',
      (scene) => {
        scene.deploy('api', { image: 'app:v3' });
      },
      /^service api runs app:v3 \(.*\) since 2026-01-01T00:01:00Z?.*; app:v2 \(.*\) is what this run judged$/,
    ],
    [
      'another configuration',
      (scene) => {
        scene.deploy('api', { image: 'app:v2', environment: ['A=third'] });
      },
      /^the configuration of service api was changed at /,
    ],
    [
      'no container',
      (scene) => {
        for (const { Id } of scene.docker.of('shop', 'db')) scene.docker.containers.delete(Id);
      },
      /^service db has no container any more; app:v1 \(.*\) ran when the watch began$/,
    ],
    [
      'a new service',
      (scene) => {
        scene.deploy('web', { image: 'app:v3' });
      },
      /^service web was deployed during the watch: app:v3/,
    ],
  ])('%s: withheld, and nothing is recorded', async (_, act, says) => {
    const { scene, strategy } = await deployed();
    await scene.wait(strategy.capture!(never));
    act(scene);
    expect(await scene.wait(strategy.assertUnchanged!(never))).toEqual({
      kind: 'withheld',
      reason: expect.stringMatching(says),
    });
    expect(await scene.wait(strategy.pin!(never))).toMatch(/^nothing is kept: /);
    expect(scene.docker.notes('good')).toEqual([]);
  });

  it('a one-shot service whose container is gone is unchanged', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1' });
    scene.deploy('migrate', { image: 'app:v1' });
    const [migrate] = scene.docker.of('shop', 'migrate');
    migrate!.State.Status = 'exited';
    const strategy = await scene.strategy({ recorded: await scene.snapshot() });
    await scene.wait(strategy.capture!(never));
    scene.docker.containers.delete(migrate!.Id);
    expect(await scene.wait(strategy.assertUnchanged!(never))).toBeUndefined();
    expect(await scene.plan(strategy)).toMatchObject({ kind: 'withheld' });
  });

  it('a deploy of another service than compose-service is ignored', async () => {
    const { scene, strategy } = await deployed({ flags: { 'compose-service': 'api' } });
    await scene.wait(strategy.capture!(never));
    scene.deploy('db', { image: 'app:v3' });
    expect(await scene.wait(strategy.assertUnchanged!(never))).toBeUndefined();
  });

  it("the rollback's own change is no objection", async () => {
    const { scene, strategy } = await deployed();
    await scene.wait(strategy.capture!(never));
    await scene.undo(strategy);
    expect(await scene.wait(strategy.assertUnchanged!(never))).toBeUndefined();
  });

  it('without a capture there is no objection', async () => {
    const { scene, strategy } = await deployed();
    expect(await scene.wait(strategy.assertUnchanged!(never))).toBeUndefined();
  });

  it('a deploy between plan and execute: withheld, nothing is changed', async () => {
    const { scene, strategy } = await deployed();
    const plan = await scene.mustPlan(strategy);
    scene.deploy('api', { image: 'app:v3' });
    const context = contextWith();
    expect(await scene.execute(strategy, plan, context)).toMatchObject({
      kind: 'withheld',
      reason: expect.stringMatching(/^service api was deployed in the meantime \(app:v3/),
    });
    expect(context.changes()).toBe(0);
  });
});

describe('a version that was rolled back', () => {
  const captured = async (
    scene: ComposeScene,
    given: ComposeStrategyOptions,
  ): Promise<Captured> => {
    const strategy = await scene.strategy(given);
    return scene.wait(strategy.capture!(never));
  };

  it('without an id of the run, a second attempt is one by the same snapshot', async () => {
    const { scene, recorded, strategy } = await deployed({ runId: null, snapshot: 's-1' });
    await scene.undo(strategy);
    const again = (given: ComposeStrategyOptions): Promise<Captured> =>
      captured(scene, { recorded, runId: null, ...given });
    expect((await again({ snapshot: 's-1' })).alreadyRolledBack).toMatch(/^this run has rolled/);
    expect(await again({ snapshot: 's-2' })).toEqual({});
    expect(await again({})).toEqual({});
  });

  it('a second attempt of the same run finds it rolled back, another run does not', async () => {
    const { scene, recorded, strategy } = await deployed();
    await scene.undo(strategy);
    expect((await captured(scene, { recorded })).alreadyRolledBack).toMatch(
      /^this run has rolled back app:v2 \(.*\) of service api at 2026-01-01T00:01:/,
    );
    expect(await captured(scene, { recorded, runId: '43' })).toEqual({});
    expect(await captured(scene, { recorded, runId: null })).toEqual({});
    expect(await captured(scene, { recorded, runId: null, snapshot: 's-1' })).toEqual({});
    // The attempt deploys again: that is evaluated.
    scene.deploy('api', { image: 'app:v2', environment: ['A=other'] });
    expect(await captured(scene, { recorded })).toEqual({});
  });

  it('is never rolled back to', async () => {
    const { scene, strategy } = await deployed();
    await scene.undo(strategy);
    scene.deploy('api', { image: 'app:v2', environment: ['A=other'] });
    const recorded = await scene.snapshot({ runId: '50' });
    scene.deploy('api', { image: 'app:v3' });
    expect(await scene.plan(await scene.strategy({ recorded, runId: '50' }))).toMatchObject({
      kind: 'skip',
      reason: expect.stringMatching(/app:v2 \(.*\) was recorded, and github 42 has rolled it back/),
    });
  });

  it('that is found healthy later is accepted again', async () => {
    const { scene, strategy } = await deployed();
    await scene.undo(strategy);
    scene.deploy('api', { image: 'app:v2', environment: ['A=other'] });
    await scene.recordGood();
    expect(scene.docker.notes('rejected')).toEqual([]);
    expect(scene.docker.notes('good')).toHaveLength(2);
  });
});

describe('the records on the engine', () => {
  it('one record for each service, however often it is made', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1' });
    for (let times = 0; times < 3; times++) {
      await scene.clock.advance(1000);
      await scene.recordGood();
      await scene.snapshot();
    }
    expect(scene.docker.notes('good')).toHaveLength(1);
    expect(scene.docker.notes('before')).toEqual([]);
  });

  it('the last three versions before a deploy', async () => {
    const scene = new ComposeScene();
    for (let times = 0; times < 6; times++) {
      await scene.clock.advance(1000);
      scene.deploy('api', { image: 'app:v1', environment: [`N=${String(times)}`] });
      await scene.snapshot();
    }
    expect(scene.docker.notes('before')).toHaveLength(3);
  });

  it('a one-shot service is recorded as one, and not run again', async () => {
    const scene = new ComposeScene();
    const done = (image: string): void => {
      scene.deploy('migrate', { image });
      Object.assign(scene.docker.of('shop', 'migrate')[0]!.State, { Status: 'exited' });
    };
    done('app:v1');
    const recorded = await scene.snapshot();
    done('app:v2');
    expect(await scene.plan(await scene.strategy({ recorded }))).toEqual({
      kind: 'skip',
      reason: 'migrate: a one-shot service, which is not run again',
    });
  });

  it('an environment variable of 120,000 characters is restored', async () => {
    const { scene, strategy } = await deployed();
    const long = `LONG=${'ä"\\'.repeat(40_000)}`;
    scene.deploy('api', { image: 'app:v1', environment: [long] });
    const recorded = await scene.snapshot();
    scene.deploy('api', { image: 'app:v2' });
    expect(strategy.kind).toBe('strategy');
    expect((await scene.undo(await scene.strategy({ recorded }))).result).toMatchObject({
      outcome: 'verified',
    });
    expect(scene.docker.of('shop', 'api')[0]!.Config.Env[0]).toBe(long);
  });

  it('a service that is down is not recorded as healthy', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1' });
    scene.deploy('db', { image: 'app:v1' });
    Object.assign(scene.docker.of('shop', 'db')[0]!.State, { Status: 'exited', ExitCode: 1 });
    await scene.recordGood();
    const kept = scene.docker.notes('good').map(({ Config }) => Config.Labels['rollgate.service']);
    expect(kept).toEqual(['api']);
  });

  it('other strategies get the digest of the recorded image', async () => {
    const scene = new ComposeScene();
    scene.docker.image('r.example/app:v1', {}, 'r.example/app@sha256:11');
    scene.deploy('api', { image: 'r.example/app:v1' });
    const one = await scene.strategy({ recorded: await scene.snapshot() });
    expect(one.recordedVersion!()).toEqual({ image: 'r.example/app@sha256:11' });
    scene.deploy('db', { image: 'app:v1' });
    const two = await scene.strategy({ recorded: await scene.snapshot() });
    expect(two.recordedVersion!()).toBeUndefined();
  });
});

describe('the lock on the engine', () => {
  const lockOf = (scene: ComposeScene, seconds: number): void => {
    void scene.docker.exec(
      'docker',
      [
        ...['create', '--name', 'rollgate-lock-shop', '--label', 'rollgate.role=lock'],
        ...['--label', `rollgate.seconds=${String(seconds)}`, '--label', 'rollgate.run=github 9'],
        ...['app:v1', 'note'],
      ],
      { env: {}, signal: never, maxOutput: 1 },
    );
  };

  it('of another run is waited for; when that run has rolled back, nothing is done again', async () => {
    const { scene, strategy, recorded } = await deployed();
    const plan = await scene.mustPlan(strategy);
    lockOf(scene, 600);
    const context = contextWith();
    void scene.clock.sleep(20_000).then(() => {
      scene.deploy('api', { image: 'app:v1', environment: ['A=$1', 'B='] });
      for (const { Id } of scene.docker.notes('lock')) scene.docker.containers.delete(Id);
    });
    expect(await scene.execute(strategy, plan, context)).toMatchObject({
      kind: 'withheld',
      reason: expect.stringMatching(/^another rollback has rolled service api back to app:v1/),
    });
    expect(context.lines).toEqual(['waiting for another rollback of this project (github 9)']);
    expect(recorded).toBeDefined();
  });

  it('of another run that stays until the deadline: failed', async () => {
    const { scene, strategy } = await deployed();
    lockOf(scene, 600);
    const stop = new AbortController();
    void scene.clock.sleep(20_000).then(() => {
      stop.abort(new Error('compose took longer than 20 s'));
    });
    const { result, context } = await scene.undo(strategy, stop.signal);
    expect(result).toMatchObject({
      outcome: 'failed',
      detail: expect.stringMatching(/took longer than 20 s\): another rollback is under way$/),
    });
    expect(context.changes()).toBe(0);
    expect(scene.docker.notes('lock')).toHaveLength(1);
  });

  it('older than its time is taken over', async () => {
    const { scene, strategy } = await deployed();
    lockOf(scene, 600);
    await scene.clock.advance(601_000);
    const { result, context } = await scene.undo(strategy);
    expect(result).toMatchObject({ outcome: 'verified' });
    expect(context.lines).toEqual(['the lock of github 9 is 10m 1s old: taking it over']);
  });

  it('that is made but whose answer is lost counts as ours', async () => {
    const { scene, strategy } = await deployed();
    let lost = false;
    scene.docker.hook = async (args, options) => {
      if (lost || !args.includes('rollgate-lock-shop') || args[0] !== 'create') return undefined;
      lost = true;
      await scene.docker.exec('docker', args, options);
      return failing('unexpected EOF');
    };
    expect((await scene.undo(strategy)).result).toMatchObject({ outcome: 'verified' });
    expect(scene.docker.notes('lock')).toEqual([]);
  });
});

describe('the compose strategy on an engine where it cannot work', () => {
  it.each<[string, (args: readonly string[]) => boolean, RegExp]>([
    ['docker', () => true, /^docker is not on the PATH$/],
    ['Compose', (args) => args.includes('version'), /^Compose is missing: /],
  ])('%s is missing: skipped with that reason', async (_, lacks, reason) => {
    const scene = new ComposeScene();
    scene.docker.hook = (args) =>
      lacks(args) ? { code: null, spawnError: { code: 'ENOENT', message: 'ENOENT' } } : undefined;
    expect(await scene.wait(setUpCompose(scene.dependencies()))).toEqual({
      kind: 'skip',
      reason: expect.stringMatching(reason),
      fix: 'install Docker with Compose 2 or newer on this machine',
      isBlind: true,
    });
  });

  it('a project that is not there before the deploy: a notice, and nothing to go back to', async () => {
    const scene = new ComposeScene();
    const recorded = await scene.snapshot();
    const strategy = await scene.strategy({ recorded });
    expect(strategy.sawNothing?.()).toBe(true);
    expect(await scene.wait(strategy.preflight(never, true))).toEqual([
      {
        ...{ level: 'notice', subject: 'compose' },
        message:
          'project shop has no containers on this engine: its first deploy has nothing to go back to',
        fix: expect.stringMatching(/^if this is not its first deploy, correct `compose-project`/),
      },
    ]);
    scene.deploy('api', { image: 'app:v1' });
    expect(await scene.plan(strategy)).toEqual({
      kind: 'skip',
      reason: 'api: it did not run before this deploy: there is nothing to go back to',
    });
    const known = await scene.strategy({ recorded: await scene.snapshot() });
    expect(known.sawNothing?.()).toBe(false);
  });

  it('a service that is not there before the deploy: a notice', async () => {
    const { scene } = await deployed();
    const strategy = await scene.strategy({ flags: { 'compose-service': 'api,worker' } });
    const found = await scene.wait(strategy.preflight(never, true));
    expect(found).toContainEqual({
      ...{ level: 'notice', subject: 'compose' },
      message:
        'project shop has no service worker here; it runs api, db: the first deploy of a service has nothing to go back to',
      fix: 'if this is not its first deploy, correct `compose-service`',
    });
  });

  it('a project that is not there: skipped, and the projects on the engine are named', async () => {
    const { scene } = await deployed();
    const strategy = await scene.strategy({ flags: { 'compose-project': 'shopp' } });
    const reason = 'project shopp has no containers on this engine, which runs shop';
    expect(await scene.plan(strategy)).toEqual({ kind: 'skip', reason });
    expect(await scene.wait(strategy.preflight(never))).toMatchObject([
      { level: 'error', message: reason },
    ]);
  });

  it('a Swarm stack: skipped with the command that rolls it back', async () => {
    const { scene } = await deployed();
    scene.docker.hook = (args) =>
      args[0] === 'service' ? { stdout: 'web_api\nweb_db\n' } : undefined;
    const strategy = await scene.strategy({ flags: { 'compose-project': 'web' } });
    expect(await scene.plan(strategy)).toEqual({
      kind: 'skip',
      reason: expect.stringContaining(
        '`docker service rollback web_api && docker service rollback web_db`',
      ),
    });
  });
});
