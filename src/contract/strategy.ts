import type { Finding } from './result.js';

export const strategyIds = [
  'git',
  'kubernetes',
  'helm',
  'compose',
  'ecs',
  'lambda',
  'ci',
  'scale-down',
  'command',
] as const;
export type StrategyId = (typeof strategyIds)[number];

/** What is to be rolled back, and why. The same for every strategy of one chain. */
export interface RollbackRequest extends RecordedVersion {
  /** Name of the target. */
  readonly target: string;
  /** Verdict that led here: `unhealthy`, `inconclusive`, or `requested` for the `rollback` command. */
  readonly verdict: string;
  /** One sentence with numbers. */
  readonly reason: string;
  /** Unique for this rollback; lets us find again what we started. Letters, digits and `-`. */
  readonly correlationId: string;
}

/** A version that was recorded before the deploy. */
export interface RecordedVersion {
  readonly revision?: string;
  readonly image?: string;
}

/** What a strategy would do. */
export interface Plan {
  readonly kind: 'plan';
  /** The exact steps in words, one a line, without secrets; a dry run prints these. */
  readonly steps: readonly string[];
  readonly from?: Readonly<Record<string, unknown>>;
  readonly to?: Readonly<Record<string, unknown>>;
  /** The workloads it changes, by a name that all strategies use for them: `deployment/api`. */
  readonly touches?: readonly string[];
}

/** There is nothing that this strategy can do here. */
export interface Skip {
  readonly kind: 'skip';
  readonly reason: string;
  /** What to change, when that is known. */
  readonly fix?: string | undefined;
  /** It cannot see what it works on, so that it could not record it either. */
  readonly isBlind?: true;
}

/** The strategy is missing something that it needs. */
export interface CannotAct {
  readonly kind: 'failed';
  readonly reason: string;
}

/** What runs now is not what this run judged: nobody may touch it. */
export interface Withheld {
  readonly kind: 'withheld';
  readonly reason: string;
}

/** The result of a strategy that was executed. */
export interface StrategyResult {
  /**
   * `failed`: refused or failed before anything was changed or started. `triggered`: something was changed or
   * started, the result is not proven. `verified`: changed, and proven as far as the platform can prove it.
   */
  readonly outcome: 'failed' | 'triggered' | 'verified';
  /** One or two sentences: what was done, how it ended, what to do about it. */
  readonly detail: string;
  /** The run or object to look at. */
  readonly url?: string;
  readonly runId?: string;
  /** Of a strategy that changes the source: the commit that it made. */
  readonly revision?: string;
  /**
   * Why the recorded version does not run, whatever the checks say: somebody has to act first, or another one is seen to run. One clause;
   * `detail` tells it, too. With it nothing is verified.
   */
  readonly notBack?: string;
  /** Whether the platform shows the recorded version; `null` where it cannot be seen. */
  readonly versionConfirmed: boolean | null;
}

/** What a strategy may use while it acts. */
export interface StrategyContext {
  readonly request: RollbackRequest;
  /**
   * Aborted with `DeadlineReached` when the time is over (give up in an orderly way, say what is left behind), or
   * with `Cancelled` when we must leave (begin nothing new, leave started runs running).
   */
  readonly signal: AbortSignal;
  /** Milliseconds until `signal` is aborted because the time is over; for programs that take a timeout. */
  timeLeft(): number;
  /** Must be called right before the first call that can change or start something. */
  beforeChange(): void;
  /** One line for the log: progress that a person waiting for it wants to see. */
  progress(line: string): void;
  /**
   * Something to be done last of all, when the report is written: it may end this process. It says in one line what it
   * did.
   */
  lastOfAll(act: (signal: AbortSignal) => Promise<string>): void;
  /** The address of a run that now exists, as soon as it is known: it must be in the report even when we are cut off. */
  started(run: { readonly url?: string; readonly runId?: string }): void;
}

/** What a strategy found when the watch began. */
export interface Captured {
  /** One sentence: this run's own deploy has been rolled back already, and what would be watched is the old version. */
  readonly alreadyRolledBack?: string;
  readonly findings?: readonly Finding[];
}

/** Whether a change of the source is live, and one sentence about it: what was applied, or what is missing. */
export interface SourceApplied {
  readonly isApplied: boolean;
  readonly words: string;
}

/** One way of rolling back. A plan is made by `plan` and understood only by the strategy that made it. */
export interface Strategy<
  P extends Plan = Plan,
  R extends StrategyResult | Withheld = StrategyResult | Withheld,
> {
  readonly kind: 'strategy';
  readonly id: StrategyId;
  /**
   * Proves that `execute` would work; changes nothing.
   * @param isBeforeDeploy the deploy is still to come: what is not there yet may be made by it, and is no error
   */
  preflight(signal: AbortSignal, isBeforeDeploy?: boolean): Promise<readonly Finding[]>;
  /** Looks; changes nothing. `CannotAct`: it would fail before it changed anything. */
  plan(request: RollbackRequest, signal: AbortSignal): Promise<P | Skip | CannotAct | Withheld>;
  /** `Withheld`: nothing was changed, because what runs now was no longer what was planned for. */
  execute(plan: P, context: StrategyContext): Promise<R>;
  /**
   * Waits until the controllers that own the workloads have applied something newer than the snapshot: until then the old version
   * runs. `progress` gets one line about what it waits for. Resolves to the reason why nothing came once the signal is aborted;
   * `undefined`: the watch may begin.
   */
  awaitDeploy?(progress: (line: string) => void, signal: AbortSignal): Promise<string | undefined>;
  /** Records what runs when the watch begins: `assertUnchanged` compares with it. Asked once; changes nothing. */
  capture?(signal: AbortSignal): Promise<Captured>;
  /**
   * Whether what runs now is still what this run judged. Asked before every strategy of the chain, not only before this one.
   * What the strategy itself has changed is no reason to object.
   */
  assertUnchanged?(signal: AbortSignal): Promise<Withheld | undefined>;
  /** What the snapshot says to go back to, in words that other strategies can pass on. */
  recordedVersion?(): RecordedVersion | undefined;
  /** Whether there was nothing before the deploy, by the snapshot: this is the first one. */
  sawNothing?(): boolean;
  /** It changes the source that Argo CD, Flux and the like deploy from. They undo changes that are made anywhere else. */
  readonly changesSource?: boolean;
  /** Which controller would undo a change of this strategy, such as Flux; one sentence. `undefined`: none. */
  revertedBy?(signal: AbortSignal): Promise<string | undefined>;
  /** Which controller will undo, or has undone, what a strategy of the chain changed; one sentence. `undefined`: none. */
  undoneBy?(signal: AbortSignal): Promise<string | undefined>;
  /**
   * After a change of the source: asks the controllers to apply it, and waits until they have or the signal is aborted.
   * `undefined`: no controller owns the workloads.
   * @param revision the commit that was made, where it is known
   */
  sourceApplied?(
    revision: string | undefined,
    signal: AbortSignal,
  ): Promise<SourceApplied | undefined>;
  /**
   * What the platform has taken back by itself since the watch began, as a circuit breaker does: who, and from what; a clause
   * without a full stop. `undefined`: nothing, or it cannot be told. A deploy of which a part went back is not healthy, and nothing
   * is to be started beside that part.
   */
  goneBack?(signal: AbortSignal): Promise<string | undefined>;
  /** Asked after a healthy verdict: keeps what runs now as a state to return to. Says in one line what it kept. */
  pin?(signal: AbortSignal): Promise<string | undefined>;
  /** What runs now, to be returned to later. Plain data for the snapshot file. */
  snapshot?(signal: AbortSignal): Promise<unknown>;
}

/** A strategy of the chain, or why it cannot be used. */
export interface ChainLink {
  readonly id: StrategyId;
  readonly strategy: Strategy | Skip;
}

export type RollbackStatus =
  'not-needed' | 'verified' | 'unverified' | 'still-unhealthy' | 'failed' | 'withheld';

/** A strategy as the report shows it. */
export interface Attempt {
  readonly id: StrategyId;
  readonly outcome: 'skipped' | 'failed' | 'triggered' | 'verified';
  readonly detail: string;
  readonly from: Readonly<Record<string, unknown>>;
  readonly to: Readonly<Record<string, unknown>>;
  readonly url: string | null;
  readonly runId: string | null;
  readonly seconds: number;
}

/** A rollback as the report shows it. */
export interface RollbackReport {
  readonly status: RollbackStatus;
  readonly detail: string;
  readonly seconds: number;
  readonly versionConfirmed: boolean | null;
  readonly healthConfirmed: boolean | null;
  readonly attempts: readonly Attempt[];
}

/** What running the failed checks again, after a strategy, has shown. */
export interface Confirmation {
  /** Every check that had failed has recovered. */
  readonly confirmed: boolean;
  /** `null`: there was nothing to check. */
  readonly healthConfirmed: boolean | null;
  readonly detail: string;
}
