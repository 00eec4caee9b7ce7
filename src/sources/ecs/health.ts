import type { Asked, HealthCheck, HealthResult } from '../../contract/check.js';
import type { Finding } from '../../contract/result.js';
import { type Aws, AwsError, createAws, setUpOf } from '../../support/aws/cli.js';
import { readService, readTargetHealth } from '../../support/aws/ecs.js';
import { parseServiceNames, serviceInWords, type ServiceName } from '../../support/aws/names.js';
import type { Clock } from '../../support/clock.js';
import { createMemory, type PlatformMemory } from '../memory.js';
import type { HealthDependencies } from '../source.js';
import { createServiceJudge, type ServiceJudge, type ServiceResult } from './service.js';

export interface EcsHealthSettings {
  readonly 'ecs-service'?: readonly string[] | undefined;
  readonly 'warm-up': number;
}

/** The check of the `ecs` source, for when `ecs-health` is true. */
export function setUpEcsChecks({
  settings,
  ...deps
}: HealthDependencies<EcsHealthSettings>): readonly HealthCheck[] {
  const { clock, random, exec, env, redact } = deps;
  return [
    createEcsHealth({
      aws: createAws({ env, exec, redact, clock, random }),
      clock,
      names: parseServiceNames(settings['ecs-service'] ?? []),
      grace: settings['warm-up'],
      every: settings['health-interval'],
      failures: settings['health-failures'],
      successes: settings['health-successes'],
    }),
  ];
}

interface EcsHealthOptions {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly names: readonly ServiceName[];
  /** How long tasks may be missing that nobody has stopped, milliseconds. */
  readonly grace: number;
  /** Milliseconds. */
  readonly every: number;
  readonly failures: number;
  readonly successes: number;
}

const ID = 'ecs-health';

/** The services as ECS and their load balancers tell of them: one check for all of them. */
function createEcsHealth(options: EcsHealthOptions): HealthCheck {
  const { names } = options;
  const services = names.map((name) => ({
    name,
    judge: createServiceJudge(serviceInWords(name), options.grace),
    memory: createMemory(),
  }));
  let isProbing = false;
  return {
    kind: 'health',
    id: ID,
    source: 'ecs',
    subject: names.map(serviceInWords).join(', '),
    limit: { metric: 'health', failures: options.failures, successes: options.successes },
    every: options.every,
    askables: services.map(({ name, memory }) => ({
      subject: serviceInWords(name),
      ask: (signal) => ask(options, name, signal),
      recall: memory.recall,
    })),
    preflight: (signal, isBeforeDeploy = false) => preflight(options, isBeforeDeploy, signal),
    async probe(signal) {
      // A program that hangs must not be joined by others, and what is bad once must not count twice.
      if (isProbing) return { ok: null, detail: 'the last probe is not done yet' };
      isProbing = true;
      try {
        const results = await Promise.all(
          services.map(async ({ name, judge, memory }) =>
            remembered(await look(options, name, judge, signal), memory),
          ),
        );
        signal.throwIfAborted();
        return together(results);
      } finally {
        isProbing = false;
      }
    },
  };
}

async function look(
  { aws, clock }: EcsHealthOptions,
  name: ServiceName,
  judge: ServiceJudge,
  signal: AbortSignal,
): Promise<ServiceResult> {
  try {
    const service = await readService(aws, name, signal);
    if (service === undefined)
      return { ok: false, detail: `${serviceInWords(name)} is not there`, causes: ['gone'] };
    const hasTargets = service.targetGroups.length > 0 && service.desired > 0;
    const targets = hasTargets
      ? await readTargetHealth(aws, service.targetGroups, signal).catch(unlessForbidden)
      : undefined;
    return judge(service, targets, clock.monotonic());
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return { ok: null, detail: error.message, causes: [] };
  }
}

/** Without the right to ask, the tasks decide; preflight says so. */
function unlessForbidden(error: unknown): undefined {
  if (error instanceof AwsError && error.reason === 'forbidden') return;
  throw error;
}

/** Without patience: what does not run before the deploy does not. */
async function ask(
  options: EcsHealthOptions,
  name: ServiceName,
  signal: AbortSignal,
): Promise<Asked | undefined> {
  const from = options.clock.monotonic();
  const judge = createServiceJudge(serviceInWords(name), 0);
  const { ok, detail, causes } = await look(options, name, judge, signal);
  if (ok === null) return undefined;
  const ms = Math.round(options.clock.monotonic() - from);
  return {
    ...{ passed: ok, detail, causes, ms },
    ...(causes.includes('gone') ? { absent: true } : {}),
  };
}

function remembered({ ok, detail, causes }: ServiceResult, memory: PlatformMemory): HealthResult {
  return { ok, detail, ...(memory.push(ok, causes) ? { changed: true } : {}) };
}

/** One that is bad is enough; well is only what is well everywhere. */
function together(results: readonly HealthResult[]): HealthResult {
  if (results.length === 0) return { ok: null, detail: 'there is no service to observe' };
  const ok = results.some((one) => one.ok === false)
    ? false
    : results.every((one) => one.ok === true)
      ? true
      : null;
  const telling = results.filter((one) => one.ok === ok && one.detail !== '');
  return {
    ok,
    detail: telling.map(({ detail }) => detail).join('; '),
    ...(ok === false && telling.some(({ changed }) => changed) ? { changed: true } : {}),
  };
}

async function preflight(
  { aws, names }: EcsHealthOptions,
  isBeforeDeploy: boolean,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const one = (level: Finding['level'], message: string, fix: string): readonly Finding[] => [
    { level, subject: ID, message, fix },
  ];
  if (names.length === 0)
    return one(
      'error',
      '`ecs-health` is true, and there is no service to observe',
      'set `ecs-service`',
    );
  try {
    const found: Finding[] = [];
    for (const name of names) {
      const service = await readService(aws, name, signal);
      const words = serviceInWords(name);
      const fix = 'correct `ecs-service` or AWS_REGION';
      if (service === undefined)
        found.push(
          ...(isBeforeDeploy
            ? one('notice', `${words} is not there yet`, `if the deploy does not make it, ${fix}`)
            : one('error', `${words} is not there`, fix)),
        );
      else if (service.targetGroups.length > 0)
        found.push(...(await targetsFinding(aws, service.targetGroups, words, signal)));
    }
    return found;
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const fix = setUpOf(error) ?? 'let the role of this job call ecs:DescribeServices';
    return one('error', error.message, fix);
  }
}

async function targetsFinding(
  aws: Aws,
  targetGroups: readonly string[],
  words: string,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  try {
    await readTargetHealth(aws, targetGroups, signal);
    return [];
  } catch (error) {
    if (!(error instanceof AwsError) || error.reason !== 'forbidden') throw error;
    return [
      {
        level: 'warning',
        subject: ID,
        message: `whether the targets of ${words} are healthy cannot be read: ${error.message}`,
        fix: 'let the role of this job call elasticloadbalancing:DescribeTargetHealth',
      },
    ];
  }
}
