import http from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';

/** Stands in front of a server, and hands answers on as late as it is told. */
export class SlowProxy {
  /** Milliseconds. */
  delay = 0;
  private port = 0;
  private readonly server = http.createServer((request, response) => {
    const { method, headers, url = '' } = request;
    setTimeout(() => {
      const onward = http.request(`${this.behind()}${url}`, { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      onward.on('error', () => response.destroy());
      request.pipe(onward);
    }, this.delay);
  });

  constructor(private readonly behind: () => string) {}

  get url(): string {
    return `http://127.0.0.1:${String(this.port)}`;
  }

  async start(): Promise<void> {
    this.server.listen(0, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
