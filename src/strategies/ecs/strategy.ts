import type { Finding } from '../../contract/result.js';
import type {
  CannotAct,
  Captured,
  Plan,
  RecordedVersion,
  Skip,
  Strategy,
  StrategyContext,
  StrategyResult,
  Withheld,
} from '../../contract/strategy.js';
import { type Aws, AwsError, createAws } from '../../support/aws/cli.js';
import { type EcsService, readService, shortArn } from '../../support/aws/ecs.js';
import { parseServiceNames, serviceInWords, type ServiceName } from '../../support/aws/names.js';
import type { Clock } from '../../support/clock.js';
import { asSentence } from '../../support/text.js';
import type { StrategyDependencies } from '../dependencies.js';
import type { OwnRollbacks } from '../own-rollbacks.js';
import { notDeployedFinding } from '../snapshot-words.js';
import { change, type Changed, type ChangeOptions, stoppable } from './change.js';
import { preflight } from './preflight.js';
import { settle, type Settled } from './settle.js';
import {
  decide,
  givenUp,
  goneBackInWords,
  type Decision,
  type JudgedService,
  lastGood,
  objectionTo,
  readRecorded,
  type RecordedService,
  type Situation,
} from './situation.js';

/** The inputs that it reads. */
export interface EcsSettings {
  readonly 'ecs-service': readonly string[] | undefined;
}

interface EcsPlan extends Plan {
  /** Those that are to be changed, or looked at because they went back by themselves. */
  readonly services: readonly ServiceName[];
}

/** What the functions below share. */
interface State {
  readonly aws: Aws;
  readonly clock: Clock;
  readonly names: readonly ServiceName[];
  readonly recorded: ReadonlyMap<string, RecordedService>;
  /** What this run judges, by service; empty until the watch begins. */
  readonly judged: Map<string, JudgedService>;
  readonly rollbacks: OwnRollbacks;
}

/** The `ecs` strategy as it is configured, or why there is none. */
export function setUpEcs(dependencies: StrategyDependencies<EcsSettings>): Strategy | Skip {
  const { settings, env, exec, redact, clock, random, rollbacks } = dependencies;
  const services = settings['ecs-service'] ?? [];
  if (services.length === 0)
    return { kind: 'skip', reason: 'not configured: `ecs-service` is not set' };
  return createEcsStrategy({
    aws: createAws({ env, exec, redact, clock, random }),
    clock,
    names: parseServiceNames(services),
    recorded: readRecorded(dependencies.recorded),
    judged: new Map(),
    rollbacks,
  });
}

/** Deploys the task definition that ran before the deploy again, or stops the deployment that is going on. */
function createEcsStrategy(state: State): Strategy<EcsPlan> {
  return {
    kind: 'strategy',
    id: 'ecs',
    preflight: (signal, isBeforeDeploy = false) => preflight(state, isBeforeDeploy, signal),
    snapshot: (signal) => snapshot(state, signal),
    sawNothing: () =>
      state.names.every(
        (name) => state.recorded.get(serviceInWords(name))?.taskDefinition === null,
      ),
    recordedVersion: () => recordedVersion(state),
    capture: (signal) => capture(state, signal),
    assertUnchanged: (signal) => assertUnchanged(state, signal),
    goneBack: (signal) => goneBack(state, signal),
    plan: (_request, signal) => plan(state, signal),
    execute: (planned, context) => execute(state, planned, context),
  };
}

async function snapshot(
  { aws, names }: State,
  signal: AbortSignal,
): Promise<{ readonly services: readonly RecordedService[] }> {
  const services: RecordedService[] = [];
  for (const name of names) {
    const service = serviceInWords(name);
    const now = await readService(aws, name, signal);
    if (now === undefined) {
      services.push({ service, taskDefinition: null, deploymentId: '', desired: 0 });
      continue;
    }
    if (now.controller !== 'ECS') throw new Error(`${service} is deployed by ${now.controller}`);
    const good = lastGood(now);
    if (good === undefined)
      throw new Error(
        `nothing that runs in ${service} is known to be good: its newest deployment is ${now.primary.rolloutState ?? 'not there'}`,
      );
    const { id: deploymentId, taskDefinition } = good;
    const givenUp = now.deployments.flatMap(({ id, rolloutState }) =>
      rolloutState === 'FAILED' ? [id] : [],
    );
    services.push({
      ...{ service, taskDefinition, deploymentId, desired: now.desired },
      ...(givenUp.length === 0 ? {} : { givenUp }),
    });
  }
  return { services };
}

/** One version cannot stand for several services. */
function recordedVersion({ recorded }: State): RecordedVersion | undefined {
  const [only, second] = [...recorded.values()];
  return second === undefined && typeof only?.taskDefinition === 'string'
    ? { revision: shortArn(only.taskDefinition) }
    : undefined;
}

async function capture(state: State, signal: AbortSignal): Promise<Captured> {
  const findings: Finding[] = [];
  const back: string[] = [];
  let deployed = 0;
  for (const name of state.names) {
    const now = await readService(state.aws, name, signal);
    if (now === undefined) continue;
    const service = serviceInWords(name);
    const recorded = state.recorded.get(service);
    const given = givenUp(now, recorded);
    state.judged.set(service, given ?? now.primary);
    if (now.primary.id === recorded?.deploymentId) {
      findings.push(notDeployedFinding('ecs', service));
      continue;
    }
    deployed += 1;
    if (given !== undefined)
      back.push(
        `${goneBackInWords(service, now.primary.taskDefinition, given.reason)}: ${shortArn(given.taskDefinition)} was deployed and given up before the watch began`,
      );
  }
  // With others that were deployed the watch goes on: what went back is told at its end.
  return back.length > 0 && back.length === deployed
    ? { alreadyRolledBack: `${back.join('; ')}.`, findings }
    : { findings };
}

async function assertUnchanged(state: State, signal: AbortSignal): Promise<Withheld | undefined> {
  for (const name of state.names) {
    const situation = await situationOf(state, name, signal);
    if (situation === undefined && state.judged.has(serviceInWords(name)))
      return { kind: 'withheld', reason: `${serviceInWords(name)} is gone since the watch began` };
    const reason = situation && objectionTo(situation);
    if (reason !== undefined) return { kind: 'withheld', reason };
  }
  return undefined;
}

async function situationOf(
  state: State,
  name: ServiceName,
  signal: AbortSignal,
): Promise<Situation | undefined> {
  const { aws, recorded, judged, rollbacks } = state;
  const now = await readService(aws, name, signal);
  const known = serviceInWords(name);
  const before = judged.get(known) ?? (now && givenUp(now, recorded.get(known)));
  // What ECS says of a deployment is gone with it.
  const last = now?.deployments.find(({ id }) => id === before?.id);
  if (last !== undefined) judged.set(known, last);
  const isByUs = rollbacks.has(wayBackOf(state, name));
  return (
    now && { name: known, recorded: recorded.get(known), judged: judged.get(known), isByUs, now }
  );
}

/** As the rollbacks of this run know it. */
function wayBackOf(state: State, name: ServiceName): string {
  return `ecs/${serviceInWords(name)} to ${targetOf(state, name)}`;
}

/** One service with what is to be done about it. */
interface Decided {
  readonly name: ServiceName;
  readonly now: EcsService;
  readonly decision: Decision;
}

async function decideAll(
  state: State,
  names: readonly ServiceName[],
  signal: AbortSignal,
): Promise<readonly Decided[] | CannotAct> {
  const decided: Decided[] = [];
  for (const name of names) {
    const situation = await situationOf(state, name, signal);
    if (situation === undefined)
      return { kind: 'failed', reason: `there is no service ${serviceInWords(name)}` };
    decided.push({ name, now: situation.now, decision: decide(situation) });
  }
  return decided;
}

async function plan(
  state: State,
  signal: AbortSignal,
): Promise<EcsPlan | Skip | CannotAct | Withheld> {
  let decided: readonly Decided[] | CannotAct;
  try {
    decided = await decideAll(state, state.names, signal);
  } catch (error) {
    if (error instanceof AwsError && error.reason === 'missing')
      return { kind: 'skip', reason: error.message };
    throw error;
  }
  if ('kind' in decided) return decided;
  const active = decided.filter(({ decision: { kind } }) => kind === 'change' || kind === 'back');
  const inTheWay = decided.map(({ decision }) => insteadOf(decision)).find((one) => one);
  if (inTheWay !== undefined) return inTheWay;
  // Of several services those that were not deployed stay as they are.
  const [unchanged] = decided.flatMap(({ decision }) =>
    decision.kind === 'unchanged' ? [decision.reason] : [],
  );
  if (active.length === 0) return { kind: 'withheld', reason: unchanged ?? '' };
  return {
    kind: 'plan',
    steps: await Promise.all(active.map((one) => stepOf(state, one, signal))),
    from: { taskDefinitions: active.map(({ now }) => shortArn(now.primary.taskDefinition)) },
    to: { taskDefinitions: active.map((one) => shortArn(targetOf(state, one.name))) },
    touches: active.map(({ name }) => `ecs/${serviceInWords(name)}`),
    services: active.map(({ name }) => name),
  };
}

/** What a circuit breaker, an alarm or somebody has taken back since the watch began. */
async function goneBack(state: State, signal: AbortSignal): Promise<string | undefined> {
  const decided = await decideAll(state, state.names, signal);
  if ('kind' in decided) return undefined;
  if (decided.some(({ decision }) => insteadOf(decision) !== undefined)) return undefined;
  const back = decided.flatMap(({ decision }) => (decision.kind === 'back' ? [decision.by] : []));
  return back.length === 0 ? undefined : back.join('; ');
}

/** Why nothing may be done; what is so for one service is so for all. */
function insteadOf(decision: Decision): Skip | CannotAct | Withheld | undefined {
  const { kind } = decision;
  return kind === 'skip' || kind === 'failed' || kind === 'withheld'
    ? { kind, reason: decision.reason }
    : undefined;
}

function targetOf({ recorded }: State, name: ServiceName): string {
  return recorded.get(serviceInWords(name))?.taskDefinition ?? '';
}

function optionsFor(state: State, { name, now }: Decided): Omit<ChangeOptions, 'onBegun'> {
  return { aws: state.aws, clock: state.clock, name, now, to: targetOf(state, name) };
}

async function stepOf(state: State, one: Decided, signal: AbortSignal): Promise<string> {
  if (one.decision.kind === 'back') return `${one.decision.by}: wait for it, and change nothing`;
  const service = serviceInWords(one.name);
  const way = `from ${shortArn(one.now.primary.taskDefinition)} to ${shortArn(targetOf(state, one.name))}`;
  const going = await stoppable(optionsFor(state, one), signal);
  return going === undefined
    ? `aws ecs update-service ${service}: ${way}`
    : `aws ecs stop-service-deployment of ${service} with ROLLBACK: ${way}`;
}

async function execute(
  state: State,
  planned: EcsPlan,
  context: StrategyContext,
): Promise<StrategyResult | Withheld> {
  // Once more, right before the first change: ECS has no precondition that would hold somebody else's deploy.
  const decided = await decideAll(state, planned.services, context.signal);
  if ('kind' in decided) return failed(decided.reason);
  const inTheWay = decided.map(({ decision }) => insteadOf(decision)).find((one) => one);
  if (inTheWay !== undefined)
    return inTheWay.kind === 'withheld' ? inTheWay : failed(inTheWay.reason);
  const changes = await changeAll(state, decided, context);
  const [first, second] = changes;
  if (first === undefined || second !== undefined) return resultOf(state, changes, context);
  if (first.changed.kind === 'superseded')
    return {
      kind: 'withheld',
      reason: `${serviceInWords(first.one.name)} was deployed again in the meantime`,
    };
  if (first.changed.kind === 'refused') return failed(first.changed.reason);
  return resultOf(state, changes, context);
}

interface ChangedService {
  readonly one: Decided;
  readonly changed: Changed;
}

/** One after the other, and none waits until another one has gone back. After one that cannot be changed no other is begun. */
async function changeAll(
  state: State,
  decided: readonly Decided[],
  context: StrategyContext,
): Promise<readonly ChangedService[]> {
  const begun: Promise<ChangedService>[] = [];
  for (const [index, one] of decided.entries()) {
    let goOn: () => void = () => undefined;
    const isBegun = new Promise<true>((resolve) => {
      goOn = () => {
        resolve(true);
      };
    });
    const whole = state.rollbacks
      .inTurn(`ecs/${serviceInWords(one.name)}`, context.signal, (hasWaited) =>
        // What was read before the others were changed may be old.
        hasWaited || index > 0
          ? changeLater(state, one, context, goOn)
          : changeOf(state, one, context, goOn),
      )
      .then((changed) => {
        if (changed.kind === 'begun') context.progress(asSentence(changed.words));
        return { one, changed };
      });
    // Awaited at the end; until then a failure must not count as unhandled.
    whole.catch(() => undefined);
    begun.push(whole);
    const first = await Promise.race([isBegun, whole]);
    if (first !== true && first.changed.kind !== 'begun') break;
  }
  return Promise.all(begun);
}

/** One that went back by itself was changed by somebody else. */
async function changeOf(
  state: State,
  one: Decided,
  context: StrategyContext,
  onBegun: () => void,
): Promise<Changed> {
  if (one.decision.kind === 'back')
    return { kind: 'begun', id: one.now.primary.id, words: one.decision.by };
  const wayBack = wayBackOf(state, one.name);
  state.rollbacks.add(wayBack);
  const changed = await change({ ...optionsFor(state, one), onBegun }, context);
  if (changed.kind === 'refused' || changed.kind === 'superseded') state.rollbacks.remove(wayBack);
  return changed;
}

/** Another target may have rolled it back meanwhile, or somebody deployed it. */
async function changeLater(
  state: State,
  planned: Decided,
  context: StrategyContext,
  onBegun: () => void,
): Promise<Changed> {
  const { name, now } = planned;
  const service = serviceInWords(name);
  // By hand nobody has looked before: what was to go then is what is to go.
  if (!state.judged.has(service)) state.judged.set(service, now.primary);
  const again = await decideAll(state, [name], context.signal);
  if ('kind' in again) return { kind: 'refused', reason: again.reason };
  const [one = planned] = again;
  const inTheWay = insteadOf(one.decision);
  if (inTheWay === undefined) return changeOf(state, one, context, onBegun);
  return inTheWay.kind === 'withheld'
    ? { kind: 'superseded' }
    : { kind: 'refused', reason: inTheWay.reason };
}

function failed(reason: string): StrategyResult {
  return { outcome: 'failed', detail: asSentence(reason), versionConfirmed: null };
}

async function resultOf(
  { aws, clock, recorded }: State,
  changes: readonly ChangedService[],
  { signal }: StrategyContext,
): Promise<StrategyResult> {
  const sentences: string[] = [];
  let isProven = true;
  let notBack: string | undefined;
  const settled: Settled[] = [];
  for (const { one, changed } of changes) {
    if (changed.kind !== 'begun') {
      isProven = false;
      const name = serviceInWords(one.name);
      const words =
        changed.kind === 'superseded'
          ? `${name} was deployed again by somebody else`
          : changed.reason;
      sentences.push(words);
      if (changed.kind !== 'open') notBack ??= words;
      continue;
    }
    sentences.push(changed.words);
    if (changed.replaced !== undefined) {
      isProven = false;
      sentences.push(
        `deployment ${changed.replaced} was begun by somebody else in the same moment, and the rollback has replaced it: deploy it again`,
      );
    }
    const to = recorded.get(serviceInWords(one.name))?.taskDefinition ?? '';
    settled.push(await settle({ aws, clock, name: one.name, to, id: changed.id }, signal));
  }
  notBack ??= settled.find(({ isOther }) => isOther === true)?.words;
  const isThere = settled.every((one) => one.isThere) && settled.length === changes.length;
  return {
    outcome: isProven && isThere ? 'verified' : 'triggered',
    detail: [...sentences, ...settled.map(({ words }) => words)].map(asSentence).join(' '),
    ...(notBack === undefined ? {} : { notBack }),
    versionConfirmed: isThere,
  };
}
