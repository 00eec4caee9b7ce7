import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Workplace } from '../../support/bundle.js';
import { standIns } from '../../support/stand-ins.js';
import { describeWith } from '../components.js';
import { until } from '../kubernetes/until.js';
import { lacking } from './components.js';
import { deploys, good, rest } from './deploys.js';
import { Engine } from './engine.js';
import { buildImage } from './images.js';
import { Scene, services, versionOf } from './scene.js';

/** The bundle, as a job calls it, against a project on an engine. */
describeWith('the bundle and a Compose project', lacking(), () => {
  const engine = new Engine();
  const scene = new Scene(engine);
  let place: Workplace;

  beforeAll(async () => {
    await engine.start();
    await buildImage(engine, 'shop/api:v1', { healthcheck: true });
    await buildImage(engine, 'shop/api:v2', { mode: 'bad', healthcheck: true });
  });
  afterEach(async () => {
    place.remove();
    await scene.clear();
  });
  afterAll(() => engine.stop());

  const ofJob = { GITHUB_ACTIONS: 'true', GITHUB_RUN_ID: '7', GITHUB_RUN_ATTEMPT: '1' };
  const flags = (duration = '5s'): string[] => [
    ...['--url', `http://127.0.0.1:${String(scene.port)}/`, '--compose-project', 'shop'],
    ...['--warm-up', '1s', '--duration', duration, '--interval', '500ms'],
    ...['--requests-per-second', '20', '--health-interval', '500ms', '--verify-timeout', '3m'],
    ...['--max-errors-per-minute', 'off'],
  ];
  const run = (more: readonly string[] = []) => place.run(['run', ...flags(), ...more], env());
  const env = () => ({ ...engine.env, ...ofJob });

  /** v1 is recorded, a bad version is deployed, and the gate finds it and rolls it back. */
  async function takenBack(
    { deploy, changed }: (typeof deploys)[number],
    variables: Record<string, string>,
  ): Promise<void> {
    const job = { ...variables, ...ofJob };
    place = new Workplace();
    await scene.deploy({ ...good, images: rest('v1') });
    await scene.answer('/version');
    const snapshot = await place.run(['snapshot', '--compose-project', 'shop'], job);
    expect(snapshot.code).toBe(0);
    const before = await scene.seeAll();
    await scene.deploy({ ...deploy, images: deploy.images ?? rest('v1') });
    const bad = await scene.seeAll();
    await engine.outputOf(['exec', 'shop-db-1', 'touch', '/data/written-between']);

    const { code, output } = await place.run(['run', ...flags()], job);
    expect(output).toContain('compose: verified: ');
    expect(code).toBe(1);
    const { rollback } = place.report().targets[0]!;
    expect(rollback).toMatchObject({
      status: 'verified',
      versionConfirmed: true,
      healthConfirmed: true,
    });
    expect(Object.keys(rollback.attempts.at(-1)!.to)).toEqual(changed);
    const after = await scene.seeAll();
    for (const service of services) {
      expect(versionOf(after[service]!)).toEqual(versionOf(before[service]!));
      // What was not changed by the deploy is not touched by the undo.
      if (!changed.includes(service)) expect(after[service]!.id).toBe(bad[service]!.id);
    }
    expect(await engine.outputOf(['exec', 'shop-db-1', 'ls', '/data'])).toContain(
      'written-between',
    );
  }

  it.each(deploys)('bad by $by: unhealthy, and rolled back to the recorded version', (deploy) =>
    takenBack(deploy, engine.env),
  );

  it.each<[string, () => Record<string, string>]>([
    ['through docker-compose alone', () => engine.envWithout('plugin')],
    ['on a remote engine, by TLS', () => engine.tlsEnv],
  ])('%s: unhealthy, and rolled back', (_, variables) => takenBack(deploys[0]!, variables()));

  it('bad by the health of its containers alone: the report has its state and last line', async () => {
    place = new Workplace();
    await scene.deploy({ image: 'shop/api:v1' });
    const snapshot = await place.run(['snapshot', '--compose-project', 'shop'], env());
    expect(snapshot.code).toBe(0);
    await scene.deploy({ image: 'shop/api:v2' });
    const [, , ...withoutUrl] = flags('1m');
    const more = ['--compose-health', 'true', '--report-logs', '1'];
    const { code, output } = await place.run(['run', ...withoutUrl, ...more], env());
    const state = 'api is unhealthy [v2 listens on 8080]';
    expect(output).toContain(state);
    expect(place.report().reason).toContain(state);
    expect(place.read('rollgate-report/summary.md')).toContain('api is unhealthy');
    expect(code).toBe(1);
  });

  it('the engine restarts between verdict and rollback: waited for', async () => {
    place = new Workplace();
    const api = { restart: 'always', environment: { COLOUR: 'blue' } };
    await scene.deploy({ image: 'shop/api:v1', api });
    const snapshot = await place.run(['snapshot', '--compose-project', 'shop'], env());
    expect(snapshot.code).toBe(0);
    const before = await scene.see('api');
    const environment = { COLOUR: 'red' };
    await scene.deploy({ image: 'shop/api:v1', api: { ...api, environment } });
    await scene.answer('/version');
    const running = place.start(['run', ...flags('10m'), '--rollback', 'compose'], env());
    await running.until(() => hasBegun(place));
    // It takes the service with it; that is the verdict.
    await engine.halt();
    await running.printed('unhealthy after');
    await engine.resume();
    const { code, output } = await running.ended;
    expect(output).toMatch(/compose: verified: Service api runs shop\/api:v1/);
    expect(code).toBe(1);
    expect(versionOf(await scene.see('api'))).toEqual(versionOf(before));
  });

  describe('two deploys in a row', () => {
    it('the first is recorded as healthy, the second is bad and rolled back', async () => {
      place = new Workplace();
      await scene.deploy({ image: 'shop/api:v1' });
      await scene.answer('/version');
      const first = await run(['--rollback', 'compose']);
      expect(first.output).toContain(
        'compose: kept what runs as the state to return to: api, db, migrate, worker',
      );
      expect(first.code).toBe(0);

      const before = await scene.see('api');
      const snapshot = await place.run(['snapshot', '--compose-project', 'shop'], env());
      expect(snapshot.code).toBe(0);
      await scene.deploy({ image: 'shop/api:v2' });
      await engine.outputOf(['exec', 'shop-db-1', 'touch', '/data/written-between']);
      await engine.outputOf(['image', 'prune', '--all', '--force']);
      const second = await run(['--compose-health', 'true']);
      expect(second.output).toMatch(/compose: verified: Service api runs shop\/api:v1/);
      expect(second.code).toBe(1);
      const report = place.report();
      expect(report.targets[0]?.rollback).toMatchObject({
        status: 'verified',
        versionConfirmed: true,
        healthConfirmed: true,
      });
      expect(report.targets[0]?.rollback.attempts).toMatchObject([
        { id: 'kubernetes', outcome: 'skipped' },
        {
          id: 'compose',
          outcome: 'verified',
          from: { api: expect.stringContaining('shop/api:v2') },
          to: { api: expect.stringContaining('shop/api:v1') },
        },
      ]);
      expect((await scene.see('api')).image).toBe(before.image);
      expect((await scene.see('api')).env).toEqual(before.env);
      expect(await engine.outputOf(['exec', 'shop-db-1', 'ls', '/data'])).toContain(
        'written-between',
      );

      const again = await run();
      expect(again.output).toContain('Already rolled back: this run has rolled back shop/api:v2');
      expect(again.code).toBe(4);
      await buildImage(engine, 'shop/api:v2', { mode: 'bad', healthcheck: true });
    });
  });

  it('a dry run prints what it would do, and does nothing', async () => {
    place = new Workplace();
    await scene.deploy({ image: 'shop/api:v1' });
    await place.run(['snapshot', '--compose-project', 'shop'], env());
    await scene.deploy({ image: 'shop/api:v2' });
    const bad = await scene.see('api');
    const ended = await run(['--dry-run', 'true']);
    expect(ended.code).toBe(5);
    expect(ended.output).toContain(
      'it would have done this: take service api of project shop back from shop/api:v2',
    );
    expect(await scene.see('api')).toEqual(bad);
  });

  it('Kubernetes is not configured, the engine is gone: the ci strategy starts the pipeline', async () => {
    place = new Workplace();
    const standIn = await standIns.github!('well');
    try {
      const variables = { ...engine.env, ...standIn.guideVariables() };
      await scene.deploy({ image: 'shop/api:v1', api: { restart: 'always' } });
      const snapshot = await place.run(['snapshot', '--compose-project', 'shop'], variables);
      expect(snapshot.code).toBe(0);
      await scene.deploy({ image: 'shop/api:v1', api: { restart: 'always', labels: { v: '2' } } });
      await scene.answer('/version');
      const running = place.start(
        [...['run', ...flags('10m')], ...['--rollback', 'kubernetes,compose,ci,scale-down']],
        variables,
      );
      await running.until(() => hasBegun(place));
      await engine.halt();
      await until('the start of the pipeline', () => standIn.started > 0);
      await engine.resume();
      const { code, output } = await running.ended;
      expect(output).toContain('✅ CI/CD rollback triggered');
      expect(place.report().targets[0]?.rollback).toMatchObject({
        status: 'verified',
        attempts: [
          {
            id: 'kubernetes',
            outcome: 'skipped',
            detail: expect.stringContaining('not configured'),
          },
          { id: 'compose', outcome: 'failed', detail: expect.stringContaining('Cannot connect') },
          { id: 'ci', outcome: 'verified' },
        ],
      });
      expect(code).toBe(1);
      expect(standIn.started).toBe(1);
    } finally {
      await standIn.close();
    }
  });
});

/** Whether the watch has recorded anything. */
function hasBegun(place: Workplace): boolean {
  return place.read('rollgate-report/recording.ndjson')?.includes('"event"') === true;
}
