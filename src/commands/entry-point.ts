import type { Environment, GithubJob } from '../contract/system.js';
import type { Clock } from '../support/clock.js';
import type { Exec } from '../support/exec.js';
import type { Files } from '../support/files.js';
import type { Resolve } from '../support/http.js';

/** Everything from outside the program, as the entry hands it to a command. Nothing below reads it by itself. */
export interface EntryPoint {
  readonly argv: readonly string[];
  readonly env: Environment;
  /** What is known of the job of GitHub that this is. */
  readonly githubJob: () => Promise<GithubJob>;
  /** As `process.platform`. */
  readonly platform: string;
  /** The name of the machine that we run on. */
  readonly machine: string;
  readonly version: string;
  /** The program and the script that this process runs: what `demo` needs to start its service. */
  readonly self: { readonly node: string; readonly script: string };
  readonly clock: Clock;
  /** Aborted with `Cancelled` by the first SIGINT, SIGTERM or SIGHUP. */
  readonly signal: AbortSignal;
  /** Sets how the message of an unexpected error is cleaned before it is printed. */
  readonly cleanLastWords: (clean: (text: string) => string) => void;
  /** The exit code if the process is cut short from now on. */
  readonly ifCutShort: (code: number) => void;
  /** How names are looked up; by default as the system does. */
  readonly resolve?: Resolve;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
  /** Unique, letters, digits and `-`. */
  readonly uuid: () => string;
  readonly write: (text: string) => void;
  /** Whether `write` goes to a terminal that a person looks at. */
  readonly terminal: boolean;
  /** How wide that terminal is now; `undefined`: it is none, or nobody knows. */
  readonly columns: () => number | undefined;
  readonly files: Files;
  /** Runs the programs that tools and commands are. */
  readonly exec: Exec;
  /**
   * Asks the person at the terminal, and resolves with the line that is typed; with nothing when there will be none (the
   * end of the input, a signal). `undefined`: nobody is there to ask.
   */
  readonly ask: ((question: string) => Promise<string | undefined>) | undefined;
}
