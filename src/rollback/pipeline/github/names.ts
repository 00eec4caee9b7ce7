/** A problem with what the user gave us, and what to do about it. */
export interface Refusal {
  readonly message: string;
  readonly fix: string;
}

export type Named<T> = { readonly ok: T } | { readonly problem: Refusal };

/** `owner/name`. */
export function parseRepository(text: string): Named<{ owner: string; repo: string }> {
  const match = /^([\w.-]+)\/([\w.-]+)$/.exec(text);
  return match?.[1] !== undefined && match[2] !== undefined
    ? { ok: { owner: match[1], repo: match[2] } }
    : {
        problem: {
          message: `github-repository is "${text}"`,
          fix: 'give it as owner/name',
        },
      };
}

/**
 * A workflow by file name, by `.github/workflows/` path or by number. Only digits are a number: `2nd-deploy.yml` is a name
 * (Codex-/return-dispatch reads it as 2).
 */
export function parseWorkflow(text: string): Named<string> {
  const name = text.replace(/^(\.\/)?\.github\/workflows\//, '');
  return /^\d+$/.test(name) || /^[^/\\]+\.ya?ml$/i.test(name)
    ? { ok: name }
    : {
        problem: {
          message: `github-workflow is "${text}"`,
          fix: 'give the name of the file in .github/workflows, e.g. rollback.yml, or the number of the workflow',
        },
      };
}

/** A branch or a tag by its short name. `workflow_dispatch` runs on nothing else (REST documentation, `ref`). */
export function parseRef(text: string): Named<string> {
  const fix = 'set rollback-ref to a branch or a tag; without it the default branch is used';
  if (/^[0-9a-f]{40}$|^[0-9a-f]{64}$/i.test(text)) {
    return {
      problem: {
        message: `rollback-ref is a commit (${text}); GitHub starts no workflow on one`,
        fix,
      },
    };
  }
  const short = text.replace(/^refs\/(heads|tags)\//, '');
  return short === '' || short.startsWith('refs/')
    ? {
        problem: { message: `rollback-ref is "${text}", which is neither a branch nor a tag`, fix },
      }
    : { ok: short };
}

/** A token that a header can carry. The token itself is in no message. */
export function parseToken(text: string | undefined): Named<string> {
  if (text === undefined || text === '') {
    return {
      problem: {
        message: 'there is no token for GitHub',
        fix: 'set github-token; in a workflow give the job permissions: actions: write',
      },
    };
  }
  return /^[\x21-\x7e]+$/.test(text)
    ? { ok: text }
    : {
        problem: {
          message:
            'github-token holds a blank, a line break or another character that no token has',
          fix: 'store the token again, without anything before or after it',
        },
      };
}
