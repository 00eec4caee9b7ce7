import { once } from 'node:events';
import { Agent, createServer, get, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export const REQUESTS_PER_SECOND = 20;
/** Borders of the histogram, seconds. */
const BORDERS = [0.05, 0.1, 0.5, 1];

/**
 * A service with a counter and a histogram, and the requests of its users. Its requests are real ones; what they would take is
 * only written down.
 */
export class Service {
  /** Requests that were sent to it, also before it was restarted. */
  sent = 0;
  /** How often its users ask it, requests a second. */
  perSecond = REQUESTS_PER_SECOND;
  /** The share of its answers that are errors. */
  failing = 0;
  /** What its requests take, seconds. */
  takes = 0.02;
  /** How much waits for it; a little more or less is shown from scrape to scrape. */
  waiting = 3;
  private scrapes = 0;
  private served = { good: 0, bad: 0 };
  private buckets = BORDERS.map(() => 0);
  private startedAt = Date.now() / 1000;
  private server: Server | undefined;
  private port = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly agent = new Agent({ keepAlive: true });

  get target(): string {
    return `127.0.0.1:${String(this.port)}`;
  }

  get url(): string {
    return `http://${this.target}`;
  }

  /** Starts it, or starts it again with counters of its own. */
  async start(): Promise<void> {
    this.served = { good: 0, bad: 0 };
    this.buckets = BORDERS.map(() => 0);
    this.startedAt = Date.now() / 1000;
    const server = createServer((request, response) => {
      if (request.url === '/metrics') {
        response.setHeader('Content-Type', 'text/plain; version=0.0.4');
        response.end(this.exposition());
      } else if (request.url === '/health') response.end('ok');
      else {
        response.statusCode = this.serve();
        response.end();
      }
    });
    server.listen(this.port, '127.0.0.1');
    await once(server, 'listening');
    this.port = (server.address() as AddressInfo).port;
    this.server = server;
  }

  /** From now on users ask it. */
  load(): void {
    this.timer ??= setInterval(() => {
      if (this.server === undefined) return;
      this.sent += 1;
      get(`${this.url}/work`, { agent: this.agent }, (answer) => answer.resume()).on(
        'error',
        () => undefined,
      );
    }, 1000 / this.perSecond);
  }

  /** The process is gone. */
  async stop(): Promise<void> {
    const { server } = this;
    this.server = undefined;
    if (server === undefined) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  async remove(): Promise<void> {
    clearInterval(this.timer);
    this.agent.destroy();
    await this.stop();
  }

  private serve(): number {
    const { good, bad } = this.served;
    const total = good + bad + 1;
    const fails = Math.floor(total * this.failing) > Math.floor((total - 1) * this.failing);
    this.served = fails ? { good, bad: bad + 1 } : { good: good + 1, bad };
    this.buckets = this.buckets.map((count, n) => count + (this.takes <= BORDERS[n]! ? 1 : 0));
    return fails ? 503 : 200;
  }

  private exposition(): string {
    const { good, bad } = this.served;
    this.scrapes += 1;
    return [
      '# TYPE http_requests_total counter',
      `http_requests_total{code="200"} ${String(good)}`,
      // As the client libraries do it: no series before the first failure.
      ...(bad === 0 ? [] : [`http_requests_total{code="503"} ${String(bad)}`]),
      '# TYPE http_request_duration_seconds histogram',
      ...BORDERS.map(
        (le, n) =>
          `http_request_duration_seconds_bucket{le="${String(le)}"} ${String(this.buckets[n])}`,
      ),
      `http_request_duration_seconds_bucket{le="+Inf"} ${String(good + bad)}`,
      `http_request_duration_seconds_count ${String(good + bad)}`,
      '# TYPE queue_length gauge',
      `queue_length{queue="orders"} ${String(this.waiting * (1 + (this.scrapes % 3) / 10))}`,
      'queue_length{queue="mails"} 1',
      '# TYPE process_start_time_seconds gauge',
      `process_start_time_seconds ${String(this.startedAt)}`,
      '',
    ].join('\n');
  }
}
