import type { RunState } from '../../contract/pipeline.js';
import { own } from '../reading.js';

type Phase = RunState['phase'];

/**
 * Gitea names its states as GitHub does, but for `waiting`: the run is blocked by another one, not by a person (Gitea 1.26,
 * services/convert/convert.go, `ToActionsStatus`). Forgejo has one word for status and conclusion, where `waiting` is waiting
 * for a runner (models/actions/status.go). A word that is not here is `unknown`, and never success.
 */
const giteaStatuses: Readonly<Record<string, Phase>> = {
  queued: 'queued',
  waiting: 'queued',
  in_progress: 'running',
} satisfies Record<'queued' | 'waiting' | 'in_progress', Phase>;

const giteaConclusions: Readonly<Record<string, Phase>> = {
  success: 'succeeded',
  cancelled: 'cancelled',
  failure: 'failed',
  skipped: 'failed',
} satisfies Record<'success' | 'cancelled' | 'failure' | 'skipped', Phase>;

const forgejoStatuses: Readonly<Record<string, Phase>> = {
  waiting: 'queued',
  blocked: 'queued',
  running: 'running',
  success: 'succeeded',
  cancelled: 'cancelled',
  failure: 'failed',
  skipped: 'failed',
} satisfies Record<
  'waiting' | 'blocked' | 'running' | 'success' | 'cancelled' | 'failure' | 'skipped',
  Phase
>;

const NO_RUNNER = 'no runner has taken it: one with the label of its job must be online';
const BLOCKED =
  'another run of its concurrency group is not done; give the rollback workflow a group of its own';

/** The state of a run of Gitea in our words. */
export function giteaState(status: unknown, conclusion: unknown): RunState {
  if (status !== 'completed') {
    const word = typeof status === 'string' ? status : 'no status';
    const hint = word === 'waiting' ? BLOCKED : NO_RUNNER;
    return inWords(own(giteaStatuses, word) ?? 'unknown', word, hint);
  }
  // An empty one is left out of the answer.
  if (typeof conclusion !== 'string' || conclusion === '') {
    return { phase: 'unknown', word: 'completed without a conclusion' };
  }
  return inWords(own(giteaConclusions, conclusion) ?? 'failed', conclusion);
}

/** The state of a run of Forgejo in our words. */
export function forgejoState(status: unknown, needsApproval: unknown): RunState {
  const word = typeof status === 'string' ? status : 'no status';
  const phase = own(forgejoStatuses, word) ?? 'unknown';
  if (phase === 'queued' && needsApproval === true) {
    return { phase: 'waiting', word, hint: 'somebody with write access must approve it' };
  }
  return inWords(phase, word, word === 'blocked' ? BLOCKED : NO_RUNNER);
}

function inWords(phase: Phase, word: string, hint = ''): RunState {
  return phase === 'queued' ? { phase, word, hint } : { phase, word };
}
