import type { Server } from '../../src/sources/prometheus/client.js';
import {
  describe,
  type CheckDescription,
  type PrometheusEntry,
} from '../../src/sources/prometheus/measurements.js';
import type { Resolution } from '../../src/inputs/resolve.js';

/** A server that is described by the inputs. */
export function serverAt(url: string, more: Partial<Server> = {}): Server {
  return {
    url,
    headers: {},
    parameters: {},
    timeoutMs: 5000,
    names: {
      url: 'prometheus-url',
      token: 'prometheus-token',
      headers: 'prometheus-headers',
      timeout: 'prometheus-timeout',
    },
    ...more,
  };
}

/** The checks of the source, as they are configured. */
export function describeAll({ checks }: Pick<Resolution, 'checks'>): readonly CheckDescription[] {
  return checks
    .filter((entry) => entry.source === 'prometheus')
    .flatMap((entry) => describe(entry as PrometheusEntry));
}
