/** A problem with what the user gave us, and what to do about it. */
export interface Refusal {
  readonly message: string;
  readonly fix: string;
}

/** What a text means, or why it means nothing. */
export type Named<T> = { readonly ok: T } | { readonly problem: Refusal };

export function problem(message: string, fix: string): { readonly problem: Refusal } {
  return { problem: { message, fix } };
}

/** Several problems as one. */
export function joined(problems: readonly Refusal[]): Refusal {
  return {
    message: problems.map(({ message }) => message).join('; '),
    fix: problems.map(({ fix }) => fix).join('; '),
  };
}

/** Names in `rollback-parameters` that are ours to set. */
export function takenNames(
  parameters: Readonly<Record<string, string>>,
  isTaken: (name: string) => boolean,
): readonly Refusal[] {
  return Object.keys(parameters)
    .filter(isTaken)
    .map((name) => ({
      message: `rollback-parameters sets "${name}"`,
      fix: 'take it out: Rollgate sets it itself',
    }));
}
