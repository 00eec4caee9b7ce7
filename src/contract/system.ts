/** The id of a CI system in systems/registry.ts; `local` where we run in none of them. */
export type SystemId = string;

export type Environment = Readonly<Record<string, string | undefined>>;

/** A pull or merge request. Who runs the pipeline need not be who has the repository. */
export interface Change {
  readonly system: 'github' | 'gitlab' | 'azure' | 'gitea';
  /** Address of its server, for people: `https://github.com`. */
  readonly server: string;
  /** GitHub and Gitea: `owner/name`. GitLab: id or full path. Azure DevOps: `project/repository`, encoded for an address. */
  readonly project: string;
  readonly number: number;
}

/** The part of the `Context` of `@actions/github` that is used: the event, the repository and the run of a job of GitHub. */
export interface GithubContext {
  /** https://docs.github.com/en/webhooks/webhook-events-and-payloads */
  readonly payload: unknown;
  readonly eventName: string | undefined;
  readonly ref: string | undefined;
  /** `NaN` where they are not known. */
  readonly runId: number;
  readonly runAttempt: number;
  readonly serverUrl: string;
  /** @throws Error where it is not known */
  readonly repo: { readonly owner: string; readonly repo: string };
}

/** The job of GitHub that we are in. */
export interface GithubJob {
  readonly context: GithubContext;
  /** Why the payload of the event is not known. */
  readonly eventProblem?: string | undefined;
}

/** What the environment tells of the run that we are part of. */
export interface RunInfo {
  readonly system: SystemId;
  readonly runUrl: string | null;
  readonly runId: string | null;
  readonly attempt: number | null;
  /** Another one whenever our job is tried again, where the system does not count that in `attempt`. */
  readonly attemptId?: string | undefined;
  /**
   * Which job of the run we are, with its place in a matrix: the same in every attempt, and unlike that of every other job as far as
   * the system's variables tell. `null` where they say nothing.
   */
  readonly job: string | null;
  /** When our job began, milliseconds since the epoch, where the system tells. */
  readonly jobStartedAt?: number | undefined;
  /** What people call what this run belongs to: the repository, or the job. */
  readonly project: string | null;
  /** The pull or merge request that this run is for; `null` when it is for none, or does not tell which. */
  readonly change: Change | null;
  /** A run for a pull or merge request: the configuration file may come from a stranger. */
  readonly pullRequest: boolean;
  /**
   * A run for a pull or merge request from a fork, where the system tells: such a run gets no secrets, and no token that
   * may start a pipeline.
   */
  readonly forkPullRequest: boolean;
  /** Whether this is a rollback run by what only this system knows (an input of its event), and where that stood. */
  readonly rollbackMarker: string | null;
  /** Things about the detection that the user should know. */
  readonly notices: readonly string[];
}

/** What people read of a run first. */
export interface Summary {
  readonly markdown: string;
  /** Absolute path of a file with the same text; `null` when there is none. */
  readonly path: string | null;
}

/** How to print, mask and hand things over in the CI system that we run in. Everything given to it is already redacted. */
export interface SystemOutput {
  readonly system: SystemId;
  /** Whether annotations show outside the log; where they do not, they would only repeat the log. */
  readonly annotates: boolean;
  /** A plain line of the log. */
  line(text: string): void;
  /** Lines that fold away under a title where the system can do that. */
  group(title: string, body: readonly string[]): void;
  /** A line that the system shows outside the log too, where it can. */
  annotate(level: 'notice' | 'warning' | 'error', title: string, message: string): void;
  /** Asks the system to hide this text in the log. */
  mask(secret: string): void;
  /** The files that `setOutputs` makes anew: an older one must not be taken for this run's. */
  readonly outputFiles: readonly string[];
  setOutputs(outputs: Readonly<Record<string, string>>): Promise<void>;
  writeSummary(summary: Summary): Promise<void>;
}
