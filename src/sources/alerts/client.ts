import { good, type Result } from '../../contract/result.js';
import { type ApiProblem, failed } from '../../support/http/problem.js';
import type { ValuesOf } from '../../support/options.js';
import { accountOf } from '../aws.js';
import { createQueryApi, type SourceDependencies } from '../source.js';
import { type Alert, type AlertProvider, isSelected } from './alert.js';
import { cloudwatchAlarms } from './cloudwatch.js';
import { datadogMonitors } from './datadog.js';
import type { alertsSource } from './options.js';
import { alertmanagerAlerts, grafanaAlerts, prometheusAlerts } from './prometheus.js';

export type AlertOptions = ValuesOf<typeof alertsSource.options>;

/** A page holds a hundred at least: whoever has more has not selected. */
const MOST_PAGES = 20;

/** Who is asked what is firing. */
export interface AlertClient {
  /** As it may be printed. */
  readonly name: string;
  /** What time it is there, seconds; for a time of our monotonic clock, milliseconds. */
  timeAt(monotonic: number): number;
  /**
   * All that is firing of what is meant.
   * @throws the signal's reason, when it is aborted; nothing else
   */
  firing(signal: AbortSignal): Promise<Result<readonly Alert[], ApiProblem>>;
}

export function createAlertClient(options: AlertOptions, deps: SourceDependencies): AlertClient {
  const provider = providerOf(options);
  const name = new URL(provider.address).host;
  if ('missingCredentials' in provider) {
    const fix = provider.missingCredentials;
    const problem = failed('unauthorized', 'there are no credentials for it', { fix });
    return { name, timeAt: () => Number.NaN, firing: () => Promise.resolve(problem) };
  }
  const api = createQueryApi(provider.errors, deps);
  const there = api.serverClock;
  return {
    name,
    timeAt: there.at,
    async firing(signal) {
      const all: Alert[] = [];
      let page: string | undefined;
      for (let n = 0; n < MOST_PAGES; n += 1) {
        const call = await provider.request(there.now(), page);
        const answer = await api.ask(call, options.timeout, signal, (document, said) =>
          provider.read(document, said, there.now()),
        );
        if (!answer.ok) return answer;
        all.push(...answer.value.alerts.filter((alert) => isSelected(alert, options)));
        page = answer.value.next;
        if (page === undefined) return good(all);
      }
      return failed('partial', 'it has more alerts than can be read', {
        fix: 'narrow them down by names',
      });
    },
  };
}

/** Keys and signatures go nowhere but to the address of the region or the site, unless another is given outside the file. */
function providerOf(
  options: AlertOptions,
): AlertProvider | { readonly address: string; readonly missingCredentials: string } {
  const { provider, url = '', token, headers, endpoint, names } = options;
  switch (provider) {
    case 'prometheus':
      return prometheusAlerts({ url, token, headers });
    case 'alertmanager':
      return alertmanagerAlerts({ url, token, headers });
    case 'grafana':
      return grafanaAlerts({ url, token, headers });
    case 'cloudwatch': {
      const account = accountOf({ ...options, region: options.region ?? '' }, endpoint);
      return 'missingCredentials' in account ? account : cloudwatchAlarms(account, names);
    }
    case 'datadog': {
      const address = endpoint ?? `https://api.${options.site}`;
      const { 'api-key': api, 'app-key': app } = options;
      return api === undefined || app === undefined
        ? { address, missingCredentials: 'set DD_API_KEY and DD_APP_KEY' }
        : datadogMonitors(address, { api, app });
    }
  }
}
