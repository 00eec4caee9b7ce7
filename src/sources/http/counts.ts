import type { Observation, Window } from '../../contract/check.js';
import { TOO_BUSY, type ProbeResult } from './probe.js';

type Sent = Extract<ProbeResult, { sent: true }>;

/** Good and bad answers: for the success rate and the errors per minute. */
export function countFailures(results: readonly ProbeResult[], window: Window): Observation {
  const sent = results.filter((result) => result.sent);
  const failed = sent.filter((result) => !result.ok);
  return observationOf(
    sent.length,
    failed.map((result) => result.kind),
    results,
    window,
  );
}

/** An answer that was slow by our own fault, or may have been, has no time. */
function believed(result: ProbeResult, maxMs: number): ProbeResult {
  if (!result.sent || result.latencyMs === null || result.latencyMs <= maxMs) return result;
  return result.latencyMs - (result.stalledMs ?? 0) > maxMs
    ? result
    : { sent: false, why: TOO_BUSY };
}

/**
 * Slow answers among all that have a time: answers of any status, and timeouts, which count as slow. Other failures say
 * nothing of how fast the service is.
 *
 * @param maxMs exactly this many milliseconds are not slow.
 */
export function countSlow(all: readonly ProbeResult[], window: Window, maxMs: number): Observation {
  const results = all.map((result) => believed(result, maxMs));
  const timed = results.filter(
    (result): result is Sent & { latencyMs: number } => result.sent && result.latencyMs !== null,
  );
  const slow = timed.filter((result) => result.latencyMs > maxMs);
  return observationOf(
    timed.length,
    slow.map((result) => (Number.isFinite(result.latencyMs) ? 'slow' : 'timeout')),
    results,
    window,
  );
}

function observationOf(
  samples: number,
  failures: readonly string[],
  results: readonly ProbeResult[],
  window: Window,
): Observation {
  const missing = samples === 0 ? missingProbes(results) : undefined;
  if (missing !== undefined) return missing;
  const kinds: Record<string, number> = {};
  for (const kind of failures) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return {
    kind: 'counts',
    samples,
    failures: failures.length,
    seconds: (window.to - window.from) / 1000,
    kinds,
  };
}

/** Probes that our own machine could not send, or not look after, say nothing of the service; that none was due is no gap at all. */
function missingProbes(results: readonly ProbeResult[]): Observation | undefined {
  const unsent = results.filter((result) => !result.sent);
  const last = unsent.at(-1);
  return last === undefined
    ? undefined
    : {
        kind: 'none',
        why: 'provider-error',
        detail: `${String(unsent.length)} of ${String(results.length)} probes tell nothing: ${last.why}`,
      };
}
