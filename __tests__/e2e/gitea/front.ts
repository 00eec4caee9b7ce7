import http from 'node:http';
import { once } from 'node:events';
import type { Socket } from 'node:net';

/** A request that came through. */
export interface Passed {
  readonly method: string;
  readonly path: string;
  readonly authorization: string | undefined;
}

/** A reverse proxy in front of a server, which may swallow the answer to the call that starts a run. */
export class Front {
  readonly passed: Passed[] = [];
  /** From now on the answer to a dispatch is torn off after the server has given it. */
  swallows = false;
  private readonly sockets = new Set<Socket>();

  private constructor(private readonly server: http.Server) {
    server.on('connection', (socket: Socket) => {
      this.sockets.add(socket);
      socket.once('close', () => this.sockets.delete(socket));
    });
  }

  /** @param to the address of the server, asked for with every request: it starts after this */
  static async start(port: number, to: () => string): Promise<Front> {
    const server = http.createServer();
    const front = new Front(server);
    server.on('request', (request: http.IncomingMessage, response: http.ServerResponse) => {
      front.pass(request, response, to());
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return front;
  }

  async close(): Promise<void> {
    const closed = once(this.server, 'close');
    this.server.close();
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private pass(request: http.IncomingMessage, response: http.ServerResponse, to: string): void {
    const { method = '', url: path = '', headers } = request;
    this.passed.push({ method, path, authorization: headers.authorization });
    const isSwallowed = this.swallows && method === 'POST' && path.includes('/dispatches');
    const onward = http.request(`${to}${path}`, { method, headers, agent: false }, (answer) => {
      if (isSwallowed) {
        answer.on('end', () => response.socket?.resetAndDestroy());
        answer.resume();
        return;
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    onward.on('error', () => response.writeHead(502).end());
    request.pipe(onward);
  }
}
