import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../components.js';
import { lacking, lackingFurther, lackingOld } from './components.js';
import { rest } from './deploys.js';
import { Engine } from './engine.js';
import { buildImage } from './images.js';
import { never, Scene } from './scene.js';
import { SshHost } from './ssh.js';

describeWith('the connection to a Docker engine', lacking(), () => {
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
  ])('rolls back with %s', async (_, envOf) => {
    const env = envOf();
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot({ env });
    await scene.deploy({ image: 'shop/api:v2' });
    const result = await scene.undo(await scene.strategy({ env, recorded }));
    expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    expect(await scene.answer('/version')).toBe('v1');
  });

  it('rolls back with a context', async () => {
    const { DOCKER_HOST, ...rest } = engine.env;
    await engine.outputOf(['context', 'create', 'there', '--docker', `host=${DOCKER_HOST!}`]);
    const env = { ...rest, DOCKER_CONTEXT: 'there' };
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot({ env });
    await scene.deploy({ image: 'shop/api:v2' });
    const result = await scene.undo(await scene.strategy({ env, recorded }));
    expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
  });

  it('a certificate of another engine: an error in preflight', async () => {
    const strategy = await scene.strategy({ env: await engine.strangerEnv() });
    expect(await strategy.preflight(never)).toEqual([
      expect.objectContaining({
        level: 'error',
        message: expect.stringMatching(/certificate/),
        fix: expect.stringContaining('DOCKER_CERT_PATH'),
      }),
    ]);
  });

  it('no Compose: skipped with that reason', async () => {
    const { PATH } = engine.envWithout('standalone');
    const env = { ...engine.envWithout('plugin'), PATH: PATH! };
    await expect(scene.strategy({ env })).rejects.toThrow(
      'Compose is missing: the plugin `docker compose` does not work; docker-compose is not on the PATH',
    );
    await expect(scene.strategy({ env: { ...env, PATH: '/nowhere' } })).rejects.toThrow(
      'docker is not on the PATH',
    );
  });

  it('orphans stay, whatever the environment says', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot();
    await scene.deploy({ image: 'shop/api:v2', images: rest('v1') });
    const db = await scene.see('db');
    const env = { ...engine.env, COMPOSE_REMOVE_ORPHANS: 'true', COMPOSE_PROFILES: 'x' };
    expect(await scene.undo(await scene.strategy({ recorded, env }))).toMatchObject({
      outcome: 'verified',
    });
    expect(await scene.see('db')).toEqual(db);
  });

  it('scale-down scales one service to zero, and no other', async () => {
    await scene.deploy({ image: 'shop/api:v1', api: { scale: 1 } });
    await engine.compose(['up', '-d', '--no-recreate', '--scale', 'worker=3', 'worker'], {
      cwd: scene.folder,
    });
    const [api, db] = [await scene.see('api'), await scene.see('db')];
    const strategy = await scene.scaleDown({ flags: { 'canary-service': 'worker' } });
    expect(await strategy.preflight(never)).toEqual([]);
    const plan = await scene.plan(strategy);
    expect(plan).toMatchObject({
      from: { worker: 3 },
      to: { worker: 0 },
      touches: ['service/worker'],
    });
    expect(await strategy.execute(plan, scene.context())).toMatchObject({ outcome: 'verified' });
    expect([await scene.see('api'), await scene.see('db')]).toEqual([api, db]);
    const left = await engine.compose(['-p', 'shop', 'ps', '-aq', 'worker']);
    expect(left.stdout).toBe('');
    expect(await strategy.plan(scene.context().request, never)).toMatchObject({ kind: 'skip' });
  });

  it('a Swarm stack: skipped with the command that rolls it back', async () => {
    // Made by the engine itself it would have a name that other engines on this machine use, too.
    await engine.outputOf(['network', 'create', 'docker_gwbridge']);
    await engine.outputOf([
      ...['swarm', 'init', '--advertise-addr', '127.0.0.1', '--listen-addr', '127.0.0.1:0'],
    ]);
    const file = join(engine.folder, 'stack.yaml');
    const deploy = async (version: string): Promise<void> => {
      writeFileSync(
        file,
        `services: {api: {image: 'shop/api:${version}', networks: [outside]}}
networks: {outside: {external: true, name: host}}
`,
      );
      await engine.outputOf([
        'stack',
        'deploy',
        '--detach=false',
        '--compose-file',
        file,
        'stacked',
      ]);
    };
    await deploy('v1');
    await deploy('v2');
    const strategy = await scene.strategy({ flags: { 'compose-project': 'stacked' } });
    const reason = expect.stringContaining('`docker service rollback stacked_api`');
    expect(await strategy.plan(scene.context().request, never)).toEqual({ kind: 'skip', reason });
    expect(await strategy.preflight(never)).toMatchObject([{ level: 'error', message: reason }]);

    await engine.outputOf(['service', 'rollback', 'stacked_api']);
    const image = '{{.Spec.TaskTemplate.ContainerSpec.Image}}';
    expect(await engine.outputOf(['service', 'inspect', '--format', image, 'stacked_api'])).toBe(
      'shop/api:v1',
    );
    await engine.outputOf(['swarm', 'leave', '--force']);
  });
});

describeWith('an engine on another host', lacking() ?? lackingFurther(), () => {
  const engine = new Engine();
  const scene = new Scene(engine);
  let host: SshHost | undefined;
  beforeAll(async () => {
    await engine.start();
    await buildImage(engine, 'shop/api:v1');
    await buildImage(engine, 'shop/api:v2', { mode: 'bad' });
    host = await SshHost.withEngine(engine);
  });
  afterEach(() => scene.clear());
  afterAll(async () => {
    await host?.stop();
    await engine.stop();
  });

  it('rolls back by ssh', async () => {
    const env = host!.env();
    await scene.deploy({ image: 'shop/api:v1' });
    const recorded = await scene.snapshot({ env });
    await scene.deploy({ image: 'shop/api:v2' });
    const strategy = await scene.strategy({ env, recorded });
    expect(await strategy.preflight(never)).toEqual([]);
    await strategy.capture!(never);
    expect(await strategy.assertUnchanged!(never)).toBeUndefined();
    const result = await scene.undo(strategy);
    expect(result).toMatchObject({ outcome: 'verified', versionConfirmed: true });
    expect(await scene.answer('/version')).toBe('v1');
    expect(host!.logins).toBeGreaterThan(0);
  });

  it.each([
    ['without-right', /^docker ps: error during connect: ssh: .*Permission denied \(publickey\)/],
    ['without-host', /^docker ps: error during connect: ssh: Host key verification failed/],
  ] as const)('by ssh, %s: an error in preflight', async (client, message) => {
    const strategy = await scene.strategy({ env: host!.env(client) });
    expect(await strategy.preflight(never)).toEqual([
      expect.objectContaining({
        level: 'error',
        message: expect.stringMatching(message),
        fix: expect.stringContaining('known_hosts'),
      }),
    ]);
  });
});

describeWith('Compose 1 alone', lacking() ?? lackingOld(), () => {
  const engine = new Engine({ compose: 'v1' });
  const scene = new Scene(engine);
  beforeAll(() => engine.start());
  afterAll(() => engine.stop());

  it('is too old: skipped with that reason', async () => {
    await expect(scene.strategy()).rejects.toThrow(
      'Compose is missing: the plugin `docker compose` does not work; the stand-alone `docker-compose` is version 1.29.2, and version 2 or newer is needed',
    );
  });
});
