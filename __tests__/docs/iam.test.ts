import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { setUpEcsChecks } from '../../src/sources/ecs/health.js';
import { setUpEcs } from '../../src/strategies/ecs/strategy.js';
import { setUpLambda } from '../../src/strategies/lambda.js';
import type { Skip, Strategy } from '../../src/contract/strategy.js';
import { StandInAws } from '../support/stand-in-aws.js';
import { contextWith, dependenciesWith, never, request } from '../support/strategy-dependencies.js';
import { VirtualClock } from '../support/virtual-clock.js';

/** The actions of the policy that a page shows. */
function actionsOf(page: string): readonly string[] {
  const text = readFileSync(new URL(`../../docs/strategies/${page}`, import.meta.url), 'utf8');
  const [, json = '{}'] = /```json\n(.*?)```/s.exec(text) ?? [];
  const { Statement } = JSON.parse(json) as { Statement: { Action: string | string[] }[] };
  return Statement.flatMap(({ Action }) => Action).sort();
}

const services: Readonly<Record<string, string>> = { elbv2: 'elasticloadbalancing' };

/** Each call that was made, as a policy names it. */
function calledOf(aws: StandInAws, service: (operation: string) => string): readonly string[] {
  const names = aws.calls.map(({ operation }) => {
    const name = operation.replace(/(^|-)([a-z])/g, (_, __, letter: string) =>
      letter.toUpperCase(),
    );
    return `${services[service(operation)] ?? service(operation)}:${name}`;
  });
  return [...new Set(names)].sort();
}

async function wholeStory(
  setUp: (recorded?: unknown) => Strategy | Skip,
  deploy: () => void,
  clock: VirtualClock,
): Promise<void> {
  const made = (recorded?: unknown): Strategy => {
    const strategy = setUp(recorded);
    if (strategy.kind === 'skip') throw new Error(strategy.reason);
    return strategy;
  };
  const recorded: unknown = await made().snapshot?.(never);
  const strategy = made(recorded);
  await strategy.preflight(never, true);
  deploy();
  await strategy.capture?.(never);
  const plan = await strategy.plan(request, never);
  if (plan.kind !== 'plan') throw new Error(plan.reason);
  await clock.runUntil(strategy.execute(plan, contextWith()));
}

describe('the policies of the pages', () => {
  it('ecs: allow each call that is made, in both ways of going back, and nothing more', async () => {
    const aws = new StandInAws();
    const clock = new VirtualClock();
    const service = aws.addService('shop/api', 'api:1');
    service.targetGroups = ['tg'];
    aws.targets.set('tg', [{ State: 'healthy' }]);
    const dependencies = (recorded?: unknown) =>
      dependenciesWith({ 'ecs-service': 'shop/api' }, { exec: aws.exec, clock, recorded });
    const setUp = (recorded?: unknown): Strategy | Skip => setUpEcs(dependencies(recorded));
    await wholeStory(setUp, () => service.deploy('api:2'), clock);
    await wholeStory(setUp, () => service.deploy('api:3', { looks: 99, end: 'hangs' }), clock);
    const [check] = setUpEcsChecks({
      ...dependencies(),
      settings: {
        ...{ 'ecs-service': ['shop/api'], 'warm-up': 0, 'health-interval': 5000 },
        ...{ 'health-failures': 3, 'health-successes': 2 },
      },
    } as unknown as Parameters<typeof setUpEcsChecks>[0]);
    await check?.probe(never);
    const called = calledOf(aws, (operation) =>
      operation === 'describe-target-health' ? 'elbv2' : 'ecs',
    );
    // Passing the roles of the task definition on is no call of its own.
    expect(actionsOf('ecs.md')).toEqual([...called, 'iam:PassRole'].sort());
  });

  it('lambda: allow each call that is made, and nothing more', async () => {
    const aws = new StandInAws();
    const clock = new VirtualClock();
    const alias = aws.addAlias('shop-api:live', '1');
    await wholeStory(
      (recorded) =>
        setUpLambda(
          dependenciesWith(
            { 'lambda-alias': 'shop-api:live' },
            { exec: aws.exec, clock, recorded },
          ),
        ),
      () => {
        alias.version = '2';
      },
      clock,
    );
    expect(actionsOf('lambda.md')).toEqual(calledOf(aws, () => 'lambda'));
  });
});
