import { bad, good, quote } from '../parsed.js';
import { parseDuration, printDuration } from './duration.js';
import type { InputType } from './type.js';

/** A limit on how long requests take: `percentile` percent of them take at most `maxMs` milliseconds. */
export interface LatencyLimit {
  readonly percentile: number;
  readonly maxMs: number;
}

/** `p95 < 800ms`; `<=` means the same, a request that takes exactly as long as the limit passes. */
export function latencyLimit(): InputType<LatencyLimit> {
  const like = 'write it like `p95 < 800ms`, with p50 to p99.9';
  return {
    name: 'latency limit',
    shape: 'text',
    parse: (text) => {
      const match = /^p(\d{2}(?:\.\d+)?)\s*(?:<=|<|≤)\s*(\S.*)$/i.exec(text);
      const percentile = Number(match?.[1]);
      if (match?.[2] === undefined || percentile < 50 || percentile > 99.9) {
        return bad(`${quote(text)} is not a limit on latency`, like);
      }
      const time = parseDuration(match[2]);
      if (!time.ok) return time;
      return time.value === 0
        ? bad(`${quote(text)} would refuse every request`, like)
        : good({ percentile, maxMs: time.value });
    },
    print: ({ percentile, maxMs }) => `p${String(percentile)} < ${printDuration(maxMs)}`,
    schema: { type: 'string', pattern: '^[pP][5-9][0-9](\\.[0-9]+)? *(<=|<|≤) *[0-9]' },
  };
}
