import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { createChecks } from '../../../src/sources/registry.js';
import type { HealthCheck, HealthResult } from '../../../src/contract/check.js';
import { systemClock } from '../../../src/support/clock.js';
import { run as exec } from '../../../src/support/exec.js';
import { resolveWith } from '../../support/resolve-inputs.js';
import { describeWith } from '../components.js';
import { until } from '../kubernetes/until.js';
import { lacking } from './components.js';
import { Engine } from './engine.js';
import { buildImage } from './images.js';
import { never, Scene } from './scene.js';

describeWith('the containers of a project as a health check', lacking(), () => {
  const engine = new Engine();
  const scene = new Scene(engine);
  beforeAll(async () => {
    await engine.start();
    await buildImage(engine, 'shop/api:v1', { healthcheck: true });
    await buildImage(engine, 'shop/api:v2', { mode: 'bad', healthcheck: true });
    await buildImage(engine, 'shop/api:v3', { mode: 'exits', healthcheck: true });
  });
  afterEach(() => scene.clear());
  afterAll(() => engine.stop());

  async function check(flags: Record<string, string> = {}): Promise<HealthCheck> {
    const { settings } = resolveWith({
      flags: { 'compose-health': 'true', 'compose-project': 'shop', ...flags },
    });
    const [made] = await createChecks({
      settings,
      entries: [],
      clock: systemClock,
      http: () => {
        throw new Error('no HTTP here');
      },
      exec,
      env: engine.env,
      redact: (text) => text,
      random: () => 0.5,
      leastRate: 0,
      commandEnv: {},
      platform: process.platform,
      logLines: 0,
    });
    if (made?.kind !== 'health') throw new Error('no health check');
    return made;
  }

  /** The first probe that says this. */
  async function seen(by: HealthCheck, ok: boolean | null): Promise<HealthResult> {
    let result: HealthResult | undefined;
    await until(`a probe that says ${String(ok)}`, async () => {
      result = await by.probe(never);
      return result.ok === ok;
    });
    return result!;
  }

  it('a good version with a finished one-shot service: passes', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const made = await check();
    expect(await made.preflight(never)).toEqual([]);
    expect(await seen(made, true)).toEqual({ ok: true, detail: '' });
  });

  it('a version whose health check fails: fails', async () => {
    await scene.deploy({ image: 'shop/api:v2' });
    expect(await seen(await check(), false)).toEqual({ ok: false, detail: 'api is unhealthy' });
  });

  it.each([
    ['no', 'api exited (code 1)'],
    ['always', 'api ends again and again (code 1)'],
  ])('a version that exits, with the restart policy %s: fails', async (restart, detail) => {
    await scene.deploy({ image: 'shop/api:v3', images: rest, api: { restart } });
    const made = await check();
    await until('that detail', async () => (await made.probe(never)).detail === detail);
    const shown = await check({ 'report-logs': '1' });
    await until('its log', async () => {
      return (await shown.probe(never)).detail === `${detail} [cannot start]`;
    });
  });

  it('a service without its container: fails', async () => {
    await scene.deploy({ image: 'shop/api:v1' });
    const made = await check();
    await seen(made, true);
    await engine.outputOf(['rm', '-f', 'shop-worker-1']);
    expect(await made.probe(never)).toEqual({
      ok: false,
      detail: 'worker has no container',
      changed: true,
    });
  });

  it('an engine that does not answer: nothing known, and passes again when it is back', async () => {
    await scene.deploy({ image: 'shop/api:v1', api: { restart: 'always' } });
    const made = await check({ 'compose-service': 'api' });
    await seen(made, true);
    await engine.halt();
    expect((await made.probe(never)).detail).toMatch(
      /^docker ps: Cannot connect to the Docker daemon/,
    );
    expect((await made.probe(never)).ok).toBeNull();
    await engine.resume();
    await seen(made, true);
  });
});

const image = 'shop/api:v1';
const rest = { worker: image, db: image, migrate: image };
