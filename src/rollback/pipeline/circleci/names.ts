/** A problem with what the user gave us, and what to do about it. */
export interface Refusal {
  readonly message: string;
  readonly fix: string;
}

export type Named<T> = { readonly ok: T } | { readonly problem: Refusal };

/**
 * The three segments of a project slug: `gh/org/repo`, `bitbucket/org/repo`, `circleci/<organization>/<project>`. What
 * stands in them is CircleCI's affair ("treat it as opaque", API developer's guide).
 */
export function parseProject(text: string): Named<string> {
  const slug = text.replace(/^\/+|\/+$/g, '');
  const segments = slug.split('/');
  const isSlug =
    segments.length === 3 &&
    segments.every((part) => /^[^\s:?#]+$/.test(part) && !/^\.+$/.test(part));
  return isSlug
    ? { ok: slug }
    : {
        problem: {
          message: `circleci-project is "${text}", which is no project slug`,
          fix: 'give it as gh/org/repo, bb/org/repo or circleci/<organization>/<project>; the Overview page of the project settings shows it',
        },
      };
}

/** The slug as a part of a path. */
export function encodedSlug(slug: string): string {
  return slug.split('/').map(encodeURIComponent).join('/');
}

/** CircleCI takes a branch or a tag, never both, and tells them apart by the field. */
export type Ref = { readonly branch: string } | { readonly tag: string };

export function parseRef(text: string): Named<Ref> {
  const fix =
    'set rollback-ref to a branch, or to a tag as refs/tags/NAME; without it the default branch is used';
  if (/^[0-9a-f]{40}$|^[0-9a-f]{64}$/i.test(text)) {
    return {
      problem: {
        message: `rollback-ref is a commit (${text}); CircleCI starts no pipeline on one`,
        fix,
      },
    };
  }
  const tag = /^refs\/tags\/(.+)$/.exec(text)?.[1];
  if (tag !== undefined) return { ok: { tag } };
  const branch = text.replace(/^refs\/heads\//, '');
  return branch === '' || branch.startsWith('refs/')
    ? {
        problem: { message: `rollback-ref is "${text}", which is neither a branch nor a tag`, fix },
      }
    : { ok: { branch } };
}

/** A token that a header can carry. The token itself is in no message. */
export function parseToken(text: string | undefined): Named<string> {
  if (text === undefined || text === '') {
    return {
      problem: {
        message: 'there is no token for CircleCI',
        fix: 'set circleci-token, or CIRCLE_TOKEN, to a personal API token',
      },
    };
  }
  return /^[\x21-\x7e]+$/.test(text)
    ? { ok: text }
    : {
        problem: {
          message:
            'circleci-token holds a blank, a line break or another character that no token has',
          fix: 'store the token again, without anything before or after it',
        },
      };
}

/** The root of CircleCI without a slash at its end. The address of the API itself is understood, too. */
export function parseRoot(text: string): Named<string> {
  if (!URL.canParse(text)) {
    return {
      problem: {
        message: 'circleci-url is not a URL',
        fix: 'use https://circleci.com, or the address of your CircleCI Server',
      },
    };
  }
  const { origin, pathname } = new URL(text);
  return { ok: `${origin}${pathname.replace(/(\/api(\/v2)?)?\/*$/, '')}` };
}
