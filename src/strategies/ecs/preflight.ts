import type { Finding } from '../../contract/result.js';
import { type Aws, AwsError, setUpOf } from '../../support/aws/cli.js';
import { type EcsService, readService } from '../../support/aws/ecs.js';
import { serviceInWords, type ServiceName } from '../../support/aws/names.js';
import { lastGood, type RecordedService } from './situation.js';

interface PreflightOptions {
  readonly aws: Aws;
  readonly names: readonly ServiceName[];
  readonly recorded: ReadonlyMap<string, RecordedService>;
}

/** Whether the strategy would work. ECS has no way to try a change: whether the role may make it shows only then. */
export async function preflight(
  { aws, names, recorded }: PreflightOptions,
  isBeforeDeploy: boolean,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const found: Finding[] = [];
  try {
    found.push({
      level: 'notice',
      subject: 'ecs',
      message: `it uses ${await aws.version(signal)}`,
    });
    for (const name of names) {
      const service = await readService(aws, name, signal);
      const record = recorded.get(serviceInWords(name));
      found.push(...findingsOf(serviceInWords(name), service, record, isBeforeDeploy));
    }
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    const fix =
      setUpOf(error) ??
      'let the role of this job call what docs/strategies/ecs.md lists, and see whether the service is named right';
    found.push({ level: 'error', subject: 'ecs', message: error.message, fix });
  }
  return found;
}

function findingsOf(
  name: string,
  service: EcsService | undefined,
  recorded: RecordedService | undefined,
  isBeforeDeploy: boolean,
): readonly Finding[] {
  const one = (level: Finding['level'], message: string, fix: string): readonly Finding[] => [
    { level, subject: 'ecs', message, fix },
  ];
  if (service === undefined)
    return isBeforeDeploy
      ? one(
          'notice',
          `there is no service ${name} yet: its first deploy has nothing to go back to`,
          'if this is not its first deploy, correct `ecs-service` or AWS_REGION',
        )
      : one('error', `there is no service ${name}`, 'correct `ecs-service` or AWS_REGION');
  if (service.controller !== 'ECS')
    return one(
      'error',
      `${name} is deployed by ${service.controller === 'CODE_DEPLOY' ? 'CodeDeploy' : 'an external controller'}, and ECS refuses a change past it`,
      service.controller === 'CODE_DEPLOY'
        ? 'let CodeDeploy roll back, by the strategy `command`: `aws deploy stop-deployment --auto-rollback-enabled`'
        : 'let that controller roll back, by the strategy `command`',
    );
  if (recorded === undefined && !isBeforeDeploy)
    return one(
      'error',
      `no snapshot tells what ran in ${name} before the deploy`,
      'take one before the deploy (the command `snapshot`)',
    );
  if (isBeforeDeploy && lastGood(service) === undefined)
    return one(
      'error',
      `the deployment of ${name} is ${service.primary.rolloutState ?? ''}, and nothing that is known to be good runs beside it`,
      'deploy when it is over',
    );
  return [];
}
