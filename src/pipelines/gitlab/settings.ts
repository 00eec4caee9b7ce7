import { type Named, problem, readRef, type Refusal, tokenProblem } from '../settings.js';

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

/** Which token starts the pipeline. What it may do besides that differs. */
export type Credentials =
  /** Personal, project or group access token. */
  | { readonly kind: 'access'; readonly token: string }
  /** Trigger token: starts, and nothing else. The token of the job, if there is one, reads. */
  | { readonly kind: 'trigger'; readonly token: string; readonly jobToken: string | undefined }
  /** Token of the running job. */
  | { readonly kind: 'job'; readonly token: string };

export interface Tokens {
  readonly access: string | undefined;
  readonly trigger: string | undefined;
  readonly job: string | undefined;
}

/** The sources under which GitLab lists what these tokens start (lib/api/ci/pipelines.rb, triggers.rb). */
export const sourceOf = {
  access: 'api',
  trigger: 'trigger',
  job: 'pipeline',
} as const satisfies Record<Credentials['kind'], string>;

/** The tokens in words. */
export const wordFor = {
  access: 'an access token',
  trigger: 'a trigger token',
  job: 'the token of a job',
} as const satisfies Record<Credentials['kind'], string>;

/** GitLab's own prefixes (documentation, "Token overview"); a server may use others, so that only the wrong ones tell. */
const prefixes: Readonly<Record<string, string>> = {
  'glptt-': 'gitlab-trigger-token',
  'glcbt-': 'gitlab-job-token',
  'glpat-': 'gitlab-token',
};

/**
 * The best token that there is: an access token can follow and cancel, a trigger token survives the cancelling of our own
 * pipeline, the token of the job is always there.
 */
export function chooseCredentials({ access, trigger, job }: Tokens): Named<Credentials> {
  const given = [
    ['gitlab-token', access],
    ['gitlab-trigger-token', trigger],
    ['gitlab-job-token', job],
  ] as const;
  for (const [input, token] of given) {
    if (token === undefined || token === '') continue;
    const wrong = tokenProblem(input, token) ?? misplaced(input, token);
    if (wrong !== undefined) return { problem: wrong };
    switch (input) {
      case 'gitlab-token':
        return { ok: { kind: 'access', token } };
      case 'gitlab-trigger-token':
        return { ok: { kind: 'trigger', token, jobToken: job === '' ? undefined : job } };
      case 'gitlab-job-token':
        return { ok: { kind: 'job', token } };
    }
  }
  return problem(
    'there is no token for GitLab',
    'set gitlab-token (scope api), or gitlab-trigger-token; a protected variable is there only in pipelines of protected branches and tags',
  );
}

function misplaced(input: string, token: string): Refusal | undefined {
  const [prefix, belongs] =
    Object.entries(prefixes).find(([start]) => token.startsWith(start)) ?? [];
  return prefix === undefined || belongs === undefined || belongs === input
    ? undefined
    : {
        message: `${input} holds a token that begins with ${prefix}`,
        fix: `that kind of token belongs into ${belongs}`,
      };
}
