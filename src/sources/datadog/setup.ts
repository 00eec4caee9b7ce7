import type { EntryOf } from '../../inputs/checks/entry.js';
import type { CheckDependencies } from '../dependencies.js';
import type { MetricCheck } from '../../contract/check.js';
import { describeQueries, planOf, seconds, worldOf } from '../series/source.js';
import { createDatadogChecks, type DatadogReading } from './checks.js';

/** The checks of the `datadog` source. */
export function setUpDatadogChecks(
  entries: readonly EntryOf<'datadog'>[],
  dependencies: CheckDependencies,
): readonly MetricCheck[] {
  return entries.flatMap((entry) => {
    const { site, url, bucket, delay, timeout } = entry.options;
    const { 'api-key': apiKey, 'app-key': appKey } = entry.options;
    const server: DatadogReading['server'] = {
      // Keys go nowhere else, unless an address is given outside the file.
      address: url ?? `https://api.${site}`,
      width: seconds(bucket),
      timeoutMs: timeout,
    };
    const credentials =
      apiKey === undefined || appKey === undefined ? undefined : { apiKey, appKey };
    return createDatadogChecks(
      describeQueries(entry, (query) => query, { server, delay: seconds(delay) }),
      planOf(dependencies),
      { ...worldOf(dependencies), credentials },
    );
  });
}
