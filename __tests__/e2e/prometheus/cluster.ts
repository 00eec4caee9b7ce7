import { serve, type HttpTestServer } from '../../support/servers.js';

/** A worker of a service: what it counted since it began, in a life that began before the test. */
interface Worker {
  readonly began: number;
  readonly started: number;
  readonly good: number;
  readonly bad: number;
}

/** Requests a second that each worker serves. */
const RATE = 10;

/**
 * A service of several workers behind one `/metrics`. `together`: they add their counters up, and show the start of the process
 * above them, or none. `in-turn`: each scrape is answered by one of them, with counters and a start of its own.
 */
export class Cluster {
  /** The share of what its workers answer from now on that fails. */
  failing = 0;
  private scrapes = 0;
  private server: HttpTestServer | undefined;
  private workers: Worker[];
  private readonly began = Date.now() / 1000;

  constructor(
    private readonly exporter: 'together' | 'together-without-start' | 'in-turn',
    workers = 4,
  ) {
    // They have served for hours, and once, long ago, a fifth of it failed.
    this.workers = Array.from({ length: workers }, (_, n) => ({
      began: this.began,
      started: this.began - 50_000 + 1000 * n,
      good: 40_000 + 3000 * n,
      bad: 10_000,
    }));
  }

  async start(): Promise<void> {
    this.server = await serve((_, response) => {
      response.setHeader('Content-Type', 'text/plain; version=0.0.4');
      response.end(this.exposition());
    });
  }

  get target(): string {
    return new URL(this.server?.url ?? '').host;
  }

  /** One worker ends, and another one takes its place. */
  replaceOne(): void {
    const now = Date.now() / 1000;
    this.workers = [{ began: now, started: now, good: 0, bad: 0 }, ...this.workers.slice(1)];
  }

  /** From now on so much fails. */
  fail(share: number): void {
    const now = Date.now() / 1000;
    this.workers = this.workers.map((worker) => ({ ...this.countOf(worker, now), began: now }));
    this.failing = share;
  }

  async remove(): Promise<void> {
    await this.server?.close();
  }

  private countOf(worker: Worker, now: number): Worker {
    const served = RATE * (now - worker.began);
    const bad = Math.floor(served * this.failing);
    return {
      ...worker,
      good: worker.good + Math.floor(served) - bad,
      bad: worker.bad + bad,
    };
  }

  private exposition(): string {
    const now = Date.now() / 1000;
    this.scrapes += 1;
    const all = this.workers.map((worker) => this.countOf(worker, now));
    const shown = this.exporter === 'in-turn' ? [all[this.scrapes % all.length]!] : all;
    const sum = (of: (worker: Worker) => number): string =>
      String(shown.reduce((total, worker) => total + of(worker), 0));
    const started = this.exporter === 'in-turn' ? shown[0]!.started : this.began - 60_000;
    return [
      '# TYPE http_requests_total counter',
      `http_requests_total{code="200"} ${sum(({ good }) => good)}`,
      `http_requests_total{code="503"} ${sum(({ bad }) => bad)}`,
      ...(this.exporter === 'together-without-start'
        ? []
        : [
            '# TYPE process_start_time_seconds gauge',
            `process_start_time_seconds ${String(started)}`,
          ]),
      '',
    ].join('\n');
  }
}
