import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startServer } from './local-server.js';
import { percent, type Print } from './print.js';

export const INTERVAL_SECONDS = 10;

/** How many targets are watched at once, by what, and for how long. */
const SIZES = [
  { kind: 'metrics', targets: 1, seconds: 20 },
  { kind: 'metrics', targets: 10, seconds: 20 },
  { kind: 'metrics', targets: 50, seconds: 20 },
  { kind: 'metrics', targets: 200, seconds: 60 },
  { kind: 'probes', targets: 200, seconds: 60 },
] as const;

/** What the watching process tells at its end. */
export interface ScaleFigures {
  /** Intervals, of all checks of all targets. */
  readonly due: number;
  /** Those in which a check had nothing, or had it later than the end of the next one. */
  readonly missed: number;
  /** Targets that were called healthy, as all of them are. */
  readonly healthy: number;
  /** Characters of the log. */
  readonly lines: number;
  /** Milliseconds from the end of an interval to its observation. */
  readonly late: { readonly median: number; readonly p99: number; readonly max: number };
  /** Processor seconds per second. */
  readonly cpu: number;
  /** Mebibytes, before the first watch and at most. */
  readonly memory: { readonly before: number; readonly peak: number };
}

/** What it costs to watch many targets in one process, and whether it keeps up. */
export async function scale(print: Print): Promise<boolean> {
  const every = `every ${String(INTERVAL_SECONDS)} s`;
  print(
    `3 checks each, ${every}, in one process; aims at 200: 25 % of one core, 200 MB, no interval missed`,
  );
  print('metrics: health, and success rate and latency by Prometheus');
  print(
    'probes:  health, success rate by Prometheus, and latency by 2 requests a second to each target',
  );
  print(
    'by       targets  seconds    one core   peak memory (before)     missed      healthy   late: median, p99, max',
  );
  const server = await startServer('./metrics-server.ts');
  try {
    for (const { kind, targets, seconds } of SIZES) {
      const given = [server.url, kind, String(targets), String(seconds)];
      const { due, missed, healthy, late, cpu, memory } = await measure(given);
      print(
        [
          kind,
          String(targets).padStart(7),
          String(seconds).padStart(7),
          percent(cpu).padStart(10),
          `${memory.peak.toFixed(0)} MiB (${memory.before.toFixed(0)})`.padStart(22),
          `${String(missed)} of ${String(due)}`.padStart(9),
          `${String(healthy)} of ${String(targets)}`.padStart(11),
          [late.median, late.p99, late.max].map((ms) => `${ms.toFixed(0)} ms`).join(', '),
        ].join('  '),
      );
    }
  } finally {
    server.stop();
  }
  return true;
}

async function measure(given: readonly string[]): Promise<ScaleFigures> {
  const program = fileURLToPath(new URL('./scale-process.ts', import.meta.url));
  const child = fork(program, given);
  const exit = once(child, 'exit');
  const told = await Promise.race([once(child, 'message'), exit.then(() => undefined)]);
  if (told === undefined)
    throw new Error(`the process of the watches ended with code ${String(child.exitCode)}`);
  await exit;
  return told[0] as ScaleFigures;
}
