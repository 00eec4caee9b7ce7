import { describe, expect, it } from '@jest/globals';
import type { HealthCheck } from '../../../src/contract/check.js';
import { setUpEcsChecks } from '../../../src/sources/ecs/health.js';
import { refused, StandInAws } from '../../support/stand-in-aws.js';
import { VirtualClock } from '../../support/virtual-clock.js';

const never = new AbortController().signal;

function scene(services: readonly string[] = ['shop/api']): {
  aws: StandInAws;
  clock: VirtualClock;
  check: HealthCheck;
} {
  const aws = new StandInAws();
  const clock = new VirtualClock();
  const [check] = setUpEcsChecks({
    settings: {
      ...{ 'ecs-service': services, 'warm-up': 30_000, 'health-interval': 5000 },
      ...{ 'health-failures': 3, 'health-successes': 2 },
    },
    ...{ clock, random: () => 0.5, exec: aws.exec, env: {}, redact: (text: string) => text },
  } as unknown as Parameters<typeof setUpEcsChecks>[0]);
  if (check === undefined) throw new Error('no check');
  return { aws, clock, check };
}

describe('the check of ecs-health', () => {
  it('says what it observes', () => {
    const { check } = scene(['shop/api', 'worker']);
    expect(check).toMatchObject({
      ...{ id: 'ecs-health', source: 'ecs', subject: 'shop/api, default/worker', every: 5000 },
      limit: { metric: 'health', failures: 3, successes: 2 },
    });
  });

  it('is well when all services are, and bad when one is', async () => {
    const { aws, check } = scene(['shop/api', 'shop/worker']);
    const api = aws.addService('shop/api', 'api:7');
    aws.addService('shop/worker', 'worker:3');
    expect(await check.probe(never)).toEqual({ ok: true, detail: '' });
    api.targetGroups = ['tg'];
    aws.targets.set('tg', [{ State: 'unhealthy', Reason: 'Target.ResponseCodeMismatch' }]);
    expect(await check.probe(never)).toEqual({
      ok: false,
      detail: 'shop/api: 1 of 1 targets are unhealthy (Target.ResponseCodeMismatch)',
      changed: true,
    });
  });

  it('a service that is gone is bad; AWS that does not answer says nothing', async () => {
    const { aws, clock, check } = scene();
    expect(await check.probe(never)).toMatchObject({ ok: false, detail: 'shop/api is not there' });
    aws.instead = () => ({ code: 255, stderr: 'Could not connect to the endpoint URL' });
    expect(await clock.runUntil(check.probe(never))).toMatchObject({
      ok: null,
      detail: expect.stringContaining('Could not connect') as unknown,
    });
  });

  it('a probe that hangs is not joined by another', async () => {
    const { aws, check } = scene();
    aws.addService('shop/api', 'api:7');
    const first = check.probe(never);
    expect(await check.probe(never)).toMatchObject({ ok: null });
    expect(await first).toMatchObject({ ok: true });
  });

  it('without the right to read targets the tasks decide, and preflight says so', async () => {
    const { aws, check } = scene();
    aws.addService('shop/api', 'api:7').targetGroups = ['tg'];
    aws.instead = (operation) =>
      operation === 'describe-target-health' ? refused(operation, 'AccessDenied') : undefined;
    expect(await check.probe(never)).toEqual({ ok: true, detail: '' });
    expect(await check.preflight(never)).toMatchObject([
      { level: 'warning', fix: expect.stringContaining('DescribeTargetHealth') as unknown },
    ]);
  });

  it('is asked before the deploy, without patience', async () => {
    const { aws, check } = scene();
    const [askable] = check.askables ?? [];
    expect(await askable?.ask(never)).toMatchObject({ passed: false, absent: true });
    const service = aws.addService('shop/api', 'api:7');
    expect(await askable?.ask(never)).toMatchObject({ passed: true });
    service.primary.runningCount = 1;
    expect(await askable?.ask(never)).toMatchObject({
      ...{ passed: false, detail: 'shop/api: 1 of 2 tasks run', causes: ['tasks are missing'] },
    });
  });

  it('preflight: no service configured, none there, no program', async () => {
    expect(await scene([]).check.preflight(never)).toMatchObject([
      { level: 'error', fix: 'set `ecs-service`' },
    ]);
    const { aws, check } = scene();
    expect(await check.preflight(never, true)).toMatchObject([{ level: 'notice' }]);
    expect(await check.preflight(never)).toMatchObject([{ level: 'error' }]);
    aws.instead = () => ({
      code: null,
      spawnError: { code: 'ENOENT', message: 'spawn aws ENOENT' },
    });
    expect(await check.preflight(never)).toMatchObject([
      {
        level: 'error',
        message: 'aws is not on the PATH',
        fix: 'install the AWS CLI on the runner',
      },
    ]);
  });
});
