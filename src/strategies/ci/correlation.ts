import { createHash } from 'node:crypto';
import type { StartRequest } from '../../contract/pipeline.js';

/** Who asks for a rollback: the same for a step that is tried again, and for a gate beside it in the same job. */
export interface AttemptIdentity {
  /** Tells the job of this run from all others, of any server. A second attempt of a run is the same run. */
  readonly run: readonly (string | null)[];
  /** Tells one deploy of this run from the next. */
  readonly occasion: string;
}

/** What is to be started, and where. */
interface Rollback extends Pick<StartRequest, 'ref' | 'parameters'> {
  readonly target: string;
  /** The pipeline, by its address. */
  readonly pipeline: string;
}

/** 64 bits: two runs of one pipeline meet by chance once in some billions. */
const DIGITS = 16;

/**
 * The id by which every attempt of this run finds the rollback that another one has started: `rollgate-SCOPE-OCCASION`. The
 * scope is that of run, target, pipeline, ref and parameters; with another occasion it is another rollback of the same.
 */
export function correlationOf(
  { run, occasion }: AttemptIdentity,
  { target, pipeline, ref, parameters }: Rollback,
): Required<Pick<StartRequest, 'correlationId' | 'scope'>> {
  const sent = Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  const scope = `rollgate-${digest([run, target, pipeline, ref ?? null, sent])}-`;
  return { scope, correlationId: `${scope}${digest(occasion)}` };
}

function digest(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, DIGITS);
}
