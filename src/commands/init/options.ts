import type { InputId } from '../../inputs/table.js';

/** How the service is rolled back; with `pipeline` the deploy script of the user's own does it. */
export const ways = ['kubernetes', 'compose', 'pipeline'] as const;
export type Way = (typeof ways)[number];

/** What init asks, answered. */
export interface Answers {
  /** The id of the CI system. */
  readonly system: string;
  readonly way: Way;
  /** What stands in `rollgate.yml`: the text of each input. */
  readonly texts: ReadonlyMap<InputId, string>;
}

/** What the files are written by. */
export interface InitOptions extends Answers {
  /** The branch that is deployed. */
  readonly branch: string;
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
  readonly next: readonly string[];
  /** With these variables `preflight` can call the system from here. */
  readonly variables: readonly string[];
}

/** What init knows of one CI system. */
export interface InitSystem {
  /** As in the table of CI systems. */
  readonly id: string;
  /** Where it looks for its pipeline. */
  readonly pipelines: readonly string[];
  /** The hosts that repositories for it come from; CircleCI and Jenkins have none. */
  readonly servers?: RegExp;
  /** What the configuration needs besides the answers. */
  readonly inputs?: (options: InitOptions) => readonly (readonly [InputId, string])[];
  /** The files, and what is left to do there. */
  readonly plan: (options: InitOptions) => SystemPlan;
}

/** What the way `pipeline` needs in every system. */
export const scripts =
  'Write scripts/current-version.sh, which prints the version that runs, and have scripts/deploy.sh deploy the version that it is given: the rollback calls it with the one before.';
