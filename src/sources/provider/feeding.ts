import type { MetricCheck, MetricLimit, Observation } from '../../contract/check.js';
import type { Judged } from '../../inputs/checks/entry.js';
import type { Feed, None, Seen } from './feed.js';

/** What a reading gives, as an observation for any of the checks that share it. */
export interface Feeding {
  begin(check: string, origin: number, judgedFrom: number): void;
  observe(...given: Parameters<Feed<unknown>['observe']>): Promise<Observation>;
  end(check: string): void;
}

/** Makes observations of what a feed gives. */
export function feeding<T>(feed: Feed<T>, convert: (found: T) => Observation): Feeding {
  return {
    begin: (...given) => {
      feed.begin(...given);
    },
    async observe(window, signal) {
      const { found, raw }: Seen<T> = await feed.observe(window, signal);
      const observation = isNone(found) ? found : convert(found);
      return raw === undefined ? observation : { ...observation, raw };
    },
    end: (check) => {
      feed.end(check);
    },
  };
}

function isNone(found: unknown): found is None {
  return typeof found === 'object' && found !== null && 'kind' in found && found.kind === 'none';
}

/** A check on what a feeding gives. */
export function fedCheck(
  facts: Judged & Pick<MetricCheck, 'source' | 'subject' | 'preflight'>,
  source: Feeding,
): MetricCheck {
  const { id, limit } = facts;
  return {
    ...facts,
    kind: kindOf(limit.metric),
    realTraffic: true,
    begin: (origin, judgedFrom = 0) => {
      source.begin(id, origin, judgedFrom);
    },
    observe: (window, signal) => source.observe(window, signal),
    end: () => {
      source.end(id);
    },
  };
}

function kindOf(metric: MetricLimit['metric']): MetricCheck['kind'] {
  if (metric === 'value') return 'value';
  return metric === 'errors-per-minute' ? 'rate' : 'ratio';
}
