import type { EntryOf } from '../../inputs/checks/entry.js';
import type { CheckDependencies } from '../dependencies.js';
import type { MetricCheck } from '../../contract/check.js';
import { describeQueries, planOf, seconds, worldOf } from '../series/source.js';
import { createNewRelicChecks, type NewRelicReading } from './checks.js';

/** The checks of the `newrelic` source. */
export function setUpNewRelicChecks(
  entries: readonly EntryOf<'newrelic'>[],
  dependencies: CheckDependencies,
): readonly MetricCheck[] {
  return entries.flatMap((entry) => {
    const { account, region, url, bucket, delay, timeout, 'api-key': apiKey } = entry.options;
    const server: NewRelicReading['server'] = {
      // The key goes nowhere else, unless an address is given outside the file.
      address: url ?? `https://api.${region === 'eu' ? 'eu.' : ''}newrelic.com`,
      account,
      width: seconds(bucket),
      timeoutMs: timeout,
    };
    return createNewRelicChecks(
      describeQueries(entry, (query) => query, { server, delay: seconds(delay) }),
      planOf(dependencies),
      { ...worldOf(dependencies), credentials: apiKey === undefined ? undefined : { apiKey } },
    );
  });
}
