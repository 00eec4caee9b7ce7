import type { Environment } from './types.js';

/** What a host may use of the machine. */
export interface HostDeps {
  readonly env: Environment;
  /** Writes to the log, as it is. */
  readonly write: (text: string) => void;
  readonly appendFile: (path: string, text: string) => Promise<void>;
  /** Whether a person watches the log on a terminal that shows colour. */
  readonly terminal: boolean;
}
