import type { ServerResponse } from 'node:http';
import type { Received } from './servers.js';
import * as anySource from './stand-in-source.js';

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

export const json: (...given: Parameters<typeof anySource.json>) => Behaviour = anySource.json;
export const endless: (...given: Parameters<typeof anySource.endless>) => Behaviour =
  anySource.endless;
export const huge: (...given: Parameters<typeof anySource.huge>) => Behaviour = anySource.huge;

/** A server of the query API that behaves as it is told to. */
export class StandInPrometheus extends anySource.StandInSource {
  behave: Behaviour = json(vector([]));

  static async start(): Promise<StandInPrometheus> {
    return new StandInPrometheus().listen();
  }

  get queries(): readonly string[] {
    return this.received.map(queryOf);
  }

  protected override answer(request: Received, response: ServerResponse): void {
    this.behave(response, queryOf(request));
  }
}

function queryOf({ method, url, body }: Received): string {
  const form = method === 'POST' ? body : url.slice(url.indexOf('?') + 1);
  return new URLSearchParams(form).get('query') ?? '';
}
