import type { Clock } from '../../support/clock.js';
import { printableUrl } from '../../support/text.js';
import type { HealthCheck, Look } from '../../contract/check.js';
import type { Http } from '../../support/http.js';
import { createProbe, type HealthConfig, type ProbeResult } from './prober.js';

/** How soon a look that could not be sent is tried again, milliseconds. */
const AGAIN_MS = 100;

function lookOf(ok: false | null, told: readonly { readonly why: string }[]): Look {
  return { ok, detail: told.map(({ why }) => why).join('; ') };
}

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
      const told = results.map(({ url, result }) => {
        const why = result.sent ? result.kind : result.why;
        return { result, why: urls.length === 1 ? why : `${printableUrl(url)}: ${why}` };
      });
      const failed = told.filter(({ result }) => result.sent && !result.ok);
      if (failed.length > 0) return lookOf(false, failed);
      const unknown = told.filter(({ result }) => !result.sent);
      return unknown.length > 0 ? lookOf(null, unknown) : { ok: true, detail: '' };
    },
  };
}
