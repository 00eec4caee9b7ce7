import { readFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { median } from '../numbers.js';
import { percent } from '../print.js';

const EVERY_MS = 10_000;

/** How busy the machine is meanwhile, so that a reader sees whether the times can be believed. */
export class Load {
  private readonly busy: number[] = [];
  private readonly averages: number[] = [];
  private readonly delay = monitorEventLoopDelay({ resolution: 20 });
  private readonly timer: NodeJS.Timeout;
  private last = ticks();

  constructor() {
    this.delay.enable();
    this.timer = setInterval(() => {
      const now = ticks();
      this.busy.push((now.busy - this.last.busy) / (now.all - this.last.all));
      this.averages.push(loadavg()[0] ?? NaN);
      this.last = now;
    }, EVERY_MS).unref();
  }

  /** Ends it. */
  stop(): string {
    clearInterval(this.timer);
    this.delay.disable();
    const most = (values: readonly number[]): number => Math.max(...values);
    return [
      `processors (${String(cpus().length)}) busy: median ${percent(median(this.busy))}, at most ${percent(most(this.busy))} of 10 s`,
      `load average: median ${median(this.averages).toFixed(1)}, at most ${most(this.averages).toFixed(1)}`,
      `this process was late by ${(this.delay.percentile(99) / 1e6).toFixed(0)} ms (99th percentile), at most ${(this.delay.max / 1e6).toFixed(0)} ms`,
    ].join('; ');
  }
}

/** Of all processors since the start of the machine: Linux, proc(5), the first line of /proc/stat. */
function ticks(): { readonly busy: number; readonly all: number } {
  const [user = 0, nice = 0, system = 0, idle = 0, wait = 0, irq = 0, softirq = 0, steal = 0] =
    /^cpu +(.*)$/m.exec(readFileSync('/proc/stat', 'utf8'))?.[1]?.split(' ').map(Number) ?? [];
  const busy = user + nice + system + irq + softirq + steal;
  return { busy, all: busy + idle + wait };
}
