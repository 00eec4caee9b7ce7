import type { Finding } from '../../contract/finding.js';
import type { CheckSpec } from '../../contract/entry.js';
import type { Plan } from '../source.js';
import { formatDuration, formatNumber, plural } from '../../support/text.js';

type Limited = Pick<CheckSpec, 'id' | 'limit' | 'minRequests'>;

/** How many failures a service that is just at its limit must be expected to show before a watch can tell. */
const TELLING_FAILURES = 3;

/** What can be said of limits on counts before the watch, at this much traffic. */
export function estimateCounts(
  perSecond: number,
  checks: readonly Limited[],
  plan: Plan,
): readonly Finding[] {
  const expected = Math.floor((perSecond * plan.duration) / 1000);
  const least = checks.flatMap(({ limit }) =>
    limit.metric === 'success-rate' ? [limit.minPercent] : [],
  )[0];
  return checks.flatMap(({ id, limit, minRequests = plan.minRequests }): readonly Finding[] => {
    if (limit.metric === 'errors-per-minute')
      return [meaningOf(id, limit.max, perSecond * 60, least)];
    if (limit.metric !== 'success-rate') return [];
    const telling =
      limit.minPercent >= 100
        ? 0
        : Math.ceil((100 * TELLING_FAILURES) / (100 - limit.minPercent) - 1e-9);
    const needed = Math.max(minRequests, telling);
    if (expected >= needed) return [];
    return [
      {
        level: 'warning',
        subject: id,
        message: `at the traffic of the last minutes (${formatNumber(perSecond)}/s) there will be ${plural(expected, 'request')} in ${formatDuration(plan.duration)}: ${
          needed > minRequests
            ? `this limit needs ${formatNumber(needed, 0)} to be told from a breach`
            : `min-requests is ${formatNumber(needed, 0)}`
        }`,
        fix: 'lengthen duration, or probe the service with url',
      },
    ];
  });
}

function meaningOf(id: string, max: number, perMinute: number, least: number | undefined): Finding {
  const percent = Math.max(0, 100 - (100 * max) / perMinute);
  const compared =
    least === undefined
      ? ''
      : `: ${percent > least ? 'stricter' : percent < least ? 'looser' : 'the same'} ${percent === least ? 'as' : 'than'} min-success-rate ${formatNumber(least, 4)} %`;
  return {
    level: 'notice',
    subject: id,
    message: `at ${formatNumber(perMinute / 60)} requests/s, ${formatNumber(max)}/min is ${formatNumber(percent)} % success${compared}`,
  };
}
