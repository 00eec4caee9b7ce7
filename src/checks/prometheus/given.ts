import type { MetricLimit } from '../../gate/types.js';
import type { Settings } from '../../inputs/table.js';

/** What the inputs ask of the `prometheus` source: other sources need not measure it too. */
export function givenByPrometheus(settings: Settings): ReadonlySet<MetricLimit['metric']> {
  const given = new Set<MetricLimit['metric']>();
  if (settings['prometheus-url'] === undefined) return given;
  const preset = settings['prometheus-preset'] !== undefined;
  if (preset || settings['prometheus-total'] !== undefined)
    given.add('success-rate').add('errors-per-minute');
  if (preset || settings['prometheus-latency'] !== undefined) given.add('latency');
  if (settings['prometheus-value'] !== undefined) given.add('value');
  return given;
}
