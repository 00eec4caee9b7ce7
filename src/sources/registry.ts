import type { EntryOf } from '../inputs/checks/entry.js';
import type { SourceId } from '../inputs/checks/registry.js';
import type { CheckDependencies } from './dependencies.js';
import { setUpHttpChecks, setUpHttpHealth } from './http/setup.js';
import type { Check, HealthCheck, MetricCheck } from '../contract/check.js';

type HealthSource = (dependencies: CheckDependencies) => Promise<readonly HealthCheck[]>;

/** What can be seen of the health, as the inputs ask for it: first of all by asking the service itself. */
const serviceHealth: HealthSource = (dependencies) =>
  Promise.resolve(setUpHttpHealth(dependencies));

const platformHealth: readonly HealthSource[] = [
  async (dependencies) =>
    dependencies.settings['kubernetes-health']
      ? (await import('./kubernetes/health.js')).setUpKubernetesChecks(dependencies)
      : [],
  async (dependencies) =>
    dependencies.settings['compose-health']
      ? (await import('./docker/health.js')).setUpDockerChecks(dependencies)
      : [],
];

/** Makes the checks of all entries of one source, never of none: what they have in common is made once. */
type Source<S extends SourceId> = (
  entries: readonly EntryOf<S>[],
  dependencies: CheckDependencies,
) => Promise<readonly MetricCheck[]>;

/** The sources that this version has. */
const sources: { readonly [S in SourceId]: Source<S> } = {
  http: (entries, dependencies) => Promise.resolve(setUpHttpChecks(entries, dependencies)),
  prometheus: async (entries, dependencies) =>
    (await import('./prometheus/setup.js')).setUpPrometheusChecks(entries, dependencies),
  datadog: async (entries, dependencies) =>
    (await import('./datadog/setup.js')).setUpDatadogChecks(entries, dependencies),
  cloudwatch: async (entries, dependencies) =>
    (await import('./cloudwatch/setup.js')).setUpCloudWatchChecks(entries, dependencies),
  newrelic: async (entries, dependencies) =>
    (await import('./newrelic/setup.js')).setUpNewRelicChecks(entries, dependencies),
  influxdb: async (entries, dependencies) =>
    (await import('./influxdb/setup.js')).setUpInfluxChecks(entries, dependencies),
  graphite: async (entries, dependencies) =>
    (await import('./graphite/setup.js')).setUpGraphiteChecks(entries, dependencies),
  json: async (entries, dependencies) =>
    (await import('./json/checks.js')).setUpJsonChecks(entries, dependencies),
};

/** Fresh checks, as configured: they are used for one watch or one confirmation. */
export async function createChecks(dependencies: CheckDependencies): Promise<readonly Check[]> {
  const ids = Object.keys(sources) as readonly SourceId[];
  const made = await Promise.all(ids.map((id) => createAll(id, dependencies)));
  const byId = new Map(made.flat().map((check) => [check.id, check]));
  const inOrder = dependencies.entries.flatMap(({ judged }) =>
    judged.flatMap(({ id }) => byId.get(id) ?? []),
  );
  const platform = await Promise.all(platformHealth.map((source) => source(dependencies)));
  return [...(await serviceHealth(dependencies)), ...inOrder, ...platform.flat()];
}

function createAll(
  source: SourceId,
  dependencies: CheckDependencies,
): Promise<readonly MetricCheck[]> {
  const own = dependencies.entries.filter((entry) => entry.source === source);
  // The entries of a source have its options.
  const create = sources[source] as (
    ...given: readonly [unknown, CheckDependencies]
  ) => Promise<readonly MetricCheck[]>;
  return own.length === 0 ? Promise.resolve([]) : create(own, dependencies);
}
