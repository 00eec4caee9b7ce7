import type { ServerResponse } from 'node:http';
import { createHttp, type Http } from '../../src/support/http.js';
import type { Clock } from '../../src/support/clock.js';
import { serve, type HttpTestServer, type Received } from './servers.js';

/** A series as the server has it. */
export interface ServedSeries {
  readonly part: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number | string;
  /** Time of its sample, seconds. */
  readonly at: number;
}

/** The answer of a Prometheus to one query for all parts: values, and times of samples. */
export function scrapeAnswer(
  series: readonly ServedSeries[],
  answeredAt: number,
  started: readonly {
    readonly labels: Readonly<Record<string, string>>;
    readonly at: number;
  }[] = [],
): string {
  const result = [
    ...series.map(({ part, labels, value }) => ({
      metric: { __name__: 'http_requests_total', ...labels, rollgate_part: part },
      value: [answeredAt, String(value)],
    })),
    ...series.map(({ part, labels, at }) => ({
      metric: { ...labels, rollgate_part: `${part}-time` },
      value: [answeredAt, String(at)],
    })),
    ...started.map(({ labels, at }) => ({
      metric: { __name__: 'process_start_time_seconds', ...labels, rollgate_part: 'started' },
      value: [answeredAt, String(at)],
    })),
  ];
  return vector(result);
}

export function vector(result: unknown): string {
  return JSON.stringify({ status: 'success', data: { resultType: 'vector', result } });
}

/** Answers one query; `undefined`: it stays without an answer. */
export type Behaviour = (response: ServerResponse, query: string) => void;

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
  (bytes: number, told: { sent: number }): Behaviour =>
  (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json' });
    const chunk = Buffer.alloc(64 * 1024, ' ');
    const send = (): void => {
      while (told.sent < bytes && !response.destroyed) {
        told.sent += chunk.length;
        if (!response.write(chunk)) {
          response.once('drain', send);
          return;
        }
      }
      if (told.sent >= bytes) response.end();
    };
    send();
  };

/** A server of the query API that behaves as it is told to. */
export class StandInPrometheus {
  /** Queries that are left without an answer. */
  hanging = 0;
  /** Requests without a complete answer, as the client sees it. */
  open = 0;
  behave: Behaviour = json(vector([]));

  private server: HttpTestServer | undefined;

  static async start(): Promise<StandInPrometheus> {
    const it = new StandInPrometheus();
    it.server = await serve((request, response) => {
      it.answer(request, response);
    });
    return it;
  }

  get url(): string {
    return this.server?.url ?? '';
  }

  get received(): readonly Received[] {
    return this.server?.received ?? [];
  }

  get queries(): readonly string[] {
    return this.received.map(queryOf);
  }

  /** The engine, counting. */
  http(clock: Clock): Http {
    const engine = createHttp({ clock });
    return {
      ...engine,
      request: async (wanted) => {
        this.open += 1;
        try {
          return await engine.request(wanted);
        } finally {
          this.open -= 1;
        }
      },
    };
  }

  async close(): Promise<void> {
    await this.server?.close();
  }

  private answer(request: Received, response: ServerResponse): void {
    this.behave(response, queryOf(request));
    if (response.writableEnded || response.writableNeedDrain) return;
    this.hanging += 1;
    response.once('close', () => {
      this.hanging -= 1;
    });
  }
}

function queryOf({ method, url, body }: Received): string {
  const form = method === 'POST' ? body : url.slice(url.indexOf('?') + 1);
  return new URLSearchParams(form).get('query') ?? '';
}
