import type { Settings } from '../../inputs/table.js';
import type { Clock } from '../../support/clock.js';
import { createGithubClient } from './github.js';
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
};
