import type { Environment } from '../contract/system.js';

/** What a host may use of the machine. */
export interface HostDeps {
  readonly env: Environment;
  /** Writes to the log, as it is. */
  readonly write: (text: string) => void;
  readonly appendFile: (path: string, text: string) => Promise<void>;
  readonly writeFile: (path: string, text: string) => Promise<void>;
  /** The directory of the report: files that a host hands outputs over by stand beside it. */
  readonly reportDir: string;
  /** Wall clock, milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether a person watches the log on a terminal that shows colour. */
  readonly terminal: boolean;
}
