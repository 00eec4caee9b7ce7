import { type Aws, AwsError, mayPass } from '../../support/aws/cli.js';
import {
  type EcsDeployment,
  type EcsService,
  readService,
  readTargetHealth,
  shortArn,
} from '../../support/aws/ecs.js';
import { serviceInWords, type ServiceName } from '../../support/aws/names.js';
import type { Clock } from '../../support/clock.js';
import { plural } from '../../support/text.js';

interface SettleOptions {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly name: ServiceName;
  /** The task definition that must serve. */
  readonly to: string;
  /** Of the deployment that brings it; `undefined`: the newest one, whichever that is. */
  readonly id: string | undefined;
}

/** Whether the old version serves, and in one sentence why that is known, or what is lacking. */
export interface Settled {
  readonly isThere: boolean;
  /** Another version is what serves, or will. */
  readonly isOther?: boolean;
  readonly words: string;
}

/** Between two looks, milliseconds. */
const LOOK_AGAIN = 5000;

/**
 * Waits until one deployment has completed, all its tasks run and the targets of its load balancers are healthy. That a service is
 * "stable" proves nothing: it is that with any version.
 */
export async function settle(options: SettleOptions, signal: AbortSignal): Promise<Settled> {
  let lacking = `what runs in ${serviceInWords(options.name)} is not known`;
  try {
    for (;;) {
      const seen = await look(options, signal);
      if (seen.isOver) return seen;
      lacking = seen.words;
      await options.clock.sleep(LOOK_AGAIN, signal);
    }
  } catch (error) {
    if (signal.aborted) return { isThere: false, words: lacking };
    throw error;
  }
}

/** Without an answer for a while nothing is known of the rollback, and nothing is wrong with it. */
async function look(options: SettleOptions, signal: AbortSignal): Promise<Look> {
  const { aws, name } = options;
  const words = serviceInWords(name);
  try {
    const now = await readService(aws, name, signal);
    if (now === undefined)
      return { ...{ isThere: false, isOther: true, isOver: true }, words: `${words} is gone` };
    const seen = lookAt(now, options);
    if (!seen.isThere) return seen;
    const targets = await targetsOf(now, options, signal);
    return targets.isThere
      ? { isThere: true, isOver: true, words: `${seen.words}${targets.words}` }
      : { isThere: false, isOver: false, words: `${words}: ${targets.words}` };
  } catch (error) {
    if (!(error instanceof AwsError)) throw error;
    return {
      ...{ isThere: false, isOver: !mayPass(error) },
      words: `${words} could not be read: ${error.message}`,
    };
  }
}

interface Look extends Settled {
  /** However long one waits, it stays so. */
  readonly isOver: boolean;
}

function lookAt(now: EcsService, { name, to, id }: SettleOptions): Look {
  const { primary } = now;
  const words = serviceInWords(name);
  const known = `deployment ${primary.id} of ${shortArn(primary.taskDefinition)}`;
  if ((id !== undefined && primary.id !== id) || primary.taskDefinition !== to)
    return {
      ...{ isThere: false, isOther: true, isOver: true },
      words: `${words}: ${known} has replaced ours`,
    };
  if (primary.rolloutState === 'FAILED')
    return {
      ...{ isThere: false, isOther: true, isOver: true },
      words: `${words}: ${known} failed: ${primary.reason}`,
    };
  const isComplete =
    primary.rolloutState === undefined
      ? now.deployments.length === 1
      : primary.rolloutState === 'COMPLETED';
  const tasks = tasksInWords(primary);
  return isComplete && primary.running >= primary.desired
    ? { isThere: true, isOver: false, words: `${words}: ${known} is complete, ${tasks}` }
    : { isThere: false, isOver: false, words: `${words}: ${known} is not complete, ${tasks}` };
}

function tasksInWords({ running, desired }: EcsDeployment): string {
  return `${String(running)} of ${String(desired)} tasks run`;
}

function targetsInWords(count: number): string {
  return `${plural(count, 'target')} ${count === 1 ? 'is' : 'are'}`;
}

async function targetsOf(
  { targetGroups, desired }: EcsService,
  { aws }: SettleOptions,
  signal: AbortSignal,
): Promise<Settled> {
  if (targetGroups.length === 0 || desired === 0) return { isThere: true, words: '' };
  try {
    const { healthy, unhealthy, reasons } = await readTargetHealth(aws, targetGroups, signal);
    if (unhealthy === 0 && healthy > 0)
      return { isThere: true, words: `, ${targetsInWords(healthy)} healthy` };
    const why = reasons.length === 0 ? '' : ` (${reasons.join(', ')})`;
    return {
      isThere: false,
      words: `${targetsInWords(healthy)} healthy, ${String(unhealthy)} not${why}`,
    };
  } catch (error) {
    if (!(error instanceof AwsError) || error.reason !== 'forbidden') throw error;
    return { isThere: true, words: '; whether its targets are healthy could not be read' };
  }
}
