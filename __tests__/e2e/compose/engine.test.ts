import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { describeWith } from '../components.js';
import { until } from '../kubernetes/until.js';
import { availableComposes, composes, lacking, lackingOld } from './components.js';
import { Engine, freePort } from './engine.js';
import { buildImage } from './images.js';
import { writeProject } from './project.js';

const second = availableComposes().filter((kind) => kind !== 'v1');
// Where there is none the suite is skipped, but Jest wants a table all the same.
const installations = (second.length > 0 ? second : composes).flatMap((compose) =>
  (['classic', 'containerd'] as const).map((images) => ({ compose, images })),
);

async function ask(url: string): Promise<{ status: number; body: string }> {
  const response = await fetch(url, { signal: AbortSignal.timeout(30_000) });
  return { status: response.status, body: await response.text() };
}

describeWith('a Docker engine of our own', lacking(), () => {
  describe.each(installations)('with Compose $compose and $images images', (installation) => {
    const engine = new Engine(installation);
    const folder = join(engine.folder, 'project');
    let port = 0;
    let v1 = '';

    const deploy = async (version: string, standalone: boolean): Promise<void> => {
      writeProject(folder, { port, image: `shop/api:${version}`, api: { restart: 'always' } });
      const up = await engine.compose(['up', '-d', '--pull', 'never'], { cwd: folder, standalone });
      expect(up).toMatchObject({ code: 0 });
    };
    /** The first answer that is given at all. */
    const answer = async (path: string): Promise<{ status: number; body: string }> => {
      let given: { status: number; body: string } | undefined;
      await until(`an answer of ${path}`, async () => {
        given = await ask(`http://127.0.0.1:${String(port)}${path}`).catch(() => undefined);
        return given !== undefined;
      });
      return given!;
    };

    beforeAll(async () => {
      await engine.start();
      port = await freePort();
      v1 = await buildImage(engine, 'shop/api:v1', { healthcheck: true });
      await buildImage(engine, 'shop/api:v2', { mode: 'bad', healthcheck: true });
    });
    afterAll(() => engine.stop());

    it('runs a good version, which answers and becomes healthy', async () => {
      await deploy('v1', false);
      expect(await answer('/health')).toEqual({ status: 200, body: 'good' });
      expect(await answer('/version')).toEqual({ status: 200, body: 'v1' });
      await until('a healthy container', async () => (await healthOf(engine)) === 'healthy');
      expect(await engine.outputOf(['inspect', '-f', '{{.Image}}', 'shop-api-1'])).toBe(v1);
      expect(await engine.outputOf(['exec', 'shop-db-1', 'cat', '/data/migrations'])).toBe(
        'migrated by v1',
      );
    });

    it('replaces it by a bad one, through docker-compose', async () => {
      await deploy('v2', true);
      expect(await answer('/health')).toEqual({ status: 503, body: 'bad' });
      await until('an unhealthy container', async () => (await healthOf(engine)) === 'unhealthy');
    });

    it('keeps the image of a container that was never started', async () => {
      await engine.outputOf(['create', '--name', 'keeper', 'shop/api:v1']);
      await buildImage(engine, 'shop/api:v0');
      await engine.outputOf(['image', 'prune', '-af']);
      const left = await engine.outputOf(['images', '--format', '{{.Repository}}:{{.Tag}}']);
      expect(left.split('\n').sort()).toEqual(['shop/api:v1', 'shop/api:v2']);
      expect(
        await engine.outputOf(['inspect', '-f', '{{.State.Status}} {{.Image}}', 'keeper']),
      ).toBe(`created ${v1}`);
    });

    it.each(['orderly', 'crash'] as const)('survives a restart on its data: %s', async (how) => {
      await engine.restart(how);
      // The restart policy is of `api` alone.
      expect(await answer('/version')).toEqual({ status: 503, body: 'v2' });
      expect(await engine.outputOf(['inspect', '-f', '{{.State.Status}}', 'shop-worker-1'])).toBe(
        'exited',
      );
    });

    it('is reached from outside with a certificate, and not without', async () => {
      const listed = await engine.outputOf(['ps', '-q', '--no-trunc', '-f', 'name=shop-api-1']);
      const remote = await engine.outputOf(['ps', '-q', '--no-trunc', '-f', 'name=shop-api-1'], {
        env: engine.tlsEnv,
      });
      expect(remote).toBe(listed);
      const stranger = await engine.docker(['ps'], {
        env: { ...engine.tlsEnv, DOCKER_CERT_PATH: join(engine.folder, 'home') },
      });
      expect(stranger.code).not.toBe(0);
      const ps = await engine.compose(['ps', '-q', 'api'], { cwd: folder, env: engine.tlsEnv });
      expect(ps).toMatchObject({ code: 0, stdout: `${listed}\n` });
    });

    it('leaves no trace after its end', async () => {
      const network = await engine.outputOf([
        'network',
        'inspect',
        '-f',
        '{{.Id}}',
        'shop_default',
      ]);
      const bridge = `/sys/class/net/br-${network.slice(0, 12)}`;
      expect(existsSync(bridge)).toBe(true);
      expect(engine.traces()).not.toEqual([]);
      await engine.stop();
      expect(engine.traces()).toEqual([]);
      expect(existsSync(bridge)).toBe(false);
      expect(existsSync(engine.folder)).toBe(false);
    });
  });

  describeWith('with Compose 1', lackingOld(), () => {
    const engine = new Engine({ compose: 'v1' });
    beforeAll(() => engine.start());
    afterAll(() => engine.stop());

    it('runs a version', async () => {
      const cwd = join(engine.folder, 'project');
      await buildImage(engine, 'shop/api:v1');
      writeProject(cwd, { name: null, port: await freePort(), image: 'shop/api:v1' });
      const up = await engine.compose(['-p', 'shop', 'up', '-d'], { cwd, standalone: true });
      expect(up).toMatchObject({ code: 0 });
      expect(await engine.outputOf(['inspect', '-f', '{{.State.Status}}', 'shop_api_1'])).toBe(
        'running',
      );
    });
  });

  describe('whose warden is killed', () => {
    const killed = new Engine();
    const next = new Engine();
    afterAll(async () => {
      await killed.stop();
      await next.stop();
    });

    it('ends its processes with it, and the next start removes the rest', async () => {
      await killed.start();
      await buildImage(killed, 'shop/api:v1');
      await killed.outputOf(['network', 'create', 'lane']);
      await killed.outputOf(['run', '-d', '--network', 'lane', 'shop/api:v1']);
      process.kill(killed.wardenPid!, 'SIGKILL');
      const processes = (): string[] => killed.traces().filter((it) => it.startsWith('process'));
      await until('the end of all processes', () => processes().length === 0);
      expect(existsSync(killed.folder)).toBe(true);

      await next.start();
      await until('the folder to go', () => !existsSync(killed.folder));
      expect(killed.traces()).toEqual([]);
    });

    it('a bad configuration: says why it does not start', async () => {
      await next.halt();
      writeFileSync(join(next.folder, 'daemon.json'), '{"no-such-option": true}');
      await expect(next.resume()).rejects.toThrow(/the engine ended[^]*no-such-option/);
      expect(next.traces()).toEqual([]);
    });
  });
});

function healthOf(engine: Engine): Promise<string> {
  return engine.outputOf(['inspect', '-f', '{{.State.Health.Status}}', 'shop-api-1']);
}
