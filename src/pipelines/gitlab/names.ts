import { readRef } from '../names.js';
import { problem } from '../refusal.js';
import type { Named } from '../refusal.js';

/** A project by number or by full path. A path that was copied from an address is taken without what is around it. */
export function parseProject(text: string | undefined): Named<string> {
  const name = (text ?? '').replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  if (/^\d+$/.test(name) || /^[\w.-]+(\/[\w.-]+)+$/.test(name)) return { ok: name };
  return problem(
    name === '' ? 'there is no project to call' : `gitlab-project is "${name}"`,
    'give gitlab-project as the number or the full path of the project, e.g. 42 or group/shop',
  );
}

/** A branch or a tag by its short name: GitLab creates pipelines on nothing else (API documentation, `ref`). */
export function parseRef(text: string): Named<string> {
  const fix = 'set rollback-ref to a branch or a tag; without it the default branch is used';
  if (text.startsWith('refs/merge-requests/')) {
    return problem(
      `rollback-ref is "${text}"; GitLab starts no rollback on the ref of a merge request`,
      fix,
    );
  }
  const ref = readRef(text, 'GitLab', fix);
  return 'problem' in ref ? ref : { ok: ref.ok.name };
}

/** Root of a server without a slash at its end; the root of its API is taken for it. */
export function parseUrl(text: string): Named<string> {
  if (!URL.canParse(text)) {
    return problem(
      'gitlab-url is not a URL',
      'use https://gitlab.com, or the root of your server with its path, if it has one',
    );
  }
  return { ok: text.replace(/\/+$/, '').replace(/\/api\/v4$/, '') };
}
