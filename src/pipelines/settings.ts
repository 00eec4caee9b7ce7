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
export function mergeErrors(problems: readonly Refusal[]): Refusal {
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

/** A branch or a tag by its short name; `either`: the name alone was given. */
export interface RefName {
  readonly kind: 'branch' | 'tag' | 'either';
  readonly name: string;
}

/**
 * What `rollback-ref` names. No CI system starts anything on a bare commit.
 *
 * @param system by its name.
 */
export function readRef(text: string, system: string, fix: string): Named<RefName> {
  if (/^[0-9a-f]{40}$|^[0-9a-f]{64}$/i.test(text)) {
    return problem(`rollback-ref is a commit (${text}); ${system} starts nothing on one`, fix);
  }
  const [, kind, full] = /^refs\/(heads|tags)\/(.+)$/s.exec(text) ?? [];
  if (full !== undefined) return { ok: { kind: kind === 'tags' ? 'tag' : 'branch', name: full } };
  return text === '' || text.startsWith('refs/')
    ? problem(`rollback-ref is "${text}", which is neither a branch nor a tag`, fix)
    : { ok: { kind: 'either', name: text } };
}

/** What is wrong with a token, if no header can carry it. The token itself is in no message. */
export function tokenProblem(input: string, token: string): Refusal | undefined {
  return /^[\x21-\x7e]+$/.test(token)
    ? undefined
    : {
        message: `${input} holds a blank, a line break or another character that no token has`,
        fix: 'store the token again, without anything before or after it',
      };
}

/** A token that a header can carry. @param missing what is said when there is none. */
export function readToken(
  text: string | undefined,
  input: string,
  missing: Refusal,
): Named<string> {
  if (text === undefined || text === '') return { problem: missing };
  const wrong = tokenProblem(input, text);
  return wrong === undefined ? { ok: text } : { problem: wrong };
}
