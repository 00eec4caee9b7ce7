import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { decodeRecording } from '../src/report/recording-reader.js';
import { runMeasured, type Usage, withConfig } from './measured.js';
import { quantile } from './numbers.js';
import { startServer } from './local-server.js';
import { percent, type Print } from './print.js';

const INTERVAL_SECONDS = 10;

/** How many targets are watched at once, by what, and for how long. */
const SIZES = [
  { kind: 'metrics', targets: 1, seconds: 20 },
  { kind: 'metrics', targets: 10, seconds: 20 },
  { kind: 'metrics', targets: 50, seconds: 20 },
  { kind: 'metrics', targets: 200, seconds: 60 },
  { kind: 'probes', targets: 1, seconds: 20 },
  { kind: 'probes', targets: 10, seconds: 20 },
  { kind: 'probes', targets: 50, seconds: 20 },
  { kind: 'probes', targets: 200, seconds: 60 },
] as const;
type Size = (typeof SIZES)[number];

/** What the recording tells. */
interface Kept {
  /** Intervals, of all checks of all targets. */
  readonly due: number;
  /** Those of which a check had nothing before the end of the next one. */
  readonly missed: number;
  readonly healthy: number;
  /** What was said of the first of the others. */
  readonly otherwise: string | undefined;
  /** Milliseconds from the end of an interval to its observation. */
  readonly late: readonly number[];
}

/** What it costs to watch many targets in one process, and whether it keeps up. */
export async function scale(print: Print): Promise<boolean> {
  print(
    `3 checks each, every ${String(INTERVAL_SECONDS)} s, in one process; aims at 200: 25 % of one core, 200 MB, no interval missed`,
  );
  print('metrics: health, and success rate and latency by Prometheus');
  print(
    'probes:  health, success rate by Prometheus, and latency by 2 requests a second to each target',
  );
  print(
    'by       targets  seconds  one core  peak memory     missed     healthy  late: median, p99, max',
  );
  const server = await startServer('./metrics-server.ts');
  try {
    for (const size of SIZES) {
      const { usage, kept } = await measure(server.url, size);
      const { seconds, cpu, memory } = usage;
      const { due, missed, healthy, otherwise, late } = kept;
      print(
        [
          size.kind.padEnd(7),
          String(size.targets).padStart(8),
          seconds.toFixed(0).padStart(7),
          percent(cpu).padStart(8),
          `${memory.toFixed(0)} MiB`.padStart(11),
          `${String(missed)} of ${String(due)}`.padStart(9),
          `${String(healthy)} of ${String(size.targets)}`.padStart(10),
          [0.5, 0.99, 1].map((share) => `${quantile(late, share).toFixed(0)} ms`).join(', '),
        ].join('  '),
      );
      if (otherwise !== undefined) print(`         ${otherwise}`);
    }
  } finally {
    server.stop();
  }
  return true;
}

function measure(
  url: string,
  { kind, targets, seconds }: Size,
): Promise<{ usage: Usage; kept: Kept }> {
  const names = Array.from({ length: targets }, (_, n) => `target-${String(n)}`);
  return withConfig(configFor(url, { kind, names, seconds }), async (folder) => {
    const usage = await runMeasured(folder, ['run']);
    const recording = readFileSync(join(folder, 'rollgate-report/recording.ndjson'), 'utf8');
    return { usage, kept: keptBy(recording) };
  });
}

/** What watches these targets: their health, their success rate by Prometheus, and their latency by that or by probes. */
export function configFor(
  url: string,
  {
    kind,
    names,
    seconds,
  }: Pick<Size, 'kind'> & { readonly names: readonly string[]; readonly seconds: number },
): Readonly<Record<string, unknown>> {
  const target = (name: string): Readonly<Record<string, string>> => ({
    name,
    'health-url': `${url}${name}`,
    'prometheus-total': `http_requests_total{service="${name}"}`,
    'prometheus-errors': `http_requests_total{service="${name}",code=~"5.."}`,
    ...(kind === 'probes'
      ? { url: `${url}${name}` }
      : { 'prometheus-latency': `http_request_duration_seconds_bucket{service="${name}"}` }),
  });
  return {
    'prometheus-url': url,
    'max-errors-per-minute': 'off',
    'max-latency': 'p95 < 800ms',
    'warm-up': '0s',
    duration: `${String(seconds)}s`,
    interval: `${String(INTERVAL_SECONDS)}s`,
    'on-unhealthy': 'report',
    'fail-on': 'none',
    targets: names.map(target),
  };
}

function keptBy(text: string): Kept {
  const { targets } = decodeRecording(text);
  const interval = INTERVAL_SECONDS * 1000;
  const late: number[] = [];
  let due = 0;
  let missed = 0;
  for (const { plan, checks, events } of targets) {
    const seen = new Set<string>();
    for (const { at = Infinity, event } of events) {
      if (event.type === 'look') seen.add(`${event.check} ${intervalOf(event.at)}`);
      if (event.type !== 'observation') continue;
      const { check, window, observation } = event;
      late.push(at - window.to);
      if (at - window.to < interval && observation.kind !== 'none')
        seen.add(`${check} ${intervalOf(window.from)}`);
    }
    for (const { id } of checks)
      for (let from = 0; from < plan.duration; from += interval) {
        due += 1;
        if (!seen.has(`${id} ${intervalOf(from)}`)) missed += 1;
      }
  }
  const others = targets.filter(({ judgement }) => judgement?.verdict !== 'healthy');
  const [first] = others;
  return {
    due,
    missed,
    healthy: targets.length - others.length,
    otherwise: first && `${first.judgement?.verdict ?? ''}: ${first.judgement?.reason ?? ''}`,
    late,
  };
}

function intervalOf(ms: number): string {
  return String(Math.floor(ms / (1000 * INTERVAL_SECONDS)));
}
