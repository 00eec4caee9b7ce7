import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../components.js';
import { until } from '../kubernetes/until.js';
import { lacking } from './components.js';
import { rest } from './deploys.js';
import { Engine } from './engine.js';
import { buildImage } from './images.js';
import { never, Scene, versionOf } from './scene.js';

describeWith('the record of a project', lacking(), () => {
  const engine = new Engine();
  const scene = new Scene(engine);
  const buildAll = async (): Promise<void> => {
    for (const [version, mode] of [
      ['v1', 'good'],
      ['v2', 'bad'],
      ['v3', 'bad'],
    ] as const)
      await buildImage(engine, `shop/api:${version}`, { mode, healthcheck: true });
  };
  beforeAll(async () => {
    await engine.start();
    await buildAll();
  });
  afterEach(() => scene.clear());
  afterAll(() => engine.stop());

  it('is needed: without it the strategy is skipped, and preflight warns', async () => {
    await scene.deploy({ image: 'shop/api:v2' });
    const strategy = await scene.strategy();
    expect(await strategy.preflight(never)).toEqual([
      expect.objectContaining({
        level: 'warning',
        message: expect.stringMatching(/^nothing recorded to return to/),
      }),
    ]);
    expect(await strategy.plan(scene.context().request, never)).toMatchObject({
      kind: 'skip',
      reason: expect.stringContaining('api: nothing recorded to return to'),
    });
  });

  it('holds no value of the environment in the snapshot file or in a label', async () => {
    await scene.deploy({ image: 'shop/api:v1', api: { environment: { KEY: 'hunter2hunter2' } } });
    const recorded = await scene.snapshot();
    await scene.recordGood();
    expect(JSON.stringify(recorded)).not.toContain('hunter2');
    const labels = await engine.outputOf([
      ...['ps', '-a', '--filter', 'label=rollgate.role', '--format', '{{.Labels}}'],
    ]);
    expect(labels).toContain('rollgate.config=');
    expect(labels).not.toContain('hunter2');
  });

  it('is kept once, and makes no volumes', async () => {
    await buildImage(engine, 'shop/api:v1', { healthcheck: true, further: ['VOLUME /anon'] });
    await scene.deploy({ image: 'shop/api:v1' });
    const volumes = await engine.outputOf(['volume', 'ls', '-q']);
    for (let times = 0; times < 3; times++) {
      await scene.recordGood();
      await scene.snapshot();
    }
    const notes = await engine.outputOf([
      ...['ps', '-aq', '--filter', 'label=rollgate.project=shop'],
    ]);
    expect(notes.split('\n')).toHaveLength(4);
    expect(await engine.outputOf(['volume', 'ls', '-q'])).toBe(volumes);
    // Compose does not take the notes for its own.
    const ps = await engine.compose(['-p', 'shop', 'ps', '-aq']);
    expect(ps.stdout.trim().split('\n')).toHaveLength(4);
  });

  // As docs/strategies/compose.md says.
  it.each<[readonly string[], 'verified' | 'image only' | 'gone']>([
    [['image', 'prune', '--all', '--force'], 'verified'],
    [['rmi', '--force', 'shop/api:v1'], 'verified'],
    [['volume', 'prune', '--all', '--force'], 'verified'],
    [['network', 'prune', '--force'], 'verified'],
    [['builder', 'prune', '--all', '--force'], 'verified'],
    [['container', 'prune', '--force'], 'image only'],
    [['system', 'prune', '--force'], 'image only'],
    [['system', 'prune', '--all', '--force', '--filter', 'label!=rollgate.role'], 'verified'],
    [['system', 'prune', '--all', '--force'], 'gone'],
  ])('after docker %j: %s', async (prune, what) => {
    const services = { worker: 'shop/api:v2', db: 'shop/api:v2', migrate: 'shop/api:v2' };
    await scene.deploy({ image: 'shop/api:v1', images: services });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2', images: services });
    await engine.outputOf(prune);
    const only = await scene.strategy({ recorded });
    if (what === 'gone')
      expect(await scene.undo(only)).toMatchObject({
        outcome: 'failed',
        detail: expect.stringContaining('is gone from the engine, and came from no registry'),
      });
    else expect(await scene.undo(only)).toMatchObject({ outcome: 'verified' });

    // With a changed configuration the note is needed, too.
    if (what === 'image only') {
      const environment = { COLOUR: 'red' };
      await scene.deploy({ image: 'shop/api:v2', images: services, api: { environment } });
      expect(
        await (await scene.strategy({ recorded })).plan(scene.context().request, never),
      ).toEqual({
        kind: 'skip',
        reason: expect.stringContaining('is gone from the engine (was it pruned?)'),
      });
    }
    await buildAll();
  });

  it('is restored after docker compose down with volumes and images, and a deploy of v2', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot();
    const down = ['down', '--volumes', '--rmi', 'all'];
    expect(await engine.compose(down, { cwd: scene.folder })).toMatchObject({ code: 0 });
    await expect(engine.outputOf(['image', 'inspect', 'shop/api:v1'])).rejects.toThrow(
      'No such image',
    );
    await scene.deploy({ image: 'shop/api:v2' });
    expect(await scene.undo(await scene.strategy({ recorded }))).toMatchObject({
      outcome: 'verified',
    });
    expect(await scene.answer('/version')).toBe('v1');
    await buildAll();
  });

  it('is not restored when it was rolled back', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    await scene.recordGood();
    await scene.deploy({ image: 'shop/api:v2' });
    await scene.undo(await scene.strategy());
    // Somebody deploys the rejected version again, and then v3.
    await scene.deploy({ image: 'shop/api:v2' });
    const recorded = await scene.snapshot({ runId: '3' });
    await scene.deploy({ image: 'shop/api:v3' });
    const strategy = await scene.strategy({ recorded, runId: '3' });
    expect((await scene.plan(strategy)).to).toMatchObject({
      api: expect.stringContaining('shop/api:v1'),
    });
    expect(await scene.undo(strategy)).toMatchObject({ outcome: 'verified' });
    expect(await scene.answer('/version')).toBe('v1');
  });

  it('nothing was deployed: withheld', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const strategy = await scene.strategy({ recorded: await scene.snapshot() });
    expect(await strategy.plan(scene.context().request, never)).toEqual({
      kind: 'withheld',
      reason:
        'nothing was deployed: services api, db, migrate, worker of project shop run what ran when the snapshot was taken',
    });
  });

  it('somebody else deploys during the watch: withheld, and nothing is recorded', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2', images: rest('v1') });
    const strategy = await scene.strategy({ recorded });
    await strategy.capture!(never);
    await scene.deploy({ image: 'shop/api:v3', images: rest('v1') });
    expect(await strategy.assertUnchanged!(never)).toEqual({
      kind: 'withheld',
      reason: expect.stringMatching(
        /^service api runs shop\/api:v3 \(sha256:[0-9a-f]{12}\) since .*Z; shop\/api:v2 \(sha256:[0-9a-f]{12}\) is what this run judged$/,
      ),
    });
    expect(await strategy.pin!(never)).toMatch(/^nothing is kept: service api runs/);
  });

  it('without a snapshot an old deploy: skipped', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    await scene.recordGood();
    await scene.deploy({ image: 'shop/api:v2', images: rest('v1') });
    const container = await scene.see('api');
    await until('the container to be older than a second', async () => {
      const created = await engine.outputOf(['inspect', '-f', '{{.Created}}', container.id]);
      return Date.now() - Date.parse(created) > 1100;
    });
    const strategy = await scene.strategy({ flags: { 'deployed-within': '1s' } });
    expect(await strategy.plan(scene.context().request, never)).toMatchObject({
      kind: 'skip',
      reason: expect.stringContaining('this pipeline did not deploy it'),
    });
  });

  it('two rollbacks at once: one acts, the other finds it done', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2', images: rest('v1') });
    const strategies = await Promise.all(
      ['2', '3'].map((runId) => scene.strategy({ recorded, runId })),
    );
    const plans = await Promise.all(strategies.map((strategy) => scene.plan(strategy)));
    const results = await Promise.all(
      strategies.map((strategy, index) =>
        strategy.execute(plans[index]!, scene.context(never, `rollgate-${String(index)}`)),
      ),
    );
    const kinds = results.map((result) => ('kind' in result ? result.kind : result.outcome));
    expect(kinds.sort()).toEqual(['verified', 'withheld']);
    expect(JSON.stringify(results)).toContain('another rollback has rolled service api back');
    const locks = await engine.outputOf(['ps', '-aq', '--filter', 'label=rollgate.role=lock']);
    expect(locks).toBe('');
  });

  it('the lock of a killed rollback is taken over, that of a running one is waited for', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2', images: rest('v1') });
    const strategy = await scene.strategy({ recorded });
    const plan = await scene.plan(strategy);
    const lock = (seconds: string): Promise<string> =>
      engine.outputOf([
        ...['create', '--name', 'rollgate-lock-shop', '--label', `rollgate.seconds=${seconds}`],
        ...['--label', 'rollgate.run=github 9', '--label', 'rollgate.project=shop', 'shop/api:v1'],
      ]);
    const held = await lock('1000');
    const over = new AbortController();
    const waiting = strategy.execute(plan, scene.context(over.signal));
    await until('the wait', () => scene.lines.some((line) => line.includes('waiting for another')));
    over.abort(new Error('the time is over'));
    expect(await waiting).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('another rollback is under way'),
    });
    expect(scene.changes).toBe(0);
    await engine.outputOf(['rm', held]);
    await lock('0');
    expect(await strategy.execute(plan, scene.context())).toMatchObject({ outcome: 'verified' });
    expect(scene.lines.join('\n')).toContain('the lock of github 9 is');
  });

  it('a version that is found healthy later is recorded again, and no longer rejected', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    await scene.recordGood();
    await scene.deploy({ image: 'shop/api:v2' });
    await scene.undo(await scene.strategy());
    await scene.deploy({ image: 'shop/api:v2' });
    await scene.recordGood();
    await scene.deploy({ image: 'shop/api:v3' });
    expect((await scene.plan(await scene.strategy())).to).toMatchObject({
      api: expect.stringContaining('shop/api:v2'),
    });
  });

  it('a service that the deploy removed is restored, a new one stays', async () => {
    const extra = { image: 'shop/api:v1', command: ['worker'], healthcheck: { disable: true } };
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot();
    await engine.outputOf(['rm', '-f', 'shop-worker-1']);
    await engine.outputOf([
      ...['run', '-d', '--name', 'shop-extra-1', '--network', 'shop_default'],
      ...[
        '--label',
        'com.docker.compose.project=shop',
        '--label',
        'com.docker.compose.service=extra',
      ],
      ...['--label', 'com.docker.compose.oneoff=False', extra.image, 'worker'],
    ]);
    const strategy = await scene.strategy({ recorded });
    const plan = await scene.plan(strategy);
    expect(plan.touches).toEqual(['service/worker']);
    expect(await strategy.execute(plan, scene.context())).toMatchObject({
      outcome: 'verified',
      detail: expect.stringContaining('Left as it is: extra: it did not run before this deploy'),
    });
    expect(await engine.outputOf(['inspect', '-f', '{{.State.Status}}', 'shop-extra-1'])).toBe(
      'running',
    );
    await engine.outputOf(['rm', '-f', 'shop-extra-1']);
  });

  it('a shared network namespace is shared again', async () => {
    const file = join(engine.folder, 'net.yaml');
    const write = (version: string): void => {
      writeFileSync(
        file,
        `services:
  api: {image: 'shop/api:${version}', healthcheck: {disable: true}}
  side: {image: 'shop/api:v1', command: [worker], network_mode: 'service:api', healthcheck: {disable: true}}
`,
      );
    };
    const up = ['-p', 'shop', '-f', file, 'up', '-d'];
    write('v1');
    expect(await engine.compose(up)).toMatchObject({ code: 0 });
    const recorded = await scene.snapshot();
    write('v2');
    expect(await engine.compose(up)).toMatchObject({ code: 0 });
    const result = await scene.undo(await scene.strategy({ recorded }));
    expect(result).toMatchObject({ outcome: 'verified' });
    const api = (await scene.see('api')).id;
    const mode = await engine.outputOf([
      'inspect',
      '-f',
      '{{.HostConfig.NetworkMode}}',
      'shop-side-1',
    ]);
    expect(mode).toBe(`container:${api}`);
  });

  it('compose-service: only the named services are restored', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot({ flags: { 'compose-service': 'worker' } });
    await scene.deploy({ image: 'shop/api:v2' });
    const strategy = await scene.strategy({ recorded, flags: { 'compose-service': 'worker' } });
    expect((await scene.plan(strategy)).touches).toEqual(['service/worker']);
    const unknown = await scene.strategy({ recorded, flags: { 'compose-service': 'wroker' } });
    expect(await unknown.preflight(never)).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'project shop has no service wroker here; it runs api, db, migrate, worker',
      }),
    );
  });

  it('the old version is unhealthy too: triggered, although it is back', async () => {
    await scene.deploy({ image: 'shop/api:v3' });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2', images: rest('v3') });
    expect(await scene.undo(await scene.strategy({ recorded }))).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: true,
      detail: expect.stringMatching(/as recorded\. But shop-api-1: its health check fails\./),
    });
  });

  it('is found by its files alone, with variables that are not set', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const file = join(engine.folder, 'named.yaml');
    writeFileSync(file, "name: shop\nservices: {api: {image: 'shop/api:${TAG:?not set}'}}\n");
    const strategy = await scene.strategy({
      flags: { 'compose-project': '', 'compose-file': file },
    });
    expect(await strategy.snapshot!(never)).toMatchObject({ project: 'shop' });
  });

  it('is found by several files, env files and profiles, with the values of then', async () => {
    const path = (name: string): string => join(engine.folder, `several-${name}`);
    const quiet = 'healthcheck: {disable: true}';
    writeFileSync(
      path('base.yaml'),
      `name: \${PROJECT:?}
services:
  api: {image: 'shop/api:\${TAG:?}', ${quiet}, env_file: [${path('api.env')}]}
`,
    );
    writeFileSync(
      path('over.yaml'),
      `services:
  api: {environment: {COLOUR: 'from \${TAG}'}}
  worker: {image: 'shop/api:\${TAG}', command: [worker], profiles: [more], ${quiet}}
`,
    );
    const deploy = async (tag: string): Promise<void> => {
      writeFileSync(path('ci.env'), `PROJECT=shop\nTAG=${tag}\n`);
      writeFileSync(path('api.env'), `GREETING=hello from ${tag}\n`);
      const up = await engine.compose([
        ...['-f', path('base.yaml'), '-f', path('over.yaml'), '--env-file', path('ci.env')],
        ...['--profile', 'more', 'up', '-d', '--pull', 'never'],
      ]);
      expect(up).toMatchObject({ code: 0 });
    };
    const flags = {
      'compose-project': '',
      'compose-file': `${path('base.yaml')}\n${path('over.yaml')}`,
      'compose-env-file': path('ci.env'),
      'compose-profile': 'more',
    };
    const see = async (): Promise<unknown> => [
      versionOf(await scene.see('api')),
      versionOf(await scene.see('worker')),
    ];
    await deploy('v1');
    const before = await see();
    const recorded = await scene.snapshot({ flags });
    await deploy('v2');
    const strategy = await scene.strategy({ flags, recorded });
    expect(await strategy.preflight(never)).toEqual([]);
    const plan = await scene.plan(strategy);
    expect(plan.touches).toEqual(['service/api', 'service/worker']);
    expect(await strategy.execute(plan, scene.context())).toMatchObject({ outcome: 'verified' });
    expect(await see()).toEqual(before);
    expect((await scene.see('api')).env).toEqual(
      expect.arrayContaining(['COLOUR=from v1', 'GREETING=hello from v1']),
    );
  });

  it('is restored although Compose cannot read the `.env`', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2', images: rest('v1') });
    const file = join(scene.folder, '.env');
    try {
      writeFileSync(file, 'this is = "broken\n');
      const env = { ...engine.env, COMPOSE_ENV_FILES: join(scene.folder, 'not-there.env') };
      const result = await scene.undo(await scene.strategy({ recorded, env }));
      expect(result).toMatchObject({ outcome: 'verified' });
    } finally {
      rmSync(file);
    }
  });

  it('a one-shot service is not run again', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2' });
    const result = await scene.undo(await scene.strategy({ recorded }));
    expect(result).toMatchObject({
      outcome: 'verified',
      detail: expect.stringContaining(
        'Left as it is: migrate: a one-shot service, which is not run again',
      ),
    });
    expect(await engine.outputOf(['exec', 'shop-db-1', 'cat', '/data/migrations'])).toBe(
      'migrated by v1\nmigrated by v2',
    );
    expect(await engine.outputOf(['exec', 'shop-db-1', 'cat', '/data/started'])).toBe('v1\nv2\nv1');
  });

  it('an old version without a health check that exits: triggered', async () => {
    const dies = { image: 'shop/api:v1', images: { ...rest('v1'), worker: 'shop/api:dies' } };
    await buildImage(engine, 'shop/api:dies', { further: ['ENTRYPOINT ["false"]'] });
    await scene.deploy(dies);
    await until('its end', async () => (await statusOf(engine, 'worker')) === 'exited');
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v1' });
    expect(await scene.undo(await scene.strategy({ recorded }))).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: true,
      detail: expect.stringMatching(/as recorded\. But shop-worker-1: it exited with code 1\./),
    });
  });
});

function statusOf(engine: Engine, service: string): Promise<string> {
  return engine.outputOf(['inspect', '-f', '{{.State.Status}}', `shop-${service}-1`]);
}
