import { StandInAzure } from './stand-in-azure.js';
import { StandInCircleci } from './stand-in-circleci.js';
import { StandInGitea } from './stand-in-gitea.js';
import { createGithubStandIn } from './stand-in-github.js';
import { jobOf, StandInGitlab } from './stand-in-gitlab.js';
import { StandInHttp } from './stand-in-http.js';
import { StandInJenkins } from './stand-in-jenkins.js';
import type { StandIn } from './stand-in.js';

/**
 * How the runs that are started end: well, badly, or with a word that no system has. `skipped`: well, and their only job was
 * skipped.
 */
export type End = 'well' | 'badly' | 'skipped' | { readonly word: string };

function wordFor(end: End, well: string, badly: string): string {
  return typeof end === 'object' ? end.word : end === 'badly' ? badly : well;
}

const startTime = '2026-01-01T00:00:00Z';

/** Every CI system that the `ci` strategy can call, as a server to test against. */
export const standIns: Readonly<Record<string, (end: End) => Promise<StandIn>>> = {
  github: (end) =>
    createGithubStandIn({
      run: [['queued'], ['in_progress'], ['completed', wordFor(end, 'success', 'failure')]],
      ...(end === 'skipped' && { jobs: [{ name: 'rollback', conclusion: 'skipped' }] }),
    }),
  gitlab: (end) =>
    StandInGitlab.start({
      statuses: ['pending', 'running', wordFor(end, 'success', 'failed')],
      ...(end === 'skipped' && { jobs: [jobOf(500, 'rollback', 'skipped')] }),
    }),
  circleci: (end) =>
    StandInCircleci.start({
      states: ['running', wordFor(end, 'success', 'failed')].map((status) => ({
        state: 'created',
        workflows: [
          {
            name: 'rollback',
            status,
            ...(end === 'skipped' &&
              status === 'success' && { jobs: [{ name: 'rollback', status: 'not_run' }] }),
          },
        ],
      })),
    }),
  azure: (end) =>
    StandInAzure.start({
      run: [
        { status: 'notStarted' },
        { status: 'inProgress', startTime },
        {
          status: 'completed',
          result: wordFor(end, 'succeeded', 'failed'),
          startTime,
          ...(end === 'skipped' && {
            timeline: [{ type: 'Stage', name: 'rollback', state: 'completed', result: 'skipped' }],
          }),
        },
      ],
    }),
  jenkins: (end) =>
    StandInJenkins.start({
      items: [{ why: 'In the quiet period. Expires in 0 ms' }],
      builds: [
        { building: true, result: null },
        { building: false, result: wordFor(end, 'SUCCESS', 'FAILURE') },
      ],
    }),
  gitea: (end) => createGitea('gitea', end),
  forgejo: (end) => createGitea('forgejo', end),
  http: (end) =>
    StandInHttp.start({
      run: [['pending'], ['active'], ['done', wordFor(end, 'ok', 'broken')]],
    }),
};

function createGitea(kind: 'gitea' | 'forgejo', end: End): Promise<StandIn> {
  return StandInGitea.start({
    kind,
    // As newer servers; `__tests__/pipelines/gitea` has the older ones.
    cancels: true,
    run: [['queued'], ['in_progress'], ['completed', wordFor(end, 'success', 'failure')]],
    ...(end === 'skipped' && {
      jobs: [{ name: 'rollback', step: ['completed', 'skipped'] as const }],
    }),
  });
}
