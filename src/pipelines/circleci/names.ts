import { readRef, readToken } from '../names.js';
import { problem } from '../refusal.js';
import type { Named } from '../refusal.js';

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
    : problem(
        `circleci-project is "${text}", which is no project slug`,
        'give it as gh/org/repo, bb/org/repo or circleci/<organization>/<project>; the Overview page of the project settings shows it',
      );
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
  const ref = readRef(text, 'CircleCI', fix);
  if ('problem' in ref) return ref;
  const { kind, name } = ref.ok;
  return { ok: kind === 'tag' ? { tag: name } : { branch: name } };
}

export function parseToken(text: string | undefined): Named<string> {
  return readToken(text, 'circleci-token', {
    message: 'there is no token for CircleCI',
    fix: 'set circleci-token, or CIRCLE_TOKEN, to a personal API token',
  });
}

/** The root of CircleCI without a slash at its end. The address of the API itself is understood, too. */
export function parseRoot(text: string): Named<string> {
  if (!URL.canParse(text)) {
    return problem(
      'circleci-url is not a URL',
      'use https://circleci.com, or the address of your CircleCI Server',
    );
  }
  const { origin, pathname } = new URL(text);
  return { ok: `${origin}${pathname.replace(/(\/api(\/v2)?)?\/*$/, '')}` };
}
