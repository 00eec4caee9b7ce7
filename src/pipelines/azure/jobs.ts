import type { RunJob, StartedRun } from '../../contract/pipeline.js';
import { fields } from '../../support/json.js';
import { TransientError } from '../../support/retry.js';
import { phaseIn } from '../jobs.js';
import { listIn, soonThere } from '../reading.js';
import { type AzureContext, buildPath } from './context.js';

/**
 * `TaskResult` of a timeline record (MicrosoftDocs/vsts-rest-api-specs, specification/build/7.2; the last two are of stages that
 * somebody has to start).
 */
const results: Readonly<Record<string, RunJob['phase']>> = {
  succeeded: 'succeeded',
  // Something in it failed and was declared not to matter.
  succeededWithIssues: 'failed',
  failed: 'failed',
  canceled: 'cancelled',
  abandoned: 'cancelled',
  skipped: 'skipped',
  manuallyQueued: 'waiting',
  dependentOnManualQueue: 'waiting',
};

/** The levels at which a pipeline is divided, from the outside in. Tasks are steps of jobs. */
const LEVELS = new Set(['Stage', 'Phase', 'Job']);
const DEFAULT_NAME = '__default';

interface Row {
  readonly id: string;
  readonly parent: string;
  readonly type: string;
  readonly name: string;
  readonly identifier: string;
  readonly state: string;
  readonly result: string;
}

/**
 * The jobs of a run by its timeline, which shows the last attempt. A stage or a job of the configuration that was skipped has nothing
 * below it, and stands for itself. @throws as `ApiClient.read` does.
 */
export async function readJobs(
  context: AzureContext,
  run: StartedRun,
  signal: AbortSignal,
): Promise<readonly RunJob[]> {
  const what = `reading the timeline of run ${run.id}`;
  const { status, data } = await soonThere(
    context.api.read(
      what,
      { method: 'GET', area: 'build', path: `${buildPath(run.id)}/timeline` },
      signal,
    ),
  );
  // 204: there is no timeline yet. A run that has ended has one.
  if (status === 204 || data === null) throw new TransientError(`${what}: there is none`);
  const rows = listIn(what, fields(data).records).map(rowOf);
  const byId = new Map(rows.map((row) => [row.id, row]));
  const divided = new Set(
    rows
      .filter(({ type }) => LEVELS.has(type))
      .flatMap((row) => ancestorsOf(row, byId).map(({ id }) => id)),
  );
  return rows
    .filter(({ type, id }) => LEVELS.has(type) && !divided.has(id))
    .map((row) => jobOf(row, ancestorsOf(row, byId), hasOpenCheck(row, rows, byId), run));
}

function rowOf(record: unknown): Row {
  const { id, parentId, type, name, identifier, state, result } = fields(record);
  const text = (value: unknown): string => (typeof value === 'string' ? value : '');
  return {
    id: text(id),
    parent: text(parentId),
    type: text(type),
    name: text(name),
    identifier: text(identifier),
    state: text(state),
    result: text(result),
  };
}

function ancestorsOf({ id, parent }: Row, byId: ReadonlyMap<string, Row>): readonly Row[] {
  const found: Row[] = [];
  const seen = new Set([id]);
  for (let next = byId.get(parent); next !== undefined && !seen.has(next.id);) {
    seen.add(next.id);
    found.push(next);
    next = byId.get(next.parent);
  }
  return found;
}

/** Whether an approval or another check of a stage is open (`Checkpoint`, and `Checkpoint.Approval` below it). */
function hasOpenCheck({ id }: Row, rows: readonly Row[], byId: ReadonlyMap<string, Row>): boolean {
  return rows.some(
    (row) =>
      row.type.startsWith('Checkpoint') &&
      row.state === 'inProgress' &&
      ancestorsOf(row, byId).some((one) => one.id === id),
  );
}

function jobOf(row: Row, above: readonly Row[], isHeld: boolean, run: StartedRun): RunJob {
  const isOver = row.state === 'completed';
  const word = isOver ? row.result || 'no result' : row.state || 'no state';
  const names = above.filter(({ type }) => LEVELS.has(type)).map(({ name }) => name);
  // `stage.job.matrix`, with the names of the configuration where the others are those for people.
  const configured = [row, ...above].flatMap(({ identifier }) => [
    identifier,
    ...identifier.split('.'),
  ]);
  return {
    name: row.name === '' ? 'a job without a name' : row.name,
    aliases: [...new Set([...names, ...configured])].filter(
      (name) => name !== '' && name !== DEFAULT_NAME,
    ),
    ...(row.type === 'Job' && run.url.includes('?') && /^[\da-f-]{36}$/i.test(row.id)
      ? { url: `${run.url}&view=logs&j=${row.id}` }
      : {}),
    phase: isOver ? phaseIn(results, word) : isHeld ? 'waiting' : 'running',
    word,
  };
}
