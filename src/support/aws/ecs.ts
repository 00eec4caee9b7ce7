import { fields, listOf, numberOf, textOf } from '../json.js';
import { type Aws, AwsError } from './cli.js';
import { placeOf, serviceInWords, type ServiceName } from './names.js';

/** One deployment of a service: what is there of it, and how far it is. */
export interface EcsDeployment {
  readonly id: string;
  /** `PRIMARY` is the newest; `ACTIVE` ones are on their way out. */
  readonly status: string;
  readonly taskDefinition: string;
  readonly desired: number;
  readonly running: number;
  /** Tasks that did not come up, since it began. */
  readonly failedTasks: number;
  /** `COMPLETED`, `FAILED`, `IN_PROGRESS`; `undefined`: the service does not tell. */
  readonly rolloutState: string | undefined;
  readonly reason: string;
}

/** A service as it is now. */
export interface EcsService {
  /** `ECS`, `CODE_DEPLOY` or `EXTERNAL`. */
  readonly controller: string;
  /** Region and account. */
  readonly place: string | undefined;
  readonly desired: number;
  readonly running: number;
  readonly deployments: readonly EcsDeployment[];
  /** The newest. */
  readonly primary: EcsDeployment;
  /** The ARN of the service deployment that is going on; `undefined`: none is, or the service does not tell. */
  readonly current: string | undefined;
  readonly targetGroups: readonly string[];
}

/** `arn:aws:ecs:…:task-definition/shop:8` → `shop:8` */
export function shortArn(arn: string): string {
  return arn.split('/').at(-1) ?? arn;
}

/** @returns `undefined`: there is no such service, or it was deleted @throws AwsError */
export async function readService(
  aws: Aws,
  name: ServiceName,
  signal: AbortSignal,
): Promise<EcsService | undefined> {
  const { cluster, service } = name;
  let answer: unknown;
  try {
    const input = { ...(cluster === undefined ? {} : { cluster }), services: [service] };
    answer = await aws.read(['ecs', 'describe-services'], input, signal);
  } catch (error) {
    if (error instanceof AwsError && error.reason === 'not-found') return undefined;
    throw error;
  }
  const { services } = fields(answer);
  if (!Array.isArray(services))
    throw new AwsError(
      'garbage',
      'aws ecs describe-services printed something that is not a list of services',
    );
  const [found] = listOf(services);
  if (found === undefined) return undefined;
  assertPlace(name, placeOf(textOf(fields(found).clusterArn) ?? ''));
  return serviceOf(fields(found));
}

/** A service is asked for by its name, and each region may have one of that name. */
function assertPlace(name: ServiceName, place: string | undefined): void {
  if (name.place !== undefined && place !== undefined && place !== name.place)
    throw new AwsError(
      'invalid',
      `${serviceInWords(name)} is named by an ARN of ${name.place}, and this job asks ${place}: set AWS_REGION and the credentials to those of the ARN`,
    );
}

function serviceOf(found: Readonly<Record<string, unknown>>): EcsService | undefined {
  // One that is being deleted takes no change any more (https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_DeleteService.html).
  if (['DRAINING', 'INACTIVE'].includes(textOf(found.status) ?? '')) return undefined;
  const deployments = listOf(found.deployments).map((one) => deploymentOf(fields(one)));
  const primary = deployments.find((one) => one.status === 'PRIMARY') ?? {
    // Of CodeDeploy and external controllers, which keep task sets.
    ...{ id: '', status: 'PRIMARY', taskDefinition: textOf(found.taskDefinition) ?? '' },
    ...{ desired: 0, running: 0, failedTasks: 0, rolloutState: undefined, reason: '' },
  };
  return {
    controller: textOf(fields(found.deploymentController).type) ?? 'ECS',
    ...{ deployments, primary, place: placeOf(textOf(found.clusterArn) ?? '') },
    desired: numberOf(found.desiredCount) ?? 0,
    running: numberOf(found.runningCount) ?? 0,
    current: textOf(found.currentServiceDeployment),
    targetGroups: listOf(found.loadBalancers).flatMap((one) => targetGroupsOf(fields(one))),
  };
}

/**
 * With blue/green the tasks are in either of two by turns
 * (https://docs.aws.amazon.com/AmazonECS/latest/developerguide/alb-resources-for-blue-green.html).
 */
function targetGroupsOf({
  targetGroupArn,
  advancedConfiguration,
}: Readonly<Record<string, unknown>>): readonly string[] {
  const { alternateTargetGroupArn } = fields(advancedConfiguration);
  return [targetGroupArn, alternateTargetGroupArn].flatMap((arn) => textOf(arn) ?? []);
}

function deploymentOf(found: Readonly<Record<string, unknown>>): EcsDeployment {
  return {
    id: textOf(found.id) ?? '',
    status: textOf(found.status) ?? '',
    taskDefinition: textOf(found.taskDefinition) ?? '',
    desired: numberOf(found.desiredCount) ?? 0,
    running: numberOf(found.runningCount) ?? 0,
    failedTasks: numberOf(found.failedTasks) ?? 0,
    rolloutState: textOf(found.rolloutState),
    reason: textOf(found.rolloutStateReason) ?? '',
  };
}

/** A deployment of a service, with what it goes from and to. */
export interface ServiceDeployment {
  readonly arn: string;
  /** `PENDING`, `IN_PROGRESS`, `SUCCESSFUL`, `STOPPED`, `STOP_REQUESTED` and `ROLLBACK_…`. */
  readonly status: string;
  readonly reason: string;
  /** Task definitions of the revisions that it replaces. */
  readonly from: readonly string[];
  readonly to: string | undefined;
}

/** @returns `undefined`: it is not known any more @throws AwsError */
export async function readServiceDeployment(
  aws: Aws,
  arn: string,
  signal: AbortSignal,
): Promise<ServiceDeployment | undefined> {
  const input = { serviceDeploymentArns: [arn] };
  const answer = await aws.read(['ecs', 'describe-service-deployments'], input, signal);
  const [first] = listOf(fields(answer).serviceDeployments);
  if (first === undefined) return undefined;
  const found = fields(first);
  const sources = listOf(found.sourceServiceRevisions).flatMap(
    (one) => textOf(fields(one).arn) ?? [],
  );
  const target = textOf(fields(found.targetServiceRevision).arn);
  const known = await taskDefinitionsOf(
    aws,
    [...sources, ...(target === undefined ? [] : [target])],
    signal,
  );
  return {
    arn,
    status: textOf(found.status) ?? '',
    reason: textOf(found.statusReason) ?? '',
    from: sources.map((one) => known.get(one) ?? ''),
    to: target === undefined ? undefined : known.get(target),
  };
}

/** The task definition of each revision of a service, by the ARN of the revision. */
async function taskDefinitionsOf(
  aws: Aws,
  arns: readonly string[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  if (arns.length === 0) return new Map();
  const input = { serviceRevisionArns: arns };
  const answer = await aws.read(['ecs', 'describe-service-revisions'], input, signal);
  return new Map(
    listOf(fields(answer).serviceRevisions).flatMap((one) => {
      const { serviceRevisionArn, taskDefinition } = fields(one);
      const arn = textOf(serviceRevisionArn);
      const definition = textOf(taskDefinition);
      return arn === undefined || definition === undefined ? [] : [[arn, definition] as const];
    }),
  );
}

/** How the targets of a service's target groups are. */
export interface TargetHealth {
  readonly healthy: number;
  readonly unhealthy: number;
  /** Why one is not healthy: `Target.ResponseCodeMismatch`. */
  readonly reasons: readonly string[];
}

/** @throws AwsError */
export async function readTargetHealth(
  aws: Aws,
  targetGroups: readonly string[],
  signal: AbortSignal,
): Promise<TargetHealth> {
  const states: { state: string; reason: string }[] = [];
  for (const TargetGroupArn of targetGroups) {
    const answer = await aws.read(['elbv2', 'describe-target-health'], { TargetGroupArn }, signal);
    for (const one of listOf(fields(answer).TargetHealthDescriptions)) {
      const { State, Reason } = fields(fields(one).TargetHealth);
      states.push({ state: textOf(State) ?? '', reason: textOf(Reason) ?? '' });
    }
  }
  // `draining` and `unused` get no requests; `initial` has not been asked yet (elbv2, TargetHealthStateEnum).
  const unhealthy = states.filter(({ state }) => state.startsWith('unhealthy'));
  return {
    healthy: states.filter(({ state }) => state === 'healthy').length,
    unhealthy: unhealthy.length,
    reasons: [...new Set(unhealthy.map(({ reason }) => reason).filter((text) => text !== ''))],
  };
}
