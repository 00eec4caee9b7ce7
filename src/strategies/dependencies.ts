import type { PipelineClient } from '../contract/pipeline.js';
import type { Result } from '../contract/result.js';
import type { Clock } from '../support/clock.js';
import type { Exec } from '../support/exec.js';
import type { TemporaryFolders } from '../support/files.js';
import type { AttemptIdentity } from './ci/correlation.js';
import type { OwnRollbacks } from './own-rollbacks.js';

/** Which run this is. A second attempt of a run is the same run. */
export interface RunIdentity {
  readonly system: string;
  readonly runId: string | null;
  /** The snapshot that it judges by: without an id it is the same run as long as that is the same. */
  readonly snapshot?: string | undefined;
  readonly url: string | null;
}

/**
 * What strategies are made from.
 *
 * @typeParam S the inputs that the strategy reads, by their ids
 */
export interface StrategyDependencies<S> {
  readonly settings: S;
  /** The client of the CI system that the `ci` strategy calls, or why there is none. */
  readonly openPipelineClient: () => Promise<Result<PipelineClient>>;
  /** For the API of a Git server. */
  readonly fetch: () => typeof globalThis.fetch;
  /** The run that we are part of, as marks on what it rolls back name it. */
  readonly run: RunIdentity;
  /** What another attempt of this run knows the rollback by; `undefined`: the run has no id. */
  readonly attempt: AttemptIdentity | undefined;
  /** Of all targets of this run. */
  readonly rollbacks: OwnRollbacks;
  /** What this strategy's `snapshot` recorded before the deploy of this run, as it came from the file; `undefined`: nothing. */
  readonly recorded: unknown;
  /** This run is a rollback run itself: its pipeline must not start another. */
  readonly isRollbackRun: boolean;
  /** For tools. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** For a command line of the user's. */
  readonly commandEnv: Readonly<Record<string, string | undefined>>;
  /** As `process.platform`. */
  readonly platform: string;
  readonly exec: Exec;
  readonly folders: TemporaryFolders;
  /** Takes secrets out. For text that is to be cut short: afterwards half a secret would not be recognised. */
  readonly redact: (text: string) => string;
  readonly clock: Clock;
  /** Aborted with `Cancelled` when we must leave; for what is called while the strategy is made. */
  readonly signal: AbortSignal;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}
