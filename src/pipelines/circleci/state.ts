import type { RunState } from '../../contract/pipeline.js';
import { oneLine } from '../../support/text.js';
import { own } from '../reading.js';
import { hintForError } from './hints.js';

type Phase = RunState['phase'];

/** `state` of a pipeline (API v2, "Get a pipeline by ID"), as long as there is no workflow that says more. */
const pipelines: Readonly<Record<string, Phase>> = {
  created: 'queued',
  pending: 'queued',
  'setup-pending': 'queued',
  setup: 'queued',
  errored: 'failed',
} satisfies Record<'created' | 'pending' | 'setup-pending' | 'setup' | 'errored', Phase>;

/** `status` of a workflow (API v2, "Get a workflow"; `queued`: serial groups, "Using workflows to orchestrate jobs"). */
const workflowStatuses: Readonly<Record<string, Phase>> = {
  success: 'succeeded',
  running: 'running',
  // Jobs have failed, others go on.
  failing: 'running',
  queued: 'queued',
  on_hold: 'waiting',
  canceled: 'cancelled',
  failed: 'failed',
  error: 'failed',
  not_run: 'failed',
  unauthorized: 'failed',
} satisfies Record<
  | 'success'
  | 'running'
  | 'failing'
  | 'queued'
  | 'on_hold'
  | 'canceled'
  | 'failed'
  | 'error'
  | 'not_run'
  | 'unauthorized',
  Phase
>;

/** Job statuses that are seen only before the first step (API v2, "Get a workflow's jobs"). */
const notBegun = new Set(['blocked', 'queued', 'not_running', 'not_run', 'on_hold']);

const explanations: Readonly<Record<string, string>> = {
  unauthorized: 'the user of the token may not use a context that it needs',
  not_run: 'it was never started',
};

/** The only state of a pipeline in which no further workflow is to be expected. */
const SETTLED = 'created';
/** No configuration has been read yet. */
const unread = new Set(['pending', 'setup-pending']);
/** So long after everything that there was has ended, no further workflow will come. */
export const NO_WORKFLOW_MS = 60_000;

const QUEUE_HINT =
  'the job that waits for it may hold what it waits for: give the rollback a serial-group of its own, and area for one more job';
const HOLD_HINT = 'a job of type approval wants an approval';

export interface Pipeline {
  readonly state: string;
  /** What went wrong with its configuration. */
  readonly errors: readonly string[];
}

export interface Workflow {
  readonly id: string;
  readonly name: string;
  readonly status: string;
  /** It only makes the configuration (dynamic configuration); the work is done by those after it. */
  readonly setup: boolean;
}

/** What is remembered of a run between two polls. */
export interface Memory {
  readonly setupIds: ReadonlySet<string>;
  /** Milliseconds on a monotonic clock. */
  readonly idleSince: number | undefined;
}

export const nothingSeen: Memory = { setupIds: new Set(), idleSince: undefined };

/**
 * The state of a pipeline and its workflows in our words. Success is: at least one workflow has done the work, and all have
 * ended with `success`.
 *
 * @param workflows as they were before `pipeline` was read: those of a pipeline that is still in its setup are setup ones,
 *   even on servers that do not tag them.
 * @param now milliseconds on a monotonic clock.
 */
export function stateOf(
  pipeline: Pipeline,
  workflows: readonly Workflow[],
  memory: Memory,
  now: number,
): { readonly state: RunState; readonly memory: Memory } {
  const inSetup = pipeline.state.startsWith('setup') ? workflows.map(({ id }) => id) : [];
  const setupIds = new Set([...memory.setupIds, ...inSetup]);
  const all = workflows.map((one) => ({ ...one, setup: one.setup || setupIds.has(one.id) }));

  const explained = errored(pipeline, all) ?? active(all) ?? ended(pipeline, all);
  if (explained !== undefined)
    return { state: explained, memory: { setupIds, idleSince: undefined } };

  const phase = own(pipelines, pipeline.state) ?? 'unknown';
  const expected = phase === 'unknown' || unread.has(pipeline.state);
  const idleSince = expected ? undefined : (memory.idleSince ?? now);
  const idle = idleSince === undefined ? 0 : now - idleSince;
  return { state: withoutWorkflow(pipeline, phase, all, idle), memory: { setupIds, idleSince } };
}

/** Whether the workflow can still change, or be cancelled. */
export function isActive(workflow: Workflow): boolean {
  return ['running', 'queued', 'waiting', 'unknown'].includes(phaseOf(workflow));
}

/** The state of a run that has nothing but workflows without a job that has begun. */
export function notYetBegun(word: string): RunState {
  return { phase: 'queued', word: `${word}, none of its jobs has begun`, hint: QUEUE_HINT };
}

/** A job as `GET /workflow/{id}/job` shows it. What is not known of one that may have begun counts as begun. */
export function hasBegun(job: Readonly<Record<string, unknown>>): boolean {
  if (job.type === 'approval') return false;
  if (typeof job.status === 'string' && notBegun.has(job.status)) return false;
  return job.started_at !== null;
}

function errored(pipeline: Pipeline, workflows: readonly Workflow[]): RunState | undefined {
  if (own(pipelines, pipeline.state) !== 'failed') return undefined;
  const errors = pipeline.errors.join('; ');
  const hint = hintForError(errors);
  const words = [pipeline.state, ...(errors === '' ? [] : [oneLine(errors, 200)])];
  return {
    phase: 'failed',
    word: `${words.join(': ')}${hint === undefined ? '' : ` (${hint})`}`,
    ...(workflows.length === 0 ? { mayHaveRun: false } : {}),
  };
}

function active(workflows: readonly Workflow[]): RunState | undefined {
  const phases = new Set(workflows.filter(isActive).map(phaseOf));
  const word = wordOf(workflows);
  if (phases.has('running')) return { phase: 'running', word };
  if (phases.has('unknown')) return { phase: 'unknown', word };
  if (phases.has('waiting')) return { phase: 'waiting', word, hint: HOLD_HINT };
  if (!phases.has('queued')) return undefined;
  return workflows.every((one) => phaseOf(one) === 'queued')
    ? { phase: 'queued', word, hint: QUEUE_HINT }
    : { phase: 'running', word };
}

function ended(pipeline: Pipeline, workflows: readonly Workflow[]): RunState | undefined {
  const word = wordOf(workflows);
  const phases = new Set(workflows.map(phaseOf));
  if (phases.has('failed')) return { phase: 'failed', word };
  if (phases.has('cancelled')) return { phase: 'cancelled', word };
  return pipeline.state === SETTLED && workflows.some(({ setup }) => !setup)
    ? { phase: 'succeeded', word }
    : undefined;
}

/** Nothing is under way, nothing has failed, and no workflow has done the work. */
function withoutWorkflow(
  pipeline: Pipeline,
  phase: Phase,
  workflows: readonly Workflow[],
  idleMs: number,
): RunState {
  if (idleMs >= NO_WORKFLOW_MS) {
    return {
      phase: 'failed',
      word:
        workflows.length === 0
          ? `${pipeline.state}, and no workflow matched (a workflow needs when: << pipeline.parameters.rollback >>, and filters that let the branch or tag through)`
          : `${pipeline.state}, and no workflow followed its setup workflow`,
    };
  }
  const word = oneLine(pipeline.state, 40);
  if (phase === 'unknown') return { phase, word };
  return workflows.length > 0
    ? { phase: 'running', word: `${word}, after its setup workflow` }
    : { phase: 'queued', word: `${word}, without a workflow so far` };
}

function phaseOf({ status }: Workflow): Phase {
  return own(workflowStatuses, status) ?? 'unknown';
}

/** The system's own word; with several workflows, the word of each. */
function wordOf(workflows: readonly Workflow[]): string {
  const words = workflows.map(({ name, status }) => {
    const why = own(explanations, status);
    const word = `${status}${why === undefined ? '' : ` (${why})`}`;
    return workflows.length === 1 ? word : `${name}: ${word}`;
  });
  return oneLine(words.join(', '), 200);
}
