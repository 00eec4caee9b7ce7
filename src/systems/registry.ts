import type { HostDeps } from './deps.js';
import { createLocalHost } from './local.js';
import type { Host, HostInfo, HostSystem } from '../contract/system.js';

type HostFactory = (deps: HostDeps) => Host | Promise<Host>;

/** Loaded when needed: only GitHub's jobs pay for GitHub's library. */
const factories: Readonly<Record<HostSystem, HostFactory>> = {
  github: async (deps) => (await import('./github.js')).createGithubHost(deps),
  gitlab: async (deps) => (await import('./gitlab.js')).createGitlabHost(deps),
  jenkins: async (deps) => (await import('./jenkins.js')).createJenkinsHost(deps),
  circleci: async (deps) => (await import('./circleci.js')).createCircleciHost(deps),
  azure: async (deps) => (await import('./azure.js')).createAzureHost(deps),
  local: (deps) => createLocalHost('local', deps),
};

/** The host for the system that was detected. */
export async function createHost(info: Pick<HostInfo, 'system'>, deps: HostDeps): Promise<Host> {
  return factories[info.system](deps);
}
