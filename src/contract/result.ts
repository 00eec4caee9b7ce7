/** What is wrong, and what to change. Safe to print; one sentence without a full stop each. */
export interface Problem {
  readonly message: string;
  /** What to change, when that is known. */
  readonly fix?: string;
}

/** A value, or why there is none. The one shape for everything that may fail in a way that a person can mend. */
export type Result<T, P extends Problem = Problem> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly problem: P };

export function good<T>(value: T): { readonly ok: true; readonly value: T } {
  return { ok: true, value };
}

export function bad(
  message: string,
  fix?: string,
): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: fix === undefined ? { message } : { message, fix } };
}

/** What a preflight found out about one check or one strategy. */
export interface Finding extends Problem {
  /** `error`: it would not work. `warning`: it may not work. `notice`: good to know. */
  readonly level: 'error' | 'warning' | 'notice';
  /** The check or strategy it speaks of, by id. */
  readonly subject: string;
}
