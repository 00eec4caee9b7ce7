/** What a preflight found out about one check or one strategy. */
export interface Finding {
  /** `error`: it would not work. `warning`: it may not work. `notice`: good to know. */
  readonly level: 'error' | 'warning' | 'notice';
  /** The check or strategy it speaks of, by id. */
  readonly subject: string;
  /** What is the matter, to what. */
  readonly message: string;
  /** What to change, when that is known. */
  readonly fix?: string;
}
