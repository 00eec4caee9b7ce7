import type { Finding } from '../../contract/finding.js';
import { formatDuration } from '../../support/format.js';
import { printSelector, type Selector } from '../../support/selector.js';
import { foreseeCounts } from '../provider/foresight.js';
import type { Client } from './client.js';
import type { CheckDescription } from './description.js';

/** A series that is younger says nothing of the traffic. */
const LEAST_SPAN_SECONDS = 20;

/**
 * What can be said of the limits before the watch, from the traffic of the last minutes. For people only: nothing is judged
 * by it. What cannot be found out is not said.
 */
export async function foreseeTraffic(
  total: Selector,
  ways: {
    readonly client: Client;
    readonly signal: AbortSignal;
    readonly checks: readonly CheckDescription[];
    readonly plan: { readonly duration: number; readonly minRequests: number };
  },
): Promise<readonly Finding[]> {
  const { client, signal, checks, plan } = ways;
  const selector = printSelector(total);
  // rate() takes a series that is younger than its range for a slow one: here its own life is what counts.
  const times = `timestamp(${selector})[5m:5s]`;
  const span = `(max_over_time(${times}) - min_over_time(${times}) > ${String(LEAST_SPAN_SECONDS)})`;
  const growth = `(max_over_time(${selector}[5m]) - min_over_time(${selector}[5m]))`;
  const one = async (promql: string): Promise<number | undefined> => {
    const answer = await client.query(promql, signal);
    const value = answer.ok ? answer.samples[0]?.value : undefined;
    return value !== undefined && Number.isFinite(value) && value > 0 ? value : undefined;
  };
  const perSecond = await one(`sum(${growth} / ${span})`);
  const scrape = await one(`quantile(0.5, ${span} / (count_over_time(${selector}[5m]) - 1))`);
  return [
    ...(perSecond === undefined ? [] : foreseeCounts(perSecond, checks, plan)),
    ...(scrape === undefined ? [] : ofScrapes(scrape * 1000, checks, plan.duration)),
  ];
}

function ofScrapes(
  scrapeMs: number,
  checks: readonly CheckDescription[],
  duration: number,
): readonly Finding[] {
  const [first] = checks;
  const needed = 3 * scrapeMs;
  if (first === undefined || duration >= needed) return [];
  return [
    {
      level: 'warning',
      subject: first.id,
      message: `the counters are scraped every ${formatDuration(Math.round(scrapeMs / 1000) * 1000)}: a watch of ${formatDuration(duration)} sees hardly any of it`,
      fix: `set duration to at least ${formatDuration(Math.ceil(needed / 60_000) * 60_000)}`,
    },
  ];
}
