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
      /** How much of it may be our own, milliseconds: while it lasted, this process could not run for so long. Absent: nothing. */
      readonly stalledMs?: number;
    }
  /** Nothing was asked, or nobody was there to see the answer, so nothing is known. `why` in words. */
  | { readonly sent: false; readonly why: string };

/** Asks one URL once. A failure is a result; it rejects only for a defect of our own. */
export type Probe = (url: string, timeoutMs: number, signal: AbortSignal) => Promise<ProbeResult>;

export const TOO_BUSY = 'this machine was too busy to see the answer in time';

export function createProbe(config: ProbeConfig, world: { http: Http; clock: Clock }): Probe {
  const { http, clock } = world;
  const { expectBody } = config;
  return async (url, timeoutMs, signal) => {
    const start = clock.monotonic();
    const stalledBefore = clock.stalled();
    const stalled = (): number => clock.stalled() - stalledBefore;
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
      const stalledMs = stalled();
      return {
        sent: true,
        ok: kind === '',
        kind,
        latencyMs,
        ...(stalledMs > 0 ? { stalledMs } : {}),
      };
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      if (error.kind === 'local') {
        return { sent: false, why: `${error.summary} (${error.code ?? 'unknown'})` };
      }
      if (error.kind === 'aborted') return { sent: false, why: error.summary };
      if (error.kind === 'timeout' && stalled() > timeoutMs / 2)
        return { sent: false, why: TOO_BUSY };
      const latencyMs = error.kind === 'timeout' ? Number.POSITIVE_INFINITY : null;
      return { sent: true, ok: false, kind: error.summary, latencyMs };
    }
  };
}

/** `search` and not `test`: the answer must not depend on `lastIndex`, which a `g` or `y` flag leaves behind. */
function matches(pattern: RegExp, body: Buffer): boolean {
  return body.toString('utf8').search(pattern) !== -1;
}
