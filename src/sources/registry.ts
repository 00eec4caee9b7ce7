import {
  type Check,
  type CheckEntry,
  type HealthCheck,
  type Past,
  specsOf,
} from '../contract/check.js';
import type { Result } from '../contract/result.js';
import type { CheckSource, OptionTable } from '../support/options.js';
import { alertsSource } from './alerts/options.js';
import { cloudwatch } from './cloudwatch.js';
import { commandSource } from './command/options.js';
import { datadog } from './datadog.js';
import type { DockerHealthSettings } from './docker/health.js';
import type { EcsHealthSettings } from './ecs/health.js';
import { graphite } from './graphite.js';
import { createHttpChecks } from './http/checks.js';
import { setUpHttpHealth, type HttpHealthSettings } from './http/health.js';
import { httpSource } from './http/options.js';
import { influxdb } from './influxdb.js';
import { jsonSource } from './json/options.js';
import type { KubernetesHealthSettings } from './kubernetes/health.js';
import { newrelic } from './newrelic.js';
import { prometheusSource } from './prometheus/options.js';
import type { HealthDependencies, Hour, Source, SourceDependencies } from './source.js';

/** The sources that `checks` of the configuration file may name. What needs more than its options is loaded when it is used. */
export const sources = {
  http: withChecks(httpSource, () => Promise.resolve(createHttpChecks)),
  prometheus: {
    ...withChecks(
      prometheusSource,
      async () => (await import('./prometheus/checks.js')).checksOfEntries,
    ),
    readPast: async (...given) => (await import('./prometheus/past.js')).readPast(...given),
  } satisfies Source<typeof prometheusSource.options>,
  datadog,
  cloudwatch,
  newrelic,
  influxdb,
  graphite,
  json: withChecks(jsonSource, async () => (await import('./json/checks.js')).createJsonChecks),
  command: withChecks(
    commandSource,
    async () => (await import('./command/checks.js')).createCommandChecks,
  ),
  alerts: withChecks(
    alertsSource,
    async () => (await import('./alerts/checks.js')).createAlertChecks,
  ),
} as const;

function withChecks<T extends OptionTable>(
  declared: CheckSource<T>,
  load: () => Promise<
    (...given: Parameters<Source<T>['create']>) => Awaited<ReturnType<Source<T>['create']>>
  >,
): Source<T> {
  return { ...declared, create: async (entries, deps) => (await load())(entries, deps) };
}

interface CheckSettings
  extends HttpHealthSettings, KubernetesHealthSettings, DockerHealthSettings, EcsHealthSettings {
  readonly duration: number;
  readonly 'min-requests': number;
  readonly 'kubernetes-health': boolean;
  readonly 'compose-health': boolean;
  readonly 'ecs-health': boolean;
}

/** What all checks of a target are made from. */
export type CheckDependencies = HealthDependencies<CheckSettings> & {
  /** What is to be measured and judged of traffic: by the inputs, and by `checks` of the configuration file. */
  readonly entries: readonly CheckEntry[];
};

/** What the platform can see of the health, as the inputs ask for it. */
const platformHealth: readonly ((deps: CheckDependencies) => Promise<readonly HealthCheck[]>)[] = [
  async (deps) =>
    deps.settings['kubernetes-health']
      ? (await import('./kubernetes/health.js')).setUpKubernetesChecks(deps)
      : [],
  async (deps) =>
    deps.settings['compose-health']
      ? (await import('./docker/health.js')).setUpDockerChecks(deps)
      : [],
  async (deps) =>
    deps.settings['ecs-health'] ? (await import('./ecs/health.js')).setUpEcsChecks(deps) : [],
];

/** What the source of an entry knows of the hour before a deploy; `undefined`: it cannot tell. */
export function pastOf(
  entry: CheckEntry,
  hour: Hour,
  deps: SourceDependencies,
  signal: AbortSignal,
): Promise<Result<Past>> | undefined {
  const all: Readonly<Record<string, Source>> = sources;
  return all[entry.source]?.readPast?.(entry, hour, deps, signal);
}

/** Fresh checks, as configured: they are used for one watch or one confirmation. */
export async function createChecks(deps: CheckDependencies): Promise<readonly Check[]> {
  const { settings, entries, ...rest } = deps;
  const plan = { duration: settings.duration, minRequests: settings['min-requests'] };
  const all: readonly (readonly [string, Source])[] = Object.entries(sources);
  const made = await Promise.all(
    all.map(async ([id, source]) => {
      const own = entries.filter((entry) => entry.source === id);
      return own.length === 0 ? [] : source.create(own, { ...rest, plan });
    }),
  );
  const byId = new Map(made.flat().map((check) => [check.id, check]));
  const inOrder = entries.flatMap((entry) =>
    specsOf(entry).flatMap(({ id }) => byId.get(id) ?? []),
  );
  const platform = await Promise.all(platformHealth.map((health) => health(deps)));
  return [...setUpHttpHealth(deps), ...inOrder, ...platform.flat()];
}
