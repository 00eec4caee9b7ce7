import type { Settings } from '../inputs/table.js';
import type { Clock } from '../support/clock.js';
import type { PipelineClient } from '../contract/pipeline.js';

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

/** The CI systems that the `ci` strategy can call, by the value of `ci-system`. Each is loaded when it is used. */
export const pipelineClients: Readonly<
  Record<string, (dependencies: PipelineDependencies) => Promise<PipelineClient>>
> = {
  github: async ({ settings, ...rest }) => {
    const { createGithubClient } = await import('./github/client.js');
    return createGithubClient({
      ...rest,
      repository: settings['github-repository'] ?? '',
      workflow: settings['github-workflow'],
      token: settings['github-token'],
      apiUrl: settings['github-api-url'],
    });
  },
  gitlab: async ({ settings, fetch, clock, random }) => {
    const { createGitlabClient } = await import('./gitlab/client.js');
    return createGitlabClient({
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
    });
  },
  azure: async ({ settings, ...rest }) => {
    const { createAzureClient } = await import('./azure/client.js');
    return createAzureClient({
      ...rest,
      url: settings['azure-url'],
      organization: settings['azure-org'],
      project: settings['azure-project'],
      pipeline: settings['azure-pipeline'],
      token: settings['azure-pat'],
    });
  },
  circleci: async ({ settings, ...rest }) => {
    const { createCircleciClient } = await import('./circleci/client.js');
    return createCircleciClient({
      ...rest,
      url: settings['circleci-url'],
      token: settings['circleci-token'],
      project: settings['circleci-project'],
      definitionId: settings['circleci-definition-id'],
    });
  },
  jenkins: async ({ settings, ...rest }) => {
    const { createJenkinsClient } = await import('./jenkins/client.js');
    return createJenkinsClient({
      ...rest,
      url: settings['jenkins-url'],
      user: settings['jenkins-user'],
      token: settings['jenkins-token'],
      job: settings['jenkins-job'],
    });
  },
  http: async ({ settings, fetch, clock, random }) => {
    const { createHttpClient } = await import('./http/client.js');
    const { describedBy } = await import('./http/description.js');
    return createHttpClient({ description: describedBy(settings), fetch, clock, random });
  },
};
