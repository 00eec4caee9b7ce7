import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith } from '../components.js';
import { until } from '../kubernetes/until.js';
import { availableComposes, composes, lacking } from './components.js';
import { Engine } from './engine.js';
import { buildImage } from './images.js';
import type { ProjectOptions } from './project.js';
import { never, Scene, versionOf } from './scene.js';

type Deploy = Omit<ProjectOptions, 'port' | 'name'>;

const good: Deploy = { image: 'shop/api:v1', api: { environment: { COLOUR: 'blue $$1 $${2} "' } } };
/** Every way in which a deploy can be bad, and which services it changes. */
const deploys: readonly {
  readonly by: string;
  readonly deploy: Deploy;
  readonly changed: readonly string[];
}[] = [
  { by: 'image', deploy: { ...good, images: rest('v1'), image: 'shop/api:v2' }, changed: ['api'] },
  {
    by: 'environment',
    deploy: { ...good, api: { environment: { COLOUR: 'red', MODE: 'bad' } } },
    changed: ['api'],
  },
  {
    by: 'command',
    deploy: { ...good, api: { ...good.api, command: ['sleep', '100000'] } },
    changed: ['api'],
  },
  {
    by: 'two services at once',
    deploy: {
      ...good,
      images: { ...rest('v1'), worker: 'shop/api:v2' },
      image: 'shop/api:v2',
    },
    changed: ['api', 'worker'],
  },
  {
    by: 'its ports, health check and limits',
    deploy: {
      ...good,
      api: {
        ...good.api,
        ports: ['127.0.0.1::8080'],
        healthcheck: { test: ['CMD', 'false'], interval: '1s', retries: 1 },
        mem_limit: '64m',
        cap_add: ['NET_ADMIN'],
        labels: { tier: 'x' },
        hostname: 'other',
      },
    },
    changed: ['api'],
  },
];

const second = availableComposes().filter((kind) => kind !== 'v1');
const installations = (second.length > 0 ? second : composes).flatMap((compose) =>
  (['classic', 'containerd'] as const).map((images) => ({ compose, images })),
);
const services = ['api', 'worker', 'db', 'migrate'];

describeWith('taking a project back', lacking(), () => {
  describe.each(installations)('with Compose $compose and $images images', (installation) => {
    const engine = new Engine(installation);
    const scene = new Scene(engine);
    beforeAll(async () => {
      await engine.start();
      await buildImage(engine, 'shop/api:v1', { healthcheck: true });
      await buildImage(engine, 'shop/api:v2', { mode: 'bad', healthcheck: true });
    });
    afterEach(() => scene.clear());
    afterAll(() => engine.stop());

    it.each(deploys)('bad by $by: only that goes back', async ({ deploy, changed }) => {
      await scene.deploy({ ...good, images: rest('v1') });
      expect(await scene.recordGood()).toBe(
        'kept what runs as the state to return to: api, db, migrate, worker',
      );
      const before = await seeAll(scene);
      const recorded = await scene.snapshot();

      await scene.deploy({ ...deploy, images: deploy.images ?? rest('v1') });
      await engine.told(['exec', 'shop-db-1', 'touch', '/data/written-between']);
      const bad = await seeAll(scene);
      for (const service of changed) expect(bad[service]).not.toEqual(before[service]);
      const rung = await scene.rung({ recorded });
      expect(await rung.preflight(never)).toEqual([]);
      expect(await rung.begin!(never)).toEqual({});
      expect(await rung.guard!(never)).toBeUndefined();

      const plan = await scene.plan(rung);
      expect(plan.touches).toEqual(changed.map((service) => `service/${service}`));
      const result = await rung.execute(plan, scene.context());
      expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
      expect(await rung.guard!(never)).toBeUndefined();

      const after = await seeAll(scene);
      for (const service of services) {
        expect(versionOf(after[service]!)).toEqual(versionOf(before[service]!));
        // What was not changed by the deploy is not touched by the undo.
        if (!changed.includes(service)) expect(after[service]!.id).toBe(bad[service]!.id);
      }
      expect(await scene.answer('/version')).toBe('v1');
      expect(await engine.told(['exec', 'shop-db-1', 'ls', '/data'])).toContain('written-between');
      const again = await scene.rung({ recorded });
      expect((await again.begin!(never)).alreadyRolledBack).toMatch(
        /^this run has taken shop\/api:v\d \(sha256:[0-9a-f]{12}\) of service api back at /,
      );
    });

    it('survives `image prune -af` and another file on disk', async () => {
      await scene.deploy({ ...good, images: rest('v1') });
      await scene.recordGood();
      const before = await scene.see('api');
      await scene.deploy({ image: 'shop/api:v2' });
      // Nothing that runs is of v1 now but what we keep.
      await engine.told(['image', 'prune', '--all', '--force']);
      writeFileSync(join(scene.folder, 'compose.yaml'), 'services: {api: {image: nothing:here}}');
      const result = await scene.undo(await scene.rung());
      expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
      expect(versionOf(await scene.see('api'))).toEqual(versionOf(before));
      rmSync(join(scene.folder, 'compose.yaml'));
      await buildImage(engine, 'shop/api:v2', { mode: 'bad', healthcheck: true });
      await buildImage(engine, 'shop/api:v1', { healthcheck: true });
    });

    it.each(['orderly', 'crash'] as const)(
      'when the engine is restarted in between (%s)',
      async (how) => {
        await scene.deploy({ ...good, images: rest('v1') });
        const recorded = await scene.snapshot();
        await scene.deploy({ ...good, images: rest('v1'), image: 'shop/api:v2' });
        const rung = await scene.rung({ recorded });
        await rung.begin!(never);
        // Asked while the engine is away, the rung waits for it.
        const restarted = engine.restart(how);
        const made = await rung.plan(scene.context().request, never);
        await restarted;
        if (made.kind !== 'plan') throw new Error(made.reason);
        expect(await rung.guard!(never)).toBeUndefined();
        expect(await rung.execute(made, scene.context())).toMatchObject({ outcome: 'verified' });
        expect(await scene.answer('/version')).toBe('v1');
      },
    );
  });
});

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

  it('is what there must be: without it nothing is done, and preflight says so', async () => {
    await scene.deploy({ image: 'shop/api:v2' });
    const rung = await scene.rung();
    expect(await rung.preflight(never)).toEqual([
      expect.objectContaining({
        level: 'warning',
        message: expect.stringMatching(/^nothing recorded to return to/),
      }),
    ]);
    expect(await rung.plan(scene.context().request, never)).toMatchObject({
      kind: 'skip',
      reason: expect.stringContaining('api: nothing recorded to return to'),
    });
  });

  it('holds no value of the environment in the snapshot file or in a label', async () => {
    await scene.deploy({ image: 'shop/api:v1', api: { environment: { KEY: 'hunter2hunter2' } } });
    const recorded = await scene.snapshot();
    await scene.recordGood();
    expect(JSON.stringify(recorded)).not.toContain('hunter2');
    const labels = await engine.told([
      ...['ps', '-a', '--filter', 'label=rollgate.role', '--format', '{{.Labels}}'],
    ]);
    expect(labels).toContain('rollgate.config=');
    expect(labels).not.toContain('hunter2');
  });

  it('does not multiply, and makes no volumes', async () => {
    await buildImage(engine, 'shop/api:v1', { healthcheck: true, further: ['VOLUME /anon'] });
    await scene.deploy({ image: 'shop/api:v1' });
    const volumes = await engine.told(['volume', 'ls', '-q']);
    for (let times = 0; times < 3; times++) {
      await scene.recordGood();
      await scene.snapshot();
    }
    const notes = await engine.told([...['ps', '-aq', '--filter', 'label=rollgate.project=shop']]);
    expect(notes.split('\n')).toHaveLength(4);
    expect(await engine.told(['volume', 'ls', '-q'])).toBe(volumes);
    // Compose does not take the notes for its own.
    const ps = await engine.compose(['-p', 'shop', 'ps', '-aq']);
    expect(ps.stdout.trim().split('\n')).toHaveLength(4);
  });

  // As docs/rungs/compose.md says.
  it.each<[readonly string[], 'verified' | 'image only' | 'gone']>([
    [['image', 'prune', '--all', '--force'], 'verified'],
    [['container', 'prune', '--force'], 'image only'],
    [['system', 'prune', '--force'], 'image only'],
    [['system', 'prune', '--all', '--force', '--filter', 'label!=rollgate.role'], 'verified'],
    [['system', 'prune', '--all', '--force'], 'gone'],
  ])('after docker %j: %s', async (prune, what) => {
    const services = { worker: 'shop/api:v2', db: 'shop/api:v2', migrate: 'shop/api:v2' };
    await scene.deploy({ image: 'shop/api:v1', images: services });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2', images: services });
    await engine.told(prune);
    const only = await scene.rung({ recorded });
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
      expect(await (await scene.rung({ recorded })).plan(scene.context().request, never)).toEqual({
        kind: 'skip',
        reason: expect.stringContaining('is gone from the engine (was it pruned?)'),
      });
    }
    await buildAll();
  });

  it('chooses no version that was taken back', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    await scene.recordGood();
    await scene.deploy({ image: 'shop/api:v2' });
    await scene.undo(await scene.rung());
    // Somebody deploys the rejected version again, and then v3.
    await scene.deploy({ image: 'shop/api:v2' });
    const recorded = await scene.snapshot({ runId: '3' });
    await scene.deploy({ image: 'shop/api:v3' });
    const rung = await scene.rung({ recorded, runId: '3' });
    expect((await scene.plan(rung)).to).toMatchObject({
      api: expect.stringContaining('shop/api:v1'),
    });
    expect(await scene.undo(rung)).toMatchObject({ outcome: 'verified' });
    expect(await scene.answer('/version')).toBe('v1');
  });

  it('nothing was deployed: withheld', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const rung = await scene.rung({ recorded: await scene.snapshot() });
    expect(await rung.plan(scene.context().request, never)).toEqual({
      kind: 'withheld',
      reason:
        'nothing was deployed: services api, db, migrate, worker of project shop run what ran when the snapshot was taken',
    });
  });

  it('somebody else deploys during the watch: withheld, and nothing is kept', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2', images: rest('v1') });
    const rung = await scene.rung({ recorded });
    await rung.begin!(never);
    await scene.deploy({ image: 'shop/api:v3', images: rest('v1') });
    expect(await rung.guard!(never)).toEqual({
      kind: 'withheld',
      reason: expect.stringMatching(
        /^service api runs shop\/api:v3 \(sha256:[0-9a-f]{12}\) since .*Z; shop\/api:v2 \(sha256:[0-9a-f]{12}\) is what this run judged$/,
      ),
    });
    expect(await rung.keep!(never)).toMatch(/^nothing is kept: service api runs/);
  });

  it('an old deploy is not undone without a snapshot', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    await scene.recordGood();
    await scene.deploy({ image: 'shop/api:v2', images: rest('v1') });
    const container = await scene.see('api');
    await until('the container to be older than a second', async () => {
      const created = await engine.told(['inspect', '-f', '{{.Created}}', container.id]);
      return Date.now() - Date.parse(created) > 1100;
    });
    const rung = await scene.rung({ flags: { 'deployed-within': '1s' } });
    expect(await rung.plan(scene.context().request, never)).toMatchObject({
      kind: 'skip',
      reason: expect.stringContaining('this pipeline did not deploy it'),
    });
  });

  it('two rollbacks at once: one acts, the other finds it done', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2', images: rest('v1') });
    const rungs = await Promise.all(['2', '3'].map((runId) => scene.rung({ recorded, runId })));
    const plans = await Promise.all(rungs.map((rung) => scene.plan(rung)));
    const results = await Promise.all(
      rungs.map((rung, index) =>
        rung.execute(plans[index]!, scene.context(never, `rollgate-${String(index)}`)),
      ),
    );
    const kinds = results.map((result) => ('kind' in result ? result.kind : result.outcome));
    expect(kinds.sort()).toEqual(['verified', 'withheld']);
    expect(JSON.stringify(results)).toContain('another rollback has taken service api back');
    const locks = await engine.told(['ps', '-aq', '--filter', 'label=rollgate.role=lock']);
    expect(locks).toBe('');
  });

  it('the lock of a killed rollback is taken over, one of a living is waited for', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2', images: rest('v1') });
    const rung = await scene.rung({ recorded });
    const plan = await scene.plan(rung);
    const lock = (seconds: string): Promise<string> =>
      engine.told([
        ...['create', '--name', 'rollgate-lock-shop', '--label', `rollgate.seconds=${seconds}`],
        ...['--label', 'rollgate.run=github 9', '--label', 'rollgate.project=shop', 'shop/api:v1'],
      ]);
    const held = await lock('1000');
    const over = new AbortController();
    const waiting = rung.execute(plan, scene.context(over.signal));
    await until('the wait', () => scene.lines.some((line) => line.includes('waiting for another')));
    over.abort(new Error('the time is over'));
    expect(await waiting).toMatchObject({
      outcome: 'failed',
      detail: expect.stringContaining('another rollback is under way'),
    });
    expect(scene.changes).toBe(0);
    await engine.told(['rm', held]);
    await lock('0');
    expect(await rung.execute(plan, scene.context())).toMatchObject({ outcome: 'verified' });
    expect(scene.lines.join('\n')).toContain('the lock of github 9 is');
  });

  it('what was found healthy is kept anew, and no longer rejected', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    await scene.recordGood();
    await scene.deploy({ image: 'shop/api:v2' });
    await scene.undo(await scene.rung());
    await scene.deploy({ image: 'shop/api:v2' });
    await scene.recordGood();
    await scene.deploy({ image: 'shop/api:v3' });
    expect((await scene.plan(await scene.rung())).to).toMatchObject({
      api: expect.stringContaining('shop/api:v2'),
    });
  });

  it('a service that the deploy took away comes back, a new one stays', async () => {
    const extra = { image: 'shop/api:v1', command: ['worker'], healthcheck: { disable: true } };
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot();
    await engine.told(['rm', '-f', 'shop-worker-1']);
    await engine.told([
      ...['run', '-d', '--name', 'shop-extra-1', '--network', 'shop_default'],
      ...[
        '--label',
        'com.docker.compose.project=shop',
        '--label',
        'com.docker.compose.service=extra',
      ],
      ...['--label', 'com.docker.compose.oneoff=False', extra.image, 'worker'],
    ]);
    const rung = await scene.rung({ recorded });
    const plan = await scene.plan(rung);
    expect(plan.touches).toEqual(['service/worker']);
    expect(await rung.execute(plan, scene.context())).toMatchObject({
      outcome: 'verified',
      detail: expect.stringContaining('Left as it is: extra: new with this deploy'),
    });
    expect(await engine.told(['inspect', '-f', '{{.State.Status}}', 'shop-extra-1'])).toBe(
      'running',
    );
    await engine.told(['rm', '-f', 'shop-extra-1']);
  });

  it('a network namespace that is shared is shared again', async () => {
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
    const result = await scene.undo(await scene.rung({ recorded }));
    expect(result).toMatchObject({ outcome: 'verified' });
    const api = (await scene.see('api')).id;
    const mode = await engine.told(['inspect', '-f', '{{.HostConfig.NetworkMode}}', 'shop-side-1']);
    expect(mode).toBe(`container:${api}`);
  });

  it('only the services that are named', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot({ flags: { 'compose-service': 'worker' } });
    await scene.deploy({ image: 'shop/api:v2' });
    const rung = await scene.rung({ recorded, flags: { 'compose-service': 'worker' } });
    expect((await scene.plan(rung)).touches).toEqual(['service/worker']);
    const unknown = await scene.rung({ recorded, flags: { 'compose-service': 'wroker' } });
    expect(await unknown.preflight(never)).toContainEqual(
      expect.objectContaining({
        level: 'error',
        message: 'project shop has no service wroker here; it runs api, db, migrate, worker',
      }),
    );
  });

  it('the old version is unhealthy too: it is back, and said to be so', async () => {
    await scene.deploy({ image: 'shop/api:v3' });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2', images: rest('v3') });
    expect(await scene.undo(await scene.rung({ recorded }))).toMatchObject({
      outcome: 'triggered',
      versionConfirmed: true,
      detail: expect.stringMatching(/as recorded\. But shop-api-1: its health check fails\./),
    });
  });

  it('is found by the files alone, with variables that are not set', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const file = join(engine.folder, 'named.yaml');
    writeFileSync(file, "name: shop\nservices: {api: {image: 'shop/api:${TAG:?not set}'}}\n");
    const rung = await scene.rung({ flags: { 'compose-project': '', 'compose-file': file } });
    expect(await rung.snapshot!(never)).toMatchObject({ project: 'shop' });
  });
});

describeWith('the ways to an engine', lacking(), () => {
  const engine = new Engine();
  const scene = new Scene(engine);
  beforeAll(async () => {
    await engine.start();
    await buildImage(engine, 'shop/api:v1');
    await buildImage(engine, 'shop/api:v2', { mode: 'bad' });
  });
  afterEach(() => scene.clear());
  afterAll(() => engine.stop());

  it.each<[string, () => Record<string, string>]>([
    ['the plugin alone', () => engine.envWithout('standalone')],
    ['the stand-alone docker-compose alone', () => engine.envWithout('plugin')],
    ['TLS over TCP', () => engine.tlsEnv],
  ])('%s', async (_, envOf) => {
    const env = envOf();
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot({ env });
    await scene.deploy({ image: 'shop/api:v2' });
    const result = await scene.undo(await scene.rung({ env, recorded }));
    expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    expect(await scene.answer('/version')).toBe('v1');
  });

  it('a context', async () => {
    const { DOCKER_HOST, ...env } = engine.env;
    await engine.told(['context', 'create', 'there', '--docker', `host=${DOCKER_HOST!}`]);
    await scene.deploy({ image: 'shop/api:v1' });
    const rung = await scene.rung({ env: { ...env, DOCKER_CONTEXT: 'there' } });
    expect(await rung.snapshot!(never)).toMatchObject({ project: 'shop' });
  });

  it('no Compose at all: skipped with that reason', async () => {
    const { PATH } = engine.envWithout('standalone');
    const env = { ...engine.envWithout('plugin'), PATH: PATH! };
    await expect(scene.rung({ env })).rejects.toThrow(
      'Compose is missing: the plugin `docker compose` does not work; docker-compose is not on the PATH',
    );
    await expect(scene.rung({ env: { ...env, PATH: '/nowhere' } })).rejects.toThrow(
      'docker is not on the PATH',
    );
  });

  it('orphans are left alone, whatever the environment says', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2', images: rest('v1') });
    const db = await scene.see('db');
    const env = { ...engine.env, COMPOSE_REMOVE_ORPHANS: 'true', COMPOSE_PROFILES: 'x' };
    expect(await scene.undo(await scene.rung({ recorded, env }))).toMatchObject({
      outcome: 'verified',
    });
    expect(await scene.see('db')).toEqual(db);
  });

  it('scale-down takes one service to zero, and no other', async () => {
    await scene.deploy({ image: 'shop/api:v1', api: { scale: 1 } });
    await engine.compose(['up', '-d', '--no-recreate', '--scale', 'worker=3', 'worker'], {
      cwd: scene.folder,
    });
    const [api, db] = [await scene.see('api'), await scene.see('db')];
    const rung = await scene.scaleDown({ flags: { 'canary-service': 'worker' } });
    expect(await rung.preflight(never)).toEqual([]);
    const plan = await scene.plan(rung);
    expect(plan).toMatchObject({
      from: { worker: 3 },
      to: { worker: 0 },
      touches: ['service/worker'],
    });
    expect(await rung.execute(plan, scene.context())).toMatchObject({ outcome: 'verified' });
    expect([await scene.see('api'), await scene.see('db')]).toEqual([api, db]);
    const left = await engine.compose(['-p', 'shop', 'ps', '-aq', 'worker']);
    expect(left.stdout).toBe('');
    expect(await rung.plan(scene.context().request, never)).toMatchObject({ kind: 'skip' });
  });

  it('a stack of a Swarm is skipped, with the command that rolls it back', async () => {
    await engine.told([
      ...['create', '--name', 'stack', '--label', 'com.docker.stack.namespace=stacked'],
      ...['--label', 'com.docker.swarm.service.name=stacked_api', 'shop/api:v1'],
    ]);
    const rung = await scene.rung({ flags: { 'compose-project': 'stacked' } });
    const reason = expect.stringContaining('`docker service rollback stacked_api`');
    expect(await rung.plan(scene.context().request, never)).toEqual({ kind: 'skip', reason });
    expect(await rung.preflight(never)).toMatchObject([{ level: 'error', message: reason }]);
    await engine.told(['rm', 'stack']);
  });
});

function rest(version: string): { worker: string; db: string; migrate: string } {
  const image = `shop/api:${version}`;
  return { worker: image, db: image, migrate: image };
}

async function seeAll(scene: Scene): Promise<Record<string, Awaited<ReturnType<Scene['see']>>>> {
  const all = await Promise.all(
    services.map(async (name) => [name, await scene.see(name)] as const),
  );
  return Object.fromEntries(all);
}
