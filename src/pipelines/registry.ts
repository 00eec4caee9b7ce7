import { bad, good, type Result } from '../contract/result.js';
import type { PipelineClient } from '../contract/pipeline.js';
import type { AzureSettings } from './azure/context.js';
import type { CircleciSettings } from './circleci/context.js';
import type { ClientDependencies } from './client.js';
import type { GiteaSettings } from './gitea/context.js';
import type { GithubSettings } from './github/context.js';
import type { GitlabSettings } from './gitlab/settings.js';
import type { HttpSettings } from './http/description.js';
import type { JenkinsSettings } from './jenkins/context.js';

/** What the clients read of the inputs. */
type PipelineSettings = AzureSettings &
  CircleciSettings &
  GiteaSettings &
  GithubSettings &
  GitlabSettings &
  HttpSettings &
  JenkinsSettings;

type Create = (settings: PipelineSettings, deps: ClientDependencies) => Promise<PipelineClient>;

/** The CI systems that the `ci` strategy can call, by the value of `ci-system`. Each is loaded when it is used. */
export const pipelineClients: Readonly<Record<string, Create>> = {
  github: async (...made) => (await import('./github/client.js')).createGithubClient(...made),
  gitlab: async (...made) => (await import('./gitlab/client.js')).createGitlabClient(...made),
  azure: async (...made) => (await import('./azure/client.js')).createAzureClient(...made),
  circleci: async (...made) => (await import('./circleci/client.js')).createCircleciClient(...made),
  jenkins: async (...made) => (await import('./jenkins/client.js')).createJenkinsClient(...made),
  gitea: async (...made) => (await import('./gitea/client.js')).createGiteaClient(...made),
  forgejo: async (...made) => (await import('./gitea/client.js')).createForgejoClient(...made),
  http: async (...made) => (await import('./http/client.js')).createHttpClient(...made),
};

/** The client of a CI system, or why there is none. */
export async function openPipelineClient(
  system: string | undefined,
  settings: PipelineSettings,
  dependencies: ClientDependencies,
): Promise<Result<PipelineClient>> {
  if (system === undefined) return bad('the CI system to call is not known: set `ci-system`');
  const create = pipelineClients[system];
  return create === undefined
    ? bad(
        `this version cannot start pipelines of ${system}, only of ${Object.keys(pipelineClients).join(', ')}`,
      )
    : good(await create(settings, dependencies));
}
