import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { RunReport } from '../src/report/record.js';
import { startServer } from './local-server.js';
import { runMeasured, type Usage, withConfig } from './measured.js';
import type { Print } from './print.js';
import { configFor } from './scale.js';

const TARGETS = 1000;
const SHARDS = 5;
/** How many shards run side by side: their watches would not fit on a machine of two cores all at once. */
const AT_ONCE = 2;
const SECONDS = 20;
/** Every so many targets one is down. */
const DOWN_EVERY = 50;

/** 1,000 targets in one process, and in five shards whose reports are combined: the verdicts, and what each way costs. */
export async function shards(print: Print): Promise<boolean> {
  const names = Array.from({ length: TARGETS }, (_, n) =>
    n % DOWN_EVERY === 0 ? `down-${String(n)}` : `target-${String(n)}`,
  );
  print(
    `${String(TARGETS)} targets, 3 checks each by metrics, for ${String(SECONDS)} s; ${String(names.filter((name) => name.startsWith('down-')).length)} of them are down`,
  );
  print('way                      seconds  processor s  peak memory  verdicts');
  const server = await startServer('./metrics-server.ts');
  const config = configFor(server.url, { kind: 'metrics', names, seconds: SECONDS });
  try {
    return await withConfig(config, (folder) => compare(folder, print));
  } finally {
    server.stop();
  }
}

async function compare(folder: string, print: Print): Promise<boolean> {
  const report = (path: string): RunReport =>
    JSON.parse(readFileSync(join(folder, path, 'report.json'), 'utf8')) as RunReport;
  const alone = await runMeasured(folder, ['run', '--report-dir', 'one']);
  const one = report('one');
  print(lineOf('one process', [alone], alone.seconds, one));

  const began = performance.now();
  const usages = await runShards(folder);
  const took = (performance.now() - began) / 1000;
  const combining = await runMeasured(folder, ['combine', '--fail-on', 'none']);
  const all = report('rollgate-report');
  print(lineOf(`${String(SHARDS)} shards, ${String(AT_ONCE)} at once`, usages, took, all));
  print(lineOf('  combine', [combining], combining.seconds, all));

  const verdicts = new Map(one.targets.map(({ name, verdict }) => [name, verdict]));
  const same = all.targets.filter(({ name, verdict }) => verdicts.get(name) === verdict).length;
  print(
    `the same verdict: ${String(same)} of ${String(TARGETS)}; exit code ${String(one.exitCode)} and ${String(all.exitCode)}`,
  );
  return same === TARGETS && one.exitCode === all.exitCode;
}

async function runShards(folder: string): Promise<readonly Usage[]> {
  const left = Array.from({ length: SHARDS }, (_, at) => `${String(at + 1)}/${String(SHARDS)}`);
  const usages: Usage[] = [];
  const work = async (): Promise<void> => {
    for (let shard = left.shift(); shard !== undefined; shard = left.shift())
      usages.push(await runMeasured(folder, ['run', '--shard', shard]));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return usages;
}

/** @param seconds from the first to begin to the last to end */
function lineOf(
  way: string,
  usages: readonly Usage[],
  seconds: number,
  { targets }: RunReport,
): string {
  const processor = usages.reduce((sum, { cpu, seconds: each }) => sum + cpu * each, 0);
  const memory = Math.max(...usages.map((usage) => usage.memory));
  const counts = ['healthy', 'unhealthy', 'inconclusive'].map(
    (verdict) =>
      `${String(targets.filter((target) => target.verdict === verdict).length)} ${verdict}`,
  );
  return [
    way.padEnd(23),
    seconds.toFixed(0).padStart(7),
    processor.toFixed(1).padStart(11),
    `${memory.toFixed(0)} MiB`.padStart(11),
    counts.join(', '),
  ].join('  ');
}
