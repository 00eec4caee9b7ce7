import type { Clock } from '../../support/clock.js';
import { HttpError, type Http } from '../../support/http.js';
import type { ProbeConfig } from './config.js';

/** What one probe found. */
export type ProbeResult =
  | {
      readonly sent: true;
      readonly ok: boolean;
      /** Why it failed, in words that can be counted: `status 503`; empty when it did not. */
      readonly kind: string;
      /** Milliseconds to the last byte; `Infinity` for a timeout; `null` when there was no answer to take the time of. */
      readonly latencyMs: number | null;
    }
  /** Nothing was asked, so nothing is known. `why` in words. */
  | { readonly sent: false; readonly why: string };

/** Asks one URL once. A failure is a result; it rejects only for a defect of our own. */
export type Probe = (url: string, timeoutMs: number, signal: AbortSignal) => Promise<ProbeResult>;

export function createProbe(config: ProbeConfig, world: { http: Http; clock: Clock }): Probe {
  const { http, clock } = world;
  const { expectBody } = config;
  return async (url, timeoutMs, signal) => {
    const start = clock.monotonic();
    try {
      const { status, body } = await http.request({
        method: 'GET',
        url,
        headers: config.headers,
        timeoutMs,
        signal,
        maxRedirects: config.followRedirects,
        keepBody: expectBody === undefined ? false : 'start',
      });
      const latencyMs = clock.monotonic() - start;
      const kind = !config.expectStatus.some(({ from, to }) => from <= status && status <= to)
        ? `status ${String(status)}`
        : expectBody !== undefined && !matches(expectBody, body)
          ? 'body did not match'
          : '';
      return { sent: true, ok: kind === '', kind, latencyMs };
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      if (error.kind === 'local') {
        return { sent: false, why: `${error.summary} (${error.code ?? 'unknown'})` };
      }
      if (error.kind === 'aborted') return { sent: false, why: error.summary };
      const latencyMs = error.kind === 'timeout' ? Number.POSITIVE_INFINITY : null;
      return { sent: true, ok: false, kind: error.summary, latencyMs };
    }
  };
}

/** `search` and not `test`: the answer must not depend on `lastIndex`, which a `g` or `y` flag leaves behind. */
function matches(pattern: RegExp, body: Buffer): boolean {
  return body.toString('utf8').search(pattern) !== -1;
}
