import type { EntryOf } from '../../inputs/checks/entry.js';
import type { CheckDependencies } from '../dependencies.js';
import type { MetricCheck } from '../../contract/check.js';
import { describeQueries, planOf, seconds, worldOf } from '../series/source.js';
import { createCloudWatchChecks, type CloudWatchReading } from './checks.js';
import { readQuery } from './query.js';

type CloudWatchEntry = EntryOf<'cloudwatch'>;

/** The checks of the `cloudwatch` source. */
export function setUpCloudWatchChecks(
  entries: readonly CloudWatchEntry[],
  dependencies: CheckDependencies,
): readonly MetricCheck[] {
  return entries.flatMap((entry) => {
    const {
      region,
      url,
      bucket,
      delay,
      timeout,
      namespace = '',
      dimensions = {},
      stat,
    } = entry.options;
    const server: CloudWatchReading['server'] = {
      region,
      // Signatures go nowhere else, unless an address is given outside the file.
      address: url ?? addressOf(region),
      width: seconds(bucket),
      timeoutMs: timeout,
    };
    return createCloudWatchChecks(
      describeQueries(
        entry,
        (written, part) =>
          readQuery(written, { namespace, dimensions, stat: part === 'value' ? stat : 'Sum' }),
        { server, delay: seconds(delay) },
      ),
      planOf(dependencies),
      { ...worldOf(dependencies), credentials: credentialsOf(entry) },
    );
  });
}

/** https://docs.aws.amazon.com/general/latest/gr/cw_region.html */
function addressOf(region: string): string {
  return `https://monitoring.${region}.${region.startsWith('cn-') ? 'amazonaws.com.cn' : 'amazonaws.com'}`;
}

function credentialsOf({ options }: CloudWatchEntry) {
  const { 'access-key-id': accessKeyId, 'secret-access-key': secretAccessKey } = options;
  return accessKeyId === undefined || secretAccessKey === undefined
    ? undefined
    : { accessKeyId, secretAccessKey, sessionToken: options['session-token'] };
}
