import type { HealthCheck, HealthResult } from '../../contract/check.js';
import { printableUrl } from '../../support/text.js';
import type { HealthDependencies } from '../source.js';
import { createProbedUrl, type ProbedUrl, type ProbeDependencies } from './probed-url.js';
import type { HealthConfig, ProbeConfig, ProbeResult } from './prober.js';

export interface HttpHealthSettings {
  readonly 'health-url'?: readonly string[] | 'off' | undefined;
  readonly 'request-timeout': number;
  readonly 'follow-redirects': number;
  readonly 'expect-status': ProbeConfig['expectStatus'];
  readonly 'expect-body'?: RegExp | undefined;
  readonly headers?: ProbeConfig['headers'] | undefined;
}

/** How soon a probe that could not be sent is tried again, milliseconds. */
const AGAIN_MS = 100;

function resultOf(ok: false | null, reasons: readonly { readonly why: string }[]): HealthResult {
  return { ok, detail: reasons.map(({ why }) => why).join('; ') };
}

/** One check for all health URLs: it passes when every URL does. */
export function createHealthCheck(config: HealthConfig, deps: ProbeDependencies): HealthCheck {
  const { urls, requestTimeout, failures, successes } = config;
  const { clock } = deps;
  const probed = urls.map((url) => ({
    url: printableUrl(url),
    way: createProbedUrl(url, config.interval, config, deps),
  }));

  /** A shortage of our own machine is no answer of the service: it is tried again as long as the request may take. */
  async function ask(way: ProbedUrl, signal: AbortSignal): Promise<ProbeResult> {
    const end = clock.monotonic() + requestTimeout;
    for (;;) {
      const result = await way.ask(end - clock.monotonic(), signal);
      signal.throwIfAborted();
      if (result.sent || result.because !== undefined || clock.monotonic() + AGAIN_MS >= end)
        return result;
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
    async probe(signal) {
      const results = await Promise.all(
        probed.map(async ({ url, way }) => ({ url, result: await ask(way, signal) })),
      );
      const explained = results.map(({ url, result }) => {
        const why = result.sent ? result.kind : result.why;
        return { result, why: urls.length === 1 ? why : `${url}: ${why}` };
      });
      const failed = explained.filter(({ result }) => result.sent && !result.ok);
      if (failed.length > 0) return resultOf(false, failed);
      const unknown = explained.filter(({ result }) => !result.sent);
      return unknown.length > 0 ? resultOf(null, unknown) : { ok: true, detail: '' };
    },
    reach() {
      const each = probed.map(({ way }) => way.reach());
      return {
        connections: each.reduce((sum, { connections }) => sum + connections, 0),
        remoteAddresses: each.reduce((sum, { remoteAddresses }) => sum + remoteAddresses, 0),
      };
    },
    findings: () => probed.flatMap(({ way }) => way.findings('health')),
  };
}

/** The health check, as the inputs ask for it. */
export function setUpHttpHealth({
  settings,
  clock,
  http,
  limits,
}: HealthDependencies<HttpHealthSettings>): readonly HealthCheck[] {
  const urls = settings['health-url'] ?? [];
  if (urls === 'off' || urls.length === 0) return [];
  return [
    createHealthCheck(
      {
        urls,
        requestTimeout: settings['request-timeout'],
        followRedirects: settings['follow-redirects'],
        expectStatus: settings['expect-status'],
        expectBody: settings['expect-body'],
        headers: settings.headers ?? {},
        interval: settings['health-interval'],
        failures: settings['health-failures'],
        successes: settings['health-successes'],
      },
      { http: http(), clock, limits },
    ),
  ];
}
