import type {
  PipelineClient,
  StartedRun,
  StartRequest,
  StartResult,
} from '../../contract/pipeline.js';
import type {
  CannotAct,
  Plan,
  RollbackRequest,
  Skip,
  Strategy,
  StrategyContext,
  StrategyResult,
} from '../../contract/strategy.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import { ended, formatDuration, oneLine } from '../../support/text.js';
import type { StrategyDependencies } from '../dependencies.js';
import { type AttemptIdentity, correlationOf } from './correlation.js';
import { type FollowOutcome, followRun } from './follow.js';
import { proofOf } from './jobs.js';
import {
  about,
  failed,
  maybeStarted,
  notStarted,
  probableResult,
  resultOf,
  unproven,
} from './result.js';

export interface CiSettings {
  readonly 'rollback-ref': string | undefined;
  readonly 'rollback-parameters': Readonly<Record<string, string>> | undefined;
  readonly 'rollback-wait': boolean;
  readonly 'rollback-job'?: readonly string[] | undefined;
  readonly 'ci-changes-source'?: boolean;
  /** Milliseconds. */
  readonly 'rollback-start-timeout': number;
}

/** The `ci` strategy with the client of the system that is to be called, or why there is none. */
export async function setUpCi(
  dependencies: StrategyDependencies<CiSettings>,
): Promise<Strategy | Skip> {
  const { settings, openPipelineClient, clock, random } = dependencies;
  if (dependencies.isRollbackRun)
    return { kind: 'skip', reason: 'this run is a rollback run itself, it starts no other' };
  const client = await openPipelineClient();
  if (!client.ok) return { kind: 'skip', reason: client.problem.message, fix: client.problem.fix };
  return createCiStrategy({
    client: client.value,
    ref: settings['rollback-ref'],
    parameters: settings['rollback-parameters'] ?? {},
    jobs: settings['rollback-job'] ?? [],
    changesSource: settings['ci-changes-source'] ?? false,
    wait: settings['rollback-wait'],
    startTimeout: settings['rollback-start-timeout'],
    attempt: dependencies.attempt,
    clock,
    random,
  });
}

export interface CiStrategyOptions {
  readonly client: PipelineClient;
  /** Branch or tag that the rollback pipeline runs on; `undefined`: the repository's default branch. */
  readonly ref: string | undefined;
  /** `rollback-parameters`: sent as they are. */
  readonly parameters: Readonly<Record<string, string>>;
  /** `rollback-job`: names of the jobs that prove the rollback; empty: all of the run. */
  readonly jobs?: readonly string[];
  /** `ci-changes-source` */
  readonly changesSource?: boolean;
  /** Whether the run is followed to its end. */
  readonly wait: boolean;
  /** Milliseconds that the run may stay queued. */
  readonly startTimeout: number;
  /** Who asks; `undefined`: nothing tells this run from others, so that each rollback is one of its own. */
  readonly attempt?: AttemptIdentity | undefined;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

interface CiPlan extends Plan {
  readonly send: StartRequest;
}

/** The CI integration guide promises this line to the letter. */
const TRIGGERED = '✅ CI/CD rollback triggered';

/** The `ci` strategy: starts the rollback pipeline of a CI system, and follows its run. */
export function createCiStrategy(options: CiStrategyOptions): Strategy<CiPlan, StrategyResult> {
  const { client } = options;

  const requestFor = (
    marker: Readonly<Record<string, string>>,
    id: Pick<StartRequest, 'correlationId' | 'scope'>,
  ): StartRequest => ({
    ref: options.ref,
    optional: { rollback: 'true', rollback_id: id.correlationId, ...marker },
    parameters: options.parameters,
    ...id,
  });

  const idFor = ({
    target,
    correlationId,
  }: RollbackRequest): Pick<StartRequest, 'correlationId' | 'scope'> =>
    options.attempt === undefined
      ? { correlationId }
      : correlationOf(options.attempt, { ...options, target, pipeline: client.address });

  return {
    kind: 'strategy',
    id: 'ci',
    changesSource: options.changesSource ?? false,

    preflight(signal) {
      // What to go back to is known only after a snapshot, so preflight must not count on it.
      const id = { correlationId: 'preflight' };
      return client.preflight(requestFor({ rollback_target: 'preflight' }, id), signal);
    },

    async plan(request, signal): Promise<CiPlan | CannotAct> {
      if (client.lacks !== undefined) return { kind: 'failed', reason: notStarted(client.lacks) };
      const send = requestFor(markerOf(request), idFor(request));
      return {
        kind: 'plan',
        steps: [
          ...(await client.describe(send, signal)),
          options.wait
            ? `then wait for the run to finish; give up if it has not started within ${formatDuration(options.startTimeout)}`
            : 'then leave it to itself (rollback-wait is false)',
        ],
        to: {
          ...(request.revision === undefined ? {} : { revision: request.revision }),
          ...(request.image === undefined ? {} : { image: request.image }),
        },
        send,
      };
    },

    execute: (plan, context) => execute(options, plan, context),
  };
}

async function execute(
  options: CiStrategyOptions,
  plan: CiPlan,
  context: StrategyContext,
): Promise<StrategyResult> {
  const { client } = options;
  let result: StartResult;
  try {
    result = await client.start(plan.send, context.signal, () => {
      context.beforeChange();
    });
  } catch (error) {
    return failed(`Nothing was started: ${oneLine(messageOf(error))}.`);
  }

  if (result.kind === 'refused')
    return failed(
      notStarted({
        message: result.reason,
        ...(result.hint === undefined ? {} : { fix: result.hint }),
      }),
    );
  const run = result.kind === 'started' ? result.run : result.probable;
  if (run === undefined)
    return maybeStarted(client.name, result.kind === 'unknown' ? result.reason : '');
  context.started({ url: run.url, runId: run.id });
  if (result.kind === 'started') context.progress(TRIGGERED);
  context.progress(run.url);
  if (result.kind === 'unknown')
    return probableResult(run, result.reason, await follow(options, run, context, false));
  if (client.endOwnPipeline !== undefined) context.lastOfAll(client.endOwnPipeline.bind(client));
  if (result.joined !== undefined) context.progress(result.joined);
  const end = await endOf(options, run, context);
  return result.joined === undefined ? end : { ...end, detail: `${end.detail} ${result.joined}` };
}

/** What becomes of a run that is ours. */
async function endOf(
  options: CiStrategyOptions,
  run: StartedRun,
  context: StrategyContext,
): Promise<StrategyResult> {
  const { client } = options;
  if (client.objection !== undefined) {
    const objection = await objectionTo(client, run, context.signal);
    if (objection !== undefined) return stopped(client, run, objection, context.signal);
  }
  if (!options.wait) {
    return about(run, 'triggered', 'was started and not followed (rollback-wait is false).');
  }
  const followed = await follow(options, run, context, true);
  if (followed.kind === 'succeeded') {
    const { clock } = options;
    const proof = await proofOf(client, run, options.jobs ?? [], { clock, signal: context.signal });
    if (!proof.proven) return unproven(run, followed.word, proof.why);
  }
  return resultOf(run, followed, options.startTimeout);
}

function follow(
  { client, clock, random, startTimeout }: CiStrategyOptions,
  run: StartedRun,
  context: StrategyContext,
  ours: boolean,
): Promise<FollowOutcome> {
  return followRun(client, run, {
    clock,
    random,
    signal: context.signal,
    startTimeout,
    progress: (line) => {
      context.progress(line);
    },
    ours,
  });
}

/** A client that cannot look has no objection: the run goes on, and its end is judged. */
async function objectionTo(
  client: PipelineClient,
  run: StartedRun,
  signal: AbortSignal,
): Promise<string | undefined> {
  try {
    return await client.objection?.(run, signal);
  } catch {
    return undefined;
  }
}

/** A run that would deploy is ended at once; it is never taken for a rollback, whatever became of it. */
async function stopped(
  client: PipelineClient,
  run: StartedRun,
  objection: string,
  signal: AbortSignal,
): Promise<StrategyResult> {
  let end: string;
  try {
    await client.cancel(run, signal);
    const state = await client.state(run, signal);
    end =
      state.phase === 'cancelled'
        ? 'It was cancelled.'
        : `It was asked to end, and is "${state.word}".`;
  } catch (error) {
    end = `It could not be cancelled (${oneLine(messageOf(error))}): cancel it by hand.`;
  }
  return about(run, 'triggered', `was started, and ${ended(objection)} ${end}`);
}

function markerOf(request: RollbackRequest): Record<string, string> {
  return {
    rollback_target: request.target,
    ...(request.revision === undefined ? {} : { rollback_revision: request.revision }),
    ...(request.image === undefined ? {} : { rollback_image: request.image }),
  };
}
