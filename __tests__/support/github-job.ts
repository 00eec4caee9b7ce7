import type { Environment, GithubJob } from '../../src/contract/system.js';

/**
 * The job of GitHub that an environment describes, as `@actions/github` (lib/context.js) reads it from that of the process.
 * The tests of the bundle have the package itself.
 */
export function githubJobIn(
  env: Environment,
  { event, eventProblem }: { readonly event?: unknown; readonly eventProblem?: string } = {},
): () => Promise<GithubJob> {
  return () =>
    Promise.resolve({
      context: {
        payload: event,
        eventName: env.GITHUB_EVENT_NAME,
        ref: env.GITHUB_REF,
        runId: parseInt(env.GITHUB_RUN_ID ?? '', 10),
        runAttempt: parseInt(env.GITHUB_RUN_ATTEMPT ?? '', 10),
        serverUrl: env.GITHUB_SERVER_URL ?? 'https://github.com',
        get repo() {
          const [owner, repo] = env.GITHUB_REPOSITORY?.split('/') ?? [];
          if (owner === undefined || repo === undefined) throw new Error('no repository');
          return { owner, repo };
        },
      },
      eventProblem,
    });
}
