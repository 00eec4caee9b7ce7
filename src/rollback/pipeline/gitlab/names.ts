/** A problem with what the user gave us, and what to do about it. */
export interface Refusal {
  readonly message: string;
  readonly fix: string;
}

export type Named<T> = { readonly ok: T } | { readonly problem: Refusal };

/** A project by number or by full path. A path that was copied from an address is taken without what is around it. */
export function parseProject(text: string | undefined): Named<string> {
  const name = (text ?? '').replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  if (/^\d+$/.test(name) || /^[\w.-]+(\/[\w.-]+)+$/.test(name)) return { ok: name };
  return {
    problem: {
      message: name === '' ? 'there is no project to call' : `gitlab-project is "${name}"`,
      fix: 'give gitlab-project as the number or the full path of the project, e.g. 42 or group/shop',
    },
  };
}

/** A branch or a tag by its short name: GitLab creates pipelines on nothing else (API documentation, `ref`). */
export function parseRef(text: string): Named<string> {
  const fix = 'set rollback-ref to a branch or a tag; without it the default branch is used';
  if (/^[0-9a-f]{40}$|^[0-9a-f]{64}$/i.test(text)) {
    return {
      problem: {
        message: `rollback-ref is a commit (${text}); GitLab starts no pipeline on one`,
        fix,
      },
    };
  }
  if (text.startsWith('refs/merge-requests/')) {
    return {
      problem: {
        message: `rollback-ref is "${text}"; GitLab starts no rollback on the ref of a merge request`,
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

/** Root of a server without a slash at its end; the root of its API is taken for it. */
export function parseUrl(text: string): Named<string> {
  if (!URL.canParse(text)) {
    return {
      problem: {
        message: 'gitlab-url is not a URL',
        fix: 'use https://gitlab.com, or the root of your server with its path, if it has one',
      },
    };
  }
  return { ok: text.replace(/\/+$/, '').replace(/\/api\/v4$/, '') };
}
