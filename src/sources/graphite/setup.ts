import type { EntryOf } from '../../inputs/checks/entry.js';
import type { CheckDependencies } from '../dependencies.js';
import type { MetricCheck } from '../../contract/check.js';
import { describeQueries, planOf, seconds, worldOf } from '../series/source.js';
import { createGraphiteChecks } from './checks.js';

/** The checks of the `graphite` source. */
export function setUpGraphiteChecks(
  entries: readonly EntryOf<'graphite'>[],
  dependencies: CheckDependencies,
): readonly MetricCheck[] {
  return entries.flatMap((entry) => {
    const { url, token, delay, timeout } = entry.options;
    const server = { address: url, token, timeoutMs: timeout };
    return createGraphiteChecks(
      describeQueries(entry, (query) => query, { server, delay: seconds(delay) }),
      planOf(dependencies),
      worldOf(dependencies),
    );
  });
}
