import type { RunState } from '../../contract/pipeline.js';
import { own } from '../reading.js';

type Phase = RunState['phase'];

/** GitLab's words for the status of a pipeline (app/models/concerns/ci/has_status.rb, AVAILABLE_STATUSES). */
type Word =
  | 'created'
  | 'waiting_for_resource'
  | 'preparing'
  | 'waiting_for_callback'
  | 'pending'
  | 'running'
  | 'canceling'
  | 'success'
  | 'failed'
  | 'canceled'
  | 'skipped'
  | 'manual'
  | 'scheduled';

/** A word that is not here is `unknown`, and never success. */
const phases: Readonly<Record<string, Phase>> = {
  created: 'queued',
  waiting_for_resource: 'queued',
  preparing: 'queued',
  waiting_for_callback: 'queued',
  pending: 'queued',
  scheduled: 'queued',
  running: 'running',
  // It may still do what it is at.
  canceling: 'running',
  manual: 'waiting',
  success: 'succeeded',
  canceled: 'cancelled',
  failed: 'failed',
  // No job of it ran.
  skipped: 'failed',
} satisfies Record<Word, Phase>;

const hints: Readonly<Partial<Record<string, string>>> = {
  waiting_for_resource:
    'another job holds its resource_group, perhaps one of the pipeline that waits for it; give the rollback job a group of its own',
  pending: 'no runner has taken it; with a single runner it waits for the job that waits for it',
  scheduled: 'its first job is delayed (when: delayed)',
  manual: 'a job of it is when: manual; somebody must start it',
} satisfies Partial<Record<Word, string>>;

/** The state of a pipeline in our words. */
export function stateOf(status: string): RunState {
  const phase = own(phases, status) ?? 'unknown';
  const hint = own(hints, status);
  return phase === 'queued' || phase === 'waiting'
    ? { phase, word: status, ...(hint === undefined ? {} : { hint }) }
    : { phase, word: status };
}

/** What a job of our own pipeline is at, when the others of it are to be ended. */
type JobPhase = 'not-begun' | 'running' | 'over';

/** `manual` waits for a person, who sees what has happened; GitLab does not cancel it either (CANCELABLE_STATUSES). */
const jobPhases: Readonly<Record<string, JobPhase>> = {
  created: 'not-begun',
  waiting_for_resource: 'not-begun',
  preparing: 'not-begun',
  waiting_for_callback: 'not-begun',
  pending: 'not-begun',
  scheduled: 'not-begun',
  running: 'running',
  canceling: 'over',
  manual: 'over',
  success: 'over',
  canceled: 'over',
  failed: 'over',
  skipped: 'over',
} satisfies Record<Word, JobPhase>;

/** A word that we do not know may mean that it runs. */
export function jobPhaseOf(status: string): JobPhase {
  return own(jobPhases, status) ?? 'running';
}
