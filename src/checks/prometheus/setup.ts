import type { Settings } from '../../inputs/table.js';
import type { CheckDependencies } from '../dependencies.js';
import type { Check } from '../types.js';
import { createPrometheusChecks } from './checks.js';
import { createClient } from './client.js';
import type { CheckDescription, Reading } from './description.js';
import { bucketMsOf, presetSelectors, type PresetSelectors } from './presets.js';

/** The checks of the `prometheus` source, as the inputs ask for them. */
export function setUpPrometheusChecks(dependencies: CheckDependencies): readonly Check[] {
  const { settings, clock, http, redact } = dependencies;
  const url = settings['prometheus-url'];
  if (url === undefined) return [];
  const client = createClient(
    {
      url,
      token: settings['prometheus-token'],
      headers: settings['prometheus-headers'] ?? {},
      parameters: settings['prometheus-parameters'] ?? {},
      timeoutMs: settings['prometheus-timeout'],
    },
    { http: http(), clock, redact },
  );
  const plan = { duration: settings.duration, minRequests: settings['min-requests'] };
  return createPrometheusChecks(describe(settings), plan, { client, clock });
}

/** The flat inputs as descriptions of checks. */
export function describe(settings: Settings): readonly CheckDescription[] {
  const id = settings['prometheus-preset'];
  const labels = settings['prometheus-selector']?.matchers ?? [];
  const preset = id === undefined ? undefined : presetSelectors(id, labels);
  return [
    ...describeCounters(settings, preset),
    ...describeLatency(settings, preset),
    ...describeValue(settings),
  ];
}

function describeCounters(
  settings: Settings,
  preset: PresetSelectors | undefined,
): readonly CheckDescription[] {
  const total = settings['prometheus-total'];
  const errors = settings['prometheus-errors'];
  let reading: Reading;
  if (total !== undefined && errors !== undefined)
    reading = {
      kind: 'counters',
      total: { input: 'prometheus-total', selector: total },
      errors: { input: 'prometheus-errors', selector: errors },
    };
  else if (preset !== undefined)
    reading = {
      kind: 'counters',
      total: { input: 'prometheus-preset', selector: preset.total },
      errors: { input: 'prometheus-preset', selector: preset.errors },
    };
  else return [];
  const checks: CheckDescription[] = [];
  const minPercent = settings['min-success-rate'];
  const max = settings['max-errors-per-minute'];
  if (minPercent !== 'off')
    checks.push({ id: 'success-rate', limit: { metric: 'success-rate', minPercent }, reading });
  if (max !== 'off')
    checks.push({
      id: 'errors-per-minute',
      limit: { metric: 'errors-per-minute', max, scaledTo: null },
      reading,
    });
  return checks;
}

function describeLatency(
  settings: Settings,
  preset: PresetSelectors | undefined,
): readonly CheckDescription[] {
  const limit = settings['max-latency'];
  const own = settings['prometheus-latency'];
  const selector = own ?? preset?.latency;
  if (limit === undefined || limit === 'off' || selector === undefined) return [];
  const input = own === undefined ? 'prometheus-preset' : 'prometheus-latency';
  return [
    {
      id: 'latency',
      limit: { metric: 'latency', ...limit },
      reading: {
        kind: 'histogram',
        buckets: { input, selector },
        bucketMs: bucketMsOf(selector),
      },
    },
  ];
}

function describeValue(settings: Settings): readonly CheckDescription[] {
  const query = settings['prometheus-value'];
  const max = settings['max-value'];
  if (query === undefined || max === undefined) return [];
  return [
    {
      id: 'value',
      limit: { metric: 'value', max },
      reading: { kind: 'value', input: 'prometheus-value', query },
    },
  ];
}
