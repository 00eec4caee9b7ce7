import { Agent, request } from 'node:https';

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

/** How long one request may take. An API server that is being stopped may never answer. */
const TIMEOUT_MS = 30_000;

/** The API server, asked directly: a process of kubectl costs a hundred times as much. */
export class Api {
  private readonly agent: Agent;

  constructor(
    readonly url: string,
    private readonly ca: string,
    private readonly token: string,
  ) {
    this.agent = new Agent({ ca, keepAlive: true });
  }

  /** The same API server, as somebody else. */
  as(token: string): Api {
    return new Api(this.url, this.ca, token);
  }

  /** @throws when there was no answer. Every status is one. */
  ask(
    method: string,
    path: string,
    body?: unknown,
    contentType = 'application/json',
  ): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const outgoing = request(
        `${this.url}${path}`,
        {
          method,
          agent: this.agent,
          timeout: TIMEOUT_MS,
          headers: {
            authorization: `Bearer ${this.token}`,
            ...(body === undefined ? {} : { 'content-type': contentType }),
          },
        },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('error', reject);
          response.on('end', () => {
            const text = Buffer.concat(chunks).toString('utf8');
            const isJson = response.headers['content-type']?.includes('json') === true;
            resolve({
              status: response.statusCode ?? 0,
              body: isJson ? (JSON.parse(text) as unknown) : text,
            });
          });
        },
      );
      outgoing.on('error', reject);
      outgoing.on('timeout', () => outgoing.destroy(new Error(`${method} ${path} timed out`)));
      outgoing.end(body === undefined ? undefined : JSON.stringify(body));
    });
  }

  /** @throws when the answer is not one of success. */
  async must(method: string, path: string, body?: unknown, contentType?: string): Promise<unknown> {
    const answer = await this.ask(method, path, body, contentType);
    if (answer.status >= 200 && answer.status < 300) return answer.body;
    throw new Error(
      `${method} ${path} was answered ${String(answer.status)}: ${JSON.stringify(answer.body)}`,
    );
  }

  /** Resolves when a watch is open; from then on every event is told as it comes. Gives what closes it. */
  watch(path: string, tell: (event: unknown) => void): Promise<() => void> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.token}` };
      const outgoing = request(`${this.url}${path}`, { agent: this.agent, headers }, (response) => {
        if (response.statusCode !== 200) {
          reject(new Error(`a watch of ${path} was answered ${String(response.statusCode)}`));
          outgoing.destroy();
          return;
        }
        let rest = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          const lines = (rest + text).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) tell(JSON.parse(line));
        });
        // It is cut off in the end.
        response.on('error', () => undefined);
        resolve(() => {
          outgoing.destroy();
        });
      });
      outgoing.on('error', reject);
      outgoing.end();
    });
  }

  close(): void {
    this.agent.destroy();
  }
}
