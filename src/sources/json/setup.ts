import type { EntryOf } from '../../inputs/checks/entry.js';
import type { CheckDependencies } from '../dependencies.js';
import type { MetricCheck } from '../../contract/check.js';
import { describeQueries, worldOf } from '../provider/entry.js';
import { createJsonChecks } from './checks.js';
import type { JsonRequest } from './description.js';
import { placeAt } from './pick.js';

/** The checks of the `json` source. */
export function setUpJsonChecks(
  entries: readonly EntryOf<'json'>[],
  dependencies: CheckDependencies,
): readonly MetricCheck[] {
  const descriptions = entries.flatMap((entry) =>
    describeQueries(entry, placeAt, {
      request: requestOf(entry),
      reducer: entry.options.reducer,
      time: entry.options.time === undefined ? undefined : placeAt(entry.options.time),
    }),
  );
  return createJsonChecks(descriptions, worldOf(dependencies));
}

function requestOf({ options }: EntryOf<'json'>): JsonRequest {
  const { url, path = '', parameters = {}, headers = {}, token, body, timeout } = options;
  return {
    url: below(url, path, Object.entries(parameters)),
    method: body === undefined ? 'GET' : 'POST',
    headers: { ...options['secret-headers'], ...headers },
    body,
    token,
    timeoutMs: timeout,
  };
}

/** The path follows that of the address, whose query goes along. */
function below(
  address: string,
  path: string,
  parameters: readonly (readonly [name: string, value: string])[],
): string {
  const url = new URL(address);
  const [, own = '', query = ''] = /^([^?#]*)(?:\?([^#]*))?/.exec(path) ?? [];
  if (own !== '') url.pathname = `${url.pathname.replace(/\/+$/, '')}${own}`;
  for (const [name, value] of [...new URLSearchParams(query), ...parameters])
    url.searchParams.append(name, value);
  return url.href;
}
