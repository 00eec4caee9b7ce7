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
  it('goes back to what ran before the deploy, by image id and recorded configuration', async () => {
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
  ])('a changed %s alone is a changed version', async (_, bad) => {
    const { scene, strategy } = await deployed();
    scene.deploy('api', bad);
    expect((await scene.mustPlan(strategy)).steps[0]).toMatch(
      /^take service api of project shop back to its recorded configuration/,
    );
    expect((await scene.undo(strategy)).result).toMatchObject({ outcome: 'verified' });
  });

  it('the snapshot file and the notes of a service say nothing of its environment but in their own', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1', environment: ['KEY=hunter2'] });
    const recorded = await scene.snapshot();
    expect(JSON.stringify(recorded)).not.toContain('hunter2');
    expect(scene.docker.calls.join('\n')).not.toContain('hunter2');
    const [note] = scene.docker.notes('before');
    expect(JSON.stringify(note!.Config.Labels)).not.toContain('hunter2');
    expect(note!.Config.Env.join('')).toContain('hunter2');
  });

  it('without a snapshot, to what was found healthy last', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1' });
    await scene.recordGood();
    scene.deploy('api', { image: 'app:v2' });
    const strategy = await scene.strategy();
    expect((await scene.undo(strategy)).result).toMatchObject({ outcome: 'verified' });
    expect(scene.docker.of('shop', 'api')[0]!.Config.Env).toEqual(['PATH=/bin']);
  });

  it('without a snapshot, not what has been there for long', async () => {
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

  it('nothing recorded: skipped, and known before', async () => {
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

  it('nothing was deployed: withheld', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1' });
    const strategy = await scene.strategy({ recorded: await scene.snapshot() });
    expect(await scene.plan(strategy)).toEqual({
      kind: 'withheld',
      reason:
        'nothing was deployed: service api of project shop runs what ran when the snapshot was taken',
    });
  });

  it('the record runs already, and there is no snapshot: skipped', async () => {
    const scene = new ComposeScene();
    scene.deploy('api', { image: 'app:v1' });
    await scene.recordGood();
    expect(await scene.plan(await scene.strategy())).toEqual({
      kind: 'skip',
      reason: 'nothing of this deploy to undo: service api runs the recorded version',
    });
  });

  it('its record was pruned: the image is known from the snapshot file, the rest from what runs', async () => {
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

  it('an image that is gone is pulled by its digest, and only then', async () => {
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

  it('an image that was built here and is gone cannot be had', async () => {
    const { scene, strategy } = await deployed();
    scene.docker.images.delete(scene.docker.of('shop', 'db')[0]!.Image);
    expect((await scene.undo(strategy)).result).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('came from no registry'),
    });
  });

  it.each<[string, string, RegExp]>([
    ['refused', 'no configuration file provided', /nothing was changed: .*no configuration file/],
    ['and says a secret', 'Error: bad hunter2', /\*\*\*/],
  ])('Compose fails (%s): nothing was changed', async (_, stderr, says) => {
    const redact = (text: string): string => text.replaceAll('hunter2', '***');
    const { scene, strategy } = await deployed({ redact });
    scene.docker.hook = (args) => (args.includes('up') ? failing(stderr) : undefined);
    const { result } = await scene.undo(strategy);
    expect(result).toMatchObject({ outcome: 'failed', detail: expect.stringMatching(says) });
    expect(JSON.stringify(result)).not.toContain('hunter2');
    expect(scene.docker.notes('lock')).toEqual([]);
  });

  it('Compose fails half way: something was changed', async () => {
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
    });
  });

  it('what runs afterwards is another configuration than the record: not verified', async () => {
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
  ])('the old version is %s too: not verified, although it is back', async (_, become, says) => {
    const { scene, strategy } = await deployed();
    scene.docker.onStart = become;
    expect((await scene.undo(strategy)).result).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: true,
      detail: expect.stringMatching(says),
    });
  });

  it('a health check is waited for, as long as there is time', async () => {
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

  it('aborted while it waits: says what runs', async () => {
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

  it('the engine is away: waited for, and an error then', async () => {
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

describe('the guard of the compose strategy', () => {
  it('a container that is another one, or another state, is the same version', async () => {
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
  ])('%s: withheld, and nothing is kept', async (_, act, says) => {
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

  it('the container of a one-shot service may be pruned', async () => {
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

  it('reads the named services only', async () => {
    const { scene, strategy } = await deployed({ flags: { 'compose-service': 'api' } });
    await scene.wait(strategy.capture!(never));
    scene.deploy('db', { image: 'app:v3' });
    expect(await scene.wait(strategy.assertUnchanged!(never))).toBeUndefined();
  });

  it('what the strategy made itself is no reason to object', async () => {
    const { scene, strategy } = await deployed();
    await scene.wait(strategy.capture!(never));
    await scene.undo(strategy);
    expect(await scene.wait(strategy.assertUnchanged!(never))).toBeUndefined();
  });

  it('without a beginning there is nothing to compare with', async () => {
    const { scene, strategy } = await deployed();
    expect(await scene.wait(strategy.assertUnchanged!(never))).toBeUndefined();
  });

  it('deployed between plan and execute: withheld, nothing is changed', async () => {
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
  const beginning = async (
    scene: ComposeScene,
    given: ComposeStrategyOptions,
  ): Promise<Captured> => {
    const strategy = await scene.strategy(given);
    return scene.wait(strategy.capture!(never));
  };

  it('a second attempt of the same run finds its deploy rolled back', async () => {
    const { scene, recorded, strategy } = await deployed();
    await scene.undo(strategy);
    expect((await beginning(scene, { recorded })).alreadyRolledBack).toMatch(
      /^this run has taken app:v2 \(.*\) of service api back at 2026-01-01T00:01:/,
    );
    expect(await beginning(scene, { recorded, runId: '43' })).toEqual({});
    expect(await beginning(scene, { recorded, runId: null })).toEqual({});
    // The attempt deploys again: that is judged.
    scene.deploy('api', { image: 'app:v2', environment: ['A=other'] });
    expect(await beginning(scene, { recorded })).toEqual({});
  });

  it('is never returned to', async () => {
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

  it('is no longer rejected when it is found healthy', async () => {
    const { scene, strategy } = await deployed();
    await scene.undo(strategy);
    scene.deploy('api', { image: 'app:v2', environment: ['A=other'] });
    await scene.recordGood();
    expect(scene.docker.notes('rejected')).toEqual([]);
    expect(scene.docker.notes('good')).toHaveLength(2);
  });
});

describe('what is kept', () => {
  it('one note for a service, however often', async () => {
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

  it('of what ran before a deploy, the last three', async () => {
    const scene = new ComposeScene();
    for (let times = 0; times < 6; times++) {
      await scene.clock.advance(1000);
      scene.deploy('api', { image: 'app:v1', environment: [`N=${String(times)}`] });
      await scene.snapshot();
    }
    expect(scene.docker.notes('before')).toHaveLength(3);
  });

  it('a one-shot service is known for one, and not run again', async () => {
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

  it('a long text survives', async () => {
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

  it('a service that is down is not kept as a good one', async () => {
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

describe('the lock', () => {
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

  it('is waited for, and the other has done it', async () => {
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
      reason: expect.stringMatching(/^another rollback has taken service api back to app:v1/),
    });
    expect(context.lines).toEqual(['waiting for another rollback of this project (github 9)']);
    expect(recorded).toBeDefined();
  });

  it('is given up on when the time is over', async () => {
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

  it('is taken over when its holder must be gone', async () => {
    const { scene, strategy } = await deployed();
    lockOf(scene, 600);
    await scene.clock.advance(601_000);
    const { result, context } = await scene.undo(strategy);
    expect(result).toMatchObject({ outcome: 'verified' });
    expect(context.lines).toEqual(['the lock of github 9 is 10m 1s old: taking it over']);
  });

  it('is ours, when the answer to making it was lost', async () => {
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

describe('a strategy that cannot be', () => {
  it.each<[string, (args: readonly string[]) => boolean, RegExp]>([
    ['docker', () => true, /^docker is not on the PATH$/],
    ['Compose', (args) => args.includes('version'), /^Compose is missing: /],
  ])('%s is not there: skipped with that reason', async (_, lacks, reason) => {
    const scene = new ComposeScene();
    scene.docker.hook = (args) =>
      lacks(args) ? { code: null, spawnError: { code: 'ENOENT', message: 'ENOENT' } } : undefined;
    expect(await scene.wait(setUpCompose(scene.dependencies()))).toEqual({
      kind: 'skip',
      reason: expect.stringMatching(reason),
    });
  });

  it('the project is not on this engine: the others are named', async () => {
    const { scene } = await deployed();
    const strategy = await scene.strategy({ flags: { 'compose-project': 'shopp' } });
    const reason = 'project shopp has no containers on this engine, which runs shop';
    expect(await scene.plan(strategy)).toEqual({ kind: 'skip', reason });
    expect(await scene.wait(strategy.preflight(never))).toMatchObject([
      { level: 'error', message: reason },
    ]);
  });

  it('a stack of a Swarm: skipped with the command that rolls it back', async () => {
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
