import type { RunState } from '../../contract/pipeline.js';
import { own } from '../reading.js';

type Phase = RunState['phase'];

/**
 * The values of `status` and `conclusion` of a workflow run (GitHub OpenAPI description, `workflow-run` and the parameter
 * `workflow-run-status`). A word that is not here is `unknown`, and never success.
 */
const statuses: Readonly<Record<string, Phase>> = {
  queued: 'queued',
  requested: 'queued',
  pending: 'queued',
  in_progress: 'running',
  waiting: 'waiting',
  action_required: 'waiting',
} satisfies Record<
  'queued' | 'requested' | 'pending' | 'in_progress' | 'waiting' | 'action_required',
  Phase
>;

const conclusions: Readonly<Record<string, Phase>> = {
  success: 'succeeded',
  cancelled: 'cancelled',
  failure: 'failed',
  timed_out: 'failed',
  startup_failure: 'failed',
  skipped: 'failed',
  neutral: 'failed',
  stale: 'failed',
  // The run is "completed" until a maintainer allows it to run.
  action_required: 'waiting',
} satisfies Record<
  | 'success'
  | 'cancelled'
  | 'failure'
  | 'timed_out'
  | 'startup_failure'
  | 'skipped'
  | 'neutral'
  | 'stale'
  | 'action_required',
  Phase
>;

const hints: Readonly<Record<string, string>> = {
  pending:
    'another run of its concurrency group is not done; give the rollback workflow a group of its own',
  waiting: 'one of its environments wants an approval',
};

/** The state of a workflow run in our words. */
export function stateOf(status: unknown, conclusion: unknown): RunState {
  if (status !== 'completed') {
    const word = typeof status === 'string' ? status : 'no status';
    return inWords(own(statuses, word) ?? 'unknown', word);
  }
  // Between the end of the last job and the conclusion there may be a moment without one.
  if (conclusion === null || conclusion === undefined) {
    return { phase: 'unknown', word: 'completed without a conclusion' };
  }
  const word = typeof conclusion === 'string' ? conclusion : typeof conclusion;
  return inWords(own(conclusions, word) ?? 'failed', word);
}

function inWords(phase: Phase, word: string): RunState {
  const hint = own(hints, word);
  return phase === 'queued' || phase === 'waiting'
    ? { phase, word, ...(hint === undefined ? {} : { hint }) }
    : { phase, word };
}
