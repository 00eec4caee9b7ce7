import type { GraphiteServer } from './graphite.js';
import type { Influx } from './influxdb.js';

const REQUESTS_PER_SECOND = 20;

/** The requests of a service, as it reports them once a second: to InfluxDB one by one, to Graphite their number. */
export class Traffic {
  /** The share of them that fail. */
  failing = 0;
  /** What each takes, milliseconds. */
  takes = 12.5;
  private debt = 0;
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly name: string,
    private readonly servers: { readonly influx: Influx; readonly graphite: GraphiteServer },
  ) {}

  start(): void {
    this.timer ??= setInterval(() => {
      void this.report(Math.floor(Date.now() / 1000) - 1);
    }, 1000);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** What happened in a second. */
  private async report(second: number): Promise<void> {
    const { name, servers, takes } = this;
    this.debt += REQUESTS_PER_SECOND * this.failing;
    const failed = Math.floor(this.debt + 1e-9);
    this.debt -= failed;
    const points = Array.from({ length: REQUESTS_PER_SECOND }, (_, n) => {
      const code = n < failed ? '500' : '200';
      const at = `${String(second)}${String(n * 50).padStart(3, '0')}000000`;
      return `requests,app=${name},code=${code} duration=${String(takes)} ${at}`;
    });
    // A service without errors sends no number of them.
    const lines = [
      `${name}.requests ${String(REQUESTS_PER_SECOND)} ${String(second)}`,
      `${name}.duration ${String(takes)} ${String(second)}`,
      ...(failed === 0 ? [] : [`${name}.errors ${String(failed)} ${String(second)}`]),
    ];
    await Promise.all([
      servers.influx.write(points),
      servers.graphite.send(`${lines.join('\n')}\n`),
    ]);
  }
}
