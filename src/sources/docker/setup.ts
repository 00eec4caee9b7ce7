import { createDocker } from '../../support/docker.js';
import { projectOptionsOf } from '../../support/docker/project.js';
import type { CheckDependencies } from '../dependencies.js';
import type { HealthCheck } from '../../contract/check.js';
import { createContainerHealth } from './health.js';

/** The check of the `docker` source, as the inputs ask for it. */
export function setUpDockerChecks(dependencies: CheckDependencies): readonly HealthCheck[] {
  const { settings, exec, env, redact, clock, random } = dependencies;
  // A look comes again by itself; one that waits for the engine would be late.
  const docker = createDocker({ exec, env, redact, clock, random, patienceMs: 0 });
  return [
    createContainerHealth({
      docker,
      redact,
      project: projectOptionsOf(settings),
      services: settings['compose-service'] ?? [],
      every: settings['health-interval'],
      failures: settings['health-failures'],
      successes: settings['health-successes'],
      logLines: settings['report-logs'],
    }),
  ];
}
