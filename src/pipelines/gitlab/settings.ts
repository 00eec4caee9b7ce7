import { bad, good, type Problem, type Result } from '../../contract/result.js';
import { readRef, tokenProblem } from '../settings.js';

export interface GitlabSettings {
  /** Root of the server, with its path where it has one. */
  readonly 'gitlab-url': string;
  /** Number or full path. */
  readonly 'gitlab-project'?: string | undefined;
  readonly 'gitlab-token'?: string | undefined;
  readonly 'gitlab-trigger-token'?: string | undefined;
  readonly 'gitlab-job-token'?: string | undefined;
  /** The project's default branch as the job knows it; taken when it cannot be asked for. */
  readonly 'gitlab-default-branch'?: string | undefined;
  readonly 'gitlab-cancel': OwnPipeline['cancel'];
  readonly 'gitlab-pipeline'?: number | undefined;
  readonly 'gitlab-job'?: number | undefined;
  /** The jobs that a rollback pipeline may have; none: any. */
  readonly 'gitlab-rollback-jobs'?: readonly string[] | undefined;
  /** Names of the jobs that prove the rollback; none: all of its pipeline. */
  readonly 'rollback-job'?: readonly string[] | undefined;
}

/** The pipeline that we are part of, and what is to become of it after a rollback. */
export interface OwnPipeline {
  /** What is cancelled: all of it, its other jobs, or nothing. */
  readonly cancel: 'pipeline' | 'siblings' | 'none';
  /** `undefined`: we are part of none. */
  readonly pipeline: number | undefined;
  /** The job that we are. */
  readonly job: number | undefined;
}

export function ownPipelineIn(settings: GitlabSettings): OwnPipeline {
  return {
    cancel: settings['gitlab-cancel'],
    pipeline: settings['gitlab-pipeline'],
    job: settings['gitlab-job'],
  };
}

/** A project by number or by full path. A path that was copied from an address is taken without what is around it. */
export function parseProject(text: string | undefined): Result<string> {
  const name = (text ?? '').replace(/^\/+|\/+$/g, '').replace(/\.git$/, '');
  if (/^\d+$/.test(name) || /^[\w.-]+(\/[\w.-]+)+$/.test(name)) return good(name);
  return bad(
    name === '' ? 'there is no project to call' : `gitlab-project is "${name}"`,
    'give gitlab-project as the number or the full path of the project, e.g. 42 or group/shop',
  );
}

/** A branch or a tag by its short name: GitLab creates pipelines on nothing else (API documentation, `ref`). */
export function parseRef(text: string): Result<string> {
  const fix = 'set rollback-ref to a branch or a tag; without it the default branch is used';
  if (text.startsWith('refs/merge-requests/')) {
    return bad(
      `rollback-ref is "${text}"; GitLab starts no rollback on the ref of a merge request`,
      fix,
    );
  }
  const ref = readRef(text, 'GitLab', fix);
  return !ref.ok ? ref : good(ref.value.name);
}

/** Root of a server without a slash at its end; the root of its API is taken for it. */
export function parseUrl(text: string): Result<string> {
  if (!URL.canParse(text)) {
    return bad(
      'gitlab-url is not a URL',
      'use https://gitlab.com, or the root of your server with its path, if it has one',
    );
  }
  return good(text.replace(/\/+$/, '').replace(/\/api\/v4$/, ''));
}

/** Which token starts the pipeline. What it may do besides that differs. */
export type Credentials =
  /** Personal, project or group access token. */
  | { readonly kind: 'access'; readonly token: string }
  /** Trigger token: starts, and nothing else. The token of the job, if there is one, reads. */
  | { readonly kind: 'trigger'; readonly token: string; readonly jobToken: string | undefined }
  /** Token of the running job. */
  | { readonly kind: 'job'; readonly token: string };

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

const tokenInputs = ['gitlab-token', 'gitlab-trigger-token', 'gitlab-job-token'] as const;
type TokenInput = (typeof tokenInputs)[number];

/**
 * The best token that there is: an access token can follow and cancel, a trigger token survives the cancelling of our own
 * pipeline, the token of the job is always there.
 */
export function chooseCredentials(settings: Pick<GitlabSettings, TokenInput>): Result<Credentials> {
  const job = settings['gitlab-job-token'];
  for (const input of tokenInputs) {
    const token = settings[input];
    if (token === undefined || token === '') continue;
    const wrong = tokenProblem(input, token) ?? misplaced(input, token);
    if (wrong !== undefined) return { ok: false, problem: wrong };
    switch (input) {
      case 'gitlab-token':
        return good({ kind: 'access', token });
      case 'gitlab-trigger-token':
        return good({ kind: 'trigger', token, jobToken: job === '' ? undefined : job });
      case 'gitlab-job-token':
        return good({ kind: 'job', token });
    }
  }
  return bad(
    'there is no token for GitLab',
    'set gitlab-token (scope api), or gitlab-trigger-token; a protected variable is there only in pipelines of protected branches and tags',
  );
}

function misplaced(input: string, token: string): Problem | undefined {
  const [prefix, belongs] =
    Object.entries(prefixes).find(([start]) => token.startsWith(start)) ?? [];
  return prefix === undefined || belongs === undefined || belongs === input
    ? undefined
    : {
        message: `${input} holds a token that begins with ${prefix}`,
        fix: `set that kind of token as ${belongs}`,
      };
}
