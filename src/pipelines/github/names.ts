import { readRef, readToken } from '../names.js';
import { problem } from '../refusal.js';
import type { Named } from '../refusal.js';

/** `owner/name`. */
export function parseRepository(text: string): Named<{ owner: string; repo: string }> {
  if (text === '')
    return problem(
      'there is no repository to call',
      'give github-repository as owner/name; a job of GitHub Actions knows its own',
    );
  const match = /^([\w.-]+)\/([\w.-]+)$/.exec(text);
  return match?.[1] !== undefined && match[2] !== undefined
    ? { ok: { owner: match[1], repo: match[2] } }
    : problem(`github-repository is "${text}"`, 'give it as owner/name');
}

/**
 * A workflow by file name, by `.github/workflows/` path or by number. Only digits are a number: `2nd-deploy.yml` is a name
 * (Codex-/return-dispatch reads it as 2).
 */
export function parseWorkflow(text: string): Named<string> {
  const name = text.replace(/^(\.\/)?\.github\/workflows\//, '');
  return /^\d+$/.test(name) || /^[^/\\]+\.ya?ml$/i.test(name)
    ? { ok: name }
    : problem(
        `github-workflow is "${text}"`,
        'give the name of the file in .github/workflows, e.g. rollback.yml, or the number of the workflow',
      );
}

/** A branch or a tag by its short name. `workflow_dispatch` runs on nothing else (REST documentation, `ref`). */
export function parseRef(text: string): Named<string> {
  const fix = 'set rollback-ref to a branch or a tag; without it the default branch is used';
  const ref = readRef(text, 'GitHub', fix);
  return 'problem' in ref ? ref : { ok: ref.ok.name };
}

export function parseToken(text: string | undefined): Named<string> {
  return readToken(text, 'github-token', {
    message: 'there is no token for GitHub',
    fix: 'set github-token; in a workflow give the job permissions: actions: write',
  });
}
