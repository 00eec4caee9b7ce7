import { bad, good, type Problem, type Result } from '../contract/result.js';

/** Several problems as one. */
export function mergeErrors(problems: readonly Problem[]): Problem {
  const fixes = problems.flatMap(({ fix }) => fix ?? []);
  return {
    message: problems.map(({ message }) => message).join('; '),
    ...(fixes.length === 0 ? {} : { fix: fixes.join('; ') }),
  };
}

/** The values of several readings, or the problem of the first that has one. */
export function combine<T extends object>(parts: {
  readonly [K in keyof T]: Result<T[K]>;
}): Result<T> {
  const values: Partial<T> = {};
  for (const key of Object.keys(parts) as (keyof T)[]) {
    const part = parts[key];
    if (!part.ok) return part;
    values[key] = part.value;
  }
  return good(values as T);
}

/** Names in `rollback-parameters` that are ours to set. */
export function takenNames(
  parameters: Readonly<Record<string, string>>,
  isTaken: (name: string) => boolean,
): readonly Problem[] {
  return Object.keys(parameters)
    .filter(isTaken)
    .map((name) => ({
      message: `rollback-parameters sets "${name}"`,
      fix: 'take it out: Rollgate sets it itself',
    }));
}

/** A branch or a tag by its short name; `either`: the name alone was given. */
interface RefName {
  readonly kind: 'branch' | 'tag' | 'either';
  readonly name: string;
}

/**
 * What `rollback-ref` names. No CI system starts anything on a bare commit.
 *
 * @param system by its name.
 */
export function readRef(text: string, system: string, fix: string): Result<RefName> {
  if (/^[0-9a-f]{40}$|^[0-9a-f]{64}$/i.test(text)) {
    return bad(`rollback-ref is a commit (${text}); ${system} starts nothing on one`, fix);
  }
  const [, kind, full] = /^refs\/(heads|tags)\/(.+)$/s.exec(text) ?? [];
  if (full !== undefined) return good({ kind: kind === 'tags' ? 'tag' : 'branch', name: full });
  return text === '' || text.startsWith('refs/')
    ? bad(`rollback-ref is "${text}", which is neither a branch nor a tag`, fix)
    : good({ kind: 'either', name: text });
}

/** What is wrong with a token, if no header can carry it. The token itself is in no message. */
export function tokenProblem(input: string, token: string): Problem | undefined {
  return /^[\x21-\x7e]+$/.test(token)
    ? undefined
    : {
        message: `${input} holds a space, a line break or another character that no token has`,
        fix: 'store the token again, without anything before or after it',
      };
}

/** A token that a header can carry. @param missing what is said when there is none. */
export function readToken(
  text: string | undefined,
  input: string,
  missing: Problem,
): Result<string> {
  if (text === undefined || text === '') return { ok: false, problem: missing };
  const wrong = tokenProblem(input, text);
  return wrong === undefined ? good(text) : { ok: false, problem: wrong };
}
