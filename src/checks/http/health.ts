import type { Clock } from '../../support/clock.js';
import { printableUrl } from '../../support/url.js';
import type { HealthCheck } from '../types.js';
import type { Http } from '../../support/http.js';
import type { HealthConfig } from './config.js';
import { createProbe, type ProbeResult } from './probe.js';

/** How soon a look that could not be sent is tried again, milliseconds. */
const AGAIN_MS = 100;

/** One check for all health URLs: a look passes when every URL does. */
export function createHealthCheck(
  config: HealthConfig,
  world: { readonly http: Http; readonly clock: Clock },
): HealthCheck {
  const { urls, requestTimeout, failures, successes } = config;
  const { clock } = world;
  const probe = createProbe(config, world);

  /** A shortage of our own machine is no answer of the service: it is tried again as long as the request may take. */
  async function ask(url: string, signal: AbortSignal): Promise<ProbeResult> {
    const end = clock.monotonic() + requestTimeout;
    for (;;) {
      const result = await probe(url, end - clock.monotonic(), signal);
      signal.throwIfAborted();
      if (result.sent || clock.monotonic() + AGAIN_MS >= end) return result;
      await clock.sleep(AGAIN_MS, signal);
    }
  }

  return {
    kind: 'health',
    id: 'health',
    source: 'http',
    subject: urls.map(printableUrl).join(', '),
    limit: { metric: 'health', failures, successes },
    every: config.interval,
    preflight: () => Promise.resolve([]),
    async look(signal) {
      const results = await Promise.all(
        urls.map(async (url) => ({ url, result: await ask(url, signal) })),
      );
      const failed = results.flatMap(({ url, result }) => {
        if (result.sent && result.ok) return [];
        const why = result.sent ? result.kind : result.why;
        return urls.length === 1 ? why : `${printableUrl(url)}: ${why}`;
      });
      return { ok: failed.length === 0, detail: failed.join('; ') };
    },
  };
}
