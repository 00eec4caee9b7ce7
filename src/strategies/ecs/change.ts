import type { StrategyContext } from '../../contract/strategy.js';
import { type Aws, AwsError, leavesOpen, mayPass } from '../../support/aws/cli.js';
import {
  type EcsService,
  readService,
  readServiceDeployment,
  type ServiceDeployment,
  shortArn,
} from '../../support/aws/ecs.js';
import { serviceInWords, type ServiceName } from '../../support/aws/names.js';
import type { Clock } from '../../support/clock.js';
import { fields, listOf, textOf } from '../../support/json.js';
import { goneBackInWords } from './situation.js';

/** What a change needs to know of its service. */
export interface ChangeOptions {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly name: ServiceName;
  /** As it was read right before. */
  readonly now: EcsService;
  /** The task definition to go back to. */
  readonly to: string;
  /** Called once the service has taken the change, where its end is a long way off. */
  readonly onBegun: () => void;
}

/** What became of a change. */
export type Changed =
  /** Refused: nothing has changed. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** Somebody has deployed in between, and was left alone. */
  | { readonly kind: 'superseded' }
  /** It may have happened. */
  | { readonly kind: 'open'; readonly reason: string }
  | {
      readonly kind: 'begun';
      /** Of the deployment that brings the old version; `undefined`: the newest one, when it is there. */
      readonly id: string | undefined;
      readonly words: string;
      /** A deployment of somebody else that the change has replaced. */
      readonly replaced?: string;
    };

/** Between two looks, milliseconds. */
const LOOK_AGAIN = 5000;
/** How often to look for a change whose answer was lost. */
const LOOKS = 6;

/** A deployment that is still going on, and would go back to the task definition if it were stopped. */
export async function stoppable(
  { aws, now, to }: Pick<ChangeOptions, 'aws' | 'now' | 'to'>,
  signal: AbortSignal,
): Promise<ServiceDeployment | undefined> {
  if (now.primary.rolloutState !== 'IN_PROGRESS' || now.current === undefined) return undefined;
  try {
    const found = await readServiceDeployment(aws, now.current, signal);
    const isOurs = found?.to === undefined || found.to === now.primary.taskDefinition;
    const goesThere = found?.from.length !== 0 && found?.from.every((from) => from === to) === true;
    const isGoing = ['PENDING', 'IN_PROGRESS'].includes(found?.status ?? '');
    return isOurs && goesThere && isGoing ? found : undefined;
  } catch (error) {
    // Not every partition has them, nor every role the right to read them: then there is the other way.
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}

/** Goes back by stopping the deployment that is going on, or by another one. Calls `beforeChange` right before the first change. */
export async function change(options: ChangeOptions, context: StrategyContext): Promise<Changed> {
  const going = await stoppable(options, context.signal);
  if (going !== undefined) {
    const stopped = await stop(options, going, context);
    if (stopped !== undefined) return stopped;
    let now: EcsService | undefined;
    try {
      now = await readService(options.aws, options.name, context.signal);
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return { kind: 'refused', reason: error.message };
    }
    if (now?.primary.id !== options.now.primary.id)
      return now?.primary.taskDefinition === options.to
        ? { kind: 'begun', id: now.primary.id, words: byOthers(options, now) }
        : { kind: 'superseded' };
  }
  return update(options, context);
}

function byOthers({ name, to }: ChangeOptions, { deployments }: EcsService): string {
  const reason = deployments.find(({ rolloutState }) => rolloutState === 'FAILED')?.reason;
  return goneBackInWords(serviceInWords(name), to, reason);
}

/** @returns `undefined`: it was over before it could be stopped */
async function stop(
  { aws, clock, name, to, onBegun }: ChangeOptions,
  { arn }: ServiceDeployment,
  context: StrategyContext,
): Promise<Changed | undefined> {
  const { signal } = context;
  let words = `stopped the deployment of ${serviceInWords(name)} with ROLLBACK, to go back to ${shortArn(to)}`;
  context.beforeChange();
  try {
    const input = { serviceDeploymentArn: arn, stopType: 'ROLLBACK' };
    await aws.change(['ecs', 'stop-service-deployment'], input, signal);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    // It says no, and there is the other way.
    if (!leavesOpen(error) && error.reason !== 'conflict') return undefined;
    // It is over, or is going back already.
    if (error.reason === 'conflict') words = goneBackInWords(serviceInWords(name), to);
  }
  return follow({ aws, clock, arn, words, onBegun }, signal);
}

/** @returns `undefined`: it has come to its end before it could be stopped */
async function follow(
  {
    aws,
    clock,
    arn,
    words,
    onBegun,
  }: Pick<ChangeOptions, 'aws' | 'clock' | 'onBegun'> & {
    readonly arn: string;
    readonly words: string;
  },
  signal: AbortSignal,
): Promise<Changed | undefined> {
  let status = 'unknown';
  try {
    let looks = 0;
    for (;;) {
      const found = await readServiceDeployment(aws, arn, signal).catch(nothingYet);
      if (found !== nothing) {
        looks += 1;
        status = found?.status ?? 'unknown';
      }
      if (status === 'ROLLBACK_SUCCESSFUL') return { kind: 'begun', id: undefined, words };
      if (status === 'SUCCESSFUL') return undefined;
      // A deployment that begins ends the one before it.
      if (status === 'STOPPED') return { kind: 'superseded' };
      if (status === 'ROLLBACK_FAILED')
        return { kind: 'open', reason: `${words}, and that failed: ${found?.reason ?? ''}` };
      const isAccepted = /^(ROLLBACK|STOP)_/.test(status);
      if (isAccepted) onBegun();
      if (!isAccepted && looks >= LOOKS)
        return { kind: 'open', reason: `${words}, but the deployment is still ${status}` };
      await clock.sleep(LOOK_AGAIN, signal);
    }
  } catch (error) {
    if (signal.aborted)
      return {
        kind: 'open',
        reason: `${words}, and the deployment was ${status} when time was over`,
      };
    if (!(error instanceof AwsError)) throw error;
    return { kind: 'open', reason: `${words}, and that could not be followed: ${error.message}` };
  }
}

/** Without an answer for a while. */
const nothing = { status: '', reason: '' } as const;

function nothingYet(error: unknown): typeof nothing {
  if (error instanceof AwsError && mayPass(error)) return nothing;
  throw error;
}

/** A deployment of the old task definition. ECS has no precondition for it: what it has replaced shows in its answer. */
async function update(
  { aws, clock, name, now, to }: ChangeOptions,
  context: StrategyContext,
): Promise<Changed> {
  const { signal } = context;
  const { cluster, service } = name;
  const words = `deployed ${shortArn(to)} to ${serviceInWords(name)} again`;
  context.beforeChange();
  let answer: unknown;
  try {
    const input = { ...(cluster === undefined ? {} : { cluster }), service, taskDefinition: to };
    answer = await aws.change(['ecs', 'update-service'], input, signal);
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    if (!leavesOpen(error)) return { kind: 'refused', reason: error.message };
    const id = await lookFor({ aws, clock, name, now, to }, signal);
    return id === undefined
      ? { kind: 'open', reason: `${error.message}; what became of it is not known` }
      : { kind: 'begun', id, words };
  }
  const deployments = listOf(fields(fields(answer).service).deployments).map(fields);
  const primary = deployments.find(({ status }) => status === 'PRIMARY');
  const known = new Set(now.deployments.map(({ id }) => id));
  const foreign = deployments.find(
    (one) =>
      one !== primary &&
      !known.has(textOf(one.id) ?? '') &&
      one.status === 'ACTIVE' &&
      // A circuit breaker in the same moment goes the same way.
      one.taskDefinition !== to,
  );
  return {
    kind: 'begun',
    id: textOf(primary?.id),
    words,
    ...(foreign && {
      replaced: `${textOf(foreign.id) ?? ''} (${shortArn(textOf(foreign.taskDefinition) ?? '')})`,
    }),
  };
}

/** The deployment that a change has made whose answer was lost. */
async function lookFor(
  { aws, clock, name, now, to }: Omit<ChangeOptions, 'onBegun'>,
  signal: AbortSignal,
): Promise<string | undefined> {
  for (let look = 1; look <= LOOKS; look++) {
    try {
      const found = await readService(aws, name, signal);
      const { id, taskDefinition } = found?.primary ?? now.primary;
      if (id !== now.primary.id) return taskDefinition === to ? id : undefined;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      if (!mayPass(error)) return undefined;
    }
    await clock.sleep(LOOK_AGAIN, signal);
  }
  return undefined;
}
