import type { PipelineClient, RunJob, StartedRun } from '../../contract/pipeline.js';
import { lastingSignal } from '../../support/abort.js';
import type { Clock } from '../../support/clock.js';
import { messageOf } from '../../support/errors.js';
import { isPermanent, waitAskedBy } from '../../support/retry.js';
import { oneLine } from '../../support/text.js';

/** Whether the jobs of a run that ended well prove that it did its work. */
export type JobsProof =
  { readonly proven: true } | { readonly proven: false; readonly why: string };

const NAMES_SHOWN = 200;

/**
 * A CI system calls a run a success when nothing in it failed: also when the job that rolls back was skipped, waits for a person, or
 * failed and was declared not to matter. So at least one job must have run to success, and none may have done less.
 *
 * @param counting names of the jobs that count (`rollback-job`): each must be there and succeed, others do not matter. Empty: all.
 */
export function proofIn(jobs: readonly RunJob[], counting: readonly string[]): JobsProof {
  const missing = counting.find((name) => !jobs.some((job) => isCalled(job, name)));
  if (missing !== undefined) {
    const names = jobs.map(({ name }) => name).join(', ');
    return no(
      `it has no job "${missing}", which rollback-job names; it has: ${oneLine(names === '' ? 'none' : names, NAMES_SHOWN)}`,
    );
  }
  const relevant =
    counting.length === 0
      ? jobs
      : jobs.filter((job) => counting.some((name) => isCalled(job, name)));
  // What failed says more than what was skipped because of it.
  const [short] = relevant
    .filter(({ phase }) => phase !== 'succeeded')
    .sort((a, b) => severity.indexOf(a.phase) - severity.indexOf(b.phase));
  if (short !== undefined) {
    const others = relevant.filter(({ phase }) => phase === 'succeeded').length;
    const advice =
      counting.length === 0 && others > 0
        ? '; if it is not part of the rollback, name the jobs that are in rollback-job'
        : '';
    return no(`${inWords(short)}${advice}`);
  }
  return relevant.length === 0 ? no('none of its jobs ran') : { proven: true };
}

const severity: readonly RunJob['phase'][] = [
  'failed',
  'cancelled',
  'waiting',
  'skipped',
  'running',
  'unknown',
];

function no(why: string): JobsProof {
  return { proven: false, why };
}

/** By its whole name, by the name before the values of a matrix (`deploy (eu, 1)`), or by what else the client knows. */
function isCalled({ name, aliases = [] }: RunJob, wanted: string): boolean {
  return name === wanted || name.split(' (', 1)[0] === wanted || aliases.includes(wanted);
}

function inWords({ name, url, phase, word }: RunJob): string {
  const link = url === undefined ? '' : ` (${url})`;
  const job = `its job "${name}"${link}`;
  switch (phase) {
    case 'skipped':
      return `${job} was skipped`;
    case 'waiting':
      return `${job} waits for a person to start or approve it`;
    case 'failed':
      return `${job} failed ("${word}")`;
    case 'cancelled':
      return `${job} was cancelled`;
    case 'running':
      return `${job} is not done ("${word}")`;
    case 'succeeded':
    case 'unknown':
      return `what became of ${job} is not known ("${word}")`;
  }
}

/** Lists may be behind the run: so often, and so far apart, they are read while they show a job that is not done, or cannot be read. */
const READS = 4;
const READ_AGAIN_MS = 3000;
/** The run has ended: what it proves is wanted soon, whatever the server asks for. */
const LONGEST_WAIT_MS = 30_000;
/** For reading them after the time is over. */
const GRACE_MS = 4000;

/**
 * Reads the jobs of a run that ended well, and says what they prove. A client without jobs has nothing but its word. Never rejects.
 */
export async function proofOf(
  client: PipelineClient,
  run: StartedRun,
  counting: readonly string[],
  within: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<JobsProof> {
  if (client.jobs === undefined) return { proven: true };
  const { clock } = within;
  // A run may end with success while it is given up, when the time is over.
  const { signal, clear } = lastingSignal(within.signal, clock, GRACE_MS);
  try {
    return await readProof(client.jobs.bind(client), run, counting, { clock, signal });
  } finally {
    clear();
  }
}

async function readProof(
  read: NonNullable<PipelineClient['jobs']>,
  run: StartedRun,
  counting: readonly string[],
  { clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<JobsProof> {
  for (let reads = 1; ; reads++) {
    let proof: JobsProof;
    let wait = READ_AGAIN_MS;
    let isFinal: boolean;
    try {
      const jobs = await read(run, signal);
      proof = proofIn(jobs, counting);
      isFinal = proof.proven || (jobs.length > 0 && jobs.every(({ phase }) => phase !== 'running'));
    } catch (error) {
      proof = no(`its jobs could not be read: ${oneLine(messageOf(error))}`);
      isFinal = signal.aborted || isPermanent(error);
      wait = Math.max(wait, Math.min(waitAskedBy(error) ?? 0, LONGEST_WAIT_MS));
    }
    if (isFinal || reads >= READS) return proof;
    try {
      await clock.sleep(wait, signal);
    } catch {
      return proof;
    }
  }
}
