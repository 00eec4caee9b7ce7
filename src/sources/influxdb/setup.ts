import type { EntryOf } from '../../inputs/checks/entry.js';
import type { CheckDependencies } from '../dependencies.js';
import type { MetricCheck } from '../../contract/check.js';
import { describeQueries, planOf, seconds, worldOf } from '../series/source.js';
import { createInfluxChecks, type InfluxReading } from './checks.js';

/** The checks of the `influxdb` source. */
export function setUpInfluxChecks(
  entries: readonly EntryOf<'influxdb'>[],
  dependencies: CheckDependencies,
): readonly MetricCheck[] {
  return entries.flatMap((entry) => {
    const { url, token, database, bucket, delay, timeout } = entry.options;
    const server: InfluxReading['server'] = {
      address: url,
      token,
      database,
      retentionPolicy: entry.options['retention-policy'],
      width: seconds(bucket),
      timeoutMs: timeout,
    };
    return createInfluxChecks(
      describeQueries(entry, (query) => query, { server, delay: seconds(delay) }),
      planOf(dependencies),
      worldOf(dependencies),
    );
  });
}
