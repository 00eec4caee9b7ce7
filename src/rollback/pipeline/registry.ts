import type { Settings } from '../../inputs/table.js';
import type { Clock } from '../../support/clock.js';
import { createAzureClient } from './azure.js';
import { createCircleciClient } from './circleci.js';
import { createGithubClient } from './github.js';
import { createGitlabClient } from './gitlab.js';
import { createHttpClient } from './http.js';
import { describedBy } from './http/description.js';
import type { PipelineClient } from './types.js';

/** What every pipeline client is made from. */
export interface PipelineDependencies {
  readonly settings: Settings;
  /** The run that we are part of, when it is a run of the same system; else `null`. */
  readonly ownRunId: string | null;
  readonly fetch: typeof globalThis.fetch;
  readonly clock: Clock;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** The CI systems that the `ci` rung can call, by the value of `ci-system`. */
export const pipelineClients: Readonly<
  Record<string, (dependencies: PipelineDependencies) => PipelineClient>
> = {
  github: ({ settings, ...rest }) =>
    createGithubClient({
      ...rest,
      repository: settings['github-repository'] ?? '',
      workflow: settings['github-workflow'],
      token: settings['github-token'],
      apiUrl: settings['github-api-url'],
    }),
  gitlab: ({ settings, fetch, clock, random }) =>
    createGitlabClient({
      url: settings['gitlab-url'],
      project: settings['gitlab-project'],
      tokens: {
        access: settings['gitlab-token'],
        trigger: settings['gitlab-trigger-token'],
        job: settings['gitlab-job-token'],
      },
      defaultBranch: settings['gitlab-default-branch'],
      own: {
        cancel: settings['gitlab-cancel'],
        pipeline: settings['gitlab-pipeline'],
        job: settings['gitlab-job'],
      },
      rollbackJobs: settings['gitlab-rollback-jobs'] ?? [],
      fetch,
      clock,
      random,
    }),
  azure: ({ settings, ...rest }) =>
    createAzureClient({
      ...rest,
      url: settings['azure-url'],
      organization: settings['azure-org'],
      project: settings['azure-project'],
      pipeline: settings['azure-pipeline'],
      token: settings['azure-pat'],
    }),
  circleci: ({ settings, ...rest }) =>
    createCircleciClient({
      ...rest,
      url: settings['circleci-url'],
      token: settings['circleci-token'],
      project: settings['circleci-project'],
      definitionId: settings['circleci-definition-id'],
    }),
  http: ({ settings, fetch, clock, random }) =>
    createHttpClient({ description: describedBy(settings), fetch, clock, random }),
};
