import { whenAborted } from '../../src/support/abort.js';
import type { Clock } from '../../src/support/clock.js';

interface Sleeper {
  readonly due: number;
  readonly wake: () => void;
}

/** A clock whose time passes only when the test says so. */
export class VirtualClock implements Clock {
  /** In the order in which they are due; those due at the same time in the order in which they were begun. */
  private readonly sleepers: Sleeper[] = [];
  private elapsed = 0;
  private jumped = 0;
  /** How many count stalls: on a real clock a timer runs as long as there are any. */
  counting = 0;

  /** @param epoch wall clock time at the start, milliseconds since the epoch. */
  constructor(private readonly epoch = Date.UTC(2026, 0, 1)) {}

  now(): number {
    return this.epoch + this.elapsed;
  }

  monotonic(): number {
    return this.elapsed;
  }

  countStalls(): () => number {
    const before = this.jumped;
    this.counting += 1;
    return () => {
      this.counting -= 1;
      return this.jumped - before;
    };
  }

  /** How many sleeps are under way: a test that ends with some has leaked a timer. */
  get sleeping(): number {
    return this.sleepers.length;
  }

  after(ms: number, act: () => void): () => void {
    const sleeper: Sleeper = { due: this.elapsed + Math.max(0, ms), wake: act };
    this.sleepers.splice(this.placeOf(sleeper.due), 0, sleeper);
    return () => {
      const place = this.sleepers.indexOf(sleeper);
      if (place !== -1) this.sleepers.splice(place, 1);
    };
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const fail = (): void => {
        const reason: unknown = signal?.reason;
        reject(reason instanceof Error ? reason : new Error(String(reason)));
      };
      if (signal?.aborted) {
        fail();
        return;
      }
      const callOff = this.after(ms, () => {
        letGo?.();
        resolve();
      });
      const letGo =
        signal &&
        whenAborted(signal, () => {
          callOff();
          fail();
        });
    });
  }

  /** Lets `ms` milliseconds pass: every sleep that becomes due meanwhile ends at its own time, in order. */
  async advance(ms: number): Promise<void> {
    const end = this.elapsed + ms;
    await settle();
    for (;;) {
      const next = this.sleepers[0];
      if (next === undefined || next.due > end) break;
      await this.wakeNext();
    }
    this.elapsed = end;
    await settle();
  }

  /**
   * Lets `ms` milliseconds pass at one stroke, as for a process that could not run: what became due meanwhile ends late,
   * all at the same time.
   */
  async jump(ms: number): Promise<void> {
    await settle();
    this.elapsed += ms;
    this.jumped += ms;
    await this.advance(0);
  }

  /**
   * Advances from one due sleep to the next until `work` settles, and gives its result.
   * @param patience how long work may go on without any sleep (real sockets, files), real milliseconds
   * @throws what `work` rejects with, or an error when nothing sleeps and `work` is still open.
   */
  async runUntil<T>(work: Promise<T>, patience = PATIENCE): Promise<T> {
    let open = true;
    const done = (): void => {
      open = false;
    };
    work.then(done, done);
    for (let since = performance.now(); ;) {
      await settle();
      // `done` is called from elsewhere, which the compiler cannot see.
      // eslint-disable-next-line @typescript-eslint/no-unnecessary-condition
      if (!open) return work;
      if (this.sleepers.length > 0) {
        await this.wakeNext();
        since = performance.now();
      } else if (performance.now() - since > patience) {
        throw new Error('the work is not settled and nothing sleeps on the virtual clock');
      }
    }
  }

  private async wakeNext(): Promise<void> {
    const next = this.sleepers.shift();
    if (next === undefined) return;
    this.elapsed = Math.max(this.elapsed, next.due);
    next.wake();
    await settle();
  }

  /** After all that are due at the same time or before. */
  private placeOf(due: number): number {
    let low = 0;
    let high = this.sleepers.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.sleepers[middle];
      if (other !== undefined && other.due <= due) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** Less than a test may take, and more than any file or socket needs on a machine that is busy. */
const PATIENCE = 60_000;

/** Lets everything that is ready run: all microtasks and the turn of the event loop they may have asked for. */
export function settle(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
