import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { serve, type HttpTestServer } from '../../support/servers.js';
import { describeWith } from '../components.js';
import { lacking } from './components.js';
import { AwsJob } from './job.js';
import { Ministack } from './ministack.js';

/** The bundle and the real `aws` program, against ECS and Lambda of ministack. */
describeWith('AWS, by ministack', lacking(), () => {
  let cloud: Ministack;
  let job: AwsJob;
  let service: HttpTestServer;
  /** What the service says of the version that runs. */
  let live: () => Promise<string>;
  let number = 0;

  beforeAll(async () => {
    cloud = await Ministack.start();
    await cloud.aws('ecs', 'create-cluster', '--cluster-name', 'shop');
  });
  afterAll(() => cloud.stop());
  beforeEach(async () => {
    number += 1;
    job = new AwsJob(cloud.url);
    service = await serve((_, response) => {
      live().then(
        (version) => {
          response.statusCode = version.endsWith('1') ? 200 : 500;
          response.end(version);
        },
        () => response.destroy(),
      );
    });
  });
  afterEach(async () => {
    await service.close();
    job.remove();
  });

  /** Asks the emulator without a program: the probes come faster than that starts. */
  async function ecs(operation: string, input: object): Promise<unknown> {
    const response = await fetch(cloud.url, {
      method: 'POST',
      headers: {
        'X-Amz-Target': `AmazonEC2ContainerServiceV20141113.${operation}`,
        'Content-Type': 'application/x-amz-json-1.1',
        Authorization: 'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/ecs/aws4_request',
      },
      body: JSON.stringify(input),
    });
    return response.json();
  }

  describe('ecs', () => {
    let name: string;
    const deploy = (version: number): Promise<string> =>
      cloud.aws(
        ...['ecs', 'update-service', '--cluster', 'shop', '--service', name],
        ...['--task-definition', `${name}:${String(version)}`, '--query', 'service.taskDefinition'],
      );

    beforeEach(async () => {
      name = `api-${String(number)}`;
      for (const version of ['1', '2', '3'])
        await cloud.aws(
          ...['ecs', 'register-task-definition', '--family', name, '--container-definitions'],
          JSON.stringify([{ name: 'api', image: `registry.test/api:${version}`, memory: 64 }]),
        );
      await cloud.aws(
        ...['ecs', 'create-service', '--cluster', 'shop', '--service-name', name],
        ...['--task-definition', `${name}:1`, '--desired-count', '2'],
      );
      live = async () => {
        const input = { cluster: 'shop', services: [name] };
        const { services } = (await ecs('DescribeServices', input)) as {
          services: { taskDefinition: string }[];
        };
        return services[0]?.taskDefinition ?? '';
      };
    });

    const inputs = (): readonly string[] => ['--ecs-service', `shop/${name}`];
    const watch = (...flags: readonly string[]): ReturnType<AwsJob['call']> =>
      job.call('run', [...job.watching(service.url), ...inputs(), ...flags]);

    it('a bad deploy is rolled back to the recorded task definition, and verified', async () => {
      expect(await job.call('snapshot', inputs())).toMatchObject({ code: 0 });
      expect(await job.call('preflight', ['--url', service.url, ...inputs()])).toMatchObject({
        code: 0,
      });
      await deploy(2);
      const { code, output } = await watch('--ecs-health', 'true');
      expect(output).toMatch(/ecs: verified: Deployed api-\d+:1 to shop\/api-\d+ again\./);
      expect(code).toBe(1);
      expect(await live()).toMatch(/:1$/);
      expect(job.place.report()).toMatchObject({
        targets: [{ rollback: { status: 'verified', versionConfirmed: true } }],
      });
    });

    it('a second deploy in the watch: withheld, and left alone', async () => {
      await job.call('snapshot', inputs());
      await deploy(2);
      const before = service.received.length;
      const running = job.start('run', [...job.watching(service.url), ...inputs()]);
      // The probes begin when it knows what it judges.
      await running.until(() => service.received.length > before + 5);
      await deploy(3);
      const { code } = await running.ended;
      expect(await live()).toMatch(/:3$/);
      expect(code).toBe(5);
      expect(job.place.report().targets[0]?.rollback.status).toBe('withheld');
    });

    it('a task definition that does not exist, which ministack takes: what never completes is not verified', async () => {
      await job.call('snapshot', inputs());
      const file = job.place.path('rollgate-report/snapshot.json');
      writeFileSync(file, readFileSync(file, 'utf8').replace(`${name}:1`, `${name}:99`));
      await deploy(2);
      const { code, output } = await watch('--rollback-timeout', '20s');
      expect(output).toMatch(/ecs: triggered: .* of api-\d+:99 is not complete/);
      expect(code).toBe(3);
    });

    it('a service and a cluster that are not there: preflight says what to correct', async () => {
      for (const other of ['shop/nothing', 'nowhere/api']) {
        const { code, output } = await job.call('run', [
          ...[...job.watching(service.url), '--ecs-service', other],
        ]);
        expect(code).toBe(2);
        expect(output).toContain(`there is no service ${other}`);
      }
    });
  });

  describe('lambda', () => {
    let name: string;
    beforeEach(async () => {
      name = `api-${String(number)}`;
      const create = ['--runtime', 'provided.al2023', '--handler', 'x', '--publish'];
      await cloud.aws(
        ...['lambda', 'create-function', '--function-name', name, ...create],
        ...['--role', 'arn:aws:iam::000000000000:role/x', '--code', 'ImageUri=registry.test/a:1'],
        ...['--package-type', 'Image'],
      );
      for (const tag of ['2', '3'])
        await cloud.aws(
          ...['lambda', 'update-function-code', '--function-name', name, '--publish'],
          ...['--image-uri', `registry.test/a:${tag}`],
        );
      await cloud.aws(
        ...['lambda', 'create-alias', '--function-name', name, '--name', 'live'],
        ...['--function-version', '1'],
      );
      live = async () => {
        const response = await fetch(`${cloud.url}/2015-03-31/functions/${name}/aliases/live`, {
          headers: {
            Authorization:
              'AWS4-HMAC-SHA256 Credential=test/20260101/eu-west-1/lambda/aws4_request',
          },
        });
        const { FunctionVersion, RoutingConfig } = (await response.json()) as {
          FunctionVersion: string;
          RoutingConfig?: { AdditionalVersionWeights?: object };
        };
        const others = Object.keys(RoutingConfig?.AdditionalVersionWeights ?? {});
        return others[0] ?? FunctionVersion;
      };
    });

    const inputs = (): readonly string[] => ['--lambda-alias', `${name}:live`];
    const move = (version: string, ...flags: readonly string[]): Promise<string> =>
      cloud.aws(
        ...['lambda', 'update-alias', '--function-name', name, '--name', 'live'],
        ...['--function-version', version, ...flags],
      );

    it('a bad version is rolled back, weights and all, and verified', async () => {
      expect(await job.call('snapshot', inputs())).toMatchObject({ code: 0 });
      await move('1', '--routing-config', '{"AdditionalVersionWeights":{"2":0.5}}');
      const { code, output } = await job.call('run', [...job.watching(service.url), ...inputs()]);
      expect(output).toMatch(
        /lambda: verified: api-\d+:live is at version 1 with all its traffic\./,
      );
      expect(code).toBe(1);
      expect(await live()).toBe('1');
    });

    it('a stale RevisionId: Lambda refuses, and the deploy of somebody else stays', async () => {
      await job.call('snapshot', inputs());
      await move('2');
      job.wrap(
        `if [ "$2" = update-alias ] && [ ! -e raced ]; then touch raced
  "$AWS" lambda update-alias --function-name ${name} --name live --function-version 3 > /dev/null
fi`,
      );
      const { code, output } = await job.call(
        'run',
        [...job.watching(service.url), ...inputs()],
        job.wrapped,
      );
      expect(output).toContain('is at version 3, which is not what this run judged (version 2)');
      expect(code).toBe(5);
      expect(await live()).toBe('3');
    });
  });
});
