import type { RunState } from '../../contract/pipeline.js';
import { own } from '../reading.js';

type Phase = RunState['phase'];

/**
 * The results of a build (core, hudson.model.Result). A word that is not here is `unknown`, and never success. UNSTABLE is
 * what tests that failed leave behind.
 */
const results: Readonly<Record<string, Phase>> = {
  SUCCESS: 'succeeded',
  UNSTABLE: 'failed',
  FAILURE: 'failed',
  NOT_BUILT: 'failed',
  ABORTED: 'cancelled',
} satisfies Record<'SUCCESS' | 'UNSTABLE' | 'FAILURE' | 'NOT_BUILT' | 'ABORTED', Phase>;

/** What a build shows of itself. */
interface BuildFields {
  readonly building: unknown;
  readonly result: unknown;
  /** The status of the Pipeline API, when it was asked. */
  readonly pipeline?: unknown;
}

/** The state of a build in our words. */
export function stateOfBuild({ building, result, pipeline }: BuildFields): RunState {
  // A result may be there while steps that come after it still run.
  if (building === true) {
    return pipeline === 'PAUSED_PENDING_INPUT'
      ? {
          phase: 'waiting',
          word: 'PAUSED_PENDING_INPUT',
          hint: 'an input step of the build wants an answer',
        }
      : { phase: 'running', word: 'building' };
  }
  if (building !== false) return { phase: 'unknown', word: 'neither building nor done' };
  if (typeof result !== 'string') return { phase: 'unknown', word: 'done without a result' };
  const phase = own(results, result) ?? 'unknown';
  // A build began, so that something of it may have run, however short it was.
  return phase === 'cancelled'
    ? { phase, word: result, mayHaveRun: true }
    : { phase, word: result };
}

/** What an item of the queue shows of itself. */
export interface QueueFields {
  readonly why: unknown;
  readonly cancelled: unknown;
  /** Nothing but an executor is missing. */
  readonly buildable: unknown;
}

/** Why an item waits (core, hudson/model/Messages.properties and hudson/model/queue/Messages.properties), and what it means. */
const reasons: readonly { readonly says: RegExp; readonly hint: string }[] = [
  {
    says: /is already in progress/i,
    hint: 'the job allows no concurrent builds: if the build that is not done is the one that Rollgate runs in, each waits for the other; give the rollback a job of its own',
  },
  {
    says: /offline|no nodes with|have label/i,
    hint: 'no agent that may run it is online',
  },
  { says: /about to shut down|quieting down/i, hint: 'Jenkins is about to shut down' },
  {
    says: /upstream project|downstream project/i,
    hint: 'the job waits for other jobs that it is connected to',
  },
];

const EXECUTOR_HINT =
  'no executor is free: if Rollgate holds the only one that may run it, each waits for the other; give the rollback another label or the agent a second executor';

/** The state of an item that is not yet a build. */
export function stateOfItem({ why, cancelled, buildable }: QueueFields): RunState {
  if (cancelled === true) {
    return { phase: 'cancelled', word: 'cancelled in the queue', mayHaveRun: false };
  }
  const word = typeof why === 'string' && why !== '' ? why : 'in the queue';
  const reason = reasons.find(({ says }) => says.test(word));
  const hint =
    reason?.hint ??
    (buildable === true || /next available executor/i.test(word) ? EXECUTOR_HINT : undefined);
  return { phase: 'queued', word, ...(hint === undefined ? {} : { hint }) };
}
