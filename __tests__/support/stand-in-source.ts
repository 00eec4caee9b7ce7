import type { ServerResponse } from 'node:http';
import { createHttp, type Http } from '../../src/support/http.js';
import type { Clock } from '../../src/support/clock.js';
import { serve, type HttpTestServer, type Received } from './servers.js';

/** Answers, whatever was asked. */
export type Behaviour = (response: ServerResponse) => void;

export const json =
  (body: string, status = 200, headers: Readonly<Record<string, string>> = {}): Behaviour =>
  (response) => {
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body);
  };

/** Leaves whoever asks waiting, after a part of the body. */
export const endless =
  (begin = ''): Behaviour =>
  (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    response.write(`${begin} `);
  };

/** Sends so much, as fast as it is taken. */
export const huge =
  (bytes: number, counter: { sent: number }): Behaviour =>
  (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const chunk = Buffer.alloc(64 * 1024, ' ');
    const send = (): void => {
      while (counter.sent < bytes && !response.destroyed) {
        counter.sent += chunk.length;
        if (!response.write(chunk)) {
          response.once('drain', send);
          return;
        }
      }
      if (counter.sent >= bytes) response.end();
    };
    send();
  };

/** A server that numbers are read from. It knows how many of its requests are without a complete answer. */
export abstract class StandInSource {
  /** Queries that are left without an answer. */
  hanging = 0;
  /** Requests without a complete answer, as the client sees it. */
  open = 0;

  private server: HttpTestServer | undefined;

  protected abstract answer(request: Received, response: ServerResponse): void;

  async listen(): Promise<this> {
    this.server = await serve((request, response) => {
      // Its clock is that of the test.
      response.sendDate = false;
      this.answer(request, response);
      if (response.writableEnded || response.writableNeedDrain) return;
      this.hanging += 1;
      response.once('close', () => {
        this.hanging -= 1;
      });
    });
    return this;
  }

  get url(): string {
    return this.server?.url ?? '';
  }

  get received(): readonly Received[] {
    return this.server?.received ?? [];
  }

  /** The engine, counting. */
  http(clock: Clock): Http {
    const engine = createHttp({ clock });
    return {
      ...engine,
      request: async (requested) => {
        this.open += 1;
        try {
          return await engine.request(requested);
        } finally {
          this.open -= 1;
        }
      },
    };
  }

  async close(): Promise<void> {
    await this.server?.close();
  }
}
