import type { Finding, Problem } from './result.js';

/** The rollback run to start. */
export interface StartRequest {
  /** Branch or tag; `undefined`: the repository's default branch. */
  readonly ref: string | undefined;
  /** The marker and everything that is sent along where the pipeline declares it. */
  readonly optional: Readonly<Record<string, string>>;
  /** What the user wants sent, declared or not (`rollback-parameters`). */
  readonly parameters: Readonly<Record<string, string>>;
  /** Sent where it is declared; finds the run again when its id is unknown. */
  readonly correlationId: string;
  /**
   * What the ids of all attempts of this run begin with, that ask for this rollback. Absent: there is no other attempt.
   */
  readonly scope?: string;
}

/** A run of the CI system that was called. */
export interface StartedRun {
  readonly id: string;
  readonly url: string;
}

export type StartResult =
  /** `joined`: it was not this call that started it. Half a sentence: who did. */
  | { readonly kind: 'started'; readonly run: StartedRun; readonly joined?: string }
  /** Nothing was started, and that is certain. `hint`: what to change. */
  | { readonly kind: 'refused'; readonly reason: string; readonly hint?: string }
  /**
   * It may have been started, and its run is not known for certain. `probable`: the only run it could be; it may
   * be waited for, its success proves nothing.
   */
  | { readonly kind: 'unknown'; readonly reason: string; readonly probable?: StartedRun };

/** The state of a run, in our words. Everything unknown is `unknown`, and never success. */
export type RunState =
  | { readonly phase: 'queued'; readonly word: string; readonly hint?: string }
  | { readonly phase: 'running'; readonly word: string }
  /** Waits for a person: an approval, a manual job. */
  | { readonly phase: 'waiting'; readonly word: string; readonly hint?: string }
  | { readonly phase: 'succeeded'; readonly word: string }
  /**
   * `mayHaveRun`: `false` when the system shows that none of its jobs had begun; absent where the client cannot look.
   */
  | { readonly phase: 'cancelled'; readonly word: string; readonly mayHaveRun?: boolean }
  /** `mayHaveRun`: `false` when it is certain that nothing of it ran, as for one whose configuration is refused. */
  | { readonly phase: 'failed'; readonly word: string; readonly mayHaveRun?: boolean }
  | { readonly phase: 'unknown'; readonly word: string };

/**
 * A job of a run that has ended, in our words. `waiting`: for a person. `running`: not at its end, whether it has begun or not.
 * Everything that we do not know is `unknown`, and never success.
 */
export interface RunJob {
  /** As the CI system shows it. */
  readonly name: string;
  /** What else users may call it: its name in the configuration without the values of a matrix, the job or stage that it is part of. */
  readonly aliases?: readonly string[];
  /** For people; absent: the address of the run. */
  readonly url?: string;
  readonly phase:
    'succeeded' | 'skipped' | 'waiting' | 'running' | 'failed' | 'cancelled' | 'unknown';
  /** The system's own word. */
  readonly word: string;
}

/** The CI system that the `ci` strategy calls. */
export interface PipelineClient {
  /** `github`, `gitlab`, ... */
  readonly id: string;
  /** For people: `GitHub`, `GitLab`, ... */
  readonly name: string;
  /** What is missing before it can do anything; absent: nothing. */
  readonly lacks?: Problem;
  /** The pipeline that it starts, by its address in the API. */
  readonly address: string;
  preflight(request: StartRequest, signal: AbortSignal): Promise<readonly Finding[]>;
  /** The exact request in words, without secrets. */
  describe(request: StartRequest, signal: AbortSignal): Promise<readonly string[]>;
  /**
   * Starts one run, and never a second one: what another attempt of this run has started is joined where it can be seen.
   * `beforeSend` is called right before the call that starts it. Rejects only when nothing was sent.
   */
  start(request: StartRequest, signal: AbortSignal, beforeSend: () => void): Promise<StartResult>;
  /** Reads only. Rejects with an error whose `transient` is `false` when asking again is of no use, else with any other. */
  state(run: StartedRun, signal: AbortSignal): Promise<RunState>;
  /**
   * Every job of a run that has ended well, those that did not run too. Reads only. Rejects when they cannot all be read. Absent: the
   * system shows none, and its word for the run is all there is.
   */
  jobs?(run: StartedRun, signal: AbortSignal): Promise<readonly RunJob[]>;
  /** Asks for the end of the run; whether it ended is for `state` to say. */
  cancel(run: StartedRun, signal: AbortSignal): Promise<void>;
  /**
   * Why the run that was just started must not go on: it would deploy instead of rolling back. `undefined`: nothing
   * speaks against it, or it cannot be seen. Reads only.
   */
  objection?(run: StartedRun, signal: AbortSignal): Promise<string | undefined>;
  /**
   * Ends what is left of the pipeline that we are part of, so that it does not deploy on. Called once, last of all, when
   * the report is written: it may end this process. Says in one line what it did. Absent: there is nothing to end.
   */
  endOwnPipeline?(signal: AbortSignal): Promise<string>;
}
