import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Stands in front of the Prometheus for the watches of one service, counts what each of them asks, and can be away. */
export class Front {
  private readonly counts = new Map<string, number>();
  private readonly agent = new http.Agent({ keepAlive: true });
  private server = this.create();
  private port = 0;

  /** @param to the address of the Prometheus */
  private constructor(private readonly to: string) {}

  static async start(to: string): Promise<Front> {
    const front = new Front(to);
    await front.listen();
    return front;
  }

  /** The address for one who asks; its path tells who it is. */
  url(who: string): string {
    return `http://127.0.0.1:${String(this.port)}/${who}`;
  }

  /** Queries that came from it. */
  count(who: string): number {
    return this.counts.get(who) ?? 0;
  }

  /** Connections are refused from now on, and those that are open end. */
  leave(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  async comeBack(): Promise<void> {
    this.server = this.create();
    await this.listen();
  }

  close(): void {
    this.leave();
    this.agent.destroy();
  }

  private async listen(): Promise<void> {
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  private create(): http.Server {
    return http.createServer((request, response) => {
      const [, who = '', path = ''] = /^\/([^/]*)(\/.*)$/.exec(request.url ?? '') ?? [];
      if (path.startsWith('/api/v1/query')) this.counts.set(who, this.count(who) + 1);
      const { method, headers } = request;
      const onward = http.request(
        `${this.to}${path}`,
        { method, headers, agent: this.agent },
        (answer) => {
          response.writeHead(answer.statusCode ?? 502, answer.headers);
          answer.pipe(response);
        },
      );
      onward.on('error', () => response.destroy());
      response.on('close', () => onward.destroy());
      request.pipe(onward);
    });
  }
}
