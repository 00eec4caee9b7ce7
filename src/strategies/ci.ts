import type { Clock } from '../support/clock.js';
import { messageOf } from '../support/errors.js';
import { clip, formatDuration, neutralise } from '../support/text.js';
import { type FollowOutcome, followRun, type GivenUp } from '../pipelines/follow.js';
import type { PipelineClient, StartedRun, StartRequest } from '../contract/pipeline.js';
import type { Plan, RollbackRequest, Strategy, StrategyResult } from '../contract/strategy.js';

export interface CiStrategyOptions {
  readonly client: PipelineClient;
  /** Branch or tag that the rollback pipeline runs on; `undefined`: the repository's default branch. */
  readonly ref: string | undefined;
  /** `rollback-parameters`: sent as they are. */
  readonly parameters: Readonly<Record<string, string>>;
  /** Whether the run is followed to its end. */
  readonly wait: boolean;
  /** Milliseconds that the run may stay queued. */
  readonly startTimeout: number;
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
  const { client, clock, random } = options;

  const requestFor = (marker: Readonly<Record<string, string>>, id: string): StartRequest => ({
    ref: options.ref,
    optional: { rollback: 'true', rollback_id: id, ...marker },
    parameters: options.parameters,
    correlationId: id,
  });

  return {
    kind: 'strategy',
    id: 'ci',

    preflight(signal) {
      // What to go back to is known only after a snapshot, so preflight must not count on it.
      return client.preflight(requestFor({ rollback_target: 'preflight' }, 'preflight'), signal);
    },

    async plan(request, signal): Promise<CiPlan> {
      const send = requestFor(markerOf(request), request.correlationId);
      return {
        kind: 'plan',
        steps: [
          ...(await client.describe(send, signal)),
          options.wait
            ? `then follow the run to its end; give it up when it has not begun after ${formatDuration(options.startTimeout)}`
            : 'then leave it to itself (rollback-wait is false)',
        ],
        to: {
          ...(request.revision === undefined ? {} : { revision: request.revision }),
          ...(request.image === undefined ? {} : { image: request.image }),
        },
        send,
      };
    },

    async execute(plan, context) {
      let result;
      try {
        result = await client.start(plan.send, context.signal, () => {
          context.beforeChange();
        });
      } catch (error) {
        return failed(`Nothing was started: ${clip(neutralise(messageOf(error)))}.`);
      }

      if (result.kind === 'refused') {
        const hint = result.hint === undefined ? '' : ` ${sentence(result.hint)}`;
        return failed(`The rollback pipeline was not started: ${sentence(result.reason)}${hint}`);
      }
      const run = result.kind === 'started' ? result.run : result.probable;
      if (run === undefined) {
        return {
          outcome: 'triggered',
          detail: `A rollback run may have been started: ${sentence(result.kind === 'unknown' ? result.reason : '')} Look for it in ${client.name} before you start another.`,
          versionConfirmed: null,
        };
      }
      context.started({ url: run.url, runId: run.id });
      if (result.kind === 'started') context.progress(TRIGGERED);
      context.progress(run.url);
      if (result.kind === 'started' && client.endOwnPipeline !== undefined) {
        const end = client.endOwnPipeline.bind(client);
        context.lastOfAll(end);
      }
      if (result.kind === 'started' && client.objection !== undefined) {
        const objection = await objectionTo(client, run, context.signal);
        if (objection !== undefined) return stopped(client, run, objection, context.signal);
      }

      if (!options.wait) {
        return about(run, 'triggered', 'was started and not followed (rollback-wait is false).');
      }
      const followed = await followRun(client, run, {
        clock,
        random,
        signal: context.signal,
        startTimeout: options.startTimeout,
        progress: (line) => {
          context.progress(line);
        },
        ours: result.kind === 'started',
      });
      return result.kind === 'started'
        ? resultOf(run, followed, options)
        : probableResult(run, result.reason, followed);
    },
  };
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
    end = `It could not be cancelled (${clip(neutralise(messageOf(error)))}): cancel it by hand.`;
  }
  return about(run, 'triggered', `was started, and ${sentence(objection)} ${end}`);
}

function markerOf(request: RollbackRequest): Record<string, string> {
  return {
    rollback_target: request.target,
    ...(request.revision === undefined ? {} : { rollback_revision: request.revision }),
    ...(request.image === undefined ? {} : { rollback_image: request.image }),
  };
}

function resultOf(
  run: StartedRun,
  followed: FollowOutcome,
  options: CiStrategyOptions,
): StrategyResult {
  switch (followed.kind) {
    case 'succeeded':
      return about(run, 'verified', `ended with ${quoted(followed.word)}.`);
    case 'failed':
      if (followed.mayHaveRun === false) {
        return about(run, 'failed', `ended with ${quoted(followed.word)}; nothing of it ran.`);
      }
      return about(
        run,
        'triggered',
        `ended with ${quoted(followed.word)}; what it changed is not known.`,
      );
    case 'cancelled':
      return about(
        run,
        'triggered',
        'was cancelled by somebody else; what it changed until then is not known.',
      );
    case 'unreadable':
      return about(
        run,
        'triggered',
        `was started, and its state cannot be read: ${sentence(followed.problem)}`,
      );
    case 'left':
      return about(run, 'triggered', `was left running (${followed.by}).`);
    case 'never-started': {
      const hint = followed.hint === undefined ? '' : ` (${followed.hint})`;
      return abandoned(
        run,
        `had not begun after ${formatDuration(options.startTimeout)}: ${quoted(followed.word)}${hint}`,
        followed,
      );
    }
    case 'waiting-for-person':
      return abandoned(
        run,
        'still waited for a person to approve it when the time was over',
        followed,
      );
    case 'given-up':
      return abandoned(
        run,
        `was not done when the time was over: ${quoted(followed.word)}`,
        followed,
      );
  }
}

/** A run that we gave up. Only one that is seen as cancelled, and of which nothing ran, has changed nothing. */
function abandoned(run: StartedRun, what: string, end: GivenUp): StrategyResult {
  if (!end.cancelled) {
    const problem = end.problem === undefined ? '' : ` (${end.problem})`;
    return about(
      run,
      'triggered',
      `${what}; that it was cancelled could not be confirmed${problem}: it may still fire.`,
    );
  }
  return end.mayHaveRun
    ? about(run, 'triggered', `${what}. It was cancelled; what it changed until then is not known.`)
    : about(run, 'failed', `${what}. It was cancelled before anything of it ran.`);
}

/** The run may be somebody else's: whatever it says proves nothing about ours. */
function probableResult(run: StartedRun, why: string, followed: FollowOutcome): StrategyResult {
  const word = 'word' in followed ? `: ${quoted(followed.word)}` : '';
  return about(
    run,
    'triggered',
    `is probably ours, which could not be proven (${clip(why)})${word}; its result proves nothing.`,
  );
}

function about(run: StartedRun, outcome: StrategyResult['outcome'], what: string): StrategyResult {
  return {
    outcome,
    detail: `The rollback run ${run.id} ${what}`,
    url: run.url,
    runId: run.id,
    versionConfirmed: null,
  };
}

function failed(detail: string): StrategyResult {
  return { outcome: 'failed', detail, versionConfirmed: null };
}

function quoted(word: string): string {
  return `"${word}"`;
}

function sentence(text: string): string {
  return /[.!?]$/.test(text) ? text : `${text}.`;
}
