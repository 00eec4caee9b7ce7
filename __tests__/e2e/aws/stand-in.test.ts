import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { serve, type HttpTestServer } from '../../support/servers.js';
import { refused, StandInAws, taskDefinition } from '../../support/stand-in-aws.js';
import { describeWith } from '../components.js';
import { lacking } from './components.js';
import { serveAws } from './front.js';
import { AwsJob } from './job.js';

/** The bundle and the real `aws` program, against what no emulator has: two deployments at once, a circuit breaker, a stop. */
describeWith('AWS, by its published shapes', lacking(), () => {
  let aws: StandInAws;
  let api: HttpTestServer;
  let job: AwsJob;
  let service: HttpTestServer;
  let shop: ReturnType<StandInAws['addService']>;

  beforeEach(async () => {
    aws = new StandInAws();
    shop = aws.addService('shop/api', 'api:1');
    api = await serveAws(aws);
    job = new AwsJob(api.url);
    service = await serve((_, response) => {
      // As long as a task of the bad version takes requests, some of them fail.
      response.statusCode = shop.deployments.some(isBad) ? 500 : 200;
      response.end();
    });
    expect(await job.call('snapshot', inputs)).toMatchObject({ code: 0 });
  });
  afterEach(async () => {
    await Promise.all([service.close(), api.close()]);
    job.remove();
  });

  const isBad = (one: { taskDefinition: string }): boolean =>
    one.taskDefinition === taskDefinition('api:2');
  const inputs: readonly string[] = ['--ecs-service', 'shop/api'];
  const watch = (...flags: readonly string[]): ReturnType<AwsJob['call']> =>
    job.call('run', [...job.watching(service.url), ...inputs, ...flags]);

  it('a deployment that is going on is stopped, followed, and verified', async () => {
    shop.deploy('api:2', { looks: 99, end: 'hangs' });
    const { code, output } = await watch();
    expect(output).toContain('aws ecs stop-service-deployment of shop/api with ROLLBACK');
    expect(output).toMatch(/ecs: verified: Stopped the deployment of shop\/api with ROLLBACK/);
    expect(code).toBe(1);
    expect(aws.callsOf('update-service')).toEqual([]);
  });

  it('a circuit breaker is faster: nothing is started, what is there is confirmed, exit 1', async () => {
    shop.deploy('api:2', { looks: 99, end: 'hangs' });
    const running = job.start('run', [
      ...job.watching(service.url),
      ...[...inputs, '--ecs-health', 'true', '--health-url', 'off'],
    ]);
    await running.until(() => service.received.length > 5);
    shop.trip();
    const { code, output } = await running.ended;
    expect(output).toMatch(/ecs: verified: .*went back to api:1 without this run/);
    expect(code).toBe(1);
    expect(aws.callsOf('update-service')).toEqual([]);
    expect(aws.callsOf('stop-service-deployment')).toEqual([]);
  });

  it('a circuit breaker acts in a watch that sees nothing bad: not healthy, nothing is started, exit 1', async () => {
    shop.deploy('api:2', { looks: 99, end: 'hangs' });
    const good = await serve((_, response) => response.end());
    try {
      const running = job.start('run', [...job.watching(good.url), ...inputs]);
      await running.until(() => good.received.length > 5);
      shop.trip();
      const { code, output } = await running.ended;
      expect(output).toMatch(/unhealthy after \S+: shop\/api went back to api:1 without this run/);
      expect(code).toBe(1);
      expect(job.place.report()).toMatchObject({
        verdict: 'unhealthy',
        targets: [{ rollback: { status: 'verified', versionConfirmed: true } }],
      });
      expect(aws.callsOf('update-service')).toEqual([]);
    } finally {
      await good.close();
    }
  });

  it('throttled reads and changes come through in the end', async () => {
    shop.deploy('api:2');
    let count = 0;
    aws.instead = (operation) =>
      count++ % 3 === 0 ? refused(operation, 'ThrottlingException', 'Rate exceeded') : undefined;
    const { code } = await watch();
    expect(code).toBe(1);
    expect(shop.primary.taskDefinition).toBe(taskDefinition('api:1'));
  });

  it('a service that never settles: a person is needed, exit 3', async () => {
    shop.deploy('api:2');
    aws.fate = { looks: 1, end: 'hangs' };
    const { code, output } = await watch('--rollback-timeout', '25s');
    expect(output).toMatch(/ecs: triggered: .* is not complete, 0 of 2 tasks run/);
    expect(code).toBe(3);
  });

  it('a task definition that ECS does not know: nothing was changed, exit 3', async () => {
    shop.deploy('api:2');
    aws.taskDefinitions.add(taskDefinition('api:3'));
    const { code, output } = await watch();
    expect(output).toContain(
      'ecs: failed: Aws ecs update-service: ClientException: Unable to describe task definition.',
    );
    expect(code).toBe(3);
  });

  it('a deploy in the moment of the change: overwritten, told, and not called verified', async () => {
    shop.deploy('api:2');
    aws.before = (operation) => {
      if (operation === 'update-service') shop.deploy('api:3');
    };
    const { output } = await watch();
    expect(output).toMatch(/\(api:3\) was begun by somebody else in the same moment/);
    expect(output).toContain('ecs: triggered');
  });
});
