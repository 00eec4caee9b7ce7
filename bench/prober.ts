import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { startServer } from './local-server.js';
import { percent, type Print } from './print.js';

export const PER_SECOND = 200;
export const SECONDS = 30;

/** What the prober's own process tells at its end. */
export interface ProberFigures {
  readonly planned: number;
  readonly sent: number;
  readonly failed: number;
  /** Share of the planned probes that were sent at most 10 ms after their time. */
  readonly onTime: number;
  /** Milliseconds after its time; the median probe, the 999th of a thousand, the latest. */
  readonly late: { readonly median: number; readonly p999: number; readonly max: number };
  /** Processor seconds per second. */
  readonly cpu: number;
  /** Mebibytes, before the first probe and at most. */
  readonly memory: { readonly before: number; readonly peak: number };
}

/** How well the probing keeps its time table at a high rate, and what it costs. Runs in a process of its own. */
export async function prober(print: Print): Promise<boolean> {
  const server = await startServer();
  try {
    const child = fork(fileURLToPath(new URL('./prober-process.ts', import.meta.url)), [
      server.url,
    ]);
    const exit = once(child, 'exit');
    const told = await Promise.race([once(child, 'message'), exit.then(() => undefined)]);
    if (told === undefined)
      throw new Error(`the process of the prober ended with code ${String(child.exitCode)}`);
    await exit;
    const { planned, sent, failed, onTime, late, cpu, memory } = told[0] as ProberFigures;
    print(`${String(PER_SECOND)} requests/s for ${String(SECONDS)} s against a local server`);
    print(`sent              ${String(sent)} of ${String(planned)}, ${String(failed)} failed`);
    print(`on time (10 ms)   ${percent(onTime)} (aim 99.9 %)`);
    print(
      `late              median ${late.median.toFixed(1)} ms, p99.9 ${late.p999.toFixed(1)} ms, ` +
        `at most ${late.max.toFixed(1)} ms`,
    );
    print(`processor         ${cpu.toFixed(3)} s per second`);
    print(
      `peak memory       ${memory.peak.toFixed(0)} MiB ` +
        `(${memory.before.toFixed(0)} MiB before the first probe, the loader of TypeScript included)`,
    );
  } finally {
    server.stop();
  }
  return true;
}
