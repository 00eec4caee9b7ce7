import { type EcsDeployment, type EcsService, shortArn } from '../../support/aws/ecs.js';
import { fields, listOf, numberOf, textOf } from '../../support/json.js';
import { placeOf } from '../../support/aws/names.js';
import { notDeployed, otherPlace, skipUnrecorded } from '../snapshot-words.js';

/** What the strategy records of one service before the deploy. */
export interface RecordedService {
  /** As {@link serviceInWords} has it. */
  readonly service: string;
  /** `null`: the service was not there. */
  readonly taskDefinition: string | null;
  readonly deploymentId: string;
  readonly desired: number;
  /** Deployments that ECS had given up by then, and still told of. */
  readonly givenUp?: readonly string[];
}

/** What runs when the watch begins: what this run judges. */
export type JudgedService = Pick<EcsDeployment, 'id' | 'taskDefinition' | 'reason'>;

/** What is known of one service when it is to be rolled back. */
export interface Situation {
  readonly name: string;
  readonly recorded: RecordedService | undefined;
  /** `undefined`: nobody has looked, as for a rollback by hand. */
  readonly judged: JudgedService | undefined;
  /** Whether this run has rolled it back, for this target or for another one. */
  readonly isByUs: boolean;
  readonly now: EcsService;
}

/** What is to be done about one service. */
export type Decision =
  | { readonly kind: 'skip' | 'failed' | 'withheld'; readonly reason: string }
  /** It was not deployed: there is nothing to be done about it. */
  | { readonly kind: 'unchanged'; readonly reason: string }
  /** It has gone back, or is about to: nothing is to be started. */
  | { readonly kind: 'back'; readonly by: string }
  | { readonly kind: 'change'; readonly from: string; readonly to: string };

/** Pure: reads nothing. */
export function decide(situation: Situation): Decision {
  const { name, recorded, now } = situation;
  if (recorded === undefined) return skipUnrecorded(`what ran in ${name}`);
  const to = recorded.taskDefinition;
  if (to === null)
    return {
      kind: 'skip',
      reason: `${name} was not there before this deploy: there is nothing to go back to`,
    };
  const foreign = otherPlace(name, placeOf(to), now.place);
  if (foreign !== undefined)
    return { kind: 'failed', reason: `${foreign.message}; ${foreign.fix}` };
  const objection = objectionTo(situation);
  if (objection !== undefined) return { kind: 'withheld', reason: objection };
  const { primary } = now;
  const judged = situation.judged ?? primary;
  const isThere = primary.taskDefinition === to;
  if (judged.id === recorded.deploymentId)
    return { kind: 'unchanged', reason: notDeployed(name, shortArn(to)) };
  if (isThere && situation.isByUs) return { kind: 'back', by: byUsInWords(name) };
  if (judged.taskDefinition === to)
    return {
      kind: 'failed',
      reason: `the deploy left the task definition of ${name} as it was (${shortArn(to)}), and a task definition is what ECS goes back to; register another one for each deploy, with the image by its digest`,
    };
  if (isThere) return { kind: 'back', by: goneBackInWords(name, to, judged.reason) };
  return { kind: 'change', from: primary.taskDefinition, to };
}

/** What was deployed since the snapshot, and given up before anybody looked. */
export function givenUp(
  now: EcsService,
  recorded: RecordedService | undefined,
): JudgedService | undefined {
  const to = recorded?.taskDefinition;
  const { primary, deployments } = now;
  if (primary.taskDefinition !== to || primary.id === recorded?.deploymentId) return undefined;
  return deployments.find(
    ({ id, rolloutState, taskDefinition }) =>
      rolloutState === 'FAILED' &&
      taskDefinition !== to &&
      recorded?.givenUp?.includes(id) !== true,
  );
}

function byUsInWords(name: string): string {
  return `${name} was rolled back by this run already`;
}

/** A circuit breaker or an alarm leaves its reason with the deployment that it gave up. */
export function goneBackInWords(name: string, to: string, reason = ''): string {
  const said = reason === '' ? '' : ` (${reason.replace(/\.$/, '')})`;
  return `${name} went back to ${shortArn(to)} without this run${said}`;
}

/** Why what runs is neither what was judged nor what is to be gone back to. */
export function objectionTo({ name, recorded, judged, now }: Situation): string | undefined {
  const { id, taskDefinition } = now.primary;
  if (judged === undefined || id === judged.id) return undefined;
  const isBack =
    taskDefinition === recorded?.taskDefinition && judged.taskDefinition !== taskDefinition;
  return isBack
    ? undefined
    : `${name}: deployment ${id} (${shortArn(taskDefinition)}) replaced ours (${judged.id}, ${shortArn(judged.taskDefinition)})`;
}

/** The deployment that is known to be good, to be gone back to; `undefined`: none is. */
export function lastGood({ primary, deployments }: EcsService): EcsDeployment | undefined {
  if (primary.id === '') return undefined;
  if (primary.rolloutState === undefined || primary.rolloutState === 'COMPLETED') return primary;
  return deployments.find(({ rolloutState }) => rolloutState === 'COMPLETED');
}

/** What came from the snapshot, by service; what is no record is left out. */
export function readRecorded(value: unknown): ReadonlyMap<string, RecordedService> {
  return new Map(
    listOf(fields(value).services).flatMap((one) => {
      const { service, taskDefinition, deploymentId, desired, givenUp: before } = fields(one);
      const name = textOf(service);
      const definition = taskDefinition === null ? null : textOf(taskDefinition);
      const isRight = definition === null || /^[\w:/.-]+$/.test(definition ?? '');
      if (name === undefined || definition === undefined || !isRight) return [];
      const record = {
        ...{ service: name, taskDefinition: definition },
        ...{ deploymentId: textOf(deploymentId) ?? '', desired: numberOf(desired) ?? 0 },
        givenUp: listOf(before).flatMap((id) => textOf(id) ?? []),
      };
      return [[name, record] as const];
    }),
  );
}
