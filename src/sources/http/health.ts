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

interface Explained {
  readonly result: ProbeResult;
  readonly why: string;
  readonly hasPassed: boolean;
}

function resultOf(ok: false | null, reasons: readonly Explained[]): HealthResult {
  const obstacles = reasons.map(({ result }) => result.obstacle);
  const [obstacle] = obstacles.includes(undefined) ? [] : obstacles;
  const isNew = ok === false && reasons.some(({ hasPassed }) => hasPassed);
  return {
    ok,
    detail: reasons.map(({ why }) => why).join('; '),
    ...(obstacle === undefined ? {} : { obstacle }),
    ...(isNew ? { changed: true } : {}),
  };
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
    askables: probed.map(({ way }) => way.askable),
    async probe(signal) {
      const results = await Promise.all(
        probed.map(async ({ url, way }) => {
          const result = await ask(way, signal);
          return { url, result, hasPassed: way.hasPassed() };
        }),
      );
      const explained = results.map(({ url, result, hasPassed }) => {
        const why = result.sent ? result.kind : result.why;
        return { result, hasPassed, why: urls.length === 1 ? why : `${url}: ${why}` };
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
