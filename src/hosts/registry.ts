import type { HostDeps } from './deps.js';
import { createLocalHost } from './local.js';
import type { Host, HostInfo, HostSystem } from './types.js';

type HostFactory = (deps: HostDeps) => Promise<Host>;

/** Systems with a host of their own. Loaded when needed: only GitHub's jobs pay for GitHub's library. */
const factories: Partial<Readonly<Record<HostSystem, HostFactory>>> = {
  github: async (deps) => (await import('./github.js')).createGithubHost(deps),
};

/** The host for the system that was detected; plain lines where that has none. */
export async function createHost(info: HostInfo, deps: HostDeps): Promise<Host> {
  const create = factories[info.system];
  return create === undefined ? createLocalHost(info.system, deps) : create(deps);
}
