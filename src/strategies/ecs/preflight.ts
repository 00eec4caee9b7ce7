import type { Finding } from '../../contract/result.js';
import type { Aws } from '../../support/aws/cli.js';
import { type EcsService, readService } from '../../support/aws/ecs.js';
import { placeOf, serviceInWords, type ServiceName } from '../../support/aws/names.js';
import { type AddFinding, findingsOfAws } from '../aws-findings.js';
import { otherPlace, unrecorded } from '../snapshot-words.js';
import { lastGood, type RecordedService } from './situation.js';

interface PreflightOptions {
  readonly aws: Aws;
  readonly names: readonly ServiceName[];
  readonly recorded: ReadonlyMap<string, RecordedService>;
}

/** Whether the strategy would work. */
export function preflight(
  { aws, names, recorded }: PreflightOptions,
  isBeforeDeploy: boolean,
  signal: AbortSignal,
): Promise<readonly Finding[]> {
  const look = async (add: AddFinding): Promise<void> => {
    for (const name of names) {
      const service = await readService(aws, name, signal);
      const words = serviceInWords(name);
      examine(words, service, { recorded: recorded.get(words), isBeforeDeploy }, add);
    }
  };
  return findingsOfAws('ecs', aws, look, signal);
}

function examine(
  name: string,
  service: EcsService | undefined,
  {
    recorded,
    isBeforeDeploy,
  }: { readonly recorded: RecordedService | undefined; readonly isBeforeDeploy: boolean },
  add: AddFinding,
): void {
  if (service === undefined) {
    const fix = 'correct `ecs-service` or AWS_REGION';
    if (isBeforeDeploy)
      add(
        'notice',
        `there is no service ${name} yet: its first deploy has nothing to go back to`,
        `if this is not its first deploy, ${fix}`,
      );
    else add('error', `there is no service ${name}`, fix);
  } else if (service.controller !== 'ECS') {
    const isCodeDeploy = service.controller === 'CODE_DEPLOY';
    add(
      'error',
      `${name} is deployed by ${isCodeDeploy ? 'CodeDeploy' : 'an external controller'}, and ECS refuses a change past it`,
      isCodeDeploy
        ? 'let CodeDeploy roll back, by the strategy `command`: `aws deploy stop-deployment --auto-rollback-enabled`'
        : 'let that controller roll back, by the strategy `command`',
    );
  } else if (!isBeforeDeploy) {
    const problem =
      recorded === undefined
        ? unrecorded(`what ran in ${name}`)
        : otherPlace(name, placeOf(recorded.taskDefinition ?? ''), service.place);
    if (problem !== undefined) add('error', problem.message, problem.fix);
  } else if (lastGood(service) === undefined)
    add(
      'error',
      `nothing that runs in ${name} is known to be good: its newest deployment is ${service.primary.rolloutState ?? 'not there'}`,
      'deploy when it is over',
    );
}
