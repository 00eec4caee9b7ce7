import type { InputId } from '../../inputs/table.js';
import type { Platform, Template, Way } from './ways.js';

/** What init asks, answered. */
export interface Answers {
  /** The id of the CI system. */
  readonly system: string;
  readonly way: Way;
  /** What stands in `rollgate.yml`: the text of each input. */
  readonly texts: ReadonlyMap<InputId, string>;
  /** The Docker engine, as `DOCKER_HOST` has it; without it that of the machine of the jobs. */
  readonly dockerHost?: string | undefined;
  /** What chooses the machine of the jobs, where that has to be the one of the engine. */
  readonly runner?: string | undefined;
}

/** What the files are written by. */
export interface InitOptions extends Answers {
  /** The branch that is deployed. */
  readonly branch: string;
  readonly platform: Platform;
  /** The rollback pipeline; where the chain has no `ci` there is none. */
  readonly template: Template | undefined;
}

/** One file to write. */
export interface PlannedFile {
  /** From the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  /** What it is, for people. */
  readonly what: string;
  /**
   * The system reads this one file and no other. One that is there is the user's pipeline: it is never touched, and these
   * lines say what to add.
   */
  readonly otherwise?: readonly string[];
}

/** What is written for one system, and what is left for a person to do. */
export interface SystemPlan {
  readonly files: readonly PlannedFile[];
  /** Where the user's deploy belongs in the pipeline that is written. */
  readonly deploy?: string;
  readonly next: readonly string[];
  /** The lines to run, in this order, where no pipeline is written; `program` is how Rollgate is called. */
  readonly lines?: (program: string) => readonly string[];
}

/** The rollback pipeline of one system, and what is left to do for it. */
export interface RollbackPlan {
  /** None where it stands in the pipeline of the deploy. */
  readonly file?: PlannedFile;
  readonly next: readonly string[];
  /** With these variables `preflight` can call the system from here. */
  readonly variables: readonly string[];
  /** What the configuration needs besides the answers. */
  readonly inputs?: readonly (readonly [InputId, string])[];
}

/** How a CI system calls what chooses the machine that a job runs on. */
export interface RunnerWord {
  /** For people, such as `label`. */
  readonly noun: string;
  /** What every runner of one's own has there without anybody having named it. */
  readonly usual?: string;
  /** What is written where nobody said: it cannot be the name of one. */
  readonly placeholder: string;
}

/** What init knows of one CI system. */
export interface InitSystem {
  /** As in the table of CI systems, or `none`. */
  readonly id: string;
  /** What a person answers for it; by default its id. */
  readonly word?: string;
  /** Where it looks for its pipeline. */
  readonly pipelines: readonly string[];
  /** The hosts that repositories for it come from; CircleCI and Jenkins have none. */
  readonly servers?: RegExp;
  /** How its runners are chosen; without it no pipeline is written. */
  readonly runner?: RunnerWord;
  /** The files around the deploy, and what is left to do there. */
  readonly plan: (options: InitOptions) => SystemPlan;
  /** What comes on top where the chain has `ci`. Without it the system runs no rollback pipeline. */
  readonly rollback?: (template: Template, options: InitOptions) => RollbackPlan;
}
