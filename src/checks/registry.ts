import type { CheckDependencies } from './dependencies.js';
import { setUpHttpChecks } from './http/setup.js';
import type { Check } from './types.js';

type Source = (dependencies: CheckDependencies) => Promise<readonly Check[]>;

/** The sources that this version has; each gives the checks that its inputs ask for. */
const sources: readonly Source[] = [
  (dependencies) => Promise.resolve(setUpHttpChecks(dependencies)),
  async (dependencies) =>
    dependencies.settings['prometheus-url'] === undefined
      ? []
      : (await import('./prometheus/setup.js')).setUpPrometheusChecks(dependencies),
  async (dependencies) =>
    dependencies.settings['kubernetes-health']
      ? (await import('./kubernetes/setup.js')).setUpKubernetesChecks(dependencies)
      : [],
  async (dependencies) =>
    dependencies.settings['compose-health']
      ? (await import('./docker/setup.js')).setUpDockerChecks(dependencies)
      : [],
];

/** Fresh checks, as configured: they are used for one watch or one confirmation. */
export async function createChecks(dependencies: CheckDependencies): Promise<readonly Check[]> {
  return (await Promise.all(sources.map((source) => source(dependencies)))).flat();
}
