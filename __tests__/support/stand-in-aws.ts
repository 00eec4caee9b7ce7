import type { Exec, ExecResult } from '../../src/support/exec.js';
import { misfits } from './aws-shapes.js';

type Answer = Partial<ExecResult>;
type Input = Readonly<Record<string, unknown>>;

const account = 'arn:aws:ecs:eu-west-1:123456789012';
export const taskDefinition = (name: string): string => `${account}:task-definition/${name}`;

interface Deployment {
  id: string;
  status: 'PRIMARY' | 'ACTIVE';
  taskDefinition: string;
  desiredCount: number;
  pendingCount: number;
  runningCount: number;
  failedTasks: number;
  rolloutState: 'COMPLETED' | 'FAILED' | 'IN_PROGRESS';
  rolloutStateReason: string;
}

/** What becomes of a deployment when it is looked at. */
export interface Fate {
  /** After so many looks it is over. */
  readonly looks: number;
  readonly end: 'completes' | 'hangs' | 'circuit breaker' | 'fails';
}

const completes: Fate = { looks: 1, end: 'completes' };

class Service {
  readonly deployments: Deployment[] = [];
  readonly serviceDeployments = new Map<
    string,
    { id: string; status: string; from: readonly string[]; to: string; statusReason?: string }
  >();
  controller = 'ECS';
  status = 'ACTIVE';
  desired = 2;
  targetGroups: readonly string[] = [];
  /** Of a blue/green deployment, beside the first one. */
  alternate: string | undefined;
  current: string | undefined;
  private fates = new Map<string, { looks: number; end: Fate['end'] }>();
  private made = 0;

  constructor(
    readonly cluster: string,
    readonly name: string,
    first: string,
  ) {
    this.deploy(first, completes);
    this.look();
  }

  get primary(): Deployment {
    const [first] = this.deployments;
    if (first === undefined) throw new Error('no deployment');
    return first;
  }

  /** Somebody deploys. @returns the id of the deployment */
  deploy(definition: string, fate: Fate = completes): string {
    this.made += 1;
    const id = `ecs-svc/${String(this.made).padStart(19, '0')}`;
    const good = this.deployments.filter(({ rolloutState }) => rolloutState === 'COMPLETED');
    for (const one of this.deployments) one.status = 'ACTIVE';
    for (const one of this.serviceDeployments.values())
      if (one.status === 'IN_PROGRESS') one.status = 'STOPPED';
    this.deployments.unshift({
      ...{ id, status: 'PRIMARY', taskDefinition: taskDefinition(definition) },
      ...{ desiredCount: this.desired, pendingCount: this.desired, runningCount: 0 },
      ...{ failedTasks: 0, rolloutState: 'IN_PROGRESS' },
      rolloutStateReason: `ECS deployment ${id} in progress.`,
    });
    this.fates.set(id, { ...fate });
    this.current = `${account}:service-deployment/${this.cluster}/${this.name}/d${String(this.made)}`;
    this.serviceDeployments.set(this.current, {
      ...{ id, status: 'IN_PROGRESS', to: taskDefinition(definition) },
      from: good.map((one) => one.taskDefinition),
    });
    return id;
  }

  /** What happens between two looks. */
  look(): void {
    const { primary } = this;
    const fate = this.fates.get(primary.id);
    if (fate === undefined || primary.rolloutState !== 'IN_PROGRESS') return;
    fate.looks -= 1;
    if (fate.end === 'fails' || fate.end === 'circuit breaker') primary.failedTasks += 1;
    if (fate.looks > 0 || fate.end === 'hangs') return;
    if (fate.end === 'completes') this.complete(primary);
    else this.giveUp(primary, fate.end);
  }

  /** The circuit breaker acts now. */
  trip(): void {
    this.giveUp(this.primary, 'circuit breaker');
  }

  private complete(deployment: Deployment): void {
    deployment.rolloutState = 'COMPLETED';
    deployment.rolloutStateReason = `ECS deployment ${deployment.id} completed.`;
    deployment.runningCount = deployment.desiredCount;
    deployment.pendingCount = 0;
    this.deployments.splice(1);
    for (const one of this.serviceDeployments.values())
      if (one.status === 'ROLLBACK_IN_PROGRESS') one.status = 'ROLLBACK_SUCCESSFUL';
      else if (one.id === deployment.id) one.status = 'SUCCESSFUL';
    this.current = undefined;
  }

  private giveUp(deployment: Deployment, end: Fate['end']): void {
    for (const one of this.serviceDeployments.values())
      if (one.id === deployment.id)
        one.status = end === 'fails' ? 'STOPPED' : 'ROLLBACK_IN_PROGRESS';
    const good = this.deployments.find(({ rolloutState }) => rolloutState === 'COMPLETED');
    deployment.rolloutState = 'FAILED';
    deployment.rolloutStateReason =
      end === 'fails'
        ? 'ECS deployment failed: tasks failed to start.'
        : 'ECS deployment circuit breaker: tasks failed to start.';
    if (end === 'circuit breaker' && good !== undefined) this.goBack(good.taskDefinition);
  }

  /** As ECS does itself. */
  goBack(definition: string, fate: Fate = { looks: 2, end: 'completes' }): void {
    const kept = this.current;
    this.deploy(definition.split('/').at(-1) ?? '', fate);
    this.serviceDeployments.delete(this.current ?? '');
    this.current = kept;
  }

  asJson(): Input {
    return {
      ...{ serviceName: this.name, clusterArn: `${account}:cluster/${this.cluster}` },
      ...{ status: this.status, desiredCount: this.desired },
      runningCount: this.deployments.reduce((sum, { runningCount }) => sum + runningCount, 0),
      pendingCount: this.primary.pendingCount,
      taskDefinition: this.primary.taskDefinition,
      deploymentController: { type: this.controller },
      deployments: this.deployments.map((one) => ({ ...one })),
      loadBalancers: this.targetGroups.map((targetGroupArn) => ({
        targetGroupArn,
        ...(this.alternate && {
          advancedConfiguration: { alternateTargetGroupArn: this.alternate },
        }),
      })),
      events: [],
      ...(this.current === undefined ? {} : { currentServiceDeployment: this.current }),
    };
  }
}

interface Alias {
  version: string;
  weights: Record<string, number>;
  revision: number;
}

/** An error of the service, as botocore knows them. */
class Refusal extends Error {
  constructor(
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}

/** `ecs update-service` */
type Call = readonly [service: string, operation: string];

/** ECS, ELB and Lambda, as far as they are used, behind an `aws` that is called as a program. */
export class StandInAws {
  readonly calls: { readonly operation: string; readonly input: Input; readonly env: unknown }[] =
    [];
  readonly services = new Map<string, Service>();
  readonly aliases = new Map<string, Alias>();
  readonly targets = new Map<string, { State: string; Reason?: string }[]>();
  /** Task definitions that `update-service` knows; empty: all. */
  readonly taskDefinitions = new Set<string>();
  /** Where the job is, by its credentials and region; as Lambda tells it. */
  account = '123456789012';
  region = 'eu-west-1';
  /** The service has words that the published shapes do not have. */
  isNewer = false;
  /** What becomes of deployments that `update-service` makes. */
  fate: Fate = { looks: 2, end: 'completes' };
  /** Called before a call is answered: somebody else may act. */
  before: (operation: string) => void = () => undefined;
  /** In place of its own answer. `lost`: it is done, and the answer never comes. */
  instead: (operation: string) => Answer | 'lost' | undefined = () => undefined;

  addService(name: string, first: string): Service {
    const [cluster = '', service = ''] = name.split('/');
    const made = new Service(cluster, service, first);
    this.services.set(name, made);
    return made;
  }

  addAlias(name: string, version: string, weights: Record<string, number> = {}): Alias {
    const made = { version, weights, revision: 1 };
    this.aliases.set(name, made);
    return made;
  }

  callsOf(operation: string): readonly Input[] {
    return this.calls.filter((one) => one.operation === operation).map(({ input }) => input);
  }

  readonly exec: Exec = async (command, args, { signal, env }) => {
    if (command !== 'aws') throw new Error(`not aws: ${command}`);
    const ok = { code: 0, signal: null, stdout: '', stderr: '' } as const;
    await Promise.resolve();
    if (signal.aborted) return { ...ok, code: null, stopped: 'aborted' };
    if (args[0] === '--version') return { ...ok, stdout: 'aws-cli/2.31.0 Python/3.13.7\n' };
    const [service = '', operation = ''] = args;
    const input = JSON.parse(args[args.indexOf('--cli-input-json') + 1] ?? '') as Input;
    const call: Call = [service, operation];
    const wrong = misfits(call, 'input', input);
    if (wrong.length > 0) throw new Error(wrong.join('; '));
    this.calls.push({ operation, input, env });
    this.before(operation);
    const instead = this.instead(operation);
    if (instead !== undefined && instead !== 'lost') return { ...ok, ...instead };
    try {
      const output = this.answer(operation, input);
      const odd = this.isNewer ? [] : misfits(call, 'output', output);
      if (odd.length > 0) throw new Error(odd.join('; '));
      return instead === 'lost'
        ? { ...ok, code: 255, stderr: 'Read timeout on endpoint URL: "https://ecs.test/"' }
        : { ...ok, stdout: JSON.stringify(output) };
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      return { ...ok, ...refused(operation, error.code, error.message) };
    }
  };

  private answer(operation: string, input: Input): Input {
    switch (operation) {
      case 'describe-services':
        return this.describeServices(input);
      case 'update-service':
        return this.updateService(input);
      case 'describe-service-deployments':
        return this.describeServiceDeployments(input);
      case 'describe-service-revisions':
        return {
          serviceRevisions: (input.serviceRevisionArns as string[]).map((serviceRevisionArn) => ({
            serviceRevisionArn,
            taskDefinition: serviceRevisionArn.replace('service-revision', 'task-definition'),
          })),
        };
      case 'stop-service-deployment':
        return this.stop(input);
      case 'describe-target-health':
        return {
          TargetHealthDescriptions: (this.targets.get(String(input.TargetGroupArn)) ?? []).map(
            (TargetHealth) => ({ Target: { Id: '10.0.0.1' }, TargetHealth }),
          ),
        };
      case 'get-alias':
        return this.getAlias(input);
      case 'update-alias':
        return this.updateAlias(input);
      default:
        throw new Error(`not known here: ${operation}`);
    }
  }

  private describeServices({ cluster = 'default', services }: Input): Input {
    const [name = ''] = services as string[];
    const found = this.services.get(`${String(cluster)}/${name}`);
    if (found === undefined) return { services: [], failures: [{ arn: name, reason: 'MISSING' }] };
    found.look();
    return { services: [found.asJson()], failures: [] };
  }

  private updateService({
    cluster = 'default',
    service,
    taskDefinition: definition,
  }: Input): Input {
    const found = this.services.get(`${String(cluster)}/${String(service)}`);
    if (found === undefined) throw new Refusal('ServiceNotFoundException', 'Service not found.');
    const known = this.taskDefinitions;
    if (known.size > 0 && !known.has(String(definition)))
      throw new Refusal('ClientException', 'Unable to describe task definition.');
    found.deploy(String(definition).split('/').at(-1) ?? '', this.fate);
    return { service: found.asJson() };
  }

  private deploymentBy(arn: string): { service: Service; found: StoredDeployment } | undefined {
    for (const service of this.services.values()) {
      const found = service.serviceDeployments.get(arn);
      if (found !== undefined) return { service, found };
    }
    return undefined;
  }

  private describeServiceDeployments({ serviceDeploymentArns }: Input): Input {
    const [arn = ''] = serviceDeploymentArns as string[];
    const known = this.deploymentBy(arn);
    if (known === undefined) return { serviceDeployments: [], failures: [] };
    const { service, found } = known;
    if (found.status === 'ROLLBACK_REQUESTED') {
      found.status = 'ROLLBACK_IN_PROGRESS';
      service.goBack(found.from[0] ?? '');
    } else service.look();
    const revision = (definition: string): string =>
      definition.replace('task-definition', 'service-revision');
    return {
      serviceDeployments: [
        {
          ...{ serviceDeploymentArn: arn, status: found.status },
          ...(found.statusReason === undefined ? {} : { statusReason: found.statusReason }),
          sourceServiceRevisions: found.from.map((one) => ({ arn: revision(one) })),
          targetServiceRevision: { arn: revision(found.to) },
        },
      ],
      failures: [],
    };
  }

  private stop({ serviceDeploymentArn, stopType }: Input): Input {
    const arn = String(serviceDeploymentArn);
    const known = this.deploymentBy(arn);
    if (known === undefined)
      throw new Refusal('ServiceDeploymentNotFoundException', 'The deployment is not found.');
    if (!['PENDING', 'IN_PROGRESS'].includes(known.found.status) || stopType !== 'ROLLBACK')
      throw new Refusal('ConflictException', 'The service deployment cannot be stopped.');
    known.found.status = 'ROLLBACK_REQUESTED';
    return { serviceDeploymentArn: arn };
  }

  private aliasOf({ FunctionName, Name }: Input): Alias {
    const { account, region } = this;
    const [, asked = `${region}:${account}`, name = ''] =
      /^(?:arn:aws:lambda:([\w-]+:\d+):function:)?([\w-]+)$/.exec(String(FunctionName)) ?? [];
    const found = this.aliases.get(`${name}:${String(Name)}`);
    if (found === undefined || asked !== `${region}:${account}`)
      throw new Refusal('ResourceNotFoundException', 'Alias not found');
    return found;
  }

  private getAlias(input: Input): Input {
    const { version, weights, revision } = this.aliasOf(input);
    const name = String(input.FunctionName).split(':').at(-1) ?? '';
    return {
      AliasArn: `arn:aws:lambda:${this.region}:${this.account}:function:${name}:${String(input.Name)}`,
      ...{ Name: input.Name, FunctionVersion: version, RevisionId: `r${String(revision)}` },
      ...(Object.keys(weights).length === 0
        ? {}
        : { RoutingConfig: { AdditionalVersionWeights: { ...weights } } }),
    };
  }

  private updateAlias(input: Input): Input {
    const found = this.aliasOf(input);
    if (input.RevisionId !== `r${String(found.revision)}`)
      throw new Refusal('PreconditionFailedException', 'The RevisionId provided does not match.');
    const config = input.RoutingConfig as { AdditionalVersionWeights?: Record<string, number> };
    found.version = String(input.FunctionVersion);
    found.weights = { ...config.AdditionalVersionWeights };
    found.revision += 1;
    return this.getAlias(input);
  }
}

type StoredDeployment = Service['serviceDeployments'] extends Map<string, infer T> ? T : never;

/** As the program prints what the service refuses. */
export function refused(operation: string, code: string, message = 'No.'): Answer {
  const name = operation.replace(/(^|-)([a-z])/g, (_, __, letter: string) => letter.toUpperCase());
  return {
    code: 254,
    stderr: `\naws: [ERROR]: An error occurred (${code}) when calling the ${name} operation: ${message}\n`,
  };
}
